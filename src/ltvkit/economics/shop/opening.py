"""Where a log begins: from which day first orders are those of new customers.

A log that begins in the middle of a shop's life shows old customers as new at first: their first
order is not in it. They buy more often than who has just come, and cost nothing in those days.
"""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from ltvkit.snapshot import as_date

SURGE = 2.0
"""A first month with so many times the new customers of a usual one is full of old ones (W3)."""

_FEWEST_MONTHS = 4

_YEAR_MONTHS = 12
"""Old customers who are still active have ordered by then: a shop that won as many new ones all the
year was not full of them at first, however few it wins later."""


class Opening(NamedTuple):
    """New customers of the first month and of a usual one, and the day from which they are new.

    The two are None in a log too short to tell; `new_from` is None where everybody is new, and
    `left_out` says that it was found here: months before it are full of old customers.
    """

    first_month_new: float | None
    usual_month_new: float | None
    new_from: date | None
    left_out: bool = False


def surges(first: float | None, usual: float | None) -> bool:
    """Whether a first month has so many new customers that most of them must be old ones."""
    return first is not None and bool(usual) and first >= SURGE * (usual or 0.0)


def opening(
    first_orders: pd.Series, as_of: date | str, *, new_from: date | str | None = None
) -> Opening:
    """From which day first orders are those of new customers.

    Months at the beginning are left out as long as the first that is kept has twice the new
    customers of a usual one after it: the median of all months after it, or of the year after it
    where that is more.

    Parameters
    ----------
    first_orders : Series
        Day of each customer's first order.
    as_of : date
        Last day of history. A month still running is not looked at.
    new_from : date, optional
        The day, where it is known: months from it on are looked at, and none is left out.

    Examples
    --------
    >>> months = ["2024-01-05"] * 40 + ["2024-02-05"] * 6 + ["2024-03-05"] * 7 + ["2024-04-05"] * 7
    >>> first_orders = pd.Series(pd.to_datetime(months))
    >>> found = opening(first_orders, "2024-04-30")
    >>> found.first_month_new, found.usual_month_new, str(found.new_from)
    (40.0, 7.0, '2024-02-01')
    >>> str(opening(first_orders, "2024-04-30", new_from="2024-01-01").new_from)
    '2024-01-01'
    """
    day = None if new_from is None else as_date(new_from, name="new_from")
    by_month = first_orders.dt.to_period("M")
    last = (pd.Timestamp(as_of) + pd.Timedelta(days=1)).to_period("M") - 1
    months = pd.period_range(by_month.min(), last, freq="M")
    if day is not None:
        # A month that the day lies within counts in part only.
        months = months[months.start_time >= pd.Timestamp(day)]
    new = by_month.value_counts().reindex(months, fill_value=0).to_numpy(dtype=np.float64)
    if len(new) < _FEWEST_MONTHS:
        return Opening(None, None, day)
    first, usual = _first_and_usual(new)
    if day is not None:
        return Opening(first, usual, day)
    old = 0
    while len(new) - old >= _FEWEST_MONTHS and surges(*_first_and_usual(new[old:])):
        old += 1
    return Opening(first, usual, months[old].start_time.date() if old else None, old > 0)


def _first_and_usual(new: np.ndarray) -> tuple[float, float]:
    usual = max(np.median(new[1:]), np.median(new[1 : 1 + _YEAR_MONTHS]))
    return float(new[0]), float(usual)
