"""Folds of customers: every learner is judged on the same customers that it did not see."""

import numpy as np

FOLDS = 4


def fold_of(customer: np.ndarray, *, seed: int) -> np.ndarray:
    """The fold of each row, from 0 to `FOLDS` - 1; all rows of a customer are in one.

    Parameters
    ----------
    customer : ndarray of int
        Number of the customer of each row, from 0.
    seed : int
        Of the draw: which fold a customer is in does not follow from the number.
    """
    folds = np.random.default_rng(seed).integers(0, FOLDS, size=int(customer.max()) + 1)
    return np.asarray(folds[customer])
