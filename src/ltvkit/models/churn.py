"""P(an order in the horizon): the learner weighed against the closed form of MBG/NBD."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from ltvkit.units import Floats

EXTREME = 1e-4


@dataclass(frozen=True, slots=True)
class ActivityStack:
    """A logistic regression on two logits: logit p = intercept + learner + btyd terms."""

    intercept: float
    learner: float
    btyd: float

    def predict(self, learner: Floats, btyd: Floats) -> Floats:
        """P(order) over the label's length."""
        score = self.intercept + self.learner * _logit(learner) + self.btyd * _logit(btyd)
        return np.asarray(expit(score))

    def shrunk(self, share: float) -> "ActivityStack":
        """A `share` of this, the rest MBG/NBD: the weighted mean of the two logits."""
        return ActivityStack(
            intercept=share * self.intercept,
            learner=share * self.learner,
            btyd=share * self.btyd + (1 - share),
        )


BTYD_ALONE = ActivityStack(intercept=0.0, learner=0.0, btyd=1.0)
"""MBG/NBD as it is, for logs from which nothing can be learned."""


def fit_activity(came: np.ndarray, learner: Floats, btyd: Floats) -> ActivityStack:
    """Fit on past rows, the learner's probability out of fold.

    Parameters
    ----------
    came : ndarray of bool
        Whether the customer ordered within the label.
    learner, btyd : ndarray
        P(order) of the boosted trees and of MBG/NBD.
    """
    if came.all() or not came.any():
        return BTYD_ALONE
    model = LogisticRegression(C=10.0).fit(np.column_stack([_logit(learner), _logit(btyd)]), came)
    (by_learner, by_btyd) = model.coef_[0].tolist()
    return ActivityStack(float(model.intercept_[0]), by_learner, by_btyd)


def _logit(probability: Floats) -> Floats:
    return np.asarray(logit(np.clip(probability, EXTREME, 1 - EXTREME)))
