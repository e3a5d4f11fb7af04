"""How far apart the means of two groups are that were drawn by chance, and how sure that is."""

import math
from dataclasses import dataclass

import numpy as np

from ltvkit.units import Floats

MANY = 1_000
"""Customers in the smaller group, from which on means of any revenue are as good as normal."""

REDRAWINGS = 4_999
"""Random groups that an interval of differences is read from."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean per customer of those treated less that of those held out, with its interval."""

    treated: float
    held_out: float
    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def difference_of_means(treated: Floats, held_out: Floats, *, level: float) -> Difference:
    """The means of two groups, and their difference with an interval.

    The groups were drawn by chance, so chance is what drawing them again makes of the difference:
    with q the quantiles of the differences of `REDRAWINGS` random groups of the same sizes, the
    interval is [d - q(1/2 + level/2), d - q(1/2 - level/2)] (Fisher's randomisation test, inverted
    for a shift). It leaves 0 out where nothing was done as often as it says, however skewed the
    values: of 20 held out often nobody orders, and an interval from their variance, 0, finds what
    is not there. Welch's interval where both groups are larger than `MANY`. Infinite ends where a
    group has fewer than two customers.

    Examples
    --------
    >>> a, b = np.array([1.0, 2.0, 3.0, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])
    >>> found = difference_of_means(a, b, level=0.8)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.clear
    (1.5, 0.5, 2.5, True)
    """
    ours, theirs = (
        float(group.mean()) if group.size else math.nan for group in (treated, held_out)
    )
    low, high = _interval(treated, held_out, ours - theirs, level)
    return Difference(treated=ours, held_out=theirs, value=ours - theirs, low=low, high=high)


def _interval(a: Floats, b: Floats, value: float, level: float) -> tuple[float, float]:
    from scipy.stats import ttest_ind

    few = min(a.size, b.size)
    if few < 2:
        return -math.inf, math.inf
    if np.ptp(np.concatenate([a, b])) == 0:
        return value, value
    if few > MANY:
        found = ttest_ind(a, b, equal_var=False).confidence_interval(level)
        return float(found.low), float(found.high)
    # Sorted, so that the order of customers does not matter; the smaller group is the one drawn.
    values = np.sort(np.concatenate([a, b]))
    dice = np.random.default_rng(0)
    sums = np.array(
        [
            values[dice.choice(values.size, few, replace=False, shuffle=False)].sum()
            for _ in range(REDRAWINGS)
        ]
    )
    drawn = sums / few - (values.sum() - sums) / (values.size - few)
    if b.size == few:
        drawn = -drawn
    tail = (1 - level) / 2
    least, most = np.quantile(drawn, [tail, 1 - tail])
    return value - float(most), value - float(least)
