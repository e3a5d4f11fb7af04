"""The table of customers: each in one row, with contacts, consents and further columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ltvkit.consent import unknown_words
from ltvkit.data.reading.attributes import attribute_sql
from ltvkit.data.tables.opened import (
    Table,
    day_sql,
    frame_of,
    number_sql,
    open_table,
    refuse,
    table_of,
    text_sql,
    with_owner,
)
from ltvkit.errors import DataError, offenders
from ltvkit.schemas import CONTACTS

COUNT = "contacts_last_30d"
"""The one column of ours that is a number."""


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
        as text, `contacts_last_30d` as whole numbers, and every other column in its own type. One
        row per customer.

    Raises
    ------
    DataError
        When a customer stands in rows that differ, or a date or number cannot be read.
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
    if COUNT in opened.columns:
        selects[COUNT] = number_sql(opened, COUNT, counts=True)
    for name, column in opened.columns.items():
        if name not in selects:
            selects[name] = attribute_sql(opened.source.workspace, opened.table, column)
    table = frame_of(opened, selects)
    if COUNT in table:
        given = table[COUNT]
        refuse(opened, given, given.notna() & ((given < 0) | (given % 1 != 0)), "0, 1, 2 …")
    frame, notes = with_owner(opened, table, "customer_id", without="rows without a customer id")
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
