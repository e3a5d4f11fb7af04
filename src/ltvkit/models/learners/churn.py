"""P(an order in the horizon): what was learned weighed against the closed forms of BTYD."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from ltvkit.units import Floats

MBG_NBD, PARETO_NBD = "mbg_nbd", "pareto_nbd"
STACKED = ("trees", "loglinear", MBG_NBD)
BOUNDED = ("trees", MBG_NBD)
"""Sources that say how likely an order is, and those of them that go no further than what past days
showed."""

SMALL = (PARETO_NBD,)
"""What says it where there is little to learn from: Pareto/NBD ranks customers better than MBG/NBD,
above all where few come back. How likely they are it does not say well: past days do."""

SOURCES = (*STACKED, *SMALL)

SURELY_GONE = 0.01
"""Below about this chance no source tells customers apart as well as it claims: of frequent ones
that it gives up, several times as many come back (docs/methods/churn.md)."""

EXTREME = 1e-4
"""No chance counts as nearer to 1 than this, as it needs a logit: a choice."""

RIDGE = 0.1
"""Of half the squared weights, beside the sum of losses: next to nothing, and a bound where a
source tells all customers apart."""


@dataclass(frozen=True, slots=True)
class ActivityStack:
    """A logistic regression on logits: logit p = intercept + sum of weight x logit by source.

    No weight is negative.
    """

    intercept: float
    weights: Mapping[str, float]

    def predict(self, chances: Mapping[str, Floats]) -> Floats:
        """P(order) over the label's length, from what each source says."""
        # In an order of its own, so that a model read from a file adds up to the same digit.
        said = sum(self.weights[name] * _logit(chances[name]) for name in sorted(self.weights))
        return np.asarray(expit(self.intercept + said))


BTYD_ALONE = ActivityStack(intercept=0.0, weights={MBG_NBD: 1.0})
"""MBG/NBD as it is, for logs from which nothing can be learned."""


def fit_activity(
    came: np.ndarray, chances: Mapping[str, Floats], *, learned_share: float
) -> ActivityStack:
    """Fit on past rows, out of fold: weighted means of the logits of three regressions.

    `learned_share` of it is two regressions, half each: on all that is stacked, and on what is
    bounded. Customers are older now than on past days, and slopes on their age have no bound: they
    tell better which of two customers will come than how many will. The rest is one on `SMALL`.

    Parameters
    ----------
    came : ndarray of bool
        Whether the customer ordered within the label.
    chances : mapping of str to ndarray
        P(order) by each of `SOURCES`, of those that learned out of fold.
    learned_share : float
        What is not left to BTYD, from 0 to 1.
    """
    if came.all() or not came.any():
        return BTYD_ALONE
    intercept, weights = 0.0, dict.fromkeys(SOURCES, 0.0)
    half = learned_share / 2
    for names, share in ((STACKED, half), (BOUNDED, half), (SMALL, 1 - learned_share)):
        logits = np.column_stack([_logit(chances[name]) for name in names])
        constant, *found = _regression(logits, came)
        intercept += share * constant
        for name, weight in zip(names, found, strict=True):
            weights[name] += share * weight
    return ActivityStack(intercept, weights)


def _regression(logits: Floats, came: np.ndarray) -> list[float]:
    """Intercept and weights of a logistic regression, no weight below 0.

    A negative weight would rank last the customers whom a source finds likeliest, and a short past
    asks for one by chance. Scikit-learn's regression knows no such bound.
    """
    design = np.column_stack([np.ones(len(came)), logits])
    sources = logits.shape[1]
    ridge = np.r_[0.0, np.full(sources, RIDGE)]
    ordered = came.astype(float)

    def objective(beta: Floats) -> tuple[float, Floats]:
        score = design @ beta
        loss = np.logaddexp(0.0, score).sum() - ordered @ score + ridge @ beta**2 / 2
        return float(loss), design.T @ (expit(score) - ordered) + ridge * beta

    start = np.r_[0.0, np.full(sources, 1 / sources)]
    bounds = [(None, None)] + [(0.0, None)] * sources
    beta: list[float] = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=bounds
    ).x.tolist()
    return beta


def _logit(probability: Floats) -> Floats:
    """The logit of a chance that is hardly moved but where it is next to nothing.

        p + e exp(-p / e),  e = `SURELY_GONE`

    rises with p, from e on.
    """
    raised = probability + SURELY_GONE * np.exp(-probability / SURELY_GONE)
    return np.asarray(logit(np.minimum(raised, 1 - EXTREME)))
