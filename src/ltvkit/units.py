"""What many modules count in: days of a year and of a month, arrays of numbers, 80 %."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

USUAL_INTERVAL = 0.8
"""How often the truth should lie in an interval, where nothing else is asked."""

Z80 = 1.2815515655446004
"""Standard deviations of a normal distribution on each side of its middle 80 %."""


def whole_months(days: float) -> int:
    """The months that hold so many days, a part of one counted as one.

    >>> whole_months(365), whole_months(45), whole_months(7)
    (12, 2, 1)
    """
    return max(1, math.ceil(days / DAYS_PER_MONTH - 1e-9))
