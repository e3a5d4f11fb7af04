"""The table of touches: what came before first orders, or weights made of it elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from ltvkit.data.tables.opened import (
    Opened,
    Table,
    frame_of,
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

WEIGHT_TOLERANCE = 1e-3
"""How far a customer's weights may sum from 1: they are often written with three decimals."""


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
