"""Whether a log goes on all the time, and with the same customers.

A shop that moves to another system may give its customers new ids. Everybody then looks lost on
that day, or new after it, and no model can tell (docs/methods/odd_logs.md). It shows in the orders:
one day on, hardly any is of a customer known before.

Nor can a model tell who leaves if those who left are not in the log, as in an export of active
customers.
"""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from ltvkit.data.beginning import QUARTER_DAYS
from ltvkit.data.checks.first_orders import first_orders_of_late
from ltvkit.data.checks.values import values_of_late
from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.data.clock import same_time_of_years
from ltvkit.log_facts import HOLIDAY_DAYS, WEEK_DAYS, Continuity
from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import EPOCH, as_date
from ltvkit.units import Integers

HARDLY_ANY = 1 / 20
"""Of the orders that customers known before would usually make."""

ENOUGH_ORDERS = 20
"""Repeat orders in the quarter before a day, and expected ones after it: of fewer none comes by
chance now and then."""

FEWEST_REPEATS = 1 / 10
"""Share of orders: where fewer are repeat orders, a new id is nothing unusual."""


LEAST_HISTORY_DAYS = 182
"""In less, nobody was silent for long."""


def continuity(log: CleanLog, clock: ShopClock = CALENDAR) -> Continuity:
    """Where nobody ordered since history begins, and whether ids, customers and values changed.

    Parameters
    ----------
    log : CleanLog
        The order days.
    clock : ShopClock
        That the models tell days by.
    """
    days = log.workspace.frame(
        f"SELECT DISTINCT ordered_on - DATE '{EPOCH}' AS day FROM {log.table} "
        f"WHERE ordered_on >= DATE '{log.summary.begins}' ORDER BY day"
    )["day"].to_numpy(dtype=np.int64)
    gaps, ends = np.diff(days) - 1, days[1:]
    longest, ended = _longest(gaps, ends)
    once = ~_comes_back(gaps, ends)
    odd, odd_ended = _longest(gaps[once], ends[once])
    pauses = [(one.days, EPOCH + timedelta(days=one.ended)) for one in clock.pauses]
    without_any = (odd // WEEK_DAYS * WEEK_DAYS, odd_ended)
    with_few = max((one for one in pauses if one != without_any), default=(0, None))
    renamed_after, returned, expected = _renamed(log)
    early, silent_early = _early(log)
    orders_before, came_back = log.workspace.row(
        "SELECT sum(before)::BIGINT, count(*) FILTER (days > 1) FROM (SELECT count(*) AS days, "
        f"count(*) FILTER (ordered_on < DATE '{log.summary.begins}') AS before "
        f"FROM {log.table} GROUP BY customer_id)"
    )
    usual_value, late_value, value_change = values_of_late(log)
    new_days, new_customers, new_usual = first_orders_of_late(log)
    return Continuity(
        last_days=(log.as_of - log.summary.last_day).days,
        longest_days=longest,
        longest_to=ended,
        usual_days=float(gaps.mean()) if len(gaps) else 0.0,
        odd_days=odd,
        odd_to=odd_ended,
        taken_out=without_any in pauses,
        few_days=with_few[0],
        few_to=with_few[1],
        dates_tell="year" if clock.yearly else "month" if clock.months_moved is not None else "day",
        renamed_after=renamed_after,
        returned=returned,
        expected=expected,
        early=early,
        silent_early=silent_early,
        begins=log.summary.begins,
        orders_before=orders_before,
        came_back=came_back,
        usual_value=usual_value,
        late_value=late_value,
        value_change=value_change,
        new_days=new_days,
        new_customers=new_customers,
        new_usual=new_usual,
    )


def _longest(gaps: Integers, ends: Integers) -> tuple[int, date | None]:
    """Days without an order, and the day that ended them; the last of several as long."""
    if not gaps.max(initial=0):
        return 0, None
    place = len(gaps) - 1 - int(gaps[::-1].argmax())
    return int(gaps[place]), EPOCH + timedelta(days=int(ends[place]))


def _comes_back(gaps: Integers, ends: Integers) -> npt.NDArray[np.bool_]:
    """Which of the long ones begin and end at the same times of the year as another one."""
    back = np.zeros(len(gaps), dtype=bool)
    long = np.flatnonzero(gaps > HOLIDAY_DAYS)
    same = same_time_of_years(ends[long]) & same_time_of_years(ends[long] - gaps[long])
    back[long] = same.any(axis=1)
    return back


def _early(log: CleanLog) -> tuple[int, int]:
    """Customers of the first third of history, and how many were silent for its last half."""
    begins, days = log.summary.begins, (log.as_of - log.summary.begins).days
    if days < LEAST_HISTORY_DAYS:
        return 0, 0
    early, silent = log.workspace.row(
        f"SELECT count(*), count(*) FILTER (last < DATE '{begins}' + {days // 2}) FROM (SELECT "
        f"min(ordered_on) AS first, max(ordered_on) AS last FROM {log.table} GROUP BY customer_id) "
        f"WHERE first BETWEEN DATE '{begins}' AND DATE '{begins}' + {days // 3}"
    )
    return int(early), int(silent)


def _renamed(log: CleanLog) -> tuple[date | None, int, int]:
    """The last day of old ids, orders by customers known then in the quarter after it, and usual.

    Usual is the share of repeat orders in the quarter before, of all orders in the quarter after,
    and no more than there were: after a giveaway most orders are of new customers.
    """
    first = log.summary.first_day
    days = (log.summary.last_day - first).days + 1
    rows = log.workspace.frame(
        f"WITH orders AS (SELECT ordered_on - DATE '{first}' AS day, "
        f"min(ordered_on) OVER (PARTITION BY customer_id) - DATE '{first}' AS first "
        f"FROM {log.table}) SELECT day, count(*) AS orders, "
        "count(*) FILTER (first < day) AS repeats, 0 AS within, 0 AS ever "
        "FROM orders GROUP BY day UNION ALL "
        f"SELECT greatest(first, day - {QUARTER_DAYS}), 0, 0, count(*), 0 FROM orders "
        "WHERE first < day GROUP BY 1 UNION ALL "
        "SELECT first, 0, 0, 0, count(*) FROM orders WHERE first < day GROUP BY 1"
    )
    day = rows["day"].to_numpy(dtype=np.int64)
    orders, repeats, within, ever = (
        np.bincount(day, rows[name], minlength=days)
        for name in ("orders", "repeats", "within", "ever")
    )
    at = np.arange(days)
    after, before = np.minimum(at + QUARTER_DAYS, days - 1), at - QUARTER_DAYS
    all_by, repeats_by = np.cumsum(orders), np.cumsum(repeats)
    # Of each day: orders in the quarter after it, those of customers known on it, and ever after.
    ahead = all_by[after] - all_by
    returned, ever_returned = np.cumsum(within - repeats), np.cumsum(ever - repeats)
    behind, again = (
        by - np.where(before >= 0, by[np.maximum(before, 0)], 0) for by in (all_by, repeats_by)
    )
    share = again / np.maximum(behind, 1)
    expected = np.minimum(share * ahead, again)
    renamed = (
        (again >= ENOUGH_ORDERS)
        & (share >= FEWEST_REPEATS)
        & (expected >= ENOUGH_ORDERS)
        & (returned <= HARDLY_ANY * expected)
    )
    back_later = ever_returned > HARDLY_ANY * share * (all_by[-1] - all_by)
    gone = np.flatnonzero(renamed & ~back_later)
    if not len(gone):
        return None, 0, 0
    # Of the days around it, the one after which the fewest came back.
    place = min(gone, key=lambda one: (returned[one], -expected[one]))
    # Who gives each December comes back: after every one all others are new for a while.
    if (np.abs(np.flatnonzero(renamed & back_later) - place) > QUARTER_DAYS).any():
        return None, 0, 0
    then = as_date(np.datetime64(first, "D") + int(place))
    return then, round(float(returned[place])), round(float(expected[place]))
