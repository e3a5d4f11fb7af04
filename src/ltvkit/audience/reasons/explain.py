"""Why a customer is predicted to be worth that: the strongest contributions, in plain words.

Contributions say what goes with a value in the model, not what causes it.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.reasons.languages import VOCABULARIES
from ltvkit.audience.reasons.topics import (
    KINDS,
    SINCE_FIRST,
    Show,
    columns_told,
    entry_of,
    label_of,
    topic_of,
)
from ltvkit.audience.reasons.usual import among_the_best, usual_beside, usual_values
from ltvkit.audience.reasons.vocabulary import Phrase, Vocabulary
from ltvkit.audience.words import Language
from ltvkit.errors import SchemaError, offenders
from ltvkit.units import Floats, Integers
from ltvkit.wording import in_signs

MOST_REASONS = 3

LEAST_SHARE = 0.02
"""A topic with less of all contributions is not worth a sentence."""

_BLOCK = 100_000
"""Rows worked on at once: 50 features x 8 bytes x 100,000 = 40 MB for each temporary array."""

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

_NEEDS_SECOND_ORDER = ("rhythm", "how recently")
"""Topics of which a single order says nothing."""

_OF_ORDERS = ("how often", "spending", "season")
"""Topics of what was ordered: none of it raises nothing."""


def explain(
    contributions: pd.DataFrame,
    features: pd.DataFrame,
    *,
    currency: str = "",
    language: Language = "en",
    usual: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The strongest reasons of every customer's predicted value, a sentence each.

    Features that say nearly the same (orders in 30, 60, 90 days) are one topic: their
    contributions phi_j are added, C_t = sum over j in t of phi_j, which SHAP values allow because
    they are additive. The topics with the largest |C_t| are the reasons, the sign of C_t is the
    direction, and the member that pulls hardest in that direction lends its words, unless its value
    would say the opposite: no orders in a month, no second one yet, an order overdue, or silence
    for most of the time raise nothing, and what nine customers of ten do not reach lowers nothing.
    Beside a customer's figure stands what is usual in the shop, where that says why.

    Parameters
    ----------
    contributions : DataFrame
        `customer_id` and one column per feature: SHAP values in any unit of value, without the
        constant.
    features : DataFrame
        `customer_id` and the features' values; a contribution without a column here is told by
        name alone.
    currency : str
        Written behind amounts.
    language : {"en", "fr", "pl"}
        Language of the sentences.
    usual : DataFrame, optional
        Of `usual_values`, where `features` are not all customers of the shop.

    Returns
    -------
    DataFrame
        `customer_id, reason_1, reason_2, reason_3`, in the order of `contributions`; blank where a
        topic has less than 2 % of sum |C_t|.

    Raises
    ------
    SchemaError
        When the two frames do not hold the same customers.

    Examples
    --------
    >>> phi = pd.DataFrame({"customer_id": ["a"], "orders_60d": [30.0], "orders_90d": [9.0],
    ...                     "mean_order_value": [-12.5], "country": [0.1]})
    >>> values = pd.DataFrame({"customer_id": ["a"], "orders_60d": [3.0], "orders_90d": [4.0],
    ...                        "mean_order_value": [18.0], "country": ["PL"]})
    >>> usual = pd.DataFrame({"middle": 34.5, "best": 80.0}, index=["mean_order_value"])
    >>> for sentence in explain(phi, values, currency="EUR", usual=usual).iloc[0, 1:].dropna():
    ...     print(sentence)
    bought 3 times in the last 60 days: raises value
    orders of 18.00 EUR on average (usual: 34.50 EUR): lowers value
    """
    names = [str(column) for column in contributions.columns if column != "customer_id"]
    values = _aligned(features, contributions["customer_id"])
    words = VOCABULARIES[language]
    usual = usual_values(values) if usual is None else usual
    chosen, raises = strongest_topics(
        contributions[names],
        cannot_raise=_cannot_raise(names, values),
        cannot_lower={
            place: among_the_best(name, values, usual) for place, name in enumerate(names)
        },
    )
    sentences = np.full((len(contributions), MOST_REASONS), None, dtype=object)
    for place, name in enumerate(names):
        rows, slots = np.nonzero(chosen == place)
        if rows.size:
            told, up = values.iloc[rows], raises[rows, slots]
            phrases = _phrases(name, told, words, currency)
            beside = usual_beside(name, told, up, usual)
            phrases = _beside_usual(phrases, name, beside, words, currency)
            sentences[rows, slots] = _in_direction(phrases, up, words)
    return pd.DataFrame(
        {
            "customer_id": contributions["customer_id"].astype("str").to_numpy(),
            **{
                f"reason_{k + 1}": pd.array(sentences[:, k], dtype="str")
                for k in range(MOST_REASONS)
            },
        }
    )


