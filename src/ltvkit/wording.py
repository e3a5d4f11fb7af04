"""Sentences as data: a key of the table `sentences.toml` and the facts that fill its blanks.

What a computation finds (a warning, a verdict, why a model was chosen) is kept as a `Sentence`,
so that it can be said later in another language without being computed again. `str` says it in
plain English. A blank is `{fact}`, or `{fact:form}` with one of the forms:

- `n`, `n1`, `n2`, `n3`: a number with so many decimals; `g`: with one only where it is not whole;
- `share`: a percentage, to a tenth where there is one to see; `change`: with its sign;
  `percent`: a whole one;
- `within`: how closely an amount is known, from the factor that it may be off by: ±13 % of 1.13,
  and a factor from 1.5 on;
- `money`, `whole`: an amount, with and without cents;
- `day`, `month`: a date written YYYY-MM-DD or YYYY-MM;
- `method`, `channel`: the name of a model or a channel, in other words where the table has them;
- `list`, `and`, `then`: several sentences, strung together by commas, by "and" or by nothing.

Without a form a fact is a name, or a sentence within the sentence.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal, Protocol, Self

from ltvkit.errors import ConfigError, SchemaError

Language = Literal["en", "fr", "pl"]
LANGUAGES: tuple[Language, ...] = ("en", "fr", "pl")

Texts = Mapping[str, Mapping[str, str]]
"""What a key says, by language."""

UNKNOWN = "–"
"""What stands where a fact is not known: never a zero."""

NEAR = 1.5
"""Below it a factor is told in per cent: people plan with "±13 %", not with "times 1.13"."""

_AND: Mapping[Language, str] = {"en": " and ", "fr": " et ", "pl": " i "}
_SIGNS: Mapping[Language, tuple[str, str]] = {
    "en": (",", "."),
    "fr": ("\u202f", ","),
    "pl": ("\u00a0", ","),
}
"""Thousands and decimals."""


class Voice(Protocol):
    """How a reader's language writes names, numbers and dates."""

    @property
    def language(self) -> Language:
        """One of `LANGUAGES`."""

    def name(self, text: object) -> str:
        """A name, harmless to show."""

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number."""

    def share(self, value: float | None, digits: int = 0) -> str:
        """A percentage."""

    def money(self, value: float | None, digits: int = 0) -> str:
        """An amount."""

    def unit_money(self, value: float | None) -> str:
        """An amount with cents where they matter."""

    def day(self, value: object) -> str:
        """A day."""

    def month(self, cohort: str) -> str:
        """A month."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something to be said, in whatever language it is read.

    Parameters
    ----------
    key : str
        In `sentences.toml`.
    facts : mapping
        Numbers, names and further sentences for the blanks of that text.

    Examples
    --------
    >>> said = Sentence("check.size.review", {"customers": 212})
    >>> str(said)
    'With 212 customers the figures of a single one say little.'
    >>> said.say("fr")
    'Avec 212 clients, les chiffres d’un seul disent peu.'
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.say("en")

    def say(self, language: Language) -> str:
        """The sentence with its figures written plainly, without a currency."""
        return tell(self, PlainVoice(language))

    def as_json(self) -> dict[str, Any]:
        """For a file: `key` and `facts`, sentences within written the same way."""
        return {"key": self.key, "facts": {name: _plain(f) for name, f in self.facts.items()}}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        facts = {str(name): _read(fact, cls) for name, fact in raw["facts"].items()}
        return cls(str(raw["key"]), facts)


@dataclass(frozen=True, slots=True)
class PlainVoice:
    """Numbers for terminals and csv files: no currency, no library, dates as they are sorted."""

    language: Language = "en"

    def name(self, text: object) -> str:
        """As it is."""
        return str(text)

    def number(self, value: float | None, digits: int = 0) -> str:
        """With thousands parted."""
        if value is None or value != value:
            return UNKNOWN
        return in_signs(f"{value:z,.{digits}f}", self.language)

    def share(self, value: float | None, digits: int = 0) -> str:
        """In per cent."""
        return UNKNOWN if value is None else f"{self.number(100 * value, digits)} %"

    def money(self, value: float | None, digits: int = 0) -> str:
        """A plain number."""
        return self.number(value, digits)

    def unit_money(self, value: float | None) -> str:
        """With cents."""
        return self.number(value, 2)

    def day(self, value: object) -> str:
        """YYYY-MM-DD."""
        return str(value)

    def month(self, cohort: str) -> str:
        """YYYY-MM."""
        return cohort


