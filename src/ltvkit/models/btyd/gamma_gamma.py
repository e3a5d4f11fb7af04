"""The Gamma-Gamma model: how much an order of a customer is worth, shrunk to the shop's mean."""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from scipy.special import digamma, gammaln

from ltvkit.errors import ConvergenceError, DataError, NotEnoughDataError, offenders
from ltvkit.models._likelihood import Objective, Optimum, maximise
from ltvkit.models._rows import column, distinct, dot, tally
from ltvkit.models._state import ParametricModel
from ltvkit.units import Floats

# Below this relative spread, order values are all the same for any purpose.
_CONSTANT = 1e-6
# Squared coefficient of variation, of a customer's order values or between customers, below which
# nothing is estimated by moments: 3 % either way.
_LEAST_VARIATION = 1e-3


class GammaGammaParams(NamedTuple):
    """Order value ~ Gamma(p, rate nu), nu ~ Gamma(q, rate v); q > 1, so that a mean exists."""

    p: float
    q: float
    v: float


class GammaGamma(ParametricModel[GammaGammaParams]):
    """What an order of a customer is worth: own mean, shrunk to the mean of all customers.

    A customer's order values are Gamma(p, nu) around a level that is the customer's own, with
    nu ~ Gamma(q, v) over customers. With n orders of mean z,

        E[value | z, n] = (p·v + p·n·z) / (p·n + q - 1).

    q is written as 1 + exp(eta): the mean of all customers, p·v/(q-1), is always positive.

    Parameters
    ----------
    include_first_order : bool
        True: all n = x + 1 order days and their mean (`mean_order_value`), which ranks better.
        False: the n = x repeat order days (`mean_repeat_order_value`), as published.

    Attributes
    ----------
    params_ : GammaGammaParams
        p, q, v.
    population_mean_ : float
        Mean order value over all customers, p·v/(q-1): the prediction without any order.
    log_likelihood_ : float
        Sum over customers.
    covariance_, standard_errors_ : ndarray
        Of the parameters, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Fader, Hardie and Lee (2005), RFM and CLV, Journal of Marketing Research 42; Fader and Hardie
    (2013), The Gamma-Gamma model of monetary value, eq. 1a and 5.

    Examples
    --------
    The first customer of the published example, two repeat orders of 22.35 on average:

    >>> model = GammaGamma.from_params(
    ...     GammaGammaParams(p=6.25, q=3.74, v=15.44), include_first_order=False
    ... )
    >>> customer = pd.DataFrame({"repeat_orders": [2], "mean_repeat_order_value": [22.35]})
    >>> model.expected_order_value(customer).round(2).tolist()
    [24.66]
    """

    parameters = GammaGammaParams

    def __init__(self, *, include_first_order: bool = True) -> None:
        self.include_first_order = include_first_order

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood from customers with a positive mean.

        Where all but a few customers pay the same, p and q run to where the likelihood is lost in
        rounding: moments stand in, and the diagnostics say so.

        Raises
        ------
        NotEnoughDataError
            When nobody has an order value above 0.
        """
        n, z = self._orders_and_mean(summary)
        count = np.ones_like(n) if weight is None else column(summary, weight)
        used = (n > 0) & (z > 0) & (count > 0)
        if not used.any():
            raise NotEnoughDataError(
                "column 'mean_order_value': got no customer with an order value above 0, expected "
                "some; check the revenue column, or count orders only"
            )
        (n, z), place = distinct([n[used], z[used]])
        count = tally(place, count[used])
        level = float(np.average(z, weights=count))
        spread = float(np.sqrt(np.average((z / level - 1) ** 2, weights=count)))
        objective = log_likelihood(n, z, count)
        notes: tuple[str, ...] = ()
        if spread < _CONSTANT:
            # Any p and q with this mean predict the constant; there is nothing to estimate.
            optimum = _by_moments(objective, n, z, count)
            notes = (f"all order values are {level:g}: the expected order value is this constant",)
        else:
            centre = np.array([1.0, 1.0, np.log(level)])
            starts = [
                centre,
                np.array([2.0, 2.0, np.log(level)]),
                np.array([0.0, 0.0, np.log(level)]),
            ]
            try:
                optimum = maximise(objective, starts=starts, centre=centre, model="Gamma-Gamma")
            except ConvergenceError:
                optimum = _by_moments(objective, n, z, count)
                notes = (f"order values are all but alike, about {level:g}: fitted by moments",)
        p, excess, v = np.exp(optimum.theta).tolist()
        self.params_ = GammaGammaParams(p, 1 + excess, v)
        self.remember(optimum, weight=count, notes=notes)
        return self

    @classmethod
    def from_params(cls, params: GammaGammaParams, *, include_first_order: bool = True) -> Self:
        """A model with known parameters."""
        model = cls(include_first_order=include_first_order)
        model.params_ = params
        return model

    @property
    def population_mean_(self) -> float:
        """Mean order value over all customers, p·v/(q-1)."""
        p, q, v = self.params_
        return p * v / (q - 1)

    def expected_order_value(self, summary: pd.DataFrame) -> Floats:
        """Expected value of a customer's next order, given the mean of the past ones."""
        n, z = self._orders_and_mean(summary)
        p, q, v = self.params_
        return np.asarray((p * v + p * n * z) / (p * n + q - 1), dtype=float)

    def _orders_and_mean(self, summary: pd.DataFrame) -> tuple[Floats, Floats]:
        n = column(summary, "repeat_orders") + (1.0 if self.include_first_order else 0.0)
        name = "mean_order_value" if self.include_first_order else "mean_repeat_order_value"
        z = column(summary, name, where=n > 0)
        if (z < 0).any():
            raise DataError(
                f"column '{name}': got {offenders(z[z < 0].tolist())}, expected values from 0; "
                "net refunds within the order day first"
            )
        return n, z


