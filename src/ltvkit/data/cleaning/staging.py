"""The first pass over a log: the mapped columns, parsed, unfit rows with their reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltvkit.data.cleaning.columns import Mapped
from ltvkit.data.cleaning.expressions import Expression
from ltvkit.data.cleaning.left_out import found_of, is_value
from ltvkit.data.cleaning.reasons import Reason
from ltvkit.data.cleaning.references import (
    drop_unless_own,
    find_reference,
    give_refunds_to_buyers,
    reference_columns,
)
from ltvkit.data.reading.amounts import LIMIT, decide_amounts
from ltvkit.data.reading.attributes import attribute_sql
from ltvkit.data.reading.currencies import Currencies, currency_columns, find_currencies
from ltvkit.data.reading.dates import FIRST_YEAR, LAST_YEAR, decide_dates
from ltvkit.data.reading.identifiers import decide_customers, decide_identifiers
from ltvkit.data.reading.scans import Malformed
from ltvkit.data.reading.sources import Source
from ltvkit.data.reading.workspace import Column, Workspace
from ltvkit.errors import DataError, first_line

ONE_AMOUNT = 0.99
"""Share of the orders with one amount, from which a log is one of totals."""


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
        attributes with `place` (their order within a day), `row_hash`, `reason` (a `Reason`), and
        `currency` where there are several; its row order is the input's.
    rows : int
        Rows of the input, malformed lines among them.
    malformed : sequence of Malformed
    duplicates, duplicates_dropped : int
    readings : mapping of str to str
        How each column was read, in words.
    currencies : Currencies or None
        The column that tells of several.
    """

    workspace: Workspace
    schema: str
    table: str
    rows: int
    malformed: Sequence[Malformed]
    duplicates: int
    duplicates_dropped: int
    readings: Mapping[str, str]
    currencies: Currencies | None


def stage(
    source: Source,
    mapped: Mapped,
    *,
    leave_out: Mapping[str, Sequence[str]],
    drop_exact_duplicates: bool,
    date_format: str | None,
    decimal_mark: str | None,
    timezone: str,
) -> Staged:
    """Parse every row of a source; see `clean` for the arguments."""
    workspace = source.workspace
    schema = workspace.new_name("log")
    raw, table = f"{schema}.raw", f"{schema}.staged"
    coded = [column.name for column in currency_columns(source.columns, mapped.revenue.names)]
    used = [*mapped.names, *leave_out, *coded]
    referring = reference_columns(source.columns, used) if mapped.order_id else []
    rows = _copy(source, [*used, *referring], schema, raw)
    malformed = source.malformed_lines()
    _refuse_open_quote(source.location, malformed)
    expressions, attributes, readings = _read_columns(
        workspace,
        raw,
        rows,
        mapped,
        date_format=date_format,
        decimal_mark=decimal_mark,
        timezone=timezone,
    )
    if source.words:
        readings["transactions"] = source.words
    if any(leave_out.values()):
        readings["leave_out"] = found_of(workspace, raw, rows, leave_out)
    currencies = find_currencies(workspace, raw, [rows[name] for name in coded])
    good_rows, duplicates = _count_duplicates(workspace, raw)
    dropped = "false"
    if drop_exact_duplicates and duplicates:
        columns = ", ".join(column.sql for column in rows.values())
        dropped = f"rowid NOT IN (SELECT min(rowid) FROM {raw} GROUP BY row_hash, {columns})"
    expressions |= {"dropped": dropped} | {f"a{n}": sql for n, sql in enumerate(attributes)}
    parsed = ", ".join(f"{sql} AS {name}" for name, sql in expressions.items())
    reason = _reason(mapped, rows, leave_out)
    kept = _kept(mapped, len(attributes))
    if currencies:
        kept.append(f"CAST({currencies.sql} AS UTINYINT) AS currency")
    reference = None
    if referring:
        reference = find_reference(
            workspace, raw, [rows[name] for name in referring], expressions["order_id"]
        )
    if reference:
        kept.append(f"{reference[0]} AS refers_to")
    # In order: a list after IN, or a row that is looked up, is a join, which mixes the rows.
    workspace.run(
        f"CREATE TABLE {table} AS SELECT {', '.join(kept)}, row_hash, "
        f"reason::UTINYINT AS reason FROM (SELECT *, {reason} AS reason FROM "
        f"(SELECT rowid + 1 AS row, *, {parsed} FROM {raw})) ORDER BY row"
    )
    workspace.run(f"DROP TABLE {raw}")
    if reference and drop_unless_own(workspace, table):
        reference = None
    if lines := _join_lines(workspace, table, mapped):
        readings["order_id"] += (
            f"; {lines:,} further lines of orders, without an amount, belong to the first"
        )
    if mapped.order_id is not None:
        refunds = give_refunds_to_buyers(workspace, table, referring=reference is not None)
        if refunds:
            named = f", in '{reference[1]}'" if reference else ""
            readings["order_id"] += f"; refunds given to whose sale they name{named}: {refunds:,}"
    return Staged(
        workspace=workspace,
        schema=schema,
        table=table,
        rows=good_rows + len(malformed),
        malformed=malformed,
        duplicates=duplicates,
        duplicates_dropped=workspace.row(
            f"SELECT count(*) FROM {table} WHERE reason = {Reason.DUPLICATE}"
        )[0],
        readings=readings,
        currencies=currencies,
    )