def strongest_topics(
    contributions: pd.DataFrame,
    *,
    cannot_raise: Mapping[int, npt.NDArray[np.bool_]] | None = None,
    cannot_lower: Mapping[int, npt.NDArray[np.bool_]] | None = None,
) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """The features that speak for the strongest topics, and whether each raises the value.

    Parameters
    ----------
    contributions : DataFrame
        One column per feature.
    cannot_raise, cannot_lower : mapping, optional
        By column position, the customers of whom the feature cannot say that it raises the value,
        or that it lowers it.

    Returns
    -------
    chosen : int array, shape (n, MOST_REASONS)
        Column positions in `contributions`, strongest topic first; -1 where none is left.
    raises : bool array, shape (n, MOST_REASONS)
        True where the topic's summed contribution is above 0.
    """
    names = [str(column) for column in contributions.columns]
    topics, topic = np.unique([topic_of(name) for name in names], return_inverse=True)
    member = np.zeros((len(names), max(len(topics), MOST_REASONS)))
    member[np.arange(len(names)), topic] = 1.0
    chosen = np.full((len(contributions), MOST_REASONS), -1, dtype=np.int64)
    raises = np.zeros((len(contributions), MOST_REASONS), dtype=bool)
    for start in range(0, len(contributions), _BLOCK):
        block = contributions.iloc[start : start + _BLOCK].to_numpy(float)
        sums = block @ member
        size = np.abs(sums)
        rows = np.arange(len(block))[:, None]
        best = np.argpartition(-size, MOST_REASONS - 1, axis=1)[:, :MOST_REASONS]
        best = best[rows, np.argsort(-size[rows, best], axis=1, kind="stable")]
        up = sums[rows, best] > 0
        least = LEAST_SHARE * size.sum(axis=1, keepdims=True)
        worth_telling = (size[rows, best] > 0) & (size[rows, best] >= least)
        here = slice(start, start + len(block))
        muted_up = _marked(block.shape, cannot_raise, here)
        muted_down = _marked(block.shape, cannot_lower, here)
        for slot in range(MOST_REASONS):
            pull = np.where(up[:, slot, None], block, -block)
            pull[topic[None, :] != best[:, slot, None]] = -np.inf
            pull[np.where(up[:, slot, None], muted_up, muted_down)] = -np.inf
            speaker = pull.argmax(axis=1)
            told = worth_telling[:, slot] & np.isfinite(pull.max(axis=1))
            chosen[here, slot] = np.where(told, speaker, -1)
        raises[here] = up
    # What cannot be told makes room for what comes after it.
    order = np.argsort(chosen < 0, axis=1, kind="stable")
    return np.take_along_axis(chosen, order, axis=1), np.take_along_axis(raises, order, axis=1)


def _marked(
    shape: tuple[int, ...], rows: Mapping[int, npt.NDArray[np.bool_]] | None, here: slice
) -> npt.NDArray[np.bool_]:
    """The marked rows of a block, a column for each feature."""
    marked = np.zeros(shape, dtype=bool)
    for place, of_all in (rows or {}).items():
        marked[:, place] = of_all[here]
    return marked


def _cannot_raise(names: list[str], values: pd.DataFrame) -> dict[int, npt.NDArray[np.bool_]]:
    """Of whom a feature's value would say the opposite of what raises a prediction."""
    muted = {}
    for place, name in enumerate(names):
        key, _ = entry_of(name)
        if key is None or name not in values.columns:
            continue
        topic, show = KINDS[key]
        value = values[name].to_numpy(dtype=float)
        if key == "overdue_ratio":
            muted[place] = ~(value <= 1)
        elif key == "recency_share":
            muted[place] = value < 0.5
        elif topic in _OF_ORDERS and show in ("count", "money"):
            muted[place] = value == 0
        elif topic in _NEEDS_SECOND_ORDER:
            muted[place] = np.isnan(value)
    return muted


def _aligned(features: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    theirs = features["customer_id"].astype("str")
    ours = ids.astype("str")
    if len(theirs) == len(ours) and bool((theirs.to_numpy() == ours.to_numpy()).all()):
        return features
    keyed = features.set_index(theirs)
    missing = ours[~ours.isin(keyed.index)]
    if len(missing) or keyed.index.has_duplicates:
        raise SchemaError(
            f"reasons: got contributions without features for {offenders(missing)}, or repeated "
            "customers, expected the same customers once in both; build both from one frame"
        )
    return keyed.reindex(pd.Index(ours))


def _phrases(
    name: str, told: pd.DataFrame, words: Vocabulary, currency: str
) -> npt.NDArray[np.object_]:
    """A phrase for each row: formatted once per distinct value, then taken."""
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
    unknown = words.no_gap if KINDS[key][0] in _NEEDS_SECOND_ORDER else words.attribute_unknown
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


def _beside_usual(
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


def _in_direction(
    phrases: npt.NDArray[np.object_], raises: npt.NDArray[np.bool_], words: Vocabulary
) -> npt.NDArray[np.object_]:
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
