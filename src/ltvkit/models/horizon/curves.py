"""One training, any horizon: how activity and orders grow with the days one looks ahead.

A label of h days becomes a forecast of t days along the curves of the fitted MBG/NBD: within it the
chance of an order along each customer's own, beyond it along that of all, the revenue along each
customer's expected orders.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from ltvkit.models.btyd.mbgnbd import ModifiedBetaGeo
from ltvkit.units import Floats

GRID_DAYS = (
    *(1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180),
    *(270, 365, 540, 730, 1095, 1825, 3660),
)
LONGEST_DAYS = GRID_DAYS[-1]
"""The longest horizon that a configuration may ask for."""

NOBODY, MOST_TIMES = 1e-300, 1e6
"""In place of a chance of 0, and a growth of hazards beyond which none is looked for: either
matters only where nobody is expected to come again."""

MOST_LOG_POWER = 2.0
"""The largest power that is sought for another mean of chances, as a log: past errors of the total
are believed no further either."""


@dataclass(frozen=True, slots=True)
class WaitingCurve:
    """How the hazard of a shop's next orders grows beyond the label's length.

    Parameters
    ----------
    label_days : float
        Where it is 1.
    days, powers : tuple of float
        How many times the hazard of the label's length that of each of the days is; from 1, rising.
    """

    label_days: float
    days: tuple[float, ...]
    powers: tuple[float, ...]

    def power(self, days: float) -> float:
        """The hazard of so many days over that of the label's length; 1 of fewer days."""
        return float(np.interp(max(days, self.label_days), self.days, self.powers))


def waiting_curve(
    model: ModifiedBetaGeo, summary: pd.DataFrame, *, label_days: float
) -> WaitingCurve:
    """The curve of the customers in `summary`.

    With S_i(t) the customer's P(no order within t days) by MBG/NBD, h the label's length and a bar
    for means over customers, it is the w with which bar S(h)^w = bar S(t). A power is taken of each
    customer's chance, and the mean of powers is above the power of the mean: ln bar S(t) over
    ln bar S(h) leaves too many without an order.
    """
    at_label = _hazard(model, summary, label_days)
    days, powers = [float(label_days)], [1.0]
    for until in (float(day) for day in GRID_DAYS if day > label_days):
        power = _matching(at_label, _of_all(_hazard(model, summary, until)))
        days.append(until)
        powers.append(max(power, powers[-1] + 1e-9))
    return WaitingCurve(float(label_days), tuple(days), tuple(powers))


def share_by(
    model: ModifiedBetaGeo, summary: pd.DataFrame, days: float, *, label_days: float
) -> Floats:
    """Of those who order within the label's length, the share who do so within fewer `days`.

    P_i(t) / P_i(h) of each customer, P_i(t) the P(order within t days) by MBG/NBD: it knows a rate
    and a chance to be gone, and whoever orders at all has not gone.
    """
    sooner, label = (np.maximum(model.prob_active(summary, t), NOBODY) for t in (days, label_days))
    return np.asarray(np.minimum(sooner / label, 1.0))


def raised(prob_active: Floats, power: Floats | float) -> Floats:
    """P(order) where the hazard is so many times that of `prob_active`: 1 - (1 - p)^power."""
    return np.asarray(-np.expm1(power * np.log1p(-np.clip(prob_active, 0.0, 1 - 1e-12))))


def power_to(prob_active: Floats, mean_active: float) -> float:
    """The power by which these chances are to be `raised` for another mean, at most e^2 either way.

    Examples
    --------
    >>> chances = np.array([0.1, 0.5, 0.9])
    >>> round(power_to(chances, float(raised(chances, 1.5).mean())), 6)
    1.5
    """
    return float(
        np.exp(
            root_or_end(
                lambda log: float(raised(prob_active, np.exp(log)).mean()) - mean_active,
                -MOST_LOG_POWER,
                MOST_LOG_POWER,
            )
        )
    )


def root_or_end(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is 0 between two bounds; the bound that is nearer where it is not."""
    if rising(low) >= 0:
        return low
    if rising(high) <= 0:
        return high
    return float(optimize.brentq(rising, low, high, xtol=1e-13))


def crossing(days: Floats, rising: Floats, target: Floats) -> Floats:
    """The day at which each row of a curve known at `days`, rising from 0, meets its target."""
    right = np.clip((rising < target[:, None]).sum(axis=1), 1, len(days) - 1)
    row = np.arange(len(target))
    below, above = rising[row, right - 1], rising[row, right]
    part = np.clip((target - below) / np.maximum(above - below, NOBODY), 0.0, 1.0)
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


def _hazard(model: ModifiedBetaGeo, summary: pd.DataFrame, days: float) -> Floats:
    """-ln P(no order within so many days) of each customer."""
    return np.asarray(-np.log1p(-np.clip(model.prob_active(summary, days), NOBODY, 1 - 1e-12)))


def _of_all(hazard: Floats) -> float:
    """The log of the share of customers without an order, ln S."""
    return float(np.log(np.exp(-hazard).mean()))


def _matching(at_label: Floats, of_all: float) -> float:
    """The power of the chances at the label with which ln S is `of_all` later."""
    most = 1.0
    while _of_all(most * at_label) > of_all and most < MOST_TIMES:
        most *= 2.0
    if most == 1.0 or most >= MOST_TIMES:
        return 1.0
    return float(optimize.brentq(lambda w: _of_all(w * at_label) - of_all, most / 2, most))
