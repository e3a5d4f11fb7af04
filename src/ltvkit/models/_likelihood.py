"""Maximum likelihood on log-parameters: several starts, analytic gradients, honest diagnostics.

Every positive parameter is written as `exp(theta)`, so no bound is needed and none can be broken.
A fit ends in one of three ways: an optimum; an optimum of the likelihood with a weak prior, where
the data leave a direction open, and the diagnostics say so; or a `ConvergenceError`. A start value
is never returned as a fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from ltvkit.errors import ConvergenceError
from ltvkit.models._rows import FloatArray

Objective = Callable[[FloatArray], tuple[float, FloatArray]]
"""theta -> (log-likelihood summed over customers, its gradient)."""

# Half-width of the box around the centre in which an optimum is looked for: a factor of e^12.
_BOX = 12.0
# Standard deviation of the weak prior on a log-parameter: a factor of e^3 = 20 either way. A
# direction that the data determine worse than this prior does counts as open.
_PRIOR_SD = 3.0
# A rise of the log-likelihood, summed over customers, that nobody could tell from none.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What there is to know about a fit beside its parameters.

    Parameters
    ----------
    customers : float
        Sum of weights.
    distinct_rows : int
        Rows that the likelihood was computed on.
    evaluations : int
        Evaluations of the likelihood, all starts together.
    regularised : bool
        Whether a weak prior on the log-parameters was needed because the data leave a direction
        open; predictions are usable, the single parameters are not to be interpreted.
    notes : tuple of str
        Sentences for a reader, e.g. that no dropout is visible.
    """

    customers: float
    distinct_rows: int
    evaluations: int
    regularised: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where the log-likelihood is largest, and how sharply."""

    theta: FloatArray
    log_likelihood: float
    covariance: FloatArray
    evaluations: int
    regularised: bool


def maximise(
    objective: Objective, *, starts: Sequence[FloatArray], centre: FloatArray, model: str
) -> Optimum:
    """Find the maximum of a log-likelihood.

    Parameters
    ----------
    objective : callable
        `theta -> (log-likelihood, gradient)`, summed over customers.
    starts : sequence of array
        Where to start from; the best end wins.
    centre : array
        Middle of the box that is searched, and mean of the weak prior if one is needed.
    model : str
        What the model is called in messages.

    Returns
    -------
    Optimum
        `covariance` is of theta: the inverse of the negative Hessian.

    Raises
    ------
    ConvergenceError
        When no start leads to a point where the gradient vanishes.
    """
    found = _climb(objective, starts, centre)
    if found is not None and not _is_open(found, centre):
        return found
    spent = 0 if found is None else found.evaluations

    def with_prior(theta: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = objective(theta)
        distance = (theta - centre) / _PRIOR_SD
        return value - 0.5 * float(distance @ distance), gradient - distance / _PRIOR_SD

    held = _climb(with_prior, starts, centre)
    if held is None:
        raise ConvergenceError(
            f"{model}: got no optimum from {len(starts)} starts, with and without a weak prior, "
            "expected one; check the summary for extreme counts or ages, or use another model"
        )
    value, _ = objective(held.theta)
    return Optimum(held.theta, value, held.covariance, held.evaluations + spent, True)


def _climb(
    objective: Objective, starts: Sequence[FloatArray], centre: FloatArray
) -> Optimum | None:
    evaluations = 0

    def descent(theta: FloatArray) -> tuple[float, FloatArray]:
        nonlocal evaluations
        evaluations += 1
        value, gradient = objective(theta)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return np.inf, np.zeros_like(theta)
        return -value, -gradient

    bounds = [(middle - _BOX, middle + _BOX) for middle in centre]
    best: FloatArray | None = None
    lowest = np.inf
    for start in starts:
        with np.errstate(all="ignore"):
            end = minimize(
                descent,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
            )
        if np.isfinite(end.fun) and end.fun < lowest:
            best, lowest = np.asarray(end.x, dtype=float), float(end.fun)
    if best is None:
        return None
    return _polish(descent, best, lowest, lambda: evaluations)


def _polish(
    descent: Objective, theta: FloatArray, value: float, evaluations: Callable[[], int]
) -> Optimum | None:
    """Newton steps to the very bottom, so that the same data in another order give the same fit."""
    for _ in range(20):
        curvature = hessian(descent, theta)
        _, gradient = descent(theta)
        if not np.isfinite(curvature).all():
            return None
        size, direction = np.linalg.eigh(curvature)
        if size[0] <= 0:
            # A flat or rising direction: an edge of the box. Only a prior can decide there.
            return Optimum(theta, -value, np.full_like(curvature, np.inf), evaluations(), False)
        along = direction.T @ gradient
        # Half the squared Newton decrement is the rise that is still to be had.
        gain = 0.5 * float((along**2 / size).sum())
        if gain < _TOLERANCE**2:
            break
        step = -direction @ (along / size)
        shrink = 1.0
        while shrink > 1e-6:
            there, _ = descent(theta + shrink * step)
            if there < value:
                break
            shrink /= 4
        else:
            if gain > _TOLERANCE:
                return None
            break
        theta, value = theta + shrink * step, there
    else:
        return None
    inverse = np.asarray(np.linalg.inv(curvature), dtype=float)
    return Optimum(theta, -value, inverse, evaluations(), False)


def _is_open(found: Optimum, centre: FloatArray) -> bool:
    if not np.isfinite(found.covariance).all() or (np.abs(found.theta - centre) > _BOX - 1).any():
        return True
    return float(np.linalg.eigvalsh(found.covariance)[-1]) > _PRIOR_SD**2


def hessian(objective: Objective, theta: FloatArray, *, step: float = 1e-4) -> FloatArray:
    """Second derivatives, by central differences of the analytic gradient."""
    rows = []
    for one in np.eye(len(theta)) * step:
        _, above = objective(theta + one)
        _, below = objective(theta - one)
        rows.append((above - below) / (2 * step))
    matrix = np.asarray(rows)
    return np.asarray((matrix + matrix.T) / 2, dtype=float)


def parameter_covariance(optimum: Optimum, slope: FloatArray) -> FloatArray:
    """Covariance of the parameters by the delta method, `slope_i slope_j cov(theta)_ij`.

    For a parameter `exp(theta)`, the slope is the parameter itself.
    """
    return np.asarray(np.outer(slope, slope) * optimum.covariance, dtype=float)
