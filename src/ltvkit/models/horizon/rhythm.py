"""When regular customers order next: each has a rhythm, and the last order says where it stands.

Where gaps are as uneven as chance makes them, the time since the last order says nothing of when
the next one comes, and one curve serves all. Where they are even, as of yearly givers or weekly
baskets, it says most of it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincc, gammainccinv

from ltvkit.models._rows import column
from ltvkit.units import Floats

REGULAR, CLOCKWORK = 4.0, 12.0
"""Shapes of the gaps from which on a shop's customers count as regular, and between which a rhythm
takes over beyond the label, evenly; 1 is chance.

On simulated shops chances along curves of chance were as good or better up to a shape of 3. On real
ones they were up to 2.9, the largest there was: a short history holds short gaps alone, which are
more alike than all are.
"""

FEWEST_GAPS, FEWEST_CUSTOMERS = 2, 50
"""So many customers of so many gaps teach the rhythm of the shop."""

MOST_SURE = 0.995
"""P(order) above which a rhythm raises nobody: a choice, as there are always some who stop."""

MOST_OVERDUE = 1e-4
"""Chance of so long a gap, beyond which all are overdue alike: the rhythm is lost."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Gaps between orders: Gamma-distributed, alike in shape, of a customer's own mean.

    Parameters
    ----------
    shape : float
        1 / (squared coefficient of variation) of a customer's gaps.
    usual_days : float
        The median of customers' mean gaps: what a customer's own is shrunk to, as one more gap.
    """

    shape: float
    usual_days: float

    def share(self, features: pd.DataFrame, days: float, *, horizon_days: float) -> Floats:
        """Of those who order within the horizon, how many do so within `days`.

            F(t) / F(H),  F(t) = 1 - S(e + t) / S(e)

        with S the survival function of the gap and e the days since the last order.
        """
        mean, since = self._stands(features)
        known = gammaincc(self.shape, self.shape * since / mean)
        late, latest = (
            1 - gammaincc(self.shape, self.shape * (since + t) / mean) / known
            for t in (days, horizon_days)
        )
        return np.asarray(late / np.maximum(latest, 1e-12))

    def beyond(
        self,
        features: pd.DataFrame,
        at_label: Floats,
        by_curve: Floats,
        *,
        label_days: float,
        days: float,
    ) -> Floats:
        """P(order) within more days than the label's, from that over its length.

            (1 - a) P_curve + a min(p F(t) / F(h), max(.995, p)),  a from 0 to 1 with the shape

        Whoever is still a customer of even gaps orders within one of them: in more days than that
        there is nobody left to come. A curve of chance adds late-comers for ever.

        Parameters
        ----------
        at_label, by_curve : ndarray
            P(order) over the label's length, and as it grows where there is no rhythm.
        label_days, days : float
            h and t.
        """
        by_rhythm = np.minimum(
            at_label * self.share(features, days, horizon_days=label_days),
            np.maximum(at_label, MOST_SURE),
        )
        even = float(np.clip((self.shape - REGULAR) / (CLOCKWORK - REGULAR), 0, 1))
        return np.asarray((1 - even) * by_curve + even * by_rhythm)

    def until(self, features: pd.DataFrame, share: float, *, horizon_days: float) -> Floats:
        """Days until a share of those who order within the horizon have."""
        mean, since = self._stands(features)
        known = gammaincc(self.shape, self.shape * since / mean)
        latest = 1 - gammaincc(self.shape, self.shape * (since + horizon_days) / mean) / known
        gap = mean / self.shape * gammainccinv(self.shape, known * (1 - share * latest))
        return np.asarray(np.maximum(gap - since, 0.0))

    def _stands(self, features: pd.DataFrame) -> tuple[Floats, Floats]:
        """The mean gap of each customer, and the days since the last order."""
        gaps = column(features, "repeat_orders")
        mean = (column(features, "age_at_last_order_days") + self.usual_days) / (gaps + 1)
        since = column(features, "age_days") - column(features, "age_at_last_order_days")
        most = mean / self.shape * gammainccinv(self.shape, MOST_OVERDUE)
        return mean, np.minimum(since, most)


def learn_rhythm(features: pd.DataFrame) -> Rhythm | None:
    """The rhythm of a shop; None where its customers order no more regularly than by chance.

    The squared coefficient of variation is the ratio of sums over customers of the unbiased
    variance of their gaps and of their squared mean, less what the variance adds to it.
    """
    several = features[column(features, "repeat_orders") >= FEWEST_GAPS]
    if len(several) < FEWEST_CUSTOMERS:
        return None
    count, mean = column(several, "repeat_orders"), column(several, "mean_gap_days")
    spread = column(several, "sd_gap_days") ** 2 * count / (count - 1)
    squared = float(((count - 1) * (mean**2 - spread / count)).sum())
    variation = float(((count - 1) * spread).sum()) / max(squared, 1e-12)
    if squared <= 0 or variation * REGULAR > 1:
        return None
    return Rhythm(shape=1 / max(variation, MOST_OVERDUE), usual_days=float(np.median(mean)))
