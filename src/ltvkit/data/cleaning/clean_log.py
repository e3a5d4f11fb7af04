"""A cleaned log: its order days, what was put aside, and what was known at an earlier day."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ltvkit.data.cleaning.refunds import net_carried_refunds
from ltvkit.data.reading.workspace import Workspace, ident
from ltvkit.snapshot import as_date

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
    orders_of_lines, orders_of_one_amount : int
        Orders with several rows, and those of them whose rows all have the same amount, or one as
        large as the others together, which may be the order's total.
    orders_with_total : int
        Of these, orders whose rows differ, and one is as large as the others together.
    currency_column : str
        The column that tells the currencies of the rows, where they are several; else empty.
    currencies : mapping of str to int
        Accepted rows worth something by its codes, most first.
    duplicates : int
        Rows that repeat an earlier row in every column of the input.
    duplicates_dropped : int
        How many of them were put aside (0 unless asked for).
    days_twice, rows_twice : int
        Days on which nearly every accepted row is there twice or more, as where two exports
        overlap; and how many of their rows repeat another one.
    unidentified : int
        Rows put aside because nobody knows whose they are (guest checkouts, mostly).
    refund_rows : int
        Accepted rows with a negative amount.
    refunded : float
        What they take back, as a positive amount; gross sales are `accepted_revenue + refunded`.
    zero_value_orders : int
        Order days that were worth nothing before any refund.
    unmatched_refunds : int
        Customer days whose refunds exceed all that the customer had bought before.
    unmatched_amount : float
        By how much; it is left out of `revenue`, which never falls below 0.
    refunds_after_snapshot : int
        Refund rows among those put aside because of their date: orders that look better than
        they turned out.
    first_day, last_day : date
        First and last order day.
    begins : date
        The day from which history counts: `first_day`, unless few customers ordered for half a
        year or more (`ltvkit.data.beginning`).
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
    orders_of_lines: int
    orders_of_one_amount: int
    orders_with_total: int
    currency_column: str
    currencies: Mapping[str, int]
    duplicates: int
    duplicates_dropped: int
    days_twice: int
    rows_twice: int
    unidentified: int
    refund_rows: int
    refunded: float
    zero_value_orders: int
    unmatched_refunds: int
    unmatched_amount: float
    refunds_after_snapshot: int
    first_day: date
    last_day: date
    begins: date
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
    margin_rate : float
        As it was cleaned with.
    workspace : Workspace
        The database that holds the tables.
    table : str
        The name of `order_days` in it, for SQL.
    carried : str or None
        The days of customers whose refunds reach beyond a day, before netting; None without any.
    """

    order_days: "ir.Table"
    rejected: pd.DataFrame
    summary: LogSummary
    as_of: date
    sha256: str
    location: str
    readings: Mapping[str, str]
    attributes: tuple[str, ...]
    margin_rate: float
    workspace: Workspace
    table: str
    carried: str | None

    @property
    def is_margin(self) -> bool:
        """Whether its money is margin: a rate makes margin of revenue as a column does."""
        return self.summary.margin_basis == "margin" or self.margin_rate != 1

    def to_pandas(self) -> pd.DataFrame:
        """The order days as a pandas frame (ids `str`, `ordered_on` `datetime64[s]`)."""
        return self.workspace.frame(f"SELECT * FROM {self.table}")

    def known_at(self, cutoff: date | str) -> "ir.Table":
        """The order days as they were known on an earlier day: what a backtest may see.

        `order_days` up to a day has refunds in it that came later. Here refunds after `cutoff` are
        still to come, exactly as if the log had been cleaned with `as_of=cutoff`.

        Parameters
        ----------
        cutoff : date or str
            On or before `as_of`.

        Returns
        -------
        ibis table
            Like `order_days`; empty when nobody had ordered yet.

        Examples
        --------
        >>> from ltvkit.data import order_days_from_frame
        >>> log = order_days_from_frame(pd.DataFrame({
        ...     "customer_id": ["a", "a", "a"],
        ...     "ordered_at": ["2024-01-01", "2024-01-08", "2024-01-09"],
        ...     "revenue": [20.0, -5.0, 7.0],
        ... }))
        >>> log.order_days.revenue.to_pyarrow().to_pylist()
        [15.0, 7.0]
        >>> log.known_at(date(2024, 1, 7)).revenue.to_pyarrow().to_pylist()
        [20.0]
        """
        known_to = as_date(cutoff, name="cutoff")
        day = f"DATE '{known_to}'"
        view = f"order_days_{known_to:%Y%m%d}"
        schema = self.table.partition(".")[0]
        select = f"SELECT * FROM {self.table} WHERE ordered_on <= {day}"
        if self.carried is not None:
            with_margin = self.summary.margin_basis == "margin"
            known = f"(SELECT * FROM {self.carried} WHERE ordered_on <= {day})"
            netted = order_days_sql(
                known,
                f"({net_carried_refunds(known, with_margin=with_margin)})",
                attributes=self.attributes,
                with_margin=with_margin,
                margin_rate=self.margin_rate,
            )
            self.workspace.run(f"CREATE OR REPLACE TABLE {schema}.netted_{view} AS {netted}")
            select += (
                f" AND customer_id NOT IN (SELECT customer_id FROM {self.carried}) "
                f"UNION ALL FROM {schema}.netted_{view}"
            )
        self.workspace.run(
            f"CREATE OR REPLACE VIEW {schema}.{view} AS FROM ({select}) "
            "ORDER BY customer_id, ordered_on"
        )
        return ibis_table(self.workspace, schema, view)


def order_days_sql(
    days: str,
    netted: str | None,
    *,
    attributes: Sequence[str],
    with_margin: bool,
    margin_rate: float,
) -> str:
    """The SELECT that makes order days of customer days.

    Parameters
    ----------
    days : str
        Table of customer days: `ordered`, `refunded`, `orders`, `lines`, the attributes as a0,
        a1, …, and the margins of both when `with_margin`.
    netted : str, optional
        Table of `net_carried_refunds`; its figures come before those of the day.
    attributes, with_margin, margin_rate :
        As in `clean`.
    """
    revenue, join = "ordered - refunded", ""
    margin = "order_margin + refund_margin"
    if netted is not None:
        revenue, margin = f"coalesce(n.revenue, {revenue})", f"coalesce(n.margin, {margin})"
        join = f"LEFT JOIN {netted} AS n USING (customer_id, ordered_on)"
    if not with_margin:
        margin = f"({revenue})::DOUBLE * {float(margin_rate)!r}::DOUBLE"
    kept = "".join(f", d.a{place} AS {ident(name)}" for place, name in enumerate(attributes))
    return (
        f"SELECT customer_id, ordered_on, ({revenue})::DOUBLE AS revenue, "
        f"round(({margin})::DOUBLE, 6) AS margin, orders::BIGINT AS orders, "
        f"d.lines::BIGINT AS lines{kept} FROM {days} AS d {join} WHERE d.lines > 0"
    )


def ibis_table(workspace: Workspace, schema: str, name: str) -> "ir.Table":
    """A table of the workspace as Ibis sees it."""
    with warnings.catch_warnings():
        # Ibis 12 asks DuckDB 2 for Arrow by a deprecated name, and pandas 3 for an old option.
        warnings.simplefilter("ignore")
        import ibis

        return ibis.duckdb.from_connection(workspace.connection).table(name, database=schema)
