"""From predictions over the label's length to those of any days ahead, and to dates.

label -> stretched by expected orders and chances, in the season of the days -> total
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.models.btyd.family import BtydFamily
from ltvkit.models.horizon.curves import (
    GRID_DAYS,
    SeasonClock,
    WaitingCurve,
    crossing,
    raised,
    share_by,
)
from ltvkit.models.horizon.rhythm import Rhythm
from ltvkit.panel import UNLIKELY
from ltvkit.units import Floats

STEPS_OF_RHYTHM = 24
"""Steps of the horizon at which a rhythm is asked for dates: a few days each where the horizon is
about as long as a gap."""

NEXT_ORDER_SHARES = {
    "next_order_days_from": 0.1,
    "next_order_days": 0.5,
    "next_order_days_to": 0.9,
}
"""Of those who order within the horizon, the share that has by each of these days."""


@dataclass(frozen=True, slots=True)
class DaysAhead:
    """How what is known over the label's length spreads over days ahead.

    Parameters
    ----------
    family : BtydFamily
        Expected orders of each customer, for revenue.
    waiting : WaitingCurve
        For chances.
    rhythm : Rhythm or None
        When regular customers order next.
    clock : SeasonClock
        How busy the days to come are.
    chance_season : float
        How much busier the horizon is than the days that chances were learned from: a log.
    chance_level : float
        By how much hazards are larger than the curves say where labels are shorter than the
        horizon: a log.
    scale : float
        Factor that brings the customers' values to the total.
    label_days, horizon_days : int
        Length of the labels, and the horizon trained for.
    """

    family: BtydFamily
    waiting: WaitingCurve
    rhythm: Rhythm | None
    clock: SeasonClock
    chance_season: float
    chance_level: float
    scale: float
    label_days: int
    horizon_days: int

    def predict(
        self, features: pd.DataFrame, at_label: tuple[Floats, Floats], days: float
    ) -> tuple[Floats, Floats]:
        """Revenue and P(order) of the coming `days` days, from those over the label's length."""
        counted = self.clock.count(days)
        revenue, active = self._by_curves(features, at_label, counted)
        if self.rhythm is not None and days < self.horizon_days:
            by_horizon = self._active(features, at_label[1], self.horizon_days)
            regular = self._in_rhythm(features, by_horizon, active, counted)
            # What is spent by those who order stays as it is.
            revenue, active = revenue * regular / np.maximum(active, 1e-12), regular
        return revenue, active

    def if_order(
        self, features: pd.DataFrame, at_label: tuple[Floats, Floats], days: float
    ) -> Floats:
        """Revenue of the coming `days` days of those who order in them.

        Revenue over P(order) at the horizon trained for; over more days the largest ratio up to
        them, over fewer the smallest from them on, along `GRID_DAYS`. Revenue spreads by each
        customer's own curve and chances by that of all, so that the ratio falls where the own one
        is flatter; but whoever orders brings no less in more days.
        """
        known, counted = float(self.horizon_days), self.clock.count(days)
        amount = self._ratio(features, at_label, known)
        if days == self.horizon_days:
            return amount
        more = days > self.horizon_days
        extreme: np.ufunc = np.maximum if more else np.minimum
        for day in GRID_DAYS if more else reversed(GRID_DAYS):
            if (day > known) != more or day == known:
                continue
            further = extreme(amount, self._ratio(features, at_label, day))
            part = (counted - known) / (day - known)
            if part <= 1:
                return np.asarray((1 - part) * amount + part * further)
            amount, known = further, day
        return amount

    def stretch(self, features: pd.DataFrame, days: float) -> Floats:
        """Expected orders in `days`, as they count, over those in the label's length."""
        label = self.family.expected_orders(features, self.label_days)
        return self.family.expected_orders(features, days) / np.maximum(label, 1e-12)

    def next_order(
        self, features: pd.DataFrame, at_label_active: Floats, active: Floats
    ) -> dict[str, Floats]:
        """Days until the next order of those likely to place one within the horizon trained for.

        `active` is P(order) within it; NaN for the others.
        """
        likely = active >= UNLIKELY
        until = self._until(features[likely], at_label_active[likely], active[likely])
        dated: dict[str, Floats] = {}
        for name, share in NEXT_ORDER_SHARES.items():
            dated[name] = np.full(len(features), np.nan)
            dated[name][likely] = self.clock.until(until(share))
        return dated

    def _by_curves(
        self, features: pd.DataFrame, at_label: tuple[Floats, Floats], counted: float
    ) -> tuple[Floats, Floats]:
        """Revenue and P(order) within days as they count, whatever the rhythm."""
        revenue, active = at_label
        return (
            self.scale * self.stretch(features, counted) * revenue,
            self._active(features, active, counted),
        )

    def _ratio(
        self, features: pd.DataFrame, at_label: tuple[Floats, Floats], counted: float
    ) -> Floats:
        revenue, active = self._by_curves(features, at_label, counted)
        return revenue / np.maximum(active, 1e-6)

    def _active(self, features: pd.DataFrame, at_label: Floats, counted: float) -> Floats:
        """P(order) within days as they count, from that over the label's length.

        A season multiplies the hazard of those who are still customers: P(order) rises to no more
        than the chance that either the model of chances or P(alive) says so.
        """
        label = float(self.label_days)
        active = raised(at_label, self.waiting.power(counted) * np.exp(self.chance_level))
        if counted < label:
            active *= share_by(self.family.mbgnbd, features, counted, label_days=label)
        # Labels cut short by the history hold most customers' next order, if one comes. Those as
        # long as a short horizon may hold hardly any, and say little of who is still a customer.
        stretched = self.label_days < min(counted, self.horizon_days)
        if self.rhythm is not None and stretched:
            active = self.rhythm.beyond(
                features, at_label, active, label_days=self.label_days, days=counted
            )
        gone = 1 - self.family.mbgnbd.prob_alive(features)
        at_most = 1 - gone * (1 - active)
        share = active / np.maximum(at_most, 1e-12)
        return at_most * raised(share, np.exp(self.chance_season))

    def _in_rhythm(
        self, features: pd.DataFrame, active: Floats, by_curve: Floats, counted: float
    ) -> Floats:
        """P(order) within days as they count, by curve and by rhythm as far as it is believed.

        `active` is P(order) within the horizon trained for.
        """
        if self.rhythm is None:
            return by_curve
        share = self.rhythm.share(features, counted, horizon_days=self.horizon_days)
        return np.asarray(by_curve + self.rhythm.believed * (share * active - by_curve))

    def _until(
        self, features: pd.DataFrame, at_label: Floats, active: Floats
    ) -> Callable[[float], Floats]:
        """Days, as they count, until a share of those who order within the horizon have."""
        horizon = self.horizon_days
        steps = 0 if self.rhythm is None else STEPS_OF_RHYTHM
        evenly = np.arange(1, steps) * horizon / max(steps, 1)
        days = sorted({*(float(day) for day in GRID_DAYS if day < horizon), *evenly.tolist()})
        by_then = [
            self._in_rhythm(features, active, self._active(features, at_label, day), day)
            for day in days
        ]
        rising = np.column_stack([np.zeros(len(features)), *by_then, active])
        known = np.array([0.0, *days, horizon])
        return lambda share: crossing(known, rising, share * active)
