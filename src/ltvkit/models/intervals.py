"""Intervals for a customer's revenue, from the errors of past predictions.

Revenue is a hurdle: most likely nothing, else an amount that scatters around what is expected of
those who order. The scatter is read off past folds, by rank of the prediction, so that it may
differ between small and large customers. An interval that contains 0 covers everybody who stays
away, so the level is met among customers with P(no order) below it, and exceeded beyond.
"""

from dataclasses import dataclass

import numpy as np

from ltvkit.models._rows import FloatArray

CENTRES = 40
QUANTILES = 200
WINDOW = 0.12
SMALLEST_WINDOW = 60
LEVELS = (0.5, 0.8, 0.9, 0.95)
MISS_POWER = 1.1
"""The chance of a miss, taken to this power: .2 becomes .17, .05 becomes .037.

Past scatter is that of customers seen in the same days as those learned from, and days to come are
unlike all of them: taken as it is, 80 % intervals held 76 % of what came later.
"""


@dataclass(frozen=True, slots=True)
class RankedScatter:
    """Quantiles of revenue over expected revenue, among those who ordered, by rank of prediction.

    Parameters
    ----------
    ratios : ndarray, shape (CENTRES, QUANTILES)
        Row: rank of the predicted revenue, from lowest to highest; column: quantile of y / mu.
    reference : ndarray, shape (201,)
        Quantiles of the predicted revenue when the model was fitted; they turn a prediction into
        a rank whoever else is scored with it.
    """

    ratios: FloatArray
    reference: FloatArray

    def ratio(self, predicted: FloatArray, share: FloatArray | float) -> FloatArray:
        """The `share` quantile of y / mu for customers with these predictions."""
        rank = np.interp(predicted, self.reference, np.linspace(0, 1, len(self.reference)))
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


def ranked_scatter(
    revenue: FloatArray, predicted: FloatArray, prob_active: FloatArray, *, reference: FloatArray
) -> RankedScatter:
    """Learn the scatter from out-of-fold rows of the past.

    Parameters
    ----------
    revenue, predicted, prob_active : ndarray
        What came, what was predicted and how likely an order was, one per past row; only rows
        with revenue are used.
    reference : ndarray
        Predictions of the customers to be scored.
    """
    came = revenue > 0
    if not came.any():
        return RankedScatter(np.ones((CENTRES, QUANTILES)), np.quantile(reference, _grid(201)))
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
    return RankedScatter(np.array(rows), np.quantile(reference, _grid(201)))


def interval(
    scatter: RankedScatter, predicted: FloatArray, prob_active: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Low and high of each customer's revenue.

    With Q(u) = 0 for u <= 1 - p, else mu q((u - 1 + p) / p), and a miss of
    b = (1 - level)^MISS_POWER: [Q(b/2), Q(1 - b/2)] where P(no order) < b/2, [0, Q(1 - b)] up to
    the level, and [0, 0] beyond
    ("most likely nothing"), which holds P(no order) of such customers, more than the level.
    """
    none = 1 - prob_active
    miss = (1 - level) ** MISS_POWER
    tail = miss / 2
    sure = none < tail
    low = np.where(sure, _quantile(scatter, predicted, prob_active, tail), 0.0)
    upper = np.where(sure, 1 - tail, 1 - miss)
    high = np.where(none < level, _quantile(scatter, predicted, prob_active, upper), 0.0)
    return low, np.maximum(high, low)


def interval_if_order(
    scatter: RankedScatter, predicted: FloatArray, prob_active: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Low and high of the revenue of those who do order."""
    expected = predicted / np.maximum(prob_active, 1e-6)
    tail = (1 - level) ** MISS_POWER / 2
    return (
        expected * scatter.ratio(predicted, tail),
        expected * scatter.ratio(predicted, 1 - tail),
    )


def _quantile(
    scatter: RankedScatter,
    predicted: FloatArray,
    prob_active: FloatArray,
    share: FloatArray | float,
) -> FloatArray:
    p = np.maximum(prob_active, 1e-6)
    inner = np.clip((share - 1 + p) / p, 0.0, 1.0)
    return np.where(inner > 0, predicted / p * scatter.ratio(predicted, inner), 0.0)


def _grid(points: int) -> FloatArray:
    return np.linspace(0, 1, points)
