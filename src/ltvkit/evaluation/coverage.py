"""Metrics of intervals: how often they held, where that can be asked at all, and their width."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.deciles import DECILES, cumulative, equal_count_edges
from ltvkit.evaluation._arrays import aligned, mean, require_probabilities
from ltvkit.units import USUAL_INTERVAL, Floats

ATTAINABLE_ZERO_SHARE = 0.7
"""A decile with this share of zeros or more covers too much whatever the interval's method."""


def coverage(actual: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> float:
    """Share of customers whose actual value lies within [low, high], borders included.

    Examples
    --------
    >>> coverage([0, 5, 20], [0, 4, 8], [3, 9, 12])
    0.6666666666666666
    """
    return mean(_covered(*aligned(actual, low, high)))


@dataclass(frozen=True, slots=True, eq=False)
class AttainableCoverage:
    """Coverage of an interval, judged where its level can be met at all.

    An interval that contains 0 covers at least P0 = P(no order) of such customers, whatever its
    upper end: overall coverage cannot be below the mean of max(level, P0), and a good interval
    sits at that limit, not at the level.

    Attributes
    ----------
    overall : float
        Share of all customers covered; to be read beside `limit`.
    limit : float
        Mean of max(level, P0): what a perfect interval of this level covers overall.
    where_attainable : float
        Share covered among customers with P0 < level; to be held against the level itself.
    customers_attainable : int
        How many those are.
    deciles : pandas.DataFrame
        `decile` 1 (highest forecast) … 10, `customers`, `zero_share`, `coverage`, `attainable`
        (fewer than 70 % zeros).
    """

    overall: float
    limit: float
    where_attainable: float
    customers_attainable: int
    deciles: pd.DataFrame


def attainable_coverage(
    actual: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    prob_zero: npt.ArrayLike,
    *,
    predicted: npt.ArrayLike | None = None,
) -> AttainableCoverage:
    """Coverage beside its limit, where it is attainable, and by decile.

    Parameters
    ----------
    actual, low, high : array-like of shape (customers,)
        What came, and the interval of 80 % that was stated for it.
    prob_zero : array-like of shape (customers,)
        P0, the stated probability of no order in the horizon (1 - prob_active).
    predicted : array-like of shape (customers,), optional
        The forecast that orders the deciles; by ascending P0 when not given.

    Examples
    --------
    Two sure buyers of whom one is covered, two who most likely buy nothing and do not:

    >>> found = attainable_coverage([9, 30, 0, 0], [5, 5, 0, 0], [20, 20, 0, 0], [0, 0, 0.9, 0.9])
    >>> found.overall, round(found.limit, 2), found.where_attainable, found.customers_attainable
    (0.75, 0.85, 0.5, 2)
    """
    truth, bottom, top, zero = aligned(actual, low, high, prob_zero)
    require_probabilities(zero)
    _, ranking = aligned(truth, -zero if predicted is None else predicted)
    covered = _covered(truth, bottom, top)
    uncertain = zero < USUAL_INTERVAL
    edges = equal_count_edges(truth.size, DECILES)
    customers = np.diff(edges)
    of_each = np.maximum(customers, 1)
    zero_share = np.diff(cumulative((truth == 0).astype(float), by=ranking, at=edges)) / of_each
    covered_share = np.diff(cumulative(covered, by=ranking, at=edges)) / of_each
    deciles = pd.DataFrame(
        {
            "decile": np.arange(1, DECILES + 1),
            "customers": customers,
            "zero_share": np.where(customers > 0, zero_share, np.nan),
            "coverage": np.where(customers > 0, covered_share, np.nan),
            "attainable": (customers > 0) & (zero_share < ATTAINABLE_ZERO_SHARE),
        }
    )
    return AttainableCoverage(
        overall=mean(covered),
        limit=mean(np.maximum(zero, USUAL_INTERVAL)),
        where_attainable=mean(covered[uncertain]),
        customers_attainable=int(uncertain.sum()),
        deciles=deciles,
    )


def _covered(truth: Floats, low: Floats, high: Floats) -> Floats:
    return ((low <= truth) & (truth <= high)).astype(np.float64)
