"""Which past dates a backtest judges models at."""

from datetime import date, timedelta

from ltvkit.panel import YEAR_DAYS
from ltvkit.past_dates import LABEL_SHARE
from ltvkit.shop_clock import CALENDAR, ShopClock, months_after
from ltvkit.snapshot import EPOCH, Snapshot, as_day_number

LONGEST_SEASON_DAYS = 182
"""Of longer horizons, two that begin half a horizon apart share most of the year."""

SHORTEST_HISTORY_DAYS = 60
"""Before a fold, or half of a shorter log: a choice, so that there is something to learn from."""

SHORTEST_HORIZON_DAYS = 14
"""Of a fold that looks less far ahead than asked for: a choice, as of labels."""


def fold_snapshots(
    first_day: date,
    snapshot: Snapshot,
    clock: ShopClock = CALENDAR,
    *,
    days_to_learn: int = 0,
) -> tuple[Snapshot, ...]:
    """The folds of a log: the latest cutoff whose horizon is over, and one before.

    Two at most, as each costs a training of every model. The one before lies a year back from the
    snapshot, where the horizon is half a year at most and history is long enough (`days_to_learn`
    at least): what is asked are the same days of the year. Else it lies half a horizon before the
    latest. When history does not hold a horizon and half of another, the folds look
    ahead over 40 % of history instead, if that is less. Horizons are counted by the clock, and are
    of whole months where dates tell no more.

    >>> [fold.as_of.isoformat() for fold in
    ...  fold_snapshots(date(1997, 1, 1), Snapshot(date(1998, 6, 30), 273))]
    ['1997-09-30', '1997-05-17']
    >>> [fold.as_of.isoformat() for fold in
    ...  fold_snapshots(date(2020, 1, 1), Snapshot(date(2023, 6, 30), 100))]
    ['2023-03-22', '2022-07-01']
    >>> fold_snapshots(date(2024, 1, 1), Snapshot(date(2024, 3, 1), 7))
    (Snapshot(as_of=datetime.date(2024, 2, 23), horizon_days=7),)
    >>> fold_snapshots(date(2024, 1, 1), Snapshot(date(2024, 2, 1), 365))
    ()
    """
    as_of_day = as_day_number(snapshot.as_of)
    history = as_of_day - clock.since(as_day_number(first_day))
    horizon = clock.ahead(as_of_day, snapshot.horizon_days)
    shortest = max(SHORTEST_HISTORY_DAYS, horizon // 2)
    if history - horizon < shortest:
        horizon = min(horizon, int(LABEL_SHARE * history))
        shortest = min(SHORTEST_HISTORY_DAYS, history // 2)
    if horizon < min(SHORTEST_HORIZON_DAYS, snapshot.horizon_days):
        return ()
    before = horizon + max(horizon // 2, 28)
    # Pauses bring the day a year ago nearer by the clock.
    year_ago = as_of_day - clock.at(as_of_day - YEAR_DAYS)
    if horizon <= LONGEST_SEASON_DAYS and before <= year_ago <= history - max(
        shortest, days_to_learn
    ):
        before = year_ago
    cutoffs = [
        clock.cutoff(as_of_day - back) for back in (horizon, before) if history - back >= shortest
    ]
    whole = clock.months_moved is not None
    return tuple(
        Snapshot(EPOCH + timedelta(days=day), months_after(day, horizon) if whole else horizon)
        for day in cutoffs
    )
