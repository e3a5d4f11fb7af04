"""The first pass over a log: the mapped columns, parsed, each row with a reason when it is unfit.

The second look at rejected rows is here too, because it must number the rows alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.data.amounts import LIMIT, decide_amounts
from ltvkit.data.attributes import attribute_sql
from ltvkit.data.columns import Mapped
from ltvkit.data.dates import FIRST_YEAR, LAST_YEAR, decide_dates
from ltvkit.data.delimited import unique_names
from ltvkit.data.identifiers import decide_customers, decide_identifiers
from ltvkit.data.sources import Source
from ltvkit.data.workspace import Column, Workspace
from ltvkit.errors import DataError

NO_CUSTOMER = "the customer id is missing"

STAGED_REASONS = (
    "accepted",
    NO_CUSTOMER,
    "the date is missing",
    "the date cannot be read",
    "the amount is missing",
    "the amount cannot be read",
    "the amount is not finite",
    f"the amount is {LIMIT:.0e} or more",
    "the margin is missing or cannot be read",
    "an exact duplicate of an earlier row",
    "the date is far away from all others",
    "the date is after the snapshot",
    "the customer has refunds but no order",
)
(
    _OK,
    _NO_ID,
    _NO_DATE,
    BAD_DATE,
    _NO_AMOUNT,
    _BAD_AMOUNT,
    _INFINITE,
    _TOO_LARGE,
    _BAD_MARGIN,
    _DUPLICATE,
    STRAY,
    _LATER,
    _REFUND_ONLY,
) = range(len(STAGED_REASONS))
_LINE = len(STAGED_REASONS)
"""For a while: perhaps a further line of an order."""
MALFORMED = "the line cannot be parted into the columns of the header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """The parsed rows of a log.

    Parameters
    ----------
    workspace : Workspace
    schema : str
        The schema of the workspace that holds this log's tables.
    table : str
        `customer_id, ordered_on, revenue`, as far as mapped `margin, order_id, channel` and
        attributes with `place` (their order within a day), `row_hash`, and `reason` (an index of
        `STAGED_REASONS`); its row order is the input's.
    rows : int
        Rows of the input, malformed lines among them.
    duplicates, duplicates_dropped : int
    readings : mapping of str to str
        How each column was read, in words.
    """

    workspace: Workspace
    schema: str
    table: str
    rows: int
    duplicates: int
    duplicates_dropped: int
    readings: Mapping[str, str]


def stage(
    source: Source,
    mapped: Mapped,
    *,
    drop_exact_duplicates: bool,
    date_format: str | None,
    decimal_mark: str | None,
    timezone: str,
) -> Staged:
    """Parse every row of a source; see `clean` for the arguments."""
    workspace = source.workspace
    schema = workspace.new_name("log")
    raw, table = f"{schema}.raw", f"{schema}.staged"
    rows = _copy(source, mapped, schema, raw)
    _refuse_open_quote(source)
    expressions, attributes, readings = _read_columns(
        workspace,
        raw,
        rows,
        mapped,
        date_format=date_format,
        decimal_mark=decimal_mark,
        timezone=timezone,
    )
    good_rows, duplicates = _count_duplicates(workspace, raw)
    dropped = "false"
    if drop_exact_duplicates and duplicates:
        columns = ", ".join(column.sql for column in rows.values())
        dropped = f"rowid NOT IN (SELECT min(rowid) FROM {raw} GROUP BY row_hash, {columns})"
    expressions |= {"dropped": dropped} | {f"a{n}": sql for n, sql in enumerate(attributes)}
    parsed = ", ".join(f"{sql} AS {name}" for name, sql in expressions.items())
    workspace.run(
        f"CREATE TABLE {table} AS SELECT {', '.join(_kept(mapped, len(attributes)))}, row_hash, "
        f"reason::UTINYINT AS reason FROM (SELECT *, {_reason(mapped, rows)} AS reason FROM "
        f"(SELECT rowid + 1 AS row, *, {parsed} FROM {raw}))"
    )
    workspace.run(f"DROP TABLE {raw}")
    if lines := _join_lines(workspace, table, mapped):
        readings["order_id"] += (
            f"; {lines:,} further lines of orders, without customer and amount, belong to the first"
        )
    return Staged(
        workspace=workspace,
        schema=schema,
        table=table,
        rows=good_rows + len(_malformed(source)),
        duplicates=duplicates,
        duplicates_dropped=workspace.row(
            f"SELECT count(*) FROM {table} WHERE reason = {_DUPLICATE}"
        )[0],
        readings=readings,
    )


def rejected_rows(source: Source, staged: Staged, as_of: date) -> pd.DataFrame:
    """The rows that were put aside: number, reason, and the columns of the input as text.

    Their text is looked up in the source by the hash of the whole row, so that a log is staged
    with the mapped columns only.
    """
    workspace, refused = source.workspace, f"{staged.schema}.refused"
    workspace.run(
        f"CREATE TABLE {refused} AS FROM (SELECT rowid + 1 AS row, row_hash, CASE WHEN reason > 0 "
        f"THEN reason WHEN ordered_on > DATE '{as_of}' THEN {_LATER} WHEN customer_id IN "
        f"(SELECT customer_id FROM {staged.schema}.refund_only) THEN {_REFUND_ONLY} ELSE 0 END "
        f"AS reason FROM {staged.table}) WHERE reason > 0"
    )
    sql = ", ".join(column.sql for column in source.columns)
    texts = ", ".join(
        f"any_value(CAST({column.sql} AS VARCHAR)) AS c{place}"
        for place, column in enumerate(source.columns)
    )
    names = [f"c{place}" for place in range(len(source.columns))]
    if workspace.row(f"SELECT count(*) FROM {refused}")[0]:
        # DuckDB takes a csv for small and would build its hash table on that side.
        workspace.run("SET disabled_optimizers = 'build_side_probe_side'")
        frame = workspace.frame(
            f"SELECT f.row, f.reason, {', '.join(names)} FROM {refused} AS f JOIN "
            f"(SELECT hash({sql}) AS row_hash, {texts} FROM {source.relation} WHERE row_hash IN "
            f"(SELECT row_hash FROM {refused}) GROUP BY 1) USING (row_hash) ORDER BY f.row"
        )
        workspace.run("RESET disabled_optimizers")
    else:
        frame = pd.DataFrame(
            {
                "row": pd.Series(dtype="int64"),
                "reason": pd.Series(dtype="int64"),
                **{name: pd.Series(dtype="str") for name in names},
            }
        )
    workspace.run(f"DROP TABLE {refused}")
    frame.columns = list(unique_names(["row", "reason", *source.names]))
    frame["reason"] = frame["reason"].map(dict(enumerate(STAGED_REASONS))).astype("str")
    return _with_malformed(frame, _malformed(source))


# --- parts --------------------------------------------------------------------------------------


def _copy(source: Source, mapped: Mapped, schema: str, raw: str) -> dict[str, Column]:
    """Copy the columns that are used as they come; where each of them stands in the copy."""
    import duckdb

    workspace, used = source.workspace, _used_columns(source, mapped)
    everything = ", ".join(column.sql for column in source.columns)
    workspace.run(f"CREATE SCHEMA {schema}")
    try:
        if source.malformed:
            workspace.run(f"DROP TABLE IF EXISTS {source.malformed}")
            workspace.run(f"DROP TABLE IF EXISTS {source.malformed}_scans")
        workspace.run(
            f"CREATE TABLE {raw} AS SELECT "
            + ", ".join(f"{column.tidy} AS r{place}" for place, column in enumerate(used.values()))
            + f", hash({everything}) AS row_hash FROM {source.relation}"
        )
    except duckdb.Error as error:
        raise DataError(
            f"got {source.location}, expected a table that can be read to its end; "
            f"{str(error).splitlines()[0]}"
        ) from None
    return {
        name: Column(name, f"r{place}", column.type)
        for place, (name, column) in enumerate(used.items())
    }


def _join_lines(workspace: Workspace, table: str, mapped: Mapped) -> int:
    """Give further lines of orders, worth nothing, to whom the first belongs; their number.

    Exports with a row for each article may name customer and total once an order.
    """
    if not workspace.row(f"SELECT count(*) FROM {table} WHERE reason = {_LINE}")[0]:
        return 0
    given = (
        "customer_id = first.customer_id, ordered_on = first.ordered_on, reason = 0, revenue = 0"
    )
    (joined,) = workspace.row(
        f"UPDATE {table} SET {given}{', margin = 0' if mapped.margin else ''} "
        "FROM (SELECT order_id, any_value(customer_id) AS customer_id, any_value(ordered_on) AS "
        f"ordered_on FROM {table} WHERE reason = 0 GROUP BY 1 HAVING count(*) = 1) AS first "
        f"WHERE reason = {_LINE} AND {table}.order_id = first.order_id"
    )
    workspace.run(f"UPDATE {table} SET reason = {_NO_ID} WHERE reason = {_LINE}")
    return int(joined)


def _read_columns(
    workspace: Workspace,
    raw: str,
    rows: Mapping[str, Column],
    mapped: Mapped,
    *,
    date_format: str | None,
    decimal_mark: str | None,
    timezone: str,
) -> tuple[dict[str, str], list[str], dict[str, str]]:
    """Decide how each column is read.

    Returns
    -------
    dict of str to str
        SQL of customer, moment and amount, and of margin and order as far as they are mapped.
    list of str
        SQL of the channel and the attributes.
    dict of str to str
        How each was read, in words.
    """
    readings: dict[str, str] = {}

    def identifiers(key: str, name: str) -> str:
        sql, readings[key] = decide_identifiers(workspace, raw, rows[name])
        return sql

    customer, readings["customer_id"] = decide_customers(workspace, raw, rows[mapped.customer_id])
    expressions = {"customer_id": customer}
    dates = decide_dates(
        workspace, raw, rows[mapped.ordered_at], timezone=timezone, date_format=date_format
    )
    expressions["moment"], readings["ordered_at"] = dates.sql, dates.words
    for key, called, amount in (
        ("revenue", "amount", mapped.revenue),
        ("margin", "margin", mapped.margin),
    ):
        if amount is None:
            continue
        read = {
            name: decide_amounts(workspace, raw, rows[name], decimal_mark=decimal_mark)
            for name in amount.names
        }
        expressions[called] = amount.sql({name: f"({one.sql})" for name, one in read.items()})
        if read:
            readings[key] = ", ".join(dict.fromkeys(one.words for one in read.values()))
    attributes = [] if mapped.channel is None else [identifiers("channel", mapped.channel)]
    attributes += [attribute_sql(workspace, raw, rows[name]) for name in mapped.attributes]
    if mapped.order_id is not None:
        expressions["order_id"] = identifiers("order_id", mapped.order_id)
    return expressions, attributes, readings


def _kept(mapped: Mapped, attributes: int) -> list[str]:
    """What is kept of each row, as SQL; amounts of those that are fit."""
    amount = "CASE WHEN reason = 0 THEN CAST({0} AS DECIMAL(18, 6)) END AS {1}"
    kept = ["customer_id", "CAST(moment AS DATE) AS ordered_on", amount.format("amount", "revenue")]
    if mapped.margin is not None:
        kept.append(amount.format("margin", "margin"))
    if mapped.order_id is not None:
        kept.append("order_id")
    if attributes:
        # The earlier second of the day comes first, then the earlier row.
        kept.append("(CAST(epoch(CAST(moment AS TIME)) AS BIGINT) << 40) + row AS place")
        kept += [f"a{place}" for place in range(attributes)]
    return kept


def _used_columns(source: Source, mapped: Mapped) -> dict[str, Column]:
    names = [mapped.customer_id, mapped.ordered_at, *mapped.revenue.names]
    names += [mapped.order_id] if mapped.order_id else []
    names += mapped.margin.names if mapped.margin else []
    names += [mapped.channel] if mapped.channel else []
    names += mapped.attributes
    by_name = {column.name: column for column in source.columns}
    return {name: by_name[name] for name in dict.fromkeys(names)}


def _count_duplicates(workspace: Workspace, raw: str) -> tuple[int, int]:
    """Rows, and rows that repeat an earlier one; 64 bits of hash stand for all columns."""
    rows, distinct = workspace.row(
        f"SELECT coalesce(sum(n), 0)::BIGINT, count(*) FROM "
        f"(SELECT count(*) AS n FROM {raw} GROUP BY row_hash)"
    )
    return rows, rows - distinct


def _reason(mapped: Mapped, rows: Mapping[str, Column]) -> str:
    no_amount = " OR ".join(f"{rows[name].sql} IS NULL" for name in mapped.revenue.names)
    no_margin = (
        ""
        if mapped.margin is None
        else (
            f"WHEN margin IS NULL OR NOT isfinite(margin) OR abs(margin) >= {LIMIT} "
            f"THEN {_BAD_MARGIN} "
        )
    )
    blank = " AND ".join(f"{rows[name].sql} IS NULL" for name in mapped.revenue.names)
    line = f"WHEN customer_id IS NULL AND order_id IS NOT NULL AND {blank} THEN {_LINE} "
    return (
        f"CASE {line if mapped.order_id and blank else ''}WHEN customer_id IS NULL THEN {_NO_ID} "
        f"WHEN moment IS NULL THEN CASE WHEN {rows[mapped.ordered_at].sql} IS NULL THEN {_NO_DATE} "
        f"ELSE {BAD_DATE} END "
        f"WHEN NOT isfinite(moment) OR moment < TIMESTAMP '{FIRST_YEAR}-01-01' "
        f"OR moment >= TIMESTAMP '{LAST_YEAR + 1}-01-01' THEN {BAD_DATE} "
        f"WHEN amount IS NULL THEN CASE WHEN {no_amount} THEN {_NO_AMOUNT} "
        f"ELSE {_BAD_AMOUNT} END "
        f"WHEN NOT isfinite(amount) THEN {_INFINITE} "
        f"WHEN abs(amount) >= {LIMIT} THEN {_TOO_LARGE} {no_margin}"
        f"WHEN dropped THEN {_DUPLICATE} ELSE {_OK} END"
    )


def _malformed(source: Source) -> list[tuple[Any, ...]]:
    if source.malformed is None:
        return []
    tables = source.workspace.rows(
        f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{source.malformed}'"
    )
    if not tables:
        return []
    return source.workspace.rows(
        f"SELECT line, csv_line, any_value(error_type::VARCHAR) FROM {source.malformed} "
        "GROUP BY line, csv_line ORDER BY line, csv_line"
    )


def _refuse_open_quote(source: Source) -> None:
    """Refuse a file in which a quote swallows the lines after it: they would count as one row."""
    swallowed = [
        line
        for line, text, kind in _malformed(source)
        if kind == "UNQUOTED VALUE" and "\n" in text.strip()
    ]
    if swallowed:
        raise DataError(
            f"{source.location}: got a quote in line {swallowed[0]} that is never closed, expected "
            "quotes in pairs (a quote inside a quoted text is written twice); mend that line"
        )


def _with_malformed(frame: pd.DataFrame, malformed: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Add lines that could not be taken apart, and number the rows after them accordingly."""
    if not malformed:
        return frame
    lines = np.array([line - 1 for line, _, _ in malformed], dtype=np.int64)
    before = np.searchsorted(lines - np.arange(len(lines)), frame["row"].to_numpy(), side="right")
    shifted = frame.assign(row=frame["row"].to_numpy() + before)
    first = frame.columns[2]
    added = pd.DataFrame(
        {
            "row": lines,
            "reason": pd.Series([MALFORMED] * len(lines), dtype="str"),
            first: pd.Series([text for _, text, _ in malformed], dtype="str"),
        }
    )
    both = pd.concat([shifted, added], ignore_index=True)[frame.columns]
    return both.sort_values("row", kind="stable", ignore_index=True)
