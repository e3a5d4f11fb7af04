"""Maximum likelihood on log-parameters: several starts, analytic gradients, honest diagnostics.

Every positive parameter is written as `exp(theta)`, so no bound is needed and none can be broken.
A fit ends in one of three ways: an optimum; an optimum of the likelihood with a weak prior, where
the data leave a direction open, and the diagnostics say so; or a `ConvergenceError`. A start value
is never returned as a fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ltvkit.errors import ConvergenceError
from ltvkit.models._rows import Histories, coarsen
from ltvkit.units import Floats

Objective = Callable[[Floats], tuple[float, Floats]]
"""theta -> (log-likelihood summed over customers, its gradient)."""

# Half-width of the box around the centre in which an optimum is looked for: a factor of e^12.
_BOX = 12.0
# Standard deviation of the weak prior on a log-parameter: a factor of e^3 = 20 either way. A
# direction that the data determine worse than this prior does counts as open.
_PRIOR_SD = 3.0
# A rise of the log-likelihood, summed over customers, that nobody could tell from none.
_TOLERANCE = 1e-6
# Step of central differences on a log-parameter: the error of the method, of order step^2, and that
# of rounding, of order 1e-16 / step, are both far below what a covariance is read to.
_STEP = 1e-4
# Distinct rows from which a first look on a coarse grid pays.
_MANY_ROWS = 5_000


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

    theta: Floats
    log_likelihood: float
    covariance: Floats
    evaluations: int
    regularised: bool


def maximise(
    objective: Objective,
    *,
    starts: Sequence[Floats],
    centre: Floats,
    model: str,
    near: bool = False,
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
    near : bool
        Whether the starts are near the top already, so that Newton steps may begin at once.

    Returns
    -------
    Optimum
        `covariance` is of theta: the inverse of the negative Hessian.

    Raises
    ------
    ConvergenceError
        When no start leads to a point where the gradient vanishes.
    """
    found = _climb(objective, starts, centre, near=near)
    if found is not None and not _is_open(found, centre):
        return found
    spent = 0 if found is None else found.evaluations

    def with_prior(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(theta)
        distance = (theta - centre) / _PRIOR_SD
        return value - 0.5 * float(distance @ distance), gradient - distance / _PRIOR_SD

    held = _climb(with_prior, starts, centre, near=False)
    if held is None:
        raise ConvergenceError(
            f"{model}: got no optimum from {len(starts)} starts, with and without a weak prior, "
            "expected one; check the summary for extreme counts or ages, or use another model"
        )
    value, _ = objective(held.theta)
    return Optimum(held.theta, value, held.covariance, held.evaluations + spent, True)


def _climb(
    objective: Objective, starts: Sequence[Floats], centre: Floats, *, near: bool
) -> Optimum | None:
    evaluations = 0

    def descent(theta: Floats) -> tuple[float, Floats]:
        nonlocal evaluations
        evaluations += 1
        with np.errstate(all="ignore"):
            value, gradient = objective(theta)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return np.inf, np.zeros_like(theta)
        return -value, -gradient

    if near:
        ends = [(start, descent(start)[0]) for start in starts]
    else:
        ends = [_bfgs(descent, start, centre) for start in starts]
    theta, value = min(ends, key=lambda end: end[1])
    if not np.isfinite(value):
        return None
    return _polish(descent, theta, value, lambda: evaluations)


def _bfgs(descent: Objective, theta: Floats, centre: Floats) -> tuple[Floats, float]:
    """Quasi-Newton steps downhill, to near the bottom or to the edge of the box.

    A step is bounded here, and is not in SciPy's BFGS: where customers have thousands of orders its
    steps lead to where no likelihood is finite, and it finds no top from any start. L-BFGS-B calls
    threaded LAPACK on matrices of a dozen rows: on a busy machine that costs a hundred times what
    the steps themselves do.
    Nocedal and Wright (2006), Numerical Optimization, algorithm 6.1, with backtracking.
    """
    value, gradient = descent(theta)
    size = len(theta)
    inverse = np.eye(size) / max(float(np.abs(gradient).max()), 1e-12)
    for _ in range(300):
        step = -inverse @ gradient
        if float(gradient @ step) >= 0:
            inverse = np.eye(size) / max(float(np.abs(gradient).max()), 1e-12)
            step = -inverse @ gradient
        # No parameter by more than a factor of e^2 at once.
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        slope = float(gradient @ step)
        if -slope < 1e-3:
            # The rise still to be had is below a thousandth, summed over all customers.
            break
        shrink = 1.0
        while shrink > 1e-10:
            there, gradient_there = descent(theta + shrink * step)
            if there <= value + 1e-4 * shrink * slope:
                break
            shrink /= 3
        else:
            break
        moved, turned = shrink * step, gradient_there - gradient
        theta, value, gradient = theta + moved, there, gradient_there
        if (np.abs(theta - centre) > _BOX).any():
            break
        along = float(moved @ turned)
        if along > 1e-12:
            left = np.eye(size) - np.outer(moved, turned) / along
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / along
    return theta, value


def _polish(
    descent: Objective, theta: Floats, value: float, evaluations: Callable[[], int]
) -> Optimum | None:
    """Newton steps to the very bottom, so that the same data in another order give the same fit."""
    for _ in range(30):
        curvature = hessian(descent, theta)
        _, gradient = descent(theta)
        if not np.isfinite(curvature).all():
            return None
        size, direction = np.linalg.eigh(curvature)
        # Where the surface is no bowl, the absolute curvature still leads downhill.
        steepness = np.maximum(np.abs(size), 1e-9)
        along = direction.T @ gradient
        step = -direction @ (along / steepness)
        # Half the squared Newton decrement is the rise that is still to be had.
        if 0.5 * float((along**2 / steepness).sum()) < _TOLERANCE:
            if size[0] <= 0:
                # A plain: only a prior can decide there.
                covariance = np.full_like(curvature, np.inf)
                return Optimum(theta, -value, covariance, evaluations(), False)
            # So near, a Newton step is more exact than the likelihood can tell.
            theta = theta + step
            value, _ = descent(theta)
            covariance = np.asarray(np.linalg.inv(curvature), dtype=float)
            return Optimum(theta, -value, covariance, evaluations(), False)
        shrink = min(1.0, 2.0 / float(np.abs(step).max()))
        while shrink > 1e-8:
            there, _ = descent(theta + shrink * step)
            if there < value:
                break
            shrink /= 4
        else:
            return None
        theta, value = theta + shrink * step, there
    return None


def maximise_in_two_looks(
    objective: Callable[[Histories], Objective],
    rows: Histories,
    *,
    starts: Sequence[Floats],
    centre: Floats,
    model: str,
) -> Optimum:
    """The same, where a row costs much: many rows are first looked at on a coarse grid of time.

    The optimum is that of the rows as they are; the coarse one is only where to start from.
    """
    if len(rows.x) < _MANY_ROWS:
        return maximise(objective(rows), starts=starts, centre=centre, model=model)
    coarse = maximise(objective(coarsen(rows)), starts=starts, centre=centre, model=model)
    return maximise(objective(rows), starts=[coarse.theta], centre=centre, model=model, near=True)


def _is_open(found: Optimum, centre: Floats) -> bool:
    if not np.isfinite(found.covariance).all() or (np.abs(found.theta - centre) > _BOX - 1).any():
        return True
    return float(np.linalg.eigvalsh(found.covariance)[-1]) > _PRIOR_SD**2


def hessian(objective: Objective, theta: Floats) -> Floats:
    """Second derivatives, by central differences of the analytic gradient."""
    rows = []
    for one in np.eye(len(theta)) * _STEP:
        _, above = objective(theta + one)
        _, below = objective(theta - one)
        rows.append((above - below) / (2 * _STEP))
    matrix = np.asarray(rows)
    return np.asarray((matrix + matrix.T) / 2, dtype=float)


def parameter_covariance(optimum: Optimum) -> Floats:
    """Covariance of the parameters by the delta method, `slope_i slope_j cov(theta)_ij`.

    The slope of a parameter `exp(theta)` is the parameter itself, and that of one moved by a
    constant is the same.
    """
    slope = np.exp(optimum.theta)
    return np.asarray(np.outer(slope, slope) * optimum.covariance, dtype=float)
