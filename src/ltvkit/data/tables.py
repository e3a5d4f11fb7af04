"""The other tables of the user's: costs, customers, touches or attribution weights.

A log is cleaned row by row; these are not. A ledger must add up, and a customer must stand in one
row, so what cannot be read is refused with the rows that are wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ltvkit.data.amounts import decide_amounts
from ltvkit.data.attributes import attribute_sql
from ltvkit.data.dates import decide_dates
from ltvkit.data.expressions import did_you_mean
from ltvkit.data.identifiers import decide_identifiers
from ltvkit.data.sources import Source, read_transactions
from ltvkit.data.workspace import Column, ident
from ltvkit.errors import DataError, offenders

COST_CATEGORIES = (
    "ads_branding",
    "ads_performance",
    "content",
    "seo",
    "pr_influence",
    "events",
    "marketing_salaries",
    "sales_salaries",
    "commissions",
    "sales_tools",
    "travel",
    "software",
    "overheads",
    "other",
)
"""Categories of acquisition cost."""

ADVERTISING_WORDS = ("ads", "ad_spend", "advertising", "media", "paid_media")
"""Plain words that can only mean paid advertising; passed on as they are."""

CONTACT_COLUMNS = ("email", "phone", "first_name", "last_name", "zip", "city", "state", "country")
"""Columns of customers that are text, whatever they look like."""

WEIGHT_TOLERANCE = 1e-3
"""How far a customer's weights may sum from 1: they are often written with three decimals."""


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


def read_costs(
    location: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    decimal_mark: str | None = None,
) -> Table:
    """Read marketing costs.

    Parameters
    ----------
    location : str or Path
        As in `read_transactions`.
    columns : mapping of str to str, optional
        Our name to the table's, where they differ.
    decimal_mark : str, optional
        Where the amounts do not tell themselves.

    Returns
    -------
    Table
        `period` (start of a day, week or month: `2024-01`, `2024-W05` and dates are understood),
        `channel` (missing = shared), `category`, `amount`, and as far as given
        `acquisition_share`, `leads`, `clicks`.

    Raises
    ------
    DataError
        On an unknown category (with the nearest known), an unreadable period or amount, a share
        outside 0-1, a negative number of leads or clicks.
    """
    opened = _open(location, "costs", columns, needed=("period", "category", "amount"))
    optional = tuple(
        name for name in ("acquisition_share", "leads", "clicks") if name in opened.columns
    )
    selects = {
        "period": _day(opened, "period"),
        "channel": _text(opened, "channel"),
        "category": _text(opened, "category"),
        "amount": _number(opened, "amount", decimal_mark=decimal_mark),
        **{name: _number(opened, name, decimal_mark=decimal_mark) for name in optional},
    }
    frame = _frame(opened, selects, needed=("period", "category", "amount"))
    frame["category"] = _categories(frame["category"])
    for name in optional:
        wrong = frame[name] < 0 if name != "acquisition_share" else ~frame[name].between(0, 1)
        expected = "0 or more" if name != "acquisition_share" else "0 to 1 (50 % is 0.5)"
        _refuse(opened, frame[name], wrong & frame[name].notna(), expected)
    return _table(opened, frame)


def read_customers(
    location: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    timezone: str = "UTC",
    only: Sequence[str] | None = None,
) -> Table:
    """Read the table of customers.

    Parameters
    ----------
    location, columns :
        As in `read_costs`.
    date_format : str, optional
        How `first_order_at` is written, where it does not tell itself.
    timezone : str
        The shop's zone.
    only : sequence of str, optional
        The columns that are wanted, by our names, as far as the table has them; the others are
        neither read nor missed.

    Returns
    -------
    Table
        `customer_id`, `channel` (text or missing), `first_order_at` (a day or missing), contacts
        as text, and every other column in its own type. One row per customer.

    Raises
    ------
    DataError
        When a customer stands in rows that differ, or a date cannot be read.
    """
    opened = _open(location, "customers", columns, needed=("customer_id",), only=only)
    selects = {
        "customer_id": _text(opened, "customer_id"),
        "channel": _text(opened, "channel"),
        "first_order_at": _day(
            opened, "first_order_at", date_format=date_format, timezone=timezone
        ),
        **{name: _text(opened, name) for name in CONTACT_COLUMNS if name in opened.columns},
    }
    for name, column in opened.columns.items():
        if name not in selects:
            selects[name] = attribute_sql(opened.source.workspace, opened.table, column)
    frame = _frame(opened, selects)
    notes = []
    nameless = frame["customer_id"].isna()
    if nameless.any():
        notes.append(f"customers: {int(nameless.sum())} rows without a customer id left out")
        frame = frame.loc[~nameless]
    repeated = frame.duplicated()
    if repeated.any():
        notes.append(f"customers: {int(repeated.sum())} rows that repeat another one left out")
        frame = frame.loc[~repeated]
    twice = frame["customer_id"].duplicated()
    if twice.any():
        raise DataError(
            f"customers: got customer_id {offenders(frame.loc[twice, 'customer_id'])} in several "
            "rows that differ, expected one row per customer; keep one of them (weights per "
            "channel belong in data.touches)"
        )
    return _table(opened, frame.reset_index(drop=True), notes)


