"""One training, any horizon: how activity and orders grow with the days one looks ahead.

A label of h days becomes a forecast of t days along the curves of the fitted MBG/NBD: the chance
of an order along survival curves, the revenue along each customer's expected orders.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.models.mbgnbd import ModifiedBetaGeo
from ltvkit.units import Floats

GRID_DAYS = (
    *(1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180),
    *(270, 365, 540, 730, 1095, 1825, 3660),
)
LONGEST_DAYS = GRID_DAYS[-1]
"""The longest horizon that a configuration may ask for."""


@dataclass(frozen=True, slots=True)
class WaitingCurve:
    """How the log of P(no order yet) grows with the days waited, over all customers.

    Parameters
    ----------
    days, cumulative_hazard : tuple of float
        -ln S(t) at each of the days, S the mean over customers of P(no order within t); from 0,
        rising.
    """

    days: tuple[float, ...]
    cumulative_hazard: tuple[float, ...]

    def power(self, *, label_days: float, days: float) -> float:
        """The log of S(days) over that of S(label_days)."""
        return self._at(days) / self._at(label_days)

    def _at(self, days: float) -> float:
        return float(np.interp(days, self.days, self.cumulative_hazard))


def powers(
    curve: WaitingCurve,
    model: ModifiedBetaGeo,
    summary: pd.DataFrame,
    *,
    label_days: float,
    days: float,
) -> Floats:
    """How many times the hazard of the label's length that of `days` is, for each customer.

        ln S(t) / ln S(h),  within the label its geometric mean with ln S_i(t) / ln S_i(h)

    with S the curve of all and S_i that of the customer, by MBG/NBD. Most of those who make the
    curve of all are gone, so that it is flat soon: those who buy often seem to come at once. Their
    own curves know no more than a rate and a chance to be gone; beyond the label they are no
    better. It rises with `days`, and is 1 at the label's length.
    """
    usual = curve.power(label_days=label_days, days=days)
    if days >= label_days:
        return np.full(len(summary), usual)
    sooner, label = (
        -np.log1p(-np.clip(model.prob_active(summary, t), 1e-300, 1 - 1e-12))
        for t in (days, label_days)
    )
    return np.asarray(np.sqrt(usual * sooner / label))


def raised(prob_active: Floats, power: Floats) -> Floats:
    """P(order) where the hazard is so many times that of `prob_active`: 1 - (1 - p)^power."""
    return np.asarray(-np.expm1(power * np.log1p(-np.clip(prob_active, 0.0, 1 - 1e-12))))


def crossing(days: Floats, rising: Floats, target: Floats) -> Floats:
    """The day at which each row of a curve known at `days`, rising from 0, meets its target."""
    right = np.clip((rising < target[:, None]).sum(axis=1), 1, len(days) - 1)
    row = np.arange(len(target))
    below, above = rising[row, right - 1], rising[row, right]
    part = np.clip((target - below) / np.maximum(above - below, 1e-300), 0.0, 1.0)
    return np.asarray(days[right - 1] + part * (days[right] - days[right - 1]))


@dataclass(frozen=True, slots=True)
class SeasonClock:
    """Days to come, counted by how busy they are.

    Parameters
    ----------
    days, counted : tuple of float
        After so many days, so many have passed for one who buys evenly: fewer in quiet weeks, more
        in busy ones. At the horizon trained for they are equal, so that what is predicted for it
        is spread over its days and not changed.
    """

    days: tuple[float, ...]
    counted: tuple[float, ...]

    def count(self, days: float) -> float:
        """Days as they count."""
        return float(np.interp(days, self.days, self.counted))

    def until(self, counted: Floats) -> Floats:
        """Days after which so many have been counted."""
        return np.interp(counted, self.counted, self.days)


EVEN = SeasonClock((0.0, float(LONGEST_DAYS)), (0.0, float(LONGEST_DAYS)))
"""No season is known."""


def waiting_curve(model: ModifiedBetaGeo, summary: pd.DataFrame) -> WaitingCurve:
    """The curve of the customers in `summary`."""
    hazard = [0.0]
    for days in GRID_DAYS:
        none = float(1 - model.prob_active(summary, days).mean())
        hazard.append(max(-np.log(max(none, 1e-9)), hazard[-1] + 1e-9))
    return WaitingCurve((0.0, *map(float, GRID_DAYS)), tuple(hazard))
