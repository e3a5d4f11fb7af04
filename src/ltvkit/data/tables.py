"""The other tables of the user's: costs, customers, touches or weights, benchmarks.

A log is cleaned row by row; these are not. A ledger must add up, and a customer must stand in one
row, so what cannot be read is refused with the rows that are wrong.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ltvkit.consent import unknown_words
from ltvkit.data.attributes import attribute_sql
from ltvkit.data.opened import (
    Opened,
    Table,
    day_sql,
    frame_of,
    leave_out,
    moment_sql,
    number_sql,
    open_table,
    refuse,
    refuse_gaps,
    table_of,
    text_sql,
    with_owner,
)
from ltvkit.errors import DataError, offenders
from ltvkit.schemas import CONTACTS, cost_categories

TOTAL_WORDS = ("total", "totals", "gesamt", "summe", "somme", "suma", "razem")
"""What stands first in a row of totals."""

FEWEST_SUMMED = 4
"""Rows from which on one of them that is the sum of the others is no chance."""

WEIGHT_TOLERANCE = 1e-3
"""How far a customer's weights may sum from 1: they are often written with three decimals."""


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
        `channel` (missing = shared), `category` (all `ads_performance` in a table without the
        column), `amount`, and as far as given `acquisition_share`, `leads`, `clicks`. Rows of
        totals, which exports of platforms begin or end with, are left out with a note.

    Raises
    ------
    DataError
        When there is no row; on an unknown category (with the nearest known), an unreadable period
        or amount, a share outside 0-1, a negative number of leads or clicks.
    """
    opened = open_table(location, "costs", columns, needed=("period", "amount"))
    # An advertising platform's export says what was spent, not that it was advertising.
    exported = "category" not in opened.columns
    notes = _without_totals(opened)
    _refuse_empty(opened)
    if exported:
        _blank_dashes(opened)
    optional = tuple(
        name for name in ("acquisition_share", "leads", "clicks") if name in opened.columns
    )
    selects = {
        "period": day_sql(opened, "period"),
        "channel": text_sql(opened, "channel"),
        "category": text_sql(opened, "category"),
        "amount": number_sql(opened, "amount", decimal_mark=decimal_mark),
        **{
            name: number_sql(
                opened, name, decimal_mark=decimal_mark, counts=name != "acquisition_share"
            )
            for name in optional
        },
    }
    frame = frame_of(opened, selects, needed=("period",))
    if exported:
        frame["category"] = "ads_performance"
        notes.append("costs: no column 'category', so all of it counts as advertising")
        idle = frame["amount"].isna()
        if idle.any():
            notes.append(f"costs: {int(idle.sum())} rows without an amount count as nothing spent")
            frame["amount"] = frame["amount"].fillna(0.0)
        frame, total = _without_sum(frame)
        notes += total
    else:
        refuse_gaps(opened, frame, ("amount", "category"))
        frame["category"] = cost_categories(frame["category"])
    for name in optional:
        wrong = frame[name] < 0 if name != "acquisition_share" else ~frame[name].between(0, 1)
        expected = "0 or more" if name != "acquisition_share" else "0 to 1 (50 % is 0.5)"
        refuse(opened, frame[name], wrong & frame[name].notna(), expected)
    return table_of(opened, frame, notes)


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
    opened = open_table(location, "customers", columns, needed=("customer_id",), only=only)
    selects = {
        "customer_id": text_sql(opened, "customer_id"),
        "channel": text_sql(opened, "channel"),
        "first_order_at": day_sql(
            opened, "first_order_at", date_format=date_format, timezone=timezone
        ),
        **{name: text_sql(opened, name) for name in CONTACTS if name in opened.columns},
    }
    for name, column in opened.columns.items():
        if name not in selects:
            selects[name] = attribute_sql(opened.source.workspace, opened.table, column)
    frame, notes = with_owner(
        opened, frame_of(opened, selects), "customer_id", without="rows without a customer id"
    )
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
    notes += unknown_words(frame)
    return table_of(opened, frame.reset_index(drop=True), notes)


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
    opened = open_table(location, "touches", columns, needed=("customer_id", "channel"))
    if "weight" in opened.columns:
        return _weights(opened)
    if "touched_at" not in opened.columns:
        raise DataError(
            "touches: got neither a column 'touched_at' nor 'weight', expected the time of each "
            "touch, or the weight of each channel; give its name in data.touches.columns"
        )
    moment = moment_sql(opened, "touched_at", date_format=date_format, timezone=timezone)
    selects = {
        "customer_id": text_sql(opened, "customer_id"),
        "channel": text_sql(opened, "channel"),
        "touched_at": moment,
    }
    frame, notes = with_owner(
        opened, frame_of(opened, selects), "customer_id", without="without a customer"
    )
    refuse_gaps(opened, frame, ("channel", "touched_at"))
    return table_of(opened, frame.reset_index(drop=True), notes)


def read_benchmarks(location: str | Path, *, decimal_mark: str | None = None) -> Table:
    """Read the user's own benchmarks.

    Parameters
    ----------
    location, decimal_mark :
        As in `read_costs`.

    Returns
    -------
    Table
        `segment` (missing = any), `metric`, `value`, `source`, `year` (a whole number).

    Raises
    ------
    DataError
        When a column is not there, or a metric, a value or a year is missing or none.
    """
    needed = ("metric", "value", "year")
    opened = open_table(location, "benchmarks", None, needed=("segment", "source", *needed))
    selects = {
        "segment": text_sql(opened, "segment"),
        "metric": text_sql(opened, "metric"),
        "value": number_sql(opened, "value", decimal_mark=decimal_mark),
        "source": text_sql(opened, "source"),
        "year": f"CAST({number_sql(opened, 'year', counts=True)} AS BIGINT)",
    }
    return table_of(opened, frame_of(opened, selects, needed=needed))


def _weights(opened: Opened) -> Table:
    needed = ("customer_id", "channel", "weight")
    selects = {
        "customer_id": text_sql(opened, "customer_id"),
        "channel": text_sql(opened, "channel"),
        "weight": number_sql(opened, "weight"),
    }
    frame = frame_of(opened, selects, needed=needed)
    refuse(opened, frame["weight"], frame["weight"] < 0, "0 or more")
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
    return table_of(opened, frame)


def _without_totals(opened: Opened) -> list[str]:
    """Leave out rows that say "Total …" where the period stands."""
    period = opened.columns["period"]
    if not period.is_text:
        return []
    words = "|".join(TOTAL_WORDS)
    count = leave_out(opened, f"regexp_matches(lower({period.sql}), '^({words})\\b')")
    return [f"costs: {count} rows of totals left out"] * bool(count)


def _refuse_empty(opened: Opened) -> None:
    """Refuse a ledger in which nothing stands: nobody's cost can be told from it."""
    if not opened.source.workspace.row(f"SELECT count(*) FROM {opened.table}")[0]:
        raise DataError(
            f"costs: got no rows in {opened.source.location}, expected one or more; fill it in, or "
            "leave data.costs out"
        )


def _blank_dashes(opened: Opened) -> None:
    """A dash says that there was nothing."""
    for name in ("amount", "leads", "clicks"):
        column = opened.columns.get(name)
        if column is not None and column.is_text:
            opened.source.workspace.run(
                f"UPDATE {opened.table} SET {column.sql} = NULL "
                f"WHERE regexp_matches({column.sql}, '^[-\\x{{2013}}\\x{{2014}}]+$')"
            )


def _without_sum(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out a row without a channel that is the sum of all others, as Meta's exports have."""
    amount = frame["amount"].to_numpy()
    others = amount.sum() - amount
    # Each amount may have been rounded to the cent before it was added up.
    alike = abs(amount - others) <= 0.005 * len(amount)
    total = frame["channel"].isna().to_numpy() & (amount > 0) & alike
    if len(frame) < FEWEST_SUMMED or total.sum() != 1:
        return frame, []
    told = f"costs: a row of {amount[total][0]:,.2f} without a channel, the sum of all, left out"
    return frame[~total].reset_index(drop=True), [told]
