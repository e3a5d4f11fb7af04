"""Order days with what never changes about them: their number, the gap before them, their day.

Everything a later snapshot asks is a filter and an aggregate of these rows, because each column
looks back only: the number of an order and the gap before it are the same at every snapshot
that sees the order at all.
"""

import ibis
import ibis.expr.types as ir

from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import EPOCH

DAYS_DRAWN = 2**20
"""Where dates tell the month alone every customer has one day of it, drawn from so many parts."""

OrderDays = ir.Table
"""One row per customer and order day (`ltvkit.schemas.ORDER_DAYS`)."""


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Days since 1970-01-01, so that all arithmetic on time is arithmetic on integers."""
    return day.delta(ibis.date(EPOCH.isoformat()), unit="day").cast("int64")


def with_history(order_days: ir.Table, clock: ShopClock = CALENDAR) -> ir.Table:
    """Add to each order day its number, the gap before it, and facts of the first order.

    Parameters
    ----------
    order_days : ibis table
        One row per customer and order day (`ltvkit.schemas.ORDER_DAYS`).
    clock : ShopClock
        That `day` is told by; the calendar when not given.

    Returns
    -------
    ibis table
        The same rows, those of a customer within one pause as one, with `day` (int, days since
        1970-01-01 by the clock), `first_day` (int), `number` (1 for the first order), `gap_days`
        (days since the order before; missing for the first), and `first_revenue` (0 for all orders
        but the first).
    """
    orders = order_days.mutate(day=_told(order_days, clock))
    if clock.pauses:
        orders = _one_a_day(orders)
    per_customer = ibis.window(group_by="customer_id", order_by="day")
    orders = orders.mutate(
        number=(ibis.row_number().over(per_customer) + 1).cast("int64"),
        gap_days=(orders.day - orders.day.lag().over(per_customer)).cast("float64"),
        first_day=orders.day.min().over(ibis.window(group_by="customer_id")),
    )
    return orders.mutate(
        first_revenue=ibis.ifelse(orders.number == 1, orders.revenue, 0.0),
    )


def _told(order_days: ir.Table, clock: ShopClock) -> ir.IntegerValue:
    """The day of each row by the clock."""
    if clock.months_moved is not None:
        start = order_days.ordered_on.truncate("M").cast("date")
        length = day_number((start + ibis.interval(months=1)).cast("date")) - day_number(start)
        own = (order_days.customer_id.hash() & (DAYS_DRAWN - 1)) / DAYS_DRAWN
        return (day_number(start) + (own * length).floor() + clock.months_moved).cast("int64")
    calendar = day_number(order_days.ordered_on)
    day = calendar
    for pause in clock.pauses:
        day += (pause.ended - 1 - calendar).clip(0, pause.days)
    return day.cast("int64")


def _one_a_day(orders: ir.Table) -> ir.Table:
    """The rows of a customer that fall on one day of the clock, added up in the first of them."""
    together = ibis.window(group_by=["customer_id", "day"])
    place = ibis.row_number().over(
        ibis.window(group_by=["customer_id", "day"], order_by="ordered_on")
    )
    added = {
        name: orders[name].sum().over(together).cast(orders[name].type())
        for name in ("revenue", "margin", "orders", "lines")
        if name in orders.columns
    }
    return orders.mutate(place=place, **added).filter(ibis._.place == 0).drop("place")
