"""What happened after a snapshot: the labels that models learn from and backtests judge by."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from ltvkit.features.engine import fetch, total
from ltvkit.features.orders import with_history
from ltvkit.features.snapshots import snapshot_days
from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import Snapshot, as_day_number


def targets(history: ir.Table, snapshots: ir.Table, *, horizon_days: int) -> ir.Table:
    """Orders and revenue of the customers known at each snapshot, in the days after it.

    The future of a snapshot is `(as_of_day, as_of_day + horizon_days]`. Customers whose first
    order lies after the snapshot are not known at it and have no row.

    Parameters
    ----------
    history : ibis table
        From `with_history`.
    snapshots : ibis table
        From `snapshot_days`.
    horizon_days : int
        Length of the future in days.

    Returns
    -------
    ibis table
        Key `as_of_day`, `customer_id`; `future_orders` (order days), `future_revenue` and
        `days_until_order`, the first of them. Only customers who ordered: whoever is not here
        ordered nothing.
    """
    after = history.join(
        snapshots,
        (history.day > snapshots.as_of_day)
        & (history.day <= snapshots.as_of_day + ibis.literal(horizon_days, "int64"))
        & (history.first_day <= snapshots.as_of_day),
    )
    return after.group_by(["as_of_day", "customer_id"]).aggregate(
        future_orders=after.count().cast("float64"),
        future_revenue=total(after.revenue),
        days_until_order=(after.day - after.as_of_day).min().cast("float64"),
    )


def orders_after(
    order_days: ir.Table, snapshot: Snapshot, clock: ShopClock = CALENDAR
) -> pd.DataFrame:
    """`targets` of one snapshot of a log, over its horizon on the shop's clock."""
    as_of_day = as_day_number(snapshot.as_of)
    return fetch(
        targets(
            with_history(order_days, clock),
            snapshot_days([clock.at(as_of_day)]),
            horizon_days=clock.ahead(as_of_day, snapshot.horizon_days),
        )
    )
