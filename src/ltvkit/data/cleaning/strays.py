"""Dates that are slips of the pen: a handful of rows far away from all others.

An order of 2099 would make every customer look long lost, one with day and month in each other's
place that of the last months, and one of 1970, where a system writes its beginning of time for
"unknown", would give the shop fifty years of history.
"""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.data.cleaning.reasons import Reason
from ltvkit.data.reading.workspace import Workspace

LONELY_DAYS = 366
"""A shop is not silent for so long and then, for good, a thousand times smaller."""

QUIET_DAYS, QUIET_TIMES = 60, 20
"""Nor is one silent for two months, and for twenty times its usual days between orders, that has
never been so for half as long, when a handful of orders are its last."""

FEW, HANDFUL, FEW_OF_SMALL = 1 / 1000, 5, 1 / 100
"""Share of the rows, up to which those at an end may be slips; in a small log up to five, if they
are no more than a hundredth. Below 100 rows none is one."""


def usual_span(days: pd.DataFrame, *, ends: bool = True) -> tuple[date, date]:
    """The first and the last day of a log without its strays.

    Parameters
    ----------
    days : DataFrame
        `day` (rising) and `rows`, at least one.
    ends : bool
        Whether the log ends with its last order. Where the day it is was given, the shop may have
        been silent before it, and only `LONELY_DAYS` count.

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
    before = np.cumsum(rows)
    few = max(FEW * before[-1], min(HANDFUL, FEW_OF_SMALL * before[-1]))
    gaps = np.diff(day).astype(int)
    lonely = gaps > LONELY_DAYS
    late = lonely | (_unheard_of(gaps) if ends else False)
    starts = np.flatnonzero(lonely) + 1
    tails = np.flatnonzero(late) + 1
    first = max((k for k in starts if before[k - 1] <= few), default=0)
    last = min((k for k in tails if before[-1] - before[k - 1] <= few), default=len(day))
    start: date = day[first].astype(object)
    end: date = day[last - 1].astype(object)
    return start, end


def _unheard_of(gaps: np.ndarray) -> np.ndarray:
    """Which gaps are longer than any before could have led one to expect."""
    if not len(gaps):
        return np.zeros(0, dtype=bool)
    longest_before = np.maximum.accumulate(np.append(0, gaps[:-1]))
    least = max(QUIET_DAYS, QUIET_TIMES * float(np.median(gaps)))
    return np.asarray((gaps > least) & (gaps > 2 * longest_before))


def mark_strays(workspace: Workspace, table: str, *, to: date | None) -> None:
    """Give the strays among the accepted rows of a staged log, up to a day, their reason to go."""
    known = f"reason = 0 AND ordered_on <= DATE '{to or date.max}'"
    days = workspace.frame(
        f"SELECT ordered_on AS day, count(*) AS rows FROM {table} WHERE {known} GROUP BY 1 "
        "ORDER BY 1"
    )
    if days.empty:
        return
    first, last = usual_span(days, ends=to is None)
    workspace.run(
        f"UPDATE {table} SET reason = {Reason.STRAY} WHERE {known} "
        f"AND NOT ordered_on BETWEEN DATE '{first}' AND DATE '{last}'"
    )
