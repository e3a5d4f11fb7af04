"""What a reason says of a feature, in words: a phrase per value, what is usual, the direction.

Each is formatted once per distinct value, then taken for all rows.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.reasons.topics import (
    KINDS,
    NEEDS_SECOND_ORDER,
    SINCE_FIRST,
    Show,
    columns_told,
    entry_of,
    label_of,
)
from ltvkit.audience.reasons.vocabulary import Phrase, Vocabulary
from ltvkit.units import Floats
from ltvkit.wording import in_signs

_LONGEST_ATTRIBUTE = 40
"""Characters of a value: longer ones are cut, so that a reason stays one line."""

_PLACES: dict[Show, int] = {
    "count": 0,
    "days": 0,
    "money": 2,
    "ratio": 1,
    "percent": 0,
    "month": 0,
    "weekday": 0,
}
"""Decimals of a number below 100."""


def phrases_of(
    name: str, told: pd.DataFrame, words: Vocabulary, currency: str
) -> npt.NDArray[np.object_]:
    """What is told of a feature, for each row."""
    key, days = entry_of(name)
    column = told.get(name)
    if key is None:
        return _attribute_phrases(name, column, len(told), words)
    if column is None or not columns_told(key) <= set(told):
        return np.full(len(told), label_of(name, language=words.language), dtype=object)
    if key in SINCE_FIRST:
        return _since_first(key, told, words, currency)
    show, phrase = KINDS[key][1], words.phrases[key]
    numbers = np.asarray(pd.to_numeric(column), dtype=float)
    if show == "percent":
        numbers = numbers * 100
    rounded = np.where(np.abs(numbers) >= 100, np.round(numbers), np.round(numbers, _PLACES[show]))
    distinct, where = np.unique(rounded, return_inverse=True)
    unknown = words.no_gap if KINDS[key][0] in NEEDS_SECOND_ORDER else words.attribute_unknown
    texts = np.array(
        [
            unknown.format(label=label_of(name, language=words.language))
            if np.isnan(number)
            else _form(phrase, number).format(x=_shown(number, show, words, currency), d=days)
            for number in distinct
        ],
        dtype=object,
    )
    taken: npt.NDArray[np.object_] = texts[where]
    return taken


def _since_first(
    key: str, told: pd.DataFrame, words: Vocabulary, currency: str
) -> npt.NDArray[np.object_]:
    """What a customer did and for how long it could be done, instead of a rate."""
    show, phrase = KINDS[key][1], words.phrases[key]
    figures = told[SINCE_FIRST[key]].to_numpy(dtype=float) + (key == "order_rate")
    codes, distinct = pd.MultiIndex.from_arrays([figures, told["age_days"]]).factorize()
    texts = []
    for figure, age in distinct:
        silent_since = key == "recency_share" and figure == age > 0
        said = words.only_first if silent_since else _form(phrase, figure)
        texts.append(said.format(x=_shown(figure, show, words, currency), time=_time(age, words)))
    taken: npt.NDArray[np.object_] = np.array(texts, dtype=object)[codes]
    return taken


def beside_usual(
    phrases: npt.NDArray[np.object_],
    name: str,
    beside: Floats,
    words: Vocabulary,
    currency: str,
) -> npt.NDArray[np.object_]:
    """With what is usual, where it is more than nothing in the figures that are shown."""
    key, _ = entry_of(name)
    if key is None:
        return phrases
    show: Show = "ratio" if key == "order_rate" else KINDS[key][1]
    rounded = np.round(beside, _PLACES[show])
    codes, distinct = pd.MultiIndex.from_arrays([phrases, rounded]).factorize()
    texts = [
        words.usual.format(
            phrase=phrase,
            x=_time(middle, words) if show == "days" else _shown(middle, show, words, currency),
        )
        if middle > 0
        else phrase
        for phrase, middle in distinct
    ]
    taken: npt.NDArray[np.object_] = np.array(texts, dtype=object)[codes]
    return taken


def _attribute_phrases(
    name: str, column: pd.Series | None, size: int, words: Vocabulary
) -> npt.NDArray[np.object_]:
    label = label_of(name, language=words.language)
    if column is None:
        return np.full(size, label, dtype=object)
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.round(2)
    codes, distinct = pd.factorize(column)
    texts = [words.attribute.format(label=label, x=_tidy(value, words)) for value in distinct]
    texts.append(words.attribute_unknown.format(label=label))
    taken: npt.NDArray[np.object_] = np.array(texts, dtype=object)[codes]
    return taken


def in_direction(
    phrases: npt.NDArray[np.object_], raises: npt.NDArray[np.bool_], words: Vocabulary
) -> npt.NDArray[np.object_]:
    """Whole sentences: each phrase, and whether it raises or lowers the value."""
    codes, distinct = pd.factorize(phrases)
    up = np.array([words.raises.format(phrase=phrase) for phrase in distinct], dtype=object)
    down = np.array([words.lowers.format(phrase=phrase) for phrase in distinct], dtype=object)
    return np.where(raises, up[codes], down[codes])


def _form(phrase: Phrase, number: float) -> str:
    if isinstance(phrase, str):
        return phrase
    return phrase[int(number)] if number in (0, 1) else phrase[2]


def _shown(number: float, show: Show, words: Vocabulary, currency: str) -> str:
    if show == "month":
        return words.months[int(number) - 1] if 1 <= number <= 12 else f"{number:.0f}"
    if show == "weekday":
        return words.weekdays[int(number)] if 0 <= number <= 6 else f"{number:.0f}"
    places = 0 if abs(number) >= 100 else _PLACES[show]
    text = in_signs(f"{number:,.{places}f}", words.language)
    return f"{text} {currency}".strip() if show == "money" else text


def _time(days: float, words: Vocabulary) -> str:
    return _form(words.time, days).format(x=_shown(days, "days", words, ""))


def _tidy(value: object, words: Vocabulary) -> str:
    """An attribute's value on one line and of readable length."""
    if isinstance(value, float):
        return in_signs(f"{value:g}", words.language)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_ATTRIBUTE else text[: _LONGEST_ATTRIBUTE - 1] + "…"
