"""The workbook for people: short view first, then everything, then what each column means.

Cells are typed, so text is text whatever it begins with: no formula can start, no id loses its
zeros, and nothing has to be changed for it.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.audience.dictionary import SHORT_VIEW, Kind
from ltvkit.audience.lists import LIST_NAMES
from ltvkit.files import whole_file

MAX_ROWS = 10_000
"""Rows of a workbook. Excel stops at 1,048,576, and gets slow long before; 10,000 rows, the lists
that ask for action first, are more than anybody works through, and the csv holds them all.
(Writing them takes about 5 seconds.)"""

_IN_TURN = tuple(sorted(LIST_NAMES, key="let_rest".__eq__))
"""The lists as they fill a workbook: by precedence, and last those whom nobody is to contact."""

_NUMBER_FORMATS: dict[Kind, str] = {
    "money": "#,##0.00",
    "probability": "0.0%",
    "number": "0.000",
    "ratio": "0.00",
    "days": "0.0",
    "score": "0.0",
    "whole number": "0",
    "date": "yyyy-mm-dd",
}
_WIDTHS: dict[Kind, int] = {"date": 12, "money": 14, "text": 20, "yes/no": 9}
_WIDE = {"recommended_action": 60, "reason_1": 46, "reason_2": 46, "reason_3": 46}
_LONGEST_CELL = 32_767  # Excel's limit for the characters of one cell.


def write_workbook(
    scored: pd.DataFrame,
    path: Path,
    *,
    dictionary: pd.DataFrame,
    max_rows: int = MAX_ROWS,
) -> int:
    """Write the scored list as xlsx and give the number of customers written.

    Parameters
    ----------
    scored : DataFrame
        From `scored_customers`, in its order.
    path : Path
        Ends in `.xlsx`.
    dictionary : DataFrame
        From `data_dictionary`: types, units and meanings of the columns of `scored`.
    max_rows : int
        Where there are more customers, list after list is filled from its first place on, those
        that ask for action first; a note on the first sheet says who is left out.
    """
    import xlsxwriter

    kept = first_places(scored, max_rows)
    short = [name for name in scored.columns if name in SHORT_VIEW]
    kinds: dict[str, Kind] = dict(zip(dictionary["name"], dictionary["type"], strict=True))
    with whole_file(path) as fresh:
        workbook = xlsxwriter.Workbook(
            fresh,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": _NUMBER_FORMATS["date"],
            },
        )
        # A file's bytes follow from its content: the day scored stands for the day written.
        workbook.set_properties({"created": _day_of(scored), "title": "Scored customers"})
        formats = _formats(workbook)
        _sheet(workbook, "Short view", kept[short], kinds, formats, note=_note(kept, scored))
        _sheet(workbook, "All columns", kept, kinds, formats)
        _sheet(workbook, "Columns explained", dictionary, {}, formats)
        workbook.close()
    return len(kept)


def first_places(scored: pd.DataFrame, max_rows: int) -> pd.DataFrame:
    """At most `max_rows` customers, in the order they stand in.

    List by list in their precedence, each from its first place on, and those to be left at rest
    last.

    Examples
    --------
    >>> lists = pd.DataFrame({"list": ["let_rest"] * 3 + ["nurture"] * 2,
    ...                       "priority": [1, 2, 3, 1, 2]})
    >>> first_places(lists, 3).to_dict("list")
    {'list': ['let_rest', 'nurture', 'nurture'], 'priority': [1, 1, 2]}
    """
    if len(scored) <= max_rows:
        return scored
    turn = scored["list"].map({name: place for place, name in enumerate(_IN_TURN)})
    first = np.lexsort((scored["priority"].to_numpy(), turn.to_numpy()))[:max_rows]
    return scored.iloc[np.sort(first)]


def _note(kept: pd.DataFrame, scored: pd.DataFrame) -> str:
    counted = f"{len(scored):,} customers, scored on {_day_of(scored):%Y-%m-%d}."
    if len(kept) == len(scored):
        return f"{counted} Work each list from priority 1 down; leave hold-outs alone."
    missing = scored["list"].value_counts().sub(kept["list"].value_counts(), fill_value=0)
    left_out = ", ".join(
        f"{missing[name]:,.0f} of {name}" for name in _IN_TURN if missing.get(name, 0) > 0
    )
    return (
        f"{counted} This workbook holds the first {len(kept):,} of them, list after list; left out "
        f"are {left_out}. customers_scored.csv holds all."
    )


def _day_of(scored: pd.DataFrame) -> datetime:
    if scored.empty:
        # A list of nobody has no day; a fixed one keeps the bytes. Excel knows no time zones.
        return datetime(2000, 1, 1)  # noqa: DTZ001
    day: datetime = pd.Timestamp(scored["scored_at"].iloc[0]).to_pydatetime()
    return day


def _formats(workbook: Any) -> dict[str, Any]:
    formats: dict[str, Any] = {
        kind: workbook.add_format({"num_format": code}) for kind, code in _NUMBER_FORMATS.items()
    }
    # Excel's own mark for "this is text", which it keeps when the cell is edited or copied.
    formats["text"] = workbook.add_format({"num_format": "@", "quote_prefix": True})
    formats["header"] = workbook.add_format(
        {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "top"}
    )
    formats["note"] = workbook.add_format({"italic": True})
    return formats


def _sheet(
    workbook: Any,
    name: str,
    frame: pd.DataFrame,
    kinds: dict[str, Kind],
    formats: dict[str, Any],
    *,
    note: str = "",
) -> None:
    sheet = workbook.add_worksheet(name)
    top = 1 if note else 0
    cell_kinds = [kinds.get(column, "text") for column in frame.columns]
    for place, (column, kind) in enumerate(zip(frame.columns, cell_kinds, strict=True)):
        width = _WIDE.get(column, max(_WIDTHS.get(kind, 11), len(column) + 4))
        sheet.set_column(place, place, 80 if column == "description" else width)
    sheet.freeze_panes(top + 1, 1)
    sheet.autofilter(top, 0, top + len(frame), len(frame.columns) - 1)
    if note:
        sheet.write_string(0, 0, note, formats["note"])
    for place, column in enumerate(frame.columns):
        sheet.write_string(top, place, column, formats["header"])
    write = {
        "text": sheet.write_string,
        "date": sheet.write_datetime,
        "yes/no": sheet.write_boolean,
    }
    writers = [write.get(kind, sheet.write_number) for kind in cell_kinds]
    styles = [formats.get(kind) for kind in cell_kinds]
    columns = [
        _python_values(frame[column], kind)
        for column, kind in zip(frame.columns, cell_kinds, strict=True)
    ]
    for row, cells in enumerate(zip(*columns, strict=True), start=top + 1):
        for place, cell in enumerate(cells):
            if cell is not None:
                writers[place](row, place, cell, styles[place])


def _python_values(values: pd.Series, kind: Kind) -> list[Any]:
    """Values as the writer takes them, None for blank."""
    if kind == "date":
        return [None if pd.isna(day) else day.to_pydatetime() for day in values]
    if kind == "text":
        return [None if pd.isna(text) else str(text)[:_LONGEST_CELL] for text in values]
    known = values.notna().to_numpy()
    return [value if ok else None for value, ok in zip(values.tolist(), known, strict=True)]
