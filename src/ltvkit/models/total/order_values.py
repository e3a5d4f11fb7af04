"""What orders are worth of late beside those before: prices and currencies change."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from ltvkit.panel import YEAR_DAYS, Activity

STRETCHES = (182, 91, 63, 45, 28)
"""Days of late that are held against those before: a change is of weeks ago or of months."""

FEWEST_VALUED = 20
"""Orders on either side from which mean values are compared."""

VALUES_USUAL, NOISES = 0.15, 1.5
"""Mean order values of a quarter differ by so much, as a log, without a reason that lasts, and by
chance by so many standard errors, as several stretches are looked at."""

VALUES_DOUBT = 0.5
"""The share of itself by which a change of order values is wrong."""


class ValueChange(NamedTuple):
    """What orders of late are worth beside what the forecast takes them for, as logs.

    `log` is what to move it by, `untold` by how much orders of late are worth more than it says.
    """

    log: float
    untold: float

    def left(self, misfit: float) -> float:
        """Of errors of past forecasts, what is not the same change once more."""
        if self.log == 0:
            return misfit
        beside = self.untold - self.log
        return min(misfit, beside) if self.log > 0 else max(misfit, beside)


class Stretch(NamedTuple):
    """The last `days`, and by how much orders in them are worth more than before, as a log."""

    days: int
    change: float


def value_change(activity: Activity, day: int, *, told: float) -> ValueChange:
    """By how much orders of late are worth more than a forecast says, where that changed; a log.

        sign(c) max(0, min(|c|, sign(c) a))

    with c of `changed_stretch`. A forecast that was learned from all orders knows a part of it, of
    a growing shop the most; it does not know a, the log of the mean value in that stretch over what
    it says, `told`.

    Parameters
    ----------
    activity : Activity
        The log summed over customers.
    day : int
        Later orders are not read.
    told : float
        The mean value of the orders to come, by the forecast that is to be moved.
    """
    days, change = changed_stretch(activity, day)
    if change == 0 or told <= 0:
        return ValueChange(0.0, 0.0)
    late = activity.repeats[activity.repeats["day"].between(day - days + 1, day)]
    untold = _mean_value(late)[0] - float(np.log(told))
    sign = float(np.sign(change))
    return ValueChange(sign * max(0.0, min(abs(change), sign * untold)), untold)


def changed_stretch(activity: Activity, day: int) -> Stretch:
    """The stretch of late in which repeat orders differ most from those before in worth.

    Of the last 182, 91, 63, 45 and 28 days the one of the largest

        sign(v) max(0, min(|v| - .15 - 1.5 se, sign(v) u))

    with v the log of the mean value of repeat orders in the stretch over that of those before, se
    its standard error, and u the same over the stretch a year ago, where there are enough of them:
    what orders of this time of the year are always worth is the season's. Prices, currencies and
    what is sold change: past orders are worth what they cost then. A large buyer who comes once in
    a while is no change.
    """
    repeats = activity.repeats[activity.repeats["day"] <= day]
    found = [Stretch(days, _beyond_usual(repeats, day, days)) for days in STRETCHES]
    return max(found, key=lambda one: abs(one.change))


def _beyond_usual(repeats: pd.DataFrame, day: int, days: int) -> float:
    """By how much orders of the last days are worth more than before, beyond what is usual."""
    late = repeats["day"] > day - days
    parts = [repeats[late], repeats[~late]]
    if not all(map(_can_be_valued, parts)):
        return 0.0
    (log_late, error_late), (log_before, error_before) = map(_mean_value, parts)
    change = log_late - log_before
    beyond = abs(change) - VALUES_USUAL - NOISES * float(np.hypot(error_late, error_before))
    back = day - repeats["day"]
    year_ago = repeats[(back >= YEAR_DAYS) & (back < YEAR_DAYS + days)]
    if _can_be_valued(year_ago):
        beyond = min(beyond, np.sign(change) * (log_late - _mean_value(year_ago)[0]))
    return float(np.sign(change) * max(0.0, beyond))


def _can_be_valued(repeats: pd.DataFrame) -> bool:
    return bool(
        repeats["repeat_orders"].sum() >= FEWEST_VALUED and repeats["repeat_revenue"].sum() > 0
    )


def _mean_value(repeats: pd.DataFrame) -> tuple[float, float]:
    """Log of the mean value of orders, and its standard error, of a ratio of sums over cells."""
    orders, revenue = (
        repeats[name].to_numpy(dtype=float) for name in ("repeat_orders", "repeat_revenue")
    )
    mean = revenue.sum() / orders.sum()
    error = np.sqrt(((revenue - mean * orders) ** 2).sum()) / revenue.sum()
    return float(np.log(mean)), float(error)
