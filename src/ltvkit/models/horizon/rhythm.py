"""When regular customers order next: each has a rhythm, and the last order says where it stands.

Where gaps are as uneven as chance makes them, the time since the last order says nothing of when
the next one comes, and curves of chance serve. Where they are even, as of yearly givers or weekly
baskets, it says most of it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import gammaincc, gammainccinv

from ltvkit.models._rows import column
from ltvkit.models.btyd.mbgnbd import ModifiedBetaGeo
from ltvkit.models.horizon.curves import share_by
from ltvkit.units import Floats

UNEVEN, REGULAR, CLOCKWORK = 2.0, 4.0, 12.0
"""Shapes of the gaps, 1 is chance: up to the first there is no rhythm to speak of, from the second
on a shop's customers count as regular, and from there to the third a rhythm takes over beyond the
label, evenly.

On simulated shops of shapes 2 to 4 its chances beyond the label were worse than those along the
curve, on those of 13 and more better; between them a mixture was.
"""

FEWEST_GAPS, FEWEST_CUSTOMERS = 2, 50
"""So many customers of so many gaps teach the rhythm of the shop."""

MOST_SURE = 0.995
"""P(order) above which a rhythm raises nobody: a choice, as there are always some who stop."""

MOST_OVERDUE = 1e-4
"""Chance of so long a gap, beyond which all are overdue alike: the rhythm is lost."""

MOST_STAGES = 4
"""As of `MbgCnbdK`: beyond, k hardly changes what is expected of all customers together."""

PARTS_OF_LABEL = (0.25, 0.5)
"""Parts of the label's length for which past days tell who had come by then."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Gaps between orders: Gamma-distributed, alike in shape, of a customer's own mean.

    Parameters
    ----------
    shape : float
        1 / (squared coefficient of variation) of a customer's gaps.
    usual_days : float
        The median of customers' mean gaps: what a customer's own is shrunk to, as one more gap.
    believed : float
        How much of what it says of days sooner than the horizon is believed, from 0 to 1.
    """

    shape: float
    usual_days: float
    believed: float

    @property
    def regular(self) -> bool:
        """Whether the shop's customers count as regular."""
        return self.shape >= REGULAR

    @property
    def stages(self) -> int:
        """The k of MBG/CNBD-k, whose gaps are Erlang-k, that is nearest."""
        return min(round(self.shape), MOST_STAGES)

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
    if squared <= 0 or variation * UNEVEN > 1:
        return None
    shape = 1 / max(variation, MOST_OVERDUE)
    return Rhythm(shape, usual_days=float(np.median(mean)), believed=float(shape >= REGULAR))


def confirmed(
    rhythm: Rhythm, rows: pd.DataFrame, prob_active: Floats, *, label_days: int
) -> Rhythm:
    """The rhythm, believed as far as past days confirm it beside the curves of MBG/NBD.

        argmin_a sum of [c - p ((1 - a) P(t) / P(h) + a F(t) / F(h))]^2

    over customers at past snapshots and t of `PARTS_OF_LABEL`, c whether they came within t days,
    a from 0 to 1. The shape alone does not tell: a short history holds short gaps, which are more
    alike than all are. As it is where no past day had a rhythm.

    Parameters
    ----------
    rhythm : Rhythm
        Of today.
    rows : DataFrame
        Features at past snapshots, with `days_until_order` in the label.
    prob_active : ndarray
        P(order) over the label, learned from other customers.
    label_days : int
        h.
    """
    more, came = [], []
    days_until = rows["days_until_order"].to_numpy(dtype=float)
    for place in rows.groupby("as_of_day").indices.values():
        at, chance = rows.iloc[place], prob_active[place]
        then = learn_rhythm(at)
        if then is None:
            continue
        model = ModifiedBetaGeo().fit(at)
        for part in PARTS_OF_LABEL:
            days = part * label_days
            by_curve = chance * share_by(model, at, days, label_days=label_days)
            more.append(chance * then.share(at, days, horizon_days=label_days) - by_curve)
            came.append((days_until[place] <= days) - by_curve)
    if not more:
        return rhythm
    said, seen = np.concatenate(more), np.concatenate(came)
    believed = float(said @ seen) / max(float(said @ said), 1e-12)
    return replace(rhythm, believed=float(np.clip(believed, 0.0, 1.0)))
