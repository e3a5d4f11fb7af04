"""The level: the total revenue that today's customers bring in the horizon, and how sure it is.

Ranking customers and forecasting their total are two problems. The total starts from BG/NBD
times Gamma-Gamma on everybody, or MBG/CNBD-k where gaps are even, is moved by the season, by a
change of what orders are worth and by how recent repeat orders compare with what the model expects,
and is corrected by parts of the errors that the first three made at earlier dates, in orders and in
what they are worth. The scatter of their errors is the interval.

Results are flat around the constants: see docs/methods/level.md.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.models.btyd.bgnbd import BetaGeo
from ltvkit.models.btyd.gamma_gamma import GammaGamma
from ltvkit.models.btyd.mbg_cnbd_k import MbgCnbdK
from ltvkit.models.total.newcomers import largest_intake, untried_kinds, untried_share
from ltvkit.models.total.order_values import VALUES_DOUBT, value_change
from ltvkit.models.total.past_errors import PastDate, concentration, usual_error
from ltvkit.models.total.recent_orders import OrderModel, orders_of_late, track, unsteadiness
from ltvkit.models.total.season import Season
from ltvkit.models.total.season_ahead import SEASON_NEEDS_DAYS, season_at
from ltvkit.panel import PERIOD_DAYS, PLANNED_WITHIN, ROUGH_WITHIN, YEAR_DAYS, Activity, Cut
from ltvkit.past_dates import label_length, shortest_history
from ltvkit.units import Z80, Floats

SHORTEST_HALF_WIDTH = 0.12
"""Nobody's total is known better than to about an eighth."""

TRACKING_TRUST, TRACKING_SCALE = {True: 0.6, False: 0.3}, 0.6
"""How much of the tracking error is believed, with and without a season, and by how much four weeks
differ from the next where half of that is."""

CORRECTION_TRUST, CONCENTRATION_SCALE = {True: 0.5, False: 0.35}, 0.4
"""How much of past errors in orders is believed, with and without a season, and how concentrated
revenue is where half of that is."""

MISFIT_TRUST, MISFIT_SCALE = 0.9, 0.2
"""The same of errors in what orders are worth, which stay."""

UNSEEN_SEASON = 0.20
"""What a season that the log does not show may move the total by, as a log."""

UNTESTED_SEASON, UNTESTED_DAYS = 0.30, 56
"""In its first eight weeks a season that was seen once was tried at no past date, or for weeks."""

BEYOND_LABEL = 0.15
"""What a total errs by, as a log, for each e-fold that it looks further ahead than past dates did,
or less far."""

SEASON_DOUBT = 0.2
"""The share of itself by which a season that was seen is wrong next time."""

ERROR_SHARE = 0.85
"""Of the root mean square of past errors, in the half width."""

EARLIER_WEIGHT = 8.0
"""What a past date long ago weighs beside those of late, which are an eighth of a label apart: it
stands for a whole one."""

NO_FOLD_RMS, NO_FOLD_CONCENTRATION = 0.4, 0.1
"""What errors and concentration are taken to be without a past date to tell."""

AGEING = 0.06
"""By how much totals of a model four weeks old differ from a fresh one's, as a log; grows with the
root of its age. Measured up to `OLDEST_MODEL_DAYS` of `ltvkit.evaluation.verdict`."""

ENOUGH_REPEAT_ORDERS = 50
"""With fewer no total is forecast."""


