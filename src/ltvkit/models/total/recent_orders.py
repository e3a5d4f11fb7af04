"""How repeat orders of late compare with what the order model expects of such customers."""

import numpy as np

from ltvkit.models.btyd.bgnbd import BetaGeo
from ltvkit.models.btyd.mbg_cnbd_k import MbgCnbdK
from ltvkit.models.total.season import Season
from ltvkit.panel import PERIOD_DAYS, YEAR_DAYS, Activity
from ltvkit.units import Floats

OrderModel = BetaGeo | MbgCnbdK
"""Says how many orders come: by chance, or at gaps that are even."""

TRACKING_WINDOWS, TRACKING_PRIOR_ORDERS = (91, 182), 4.0
"""Days over which recent repeat orders are compared with the expected ones, and orders added to
either side, so that a handful of them is no change."""

STRETCHES_BEFORE, LATEST_BEFORE = 13, 3
"""Four weeks each, that the last four are held against: of a year, and the latest of them."""

NOISES = 2.0
"""Standard errors by which orders of four weeks may differ by chance."""


def track(order_model: BetaGeo, activity: Activity, season: Season, *, as_of_day: int) -> float:
    """How recent repeat orders compare with what the model expects of such customers, as a log.

    The mean over the last 91 and 182 days of ln[(observed / season + 4) / (expected + 4)]; the
    expectation is unconditional, so that it does not know what it is compared with. Of less history
    all: of days before it there is a season, and no order. Where some come at even gaps and others
    by chance, a model of even gaps expects too few orders of them.
    """
    past_days = min(as_of_day - activity.begins, YEAR_DAYS)
    year = season.mean_effect(activity.calendar(as_of_day - past_days + 1, as_of_day))
    logs = []
    for window in np.minimum(TRACKING_WINDOWS, past_days).tolist():
        days = np.array([as_of_day - window, as_of_day])
        factor = season.mean_effect(activity.calendar(as_of_day - window + 1, as_of_day)) / year
        logs.append(
            _log_ratio(_came(activity, days) / factor, _foreseen(order_model, activity, days))
        )
    return float(np.mean(np.clip(logs, -2.0, 2.0)))


def unsteadiness(
    order_model: OrderModel, activity: Activity, season: Season, *, as_of_day: int
) -> float:
    """By how much repeat orders of four weeks differ from those of the next four, as a log.

    Each four weeks of the past year are held against the model as in `track`; the root mean square
    of the steps from one to the next, over the root of two, is the scatter of each, whatever trend
    there is beside it. Where orders come in bursts, as gifts to a campaign, more of late are no
    sign that more will come. 0 with less than three such stretches.
    """
    stretches = min((as_of_day - activity.begins) // PERIOD_DAYS, STRETCHES_BEFORE)
    came, foreseen, factors = _by_stretch(order_model, activity, season, as_of_day, stretches)
    steps = np.diff(_log_ratio(came, foreseen * factors))
    return float(np.sqrt(np.mean(steps**2) / 2)) if len(steps) > 1 else 0.0


def orders_of_late(
    order_model: OrderModel, activity: Activity, season: Season, *, as_of_day: int
) -> float:
    """By how much repeat orders of the last four weeks differ from those of the weeks before.

    Each four weeks of the past year are held against the model as in `track`; a season that was
    not seen may be that of retail, or none. 0 with less than four such stretches, and where the
    last lies among the others or is off by no more than chance.

    Returns
    -------
    float
        A log: below 0 where fewer came.
    """
    stretches = min((as_of_day - activity.begins) // PERIOD_DAYS, 1 + STRETCHES_BEFORE)
    if stretches <= LATEST_BEFORE:
        return 0.0
    came, foreseen, factors = _by_stretch(order_model, activity, season, as_of_day, stretches)
    noise = np.sqrt(
        1 / (came[-1] + TRACKING_PRIOR_ORDERS)
        + 1 / (came[-1 - LATEST_BEFORE : -1].sum() + TRACKING_PRIOR_ORDERS)
    )
    seasons = (factors,) if season.seen else (factors, np.ones(stretches))
    gaps = [_beyond_usual(_log_ratio(came, foreseen * factor)) for factor in seasons]
    gap = min(gaps, key=abs)
    return gap if abs(gap) > NOISES * noise else 0.0


def _by_stretch(
    order_model: OrderModel, activity: Activity, season: Season, as_of_day: int, stretches: int
) -> tuple[Floats, Floats, Floats]:
    """Repeat orders of so many four weeks, what the model expects, and the season's factors."""
    days = as_of_day - PERIOD_DAYS * np.arange(stretches, -1, -1)
    ends = days[1:].tolist()
    factors = [season.mean_effect(activity.calendar(end - PERIOD_DAYS + 1, end)) for end in ends]
    return _came(activity, days), _foreseen(order_model, activity, days), np.array(factors)


def _beyond_usual(logs: Floats) -> float:
    """How far the last is from the others: from their median, or the mean of the latest."""
    *before, last = logs
    usual = np.median(before), np.mean(before[-LATEST_BEFORE:])
    return float(last - np.clip(last, min(usual), max(usual)))


def _log_ratio(came: Floats, foreseen: Floats) -> Floats:
    return np.log((came + TRACKING_PRIOR_ORDERS) / (foreseen + TRACKING_PRIOR_ORDERS))


def _came(activity: Activity, days: np.ndarray) -> Floats:
    """Repeat orders after each of the days and up to the next."""
    of_day = activity.repeats.groupby("day")["repeat_orders"].sum()
    until = np.append(0.0, of_day.to_numpy(dtype=float).cumsum())
    return np.diff(until[np.searchsorted(of_day.index.to_numpy(), days, "right")])


def _foreseen(order_model: OrderModel, activity: Activity, days: np.ndarray) -> Floats:
    """The repeat orders that the model expects of all who arrive in the same times."""
    arrivals = activity.arrivals[activity.arrivals["first_day"] <= days[-1]]
    first, customers = (arrivals[name].to_numpy(dtype=float) for name in ("first_day", "customers"))
    by_age = [order_model.expected_orders_new(np.maximum(day - first, 0.0)) for day in days]
    return np.diff([customers @ orders for orders in by_age])
