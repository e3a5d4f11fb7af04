"""The NBD model: nobody ever drops out. The limit of the other order models without dropout."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, gammaln, xlogy
from sklearn.utils.validation import check_is_fitted

from ltvkit.models._likelihood import Objective, maximise
from ltvkit.models._rows import (
    Histories,
    compress,
    distinct,
    dot,
    histories,
    horizon,
    mean_age,
    tally,
)
from ltvkit.models.btyd import _beta_geometric
from ltvkit.models.btyd.order_model import OrderModel, notes_on_repeats
from ltvkit.units import Floats


class NBDParams(NamedTuple):
    """lambda ~ Gamma(r, rate alpha) in units of `unit_days`."""

    r: float
    alpha: float


class NBD(OrderModel[NBDParams]):
    """How often a customer orders if nobody ever drops out (NBD).

    Orders come at rate lambda ~ Gamma(r, alpha), for ever. It promises too much wherever customers
    leave, and is right where they do not.

    Parameters
    ----------
    unit_days : float
        Days in a unit of time; parameters and log-likelihood are in that unit, predictions do
        not depend on it.

    Attributes
    ----------
    params_ : NBDParams
        r, alpha.
    log_likelihood_ : float
        Sum over customers, of the order times as under BG/NBD, so that the two compare.
    covariance_, standard_errors_ : ndarray
        Of the parameters, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8.

    Examples
    --------
    Two repeat orders in 38.86 weeks, so about two in as many weeks to come:

    >>> model = NBD.from_params(NBDParams(r=0.38477, alpha=12.07202))
    >>> customer = pd.DataFrame({"repeat_orders": [2], "age_at_last_order_days": [30.43 * 7],
    ...                          "age_days": [38.86 * 7]})
    >>> model.expected_orders(customer, horizon_days=39 * 7).round(3).tolist()
    [1.826]
    """

    parameters = NBDParams

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood, as `OrderModel.fit` says."""
        rows = histories(summary, unit_days=self.unit_days, weight=weight)
        # The moment of the last order says nothing here.
        rows = compress(rows._replace(t_x=np.zeros_like(rows.t_x)))
        centre = np.array([0.0, np.log(mean_age(rows))])
        starts = [centre + np.log([0.3, 0.3]), centre]
        optimum = maximise(log_likelihood(rows), starts=starts, centre=centre, model="NBD")
        return self._learn(rows, optimum)

    def expected_orders_new(self, horizon_days: npt.ArrayLike) -> Floats:
        """Expected repeat orders of a new customer in the first `horizon_days` days of age."""
        r, alpha = self.params_
        t = horizon(horizon_days, unit_days=self.unit_days)
        return np.asarray(r / alpha * t, dtype=float)

    def pmf_new(self, orders: npt.ArrayLike, horizon_days: npt.ArrayLike) -> Floats:
        """P(a new customer makes exactly so many repeat orders in the first days of age)."""
        r, alpha = self.params_
        n = np.asarray(orders, dtype=float)
        t = horizon(horizon_days, unit_days=self.unit_days)
        share = t / (alpha + t)
        log_choose = gammaln(r + n) - gammaln(r) - gammaln(n + 1)
        return np.asarray(np.exp(log_choose + xlogy(n, share) + r * np.log1p(-share)), dtype=float)

    def _notes(self, rows: Histories) -> tuple[str, ...]:
        # That no dropout is visible is no news of a model without any.
        return notes_on_repeats(rows)

    def _expected_orders(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        r, alpha = self.params_
        return (r + x) / (alpha + T) * t

    def _prob_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        check_is_fitted(self)
        return np.ones_like(x)

    def _prob_active(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        r, alpha = self.params_
        return _beta_geometric.prob_active_if_alive(r + x, alpha + T, t)


def log_likelihood(rows: Histories) -> Objective:
    """The log-likelihood of theta = log(r, alpha), and its gradient.

    L = Γ(r+x)/Γ(r) · α^r / (α+T)^(r+x)
    """
    x, _, T, weight = rows
    customers = float(weight.sum())
    (x_of,), place = distinct([x])
    weight_of = tally(place, weight)

    def objective(theta: Floats) -> tuple[float, Floats]:
        r, alpha = np.exp(theta).tolist()
        log_T = np.log(alpha + T)
        value = dot(weight_of, gammaln(r + x_of) - gammaln(r)) + customers * r * np.log(alpha)
        value -= dot(weight, (r + x) * log_T)
        by_r = dot(weight_of, digamma(r + x_of) - digamma(r)) + customers * np.log(alpha)
        by_r -= dot(weight, log_T)
        by_alpha = customers * r / alpha - dot(weight, (r + x) / (alpha + T))
        return value, np.array([r * by_r, alpha * by_alpha])

    return objective
