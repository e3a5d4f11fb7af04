"""The MBG/NBD model: a customer may drop out after each order, the first one included."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.models._rows import compress, histories, horizon, on_distinct
from ltvkit.models.btyd import _beta_geometric
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.units import Floats


class ModifiedBetaGeoParams(NamedTuple):
    """lambda ~ Gamma(r, rate alpha) in units of `unit_days`; dropout probability ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


class ModifiedBetaGeo(OrderModel[ModifiedBetaGeoParams]):
    """How often a customer still orders, if dropout can follow every order (MBG/NBD).

    While alive, a customer orders at rate lambda ~ Gamma(r, alpha), and drops out after each order,
    the first included, with probability p ~ Beta(a, b). It is BG/NBD without the oddity that a
    one-time buyer is alive for certain.

    Parameters
    ----------
    unit_days : float
        Days in a unit of time; parameters and log-likelihood are in that unit, predictions do
        not depend on it.

    Attributes
    ----------
    params_ : ModifiedBetaGeoParams
        r, alpha, a, b.
    log_likelihood_ : float
        Sum over customers.
    covariance_, standard_errors_ : ndarray
        Of the parameters, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Batislam, Denizel and Filiztekin (2007), Empirical validation and comparison of models for
    customer base analysis, International Journal of Research in Marketing 24.

    Examples
    --------
    Somebody who bought once, half a year ago, is not alive for certain:

    >>> model = ModifiedBetaGeo.from_params(
    ...     ModifiedBetaGeoParams(r=0.5248, alpha=6.1831, a=0.8914, b=1.6140)
    ... )
    >>> customer = pd.DataFrame({"repeat_orders": [0], "age_at_last_order_days": [0],
    ...                          "age_days": [182]})
    >>> model.prob_alive(customer).round(3).tolist()
    [0.432]
    """

    parameters = ModifiedBetaGeoParams

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood, as `OrderModel.fit` says."""
        rows = compress(histories(summary, unit_days=self.unit_days, weight=weight))
        optimum = _beta_geometric.fit(rows, chances=rows.x + 1, model="MBG/NBD")
        return self._learn(rows, optimum)

    def expected_orders_new(self, horizon_days: npt.ArrayLike) -> Floats:
        """Expected repeat orders of a new customer in the first `horizon_days` days of age."""
        r, alpha, a, b = self.params_
        t = horizon(horizon_days, unit_days=self.unit_days)
        return (b / (a + b)) * _beta_geometric.expected_orders_if_alive(r, alpha, a, b + 1, t)

    def pmf_new(self, orders: npt.ArrayLike, horizon_days: npt.ArrayLike) -> Floats:
        """P(a new customer makes exactly so many repeat orders in the first days of age)."""
        t = horizon(horizon_days, unit_days=self.unit_days)
        n = np.asarray(orders, dtype=float)
        return _beta_geometric.pmf(*self.params_, n=n, t=t, m=n + 1)

    def _prob_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return _beta_geometric.prob_alive(*self.params_, x=x, m=x + 1, t_x=t_x, T=T)

    def _expected_orders(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        r, alpha, a, b = self.params_

        def if_alive(x: Floats, T: Floats, t: Floats) -> Floats:
            return _beta_geometric.expected_orders_if_alive(r + x, alpha + T, a, b + x + 1, t)

        return self._prob_alive(x, t_x, T) * on_distinct(if_alive, x, T, t)

    def _prob_active(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        r, alpha, _, _ = self.params_
        return self._prob_alive(x, t_x, T) * _beta_geometric.prob_active_if_alive(
            r + x, alpha + T, t
        )
