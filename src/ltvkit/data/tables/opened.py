"""A table of the user's opened under our names: how its columns are read, and what is refused.

The readers of costs, customers, touches, leads and benchmarks are made of these. A log is cleaned
row by row; these tables are not: what cannot be read is refused with the rows that are wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltvkit.data.reading.amounts import decide_amounts
from ltvkit.data.reading.dates import decide_dates
from ltvkit.data.reading.delimited import plain_spaces
from ltvkit.data.reading.identifiers import decide_customers, decide_identifiers
from ltvkit.data.reading.sources import Source, read_transactions
from ltvkit.data.reading.workspace import Column, ident
from ltvkit.errors import DataError, did_you_mean, offenders


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read.

    Parameters
    ----------
    frame : DataFrame
    location : str
        Where it came from, without passwords.
    sha256 : str
        Digest of the bytes that were read.
    notes : tuple of str
        What was done to it that its owner may want to know.
    """

    frame: pd.DataFrame
    location: str
    sha256: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A table staged in a workspace of its own, with its columns under our names."""

    name: str
    source: Source
    table: str
    columns: Mapping[str, Column]


def open_table(
    location: str | Path,
    name: str,
    columns: Mapping[str, str] | None,
    *,
    needed: Sequence[str],
    only: Sequence[str] | None = None,
) -> Opened:
    """Stage a table with its columns under our names.

    Columns of ours that are `needed` must be there. With `only`, the mapping of other columns, and
    of columns that this table does not have, is passed over.
    """
    source = read_transactions(location)
    workspace, table = source.workspace, source.workspace.new_name(name)
    mapping = {
        theirs: ours
        for ours, theirs in ((key, plain_spaces(name)) for key, name in (columns or {}).items())
        if only is None or (ours in only and theirs in source.names)
    }
    for theirs, ours in mapping.items():
        if theirs not in source.names:
            raise DataError(
                f"data.{name}.columns.{ours}: got no column '{theirs}'"
                f"{did_you_mean(theirs, source.names)}, expected one of "
                f"{offenders(source.names, limit=20)}; correct the name"
            )
    found: dict[str, Column] = {}
    staged: list[str] = []
    for place, column in enumerate(source.columns):
        ours = mapping.get(column.name, column.name)
        if ours in found and column.name not in mapping:
            continue  # Ours by name, but the mapping gives the name to another column.
        if only is not None and ours not in only:
            continue
        staged.append(f"{column.tidy} AS c{place}")
        found[ours] = Column(column.name, f"c{place}", column.type)
    lacking = [ours for ours in needed if ours not in found]
    if lacking:
        remedy = (
            "call it so there"
            if columns is None
            else f"give its name there in data.{name}.columns.{lacking[0]}"
        )
        raise DataError(
            f"{name}: got no column {offenders(lacking)}"
            f"{''.join(did_you_mean(ours, source.names) for ours in lacking)}, expected it beside "
            f"{offenders(source.names, limit=20)}; {remedy}"
        )
    workspace.run(f"CREATE TABLE {table} AS SELECT {', '.join(staged)} FROM {source.relation}")
    _refuse_malformed(source, name)
    return Opened(name, source, table, found)


def _refuse_malformed(source: Source, name: str) -> None:
    lines = dict.fromkeys(found.line for found in source.malformed_lines())
    if lines:
        raise DataError(
            f"{name}: got lines {offenders(lines)} with more or fewer fields "
            "than the header, expected as many; mend them (quote texts that hold the delimiter)"
        )


def text_sql(opened: Opened, name: str) -> str:
    """SQL of a column as text, numbers written without a fraction; NULL where it is not there."""
    if name not in opened.columns:
        return "NULL::VARCHAR"
    decide = decide_customers if name == "customer_id" else decide_identifiers
    return decide(opened.source.workspace, opened.table, opened.columns[name])[0]


def number_sql(
    opened: Opened, name: str, *, decimal_mark: str | None = None, counts: bool = False
) -> str:
    """SQL of a column as numbers; a value that is none is refused."""
    reading = decide_amounts(
        opened.source.workspace,
        opened.table,
        _as_told(opened, name),
        decimal_mark=decimal_mark,
        counts=counts,
    )
    number = f"CASE WHEN isfinite({reading.sql}) THEN {reading.sql} END"
    _refuse_unreadable(opened, name, number, "a number")
    return number


def day_sql(
    opened: Opened,
    name: str,
    *,
    date_format: str | None = None,
    timezone: str = "UTC",
    expected: str = "a date",
) -> str:
    """SQL of a column as days; NULL where it is not there, refused where it cannot be read."""
    if name not in opened.columns:
        return "NULL::DATE"
    moment = moment_sql(opened, name, date_format=date_format, timezone=timezone, expected=expected)
    return f"CAST({moment} AS DATE)"


def moment_sql(
    opened: Opened,
    name: str,
    *,
    date_format: str | None = None,
    timezone: str = "UTC",
    expected: str = "a date or a time",
) -> str:
    """SQL of a column as moments in the shop's zone; a value that is none is refused."""
    reading = decide_dates(
        opened.source.workspace,
        opened.table,
        _as_told(opened, name),
        timezone=timezone,
        date_format=date_format,
    )
    _refuse_unreadable(opened, name, reading.sql, expected)
    return reading.sql


