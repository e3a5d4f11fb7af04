"""What a log holds, counted: its rows while they are there, and its order days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ltvkit.data.cleaning.clean_log import LogSummary
from ltvkit.data.cleaning.columns import Mapped
from ltvkit.data.cleaning.reasons import WORDS, Reason
from ltvkit.data.cleaning.staging import Staged
from ltvkit.log_facts import NEARLY_ALL

REPEATS_TOTAL = f"low = high OR abs(added - 2 * high) <= {NEARLY_ALL} * high"
"""Of the amounts of an order's rows: whether they are all its total, or one of them is."""

FEWEST_A_DAY, FEW_ONCE = 10, 0.05
"""Rows of a day, below which all may repeat by chance; and the share of its different rows that
are there once, up to which two exports overlap on it: a row may have changed between them."""


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What is counted of rows before they are added up; see `LogSummary`."""

    refund_rows: int
    refunded: float
    accepted_revenue: float
    refunds_after_snapshot: int
    orders_of_lines: int
    orders_of_one_amount: int
    orders_with_total: int
    days_twice: int
    rows_twice: int
    currencies: Mapping[str, int]


def count_rows(staged: Staged, mapped: Mapped, as_of: date) -> RowCounts:
    """Count the rows that are accepted up to a day."""
    refund_rows, refunded, revenue, later = _count_accepted(staged, as_of)
    several, alike, with_total = _count_orders_of_lines(staged, mapped)
    days, rows = _count_days_twice(staged, as_of)
    return RowCounts(
        refund_rows=refund_rows,
        refunded=refunded,
        accepted_revenue=revenue,
        refunds_after_snapshot=later,
        orders_of_lines=several,
        orders_of_one_amount=alike,
        orders_with_total=with_total,
        days_twice=days,
        rows_twice=rows,
        currencies=_count_currencies(staged, as_of),
    )


def _count_accepted(staged: Staged, as_of: date) -> tuple[int, float, float, int]:
    """Accepted refund rows and their sum, the sum of accepted rows, refund rows after as_of."""
    known = (
        f"ordered_on <= DATE '{as_of}' AND customer_id NOT IN "
        f"(SELECT customer_id FROM {staged.schema}.refund_only)"
    )
    refunds, refunded, revenue, later = staged.workspace.row(
        f"SELECT count(*) FILTER ({known} AND revenue < 0), "
        f"coalesce(-sum(revenue) FILTER ({known} AND revenue < 0), 0)::DOUBLE, "
        f"sum(revenue) FILTER ({known})::DOUBLE, "
        f"count(*) FILTER (ordered_on > DATE '{as_of}' AND revenue < 0) "
        f"FROM {staged.table} WHERE reason = 0"
    )
    return refunds, refunded, revenue, later


def _count_orders_of_lines(staged: Staged, mapped: Mapped) -> tuple[int, int, int]:
    """Orders with several rows worth something, and those of them whose rows repeat the total.

    All rows are worth the same then, or one is worth as much as the others together; how many are
    of the second kind alone comes last.
    """
    if mapped.order_id is None:
        return 0, 0, 0
    several, alike, with_total = staged.workspace.row(
        f"SELECT count(*), count(*) FILTER ({REPEATS_TOTAL}), "
        f"count(*) FILTER (low < high AND ({REPEATS_TOTAL})) FROM (SELECT min(revenue) AS low, "
        f"max(revenue) AS high, sum(revenue) AS added FROM {staged.table} WHERE reason = 0 "
        "AND revenue > 0 AND order_id IS NOT NULL GROUP BY order_id HAVING count(*) > 1)"
    )
    return several, alike, with_total


def _count_currencies(staged: Staged, as_of: date) -> dict[str, int]:
    """Accepted rows worth something by currency, commonest first, where several are told of."""
    if staged.currencies is None:
        return {}
    counts = staged.workspace.rows(
        f"SELECT currency, count(*) AS n FROM {staged.table} WHERE reason = 0 AND revenue <> 0 "
        f"AND ordered_on <= DATE '{as_of}' AND currency IS NOT NULL AND customer_id NOT IN "
        f"(SELECT customer_id FROM {staged.schema}.refund_only) GROUP BY 1 ORDER BY n DESC, 1"
    )
    return {staged.currencies.codes[place]: rows for place, rows in counts}


def _count_days_twice(staged: Staged, as_of: date) -> tuple[int, int]:
    """Days on which nearly every row is there twice or more, and the rows of them that repeat."""
    if not staged.duplicates:
        return 0, 0
    days, rows = staged.workspace.row(
        "SELECT count(*), coalesce(sum(n - kinds), 0)::BIGINT FROM (SELECT sum(n) AS n, "
        "count(*) AS kinds, count(*) FILTER (n = 1) AS once FROM (SELECT ordered_on, row_hash, "
        f"count(*) AS n FROM {staged.table} WHERE reason = 0 AND ordered_on <= DATE '{as_of}' "
        "GROUP BY ordered_on, row_hash) GROUP BY ordered_on) "
        f"WHERE n >= {FEWEST_A_DAY} AND once <= {FEW_ONCE} * kinds"
    )
    return days, rows


def summarise(
    staged: Staged,
    rejected: pd.DataFrame,
    rows: RowCounts,
    *,
    netted: bool,
    margin_basis: str,
    begins: date,
) -> LogSummary:
    """Add what the order days hold to what was counted of the rows."""
    schema, workspace = staged.schema, staged.workspace
    customers, days, orders, first, last, revenue, margin = workspace.row(
        "SELECT count(DISTINCT customer_id), count(*), sum(orders)::BIGINT, min(ordered_on), "
        "max(ordered_on), sum(revenue::DECIMAL(38, 6))::DOUBLE, "
        f"sum(margin::DECIMAL(38, 6))::DOUBLE FROM {schema}.order_days"
    )
    zero = workspace.row(f"SELECT count(*) FROM {schema}.days WHERE lines > 0 AND ordered = 0")[0]
    unmatched_refunds, unmatched_amount = (0, 0.0)
    if netted:
        unmatched_refunds, unmatched_amount = workspace.row(
            f"SELECT count(*) FILTER (unmatched > 0), sum(unmatched)::DOUBLE FROM {schema}.netted"
        )
    counts = rejected["reason"].value_counts(sort=False)
    ranked = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
    return LogSummary(
        rows=staged.rows,
        accepted=staged.rows - len(rejected),
        rejected=len(rejected),
        customers=customers,
        order_days=days,
        orders=orders,
        orders_of_lines=rows.orders_of_lines,
        orders_of_one_amount=rows.orders_of_one_amount,
        orders_with_total=rows.orders_with_total,
        currency_column=staged.currencies.name if staged.currencies else "",
        currencies=rows.currencies,
        duplicates=staged.duplicates,
        duplicates_dropped=staged.duplicates_dropped,
        days_twice=rows.days_twice,
        rows_twice=rows.rows_twice,
        unidentified=int(counts.get(WORDS[Reason.NO_CUSTOMER], 0)),
        refund_rows=rows.refund_rows,
        refunded=rows.refunded,
        zero_value_orders=zero,
        unmatched_refunds=unmatched_refunds,
        unmatched_amount=unmatched_amount,
        refunds_after_snapshot=rows.refunds_after_snapshot,
        first_day=first,
        last_day=last,
        begins=begins,
        accepted_revenue=rows.accepted_revenue,
        revenue=revenue,
        margin=margin,
        margin_basis=margin_basis,
        reasons={str(reason): int(count) for reason, count in ranked},
    )
