"""What the keys of a configuration are made of: sections, and values that are written in words."""

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


def read_period(value: object) -> object:
    """Read `monthly` as the mean days of a month."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    if word in PERIODS:
        return PERIODS[word]
    try:
        return float(word)
    except ValueError:
        words = ", ".join(PERIODS)
        raise ValueError(
            f"a number of days, or one of {words}{did_you_mean(word, list(PERIODS))}"
        ) from None


Share = Annotated[float, BeforeValidator(read_fraction), Field(ge=0, le=1, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """Keys that belong together; one that is not listed is a mistake of the user."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, str_strip_whitespace=True
    )
