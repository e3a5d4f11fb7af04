"""Customers at snapshots: the summary the probabilistic models read, and behaviour features.

One expression serves one snapshot or a panel of many: the log joined to the snapshot days on
`day <= snapshot day`, so that nothing after a snapshot can reach its features.
"""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from ltvkit.features.engine import average, quiet, spread, total

WINDOWS = (30, 60, 90, 180, 365)
"""Lengths, in days, of the windows that end at the snapshot."""

RATE_DAYS = 30
"""Added to an age before a rate is formed: a choice, so that a first order yesterday is a rate of
one a month and not of one a day."""


def snapshot_days(days: Iterable[int]) -> ir.Table:
    """A table of snapshot days, column `as_of_day`, each in days since 1970-01-01."""
    with quiet():
        return ibis.memtable({"as_of_day": sorted(days)})


def seen_at(history: ir.Table, snapshots: ir.Table) -> ir.Table:
    """Rows of `history` (see `with_history`) once for each snapshot that sees them, with `ago`."""
    seen = history.join(snapshots, history.day <= snapshots.as_of_day)
    return seen.mutate(ago=seen.as_of_day - seen.day)


def customer_summary(seen: ir.Table) -> ir.Table:
    """Repeat orders, ages and mean order values per snapshot and customer.

    Returns
    -------
    ibis table
        Key `as_of_day`, `customer_id`; `repeat_orders` (x), `age_at_last_order_days` (t_x),
        `age_days` (T), `mean_order_value` (all order days, the first included) and
        `mean_repeat_order_value` (without the first, 0 where there is no repeat order). Orders of
        one day count once.
    """
    # Of what `with_history` adds only `day` is used: windows over every row would cost the most.
    totals = seen.group_by(["as_of_day", "customer_id"]).aggregate(
        orders=seen.count(),
        first_day=seen.day.min(),
        last_day=seen.day.max(),
        revenue=total(seen.revenue),
        first_revenue=seen.revenue.argmin(seen.day),
    )
    repeats = totals.orders - 1
    repeat_revenue = (totals.revenue - totals.first_revenue).round(6)
    return totals.select(
        "as_of_day",
        "customer_id",
        repeat_orders=repeats.cast("int64"),
        age_at_last_order_days=(totals.last_day - totals.first_day).cast("float64"),
        age_days=(totals.as_of_day - totals.first_day).cast("float64"),
        mean_order_value=totals.revenue / totals.orders,
        mean_repeat_order_value=ibis.ifelse(repeats > 0, repeat_revenue / repeats, 0.0),
    )


def behaviour(seen: ir.Table, *, horizon_days: int) -> ir.Table:
    """What a customer has done up to each snapshot, per snapshot and customer.

    Windows (`orders_90d`, `revenue_90d`) end at the snapshot; gaps are days between consecutive
    order days; the season columns count what the customer did one year before the coming horizon.

    Parameters
    ----------
    seen : ibis table
        From `seen_at`.
    horizon_days : int
        Length of the future that the features shall help to predict.

    Returns
    -------
    ibis table
        Key `as_of_day`, `customer_id`, and one float column per feature; missing where a customer
        cannot have it (a gap without a second order).
    """
    last = ibis._.day == ibis._.last_day
    seen = seen.mutate(
        last_day=seen.day.max().over(ibis.window(group_by=["as_of_day", "customer_id"]))
    )
    seen = seen.mutate(orders_one=ibis.literal(1, "int64"))
    windows = {
        f"{what}_{days}d": total(seen[column], where=seen.ago < days)
        for days in WINDOWS
        for what, column in (("orders", "orders_one"), ("revenue", "revenue"))
    }
    year_ago = (seen.ago < 365) & (seen.ago >= 365 - min(horizon_days, 365))
    half_age = ibis._.ago * 2 < (ibis._.as_of_day - ibis._.first_day)
    features = seen.group_by(["as_of_day", "customer_id"]).aggregate(
        days_since_last=ibis._.ago.min().cast("float64"),
        revenue_total=total(seen.revenue),
        first_order_value=total(seen.first_revenue),
        last_order_value=ibis._.revenue.max(where=last),
        max_order_value=ibis._.revenue.max(),
        order_value_sd=spread(seen.revenue),
        lines_per_order=average(seen.lines),
        mean_gap_days=average(seen.gap_days),
        sd_gap_days=spread(seen.gap_days),
        max_gap_days=ibis._.gap_days.max(),
        last_gap_days=ibis._.gap_days.max(where=last),
        orders_recent_half=ibis._.orders_one.sum(where=half_age).fill_null(0).cast("float64"),
        orders_year_ago=ibis._.orders_one.sum(where=year_ago).fill_null(0).cast("float64"),
        revenue_year_ago=total(seen.revenue, where=year_ago),
        order_days=ibis._.count().cast("float64"),
        first_day=ibis._.first_day.min(),
        first_on=ibis._.ordered_on.min(),
        **windows,
    )
    age = (features.as_of_day - features.first_day).cast("float64")
    # Without a second order there is no gap; DuckDB's greatest would read the missing one as 1.
    usual_gap = ibis.ifelse(
        features.mean_gap_days.notnull(), ibis.greatest(features.mean_gap_days, 1.0), ibis.null()
    )
    # Ratios carry over between customers of different habits, and between shops.
    return features.mutate(
        first_month=features.first_on.month().cast("float64"),
        first_weekday=features.first_on.day_of_week.index().cast("float64"),
        overdue_ratio=features.days_since_last / usual_gap,
        gap_variation=features.sd_gap_days / usual_gap,
        recency_share=1 - features.days_since_last / ibis.greatest(age, 1.0),
        order_rate=features.order_days / (age + RATE_DAYS),
        revenue_rate=features.revenue_total / (age + RATE_DAYS),
        recent_half_share=features.orders_recent_half / features.order_days,
        last_to_mean_value=(
            features.last_order_value * features.order_days / features.revenue_total.nullif(0)
        ).fill_null(0),
    ).drop("first_day", "first_on", "order_days")