@dataclass(frozen=True, slots=True)
class LevelForecast:
    """The total revenue of the known customers in the horizon.

    `low` and `high` hold 80 % of totals; `log_half_width` is ln(high / total). The parts are on
    the log scale: `base` (BG/NBD x Gamma-Gamma), `regularity` (what MBG/CNBD-k adds where gaps are
    even), `season`, `values`, `tracking`, `correction` (of orders) and `misfit` (of what they are
    worth); `fold_errors` are ln(actual / forecast) at past dates, with a usual order added to both.
    `untried` is the share of the total, of customers who came of late in numbers or of a kind, that
    no past date had; `of_late` the log by which the last weeks' repeat orders are off;
    `begun_days` the days since repeat buying began, where it began late.
    """

    total: float
    low: float
    high: float
    log_half_width: float
    base: float
    season: float
    values: float
    tracking: float
    correction: float
    fold_errors: tuple[float, ...]
    repeat_orders: int
    untried: float = 0.0
    misfit: float = 0.0
    regularity: float = 0.0
    of_late: float = 0.0
    begun_days: int = 0

    @property
    def grade(self) -> str:
        """How the total may be used: `plan`, `rough`, `unsure` or `none`."""
        if self.repeat_orders < ENOUGH_REPEAT_ORDERS or not self.fold_errors:
            return "none"
        if self.log_half_width <= PLANNED_WITHIN:
            return "plan"
        return "rough" if self.log_half_width <= ROUGH_WITHIN else "unsure"

    @property
    def moved_orders(self) -> float:
        """What the base's orders are moved by, a log: all but a change of what they are worth."""
        return self.regularity + self.season + self.tracking + self.correction

    def asked_later(self, days: int, season_change: float) -> "LevelForecast":
        """What is known of the total some days later, when the season adds another log."""
        aged = Z80 * AGEING * float(np.sqrt(max(days, 0) / PERIOD_DAYS))
        half_width = float(np.hypot(self.log_half_width, aged))
        moved = replace(self, log_half_width=half_width, season=self.season + season_change)
        return moved.of_total(self.total * float(np.exp(season_change)))

    def of_total(self, total: float) -> "LevelForecast":
        """The same, as sure, around another total."""
        return replace(
            self,
            total=total,
            low=total * float(np.exp(-self.log_half_width)),
            high=total * float(np.exp(self.log_half_width)),
        )

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> "LevelForecast":
        """The forecast whose fields were read from a file."""
        return cls(**{**state, "fold_errors": tuple(state["fold_errors"])})

    def parts(self) -> dict[str, Any]:
        """What the forecast is made of beside its base, for a file."""
        return {
            "regularity": self.regularity,
            "season": self.season,
            "values": self.values,
            "tracking": self.tracking,
            "correction": self.correction,
            "misfit": self.misfit,
            "past_errors": list(self.fold_errors),
            "untried": self.untried,
        }