def log_likelihood(n: Floats, z: Floats, weight: Floats) -> Objective:
    """The log-likelihood of theta = (log p, log(q-1), log v), and its gradient.

        L = Γ(pn+q) / (Γ(pn) Γ(q)) · v^q · z^(pn-1) · n^(pn) / (n·z + v)^(pn+q)

    Fader and Hardie (2013), eq. 1a.
    """
    (n_of,), place = distinct([n])
    weight_of = tally(place, weight)
    total, log_z = float(weight.sum()), np.log(z)
    weight_log_z, weight_n_log = dot(weight, log_z), dot(weight, n * (log_z + np.log(n)))

    def objective(theta: Floats) -> tuple[float, Floats]:
        p, excess, v = np.exp(theta)
        q = 1 + excess
        log_sum = np.log(n * z + v)
        exponent = p * n + q
        value = (
            dot(weight_of, gammaln(p * n_of + q) - gammaln(p * n_of))
            + total * (q * np.log(v) - gammaln(q))
            + p * weight_n_log
            - weight_log_z
            - dot(weight, exponent * log_sum)
        )
        both = digamma(p * n_of + q)
        by_p = (
            dot(weight_of, n_of * (both - digamma(p * n_of)))
            + weight_n_log
            - dot(weight, n * log_sum)
        )
        by_q = dot(weight_of, both) + total * (np.log(v) - digamma(q)) - dot(weight, log_sum)
        by_v = total * q / v - dot(weight, exponent / (n * z + v))
        return float(value), np.array([p * by_p, excess * by_q, v * by_v])

    return objective


def _by_moments(objective: Objective, n: Floats, z: Floats, weight: Floats) -> Optimum:
    """The parameters under which customers' means vary as they do.

    A mean of n orders has the squared coefficient of variation b + w/n: b = 1/(q - 2) between
    customers, w = 1/p about a customer's own level, to first order; b and w by least squares.
    """
    level = float(np.average(z, weights=weight))
    root = np.sqrt(weight)
    variation, _ = nnls(np.column_stack([root, root / n]), root * (z / level - 1) ** 2)
    between, within = np.maximum(variation, _LEAST_VARIATION)
    p, excess = 1 / within, 1 + 1 / between
    theta = np.log([p, excess, level * excess / p])
    value, _ = objective(theta)
    return Optimum(theta, value, np.zeros((3, 3)), 1, regularised=True)
