"""P(an order in the horizon): what was learned weighed against the closed form of MBG/NBD."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from ltvkit.units import Floats

MBG_NBD = "mbg_nbd"
SOURCES = ("trees", "loglinear", MBG_NBD)
BOUNDED = ("trees", MBG_NBD)
"""Who says how likely an order is, and who of them does not go on beyond what past days showed."""

SURELY_GONE = 0.01
"""Below about this chance no source tells customers apart as well as it claims: of frequent ones
that it gives up, several times as many come back (docs/methods/churn.md)."""

EXTREME = 1e-4


@dataclass(frozen=True, slots=True)
class ActivityStack:
    """A logistic regression on logits: logit p = intercept + sum of weight x logit by source."""

    intercept: float
    weights: Mapping[str, float]

    def predict(self, chances: Mapping[str, Floats]) -> Floats:
        """P(order) over the label's length, from what each source says."""
        # In an order of its own, so that a model read from a file adds up to the same digit.
        said = sum(self.weights[name] * _logit(chances[name]) for name in sorted(self.weights))
        return np.asarray(expit(self.intercept + said))

    def shrunk(self, share: float) -> "ActivityStack":
        """A `share` of this, the rest MBG/NBD: the weighted mean of the two logits."""
        weights = {name: share * weight for name, weight in self.weights.items()}
        weights[MBG_NBD] += 1 - share
        return ActivityStack(share * self.intercept, weights)


BTYD_ALONE = ActivityStack(intercept=0.0, weights={MBG_NBD: 1.0})
"""MBG/NBD as it is, for logs from which nothing can be learned."""


def fit_activity(came: np.ndarray, chances: Mapping[str, Floats]) -> ActivityStack:
    """Fit on past rows: the mean of a regression on all sources and one on those that are bounded.

    Customers are older now than on past days, and slopes on their age know no end: which of two
    will come they tell better than how many will.

    Parameters
    ----------
    came : ndarray of bool
        Whether the customer ordered within the label.
    chances : mapping of str to ndarray
        P(order) by each of `SOURCES`, of those that learned out of fold.
    """
    if came.all() or not came.any():
        return BTYD_ALONE
    intercept, weights = 0.0, dict.fromkeys(SOURCES, 0.0)
    for names in (SOURCES, BOUNDED):
        logits = np.column_stack([_logit(chances[name]) for name in names])
        model = LogisticRegression(C=10.0).fit(logits, came)
        intercept += float(model.intercept_[0]) / 2
        for name, weight in zip(names, model.coef_[0].tolist(), strict=True):
            weights[name] += weight / 2
    return ActivityStack(intercept, weights)


def _logit(probability: Floats) -> Floats:
    """The logit of a chance that is hardly moved but where it is next to nothing.

        p + e exp(-p / e),  e = `SURELY_GONE`

    rises with p, from e on.
    """
    raised = probability + SURELY_GONE * np.exp(-probability / SURELY_GONE)
    return np.asarray(logit(np.minimum(raised, 1 - EXTREME)))
