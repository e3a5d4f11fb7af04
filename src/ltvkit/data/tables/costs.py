"""The table of costs: a ledger of one's own, or what an advertising platform says was spent.

A ledger must add up, so what cannot be read is refused with the rows that are wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ltvkit.data.reading.months import in_english
from ltvkit.data.reading.workspace import Column
from ltvkit.data.tables.opened import (
    Opened,
    Table,
    day_sql,
    frame_of,
    leave_out,
    number_sql,
    open_table,
    refuse,
    refuse_gaps,
    table_of,
    text_sql,
)
from ltvkit.errors import DataError
from ltvkit.schemas import cost_categories

TOTAL_WORDS = ("total", "totals", "gesamt", "summe", "somme", "suma", "razem")
"""What stands first in a row of totals."""

FEWEST_SUMMED = 4
"""Rows from which on one of them that is the sum of the others is no chance."""

_WEEKS = (
    (r"^([0-9]{4})[- ]?(?:W|KW|CW) ?([0-9]{1,2})$", r"\1-W\2-1"),
    (r"^(?:W|KW|CW|Week) ?([0-9]{1,2})[-/ ]+([0-9]{4})$", r"\2-W\1-1"),
)
_MONTHS = (
    (r"^([0-9]{4})(0[1-9]|1[0-2])$", r"\1-\2-01"),
    (r"^([0-9]{4})(?:[-/. ]{1,2}|M|[年년] ?)(0?[1-9]|1[0-2])(?:\.|[月월])?$", r"\1-\2-01"),
    (r"^([0-9]{1,2})[-/. ]{1,2}([0-9]{4})$", r"\2-\1-01"),
)
"""`2024-01`, `202401` and `01/2024` are the first day of a month, `2024-W05` a week's Monday."""

_NAMED_MONTHS = [
    f"{month}{sep}{year}" for year in ("%y", "%Y") for month in ("%b", "%B") for sep in " -/"
]
"""`January 2024`, and `Jan-24`, as spreadsheets write it."""

_PERIODS = (
    "a date, a month such as 2024-01 or a week 2024-W05 (divide what was paid for a quarter or a "
    "year among its months)"
)


def read_costs(
    location: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    decimal_mark: str | None = None,
) -> Table:
    """Read marketing costs.

    Parameters
    ----------
    location : str or Path
        As in `read_transactions`.
    columns : mapping of str to str, optional
        Our name to the table's, where they differ.
    date_format, decimal_mark : str, optional
        How periods and amounts are written, where they do not tell themselves.

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
    opened = _with_days(open_table(location, "costs", columns, needed=("period", "amount")))
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
        "period": day_sql(opened, "period", date_format=date_format, expected=_PERIODS),
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


def _with_days(opened: Opened) -> Opened:
    """Months and weeks as their first days; a number is read as its text would be."""
    period = opened.columns["period"]
    if not (period.is_text or period.is_whole or period.is_fractional):
        return opened
    text = period.sql if period.is_text else text_sql(opened, "period")
    undotted = rf"regexp_replace({text}, '^(\p{{L}}{{3,}})\. ?', '\1 ')"
    named = in_english(opened.source.workspace, opened.table, undotted)
    monday = f"try_strptime({_rewritten(text, _WEEKS)}, '%G-W%V-%u')"
    first = f"coalesce({monday}, try_strptime({named}, {_NAMED_MONTHS}))"
    sql = f"coalesce(strftime({first}, '%Y-%m-%d'), {_rewritten(text, _MONTHS)})"
    days = Column(period.name, sql, "VARCHAR")
    return replace(opened, columns={**opened.columns, "period": days})


def _rewritten(text: str, rules: Sequence[tuple[str, str]]) -> str:
    for written, plain in rules:
        text = f"regexp_replace({text}, '{written}', '{plain}')"
    return text


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
