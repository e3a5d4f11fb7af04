"""Where the history of a log begins that says something of the shop.

Exports of a shop that moved from one system to another, or was tried out for years before it
opened, begin with a few customers long ago. Counted from there, history is years long and says
nothing: dates that look back on a handful of customers would be learned from, a season would be
taken for seen, and totals would follow. So it does of a shop that grew for years from very little.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import xlogy

from ltvkit.snapshot import as_date

if TYPE_CHECKING:
    import ibis.expr.types as ir

QUARTER_DAYS = 91
QUIET = 1 / 5
"""A quarter with less than this share of the orders of a usual one is quiet."""

USUAL = 1 / 4
"""A usual quarter has as many orders as three in four orders look back on."""

QUIET_FOR_DAYS = 182
MOST_BEFORE = 1 / 10
"""Share of all orders that customers from before may have; with more, they are the shop."""


def history_begins(order_days: "ir.Table") -> date:
    """The day from which the history of a log counts: its first, unless half a year was quiet.

    That is the end of the last half year in which no quarter had a fifth of the orders of a usual
    one, if the customers from before it have at most a tenth of all orders to this day.

    Parameters
    ----------
    order_days : ibis table
        `customer_id`, `ordered_on`; at least one row.

    Examples
    --------
    A hundred days of orders, and two orders of somebody who tried the shop five years before:

    >>> import pandas as pd
    >>> from ltvkit.data import order_days_from_frame
    >>> days = pd.date_range("2024-01-01", periods=100).append(
    ...     pd.to_datetime(["2019-03-01", "2019-03-09"])
    ... )
    >>> customers = [*map(str, range(100)), "early", "early"]
    >>> log = order_days_from_frame(
    ...     pd.DataFrame({"customer_id": customers, "ordered_at": days, "revenue": 1.0})
    ... )
    >>> log.summary.first_day, history_begins(log.order_days)
    (datetime.date(2019, 3, 1), datetime.date(2024, 1, 1))
    """
    by_day = order_days.group_by("ordered_on").aggregate(orders=order_days.count())

    def by_first_day() -> tuple[np.ndarray, np.ndarray]:
        customers = order_days.group_by("customer_id").aggregate(
            ordered_on=order_days.ordered_on.min(), orders=order_days.count()
        )
        return counts(customers.group_by("ordered_on").aggregate(orders=customers.orders.sum()))

    return begins_by(*counts(by_day), by_first_day)


def begins_by(
    day: np.ndarray,
    orders: np.ndarray,
    by_first_day: Callable[[], tuple[np.ndarray, np.ndarray]],
) -> date:
    """As `history_begins`, by counts.

    Parameters
    ----------
    day, orders : int array
        Days since 1970-01-01, rising, and the order days of each.
    by_first_day : callable
        Gives the first days of customers, likewise, and all order days of those who came on each.
        It is called only where half a year was quiet.
    """
    start = int(day[0])
    daily = np.bincount(day - start, orders)
    by_now = np.append(0, np.cumsum(daily))
    end = np.arange(1, len(by_now))
    quarter = by_now[end] - by_now[np.maximum(end - QUARTER_DAYS, 0)]
    usual = np.quantile(quarter[day - start], USUAL, weights=orders, method="inverted_cdf")
    busy = np.flatnonzero(quarter >= QUIET * usual)
    after_quiet = busy[np.diff(busy, prepend=-1) > QUIET_FOR_DAYS]
    if not len(after_quiet):
        return as_date(np.datetime64(start, "D"))
    first_day, of_customers = by_first_day()
    begins = np.array([_pace_changed(daily, to) for to in after_quiet], dtype=int)
    before = np.append(0, np.cumsum(of_customers))[np.searchsorted(first_day, start + begins)]
    counts_from = begins[before <= MOST_BEFORE * orders.sum()].max(initial=0)
    return as_date(np.datetime64(start + int(counts_from), "D"))


def _pace_changed(daily: np.ndarray, to: int) -> int:
    """The day in the quarter up to `to` from which orders came at another pace, likeliest."""
    days = np.arange(1, QUARTER_DAYS)
    before = np.cumsum(daily[to - QUARTER_DAYS + 1 : to + 1])
    after = before[-1] - before[:-1]
    before = before[:-1]
    likelihood = xlogy(before, before / days) + xlogy(after, after / (QUARTER_DAYS - days))
    return int(to - QUARTER_DAYS + 1 + days[likelihood.argmax()])


def counts(by_day: "ir.Table") -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970-01-01, rising, and the orders of each, of `ordered_on` and `orders`."""
    found = by_day.order_by("ordered_on").to_pyarrow()
    days = found["ordered_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return days, found["orders"].to_numpy().astype(np.int64)
