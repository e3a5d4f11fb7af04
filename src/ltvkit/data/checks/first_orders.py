"""Whether new customers still come: an export may hold those alone who were known before."""

from datetime import timedelta

import numpy as np

from ltvkit.data.beginning import QUARTER_DAYS
from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.log_facts import ENOUGH_NEW
from ltvkit.panel import YEAR_DAYS
from ltvkit.snapshot import EPOCH

STRETCHES = (28, QUARTER_DAYS)
"""Days over which first orders are counted: four weeks, or a quarter where fewer come."""


def first_orders_of_late(clean: CleanLog) -> tuple[int, int, int]:
    """Days to the last order, first orders in them, and how many would be usual.

    Usual is the median of the three stretches before, or what the same days a year ago had, if that
    is less: fewer come after every Christmas. Nothing is counted in the first quarter of history,
    in which customers from before it look new, so that it takes some 16 months.

    Returns
    -------
    days, late, usual : int
        All 0 where history is too short, or too few new customers are usual to tell.
    """
    first = clean.workspace.frame(
        f"SELECT min(ordered_on) - DATE '{EPOCH}' AS day FROM {clean.table} "
        "GROUP BY customer_id ORDER BY day"
    )["day"].to_numpy(dtype=np.int64)
    to = (clean.summary.last_day - EPOCH).days
    begins = (clean.summary.begins - EPOCH + timedelta(days=QUARTER_DAYS)).days
    for days in STRETCHES:
        if to - YEAR_DAYS - days + 1 < begins:
            continue
        ends = to - np.array([0, days, 2 * days, 3 * days, YEAR_DAYS])
        late, *before, ago = np.searchsorted(first, ends, "right") - np.searchsorted(
            first, ends - days, "right"
        )
        usual = min(np.median(before), ago)
        if usual >= ENOUGH_NEW:
            return days, int(late), int(usual)
    return 0, 0, 0
