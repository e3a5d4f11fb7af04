"""How good a forecast was, as plain functions of what happened and what was said.

Three questions, kept apart because a forecast can be right on one and wrong on the next:

- **ranking**: `gini`, `spearman`, `top_capture`, `auc`;
- **level**: `bias`, `decile_error`, `decile_table`;
- **error of a customer's value**: `mae`, `rmse`, and both again at the true level;
- and of what was claimed about chances and intervals: `brier`, `calibration_error` beside its
  `calibration_floor`, `coverage` beside `attainable_coverage`.

Conventions. The truth comes first, the forecast second; both are one-dimensional, finite and
equally long. Customers with equal forecasts share what they have in common evenly, so that no
figure depends on the order of the rows. A figure that is not defined (nobody bought, everybody
bought the same, no customer) is `nan`, never 0 and never an error.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from ltvkit.deciles import DECILES, cumulative, equal_count_edges
from ltvkit.evaluation._arrays import aligned, mean, ratio
from ltvkit.evaluation.chances import auc, brier, calibration_error, calibration_floor
from ltvkit.evaluation.coverage import (
    AttainableCoverage,
    attainable_coverage,
    coverage,
)
from ltvkit.units import Floats

__all__ = [
    "AttainableCoverage",
    "attainable_coverage",
    "auc",
    "bias",
    "brier",
    "calibration_error",
    "calibration_floor",
    "chance_gini",
    "coverage",
    "decile_error",
    "decile_table",
    "gini",
    "mae",
    "mae_at_level",
    "rmse",
    "rmse_at_level",
    "spearman",
    "top_capture",
]

RANDOM_ORDERS, RANDOM_QUANTILE, RANDOM_SEED = 2_000, 0.9938, 2_000
"""How many random orders, which quantile of their Ginis (2.5 standard deviations above the mean of
a normal variable), and the seed of the draw: a log has one such figure."""

FEW_CUSTOMERS = 2_000
"""So many are put into random orders as they are; of more, places are drawn."""


def gini(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    r"""How well the forecast ranks customers by value: 1 perfect, 0 no better than chance.

    The normalised Gini coefficient. Order customers by descending forecast and draw the share of
    actual revenue gained against the share of customers; with A(s) the area under that curve when
    ordering by s,

    .. math:: G = (A(predicted) - 1/2) / (A(actual) - 1/2)
              = \operatorname{cov}(y, r_{predicted}) / \operatorname{cov}(y, r_y)

    where r are average ranks: the trapezoid gives tied customers the mean of their ranks.

    Parameters
    ----------
    actual, predicted : array-like of shape (customers,)
        Revenue (or margin) that came and that was forecast.

    Returns
    -------
    float
        At most 1; negative when the ranking is worse than chance. `nan` when all customers
        brought the same (nobody bought, or there is one customer): any order is then perfect.

    References
    ----------
    Frees, Meyers & Cummings (2011), Summarizing insurance scores using a Gini index, JASA 106.

    Examples
    --------
    The order is right but for a tie that straddles the buyer:

    >>> gini([0, 0, 10], [1, 5, 5])
    0.5

    A constant forecast says nothing, wherever the buyers stand in the table:

    >>> gini([0, 0, 10], [5, 5, 5])
    0.0
    """
    truth, forecast = aligned(actual, predicted)
    perfect = _covariance_with_rank(truth, truth)
    return ratio(_covariance_with_rank(truth, forecast), perfect)


def chance_gini(actual: npt.ArrayLike) -> float:
    """The Gini that a random order of these customers exceeds once in 160 times.

    The 99.4 % quantile (of a normal variable it is 2.5 standard deviations) of 2,000 random orders;
    where few customers are most of the revenue they are far from normal.

    Parameters
    ----------
    actual : array-like of shape (customers,)
        Revenue that came.

    Returns
    -------
    float
        `nan` where no order is better than another.

    Examples
    --------
    >>> round(chance_gini([0, 0, 0, 10] * 50), 2)
    0.24
    """
    (truth,) = aligned(actual)
    n = len(truth)
    if n < 2 or np.ptp(truth) == 0:
        return float("nan")
    dice = np.random.default_rng(RANDOM_SEED)
    beyond = truth - truth.mean()
    if n <= FEW_CUSTOMERS:
        places = dice.permuted(np.tile(np.arange(n), (RANDOM_ORDERS, 1)), axis=1)
        gained = (2 * places - n + 1) @ beyond
    else:
        # Among so many, two may draw the same place; who brought nothing is alike, and together
        # as good as normal.
        nothing = truth == 0
        spread = truth.mean() * n * float(np.sqrt(nothing.sum() / 3))
        gained = spread * dice.standard_normal(RANDOM_ORDERS)
        buyers = beyond[~nothing]
        for start in range(0, len(buyers), FEW_CUSTOMERS):
            some = buyers[start : start + FEW_CUSTOMERS]
            gained += (2 * dice.integers(n, size=(RANDOM_ORDERS, len(some))) - n + 1) @ some
    most = float((2 * np.arange(n) - n + 1) @ np.sort(truth))
    return float(np.quantile(gained, RANDOM_QUANTILE)) / most


def spearman(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Rank correlation of forecast and truth, ties given their average rank.

    Pearson's correlation of the average ranks. `nan` when either side is constant.

    Examples
    --------
    >>> spearman([0, 0, 5, 9], [0.1, 0.1, 3.0, 2.0])
    0.7777777777777778
    """
    truth, forecast = aligned(actual, predicted)
    if truth.size == 0:
        return float("nan")
    a, b = (rankdata(side) - (side.size + 1) / 2 for side in (truth, forecast))
    return ratio(float(a @ b), float(np.sqrt((a @ a) * (b @ b))))


