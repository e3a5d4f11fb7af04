"""From a transaction log to order days: rows are parsed, checked, put aside, netted, added up.

Nothing is dropped in silence. Every row of the input is either part of an order day, or netted as
a refund, or in `rejected` with its reason.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ltvkit.data.amounts import LIMIT
from ltvkit.data.columns import ColumnMap, Mapped, check_columns
from ltvkit.data.refunds import net_carried_refunds
from ltvkit.data.sources import Source, source_from_frame
from ltvkit.data.staging import STAGED_REASONS, Staged, rejected_rows, stage
from ltvkit.data.workspace import Workspace, ident
from ltvkit.errors import DataError

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary:
    """What a log holds, in counts.

    Parameters
    ----------
    rows, accepted, rejected : int
        Rows of the input; `rows = accepted + rejected`.
    customers, order_days, orders : int
        Orders are distinct order ids within a day, or days where there is no order id.
    duplicates : int
        Rows that repeat an earlier row in every column of the input.
    duplicates_dropped : int
        How many of them were put aside (0 unless asked for).
    refund_rows : int
        Accepted rows with a negative amount.
    zero_value_orders : int
        Order days that were worth nothing before any refund.
    unmatched_refunds : int
        Customer days whose refunds exceed all that the customer had bought before.
    unmatched_amount : float
        By how much; it is left out of `revenue`, which never falls below 0.
    first_day, last_day : date
        First and last order day.
    accepted_revenue, revenue, margin : float
        Sum of the accepted rows; of order days: `revenue = accepted_revenue + unmatched_amount`.
    margin_basis : str
        `margin` when a margin column was mapped, else `revenue`.
    reasons : mapping of str to int
        Rows put aside, by reason, most first.
    """

    rows: int
    accepted: int
    rejected: int
    customers: int
    order_days: int
    orders: int
    duplicates: int
    duplicates_dropped: int
    refund_rows: int
    zero_value_orders: int
    unmatched_refunds: int
    unmatched_amount: float
    first_day: date
    last_day: date
    accepted_revenue: float
    revenue: float
    margin: float
    margin_basis: str
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanLog:
    """A cleaned log.

    Parameters
    ----------
    order_days : ibis table
        One row per customer and order day (`ltvkit.schemas.ORDER_DAYS`), sorted by both, in the
        workspace's DuckDB connection.
    rejected : DataFrame
        `row` (1 = first line of data), `reason`, then the columns of the input as text.
    summary : LogSummary
    as_of : date
        The snapshot that it was cleaned for.
    sha256 : str
        Digest of the input's bytes.
    location : str
        Where the input came from.
    readings : mapping of str to str
        How each column was read, in words.
    attributes : tuple of str
        The further columns of `order_days`, `channel` among them if mapped.
    workspace : Workspace
        Keeps `order_days` alive.
    """

    order_days: "ir.Table"
    rejected: pd.DataFrame
    summary: LogSummary
    as_of: date
    sha256: str
    location: str
    readings: Mapping[str, str]
    attributes: tuple[str, ...]
    workspace: Workspace
    table: str

    def to_pandas(self) -> pd.DataFrame:
        """The order days as a pandas frame (ids `str`, `ordered_on` `datetime64[s]`)."""
        return self.workspace.frame(f"SELECT * FROM {self.table}")


def clean(
    source: Source,
    *,
    columns: ColumnMap | None = None,
    as_of: date | None = None,
    margin_rate: float = 1.0,
    drop_exact_duplicates: bool = False,
    date_format: str | None = None,
    decimal_mark: str | None = None,
    timezone: str = "UTC",
) -> CleanLog:
    """Clean a transaction log into order days.

    Parameters
    ----------
    source : Source
        As `read_transactions` gives it.
    columns : ColumnMap, optional
        Which column means what; our own names by default.
    as_of : date, optional
        Last day of history; rows after it are put aside. The last order day by default.
    margin_rate : float
        Margin as a share of revenue, where no margin column is mapped.
    drop_exact_duplicates : bool
        Whether rows that repeat an earlier one in every column are put aside.
    date_format, decimal_mark : str, optional
        Where the columns do not tell themselves.
    timezone : str
        The shop's zone: the day of an order is the day there.

    Returns
    -------
    CleanLog

    Raises
    ------
    DataError
        When columns are missing, dates or amounts can be read two ways, or no row can be used.

    Examples
    --------
    >>> from ltvkit.data import ColumnMap, clean, read_transactions
    >>> log = clean(
    ...     read_transactions("sample:cdnow"),
    ...     columns=ColumnMap(ordered_at="date", revenue="dollar_value"),
    ... )
    >>> log.summary.customers, log.summary.rows, log.summary.duplicates
    (23570, 69659, 255)
    """
    mapped = check_columns(columns or ColumnMap(), source.names)
    staged = stage(
        source,
        mapped,
        drop_exact_duplicates=drop_exact_duplicates,
        date_format=date_format,
        decimal_mark=decimal_mark,
        timezone=timezone,
    )
    workspace, schema = source.workspace, staged.schema
    if as_of is None:
        as_of = workspace.row(
            f"SELECT max(ordered_on) FROM {staged.table} WHERE reason = 0 AND revenue >= 0"
        )[0]
    if as_of is not None:
        _build_days(staged, mapped, as_of)
    if as_of is None or not workspace.row(f"SELECT count(*) FROM {schema}.days WHERE lines > 0")[0]:
        raise _nothing_left(staged, as_of)
    netted = _net(staged, mapped)
    _build_order_days(staged, mapped, margin_rate, netted=netted)
    rejected = rejected_rows(source, staged, as_of)
    summary = _summarise(staged, mapped, rejected, as_of, netted=netted)
    for name in ("days", "netted", "refund_only", "staged"):
        workspace.run(f"DROP TABLE IF EXISTS {schema}.{name}")
    return CleanLog(
        order_days=_ibis_table(workspace, schema),
        rejected=rejected,
        summary=summary,
        as_of=as_of,
        sha256=source.sha256,
        location=source.location,
        readings=staged.readings,
        attributes=(("channel",) if mapped.channel else ()) + mapped.attributes,
        workspace=workspace,
        table=f"{schema}.order_days",
    )


def order_days_from_frame(
    transactions: pd.DataFrame,
    *,
    columns: ColumnMap | None = None,
    as_of: date | None = None,
    margin_rate: float = 1.0,
    drop_exact_duplicates: bool = False,
    date_format: str | None = None,
    decimal_mark: str | None = None,
    timezone: str = "UTC",
) -> CleanLog:
    """Clean a pandas frame of transactions, in the very same way as a file.

    Parameters
    ----------
    transactions : DataFrame
        `customer_id`, `ordered_at`, `revenue`; other names through `columns`. Columns named
        `order_id`, `margin` and `channel` are used when `columns` is not given.
    columns, as_of, margin_rate, drop_exact_duplicates, date_format, decimal_mark, timezone :
        As in `clean`.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {
    ...         "customer_id": ["007", "007"],
    ...         "ordered_at": ["2024-01-05", "2024-01-05"],
    ...         "revenue": [20.0, -5.0],
    ...     }
    ... )
    >>> order_days_from_frame(frame).to_pandas()["revenue"].tolist()
    [15.0]
    """
    if columns is None:
        names = set(transactions.columns)
        columns = ColumnMap(
            order_id="order_id" if "order_id" in names else None,
            margin="margin" if "margin" in names else None,
            channel="channel" if "channel" in names else None,
        )
    return clean(
        source_from_frame(transactions),
        columns=columns,
        as_of=as_of,
        margin_rate=margin_rate,
        drop_exact_duplicates=drop_exact_duplicates,
        date_format=date_format,
        decimal_mark=decimal_mark,
        timezone=timezone,
    )


# --- steps --------------------------------------------------------------------------------------


def _build_days(staged: Staged, mapped: Mapped, as_of: date) -> None:
    """Add rows up per customer and day, orders and refunds apart; customers without order go."""
    kept = (["channel"] if mapped.channel else []) + list(mapped.attributes)
    names = [ident(name) for name in kept]
    firsts = "".join(f", arg_min({name}, place) FILTER (revenue >= 0) AS {name}" for name in names)
    sums = (
        "coalesce(sum(revenue) FILTER (revenue >= 0), 0) AS ordered, "
        "coalesce(-sum(revenue) FILTER (revenue < 0), 0) AS refunded, "
        "count(*) FILTER (revenue >= 0) AS lines"
    )
    if mapped.margin is not None:
        sums += (
            ", coalesce(sum(margin) FILTER (revenue >= 0), 0) AS order_margin, "
            "coalesce(sum(margin) FILTER (revenue < 0), 0) AS refund_margin"
        )
    accepted = f"FROM {staged.table} WHERE reason = 0 AND ordered_on <= DATE '{as_of}'"
    if mapped.order_id is None:
        select = (
            f"SELECT customer_id, ordered_on, {sums}, 1::BIGINT AS orders{firsts} "
            f"{accepted} GROUP BY customer_id, ordered_on"
        )
    else:
        # Twice grouped instead of count(DISTINCT …), which keeps a set for every customer day.
        place = ", min(place) FILTER (revenue >= 0) AS place" if names else ""
        margins = (
            "sum(order_margin) AS order_margin, sum(refund_margin) AS refund_margin, "
            if mapped.margin is not None
            else ""
        )
        again = "".join(f", arg_min({name}, place) AS {name}" for name in names)
        select = (
            "SELECT customer_id, ordered_on, sum(ordered) AS ordered, sum(refunded) AS refunded, "
            f"{margins}sum(lines)::BIGINT AS lines, count(*) FILTER (lines > 0) AS orders"
            f"{again} FROM (SELECT customer_id, ordered_on, order_id, {sums}{firsts}{place} "
            f"{accepted} GROUP BY customer_id, ordered_on, order_id) "
            "GROUP BY customer_id, ordered_on"
        )
    schema, workspace = staged.schema, staged.workspace
    workspace.run(f"CREATE TABLE {schema}.days AS {select}")
    workspace.run(
        f"CREATE TABLE {schema}.refund_only AS "
        f"WITH candidates AS (SELECT DISTINCT customer_id FROM {schema}.days WHERE lines = 0) "
        f"FROM candidates EXCEPT SELECT customer_id FROM {schema}.days SEMI JOIN candidates "
        "USING (customer_id) WHERE lines > 0"
    )
    workspace.run(
        f"DELETE FROM {schema}.days WHERE lines = 0 AND customer_id IN "
        f"(SELECT customer_id FROM {schema}.refund_only)"
    )


def _net(staged: Staged, mapped: Mapped) -> bool:
    """Net refunds that reach beyond their day; whether there was any."""
    workspace, schema = staged.workspace, staged.schema
    if not workspace.row(f"SELECT count(*) FROM {schema}.days WHERE refunded > ordered")[0]:
        return False
    workspace.run(
        f"CREATE TABLE {schema}.netted AS "
        + net_carried_refunds(f"{schema}.days", with_margin=mapped.margin is not None)
    )
    return True


def _build_order_days(staged: Staged, mapped: Mapped, margin_rate: float, *, netted: bool) -> None:
    schema = staged.schema
    revenue, join = "ordered - refunded", ""
    margin = "order_margin + refund_margin"
    if netted:
        revenue = f"coalesce(n.revenue, {revenue})"
        margin = f"coalesce(n.margin, {margin})"
        join = f"LEFT JOIN {schema}.netted AS n USING (customer_id, ordered_on)"
    if mapped.margin is None:
        margin = f"({revenue})::DOUBLE * {float(margin_rate)!r}::DOUBLE"
    kept = (["channel"] if mapped.channel else []) + list(mapped.attributes)
    attributes = "".join(f", d.{ident(name)}" for name in kept)
    staged.workspace.run(
        f"CREATE TABLE {schema}.order_days AS SELECT customer_id, ordered_on, "
        f"({revenue})::DOUBLE AS revenue, round(({margin})::DOUBLE, 6) AS margin, "
        f"orders::BIGINT AS orders, d.lines::BIGINT AS lines{attributes} "
        f"FROM {schema}.days AS d {join} WHERE d.lines > 0 ORDER BY customer_id, ordered_on"
    )


def _summarise(
    staged: Staged, mapped: Mapped, rejected: pd.DataFrame, as_of: date, *, netted: bool
) -> LogSummary:
    schema, workspace = staged.schema, staged.workspace
    refund_rows, accepted_revenue = workspace.row(
        f"SELECT count(*) FILTER (revenue < 0), sum(revenue)::DOUBLE FROM {staged.table} "
        f"WHERE reason = 0 AND ordered_on <= DATE '{as_of}' AND customer_id NOT IN "
        f"(SELECT customer_id FROM {schema}.refund_only)"
    )
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
        duplicates=staged.duplicates,
        duplicates_dropped=staged.duplicates_dropped,
        refund_rows=refund_rows,
        zero_value_orders=zero,
        unmatched_refunds=unmatched_refunds,
        unmatched_amount=unmatched_amount,
        first_day=first,
        last_day=last,
        accepted_revenue=accepted_revenue,
        revenue=revenue,
        margin=margin,
        margin_basis="revenue" if mapped.margin is None else "margin",
        reasons={str(reason): int(count) for reason, count in ranked},
    )


def _nothing_left(staged: Staged, as_of: date | None) -> DataError:
    counts = staged.workspace.rows(
        f"SELECT reason, count(*) FROM {staged.table} WHERE reason > 0 GROUP BY reason "
        "ORDER BY count(*) DESC, reason"
    )
    why = [f"{count} rows: {STAGED_REASONS[code]}" for code, count in counts]
    if as_of is not None:
        why.append(f"the other rows are after {as_of}, or customers with refunds only")
    elif sum(count for _, count in counts) < staged.rows:
        why.append("the other rows are refunds")
    return DataError(
        f"got no usable order among {staged.rows} rows ({'; '.join(why) or 'no rows'}), expected "
        f"customer, date and amount in most rows; check data.columns (read were: "
        f"{'; '.join(f'{key}: {words}' for key, words in staged.readings.items())}; amounts stay "
        f"below {LIMIT:.0e})"
    )


def _ibis_table(workspace: Workspace, schema: str) -> "ir.Table":
    with warnings.catch_warnings():
        # Ibis 12 asks DuckDB 2 for Arrow by a deprecated name, and pandas 3 for an old option.
        warnings.simplefilter("ignore")
        import ibis

        backend = ibis.duckdb.from_connection(workspace.connection)
        return backend.table("order_days", database=schema)