def read_touches(
    location: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    timezone: str = "UTC",
) -> Table:
    """Read the touches that came before first orders, or attribution weights made elsewhere.

    A table with a column `weight` holds weights: how much of a customer is credited to which
    channel. One without it holds touches, which a rule of attribution turns into weights.

    Parameters
    ----------
    location, columns :
        As in `read_costs`.
    date_format, timezone :
        As in `read_customers`, for `touched_at`.

    Returns
    -------
    Table
        `customer_id`, `channel`, and either `weight`, a customer's weights summing to 1, or
        `touched_at`, a moment; touches without a customer are left out, and counted in a note.

    Raises
    ------
    DataError
        When there is neither column, a time cannot be read, or weights are missing, negative, or
        do not sum to 1 for a customer.
    """
    opened = _open(location, "touches", columns, needed=("customer_id", "channel"))
    if "weight" in opened.columns:
        return _weights(opened)
    if "touched_at" not in opened.columns:
        raise DataError(
            "touches: got neither a column 'touched_at' nor 'weight', expected the time of each "
            "touch, or the weight of each channel; give its name in data.touches.columns"
        )
    moment = _moment(opened, "touched_at", date_format=date_format, timezone=timezone)
    selects = {
        "customer_id": _text(opened, "customer_id"),
        "channel": _text(opened, "channel"),
        "touched_at": moment,
    }
    frame = _frame(opened, selects)
    nameless = frame["customer_id"].isna()
    frame = frame.loc[~nameless]
    _refuse_gaps(opened, frame, ("channel", "touched_at"))
    notes = [f"touches: {int(nameless.sum())} without a customer left out"] * bool(nameless.any())
    return _table(opened, frame.reset_index(drop=True), notes)


def _weights(opened: "_Opened") -> Table:
    needed = ("customer_id", "channel", "weight")
    selects = {
        "customer_id": _text(opened, "customer_id"),
        "channel": _text(opened, "channel"),
        "weight": _number(opened, "weight"),
    }
    frame = _frame(opened, selects, needed=needed)
    _refuse(opened, frame["weight"], frame["weight"] < 0, "0 or more")
    frame = frame.groupby(["customer_id", "channel"], sort=True)["weight"].sum().reset_index()
    totals = frame.groupby("customer_id")["weight"].sum()
    off = totals[(totals - 1).abs() > WEIGHT_TOLERANCE]
    if len(off):
        shown = [f"{customer}: {total:.4g}" for customer, total in off.head(6).items()]
        raise DataError(
            f"touches: got weights that sum to {offenders(shown)}, expected 1 for every customer; "
            "divide each weight by the customer's sum"
        )
    frame["weight"] = frame["weight"] / frame.groupby("customer_id")["weight"].transform("sum")
    return _table(opened, frame)


# --- reading ------------------------------------------------------------------------------------