def tell(sentence: Sentence, voice: Voice) -> str:
    """A sentence in the words of the table and the figures of a voice.

    Raises
    ------
    SchemaError
        When the table does not have the sentence, or a blank has no fact.
    """
    text = phrase(sentence.key, voice.language)
    if text is None:
        raise SchemaError(f"sentences.toml: got no {sentence.key!r}, expected it; add the text")
    said = []
    for literal, blank, form, _ in Formatter().parse(text):
        said.append(literal)
        if blank is not None:
            if blank not in sentence.facts:
                raise SchemaError(
                    f"{sentence.key}: got facts {sorted(sentence.facts)}, expected {blank!r}"
                )
            said.append(_filled(sentence.facts[blank], form or "", voice))
    return "".join(said)


def phrase(key: str, language: str) -> str | None:
    """The text of `key` with its blanks, or None where the table has no such key."""
    texts = _table().get(key)
    return None if texts is None else texts[language]


def translated(text: str, *, section: str, language: str) -> str:
    """A fixed text that stands in a section of the table in English, in another language.

    A text that is not there comes back as it is.

    Examples
    --------
    >>> translated("the date is missing", section="aside", language="pl")
    'brak daty'
    """
    found = (
        texts[language]
        for key, texts in _table().items()
        if key.startswith(f"{section}.") and texts["en"] == text
    )
    return next(found, text)


def in_signs(number: str, language: Language) -> str:
    r"""A number as Python writes it, with a language's signs for thousands and decimals.

    Examples
    --------
    >>> in_signs("1,234.5", "pl")
    '1\xa0234,5'
    """
    thousands, decimal = _SIGNS[language]
    return number.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def method_name(name: str, voice: Voice) -> str:
    """What a model or a part of one is called, where it is called by a word and not by its name.

    Examples
    --------
    >>> method_name("past spend", PlainVoice("fr")), method_name("BG/NBD + GG", PlainVoice("fr"))
    ('classement par dépenses passées', 'BG/NBD + GG')
    """
    return phrase(f"method.{name.replace(' ', '_')}", voice.language) or voice.name(name)


def known_language(language: str) -> Language:
    """A language's code, if it is one of those there are.

    Raises
    ------
    ConfigError
        When it is none.
    """
    for known in LANGUAGES:
        if known == language:
            return known
    raise ConfigError(
        f"report.language: got {language!r}, expected one of {', '.join(LANGUAGES)}; "
        "choose one of them"
    )


def _filled(fact: Any, form: str, voice: Voice) -> str:
    if isinstance(fact, Sentence):
        return tell(fact, voice)
    match form:
        case "":
            return voice.name(fact)
        case "n" | "n1" | "n2" | "n3":
            return voice.number(fact, int(form[1:] or 0))
        case "g":
            return voice.number(fact, 0 if fact is None or float(fact).is_integer() else 1)
        case "share" | "change":
            tenths = 0 if fact is None or fact != fact else round(1000 * fact)
            sign = "+" if form == "change" and tenths > 0 else ""
            return sign + voice.share(fact, 0 if tenths % 10 == 0 else 1)
        case "percent":
            return voice.share(fact)
        case "within":
            near = fact is not None and fact < NEAR
            key, facts = ("share", {"share": fact - 1}) if near else ("factor", {"factor": fact})
            return tell(Sentence(f"within.{key}", facts), voice)
        case "money":
            return voice.unit_money(fact)
        case "whole":
            return voice.money(fact)
        case "day":
            return voice.day(fact)
        case "month":
            return voice.month(str(fact))
        case "method":
            return method_name(str(fact), voice)
        case "channel":
            return phrase(f"channel.{fact}", voice.language) or voice.name(fact)
        case "list" | "and" | "then":
            between = {"list": ", ", "and": _AND[voice.language], "then": " "}[form]
            return between.join(tell(part, voice) for part in fact)
        case _:
            raise SchemaError(f"sentences.toml: got the form {form!r}, expected one of its head")


def _plain(fact: Any) -> Any:
    if isinstance(fact, Sentence):
        return fact.as_json()
    if isinstance(fact, Sequence) and not isinstance(fact, str):
        return [_plain(part) for part in fact]
    return fact


def _read(fact: Any, cls: type[Sentence]) -> Any:
    if isinstance(fact, Mapping):
        return cls.from_json(fact)
    if isinstance(fact, list):
        return tuple(_read(part, cls) for part in fact)
    return fact


@cache
def _table() -> Texts:
    return read_texts((files("ltvkit") / "sentences.toml").read_text(encoding="utf-8"))


def read_texts(toml: str) -> Texts:
    r"""A table of texts, `key = [English, French, Polish]`: by key with its sections, by language.

    Examples
    --------
    >>> read_texts('[page]\ntitle = ["Report", "Rapport", "Raport"]')["page.title"]["pl"]
    'Raport'
    """
    return dict(_leaves(tomllib.loads(toml), ""))


def _leaves(table: Mapping[str, Any], above: str) -> list[tuple[str, dict[str, str]]]:
    rows: list[tuple[str, dict[str, str]]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            rows += _leaves(value, f"{above}{key}.")
        else:
            rows.append((above + key, dict(zip(LANGUAGES, value, strict=True))))
    return rows
