"""What a language needs to speak of every feature.

A phrase is one text, or three for the values 0, 1 and many; `{x}` stands for the value, `{d}` for
the days in the feature's name and `{time}` for the time as a customer. What a feature is about
stands in `topics`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ltvkit.wording import Language

Phrase = str | tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How one language speaks of features.

    Parameters
    ----------
    raises, lowers : str
        The whole sentence around `{phrase}`.
    phrases : mapping
        A phrase per key of `KINDS`.
    attribute, attribute_unknown : str
        For features outside the table, with `{label}` and `{x}`.
    no_gap : str
        For a rhythm that a single order cannot have.
    usual : str
        A `{phrase}` beside the `{x}` that is usual in the shop.
    only_first : str
        For who has been silent since the first order, `{time}` ago.
    time : Phrase
        A number of days.
    months, weekdays : tuple of str
        Names, January and Monday first.
    language : {"en", "fr", "pl"}
        Which one.
    """

    language: Language
    raises: str
    lowers: str
    phrases: Mapping[str, Phrase]
    attribute: str
    attribute_unknown: str
    no_gap: str
    usual: str
    only_first: str
    time: Phrase
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
