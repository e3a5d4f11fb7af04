"""The table of leads: who asked, what is known of them, and what became of them."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ltvkit.data.reading.attributes import attribute_sql
from ltvkit.data.tables.opened import (
    Opened,
    Table,
    frame_of,
    moment_sql,
    open_table,
    table_of,
    text_sql,
    with_owner,
)
from ltvkit.errors import DataError, offenders
from ltvkit.schemas import CONTACTS

OUTCOME = "became_customer"

_YES = ("1", "1.0", "true", "t", "yes", "y", "won", "customer", "converted")
_NO = ("0", "0.0", "false", "f", "no", "n", "lost")
_TEXT = ("lead_id", "customer_id", "channel", *CONTACTS)


def read_leads(
    location: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    timezone: str = "UTC",
) -> Table:
    """Read the table of leads.

    Parameters
    ----------
    location : str or Path
        As in `read_transactions`.
    columns : mapping of str to str, optional
        Our name to the table's, where they differ.
    date_format, timezone
        As in `read_customers`, for `created_at`.

    Returns
    -------
    Table
        `lead_id` (text), `created_at` (a moment) and `became_customer` where they are given (yes,
        no, or missing where it is not known yet), and every other column in its own type. One row
        per lead; rows without an id are left out, and counted in a note.

    Raises
    ------
    DataError
        When a lead stands in several rows, its time cannot be read, or its outcome is neither yes
        nor no.
    """
    opened = open_table(location, "leads", columns, needed=("lead_id",))
    selects = {name: text_sql(opened, name) for name in _TEXT if name in opened.columns}
    for name, column in opened.columns.items():
        if name == "created_at":
            selects[name] = moment_sql(opened, name, date_format=date_format, timezone=timezone)
        elif name == OUTCOME:
            selects[name] = f"CAST({column.sql} AS VARCHAR)"
        elif name not in selects:
            selects[name] = attribute_sql(opened.source.workspace, opened.table, column)
    frame, notes = with_owner(
        opened, frame_of(opened, selects), "lead_id", without="rows without a lead id"
    )
    frame = frame.reset_index(drop=True)
    twice = frame["lead_id"].duplicated()
    if twice.any():
        raise DataError(
            f"leads: got lead_id {offenders(frame.loc[twice, 'lead_id'])} in several rows, "
            "expected one row per lead; keep the last of them"
        )
    if OUTCOME in frame:
        frame[OUTCOME] = _outcomes(opened, frame[OUTCOME])
    return table_of(opened, frame, notes)


def _outcomes(opened: Opened, written: pd.Series) -> pd.Series:
    words = written.astype("str").str.strip().str.lower()
    words = words.where(written.notna() & (words != ""))
    known = words.isin(_YES) | words.isin(_NO)
    wrong = words.notna() & ~known
    if wrong.any():
        raise DataError(
            f"leads: got {offenders(words[wrong].unique())} in column "
            f"'{opened.columns[OUTCOME].name}', expected yes or no (1, 0), and nothing where it is "
            "not known yet; write it so"
        )
    outcome = pd.Series(pd.NA, index=written.index, dtype="boolean")
    outcome[words.isin(_YES)] = True
    outcome[words.isin(_NO)] = False
    return outcome
