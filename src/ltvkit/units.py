"""What many modules count in: days of a year and of a month, arrays of numbers, 80 %."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

MONTHS_DIFFER_DAYS = 3
"""By so many days are some months of the calendar longer than as many usual ones, one at the end
of a week among them."""

USUAL_INTERVAL = 0.8
"""How often the truth should lie in an interval, where nothing else is asked."""

Z80 = 1.2815515655446004
"""Standard deviations of a normal distribution on each side of its middle 80 %."""


def whole_months(days: float) -> int:
    """How many months hold so many days; a part of a month counts as one.

    Up to three days beyond whole months do not: 31 days are one, 92 are three, 366 are twelve.

    >>> whole_months(365), whole_months(45), whole_months(7), whole_months(92)
    (12, 2, 1, 3)
    """
    return max(1, math.ceil((days - MONTHS_DIFFER_DAYS) / DAYS_PER_MONTH))
