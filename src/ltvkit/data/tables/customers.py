"""The table of customers: each in one row, with contacts, consents and further columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ltvkit.consent import unknown_words
from ltvkit.data.reading.attributes import attribute_sql
from ltvkit.data.tables.opened import (
    Table,
    day_sql,
    frame_of,
    open_table,
    table_of,
    text_sql,
    with_owner,
)
from ltvkit.errors import DataError, offenders
from ltvkit.schemas import CONTACTS


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
