"""The log summed over customers: who arrived when, and what each cohort did on each day."""

from datetime import date

import ibis.expr.types as ir

from ltvkit.data.beginning import history_begins
from ltvkit.errors import NotEnoughDataError
from ltvkit.features.engine import fetch, total
from ltvkit.panel import PERIOD_DAYS, Activity
from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import as_day_number


def activity_of(history: ir.Table, as_of: date, clock: ShopClock = CALENDAR) -> Activity:
    """What the order days up to a day show, summed over the customers since history begins.

    Parameters
    ----------
    history : ibis table
        From `with_history`, nothing after `as_of`.
    as_of : date
        The last day of it, for the message.
    clock : ShopClock
        That `history` was told by.

    Raises
    ------
    NotEnoughDataError
        When nobody had ordered by then.
    """
    if not fetch(history.limit(1)).size:
        raise NotEnoughDataError(
            f"got no order up to {as_of}, expected history; choose a later date"
        )
    since = history.filter(history.first_day >= clock.since(as_day_number(history_begins(history))))
    return Activity(
        arrivals=fetch(arrivals(since)).sort_values("first_day", ignore_index=True),
        repeats=fetch(repeats(since)).sort_values(["cohort", "day"], ignore_index=True),
        clock=clock,
    )


def arrivals(history: ir.Table) -> ir.Table:
    """Customers by the day of their first order: `first_day`, `customers`."""
    first = history.filter(history.number == 1)
    return first.group_by("first_day").aggregate(customers=first.count().cast("int64"))


def repeats(history: ir.Table) -> ir.Table:
    """Repeat orders and revenue by cohort (first day // 28) and day."""
    later = history.filter(history.number > 1)
    later = later.mutate(cohort=(later.first_day / PERIOD_DAYS).floor().cast("int64"))
    return later.group_by(["cohort", "day"]).aggregate(
        repeat_orders=later.count().cast("int64"), repeat_revenue=total(later.revenue)
    )
