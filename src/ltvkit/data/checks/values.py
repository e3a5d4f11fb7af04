"""Whether orders of late are worth what they were: prices, currencies and what is sold change."""

from datetime import timedelta
from math import exp, sqrt

from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.panel import YEAR_DAYS

LATE_DAYS = 90
FEWEST_ORDERS = 20
"""Order days on either side, below which their values say little."""

ERRORS = 2
"""Standard errors by which means differ now and then by chance."""


def values_of_late(clean: CleanLog) -> tuple[float, float, float]:
    """What an order day was worth before the last 90 days, and in them, and the sure change.

    Worth are geometric means. With l, b and y the mean log of values of late, of before, and of the
    90 days a year ago, and e the standard error of a difference, the change is

        sign(l - b) max(0, min(|l - b| - 2 e, |l - y| - 2 e))

    or 0 where l - y has the other sign: what orders of this time of the year are always worth is
    the season's. Without 20 order days a year ago, y is not asked.

    Returns
    -------
    before, late, change : float
        All 0 where one of the first two has fewer than 20 order days worth something.
    """
    late = clean.as_of - timedelta(days=LATE_DAYS)
    year = timedelta(days=YEAR_DAYS)
    # Each without its first day.
    parts = {
        "before": (clean.summary.begins - timedelta(days=1), late),
        "late": (late, clean.as_of),
        "ago": (late - year, clean.as_of - year),
    }
    counts, means, squares = {}, {}, {}
    for name, (after, to) in parts.items():
        counts[name], means[name], squares[name] = clean.workspace.row(
            "SELECT count(*), avg(ln(revenue)), var_pop(ln(revenue)) / greatest(count(*), 1) "
            f"FROM {clean.table} WHERE revenue > 0 "
            f"AND ordered_on > DATE '{after}' AND ordered_on <= DATE '{to}'"
        )
    if min(counts["before"], counts["late"]) < FEWEST_ORDERS:
        return 0.0, 0.0, 0.0
    change = means["late"] - means["before"]
    sign = 1 if change > 0 else -1
    beyond = [
        sign * (means["late"] - means[other]) - ERRORS * sqrt(squares["late"] + squares[other])
        for other in ("before", "ago")
        if counts[other] >= FEWEST_ORDERS
    ]
    return exp(means["before"]), exp(means["late"]), sign * max(0.0, min(beyond))