# --- parts --------------------------------------------------------------------------------------


def _copy(source: Source, names: Sequence[str], schema: str, raw: str) -> dict[str, Column]:
    """Copy the columns that are used as they come; where each of them stands in the copy."""
    import duckdb

    workspace = source.workspace
    by_name = {column.name: column for column in source.columns}
    used = {name: by_name[name] for name in names}
    everything = ", ".join(column.sql for column in source.columns)
    workspace.run(f"CREATE SCHEMA {schema}")
    try:
        if source.scans:
            source.scans.forget_malformed(workspace)
        workspace.run(
            f"CREATE TABLE {raw} AS SELECT "
            + ", ".join(f"{column.tidy} AS r{place}" for place, column in enumerate(used.values()))
            + f", hash({everything}) AS row_hash FROM {source.relation}"
        )
    except duckdb.Error as error:
        raise DataError(
            f"got {source.location}, expected a table that can be read to its end; "
            f"{first_line(error)}"
        ) from None
    return {
        name: Column(name, f"r{place}", column.type)
        for place, (name, column) in enumerate(used.items())
    }


def _join_lines(workspace: Workspace, table: str, mapped: Mapped) -> int:
    """Give further lines of orders, worth nothing, to whom the first belongs; their number.

    Exports with a row for each article may name the total, and the customer, once an order. Where
    orders have an amount in each line, one that is missing is missing.
    """
    lines = f"FROM {table} WHERE reason = {Reason.LINE}"
    if not workspace.row(f"SELECT count(*) {lines}")[0]:
        return 0
    first = (
        "SELECT order_id, any_value(customer_id) AS customer_id, any_value(ordered_on) AS "
        f"ordered_on, any_value(reason) AS reason, count(*) AS amounts FROM {table} "
        f"WHERE reason IN ({Reason.NONE}, {Reason.LEFT_OUT}) AND order_id IS NOT NULL GROUP BY 1"
    )
    (once,) = workspace.row(f"SELECT avg((amounts = 1)::INT) >= {ONE_AMOUNT} FROM ({first})")
    theirs = f"{table}.customer_id = first.customer_id" if once else "false"
    given = (
        "customer_id = first.customer_id, ordered_on = first.ordered_on, reason = first.reason, "
        f"revenue = 0{', margin = 0' if mapped.margin else ''}"
    )
    (joined,) = workspace.row(
        f"UPDATE {table} SET {given} FROM ({first} HAVING amounts = 1) AS first "
        f"WHERE {table}.reason = {Reason.LINE} AND {table}.order_id = first.order_id "
        f"AND ({table}.customer_id IS NULL OR {theirs})"
    )
    workspace.run(
        f"UPDATE {table} SET reason = CASE WHEN customer_id IS NULL THEN {Reason.NO_CUSTOMER} "
        f"WHEN ordered_on IS NULL THEN {Reason.NO_DATE} ELSE {Reason.NO_AMOUNT} END "
        f"WHERE reason = {Reason.LINE}"
    )
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
        sql = {name: f"({one.sql})" for name, one in read.items()}
        expressions[called] = amount.sql(sql)
        if read:
            readings[key] = ", ".join(dict.fromkeys(one.words for one in read.values()))
        if key == "revenue" and amount.is_plain_sum:  # A cost that is blank is not known.
            total, beyond = _sum_sql(amount, rows, sql)
            expressions[called] = f"CASE WHEN {beyond} THEN 0 ELSE {total} END"
            (more,) = workspace.row(f"SELECT count(*) FILTER ({beyond}) FROM {raw}")
            if more:
                readings[key] += f"; orders of which more was paid back than that, now 0: {more:,}"
    attributes = [] if mapped.channel is None else [identifiers("channel", mapped.channel)]
    attributes += [attribute_sql(workspace, raw, rows[name]) for name in mapped.attributes]
    if mapped.order_id is not None:
        expressions["order_id"] = identifiers("order_id", mapped.order_id)
    return expressions, attributes, readings