# `2024-01`, `202401` and `01/2024` are the first day of a month, `2024-W05` the Monday of a week.
_PERIOD = (
    "coalesce(strftime(try_strptime({0} || '-1', '%G-W%V-%u'), '%Y-%m-%d'), "
    "regexp_replace(regexp_replace({0}, '^([0-9]{{4}})[-/.]?(0[1-9]|1[0-2])$', '\\1-\\2-01'), "
    "'^([0-9]{{1,2}})[-/.]([0-9]{{4}})$', '\\2-\\1-01'))"
)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A table staged in a workspace of its own, with its columns under our names."""

    name: str
    source: Source
    table: str
    columns: Mapping[str, Column]


def _open(
    location: str | Path,
    name: str,
    columns: Mapping[str, str] | None,
    *,
    needed: Sequence[str],
    only: Sequence[str] | None = None,
) -> _Opened:
    source = read_transactions(location)
    workspace, table = source.workspace, source.workspace.new_name(name)
    mapping = {
        theirs: ours
        for ours, theirs in (columns or {}).items()
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
        sql = column.tidy
        if ours == "period" and column.is_text:
            sql = _PERIOD.format(sql)
        staged.append(f"{sql} AS c{place}")
        found[ours] = Column(column.name, f"c{place}", column.type)
    lacking = [ours for ours in needed if ours not in found]
    if lacking:
        raise DataError(
            f"{name}: got no column {offenders(lacking)}"
            f"{''.join(did_you_mean(ours, source.names) for ours in lacking)}, expected it beside "
            f"{offenders(source.names, limit=20)}; give its name there in "
            f"data.{name}.columns.{lacking[0]}"
        )
    workspace.run(f"CREATE TABLE {table} AS SELECT {', '.join(staged)} FROM {source.relation}")
    _refuse_malformed(source, name)
    return _Opened(name, source, table, found)


def _refuse_malformed(source: Source, name: str) -> None:
    if source.malformed is None:
        return
    lines = source.workspace.rows(
        f"SELECT DISTINCT line FROM {source.malformed} ORDER BY line LIMIT 6"
    )
    if lines:
        raise DataError(
            f"{name}: got lines {offenders(line for (line,) in lines)} with more or fewer fields "
            "than the header, expected as many; mend them (quote texts that hold the delimiter)"
        )


def _text(opened: _Opened, name: str) -> str:
    if name not in opened.columns:
        return "NULL::VARCHAR"
    return decide_identifiers(opened.source.workspace, opened.table, opened.columns[name])[0]


def _number(opened: _Opened, name: str, *, decimal_mark: str | None = None) -> str:
    column = opened.columns[name]
    reading = decide_amounts(
        opened.source.workspace,
        opened.table,
        Column(f"{opened.name}.{column.name}", column.sql, column.type),
        decimal_mark=decimal_mark,
    )
    number = f"CASE WHEN isfinite({reading.sql}) THEN {reading.sql} END"
    _refuse_unreadable(opened, name, number, "a number")
    return number


def _day(
    opened: _Opened, name: str, *, date_format: str | None = None, timezone: str = "UTC"
) -> str:
    if name not in opened.columns:
        return "NULL::DATE"
    expected = "a date, a month such as 2024-01 or a week 2024-W05"
    moment = _moment(opened, name, date_format=date_format, timezone=timezone, expected=expected)
    return f"CAST({moment} AS DATE)"


def _moment(
    opened: _Opened,
    name: str,
    *,
    date_format: str | None = None,
    timezone: str = "UTC",
    expected: str = "a date or a time",
) -> str:
    column = opened.columns[name]
    reading = decide_dates(
        opened.source.workspace,
        opened.table,
        Column(f"{opened.name}.{column.name}", column.sql, column.type),
        timezone=timezone,
        date_format=date_format,
    )
    _refuse_unreadable(opened, name, reading.sql, expected)
    return reading.sql


def _refuse_unreadable(opened: _Opened, name: str, sql: str, expected: str) -> None:
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


def _frame(
    opened: _Opened, selects: Mapping[str, str], *, needed: Sequence[str] = ()
) -> pd.DataFrame:
    """The table under our names, in the order of its rows; needed columns have no gaps."""
    listed = ", ".join(f"{sql} AS {ident(name)}" for name, sql in selects.items())
    frame = opened.source.workspace.frame(f"SELECT {listed} FROM {opened.table} ORDER BY rowid")
    _refuse_gaps(opened, frame, needed)
    return frame


def _refuse_gaps(opened: _Opened, frame: pd.DataFrame, needed: Sequence[str]) -> None:
    for name in needed:
        missing = frame.index[frame[name].isna()]
        if len(missing):
            raise DataError(
                f"{opened.name}: got nothing in column '{opened.columns[name].name}' of rows "
                f"{offenders(int(row) + 1 for row in missing)}, expected a value in every row; "
                "fill them in or leave the rows out"
            )


def _categories(written: pd.Series) -> pd.Series:
    """Categories in our spelling: small letters, underscores."""
    tidy = written.str.strip().str.lower().str.replace(r"[\s-]+", "_", regex=True)
    known = (*COST_CATEGORIES, *ADVERTISING_WORDS)
    unknown = written[~tidy.isin(known)]
    if len(unknown):
        hints = dict.fromkeys(
            f"{word}{did_you_mean(word, COST_CATEGORIES)}" for word in unknown.unique()[:6]
        )
        raise DataError(
            f"costs: got category {', '.join(hints)}, expected one of "
            f"{', '.join(COST_CATEGORIES)}; use one of these, or 'other'"
        )
    return tidy


def _refuse(opened: _Opened, values: pd.Series, wrong: pd.Series, expected: str) -> None:
    """Refuse values that can be read and still cannot be."""
    if wrong.any():
        raise DataError(
            f"{opened.name}: got {values.name} {offenders(values[wrong])} (row "
            f"{int(wrong.to_numpy().argmax()) + 1}), expected {expected}; mend the rows"
        )


def _table(opened: _Opened, frame: pd.DataFrame, notes: Sequence[str] = ()) -> Table:
    opened.source.workspace.close()
    return Table(frame, opened.source.location, opened.source.sha256, tuple(notes))