def forecast_level(
    summary: pd.DataFrame,
    activity: Activity,
    cuts: tuple[Cut, ...],
    *,
    earlier_cuts: tuple[Cut, ...] = (),
    order_model: BetaGeo,
    value_model: GammaGamma,
    stages: int = 1,
    season: Season,
    as_of_day: int,
    horizon_days: int,
) -> LevelForecast:
    """Forecast the total revenue of the customers in `summary`, with an 80 % interval.

        ln total = base + regularity + season + values + kd / (1 + (v/.6)^2) tracking
                   + kf / (1 + (cv/.4)^2) x past error in orders
                   + .9 / (1 + (cv/.2)^2) x past error in what they are worth

    with kd = .6 and kf = .5 where a season can be seen, else .3 and .35; v says by how much orders
    of four weeks differ from those of the next, cv how much of the total hangs on few customers.

    Parameters
    ----------
    summary : DataFrame
        Customer summary at the snapshot, with what is known of the customers beside.
    activity : Activity
        The log, summed over customers.
    cuts : tuple of Cut
        At the days of `ltvkit.past_dates.cut_days`, with what came over `label_length`.
    earlier_cuts : tuple of Cut
        At those of `ltvkit.past_dates.earlier_cut_days`: a shop may be calmer of late than it was,
        and a peak that comes every other year is in none of its last dates. Those of a shop too
        young for a forecast tell nothing.
    order_model, value_model : BetaGeo, GammaGamma
        Fitted to `summary`, the latter on all orders.
    stages : int
        k of MBG/CNBD-k, which takes BG/NBD's place where it is 2 or more, at past dates too.
    season : Season
        What is known of it at the snapshot, of `season_at`.
    as_of_day, horizon_days : int
        The snapshot.
    """
    history_days = as_of_day - activity.begins
    seasonal = season.seen
    by_gaps = order_model if stages == 1 else _order_model(summary, stages)
    orders, value = _orders_and_value(by_gaps, value_model, summary, horizon_days)
    expected = orders * value
    base = _log_total(order_model.expected_orders(summary, horizon_days) * value)
    regularity = _log_total(expected) - base
    log_season = _log_season(season, by_gaps, activity, as_of_day, horizon_days)
    change = value_change(activity, as_of_day, told=_mean_value(orders, value))
    values = change.log
    tracking = track(order_model, activity, season, as_of_day=as_of_day)
    unsteady = unsteadiness(order_model, activity, season, as_of_day=as_of_day)

    h = label_length(history_days, horizon_days)
    # Of a season that stands in one number is learned; one of its own would fit past errors.
    hindsight = None if seasonal else season
    past = _past_forecasts(cuts, activity, h, stages, hindsight)
    shares = [concentration(one.cut.future_revenue) for one in past if one.cut.future_revenue.any()]
    few = float(np.mean(shares)) if shares else 0.0
    days = {"as_of_day": as_of_day, "horizon_days": h}
    correction = usual_error(past, lambda one: one.orders_error, **days)
    correction *= CORRECTION_TRUST[seasonal] / (1 + (few / CONCENTRATION_SCALE) ** 2)
    misfit = usual_error(past, lambda one: one.value_error, **days)
    misfit = change.left(misfit * MISFIT_TRUST / (1 + (few / MISFIT_SCALE) ** 2))

    of_late = [(one.error - correction - misfit, one.weight) for one in past]
    grown = tuple(
        cut for cut in earlier_cuts if cut.summary["repeat_orders"].sum() >= ENOUGH_REPEAT_ORDERS
    )
    long_ago = [
        (one.error, EARLIER_WEIGHT * one.weight)
        for one in _past_forecasts(grown, activity, h, stages)
    ]
    # Calmer days long ago make nobody surer of today's shop.
    rms = max(_root_mean_square(of_late), _root_mean_square(of_late + long_ago))
    scatter = float(np.median(shares)) if shares else NO_FOLD_CONCENTRATION
    untried = _untried(summary, expected, past, first_day=activity.begins, label_days=h)
    doubts = (
        ERROR_SHARE * rms,
        Z80 * scatter,
        Z80 * SEASON_DOUBT * log_season,
        Z80 * VALUES_DOUBT * values,
        _untold(season, activity, as_of_day),
        BEYOND_LABEL * float(np.log(horizon_days / h)),
        # The total with and without them.
        -float(np.log1p(-untried)),
    )
    half_width = max(float(np.sqrt(np.square(doubts).sum())), SHORTEST_HALF_WIDTH)
    tracked = TRACKING_TRUST[seasonal] * tracking / (1 + (unsteady / TRACKING_SCALE) ** 2)
    log_total = base + regularity + log_season + values + tracked + correction + misfit
    return LevelForecast(
        total=float(np.exp(log_total)),
        low=float(np.exp(log_total - half_width)),
        high=float(np.exp(log_total + half_width)),
        log_half_width=half_width,
        base=base,
        season=log_season,
        values=values,
        tracking=tracked,
        correction=correction,
        misfit=misfit,
        regularity=regularity,
        fold_errors=tuple(one.error for one in past),
        repeat_orders=int(summary["repeat_orders"].sum()),
        untried=untried,
        of_late=orders_of_late(by_gaps, activity, season, as_of_day=as_of_day),
        begun_days=activity.begun_days(as_of_day),
    )


def _root_mean_square(missed: list[tuple[float, float]]) -> float:
    """Of errors by weight."""
    if not missed:
        return NO_FOLD_RMS
    errors, weights = np.array(missed).T
    return float(np.sqrt(np.average(errors**2, weights=weights)))


