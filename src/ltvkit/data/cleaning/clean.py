"""From a transaction log to order days: rows are parsed, checked, put aside, netted, added up.

Nothing is dropped in silence. Every row of the input is either part of an order day, or netted as
a refund, or in `rejected` with its reason.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from ltvkit.data.beginning import history_begins
from ltvkit.data.cleaning.clean_log import CleanLog, ibis_table, order_days_sql
from ltvkit.data.cleaning.columns import ColumnMap, Mapped, check_columns, check_leave_out
from ltvkit.data.cleaning.counts import count_rows, summarise
from ltvkit.data.cleaning.reasons import WORDS, Reason
from ltvkit.data.cleaning.refunds import net_carried_refunds
from ltvkit.data.cleaning.rejected import rejected_rows
from ltvkit.data.cleaning.staging import Staged, stage
from ltvkit.data.cleaning.strays import mark_strays
from ltvkit.data.reading.amounts import LIMIT
from ltvkit.data.reading.sources import Source, source_from_frame
from ltvkit.errors import DataError
from ltvkit.snapshot import as_date


def clean(
    source: Source,
    *,
    columns: ColumnMap | None = None,
    as_of: date | str | None = None,
    margin_rate: float = 1.0,
    leave_out: Mapping[str, Sequence[str]] | None = None,
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
    as_of : date or str, optional
        Last day of history, ISO if text; rows after it are put aside. The last order day by
        default, but for dates far from all others.
    margin_rate : float
        Margin as a share of revenue, where no margin column is mapped.
    leave_out : mapping of str to sequence of str, optional
        A column, and the values that mark rows which are no sales, in capitals or not; `"*"` is
        any value.
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
    ConfigError
        When `as_of` is no day.

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
    if not isinstance(source, Source):
        raise TypeError(
            f"clean: got a {type(source).__name__}, expected a Source; read one with "
            "read_transactions, or clean a frame with order_days_from_frame"
        )
    last = None if as_of is None else as_date(as_of)
    mapped = check_columns(columns or ColumnMap(), source.names)
    leave_out = check_leave_out(leave_out or {}, source.names)
    staged = stage(
        source,
        mapped,
        leave_out=leave_out,
        drop_exact_duplicates=drop_exact_duplicates,
        date_format=date_format,
        decimal_mark=decimal_mark,
        timezone=timezone,
    )
    workspace, schema = source.workspace, staged.schema
    mark_strays(workspace, staged.table, to=last)
    if last is None:
        last = workspace.row(
            f"SELECT max(ordered_on) FROM {staged.table} WHERE reason = 0 AND revenue >= 0"
        )[0]
    if last is not None:
        _build_days(staged, mapped, last)
    if last is None or not workspace.row(f"SELECT count(*) FROM {schema}.days WHERE lines > 0")[0]:
        raise _nothing_left(staged, last)
    rejected = rejected_rows(source, staged, last)
    counts = count_rows(staged, mapped, last)
    workspace.run(f"DROP TABLE {staged.table}")  # Sorting the order days wants its memory.
    with_margin = mapped.margin is not None
    carried = _net(staged, with_margin=with_margin)
    select = order_days_sql(
        f"{schema}.days",
        f"{schema}.netted" if carried else None,
        attributes=mapped.kept,
        with_margin=with_margin,
        margin_rate=margin_rate,
    )
    workspace.run(f"CREATE TABLE {schema}.order_days AS {select} ORDER BY customer_id, ordered_on")
    order_days = ibis_table(workspace, schema, "order_days")
    summary = summarise(
        staged,
        rejected,
        counts,
        netted=carried is not None,
        margin_basis="margin" if with_margin else "revenue",
        begins=history_begins(order_days),
    )
    for name in ("days", "netted", "refund_only"):
        workspace.run(f"DROP TABLE IF EXISTS {schema}.{name}")
    return CleanLog(
        order_days=order_days,
        rejected=rejected,
        summary=summary,
        as_of=last,
        sha256=source.sha256,
        location=source.location,
        readings=staged.readings,
        attributes=mapped.kept,
        margin_rate=margin_rate,
        workspace=workspace,
        table=f"{schema}.order_days",
        carried=carried,
    )


def order_days_from_frame(
    transactions: pd.DataFrame,
    *,
    columns: ColumnMap | None = None,
    as_of: date | str | None = None,
    margin_rate: float = 1.0,
    leave_out: Mapping[str, Sequence[str]] | None = None,
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
    columns, as_of, margin_rate, leave_out, drop_exact_duplicates :
        As in `clean`.
    date_format, decimal_mark, timezone :
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
    source = source_from_frame(transactions)
    if columns is None:
        names = set(transactions.columns)
        columns = ColumnMap(
            order_id="order_id" if "order_id" in names else None,
            margin="margin" if "margin" in names else None,
            channel="channel" if "channel" in names else None,
        )
    return clean(
        source,
        columns=columns,
        as_of=as_of,
        margin_rate=margin_rate,
        leave_out=leave_out,
        drop_exact_duplicates=drop_exact_duplicates,
        date_format=date_format,
        decimal_mark=decimal_mark,
        timezone=timezone,
    )


# --- steps --------------------------------------------------------------------------------------


def _build_days(staged: Staged, mapped: Mapped, as_of: date) -> None:
    """Add rows up per customer and day, orders and refunds apart; customers without order go."""
    names = [f"a{place}" for place in range(len(mapped.kept))]
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


def _net(staged: Staged, *, with_margin: bool) -> str | None:
    """Net refunds that reach beyond their day; the table of the days concerned, if any."""
    workspace, schema = staged.workspace, staged.schema
    if not workspace.row(f"SELECT count(*) FROM {schema}.days WHERE refunded > ordered")[0]:
        return None
    carried = f"{schema}.carried"
    workspace.run(
        f"CREATE TABLE {carried} AS FROM {schema}.days SEMI JOIN (SELECT DISTINCT customer_id "
        f"FROM {schema}.days WHERE refunded > ordered) USING (customer_id)"
    )
    netted = net_carried_refunds(carried, with_margin=with_margin)
    workspace.run(f"CREATE TABLE {schema}.netted AS {netted}")
    return carried


def _nothing_left(staged: Staged, as_of: date | None) -> DataError:
    counts = staged.workspace.rows(
        f"SELECT reason, count(*) FROM {staged.table} WHERE reason > 0 GROUP BY reason "
        "ORDER BY count(*) DESC, reason"
    )
    why = [f"{count} rows: {WORDS[Reason(code)]}" for code, count in counts]
    look_at = "data.columns"
    if counts and counts[0][0] == Reason.BAD_DATE:
        look_at = "data.date_format and data.columns"
    elif not counts and as_of is not None:
        look_at = "snapshot.as_of"
    if as_of is not None:
        why.append(f"the other rows are after {as_of}, or customers with refunds only")
    elif sum(count for _, count in counts) < staged.rows:
        why.append("the other rows are refunds")
    return DataError(
        f"got no usable order among {staged.rows} rows ({'; '.join(why) or 'no rows'}), expected "
        f"customer, date and amount in most rows; check {look_at} (read were: "
        f"{'; '.join(f'{key}: {words}' for key, words in staged.readings.items())}; amounts stay "
        f"below {LIMIT:.0e})"
    )
