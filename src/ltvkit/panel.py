"""The panel of rolling past snapshots, and what learns from it.

A model learns what follows a snapshot from earlier snapshots of the same log whose future is
already over. This module holds the frames of such a panel and what a model has to offer; `features`
fills it, `models` learns from it, and `past_dates` plans its dates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Protocol, Self

import numpy as np
import pandas as pd

from ltvkit.contracts import Contracts
from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import EPOCH, Snapshot
from ltvkit.units import USUAL_INTERVAL
from ltvkit.wording import Sentence

YEAR_DAYS, PERIOD_DAYS = 364, 28
"""A year and a month of whole weeks: seasons and cohorts are counted in them."""

YOUNG_DAYS = 28
"""Customers known for fewer days count as known for so many where a rate is formed: a choice, so
that one order yesterday is not a rate of 365 a year."""

UNLIKELY = 1 / 3
"""Below this chance of an order or payment in the horizon, no date for it is named: a choice."""

MOST_ROWS = 300_000
"""Rows to learn from. Beyond it customers are drawn: twice as many took twice the time, for half a
percent of the error (docs/methods/ablation.md)."""

PLANNED_WITHIN, ROUGH_WITHIN = 0.20, 0.45
"""ln(high / total) up to which a total is good for a plan (high 22 % above it), and up to which it
is a rough one (57 %): choices, as no measurement says how unsure a plan may be."""

RECORD_ROW = "ltvkit"
"""What a backtest calls the model of record, whatever the run is called."""

PART = "part: "
"""What the names of those rows of a backtest begin with that are parts of it."""

FEWEST_CUSTOMERS = 20
"""Customers who must share a text value before a model keeps it: a rarer one may name somebody."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What the log shows summed over customers.

    Parameters
    ----------
    arrivals : DataFrame
        `first_day` (int, days since 1970-01-01), `customers`.
    repeats : DataFrame
        `cohort` (first day // 28), `day`, `repeat_orders`, `repeat_revenue`.
    clock : ShopClock
        By which all days are told.
    repeats_begin : int, optional
        The day from which repeat orders tell of the shop, where they came late.
    """

    arrivals: pd.DataFrame
    repeats: pd.DataFrame
    clock: ShopClock = CALENDAR
    repeats_begin: int | None = None

    @property
    def first_day(self) -> int:
        """The first day of the log."""
        return int(self.arrivals["first_day"].min())

    @property
    def begins(self) -> int:
        """The day from which history counts."""
        return self.first_day if self.repeats_begin is None else self.repeats_begin

    @property
    def repeats_began_on(self) -> date | None:
        """The same where they came late, on the calendar."""
        if self.repeats_begin is None:
            return None
        return EPOCH + timedelta(days=self.clock.calendar(self.repeats_begin))

    def begun_days(self, as_of_day: int) -> int:
        """Days since repeat buying began, where it began late; else 0."""
        return 0 if self.repeats_begin is None else as_of_day - self.repeats_begin

    def calendar(self, first_day: int, last_day: int) -> np.ndarray:
        """The days from one to the other, both included, on the calendar."""
        return self.clock.calendar(np.arange(first_day, last_day + 1))


@dataclass(frozen=True, slots=True)
class Cut:
    """A past date, the customers known then, and what they went on to spend.

    Parameters
    ----------
    day : int
        Days since 1970-01-01.
    summary : DataFrame
        Customer summary at that day.
    future_orders, future_revenue : ndarray
        Of each of these customers, over the days for which the total is checked.
    """

    day: int
    summary: pd.DataFrame
    future_orders: np.ndarray
    future_revenue: np.ndarray

    @property
    def teaches(self) -> bool:
        """Whether anybody had ordered again, and anything been paid: a shop may begin for free."""
        return bool(
            self.summary["repeat_orders"].any() and self.summary["mean_order_value"].gt(0).any()
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything a model may learn from at a snapshot.

    Parameters
    ----------
    snapshot : Snapshot
        The day it is, and the horizon to predict, in days of the shop's clock.
    as_of_day : int
        The same day, in days since 1970-01-01.
    history_days : int
        Days from the first order of the log to the snapshot.
    label_days : int
        Length of the longest labels: the horizon, where history allows.
    rows : DataFrame
        Key `as_of_day`, `label_days`, `customer_id`: features at a past snapshot, and
        `future_orders`, `future_revenue` in the `label_days` after it; `days_until_order`,
        missing where there was none.
    now : DataFrame
        Key `customer_id`: features at the snapshot.
    activity : Activity
        The log summed over customers.
    cuts : tuple of Cut
        Past dates at which the forecast of the total is checked.
    earlier_cuts : tuple of Cut
        Further ones, long ago: they tell how far totals miss, and correct nothing.
    contracts : Contracts, optional
        What is learned from in a contractual shop, instead of `rows` and `cuts`, which are empty.
    plans : tuple of Panel
        Where contracts have several periods, instead of `contracts`: the panel of each plan, with
        the customers who are on it at the snapshot.
    """

    snapshot: Snapshot
    as_of_day: int
    history_days: int
    label_days: int
    rows: pd.DataFrame
    now: pd.DataFrame
    activity: Activity
    cuts: tuple[Cut, ...]
    earlier_cuts: tuple[Cut, ...] = ()
    contracts: Contracts | None = None
    plans: tuple["Panel", ...] = ()


class LtvModel(Protocol):
    """What a model offers: to learn from a panel, and to predict from features."""

    def fit(self, panel: Panel) -> Self:
        """Learn from rolling past snapshots."""

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """One row per customer, with `predicted_revenue` and `prob_active` at least."""


Report = Callable[[str, int, int], None]
"""Called with what is being done, how many parts of it are done, and of how many."""


def say_nothing(message: str, done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the model is what it is, for people and for run files."""

    weights: dict[str, float]
    btyd_share: float
    said: tuple[Sentence, ...]

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons in English."""
        return tuple(map(str, self.said))


class Level(Protocol):
    """How well the total is known."""

    @property
    def log_half_width(self) -> float:
        """ln(high / total) of the 80 % interval."""

    @property
    def grade(self) -> str:
        """How the total may be used: `plan`, `rough`, `unsure` or `none`."""

    @property
    def values(self) -> float:
        """How far it is moved because recent orders are worth more or less, as a logarithm."""

    @property
    def untried(self) -> float:
        """The share of it that rests on recent customers such as no past date had."""

    @property
    def of_late(self) -> float:
        """How far repeat orders of the last four weeks differ from earlier ones, as a logarithm."""

    @property
    def begun_days(self) -> int:
        """Days since repeat buying began, where it began late; else 0."""

    @property
    def fold_errors(self) -> Sequence[float]:
        """ln(actual / forecast) at past dates."""

    def parts(self) -> dict[str, Any]:
        """What it is made of, as plain JSON values, for `run.json` alone."""


class ModelOfRecord(LtvModel, Protocol):
    """What the pipeline asks of the model whose predictions become lists and a report."""

    horizon_days_: int
    label_days_: int

    @property
    def level_(self) -> Level:
        """How well the total of the customers trained on is known."""

    def running_days(self, features: pd.DataFrame) -> np.ndarray:
        """Days for which a payment of each customer keeps a contract running; 0 without any."""

    def fit(self, panel: Panel, *, report: Report = say_nothing) -> Self:
        """Learn from a panel, and tell how far it is."""

    def predict(
        self,
        features: pd.DataFrame,
        horizon_days: int | None = None,
        *,
        interval_level: float = USUAL_INTERVAL,
    ) -> pd.DataFrame:
        """`ltvkit.schemas.PREDICTIONS`, `prob_alive`, `prob_order_90d` and `next_order_days`."""

    def at(self, as_of: date | str) -> Self:
        """The same model asked on another day."""

    def expected_orders(self, features: pd.DataFrame, horizon_days: float) -> np.ndarray:
        """How orders spread over time; only their proportions are used."""

    def candidate_revenue(self, features: pd.DataFrame) -> Mapping[str, np.ndarray]:
        """Revenue over the horizon by each part it is made of, by name."""

    def total_interval(self) -> tuple[float, float, float]:
        """Forecast of the total revenue, its low and its high."""

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Money by feature, with `rest` and `base`; a row adds up to the prediction."""

    def explanation(self) -> Explanation:
        """What it is made of, and why."""

    def columns_read(self) -> dict[str, Literal["number", "text"]]:
        """The columns of the features that it reads, the customer's id apart."""
