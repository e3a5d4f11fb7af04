"""The clock of a shop: what its dates tell, and which times without any order are taken out."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ltvkit.data.beginning import QUARTER_DAYS, counts, history_begins
from ltvkit.log_facts import WEEK_DAYS, usual_pause_days
from ltvkit.shop_clock import CALENDAR, Pause, ShopClock, last_month_end, month_of
from ltvkit.snapshot import as_day_number
from ltvkit.units import DAYS_PER_YEAR, Integers

if TYPE_CHECKING:
    import ibis.expr.types as ir

ENOUGH_DAYS = 12
"""Days with orders that a pause would have had at the pace of before and of after: by chance there
is none of twelve once in 160,000 times."""

MOST_PAUSES, MOST_OF_HISTORY = 2, 1 / 3
"""A shop that pauses more often, or for more of its days, does so by habit: one of campaigns, or
one that sells a collection at a time."""

HARDLY_WEEKS, MOST_WEEKS = 3, 52
HARDLY_DAYS = HARDLY_WEEKS * WEEK_DAYS
HARDLY_ANY, ENOUGH_ORDERS = 1 / 10, 20
"""Three weeks or more with a tenth of the usual orders at most, where 20 in three weeks are usual,
are of a pause: two of 20 come by chance once in two million times."""

AT_THE_ENDS, WITHIN_DAYS = 1 / 4, 3
"""A pause begins and ends with such a week. One with four busy days has more than a quarter of the
usual orders, so that no busy day lies three days within."""

FEWEST_DATES, ORDERS_A_DATE = 4, 5
"""With fewer dates, or orders a date, each may be in a month of its own by chance."""

SAME_TIME_DAYS = 28
"""Pauses that end at the same time of two years, or so nearly, are holidays, and come back."""


def shop_clock(order_days: "ir.Table", as_of: date) -> ShopClock:
    """The clock of a shop: what its dates tell, and when it was shut or its log is missing.

    Where all orders of a month have one date, as its first, its last or its last working day, dates
    tell the month alone; and the year, where all of a year have one.

    Taken out is a pause, in which nobody ordered or a tenth of the usual orders came at most, of
    three weeks to a year, ten times as long as usual, that cannot be chance, if it is no habit:
    there are at most two, over a third of history at most, and not at the same time of two years.
    One longer than a quarter may be the winter of a shop of summer goods, unless the shop sold at
    that time of another year.

    Parameters
    ----------
    order_days : ibis table
        `customer_id`, `ordered_on`.
    as_of : date
        The snapshot, on which the clock is the calendar.

    Examples
    --------
    A hundred days of orders without the fifth to the eighth week:

    >>> import pandas as pd
    >>> from ltvkit.data import order_days_from_frame
    >>> days = pd.date_range("2024-01-01", periods=100)
    >>> days = days[:28].append(days[56:])
    >>> log = order_days_from_frame(
    ...     pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    ... )
    >>> shop_clock(log.order_days, log.as_of).pauses
    (Pause(ended=19779, days=28),)
    """
    day, orders = counts(order_days.group_by("ordered_on").aggregate(orders=order_days.count()))
    if not len(day):
        return CALENDAR
    if coarse := _coarse(day, orders, as_day_number(as_of)):
        return coarse
    since = day >= as_day_number(history_begins(order_days))
    day, orders = day[since], orders[since]
    day = day[~_stragglers(day, orders)]
    without = np.diff(day) - 1
    usual = without.sum() / max(len(without), 1)
    found = np.flatnonzero(without > usual_pause_days(usual))
    pace = _slower_pace(day, found)
    sure = without[found] * pace >= ENOUGH_DAYS
    ended, length, pace = day[1:][found][sure], without[found][sure], pace[sure]
    habit = len(ended) > MOST_PAUSES or length.sum() > MOST_OF_HISTORY * (day[-1] - day[0])
    if habit or same_time_of_years(ended).any():
        return CALENDAR
    return ShopClock(
        tuple(
            Pause(int(to), int(days) // WEEK_DAYS * WEEK_DAYS)
            for to, days, a_day in zip(ended, length, pace, strict=True)
            if days <= QUARTER_DAYS
            or (days <= DAYS_PER_YEAR and _sold_in_another_year(day, to - days, days, a_day))
        )
    )


def _coarse(day: Integers, orders: Integers, as_of_day: int) -> ShopClock | None:
    """The clock of dates that tell the month or the year alone; None where they tell the day."""
    if len(day) < FEWEST_DATES or orders.sum() < ORDERS_A_DATE * len(day):
        return None
    dates = day.astype("datetime64[D]")
    if len(np.unique(dates.astype("datetime64[Y]"))) == len(day):
        return ShopClock(yearly=True)
    if len(np.unique(dates.astype("datetime64[M]"))) < len(day):
        return None
    # The month of the last date is told by it, wherever in the month it lies.
    told = month_of(int(day[day <= as_of_day].max(initial=day[0])))[1]
    of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return ShopClock(
        months_moved=as_of_day - max(told, last_month_end(as_of_day)),
        month_days=(int(of_month.min()), int(of_month.max())),
    )


def _stragglers(day: Integers, orders: Integers) -> np.ndarray:
    """Which days with orders lie in weeks of hardly any, beside quarters of many.

    They lie some days within, so that a busy day at the end is not among them.
    """
    first, span = int(day[0]), int(day[-1] - day[0]) + 1
    until = np.concatenate([[0], np.cumsum(np.bincount(day - first, orders, span))])
    inside = np.zeros(span + 1)
    for weeks in range(HARDLY_WEEKS, MOST_WEEKS + 1):
        begins = np.arange(HARDLY_DAYS, span - WEEK_DAYS * weeks - HARDLY_DAYS)
        ends = begins + WEEK_DAYS * weeks
        before, after = np.maximum(begins - QUARTER_DAYS, 0), np.minimum(ends + QUARTER_DAYS, span)
        pace = np.minimum(
            (until[begins] - until[before]) / (begins - before),
            (until[after] - until[ends]) / (after - ends),
        )
        hardly = until[ends] - until[begins] <= HARDLY_ANY * pace * (ends - begins)
        hardly &= pace * HARDLY_DAYS >= ENOUGH_ORDERS
        for week in (begins, ends - WEEK_DAYS):
            hardly &= until[week + WEEK_DAYS] - until[week] <= AT_THE_ENDS * pace * WEEK_DAYS
        np.add.at(inside, begins[hardly] + WITHIN_DAYS, 1)
        np.add.at(inside, ends[hardly] - WITHIN_DAYS, -1)
    return np.cumsum(inside)[day - first] > 0


def _slower_pace(day: Integers, last: Integers) -> np.ndarray:
    """Days with orders a day in the quarter before each pause, or in that after it if fewer."""
    begins, ended = day[last], day[last + 1]
    before = last - np.searchsorted(day, begins - QUARTER_DAYS)
    after = np.searchsorted(day, ended + QUARTER_DAYS, side="right") - last - 2
    seen_before, seen_after = (
        np.clip(days, WEEK_DAYS, QUARTER_DAYS) for days in (begins - day[0], day[-1] - ended)
    )
    return np.asarray(np.minimum(before / seen_before, after / seen_after))


def _sold_in_another_year(day: Integers, first: int, days: int, pace: float) -> bool:
    """Whether these days of another year have half as many days with orders as by the pace."""
    most = np.ceil((day[-1] - day[0]) / DAYS_PER_YEAR)
    away = np.arange(1, most + 1) * DAYS_PER_YEAR
    then = first + np.concatenate([-away, away])
    sold = np.searchsorted(day, then + days) - np.searchsorted(day, then)
    return bool((sold >= days * pace / 2).any())


def same_time_of_years(day: Integers) -> npt.NDArray[np.bool_]:
    """Which two of these days are at the same time of different years: a row and a column each."""
    apart = np.abs(day[:, None] - day[None, :])
    years = np.round(apart / DAYS_PER_YEAR)
    same: npt.NDArray[np.bool_] = (years > 0) & (
        np.abs(apart - years * DAYS_PER_YEAR) < SAME_TIME_DAYS
    )
    return same
