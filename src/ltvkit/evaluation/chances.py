"""Metrics of stated chances: whether those who would come back were told apart, and how many."""

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from ltvkit.deciles import cumulative, cumulative_when_sorted, equal_count_edges
from ltvkit.evaluation._arrays import (
    aligned,
    mean,
    ratio,
    require_outcomes,
    require_probabilities,
)

CALIBRATION_BINS = 10


def auc(active: npt.ArrayLike, prob_active: npt.ArrayLike) -> float:
    """Chance that someone who came back had been given a higher probability than one who did not.

    The area under the ROC curve, a tie counting one half (the Mann-Whitney statistic). `nan` when
    all came back, or none.

    Parameters
    ----------
    active : array-like of bool or 0/1, shape (customers,)
        Whether an order came within the horizon.
    prob_active : array-like, shape (customers,)
        The probability (or any score of the same order) that it would.

    Examples
    --------
    >>> auc([True, False, True, False], [0.9, 0.2, 0.4, 0.4])
    0.875
    """
    outcome, score = aligned(active, prob_active)
    require_outcomes(outcome)
    came = float(outcome.sum())
    stayed_away = outcome.size - came
    rank_sum = float(rankdata(score) @ outcome) if outcome.size else 0.0
    return ratio(rank_sum - came * (came + 1) / 2, came * stayed_away)


def brier(active: npt.ArrayLike, prob_active: npt.ArrayLike) -> float:
    """Mean squared error of the probabilities: 0 perfect, .25 for saying one half throughout.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability.

    Examples
    --------
    >>> brier([True, False], [0.5, 0.5])
    0.25
    """
    outcome, probability = aligned(active, prob_active)
    require_outcomes(outcome)
    require_probabilities(probability)
    return mean((probability - outcome) ** 2)


def calibration_error(active: npt.ArrayLike, prob_active: npt.ArrayLike) -> float:
    """How far stated probabilities are from what happened, on average: the ECE.

    Customers are ordered by probability and cut into ten groups of equal count (sizes differ
    by at most one; a tie across a border is shared). The error is the mean over customers of
    `|mean probability - observed rate|` of their group. Even a perfect forecast scores above 0 on
    finitely many customers: print `calibration_floor` beside it.

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
    binning, AAAI.

    Examples
    --------
    One in four came back of those who were given one half, all of those who were given .9:

    >>> calibration_error([1, 0, 0, 0, 1, 1, 1, 1], [0.5] * 4 + [0.9] * 4)
    0.175
    """
    outcome, probability = aligned(active, prob_active)
    require_outcomes(outcome)
    require_probabilities(probability)
    edges = equal_count_edges(outcome.size, CALIBRATION_BINS)
    gaps = np.diff(cumulative(outcome - probability, by=probability, at=edges))
    return ratio(float(np.abs(gaps).sum()), float(outcome.size))


def calibration_floor(prob_active: npt.ArrayLike, *, seed: int, draws: int = 100) -> float:
    """The `calibration_error` that a perfect forecast with these probabilities would score.

    The mean over `draws` simulated futures in which each customer comes back with exactly the
    stated probability. An error near this floor is chance, not miscalibration.

    Examples
    --------
    About sqrt(2/pi) * sqrt(p (1-p) / customers in a bin), here .8 * .4 / sqrt(100) = .032:

    >>> round(calibration_floor(np.linspace(0.19, 0.21, 1000), seed=1), 3)
    0.033
    """
    (unordered,) = aligned(prob_active)
    require_probabilities(unordered)
    if unordered.size == 0:
        return float("nan")
    probability = np.sort(unordered)[::-1]
    edges = equal_count_edges(probability.size, CALIBRATION_BINS)
    generator = np.random.default_rng(seed)
    errors = np.empty(draws)
    for draw in range(draws):
        surprise = (generator.random(probability.size) < probability) - probability
        gaps = np.diff(cumulative_when_sorted(surprise, by=probability, at=edges))
        errors[draw] = np.abs(gaps).sum() / probability.size
    return float(errors.mean())
