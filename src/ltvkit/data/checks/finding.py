"""One check of a log, and how thresholds make it."""

import math
from dataclasses import dataclass
from typing import Literal

Status = Literal["PASS", "REVIEW", "FAIL"]


@dataclass(frozen=True, slots=True)
class DataFinding:
    """One check of a log.

    Parameters
    ----------
    name : str
    status : str
        PASS, REVIEW (look at it) or FAIL (do not train on this).
    value, threshold : float
        The figure, and where PASS ends.
    words : str
        What was found.
    recommendation : str
        What to do; empty for PASS.
    """

    name: str
    status: Status
    value: float
    threshold: float
    words: str
    recommendation: str


def by_threshold(
    name: str,
    value: float,
    words: str,
    recommendation: str,
    *,
    review: float,
    fail: float = math.inf,
    least: bool = False,
) -> DataFinding:
    """A finding by thresholds: above them is worse, or below them when `least`."""
    sign = -1 if least else 1
    status: Status = "PASS"
    if sign * value > sign * review:
        status = "REVIEW"
    if math.isfinite(fail) and sign * value > sign * fail:
        status = "FAIL"
    return DataFinding(
        name, status, value, review, words, "" if status == "PASS" else recommendation
    )


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun, in the singular where it is one."""
    return f"{count:,} {one if count == 1 else many}"
