"""What is usual in the shop, for a reason to hold a customer's figure against."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.reasons.topics import (
    MORE_IS_BETTER,
    SINCE_FIRST,
    columns_told,
    entry_of,
)
from ltvkit.units import Floats

BEST_SHARE = 0.1
"""Of the shop's customers: what only so many do better is no reason for a low value."""


def usual_values(features: pd.DataFrame) -> pd.DataFrame:
    """The median and the best tenth of every feature of which more, or less, is better.

    Of repeat orders the median is that of customers who made any.

    Parameters
    ----------
    features : DataFrame
        All customers of the shop, a row each.

    Returns
    -------
    DataFrame
        By feature: `middle`, and `best`, which a tenth of the customers surpass.

    Examples
    --------
    >>> features = pd.DataFrame({"revenue_total": [10.0, 20.0, 90.0], "first_month": [1, 5, 9]})
    >>> usual_values(features)
                   middle  best
    revenue_total    20.0  76.0
    """
    more = {
        str(name): MORE_IS_BETTER[key]
        for name in features
        if (key := entry_of(str(name))[0]) is not None and key in MORE_IS_BETTER
    }
    known = features[list(more)].astype("float64")
    best = {n: known[n].quantile(1 - BEST_SHARE if more[n] else BEST_SHARE) for n in more}
    if "mean_repeat_order_value" in known:
        known = known.assign(
            mean_repeat_order_value=known["mean_repeat_order_value"].where(lambda mean: mean > 0)
        )
    return pd.DataFrame({"middle": known.median(), "best": pd.Series(best, dtype="float64")})


def among_the_best(feature: str, rows: pd.DataFrame, usual: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Customers whose figure is better than that of nine in ten; none where that is not known.

    Examples
    --------
    >>> shop = pd.DataFrame({"days_since_last": range(20)})
    >>> among_the_best("days_since_last", shop, usual_values(shop)).sum()
    np.int64(2)
    """
    key, _ = entry_of(feature)
    if key is None or feature not in usual.index or feature not in rows:
        return np.zeros(len(rows), dtype=bool)
    value, best = rows[feature].to_numpy(dtype=float), usual["best"][feature]
    return np.asarray(value > best if MORE_IS_BETTER[key] else value < best)


def usual_beside(
    feature: str, rows: pd.DataFrame, raises: npt.NDArray[np.bool_], usual: pd.DataFrame
) -> Floats:
    """What to tell beside a customer's figure, in its unit; missing where it would say nothing.

    It is told where it says why: of somebody above what is usual whose value is raised by it, or
    below whose value is lowered, and the other way round where less is better. A figure of the
    time as a customer is held against what is usual for as long a time. Of an order of today
    nothing need be said.

    Parameters
    ----------
    feature : str
    rows : DataFrame
        Features of the customers it speaks of.
    raises : bool array
        Whether it raises their values.
    usual : DataFrame
        Of `usual_values`.
    """
    nothing = np.full(len(rows), np.nan)
    key, _ = entry_of(feature)
    middle = float(usual["middle"].get(feature, np.nan))
    if key is None or not np.isfinite(middle) or not columns_told(key) <= set(rows):
        return nothing
    value = rows[feature].to_numpy(dtype=float)
    better = value > middle if MORE_IS_BETTER[key] else value < middle
    worse = value < middle if MORE_IS_BETTER[key] else value > middle
    told = np.full(len(rows), middle)
    if key == "recency_share":
        told = (1 - middle) * rows["age_days"].to_numpy(dtype=float)
    elif key in SINCE_FIRST:
        figure = rows[SINCE_FIRST[key]].to_numpy(dtype=float) + (key == "order_rate")
        told = np.divide(figure * middle, value, out=nothing.copy(), where=value > 0)
    if key in ("days_since_last", "recency_share"):
        told = np.where(rows["days_since_last"] > 0, told, np.nan)
    says_why: Floats = np.where(np.where(raises, better, worse), told, np.nan)
    return says_why
