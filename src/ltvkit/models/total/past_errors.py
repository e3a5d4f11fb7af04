"""How the forecast of the total erred at past dates: in orders, and in what they are worth.

Errors in orders come and go, those in values stay: where first orders are unlike later ones, or
frequent customers spend less an order, Gamma-Gamma errs in the same way every time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ltvkit.panel import YEAR_DAYS, Cut
from ltvkit.units import Floats

LARGEST_LOG_ERROR = 2.0
"""A larger error counts as this one where forecasts are corrected: a factor of seven."""

FEWEST_ORDERS = 20
"""Orders after a past date from which their mean value tells something: a choice."""


@dataclass(frozen=True, slots=True)
class PastDate:
    """A past date, what was forecast of each customer there, and how that erred, as logs.

    Parameters
    ----------
    cut : Cut
        The date, and what came.
    expected : ndarray
        Orders x value of each customer.
    error : float
        ln((actual + c) / (forecast + c)). After some dates nothing may come, as in a shop that
        closes each winter: that is an error of the forecast like any other, and c, a usual order,
        makes it a number.
    orders_error : float
        The same of orders, with c = 1, and the season by hindsight.
    value_error : float
        ln(mean value of an order / forecast of it); missing with fewer than `FEWEST_ORDERS`.
    """

    cut: Cut
    expected: Floats
    error: float
    orders_error: float
    value_error: float

    @classmethod
    def of(
        cls,
        cut: Cut,
        orders: Floats,
        value: Floats,
        *,
        season: float,
        hindsight: float,
        values: float,
    ) -> "PastDate":
        """What came after a cut, held against orders and value of each, moved by these logs.

        The season as it was known there says how far totals miss; by `hindsight`, as it is known
        now, what is left to correct: a first Christmas that was not foreseen was its fault.
        """
        expected = orders * value
        told_orders, told = float(orders.sum()), float(expected.sum())
        came_orders, came = float(cut.future_orders.sum()), float(cut.future_revenue.sum())
        means = cut.summary["mean_order_value"]
        usual = float(means[means > 0].median())
        error = np.log((came + usual) / (told * np.exp(season + values) + usual))
        value_error = np.nan
        if came_orders >= FEWEST_ORDERS and came > 0 and told > 0:
            value_error = np.log(came / came_orders * told_orders / told) - values
        return cls(
            cut=cut,
            expected=expected,
            error=float(error),
            orders_error=float(np.log((came_orders + 1) / (told_orders * np.exp(hindsight) + 1))),
            value_error=float(value_error),
        )

    @property
    def weight(self) -> float:
        """How much its errors tell: the root of the repeat orders known then, and 1.

        Where repeat buying had hardly begun the forecast knew next to nothing of it, and its
        errors, the largest of all, are of a shop that is no more.
        """
        return float(np.sqrt(self.cut.summary["repeat_orders"].sum() + 1.0))


def usual_error(
    past: Sequence[PastDate],
    error: Callable[[PastDate], float],
    *,
    as_of_day: int,
    horizon_days: int,
) -> float:
    """The median of recent errors by weight, averaged with those of a year ago if there are any.

    What is corrected is bounded: an error beyond `LARGEST_LOG_ERROR` says that the shop changed,
    not by how much the next forecast will err. 0 where no date tells any.
    """
    bounded = [
        (one, float(np.clip(error(one), -LARGEST_LOG_ERROR, LARGEST_LOG_ERROR)))
        for one in past
        if np.isfinite(error(one))
    ]
    recent = [
        (e, one.weight) for one, e in bounded if as_of_day - one.cut.day <= 2.5 * horizon_days + 28
    ]
    year_ago = [
        e for one, e in bounded if abs(as_of_day - YEAR_DAYS - one.cut.day) <= horizon_days / 8
    ]
    if not recent:
        return float(np.mean(year_ago)) if year_ago else 0.0
    median = _weighted_median(*np.array(recent).T)
    return (median + float(np.mean(year_ago))) / 2 if year_ago else median


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The median of values of unequal weight; of equal weights, the usual one."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    middle = np.cumsum(weights) - weights / 2
    return float(np.interp(weights.sum() / 2, middle, values))


def concentration(revenue: np.ndarray) -> float:
    """sqrt(sum y^2) / sum y: the relative error of a total that hangs on few customers."""
    return float(np.sqrt((revenue**2).sum()) / revenue.sum())
