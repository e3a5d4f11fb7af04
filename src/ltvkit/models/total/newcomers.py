"""How far a total hangs on customers who came of late in numbers that no past date has tried.

A giveaway, a marketplace or an import of addresses brings a crowd in days. Whether it comes back no
one knows yet, and a forecast that counts it as any other customers may be several times too high.
"""

from collections.abc import Sequence

import numpy as np

from ltvkit.panel import PERIOD_DAYS
from ltvkit.units import Floats

PERIODS = 4
"""Who came earlier has had a quarter and more to come back, and often did not: the models know."""

LARGEST_CROWD = 0.98
"""More of a total is not taken off: its logarithm would say that nothing at all may come."""


def largest_intake(expected: Floats, age_days: Floats) -> float:
    """Of a forecast, the most that is of customers who came in one of the last four periods.

    Parameters
    ----------
    expected : ndarray
        Of each customer.
    age_days : ndarray
        Days since the first order of each; periods have 28.

    Examples
    --------
    >>> import numpy as np
    >>> largest_intake(np.array([1.0, 2.0, 1.0]), np.array([400.0, 40.0, 4.0]))
    0.5
    """
    period = (age_days // PERIOD_DAYS).astype(int)
    young = period < PERIODS
    intakes = np.bincount(period[young], expected[young], minlength=PERIODS)
    return float(intakes.max() / max(float(expected.sum()), 1e-12))


def untried_share(now: float, past: Sequence[tuple[int, float]]) -> float:
    """Of a forecast, the share c of customers beyond the largest intake t of any past date.

    The intake `now` is t of the rest and the crowd, now = t (1 - c) + c: c = (now - t) / (1 - t).
    When a shop opens everybody is new. Dates with less history than five periods, when those of the
    first are still young, count only where there are no others.

    Parameters
    ----------
    now : float
        `largest_intake` of the forecast.
    past : sequence of (int, float)
        Days of history at each past date, and its largest intake.

    Examples
    --------
    >>> untried_share(0.6, [(100, 1.0), (300, 0.1)])
    0.5555...
    >>> untried_share(0.6, [(100, 1.0)]), untried_share(0.6, [])
    (0.0, 0.0)
    """
    settled = [intake for history, intake in past if history >= (PERIODS + 1) * PERIOD_DAYS]
    tried = max(settled or [intake for _, intake in past], default=now)
    return float(np.clip((now - tried) / max(1 - tried, 1e-12), 0.0, LARGEST_CROWD))
