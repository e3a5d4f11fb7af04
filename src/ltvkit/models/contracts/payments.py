"""What a renewal is worth, and intervals of so many renewals of so much.

The next period's payments are a blend of the customer's last payment, last period, mean period and
the shop's mean; after nothing but free periods they are what usually follows those. The number of
renewals is discrete, so an interval, which leaves out no more than it may on either side, holds
its level and somewhat more.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from ltvkit.models._rows import column, distinct
from ltvkit.models.contracts.renewals import PaymentsAhead
from ltvkit.units import USUAL_INTERVAL, Floats

KNOWN = ("last_payment", "last_period", "mean_period")

AS_IT_IS = 1.05
"""The last payment is taken as it is unless a blend has an error smaller by a twentieth: prices are
mostly fixed, and a blend of two plans is the price of neither."""

ADDS_UP = 1e3
"""How many times an error in the sum of weights, which is to be 1, counts as much as the same error
in all payments together: the sum is then off by a millionth, in whatever unit these are."""

QUANTILES = 21
"""Of what renewals bring, that are kept: a choice."""

TOLERANCE = 1e-9
"""What is nearer than that, beside what it is compared with, is the same."""

MOST_CELLS = 2_000_000
"""Of a block of customers times what each may bring: 16 MB a copy."""

ROUNDING = 1e-12
"""What sums of chances are exact to."""


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """The value of a period: weights of what is known of a customer, the rest is the shop's mean.

    Who has only had periods for nothing has shown no price: a `last_payment` of 0.

    Parameters
    ----------
    weights : tuple of float
        Of `last_payment`, `last_period` and `mean_period`; each from 0, together at most 1.
    mean : float
        Of the shop.
    after_free : float
        Of the period that follows free ones, where it comes.
    """

    weights: tuple[float, float, float]
    mean: float
    after_free: float

    def predict(self, features: pd.DataFrame) -> Floats:
        """Revenue of the customer's next period, if there is one."""
        known = np.column_stack([column(features, name) for name in KNOWN])
        rest = self.mean * (1 - sum(self.weights))
        blended = (known * np.array(self.weights)).sum(axis=1) + rest
        return np.where(known[:, 0] > 0, blended, self.after_free)


def learn_value(periods: pd.DataFrame, features: pd.DataFrame) -> PeriodValue:
    """Least squares on past renewals, the weights held to a blend.

    Parameters
    ----------
    periods : DataFrame
        `ContractHistory.periods`.
    features : DataFrame
        Today's customers: their mean stands in while no period after a renewal is over.
    """
    now = column(features, "last_payment")
    shown = float(now[now > 0].mean()) if (now > 0).any() else 0.0
    followed = column(periods, "next_period")
    priced = column(periods, "last_payment") > 0
    free = followed[~priced & (followed > 0)]
    after_free = float(free.mean()) if len(free) else shown
    if not priced.any():
        return PeriodValue((1.0, 0.0, 0.0), shown, after_free)
    target = followed[priced]
    mean = float(target.mean())
    known = np.column_stack([column(periods, name)[priced] for name in KNOWN]) - mean
    weights, _ = nnls(known, target - mean)
    if weights.sum() > 1:
        adds_up = ADDS_UP * float(np.sqrt(np.square(known).sum()))
        held = np.vstack([known, np.full(3, adds_up)])
        weights, _ = nnls(held, np.append(target - mean, adds_up))
    blended = float(((target - mean - (known * weights).sum(axis=1)) ** 2).mean())
    as_it_is = float(((target - mean - known[:, 0]) ** 2).mean())
    if as_it_is <= AS_IT_IS * blended + TOLERANCE:
        weights = np.array([1.0, 0.0, 0.0])
    first, second, third = weights.tolist()
    return PeriodValue((first, second, third), mean, after_free)


