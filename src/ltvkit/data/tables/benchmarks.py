"""The table of benchmarks: what the user holds the shop against."""

from pathlib import Path

from ltvkit.data.tables.opened import (
    Table,
    frame_of,
    number_sql,
    open_table,
    table_of,
    text_sql,
)


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
