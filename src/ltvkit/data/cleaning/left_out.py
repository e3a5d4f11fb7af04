"""Rows that `data.leave_out` names: which they are, and how many of each kind were found."""

from collections.abc import Mapping, Sequence

from ltvkit.data.reading.delimited import plain_spaces
from ltvkit.data.reading.spoken_dates import regular_spaces
from ltvkit.data.reading.workspace import Column, Workspace, literal

ANY = "*"
"""In `data.leave_out` any value of a column, such as a date in one that says when an order was
cancelled."""


def found_of(
    workspace: Workspace,
    raw: str,
    rows: Mapping[str, Column],
    leave_out: Mapping[str, Sequence[str]],
) -> str:
    """In how many rows each value that marks no sale was found, in words: one may be misspelt."""
    pairs = [(name, value) for name, values in leave_out.items() for value in values]
    counts = ", ".join(f"count(*) FILTER ({is_value(rows[name], value)})" for name, value in pairs)
    found = workspace.row(f"SELECT {counts} FROM {raw}")
    said = []
    for (name, value), count in zip(pairs, found, strict=True):
        what = "any value" if value == ANY else f"'{value}'"
        rows_found = f"{count:,}" if count else "no"
        said.append(f"{what} of '{name}' in {rows_found} row{'s' if count > 1 else ''}")
    return ", ".join(said)


def is_value(column: Column, value: str) -> str:
    """Whether a column has a value, in capitals or not, 1 as 1.0 or not; or any at all."""
    if value == ANY:
        return f"{column.sql} IS NOT NULL"
    texts = regular_spaces(f"CAST({column.sql} AS VARCHAR)"), literal(plain_spaces(value).strip())
    found, said = (rf"lower(regexp_replace({text}, '^(\d+)\.0+$', '\1'))" for text in texts)
    return f"{found} = {said}"
