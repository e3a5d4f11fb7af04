"""The model of record: candidates stacked, shrunk to BTYD, brought to the forecast total.

panel -> BTYD columns -> candidates, out of fold -> blend and activity -> intervals -> level
"""

from copy import copy
from dataclasses import replace
from datetime import date
from typing import Literal, Self

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ltvkit.models._state import Estimator
from ltvkit.models.btyd.family import BtydFamily
from ltvkit.models.horizon.ahead import DaysAhead
from ltvkit.models.horizon.curves import WaitingCurve, waiting_curve
from ltvkit.models.horizon.rhythm import Rhythm, learn_rhythm
from ltvkit.models.intervals import RankedScatter, interval, interval_if_order, reference_of
from ltvkit.models.learned import learn_from_past
from ltvkit.models.learners.blend import FAR_SHARE, Blend
from ltvkit.models.learners.candidates import Candidates, chances_from_columns, from_columns
from ltvkit.models.learners.churn import ActivityStack
from ltvkit.models.learners.explain import Explainer
from ltvkit.models.total.level import LevelForecast, forecast_level
from ltvkit.models.total.orders_ahead import chance_level, price_and_room
from ltvkit.models.total.season import Season
from ltvkit.models.total.season_ahead import (
    season_at,
    season_change,
    season_change_of_chances,
    season_clock,
    season_of_chances,
)
from ltvkit.panel import Explanation, Panel, Report, say_nothing
from ltvkit.snapshot import as_date, as_day_number
from ltvkit.units import USUAL_INTERVAL, Floats
from ltvkit.wording import Sentence


