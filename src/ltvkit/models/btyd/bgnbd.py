"""The BG/NBD model: a customer may drop out after each repeat order, never before the first."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.models._rows import compress, histories, horizon, on_distinct
from ltvkit.models.btyd import _beta_geometric
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.units import Floats


class BetaGeoParams(NamedTuple):
    """lambda ~ Gamma(r, rate alpha) in units of `unit_days`; dropout probability ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


class BetaGeo(OrderModel[BetaGeoParams]):
    """How often a customer still orders, if dropout can follow each repeat order (BG/NBD).

    While alive, a customer orders at rate lambda ~ Gamma(r, alpha), and drops out after each
    repeat order with probability p ~ Beta(a, b). Who has not yet repeated is alive for certain,
    so `prob_alive` is no churn score; `prob_active` is.

    Parameters
    ----------
    unit_days : float
        Days in a unit of time; parameters and log-likelihood are in that unit, predictions do
        not depend on it.

    Attributes
    ----------
    params_ : BetaGeoParams
        r, alpha, a, b.
    log_likelihood_ : float
        Sum over customers.
    covariance_, standard_errors_ : ndarray
        Of the parameters, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24.

    Examples
    --------
    The 40th customer of the paper (x = 2, t_x = 30.43, T = 38.86) in the next 39 weeks:

    >>> model = BetaGeo.from_params(BetaGeoParams(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259))
    >>> customer = pd.DataFrame({"repeat_orders": [2], "age_at_last_order_days": [30.43 * 7],
    ...                          "age_days": [38.86 * 7]})
    >>> model.expected_orders(customer, horizon_days=39 * 7).round(3).tolist()
    [1.226]
    """

    parameters = BetaGeoParams

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood, as `OrderModel.fit` says."""
        rows = compress(histories(summary, unit_days=self.unit_days, weight=weight))
        optimum = _beta_geometric.fit(rows, chances=rows.x, model="BG/NBD")
        return self._learn(rows, optimum)

    def expected_orders_new(self, horizon_days: npt.ArrayLike) -> Floats:
        """Expected repeat orders of a new customer in the first `horizon_days` days of age."""
        r, alpha, a, b = self.params_
        t = horizon(horizon_days, unit_days=self.unit_days)
        return _beta_geometric.expected_orders_if_alive(r, alpha, a, b, t)

    def pmf_new(self, orders: npt.ArrayLike, horizon_days: npt.ArrayLike) -> Floats:
        """P(a new customer makes exactly so many repeat orders in the first days of age)."""
        t = horizon(horizon_days, unit_days=self.unit_days)
        n = np.asarray(orders, dtype=float)
        return _beta_geometric.pmf(*self.params_, n=n, t=t, m=n)

    def _prob_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return _beta_geometric.prob_alive(*self.params_, x=x, m=x, t_x=t_x, T=T)

    def _expected_orders(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        r, alpha, a, b = self.params_

        def if_alive(x: Floats, T: Floats, t: Floats) -> Floats:
            return _beta_geometric.expected_orders_if_alive(r + x, alpha + T, a, b + x, t)

        return self._prob_alive(x, t_x, T) * on_distinct(if_alive, x, T, t)

    def _prob_active(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        r, alpha, _, _ = self.params_
        return self._prob_alive(x, t_x, T) * _beta_geometric.prob_active_if_alive(
            r + x, alpha + T, t
        )
