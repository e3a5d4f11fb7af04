"""What a renewal is worth, and intervals of so many renewals of so much.

The next period's payments are a blend of the customer's last payment, last period, mean period and
the shop's mean; after nothing but free periods they are what usually follows those. The number of
renewals is discrete, so an interval leaves out equal tails as far as it holds its level.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from ltvkit.models._rows import column
from ltvkit.models.contracts.renewals import PaymentsAhead
from ltvkit.units import Floats

KNOWN = ("last_payment", "last_period", "mean_period")

AS_IT_IS = 1.05
"""The last payment is taken as it is unless a blend has an error smaller by a twentieth: prices are
mostly fixed, and a blend of two plans is the price of neither."""

ADDS_UP = 1e6
QUANTILES = 21
CENT = 1e-9


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
        held = np.vstack([known, np.full(3, ADDS_UP)])
        weights, _ = nnls(held, np.append(target - mean, ADDS_UP))
    blended = float(((target - mean - (known * weights).sum(axis=1)) ** 2).mean())
    as_it_is = float(((target - mean - known[:, 0]) ** 2).mean())
    if as_it_is <= AS_IT_IS * blended + CENT:
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


def equal_tailed_intervals(
    ahead: PaymentsAhead,
    scatter: tuple[float, ...],
    *,
    level: float,
    if_any: bool = False,
    holds: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Low and high of each customer's revenue, in units of the value of a period.

    Of the equal-tailed intervals of so many renewals times what each scatters by, the narrowest
    that holds `level`. They lie in each other, so that an interval of a higher level holds that
    of a lower one; the shortest interval of each level need not.

    Parameters
    ----------
    ahead : PaymentsAhead
        How many payments come.
    scatter : tuple of float
        From `scatter_of`.
    level : float
        How often the truth should lie within.
    if_any : bool
        Of those who pay at least once.
    holds : ndarray, optional
        The payments predicted of each customer, which the interval is stretched to hold, unless
        the customer most likely pays nothing: then it is [0, 0].
    """
    shares = ahead.shares()
    kept = len(scatter)
    counts = np.arange(1, shares.shape[1])
    atoms, where = np.unique(np.append(0.0, np.outer(counts, scatter).ravel()), return_inverse=True)
    low, high = np.zeros(len(shares)), np.zeros(len(shares))
    for row, share in enumerate(shares):
        if if_any:
            share = np.append(0.0, share[1:] / max(float(share[1:].sum()), 1e-300))
            if not share.any():
                continue
        elif share[0] >= max(level, 0.5):
            continue
        mass = np.bincount(where, np.append(share[0], np.repeat(share[1:] / kept, kept))).astype(
            float
        )
        low[row], high[row] = _equal_tailed(atoms, mass, level)
    # Sums of prices are exact to the cent only.
    low, high = (low * (1 - CENT))[ahead.place], (high * (1 + CENT))[ahead.place]
    if holds is None:
        return low, high
    something = high > 0
    return (
        np.where(something, np.minimum(low, holds), low),
        np.where(something, np.maximum(high, holds), high),
    )


def _equal_tailed(atoms: Floats, mass: Floats, level: float) -> tuple[float, float]:
    """From the first atom at or below which lies more than a tail to the last such from above.

    The tails are those with which an atom drops out; with larger ones less is held.
    """
    below, above = np.cumsum(mass), np.cumsum(mass[::-1])
    tails = np.unique(np.concatenate([[0.0], below, above]))
    tails = tails[tails < below[-1] / 2]
    first = np.searchsorted(below, tails, side="right")
    last = len(atoms) - 1 - np.searchsorted(above, tails, side="right")
    held = below[last] - np.append(0.0, below)[first]
    best = np.flatnonzero(held >= level * below[-1] - 1e-12)[-1]
    return float(atoms[first[best]]), float(atoms[last[best]])