def _as_told(opened: Opened, name: str) -> Column:
    """A column under the name that messages call it by: its table's and its own."""
    column = opened.columns[name]
    return Column(f"{opened.name}.{column.name}", column.sql, column.type)


def _refuse_unreadable(opened: Opened, name: str, sql: str, expected: str) -> None:
    """Refuse a column with a value that is there and cannot be read."""
    column = opened.columns[name]
    rows = opened.source.workspace.rows(
        f"SELECT rowid + 1, CAST({column.sql} AS VARCHAR) FROM {opened.table} "
        f"WHERE {column.sql} IS NOT NULL AND ({sql}) IS NULL ORDER BY rowid LIMIT 6"
    )
    if rows:
        raise DataError(
            f"{opened.name}: got {offenders(f'{text} (row {row})' for row, text in rows)} in "
            f"column '{column.name}', expected {expected}; mend the rows"
        )


def leave_out(opened: Opened, where: str) -> int:
    """Take rows out of a staged table; how many they were."""
    workspace = opened.source.workspace
    (count,) = workspace.row(f"SELECT count(*) FROM {opened.table} WHERE {where}")
    if count:
        workspace.run(f"DELETE FROM {opened.table} WHERE {where}")
    return int(count)


def frame_of(
    opened: Opened, selects: Mapping[str, str], *, needed: Sequence[str] = ()
) -> pd.DataFrame:
    """The table under our names, in the order of its rows; needed columns have no gaps."""
    listed = ", ".join(f"{sql} AS {ident(name)}" for name, sql in selects.items())
    frame = opened.source.workspace.frame(f"SELECT {listed} FROM {opened.table} ORDER BY rowid")
    refuse_gaps(opened, frame, needed)
    return frame


def with_owner(
    opened: Opened, frame: pd.DataFrame, owner: str, *, without: str
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that say whose they are, in column `owner`, and a note if others are left out."""
    unknown = frame[owner].isna()
    note = f"{opened.name}: {int(unknown.sum())} {without} left out"
    return frame.loc[~unknown], [note] * bool(unknown.any())


def refuse_gaps(opened: Opened, frame: pd.DataFrame, needed: Sequence[str]) -> None:
    """Refuse rows that lack a value in a needed column."""
    for name in needed:
        missing = frame.index[frame[name].isna()]
        if len(missing):
            raise DataError(
                f"{opened.name}: got nothing in column '{opened.columns[name].name}' of rows "
                f"{offenders(int(row) + 1 for row in missing)}, expected a value in every row; "
                "fill them in or leave the rows out"
            )


def refuse(opened: Opened, values: pd.Series, wrong: pd.Series, expected: str) -> None:
    """Refuse values that can be read and still cannot be."""
    if wrong.any():
        raise DataError(
            f"{opened.name}: got {values.name} {offenders(values[wrong])} (row "
            f"{int(wrong.to_numpy().argmax()) + 1}), expected {expected}; mend the rows"
        )


def table_of(opened: Opened, frame: pd.DataFrame, notes: Sequence[str] = ()) -> Table:
    """The table as it was read; its workspace is closed."""
    source = opened.source
    source.workspace.close()
    read = [f"{opened.name} was read as {source.words}"] * bool(source.words)
    return Table(frame, source.location, source.sha256, (*read, *notes))