class StackedLtv(Estimator):
    """What each customer will spend, how likely any order is, and how sure both are.

    Parameters
    ----------
    seed : int
        Of everything random.
    threads : int
        Boosters that grow at a time; the result does not depend on it.

    Attributes
    ----------
    family_ : BtydFamily
        BTYD models at the snapshot.
    candidates_ : Candidates or None
        The learners; None where there was too little to learn from.
    blend_ : Blend
        Their weights.
    activity_ : ActivityStack
        For P(order).
    waiting_ : WaitingCurve
        For horizons other than the label's.
    rhythm_ : Rhythm or None
        When regular customers order next; None where they order by chance.
    season_ : Season
        As it was known at the snapshot.
    chance_season_ : float
        How much busier the horizon is than the days that chances were learned from: a log.
    chance_level_ : float
        By how much hazards are larger than the curves say where labels are shorter than the
        horizon: a log.
    scatter_ : RankedScatter
        For intervals.
    level_ : LevelForecast
        The total, and how sure it is.
    explainer_ : Explainer
        Says in one booster what the stack says.
    scale_ : float
        Factor that brings the customers' values to the total.
    price_ : float
        What orders of the days ahead are worth over what Gamma-Gamma says of the past.
    room_ : float
        A further factor on these values, over the horizon trained for, with which whoever orders
        does so at least once.
    as_of_day_ : int
        The snapshot, in days since 1970-01-01.
    horizon_days_, label_days_ : int
        The horizon trained for, and the length of its labels.
    """

    family_: BtydFamily
    candidates_: Candidates | None
    blend_: Blend
    activity_: ActivityStack
    waiting_: WaitingCurve
    rhythm_: Rhythm | None
    season_: Season
    chance_season_: float
    chance_level_: float
    scatter_: RankedScatter
    level_: LevelForecast
    explainer_: Explainer
    scale_: float
    price_: float
    room_: float
    as_of_day_: int
    horizon_days_: int
    label_days_: int

    def __init__(self, *, seed: int = 42, threads: int = 2) -> None:
        self.seed = seed
        self.threads = threads

    def fit(self, panel: Panel, *, report: Report = say_nothing) -> Self:
        """Learn from the rolling past snapshots of a log.

        Parameters
        ----------
        panel : Panel
            Features and labels at past snapshots, features now, and past dates for the total.
        report : callable
            Told what is being done, how far it is, and of how much.

        Raises
        ------
        NotEnoughDataError
            When there is no customer with an order of positive value.
        ConvergenceError
            When a probabilistic model cannot be fitted at all.
        """
        self.as_of_day_ = panel.as_of_day
        self.horizon_days_ = panel.snapshot.horizon_days
        self.label_days_ = panel.label_days
        self.family_ = BtydFamily.fit(panel.now)
        self.waiting_ = waiting_curve(self.family_.mbgnbd, panel.now, label_days=self.label_days_)
        # On several threads the last digits of sums would be the machine's.
        with threadpool_limits(limits=1, user_api="blas"):
            self.season_ = season_at(panel.activity, panel.as_of_day)
            learned = learn_from_past(
                panel,
                rhythm=learn_rhythm(panel.now),
                season_seen=self.season_.seen,
                seed=self.seed,
                threads=self.threads,
                report=report,
            )
            self.candidates_, self.blend_ = learned.candidates, learned.blend
            self.activity_, self.rhythm_ = learned.activity, learned.rhythm
            report("total", 0, 1)
            self._forecast_total(panel)
        revenue = self._meet_the_total(panel.now)
        self.scatter_ = RankedScatter(learned.ratios, reference_of(revenue))
        self.explainer_ = Explainer.fit(panel.now, revenue, seed=self.seed)
        report("total", 1, 1)
        return self

    def at(self, as_of: date | str) -> Self:
        """The same model asked on another day, its total and chances in that day's season."""
        as_of_day = as_day_number(as_date(as_of))
        moved = copy(self)
        days = {"since": self.as_of_day_, "to": as_of_day, "horizon_days": self.horizon_days_}
        change = season_change(self.season_, **days)
        factor = float(np.exp(change))
        moved.as_of_day_ = as_of_day
        moved.chance_season_ += season_change_of_chances(self.season_, **days)
        moved.scale_ = self.scale_ * factor
        moved.scatter_ = replace(self.scatter_, reference=self.scatter_.reference * factor)
        moved.level_ = self.level_.asked_later(as_of_day - self.as_of_day_, change)
        return moved

    def running_days(self, features: pd.DataFrame) -> Floats:
        """0: an order keeps no contract running."""
        return np.zeros(len(features))

    @property
    def ahead_(self) -> DaysAhead:
        """How predictions spread over the days to come."""
        return self._ahead(self.scale_)

    def _ahead(self, scale: float) -> DaysAhead:
        clock = season_clock(
            self.season_, as_of_day=self.as_of_day_, horizon_days=self.horizon_days_
        )
        return DaysAhead(
            family=self.family_,
            waiting=self.waiting_,
            rhythm=self.rhythm_,
            clock=clock,
            chance_season=self.chance_season_,
            chance_level=self.chance_level_,
            scale=scale,
            label_days=self.label_days_,
            horizon_days=self.horizon_days_,
        )

    def predict(
        self,
        features: pd.DataFrame,
        horizon_days: int | None = None,
        *,
        interval_level: float = USUAL_INTERVAL,
    ) -> pd.DataFrame:
        """The coming `horizon_days` days (the horizon trained for when not given).

        Parameters
        ----------
        features : DataFrame
            Features at a snapshot, one row per customer.
        horizon_days : int, optional
            Any number of days; predictions rise with it.
        interval_level : float
            How often the truth should lie in an interval.

        Returns
        -------
        DataFrame
            `ltvkit.schemas.PREDICTIONS`, with `prob_alive`, `prob_order_90d` and the days until
            the next order (`next_order_days`, `_from`, `_to`; missing where an order is unlikely)
            beside, in the order and with the index of `features`. A customer's prediction does
            not depend on who else is predicted.
        """
        days = self.horizon_days_ if horizon_days is None else horizon_days
        label, ahead = self._at_label(features), self.ahead_
        revenue, active = ahead.predict(features, label, days)
        trained, trained_active = ahead.predict(features, label, self.horizon_days_)
        # The longer the days, the fewer are those who order once at most.
        room = self.room_ ** (self.horizon_days_ / max(days, self.horizon_days_))
        value = self.price_ * room * self.family_.order_value(features)
        # Whoever orders does so once at least, and on every day at most.
        orders = np.clip(revenue / np.maximum(value, 1e-12), active, days)
        order_value = np.where(orders > 0, revenue / np.maximum(orders, 1e-12), value)
        if_order = ahead.if_order(features, label, days)
        low, high = interval(
            self.scatter_, if_order, active, ranked_by=trained, level=interval_level
        )
        low_if_order, high_if_order = interval_if_order(
            self.scatter_, if_order, ranked_by=trained, level=interval_level
        )
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "prob_active": active,
                "expected_orders": orders,
                "expected_order_value": order_value,
                "predicted_revenue": revenue,
                "low": low,
                "high": high,
                "low_if_order": low_if_order,
                "high_if_order": high_if_order,
                "prob_alive": self.family_.mbgnbd.prob_alive(features),
                "prob_order_90d": ahead.predict(features, label, 90)[1],
                **ahead.next_order(features, label[1], trained_active),
            },
            index=features.index,
        )

    def expected_orders(self, features: pd.DataFrame, horizon_days: float) -> Floats:
        """Orders by the BTYD models, for how they spread over the days to come."""
        return self.family_.expected_orders(features, horizon_days)

    def candidate_revenue(self, features: pd.DataFrame) -> dict[str, Floats]:
        """Revenue over the horizon by each candidate alone, at its own level."""
        described = self.family_.describe(features, self.label_days_)
        if self.candidates_ is None:
            return {}
        by_candidate, _ = self.candidates_.predict(described)
        stretch = self.ahead_.stretch(features, self.horizon_days_)
        return {
            name: stretch * self.blend_.levels[name] * by_candidate[name]
            for name in self.blend_.weights
        }

    def total_interval(self) -> tuple[float, float, float]:
        """Forecast of the total revenue of the customers trained on, its low and its high."""
        return self.level_.total, self.level_.low, self.level_.high

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """What goes with each customer's prediction, in money; a row adds up to the prediction.

        See `ltvkit.models.learners.explain.Explainer`.
        """
        label = self._at_label(features)
        revenue, _ = self.ahead_.predict(features, label, self.horizon_days_)
        return self.explainer_.contributions(features, revenue)

    def explanation(self) -> Explanation:
        """Weights and the reasons for them, in words."""
        learned = self.candidates_ is not None
        share = self.blend_.learned_share if learned else 0.0
        if learned:
            best = max(self.blend_.weights, key=lambda name: self.blend_.weights[name])
            said = [
                Sentence("stack.weights", {"days": self.label_days_, "best": best}),
                Sentence("stack.share", {"share": share}),
                Sentence("stack.largest", {"share": FAR_SHARE}),
            ]
        else:
            said = [Sentence("stack.btyd_alone")]
        if self.label_days_ < self.horizon_days_:
            spans = {"days": self.label_days_, "horizon": self.horizon_days_}
            said.append(Sentence("stack.stretched", spans))
        return Explanation(
            weights=dict(self.blend_.weights) if learned else {},
            btyd_share=1 - share,
            said=tuple(said),
        )

    def columns_read(self) -> dict[str, Literal["number", "text"]]:
        """The columns of the features that the model reads, the customer's id apart."""
        columns = self.explainer_.columns
        return {n: "text" if n in columns.categories else "number" for n in columns.names}

    def _forecast_total(self, panel: Panel) -> None:
        """The level, and the season of chances."""
        ahead = {"as_of_day": panel.as_of_day, "horizon_days": self.horizon_days_}
        self.level_ = forecast_level(
            panel.now,
            panel.activity,
            panel.cuts,
            earlier_cuts=panel.earlier_cuts,
            order_model=self.family_.bgnbd,
            value_model=self.family_.value,
            stages=1 if self.rhythm_ is None else self.rhythm_.stages,
            season=self.season_,
            **ahead,
        )
        # BTYD alone has learned from the past year, as the total has.
        self.chance_season_ = self.level_.season
        if self.candidates_ is not None:
            longest = panel.rows["label_days"] == panel.label_days
            self.chance_season_ = season_of_chances(
                self.season_,
                learned_days=panel.rows.loc[longest, "as_of_day"].to_numpy(),
                label_days=panel.label_days,
                clock=panel.activity.clock,
                **ahead,
            )

    def _meet_the_total(self, now: pd.DataFrame) -> Floats:
        """Bring chances, revenue and orders to the level; the revenue of each customer."""
        label = self._at_label(now)
        self.chance_level_ = self._level_of_chances(now, label[1])
        unscaled, active = self._ahead(1.0).predict(now, label, self.horizon_days_)
        self.scale_ = self.level_.total / max(float(unscaled.sum()), 1e-12)
        revenue = unscaled * self.scale_
        orders = float(self.expected_orders(now, self.horizon_days_).sum())
        self.price_, self.room_ = price_and_room(
            revenue / np.maximum(self.family_.order_value(now), 1e-12),
            active,
            orders=orders * float(np.exp(self.level_.moved_orders)),
            horizon_days=self.horizon_days_,
        )
        return revenue

    def _level_of_chances(self, now: pd.DataFrame, at_label: Floats) -> float:
        """What the total says of P(order) where labels are stretched to the horizon, as a log."""
        # BTYD knows of no rhythm: its mean is no measure of how many regular customers come.
        regular = self.rhythm_ is not None and self.rhythm_.regular
        if self.label_days_ >= self.horizon_days_ or regular:
            return 0.0
        by_btyd = self.family_.mbgnbd.prob_active(now, self.label_days_)
        return chance_level(at_label, by_btyd, moved=self.level_.moved_orders - self.chance_season_)

    def _at_label(self, features: pd.DataFrame) -> tuple[Floats, Floats]:
        """Revenue and P(order) over the label's length, the revenue before it meets the total."""
        described = self.family_.describe(features, self.label_days_)
        if self.candidates_ is None:
            by_candidate = from_columns(described)
            chances = chances_from_columns(described)
        else:
            by_candidate, chances = self.candidates_.predict(described)
        return self.blend_.combine(by_candidate), self.activity_.predict(chances)
