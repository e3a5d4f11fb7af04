"""One training, any horizon: how activity and orders grow with the days one looks ahead.

A label of h days becomes a forecast of t days along the curves of the fitted MBG/NBD: the chance
of an order along the mean survival curve, the revenue along each customer's expected orders.
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

    def stretch(self, prob_active: Floats, *, label_days: float, days: float) -> Floats:
        """P(order within `days`), from P(order within `label_days`).

            1 - (1 - p)^(ln S(days) / ln S(label_days))

        It rises with `days`, and is p at the label's length.
        """
        power = self._at(days) / self._at(label_days)
        log_none = np.log1p(-np.clip(prob_active, 0.0, 1 - 1e-12))
        return np.asarray(-np.expm1(power * log_none))

    def quantile(self, prob_active: Floats, *, horizon_days: float, share: float) -> Floats:
        """Days until a share of those who order within the horizon have ordered."""
        log_none = np.log1p(-np.clip(prob_active, 1e-12, 1 - 1e-12))
        power = np.log1p(-share * np.clip(prob_active, 1e-12, 1 - 1e-12)) / log_none
        return np.interp(power * self._at(horizon_days), self.cumulative_hazard, self.days)

    def _at(self, days: float) -> float:
        return float(np.interp(days, self.days, self.cumulative_hazard))


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
