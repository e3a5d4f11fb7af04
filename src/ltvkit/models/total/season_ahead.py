"""What a season means for days ahead: when it is known, what it adds, how it spreads orders."""

import numpy as np

from ltvkit.models.horizon.curves import EVEN, LONGEST_DAYS, SeasonClock
from ltvkit.models.total.season import Season, fit_season, retail_season
from ltvkit.panel import Activity
from ltvkit.shop_clock import CALENDAR, ShopClock

SEASON_NEEDS_DAYS = 392
"""A season is estimated only from repeat orders of a year and four weeks."""

RECENT_DAYS, CARRIED_OVER = 91, 0.25
"""How much of the season of the last quarter shows in chances through what customers did in it.

How chances erred at 86 dates of seven simulated and four real logs gives .26 and .27.
"""

MOST_BEHIND = 0.5
"""Beyond it, as a log, a stronger season behind changes chances no further: where most of a year is
sold in a few weeks customers' own histories tell it, and learners have met them in every season."""


def season_at(activity: Activity, day: int) -> Season:
    """The log's own season as it was known on this day; that of retail, before it shows.

    It shows in repeat orders: a log whose first ones are of this year has no season yet, nor has
    one where hardly any came before, as the months before they began would be its winter.
    """
    if not len(activity.repeats):
        return retail_season(activity, as_of_day=day)
    first = max(int(activity.repeats["day"].min()), activity.begins)
    if day - first < SEASON_NEEDS_DAYS:
        return retail_season(activity, as_of_day=day)
    return fit_season(activity, as_of_day=day)


def season_of_chances(
    season: Season,
    *,
    learned_days: np.ndarray,
    label_days: int,
    as_of_day: int,
    horizon_days: int,
    clock: ShopClock = CALENDAR,
) -> float:
    """How much busier the horizon is than the labels chances were learned from.

    Less a quarter of how much busier the days behind are than those behind the labels: features
    that count recent orders have raised the chances already.

    Parameters
    ----------
    season : Season
        As it is known at the snapshot.
    learned_days : ndarray of int
        The day of each row that was learned from; its label is the `label_days` after it.
    label_days, as_of_day, horizon_days : int
        The snapshot and the horizon.
    clock : ShopClock
        That all days are told by.

    Returns
    -------
    float
        A log.
    """
    days, rows = np.unique(learned_days, return_counts=True)
    met = [_not_in_features(season, day, label_days, clock) for day in days.tolist()]
    ahead = _not_in_features(season, as_of_day, horizon_days, clock)
    return float(ahead - np.average(met, weights=rows))


def season_change_of_chances(season: Season, *, since: int, to: int, horizon_days: int) -> float:
    """`season_change` for chances, whose features are of the day they are asked, as a log."""
    later = _not_in_features(season, to, horizon_days)
    return later - _not_in_features(season, since, horizon_days)


def season_change(season: Season, *, since: int, to: int, horizon_days: int) -> float:
    """How much busier the horizon after one day is than that after another, as a log."""
    later = _log_effect_after(season, to, horizon_days)
    return later - _log_effect_after(season, since, horizon_days)


def _not_in_features(season: Season, day: int, days: int, clock: ShopClock = CALENDAR) -> float:
    behind = _log_effect_after(season, day - RECENT_DAYS, RECENT_DAYS, clock)
    behind = float(np.clip(behind, -MOST_BEHIND, MOST_BEHIND))
    return _log_effect_after(season, day, days, clock) - CARRIED_OVER * behind


def _log_effect_after(season: Season, day: int, days: int, clock: ShopClock = CALENDAR) -> float:
    return float(np.log(season.mean_effect(clock.calendar(np.arange(day + 1, day + days + 1)))))


def season_clock(season: Season, *, as_of_day: int, horizon_days: int) -> SeasonClock:
    """How busy the days to come are, as far as the log shows a season; else all alike."""
    if not season.seen:
        return EVEN
    longest = max(LONGEST_DAYS, horizon_days)
    logs = season.log_effects(np.arange(as_of_day + 1, as_of_day + longest + 1))
    met = np.append(0.0, np.cumsum(np.exp(logs)))
    days = np.unique(np.append(np.arange(0, len(met), 7), [horizon_days, len(met) - 1]))
    counted = met[days] * horizon_days / met[horizon_days]
    return SeasonClock(tuple(days.astype(float).tolist()), tuple(counted.tolist()))