def _sum_sql(
    amount: Expression, rows: Mapping[str, Column], read: Mapping[str, str]
) -> tuple[str, str]:
    """SQL of a sum of columns in which a blank is 0, as of a refund where there was none.

    Where the first column is blank something else must be there, as a payment back without a
    payment. And whether more was paid back than was paid, as tax and shipping are with an amount
    without these: it is an order that is worth nothing any more, and no refund of another one.
    """
    blank = {name: f"{rows[name].sql} IS NULL" for name in read}
    total = amount.sql(
        {name: f"(CASE WHEN {blank[name]} THEN 0 ELSE {sql} END)" for name, sql in read.items()}
    )
    first = amount.names[0]
    total = f"CASE WHEN {blank[first]} THEN nullif({total}, 0) ELSE {total} END"
    return total, f"coalesce({read[first]} > 0 AND {total} < 0, false)"


def _kept(mapped: Mapped, attributes: int) -> list[str]:
    """What is kept of each row, as SQL; amounts of those that are fit."""
    fit = f"reason IN ({Reason.NONE}, {Reason.REFUND})"
    amount = f"CASE WHEN {fit} THEN CAST({{0}} AS DECIMAL(18, 6)) END AS {{1}}"
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


def _count_duplicates(workspace: Workspace, raw: str) -> tuple[int, int]:
    """Rows, and rows that repeat an earlier one; 64 bits of hash stand for all columns."""
    rows, distinct = workspace.row(
        f"SELECT coalesce(sum(n), 0)::BIGINT, count(*) FROM "
        f"(SELECT count(*) AS n FROM {raw} GROUP BY row_hash)"
    )
    return rows, rows - distinct


def _reason(
    mapped: Mapped, rows: Mapping[str, Column], leave_out: Mapping[str, Sequence[str]]
) -> str:
    """SQL of the first thing that is wrong with a row."""
    amounts = [f"{rows[name].sql} IS NULL" for name in mapped.revenue.names]
    date = f"{rows[mapped.ordered_at].sql} IS NOT NULL"
    bad_date = (
        f"coalesce({date} AND moment IS NULL OR NOT isfinite(moment) OR "
        f"moment < TIMESTAMP '{FIRST_YEAR}-01-01' OR moment >= TIMESTAMP '{LAST_YEAR + 1}-01-01', "
        "false)"
    )
    tests = [
        (" OR ".join(is_value(rows[name], value) for value in values), Reason.LEFT_OUT)
        for name, values in leave_out.items()
        if values
    ]
    if amounts:
        used = [rows[mapped.customer_id].sql, rows[mapped.ordered_at].sql]
        used += [rows[mapped.order_id].sql] if mapped.order_id is not None else []
        nothing = " AND ".join([*(f"{sql} IS NULL" for sql in used), *amounts])
        tests.append((nothing, Reason.BLANK))
    unfit = f"margin IS NULL OR NOT isfinite(margin) OR abs(margin) >= {LIMIT}"
    if mapped.order_id is not None and amounts:
        line = f"order_id IS NOT NULL AND {' AND '.join(amounts)}"
        tests.append((f"{line} AND (customer_id IS NULL OR NOT {bad_date})", Reason.LINE))
        refund = f"amount < 0 AND amount > -{LIMIT} AND moment IS NOT NULL AND NOT {bad_date}"
        if mapped.margin is not None:
            refund += f" AND NOT ({unfit})"
        tests.append((f"customer_id IS NULL AND {refund}", Reason.REFUND))
    tests += [
        ("customer_id IS NULL", Reason.NO_CUSTOMER),
        (bad_date, Reason.BAD_DATE),
        ("moment IS NULL", Reason.NO_DATE),
    ]
    if amounts:
        tests.append((f"amount IS NULL AND ({' OR '.join(amounts)})", Reason.NO_AMOUNT))
    tests += [
        ("amount IS NULL", Reason.BAD_AMOUNT),
        ("NOT isfinite(amount)", Reason.INFINITE),
        (f"abs(amount) >= {LIMIT}", Reason.TOO_LARGE),
    ]
    if mapped.margin is not None:
        tests.append((unfit, Reason.BAD_MARGIN))
    tests.append(("dropped", Reason.DUPLICATE))
    cases = " ".join(f"WHEN {test} THEN {reason}" for test, reason in tests)
    return f"CASE {cases} ELSE {Reason.NONE} END"


def _refuse_open_quote(location: str, malformed: Sequence[Malformed]) -> None:
    """Refuse a file in which a quote swallows the lines after it: they would count as one row."""
    swallowed = [
        found.line
        for found in malformed
        if found.kind == "UNQUOTED VALUE" and "\n" in found.text.strip()
    ]
    if swallowed:
        raise DataError(
            f"{location}: got a quote in line {swallowed[0]} that is never closed, expected "
            "quotes in pairs (a quote inside a quoted text is written twice); mend that line"
        )
