"""What a kind of shop is made of: who buys there, how time moves them, what orders are worth.

A kind holds parameters only, no random number; `draw.draw_log` has the dice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np

from ltvkit.units import DAYS_PER_YEAR, Floats

Season = Callable[[Floats], Floats]
"""How much busier than usual a day of the year is, of 0 to 365."""


def no_season(day_of_year: Floats) -> Floats:
    """All days alike."""
    return np.ones_like(day_of_year)


def _peak(day_of_year: Floats, *, at: float, wide: float, high: float) -> Floats:
    """A bell of so many days' standard deviation, so many times a usual day."""
    away = np.abs(day_of_year - at)
    away = np.minimum(away, DAYS_PER_YEAR - away)
    return 1.0 + high * np.exp(-0.5 * (away / wide) ** 2)


christmas: Season = partial(_peak, at=340, wide=20, high=2.5)
summer: Season = partial(_peak, at=200, wide=40, high=1.5)


def closed_in_winter(day_of_year: Floats) -> Floats:
    """No order from November to the end of February."""
    return ((day_of_year >= 59) & (day_of_year < 304)).astype(float)


def promotions(day_of_year: Floats) -> Floats:
    """Four weeks of the year bring five times the orders."""
    return np.where(np.isin(day_of_year // 7, (8, 21, 34, 47)), 5.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Customers of one sort.

    Parameters
    ----------
    share : float
        Of the shop's customers; shares of a shop sum to 1.
    gap_days : float
        Between two orders, of a customer of the mean rate.
    rate_shape : float
        Of the gamma distribution of rates between customers: the larger, the more alike.
    regularity : float
        Shape of the gamma distribution of a customer's gaps: 1 is by chance, more is evener.
    one_order : float
        Share who never come again.
    life_days : float
        After which half of the others have left.
    life_shape : float
        Of the gamma distribution of rates of leaving, as in Pareto/NBD.
    pause : tuple of float
        Chance that an order is followed by a pause, and its mean length in days.
    value, value_spread, order_spread : float
        Median value of an order; standard deviations of its logarithm between customers, and
        between the orders of one.
    first_value : float
        First orders are worth so many times the later ones.
    value_by_rate : float
        Power of the rate in the value: below 0, frequent customers spend less an order.
    """

    share: float = 1.0
    gap_days: float = 45.0
    rate_shape: float = 1.0
    regularity: float = 1.0
    one_order: float = 0.0
    life_days: float = 500.0
    life_shape: float = 1.5
    pause: tuple[float, float] = (0.0, 0.0)
    value: float = 40.0
    value_spread: float = 0.5
    order_spread: float = 0.4
    first_value: float = 1.0
    value_by_rate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of shop.

    Parameters
    ----------
    name, says : str
        Of its log, and what it is, in words.
    as_of : date
        Up to which there is history.
    history_days, horizon_days : int
        Before it, and after it.
    customers : int
        Who come within both.
    segments : tuple of Segment
    cohort_days : int, optional
        All come within the first so many days; over all of history and horizon if not given.
    growth : float
        e-folds by which a day's new customers grow over the history.
    season : Season
        Of first and of repeat orders.
    repeat_trend : float
        e-folds a year by which repeat rates grow.
    repeats_from : int
        Day of history before which nobody comes again.
    price_change : tuple of float
        Days before `as_of`, and the factor on values since.
    inflation : float
        e-folds a year by which values grow.
    december_value : float
        Factor on values in December.
    counts : bool
        Every order is worth 1.
    """

    name: str
    says: str
    as_of: date = date(2023, 6, 30)
    history_days: int = 730
    horizon_days: int = 182
    customers: int = 1_500
    segments: tuple[Segment, ...] = (Segment(),)
    cohort_days: int | None = None
    growth: float = 0.0
    season: Season = no_season
    repeat_trend: float = 0.0
    repeats_from: int = 0
    price_change: tuple[float, float] = (0.0, 1.0)
    inflation: float = 0.0
    december_value: float = 1.0
    counts: bool = False

    def __post_init__(self) -> None:
        total = sum(segment.share for segment in self.segments)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"{self.name}: got shares that sum to {total}, expected 1")

    @property
    def opened_on(self) -> date:
        """The first day of the history."""
        return self.as_of - timedelta(days=self.history_days - 1)

    @property
    def days(self) -> int:
        """History and horizon."""
        return self.history_days + self.horizon_days

    def busyness(self) -> Floats:
        """Of each day of history and horizon, by the season."""
        dates = np.datetime64(self.opened_on, "D") + np.arange(self.days)
        return self.season((dates - dates.astype("datetime64[Y]")).astype(np.float64))