def _untried(
    summary: pd.DataFrame,
    expected: Floats,
    past: list[PastDate],
    *,
    first_day: int,
    label_days: int,
) -> float:
    """Of the total, the share of new customers in numbers, or of kinds, that no past date had.

    Kinds are compared at dates that had one of their own to learn from.
    """
    crowd = untried_share(
        _intake(expected, summary),
        [(one.cut.day - first_day, _intake(one.expected, one.cut.summary)) for one in past],
    )
    earliest = first_day + label_days + shortest_history(label_days)
    learned = [(one.cut.summary, one.expected) for one in past if one.cut.day >= earliest]
    return max(crowd, untried_kinds(summary, expected, learned, label_days=label_days))


def _untold(season: Season, activity: Activity, as_of_day: int) -> float:
    """What past errors cannot tell of the season, as a log."""
    if not season.seen:
        return UNSEEN_SEASON
    seen_days = as_of_day - max(int(activity.repeats["day"].min()), activity.begins)
    return UNTESTED_SEASON if seen_days < SEASON_NEEDS_DAYS + UNTESTED_DAYS else 0.0


def _order_model(summary: pd.DataFrame, stages: int) -> OrderModel:
    return BetaGeo().fit(summary) if stages == 1 else MbgCnbdK(k=stages).fit(summary)


def _orders_and_value(
    order_model: OrderModel, value_model: GammaGamma, summary: pd.DataFrame, horizon_days: int
) -> tuple[Floats, Floats]:
    """What each customer is expected to order, and what an order is worth."""
    largest = float(summary["mean_order_value"].max())
    value = np.minimum(value_model.expected_order_value(summary), largest)
    return order_model.expected_orders(summary, horizon_days), value


def _mean_value(orders: Floats, value: Floats) -> float:
    """Of the orders that are expected; 0 if none are."""
    return float(orders @ value) / max(float(orders.sum()), 1e-9)


def _log_total(expected: Floats) -> float:
    return float(np.log(max(float(expected.sum()), 1e-9)))


def _log_season(
    season: Season, order_model: OrderModel, activity: Activity, day: int, horizon_days: int
) -> float:
    """What the season adds to the log of the total.

    The mean factor ahead over that of the past year, each week by the repeat orders that the model
    expects in it: a shop that grew towards Christmas has met more of it than the calendar says.
    """
    known = activity.arrivals[activity.arrivals["first_day"] <= day]
    first_day = known["first_day"].to_numpy(dtype=np.int64)[:, None]
    customers = known["customers"].to_numpy(dtype=float)[:, None]

    def met(after: int, to: int) -> float:
        ends = np.unique(np.append(np.arange(after, to, 7), to))
        age = np.maximum(ends - first_day, 0)
        by_age = order_model.expected_orders_new(np.arange(int(age.max()) + 1))
        orders = (customers * np.diff(by_age[age], axis=1)).sum(axis=0)
        factors = [
            season.mean_effect(activity.calendar(begin + 1, end))
            for begin, end in pairwise(ends.tolist())
        ]
        return float(np.average(factors, weights=np.maximum(orders, 1e-12)))

    past_days = max(min(day - activity.begins, YEAR_DAYS), 1)
    return float(np.log(met(day, day + horizon_days) / met(day - past_days, day)))


def _intake(expected: Floats, summary: pd.DataFrame) -> float:
    """`largest_intake` of a forecast."""
    return largest_intake(expected, summary["age_days"].to_numpy(dtype=float))


def _past_forecasts(
    cuts: tuple[Cut, ...],
    activity: Activity,
    horizon_days: int,
    stages: int,
    hindsight: Season | None = None,
) -> list[PastDate]:
    """What would have been forecast at each; `hindsight` is the season as it is known now."""
    past = []
    for cut in cuts:
        if not cut.teaches:
            continue
        summary = cut.summary
        order_model = _order_model(summary, stages)
        value_model = GammaGamma(include_first_order=True).fit(summary)
        season = season_at(activity, cut.day)
        told = _orders_and_value(order_model, value_model, summary, horizon_days)
        ahead = (order_model, activity, cut.day, horizon_days)
        known = _log_season(season, *ahead)
        past.append(
            PastDate.of(
                cut,
                *told,
                season=known,
                hindsight=known if hindsight is None else _log_season(hindsight, *ahead),
                values=value_change(activity, cut.day, told=_mean_value(*told)).log,
            )
        )
    return past
