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
"""Between these quantiles of past predictions the mix for the largest takes over."""

FAR_SHARE = 0.5
"""Share of others than the stack in that mix."""


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of the candidates.

    Parameters
    ----------
    levels : dict
        Factor that brings each candidate to the revenue that the recent past showed.
    weights : dict
        Non-negative, sum to one; least Tweedie deviance on the recent past, out of fold.
    learned_share : float
        Share of the stack in the prediction; the rest is BTYD.
    geometric : tuple of str
        Candidates whose geometric mean is the other half of the stack.
    btyd : str
        Candidate that the stack is shrunk to.
    level : float
        Factor that brings the stack to the revenue of the recent past.
    floor : float
        The least revenue that a candidate of the geometric mean counts with.
    far : tuple of float, optional
        Predictions between which the mix for the largest takes over: trees cannot say more than
        the largest leaf they have seen, others go on in proportion to what the customer did.
    largest : tuple of str
        Candidates whose mean is the other half of that mix.
    """

    levels: dict[str, float]
    weights: dict[str, float]
    learned_share: float
    geometric: tuple[str, ...]
    btyd: str
    level: float = 1.0
    floor: float = 0.0
    far: tuple[float, float] | None = None
    largest: tuple[str, ...] = ()

    def combine(self, candidates: dict[str, Floats]) -> Floats:
        """One prediction per row.

            stack = level x [share x (weighted mean + geometric mean) / 2 + (1 - share) x BTYD]
            stack + f / 2 x (mean of `largest` - stack),  f from 0 to 1 between the values of `far`

        all of candidates at their own level. The geometric mean asks that they agree.
        """
        level = {name: factor * candidates[name] for name, factor in self.levels.items()}
        stack = self.level * self._stack(level)
        if self.far is None or not self.largest:
            return stack
        near, far = self.far
        share = FAR_SHARE * np.clip((stack - near) / max(far - near, 1e-12), 0, 1)
        onward = np.mean([level[name] for name in self.largest], axis=0)
        return np.asarray(stack + share * (onward - stack))

    def _stack(self, level: dict[str, Floats]) -> Floats:
        btyd = level[self.btyd]
        if self.learned_share == 0:
            return btyd
        # By name, so that a model read from a file adds up to the same last digit.
        weighted = np.sum([w * level[name] for name, w in sorted(self.weights.items())], axis=0)
        raised = [np.maximum(level[name], self.floor) for name in self.geometric]
        geometric = np.exp(np.mean(np.log(raised), axis=0))
        stack = (weighted + geometric) / 2
        return np.asarray(self.learned_share * stack + (1 - self.learned_share) * btyd)


def fit_blend(
    candidates: dict[str, Floats],
    revenue: Floats,
    *,
    active_customers: int,
    weighed: tuple[str, ...],
    geometric: tuple[str, ...],
    btyd: str,
    largest: tuple[str, ...],
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
    geometric, btyd, largest : tuple of str, str, tuple of str
        See `Blend`.
    """
    levels = {
        name: float(revenue.sum()) / max(float(p.sum()), 1e-12) for name, p in candidates.items()
    }
    matrix = np.column_stack([candidates[n] * levels[n] for n in weighed]) / revenue.mean()
    weights = _convex_weights(matrix, revenue / revenue.mean())
    blend = Blend(
        levels=levels,
        weights=dict(zip(weighed, weights.tolist(), strict=True)),
        learned_share=active_customers**2 / (active_customers**2 + SHRINK_ACTIVE**2),
        geometric=geometric,
        btyd=btyd,
        floor=FLOOR * float(revenue.mean()),
        largest=largest,
    )
    stack = blend.combine(candidates)
    level = float(revenue.sum()) / float(stack.sum())
    near, far = np.quantile(level * stack, FAR_QUANTILES).tolist()
    return replace(blend, level=level, far=(near, far))


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
