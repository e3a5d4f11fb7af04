"""A check: one question, its answer, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from ltvkit.wording import Sentence

Status = Literal["PASS", "REVIEW", "FAIL"]

About = Literal["model", "log"]
"""A model carries what was found of it; a log is asked anew whenever one is read."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question, its answer, the threshold it was held against, and what to do about it.

    `said` is that advice as a sentence for readers of any language, `about` what was looked at.
    """

    name: str
    status: Status
    value: float
    threshold: float
    said: Sentence
    about: About = "model"

    @property
    def recommendation(self) -> str:
        """What to do about it, in English."""
        return str(self.said)
