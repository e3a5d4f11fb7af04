"""Intervals for a customer's revenue, from the errors of past predictions.

Revenue is a hurdle: most likely nothing, else an amount that scatters around what is expected of
those who order. The scatter is read off past folds, by rank of the prediction, so that it may
differ between small and large customers. An interval that contains 0 covers everybody who stays
away, so the level is met among customers with P(no order) below it, and exceeded beyond.
"""

from dataclasses import dataclass

import numpy as np

from ltvkit.units import Floats

CENTRES = 40
QUANTILES = 200
WINDOW = 0.12
SMALLEST_WINDOW = 60
"""Ranks and quantiles at which the scatter is kept, the share of those who ordered that it is read
from around a rank, and the fewest of them: choices. Ranks next to each other share four fifths."""

MISS_POWER = 1.075
"""The chance of a miss, taken to this power: .2 becomes .18, .05 becomes .04.

Past scatter is that of customers seen in the same days as those learned from, and days to come are
unlike all of them: taken as it is, 80 % intervals held 77 % of what came later in real logs.
"""


@dataclass(frozen=True, slots=True)
class RankedScatter:
    """Quantiles of revenue over expected revenue, among those who ordered, by rank of prediction.

    Everywhere below, `ranked_by` is the revenue predicted for the horizon trained for, whatever
    the horizon asked for: a customer's rank does not change with the days one looks ahead.

    Parameters
    ----------
    ratios : ndarray, shape (CENTRES, QUANTILES)
        Row: rank of the predicted revenue, from lowest to highest; column: quantile of y / mu.
    reference : ndarray, shape (201,)
        Quantiles of the predicted revenue when the model was fitted; they turn a prediction into
        a rank whoever else is scored with it.
    """

    ratios: Floats
    reference: Floats

    def ratio(self, ranked_by: Floats, share: Floats | float) -> Floats:
        """The `share` quantile of y / mu."""
        rank = np.interp(ranked_by, self.reference, np.linspace(0, 1, len(self.reference)))
        row = np.clip(rank * CENTRES - 0.5, 0, CENTRES - 1)
        column = np.clip(np.asarray(share) * QUANTILES - 0.5, 0, QUANTILES - 1)
        row, column = np.broadcast_arrays(row, column)
        top, left = row.astype(int), column.astype(int)
        down, right = np.minimum(top + 1, CENTRES - 1), np.minimum(left + 1, QUANTILES - 1)
        v, u = row - top, column - left
        return np.asarray(
            (1 - v) * ((1 - u) * self.ratios[top, left] + u * self.ratios[top, right])
            + v * ((1 - u) * self.ratios[down, left] + u * self.ratios[down, right])
        )


def scatter_ratios(
    revenue: Floats, predicted: Floats, prob_active: Floats, *, came: np.ndarray
) -> Floats:
    """Learn the `ratios` of `RankedScatter` from out-of-fold rows of the past.

    Parameters
    ----------
    revenue, predicted, prob_active : ndarray
        What came, what was predicted and how likely an order was, one per past row.
    came : ndarray of bool
        Who ordered; only their rows are used.
    """
    if not came.any():
        return np.ones((CENTRES, QUANTILES))
    expected = predicted[came] / np.maximum(prob_active[came], 1e-6)
    order = np.argsort(predicted[came], kind="stable")
    ratio = (revenue[came] / np.maximum(expected, 1e-9))[order]
    width = min(len(ratio), max(SMALLEST_WINDOW, int(WINDOW * len(ratio))))
    shares = (np.arange(QUANTILES) + 0.5) / QUANTILES
    # Rank among all rows, with or without revenue: the same rank a scored customer gets.
    place = np.searchsorted(np.sort(predicted), predicted[came][order]) / len(predicted)
    rows = []
    for centre in (np.arange(CENTRES) + 0.5) / CENTRES:
        middle = int(np.searchsorted(place, centre))
        start = int(np.clip(middle - width // 2, 0, len(ratio) - width))
        rows.append(np.quantile(ratio[start : start + width], shares))
    return np.array(rows)


def at_levels_met(predicted: Floats, revenue: Floats, day: np.ndarray) -> Floats:
    """Predictions of past rows, those of each day with the total that came after it.

    Where a season is known the total of a day is forecast, and how totals swung between past days
    says nothing of how a customer scatters around the next one.
    """
    _, each = np.unique(day, return_inverse=True)
    came = np.bincount(each, weights=revenue)
    forecast = np.bincount(each, weights=predicted)
    factor = np.where(came > 0, came / np.maximum(forecast, 1e-12), 1.0)
    return np.asarray(predicted * factor[each])


def reference_of(predicted: Floats) -> Floats:
    """The `reference` of `RankedScatter`, from the predictions of all customers at training."""
    return np.quantile(predicted, np.linspace(0, 1, 201))


def interval(
    scatter: RankedScatter,
    if_order: Floats,
    prob_active: Floats,
    *,
    ranked_by: Floats,
    level: float,
) -> tuple[Floats, Floats]:
    """Low and high of each customer's revenue.

    With Q(u) = 0 for u <= 1 - p, else mu q((u - 1 + p) / p), mu = `if_order`, and a miss of
    b = (1 - level)^MISS_POWER: [Q(b/2), Q(1 - b/2)] where P(no order) < b/2, [0, Q(1 - b)] up to
    the level, and [0, 0] beyond
    ("most likely nothing"), which holds P(no order) of such customers, more than the level. The
    prediction is a mean: of a very skewed revenue it may lie above an interval.
    """
    none = 1 - prob_active
    miss = (1 - level) ** MISS_POWER
    tail = miss / 2
    sure = none < tail
    upper = np.where(sure, 1 - tail, 1 - miss)
    lowest, highest = (
        _quantile(scatter, if_order, prob_active, share, ranked_by=ranked_by)
        for share in (tail, upper)
    )
    low = np.where(sure, lowest, 0.0)
    high = np.where(none < level, highest, 0.0)
    return low, np.maximum(high, low)


def interval_if_order(
    scatter: RankedScatter, if_order: Floats, *, ranked_by: Floats, level: float
) -> tuple[Floats, Floats]:
    """Low and high of the revenue of those who do order, of whom `if_order` is expected."""
    tail = (1 - level) ** MISS_POWER / 2
    return (
        if_order * scatter.ratio(ranked_by, tail),
        if_order * scatter.ratio(ranked_by, 1 - tail),
    )


def _quantile(
    scatter: RankedScatter,
    if_order: Floats,
    prob_active: Floats,
    share: Floats | float,
    *,
    ranked_by: Floats,
) -> Floats:
    p = np.maximum(prob_active, 1e-6)
    inner = np.clip((share - 1 + p) / p, 0.0, 1.0)
    return np.where(inner > 0, if_order * scatter.ratio(ranked_by, inner), 0.0)