def mae(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Mean absolute error, in money.

    It rewards a forecast that is too low when most customers buy nothing: compare models by
    `mae_at_level`, and their level by `bias`.

    Examples
    --------
    >>> mae([0, 10], [1, 8])
    1.5
    """
    truth, forecast = aligned(actual, predicted)
    return mean(np.abs(forecast - truth))


def rmse(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Root of the mean squared error, in money.

    Examples
    --------
    >>> rmse([0, 10], [3, 6])
    3.5355339059327378
    """
    truth, forecast = aligned(actual, predicted)
    return float(np.sqrt(mean((forecast - truth) ** 2)))


def bias(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Error of the total: forecast / actual - 1. `nan` when nothing came.

    Examples
    --------
    >>> bias([0, 10], [3, 9])
    0.19999999999999996
    """
    truth, forecast = aligned(actual, predicted)
    return ratio(float(forecast.sum()), float(truth.sum())) - 1.0


def mae_at_level(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Mean absolute error after rescaling the forecast to the true total, in money.

    Takes the level out, so that a forecast gains nothing by being too low. `nan` when either
    total is 0: there is no level to take out.

    Examples
    --------
    >>> mae_at_level([0, 10], [1, 4]), mae_at_level([0, 10], [100, 400])
    (2.0, 2.0)
    """
    truth, forecast = aligned(actual, predicted)
    return mae(truth, _at_level(truth, forecast)) if _has_level(truth, forecast) else float("nan")


def rmse_at_level(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Root of the mean squared error after rescaling the forecast to the true total, in money.

    `nan` when either total is 0.

    Examples
    --------
    >>> rmse_at_level([0, 10], [1, 4])
    2.0
    """
    truth, forecast = aligned(actual, predicted)
    return rmse(truth, _at_level(truth, forecast)) if _has_level(truth, forecast) else float("nan")


def decile_table(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> pd.DataFrame:
    """Forecast and truth of ten equal groups of customers, the best by forecast first.

    Decile d holds the customers at positions floor(n (d-1)/10) + 1 … floor(n d/10) by descending
    forecast. Where a tie straddles a border, its members are shared: each side gets the tie's
    mean, so row order does not matter.

    Returns
    -------
    pandas.DataFrame
        `decile` 1 (highest forecast) … 10, `customers`, and the totals `predicted` and `actual`.
        Below ten customers some deciles are empty.

    Examples
    --------
    >>> decile_table(range(20), range(20)).head(2)
       decile  customers  predicted  actual
    0       1          2       37.0    37.0
    1       2          2       33.0    33.0
    """
    truth, forecast = aligned(actual, predicted)
    edges = equal_count_edges(truth.size, DECILES)
    return pd.DataFrame(
        {
            "decile": np.arange(1, DECILES + 1),
            "customers": np.diff(edges),
            "predicted": np.diff(cumulative(forecast, by=forecast, at=edges)),
            "actual": np.diff(cumulative(truth, by=forecast, at=edges)),
        }
    )


def decile_error(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """How far the deciles' totals are from the truth, relative to all revenue.

    Sum over deciles of `|predicted - actual|`, divided by total actual revenue. It is the
    decile-level mean absolute percentage error of Wang, Liu & Miao (2019, section 4.4) with each
    decile weighted by its share of revenue: unweighted, one low decile in which nobody bought
    makes it infinite. 0 is a forecast whose deciles are all right; it is never below `|bias|`.
    `nan` when nothing came.

    References
    ----------
    Wang, Liu & Miao (2019), A deep probabilistic model for customer lifetime value prediction,
    arXiv:1912.07753.

    Examples
    --------
    >>> decile_error([0] * 9 + [10], [0.5] * 9 + [5.5])
    0.9
    """
    truth, forecast = aligned(actual, predicted)
    table = decile_table(truth, forecast)
    gap = float((table["predicted"] - table["actual"]).abs().sum())
    return ratio(gap, float(truth.sum()))


def top_capture(actual: npt.ArrayLike, predicted: npt.ArrayLike, *, share: float = 0.1) -> float:
    """Share of actual revenue that came from the best `share` of customers by forecast.

    A customer who lies across the border counts in part, and tied customers share evenly, so a
    constant forecast captures `share`. `top_capture(actual, actual)` is the most that a ranking
    could have. `nan` when nothing came.

    Examples
    --------
    >>> actual = [50, 0, 20, 10, 10, 4, 3, 2, 1, 0]
    >>> top_capture(actual, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    0.5
    >>> top_capture(actual, [1] * 10, share=0.3)
    0.3
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share: got {share}, expected above 0 up to 1; 0.1 is the top tenth")
    truth, forecast = aligned(actual, predicted)
    captured = cumulative(truth, by=forecast, at=np.array([share * truth.size]))
    return ratio(float(captured[0]), float(truth.sum()))


def _has_level(truth: Floats, forecast: Floats) -> bool:
    return bool(truth.sum() != 0.0 and forecast.sum() != 0.0)


def _at_level(truth: Floats, forecast: Floats) -> Floats:
    return forecast * (float(truth.sum()) / float(forecast.sum()))


def _covariance_with_rank(amount: Floats, by: Floats) -> float:
    if amount.size == 0:
        return 0.0
    return float(amount @ (rankdata(by) - (by.size + 1) / 2))
