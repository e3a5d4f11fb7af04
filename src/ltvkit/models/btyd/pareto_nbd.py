"""The Pareto/NBD model: a customer may drop out at any moment, whether or not an order was due."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, expit, exprel, gammaln, xlogy

from ltvkit.models._likelihood import Objective, maximise_in_two_looks
from ltvkit.models._rows import (
    Histories,
    annual_to_unit_rate,
    compress,
    distinct,
    dot,
    histories,
    horizon,
    mean_age,
    on_distinct,
    tally,
)
from ltvkit.models.btyd._quadrature import (
    DROP,
    log_power_integral,
    log_power_integral_with_means,
    power_nodes,
)
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.units import Floats


class ParetoNBDParams(NamedTuple):
    """lambda ~ Gamma(r, rate alpha), death rate mu ~ Gamma(s, rate beta), per `unit_days`."""

    r: float
    alpha: float
    s: float
    beta: float


class ParetoNBD(OrderModel[ParetoNBDParams]):
    """How often a customer still orders, if dropout can come at any moment (Pareto/NBD).

    While alive, a customer orders at rate lambda ~ Gamma(r, alpha); the lifetime is exponential
    with rate mu ~ Gamma(s, beta).

    Parameters
    ----------
    unit_days : float
        Days in a unit of time; parameters and log-likelihood are in that unit, predictions do
        not depend on it.

    Attributes
    ----------
    params_ : ParetoNBDParams
        r, alpha, s, beta.
    log_likelihood_ : float
        Sum over customers.
    covariance_, standard_errors_ : ndarray
        Of the parameters, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Schmittlein, Morrison and Colombo (1987), Counting your customers, Management Science 33;
    Fader and Hardie (2005), A note on deriving the Pareto/NBD model.

    Examples
    --------
    A customer with 26 repeat orders, the last one just now (weeks: t_x = 30.86, T = 31):

    >>> model = ParetoNBD.from_params(ParetoNBDParams(0.5534, 10.5802, 0.6061, 11.6562))
    >>> customer = pd.DataFrame({"repeat_orders": [26], "age_at_last_order_days": [30.86 * 7],
    ...                          "age_days": [31 * 7]})
    >>> model.expected_orders(customer, horizon_days=52 * 7).round(3).tolist()
    [25.455]
    >>> model.prob_alive(customer).round(4).tolist()
    [0.9979]
    """

    parameters = ParetoNBDParams
    takes_long = True

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood, as `OrderModel.fit` says."""
        rows = compress(histories(summary, unit_days=self.unit_days, weight=weight))
        log_age = np.log(mean_age(rows))
        centre = np.array([0.0, log_age, 0.0, log_age])
        starts = [centre + np.log([0.5, 0.3, 0.5, 0.3]), centre + np.log([1.0, 1.0, 0.3, 1.0])]
        optimum = maximise_in_two_looks(
            log_likelihood, rows, starts=starts, centre=centre, model="Pareto/NBD"
        )
        return self._learn(rows, optimum)

    def expected_orders_new(self, horizon_days: npt.ArrayLike) -> Floats:
        """Expected repeat orders of a new customer in the first `horizon_days` days of age."""
        r, alpha, s, beta = self.params_
        t = horizon(horizon_days, unit_days=self.unit_days)
        return np.asarray(r / alpha * expected_time_alive(s, np.asarray(beta), t), dtype=float)

    def pmf_new(self, orders: npt.ArrayLike, horizon_days: npt.ArrayLike) -> Floats:
        """P(a new customer makes exactly so many repeat orders in the first days of age).

        Alive at t with n orders, or dropped out at a time u before with n orders by then.
        """
        r, alpha, s, beta = self.params_
        n, t = np.broadcast_arrays(
            np.asarray(orders, dtype=float), horizon(horizon_days, unit_days=self.unit_days)
        )
        log_choose = gammaln(r + n) - gammaln(r) - gammaln(n + 1)

        def log_nb(n: Floats, u: Floats) -> Floats:
            share = u / (alpha + u)
            return np.asarray(xlogy(n, share) + r * np.log1p(-share), dtype=float)

        u, measure = power_nodes(alpha, beta, np.zeros(t.shape), t, count=256)
        log_death = np.log(s) + s * np.log(beta) - (s + 1) * np.log(beta + u)
        dropped = np.exp(log_choose[..., None] + log_nb(n[..., None], u) + log_death) * measure
        alive = np.exp(log_choose + log_nb(n, t) - s * np.log1p(t / beta))
        return np.asarray(alive + dropped.sum(axis=-1), dtype=float)

    def discounted_orders(self, summary: pd.DataFrame, *, annual_discount_rate: float) -> Floats:
        """Expected orders over all the future, each discounted to the snapshot (DERT).

            P(alive) · (r+x)/(α+T) · (β+T) · (δ(β+T))^(s-1) · U(s, s, δ(β+T))

        with δ the continuous rate per unit of time and U Tricomi's function. Fader, Hardie and
        Lee (2005), RFM and CLV.
        """
        delta = annual_to_unit_rate(annual_discount_rate, unit_days=self.unit_days)
        r, alpha, s, beta = self.params_
        x, t_x, T, _ = histories(summary, unit_days=self.unit_days)

        def discounted(x: Floats, t_x: Floats, T: Floats) -> Floats:
            # By Kummer's transformation U(1, 2 - s, z), without the large powers of the formula
            # above: an integral of e^(-zu) (1+u)^-s, down to e^-40 of its value at 0.
            z = delta * (beta + T)
            end = np.minimum(DROP / z, np.expm1(min(DROP / max(s - 1, 1e-9), 700.0)))
            u, measure = power_nodes(1.0, 1.0, np.zeros(z.shape), end, count=48)
            lasting = np.exp(-z[..., None] * u - s * np.log1p(u)) * measure
            time = (beta + T) * lasting.sum(axis=-1)
            return np.asarray(self._prob_alive(x, t_x, T) * (r + x) / (alpha + T) * time)

        return on_distinct(discounted, x, t_x, T)

    def _prob_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        r, alpha, s, beta = self.params_
        log_alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
        log_dead = np.log(s) + log_power_integral(alpha, r + x, beta, s + 1, t_x, T)
        return np.asarray(expit(log_alive - log_dead), dtype=float)

    def _prob_active(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        # The next order falls at u, and the customer is still alive at u.
        r, alpha, s, beta = self.params_
        R, A, B = r + x, alpha + T, beta + T
        log_due = log_power_integral(A, R + 1, B, s, np.zeros_like(t), t)
        active = np.exp(np.log(R) + R * np.log(A) + s * np.log(B) + log_due)
        return np.asarray(self._prob_alive(x, t_x, T) * np.minimum(active, 1.0), dtype=float)

    def _expected_orders(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        # Fader and Hardie (2005), eq. 41.
        r, alpha, s, beta = self.params_
        rate = (r + x) / (alpha + T)
        return self._prob_alive(x, t_x, T) * rate * expected_time_alive(s, beta + T, t)


def expected_time_alive(s: float, B: Floats, t: Floats) -> Floats:
    """Integral over (0, t) of P(alive at u | alive at 0) = (B/(B+u))^s, also at s = 1."""
    ages = np.log1p(t / B)
    return np.asarray(B * ages * exprel((1 - s) * ages), dtype=float)


def log_likelihood(rows: Histories) -> Objective:
    """The log-likelihood of theta = log(r, alpha, s, beta), and its gradient.

        L = Γ(r+x)/Γ(r) · α^r · β^s · [ (α+T)^-(r+x) · (β+T)^-s
            + ∫ from t_x to T of s · (α+u)^-(r+x) · (β+u)^-(s+1) du ]

    The integral over the moment of dropout is a difference of two 2F1 in the papers (A0), which
    loses all digits for frequent buyers; by quadrature it is a sum of positive terms, and its
    derivatives are means over the same nodes. Fader and Hardie (2005), eq. 18.
    """
    x, t_x, T, weight = rows
    customers = float(weight.sum())
    (x_of,), place = distinct([x])
    weight_of = tally(place, weight)

    def objective(theta: Floats) -> tuple[float, Floats]:
        r, alpha, s, beta = np.exp(theta).tolist()
        R = r + x
        log_alive = -R * np.log(alpha + T) - s * np.log(beta + T)
        log_integral, mean = log_power_integral_with_means(alpha, R, beta, s + 1, t_x, T)
        log_dead = np.log(s) + log_integral
        dead = expit(log_dead - log_alive)
        alive = 1 - dead
        value = dot(weight_of, gammaln(r + x_of) - gammaln(r)) + customers * (
            r * np.log(alpha) + s * np.log(beta)
        )
        value += dot(weight, np.logaddexp(log_alive, log_dead))
        by_r = dot(weight_of, digamma(r + x_of) - digamma(r)) + customers * np.log(alpha)
        by_r -= dot(weight, alive * np.log(alpha + T) + dead * mean.log_a)
        by_alpha = customers * r / alpha - dot(
            weight, R * (alive / (alpha + T) + dead * mean.one_over_a)
        )
        by_s = customers * np.log(beta) + dot(
            weight, dead * (1 / s - mean.log_b) - alive * np.log(beta + T)
        )
        by_beta = customers * s / beta - dot(
            weight, s * alive / (beta + T) + (s + 1) * dead * mean.one_over_b
        )
        return value, np.array([r * by_r, alpha * by_alpha, s * by_s, beta * by_beta])

    return objective
