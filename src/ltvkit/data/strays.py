"""Dates that are slips of the pen: a handful of rows more than a year away from all others.

An order of 2099 would make every customer look long lost, and one of 1970, where a system writes
its beginning of time for "unknown", would give the shop fifty years of history.
"""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.data.workspace import Workspace

LONELY_DAYS = 366
"""A shop is not silent for so long and then, for good, a thousand times smaller."""

FEW = 1 / 1000
"""Share of the rows, up to which those at an end may be slips. Below 1,000 rows none is one."""


def usual_span(days: pd.DataFrame) -> tuple[date, date]:
    """The first and the last day of a log without its strays.

    Parameters
    ----------
    days : DataFrame
        `day` (rising) and `rows`, at least one.

    Examples
    --------
    >>> usual = pd.date_range("2024-01-01", "2024-03-01")
    >>> days = pd.DataFrame({"day": [*usual, pd.Timestamp("2099-01-01")], "rows": 100})
    >>> usual_span(days.assign(rows=[100] * len(usual) + [3]))
    (datetime.date(2024, 1, 1), datetime.date(2024, 3, 1))
    >>> usual_span(days)  # a hundred rows of 6,200 are no slip
    (datetime.date(2024, 1, 1), datetime.date(2099, 1, 1))
    """
    day = days["day"].to_numpy().astype("datetime64[D]")
    rows = days["rows"].to_numpy()
    few = FEW * rows.sum()
    after = np.flatnonzero(np.diff(day).astype(int) > LONELY_DAYS) + 1
    before = np.cumsum(rows)
    first = max((k for k in after if before[k - 1] <= few), default=0)
    last = min((k for k in after if before[-1] - before[k - 1] <= few), default=len(day))
    start: date = day[first].astype(object)
    end: date = day[last - 1].astype(object)
    return start, end


def mark_strays(workspace: Workspace, table: str, *, reason: int, to: date | None) -> None:
    """Give the strays among the accepted rows of a staged log, up to a day, a reason to go."""
    known = f"reason = 0 AND ordered_on <= DATE '{to or date.max}'"
    days = workspace.frame(
        f"SELECT ordered_on AS day, count(*) AS rows FROM {table} WHERE {known} GROUP BY 1 "
        "ORDER BY 1"
    )
    if days.empty:
        return
    first, last = usual_span(days)
    workspace.run(
        f"UPDATE {table} SET reason = {reason} WHERE {known} "
        f"AND NOT ordered_on BETWEEN DATE '{first}' AND DATE '{last}'"
    )
