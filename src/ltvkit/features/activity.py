"""The log summed over customers: who arrived when, and what each cohort did on each day."""

import ibis.expr.types as ir

from ltvkit.features.engine import total
from ltvkit.panel import PERIOD_DAYS


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
