"""Equal groups of customers by a forecast; ties share evenly, so row order does not matter."""

import numpy as np
import numpy.typing as npt

from ltvkit.units import Floats, Integers

DECILES = 10


def equal_count_edges(count: int, groups: int) -> Integers:
    """Positions that cut `count` customers into groups that differ by at most one."""
    return np.arange(groups + 1, dtype=np.int64) * count // groups


def cumulative(amount: Floats, *, by: Floats, at: npt.ArrayLike) -> Floats:
    """Total `amount` of the first `at` customers by descending `by`, ties shared evenly."""
    order = np.argsort(-by, kind="stable")
    return cumulative_when_sorted(amount[order], by=by[order], at=at)


def cumulative_when_sorted(amount: Floats, *, by: Floats, at: npt.ArrayLike) -> Floats:
    """The same for customers that already stand in descending order of `by`."""
    # The curve has a knot only where `by` changes; between knots, inside a tie, it is straight.
    ends = np.flatnonzero(by[1:] != by[:-1]) + 1
    knots = np.concatenate(([0], ends, [by.size]))
    totals = np.concatenate(([0.0], np.cumsum(amount)))[knots]
    return np.asarray(np.interp(np.asarray(at, dtype=np.float64), knots, totals), dtype=np.float64)
