"""What the keys of a configuration are made of: sections, and values that are written in words."""

import math
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ltvkit.errors import did_you_mean
from ltvkit.units import DAYS_PER_MONTH, DAYS_PER_YEAR

PERIODS = {
    "weekly": 7.0,
    "monthly": DAYS_PER_MONTH,
    "quarterly": 3 * DAYS_PER_MONTH,
    "yearly": DAYS_PER_YEAR,
}
"""What may be written for a number of days."""


def read_fraction(value: object) -> object:
    """Read `1/3` as a third, so that a config can say what it means."""
    if isinstance(value, str) and value.count("/") == 1:
        above, below = value.split("/")
        if above.strip().isdigit() and below.strip().isdigit() and int(below) > 0:
            return int(above) / int(below)
    return value


SHORTEST_PERIOD, LONGEST_PERIOD = 2, 3660
"""Days: a payment a day is no contract, and ten years are as far as one can look ahead."""


def read_periods(value: object) -> float | tuple[float, ...] | None:
    """Read a period, or a list of the periods of several plans; `monthly` is the days of a month.

    >>> read_periods("monthly"), read_periods(["yearly", 30]), read_periods([30])
    (30.4375, (30.0, 365.25), 30.0)
    """
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        return _read_period(value)
    days = tuple(sorted({_read_period(one) for one in value}))
    if not days:
        raise ValueError("a number of days, or a list of some")
    return days[0] if len(days) == 1 else days


def _read_period(value: object) -> float:
    word = value.strip().lower() if isinstance(value, str) else value
    if isinstance(word, str) and word in PERIODS:
        return PERIODS[word]
    try:
        days = float(word) if isinstance(word, str | int | float) else float("nan")
    except ValueError:
        days = float("nan")
    if math.isnan(days):
        words = ", ".join(PERIODS)
        hint = did_you_mean(word, list(PERIODS)) if isinstance(word, str) else ""
        raise ValueError(f"a number of days, or one of {words}{hint}")
    if days < SHORTEST_PERIOD:
        raise ValueError(f"a number of at least {SHORTEST_PERIOD}")
    if days > LONGEST_PERIOD:
        raise ValueError(f"a number of at most {LONGEST_PERIOD}")
    return days


Share = Annotated[float, BeforeValidator(read_fraction), Field(ge=0, le=1, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """Keys that belong together; one that is not listed is a mistake of the user."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, str_strip_whitespace=True
    )
