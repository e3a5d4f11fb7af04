"""Resampling customers: draws whose quantiles are studentised-bootstrap limits.

Margins are skewed, and plain percentile limits miss a true mean from below too often (about 72 %
instead of 80 % with 50 customers of lognormal spend). The studentised bootstrap corrects that to
second order. Its limits are written here as draws, theta - t_b se, so that ratios and
probabilities can be read from the same draws jointly.

Source: B. Efron & R. Tibshirani, An Introduction to the Bootstrap (1993), section 12.5.
"""

from typing import NamedTuple

import numpy as np

from ltvkit.economics.ratios import divide
from ltvkit.units import Floats

FEWEST_RESAMPLED = 10
"""Below this many customers a resample too often holds one of them only; t draws stand in."""

_LEAST_SPREAD = 0.1
"""A resample's own standard error is not taken below this part of the sample's."""


class Draws(NamedTuple):
    """Estimates, shape (statistics,), and draws of them, shape (draws, statistics)."""

    estimate: Floats
    draws: Floats


def resampled(
    numerators: Floats,
    denominators: Floats,
    factors: Floats,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Draws:
    """Sums of ratios of totals, sum_s F[s, t] num_s / den_s, with draws from their uncertainty.

    Parameters
    ----------
    numerators, denominators : ndarray, shape (units, ratios)
        Per unit resampled (a customer or a bundle of them); ratio s is the ratio of column sums.
    factors : ndarray, shape (ratios, statistics)
        F. A statistic that needs a ratio without denominator is NaN.

    Examples
    --------
    >>> spent = np.array([[10.0], [12.0], [8.0], [30.0]])
    >>> mean = resampled(spent, np.ones((4, 1)), np.ones((1, 1)), draws=2_000,
    ...                  rng=np.random.default_rng(0))
    >>> low, high = limits(mean.draws, 0.8)
    >>> mean.estimate, bool(low[0] < 15 < high[0])
    (array([15.]), True)
    """
    units = len(numerators)
    once = np.ones((1, units))
    estimate, spread = _with_error(numerators, denominators, factors, once, None)
    if units < 2:
        return Draws(estimate[0], np.full((draws, factors.shape[1]), np.nan))
    if units < FEWEST_RESAMPLED:
        noise = rng.standard_t(units - 1, size=(draws, 1))
        return Draws(estimate[0], estimate + noise * spread)
    weights = resampling_weights(units, draws, rng)
    ratios = divide(once @ numerators, once @ denominators)
    again, own_spread = _with_error(numerators, denominators, factors, weights, ratios)
    own_spread = np.maximum(own_spread, _LEAST_SPREAD * spread)
    t = np.zeros_like(again)
    np.divide(again - estimate, own_spread, out=t, where=own_spread > 0)
    return Draws(estimate[0], estimate - t * spread)


def limits(draws: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The central interval of draws along their first axis; NaN where any draw is."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def limits_of_figure(draws: Floats, confidence: float) -> tuple[float, float]:
    """`limits` of a single figure, whose draws have the shape (draws,)."""
    low, high = limits(draws, confidence)
    return float(low), float(high)


def resampling_weights(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """How often each unit is drawn in each of `draws` resamples, shape (draws, units)."""
    drawn = rng.integers(0, units, size=(draws, units))
    drawn += np.arange(draws)[:, None] * units
    counts = np.bincount(drawn.ravel(), minlength=draws * units)
    return counts.reshape(draws, units).astype(np.float64)


def _with_error(
    numerators: Floats,
    denominators: Floats,
    factors: Floats,
    weights: Floats,
    otherwise: Floats | None,
) -> tuple[Floats, Floats]:
    """The statistics of each resample and their standard errors, by the delta method."""
    base = weights @ denominators
    ratios = divide(weights @ numerators, base)
    if otherwise is not None:
        # A resample without anybody at an age says nothing about it: the estimate stands.
        ratios = np.where(base > 0, ratios, otherwise)
    known = np.nan_to_num(ratios)
    per_base = np.zeros_like(base)
    np.divide(1.0, base, out=per_base, where=base > 0)
    units = len(numerators)
    value = np.empty((len(weights), factors.shape[1]))
    spread = np.empty_like(value)
    influence, room = np.zeros((2, len(weights), units))
    before = np.zeros(len(factors))
    for t, factor in enumerate(factors.T):
        value[:, t] = ratios[:, factor != 0] @ factor[factor != 0]
        # Each statistic's influences from those of the one before: M(n) adds one month to M(n - 1).
        s = np.flatnonzero(factor != before)
        scale = (factor - before)[s] * per_base[:, s]
        if len(s) == 1:
            influence += np.multiply(scale, numerators[:, s[0]], out=room)
            influence -= np.multiply(scale * known[:, s], denominators[:, s[0]], out=room)
        else:
            influence += scale @ numerators[:, s].T
            influence -= (scale * known[:, s]) @ denominators[:, s].T
        before = factor
        spread[:, t] = np.einsum("bk,bk->b", np.square(influence, out=room), weights)
    np.sqrt(spread * units / max(units - 1, 1), out=spread)
    return value, spread
