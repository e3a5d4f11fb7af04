"""How the candidates become one prediction: levels, weights, and what is left to BTYD."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from ltvkit.units import Floats

FLOOR = 1e-3
"""Of the mean revenue: no prediction counts as surer of nothing than this."""

SHRINK_ACTIVE = 40.0
"""Customers who spent in the latest label, with whom the stack has half of the prediction and BTYD
the other; with a few times as many BTYD has next to nothing (docs/methods/ablation.md)."""

FAR_QUANTILES = (0.95, 0.99)
"""Quantiles of past predictions between which the largest customers begin."""

FAR_SHARE = 0.5
"""Share of others than the stack in what they are told."""


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of the candidates.

    Parameters
    ----------
    levels : dict
        Factor that brings each candidate to the revenue that the recent past showed.
    weights : dict
        Non-negative, sum to one; least Tweedie deviance on the recent past, out of fold.
    geometric : tuple of str
        Candidates whose geometric mean is the other half of the stack.
    largest : tuple of str
        Candidates whose geometric mean is half of what the largest customers are told: trees
        cannot say more than the largest leaf they have seen, these go on in proportion to what
        the customer did.
    btyd : str
        Candidate that the stack is shrunk to.
    learned_share : float
        Share of the stack in the prediction; the rest is BTYD.
    level : float
        Factor that brings the stack to the revenue of the recent past.
    far : tuple of float
        Values of the stack between which the largest customers begin.
    floor : float
        The least revenue with which a candidate enters a geometric mean.
    """

    levels: dict[str, float]
    weights: dict[str, float]
    geometric: tuple[str, ...]
    largest: tuple[str, ...]
    btyd: str
    learned_share: float
    level: float = 1.0
    far: tuple[float, float] = (0.0, 0.0)
    floor: float = 0.0

    def combine(self, candidates: dict[str, Floats]) -> Floats:
        """One prediction per row.

            stack = level x (weighted mean + geometric mean) / 2
            stack + f / 2 x (geometric mean of `largest` - stack),  f from 0 to 1 between `far`

        times its share, and BTYD times the rest, all of candidates at their own level. A geometric
        mean asks that they agree.
        """
        level = {name: factor * candidates[name] for name, factor in self.levels.items()}
        btyd = level[self.btyd]
        if self.learned_share == 0:
            return btyd
        # By name, so that a model read from a file adds up to the same last digit.
        weighted = np.sum([w * level[name] for name, w in sorted(self.weights.items())], axis=0)
        stack = self.level * (weighted + self._geometric_mean(level, self.geometric)) / 2
        if self.largest:
            near, far = self.far
            share = FAR_SHARE * np.clip((stack - near) / max(far - near, 1e-12), 0, 1)
            stack = stack + share * (self._geometric_mean(level, self.largest) - stack)
        return np.asarray(self.learned_share * stack + (1 - self.learned_share) * btyd)

    def _geometric_mean(self, level: dict[str, Floats], names: tuple[str, ...]) -> Floats:
        """Of these candidates, none below the floor."""
        raised = [np.maximum(level[name], self.floor) for name in names]
        return np.asarray(np.exp(np.mean(np.log(raised), axis=0)))


def fit_blend(
    candidates: dict[str, Floats],
    revenue: Floats,
    *,
    active_customers: int,
    weighed: tuple[str, ...],
    geometric: tuple[str, ...],
    largest: tuple[str, ...],
    btyd: str,
) -> Blend:
    """Set levels and weights on recent rows that the candidates did not learn from.

    Parameters
    ----------
    candidates : dict of ndarray
        Out-of-fold predictions on the recent rows.
    revenue : ndarray
        What came.
    active_customers : int
        Customers who spent in the latest label; see `SHRINK_ACTIVE`.
    weighed : tuple of str
        Candidates of the weighted mean.
    geometric, largest, btyd : tuple of str, tuple of str, str
        See `Blend`.
    """
    levels = {
        name: float(revenue.sum()) / max(float(p.sum()), 1e-12) for name, p in candidates.items()
    }
    matrix = np.column_stack([candidates[n] * levels[n] for n in weighed]) / revenue.mean()
    weights = _convex_weights(matrix, revenue / revenue.mean())
    learned = Blend(
        levels=levels,
        weights=dict(zip(weighed, weights.tolist(), strict=True)),
        geometric=geometric,
        largest=(),
        btyd=btyd,
        learned_share=1.0,
        floor=FLOOR * float(revenue.mean()),
    )
    stack = learned.combine(candidates)
    level = float(revenue.sum()) / float(stack.sum())
    near, far = np.quantile(level * stack, FAR_QUANTILES).tolist()
    share = active_customers**2 / (active_customers**2 + SHRINK_ACTIVE**2)
    return replace(learned, level=level, largest=largest, far=(near, far), learned_share=share)


def tweedie_deviance(actual: Floats, predicted: Floats) -> Floats:
    """Unit deviance of the Tweedie distribution with variance power 1.5, less what is constant.

        2 [ -y mu^(1-p) / (1-p) + mu^(2-p) / (2-p) ],  p = 1.5

    Source: Jorgensen (1997), The Theory of Dispersion Models, section 4.
    """
    return np.asarray(2 * (2 * actual * predicted**-0.5 + 2 * predicted**0.5))


def _convex_weights(matrix: Floats, actual: Floats) -> Floats:
    """Weights on the simplex (softmax) with the least mean deviance."""

    def objective(scores: Floats) -> tuple[float, Floats]:
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        mean = matrix @ weights + FLOOR
        by_mean = 2 * (mean**-0.5 - actual * mean**-1.5) / len(actual)
        by_weight = matrix.T @ by_mean
        slope = weights * (by_weight - float(weights @ by_weight))
        return float(tweedie_deviance(actual, mean).mean()), slope

    bounds = [(-6.0, 6.0)] * matrix.shape[1]
    result = minimize(
        objective, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds
    )
    weights = np.exp(result.x - result.x.max())
    return np.asarray(weights / weights.sum())