def scatter_of(revenue: Floats, renewals: Floats, value: Floats) -> tuple[float, ...]:
    """Quantiles of what a renewal brought over what was expected of it.

    Parameters
    ----------
    revenue, renewals : ndarray
        Of customers in a time that is over.
    value : ndarray
        What a period of each was expected to bring.
    """
    paid = (renewals > 0) & (revenue > 0) & (value > 0)
    if not paid.any():
        return (1.0,) * QUANTILES
    expected = renewals[paid] * value[paid]
    shares = (np.arange(QUANTILES) + 0.5) / QUANTILES
    ratios = np.quantile(revenue[paid] / expected, shares, method="inverted_cdf")
    return tuple(float(f"{ratio:.9g}") for ratio in ratios)


def share_below(next_renewal: Floats, scatter: tuple[float, ...]) -> Floats:
    """Which part of what an interval leaves out lies below it; it is the same for all horizons.

    Whoever misses the next renewal in more than one of five cases may well pay nothing: the low is
    0, and all that 80 % leave out can lie above. Of all others the share of renewals that bring no
    more than usual lies below: with fixed prices all of it, as nothing is above every renewal made.

    Parameters
    ----------
    next_renewal : ndarray
        Each customer's chance of it.
    scatter : tuple of float
        From `scatter_of`.
    """
    usual = np.array(scatter) <= np.median(scatter) * (1 + TOLERANCE)
    return np.where(next_renewal >= USUAL_INTERVAL, float(usual.mean()), 0.0)


def intervals(
    ahead: PaymentsAhead,
    scatter: tuple[float, ...],
    *,
    level: float,
    below: Floats,
    holds: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Low and high of each customer's revenue, in units of the value of a period.

    Two quantiles of so many renewals times what each scatters by: of all that may come no more than
    (1 - level) x below lies under the low, and no more than (1 - level) x (1 - below) over the
    high. As these shares are no other for longer horizons, in which no fewer payments come, both
    ends rise with the horizon; as they shrink with the level, an interval of a higher level holds
    that of a lower one.

    Parameters
    ----------
    ahead : PaymentsAhead
        How many payments come.
    scatter : tuple of float
        From `scatter_of`.
    level : float
        How often the truth should lie within, at least: what is rare comes in lumps.
    below : ndarray
        From `share_below`.
    holds : ndarray, optional
        The payments predicted of each customer, which the interval is stretched to hold, unless
        the customer most likely pays nothing: then it is [0, 0].
    """
    (whose, below), place = distinct([ahead.place.astype(float), below])
    shares = ahead.shares()[whose.astype(int)]
    under, over = (1 - level) * below, (1 - level) * (1 - below)
    low, high = _between(shares, scatter, under=under, over=over)
    nothing = shares[:, 0] >= max(level, 0.5)
    # Sums of prices are exact to the cent only.
    low, high = (
        np.where(nothing, 0.0, ends * near)[place]
        for ends, near in ((low, 1 - TOLERANCE), (high, 1 + TOLERANCE))
    )
    if holds is None:
        return low, high
    something = high > 0
    return (
        np.where(something, np.minimum(low, holds), low),
        np.where(something, np.maximum(high, holds), high),
    )


def _between(
    shares: Floats, scatter: tuple[float, ...], *, under: Floats, over: Floats
) -> tuple[Floats, Floats]:
    """Of each row, the revenue up to which more than `under` lies, and from which more than `over`.

    In blocks of rows, to bound memory.
    """
    counts = np.repeat(np.arange(shares.shape[1]), len(scatter))
    revenue = counts * np.tile(scatter, shares.shape[1])
    order = np.argsort(revenue, kind="stable")
    revenue, counts = revenue[order], counts[order]
    low, high = np.empty(len(shares)), np.empty(len(shares))
    rows = max(1, MOST_CELLS // len(revenue))
    for start in range(0, len(shares), rows):
        block = slice(start, start + rows)
        mass = shares[block, counts]
        for ends, share, ordered, known in (
            (low, under, mass, revenue),
            (high, over, mass[:, ::-1], revenue[::-1]),
        ):
            reached = np.cumsum(ordered, axis=1)
            passed = reached <= (share[block, None] + ROUNDING) * reached[:, -1:]
            ends[block] = known[passed.sum(axis=1)]
    return low, high
