"""The MBG/CNBD-k model: dropout after any order, and buying more regular than at random."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaln, digamma, expit, gammaln, logsumexp, xlogy

from ltvkit.errors import ConfigError
from ltvkit.models._likelihood import Objective, Optimum, maximise_in_two_looks
from ltvkit.models._rows import (
    Histories,
    column,
    compress,
    distinct,
    dot,
    histories,
    horizon,
    mean_age,
    tally,
)
from ltvkit.models.btyd import _beta_geometric
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.units import Floats

# An order less likely than this is left out of an expectation.
_NEGLIGIBLE = 1e-12
# Rows worked on at once, to bound memory.
_CHUNK = 4096
# What a higher k must add to the log-likelihood, over all customers, before it is believed.
_WORTH = 2.0


class MbgCnbdKParams(NamedTuple):
    """Every k-th event is an order; events come at lambda ~ Gamma(r, rate alpha); Beta(a, b)."""

    k: int
    r: float
    alpha: float
    a: float
    b: float


class MbgCnbdK(OrderModel[MbgCnbdKParams]):
    """How often a customer still orders, if orders come at regular intervals (MBG/CNBD-k).

    The time between two orders is Erlang-k: the sum of k exponential waits at rate lambda, so with
    k = 2, 3, 4 orders are more evenly spaced than at random and a long silence says more. Dropout
    is as under MBG/NBD, which is the case k = 1.

    Parameters
    ----------
    unit_days : float
        Days in a unit of time; parameters and log-likelihood are in that unit, predictions do
        not depend on it.
    k : int, optional
        Regularity. When not given, the k from 1 to `largest_k` with the highest likelihood; a
        higher one must add at least 2 to its logarithm.
    largest_k : int
        Where the search for k ends.

    Attributes
    ----------
    params_ : MbgCnbdKParams
        k, r, alpha, a, b.
    log_likelihood_ : float
        Sum over customers, comparable over k and with MBG/NBD on the same summary.
    covariance_, standard_errors_ : ndarray
        Of r, alpha, a, b, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Platzer and Reutterer (2016), Ticking away the moments, Marketing Science 35; Reutterer, Platzer
    and Schröder (2021), Leveraging purchase regularity for predicting customer behavior the easy
    way, International Journal of Research in Marketing 38.

    Examples
    --------
    Five orders, one every four weeks, then twelve weeks of silence: the more regular, the surer
    that the customer is gone.

    >>> customer = pd.DataFrame({"repeat_orders": [5], "age_at_last_order_days": [140],
    ...                          "age_days": [224]})
    >>> for k in (1, 2, 3):
    ...     params = MbgCnbdKParams(k, r=1.0, alpha=4.0 / k, a=0.9, b=3.0)
    ...     print(k, MbgCnbdK.from_params(params).prob_alive(customer).round(3))
    1 [0.438]
    2 [0.265]
    3 [0.147]
    """

    parameters = MbgCnbdKParams
    takes_long = True

    def __init__(self, *, unit_days: float = 7.0, k: int | None = None, largest_k: int = 4) -> None:
        self.unit_days = unit_days
        self.k = k
        self.largest_k = largest_k

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood, for each k that is to be tried.

        Parameters
        ----------
        summary : DataFrame
            A customer summary. If it has a column `sum_log_gap_days`, the sum of the logarithms of
            the gaps between a customer's order days, as that of `ltvkit.summarise` has, k is chosen
            with the gaps in view; otherwise from (x, t_x, T) alone, which say less about it.
        weight : str, optional
            Column that says how many customers a row stands for.

        Raises
        ------
        ConfigError
            When k is not a whole number from 1.
        ConvergenceError
            When no k has an optimum, not even with a weak prior.
        """
        largest = self.largest_k if self.k is None else self.k
        if largest < 1 or largest != int(largest):
            raise ConfigError(
                f"got k = {self.k} and largest_k = {self.largest_k}, expected whole numbers from "
                "1; leave k out to have it chosen"
            )
        tried = range(1, int(largest) + 1) if self.k is None else [int(largest)]
        every = histories(summary, unit_days=self.unit_days, weight=weight)
        gaps = None
        if "sum_log_gap_days" in summary.columns:
            gaps = column(summary, "sum_log_gap_days") - every.x * np.log(self.unit_days)
        rows = compress(every)
        best: tuple[float, int, Optimum] | None = None
        for k in tried:
            optimum = _fit(rows, k)
            value = optimum.log_likelihood + log_regularity(every, k, gaps)
            if best is None or value > best[0] + _WORTH:
                best = value, k, optimum
        assert best is not None  # noqa: S101  (tried is not empty)
        value, k, optimum = best
        self._learn(rows, optimum, k)
        self.log_likelihood_ = value
        return self

    @classmethod
    def from_params(cls, params: MbgCnbdKParams, *, unit_days: float = 7.0) -> Self:
        """A model with known parameters, in units of `unit_days`."""
        model = cls(unit_days=unit_days, k=params.k)
        model.params_ = params
        return model

    def expected_orders_new(self, horizon_days: npt.ArrayLike) -> Floats:
        """Expected repeat orders of a new customer in the first `horizon_days` days of age."""
        k, r, alpha, a, b = self.params_
        t = np.atleast_1d(horizon(horizon_days, unit_days=self.unit_days))
        zero = np.zeros_like(t)
        orders = expected_orders_from_stage(k, 0, zero + r, zero + alpha, a, zero + b + 1, t)
        return np.asarray(b / (a + b) * orders.reshape(np.shape(horizon_days)), dtype=float)

    def _stages(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """P(j events since the last order | history, alive), a row for each j < k."""
        k, r, alpha, _, _ = self.params_
        terms = _log_alive_terms(k, r, alpha, x, t_x, T)
        return np.asarray(np.exp(terms - logsumexp(terms, axis=0)), dtype=float)

    def _prob_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        k, r, alpha, a, b = self.params_
        log_alive = logsumexp(_log_alive_terms(k, r, alpha, x, t_x, T), axis=0)
        log_dead = np.log(a / (b + x)) - (r + k * x) * np.log(alpha + t_x)
        return np.asarray(expit(log_alive - log_dead), dtype=float)

    def _prob_active(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        k, r, alpha, _, _ = self.params_
        z = t / (alpha + T + t)
        active = np.zeros_like(t)
        for stage, share in enumerate(self._stages(x, t_x, T)):
            active += share * betainc(k - stage, r + k * x + stage, z)
        return self._prob_alive(x, t_x, T) * active

    def _expected_orders(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats:
        k, r, alpha, a, b = self.params_
        orders = np.zeros_like(t)
        for stage, share in enumerate(self._stages(x, t_x, T)):
            orders += share * expected_orders_from_stage(
                k, stage, r + k * x + stage, alpha + T, a, b + x + 1, t
            )
        return self._prob_alive(x, t_x, T) * orders


def expected_orders_from_stage(
    k: int, stage: int, R: Floats, A: Floats, a: float, B: Floats, t: Floats
) -> Floats:
    """E[orders within t | alive, `stage` events since the last order], lambda ~ Gamma(R, A).

    The m-th order to come needs mk - stage events and m - 1 survived chances:

        sum over m of P(at least mk - stage events within t) · B(a, B+m-1)/B(a, B)
    """
    if k == 1:
        return _beta_geometric.expected_orders_if_alive(R, A, a, B, t)
    z = t / (A + t)
    total = np.zeros_like(t)
    # P(no event) must not underflow for the recursion; beyond, hundreds of orders are expected.
    many = R * np.log1p(-z) < -600
    for some, add_up in ((~many, _by_recursion), (many, _by_tails)):
        places = np.flatnonzero(some & (t > 0))
        for begin in range(0, len(places), _CHUNK):
            part = places[begin : begin + _CHUNK]
            total[part] = add_up(k, stage, R[part], z[part], a, B[part])
    return total


def _by_recursion(k: int, stage: int, R: Floats, z: Floats, a: float, B: Floats) -> Floats:
    """The sum over orders, with the negative binomial tail stepped from event to event."""
    n, m = k - stage, 1
    tail = np.asarray(betainc(n, R, z), dtype=float)
    log_choose = gammaln(R + n) - gammaln(R) - gammaln(n + 1)
    point = np.exp(log_choose + n * np.log(z) + R * np.log1p(-z))
    survival, total, place = np.ones_like(z), tail.copy(), np.arange(len(z))
    while True:
        # The tail keeps the rounding errors of all points; where the points have died out beyond
        # the mean, it is nothing but these.
        keep = (tail * survival > _NEGLIGIBLE) & ((point > 1e-16) | (n < R * z / (1 - z)))
        if not keep.any():
            return total
        if keep.mean() < 0.7:
            R, z, B, place = R[keep], z[keep], B[keep], place[keep]
            tail, point, survival = tail[keep], point[keep], survival[keep]
        for _ in range(k):
            tail = tail - point
            point = point * z * (R + n) / (n + 1)
            n += 1
        tail = np.maximum(tail, 0.0)
        survival = survival * (B + m - 1) / (a + B + m - 1)
        m += 1
        total[place] += tail * survival


def _by_tails(k: int, stage: int, R: Floats, z: Floats, a: float, B: Floats) -> Floats:
    """The same sum, every tail on its own, for few customers with hundreds of orders to come."""
    total = np.zeros_like(z)
    active, done = np.arange(len(z)), 0
    while active.size:
        m = done + np.arange(1, max(1, _CHUNK // active.size) + 1)
        rate, share, chances = (values[active, None] for values in (R, z, B))
        terms = betainc(m * k - stage, rate, share) * np.exp(
            betaln(a, chances + m - 1) - betaln(a, chances)
        )
        total[active] += terms.sum(axis=1)
        active = active[terms[:, -1] > _NEGLIGIBLE]
        done += len(m)
    return total


def log_likelihood(rows: Histories, k: int) -> Objective:
    """The log-likelihood of theta = log(r, alpha, a, b) given k, and its gradient.

        L = α^r/Γ(r) · B(a, b+x+1)/B(a, b)
            · [ sum over j < k of (T-t_x)^j/j! · Γ(r+kx+j) / (α+T)^(r+kx+j)
              + a/(b+x) · Γ(r+kx) / (α+t_x)^(r+kx) ]

    without the factor of the gaps, which does not depend on theta: see `log_regularity`.
    Reutterer, Platzer and Schröder (2021).
    """
    x, t_x, T, weight = rows
    customers = float(weight.sum())
    (x_of,), place = distinct([x])
    weight_of = tally(place, weight)
    stage = np.arange(k)[:, None]

    def objective(theta: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(theta).tolist()
        R = r + k * x
        terms = _log_alive_terms(k, r, alpha, x, t_x, T)
        log_alive = logsumexp(terms, axis=0)
        share = np.exp(terms - log_alive)
        log_dead = np.log(a / (b + x)) - R * np.log(alpha + t_x)
        dead = expit(log_dead - log_alive)
        alive = 1 - dead
        # Γ(r+kx) is taken out of both sides; it depends on x alone.
        value = customers * (r * np.log(alpha) - gammaln(r)) + dot(
            weight_of, gammaln(r + k * x_of) + betaln(a, b + x_of + 1) - betaln(a, b)
        )
        value += dot(weight, np.logaddexp(log_alive, log_dead))
        more = (share * (digamma(R + stage) - digamma(R))).sum(axis=0)
        by_r = (
            customers * (np.log(alpha) - digamma(r))
            + dot(weight_of, digamma(r + k * x_of))
            + dot(weight, alive * (more - np.log(alpha + T)) - dead * np.log(alpha + t_x))
        )
        expected_stage = (share * stage).sum(axis=0)
        by_alpha = customers * r / alpha - dot(
            weight, alive * (R + expected_stage) / (alpha + T) + dead * R / (alpha + t_x)
        )
        total = digamma(a + b) - digamma(a + b + x_of + 1)
        by_a = dot(weight_of, total) + dot(weight, dead) / a
        by_b = dot(weight_of, total + digamma(b + x_of + 1) - digamma(b)) - dot(
            weight, dead / (b + x)
        )
        return value, np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])

    return objective


def log_regularity(rows: Histories, k: int, sum_log_gaps: Floats | None = None) -> float:
    """The part of the log-likelihood that k alone decides, relative to k = 1.

    With the gaps g known it is sum (k-1)·log g - x·logΓ(k). Without them they are integrated out,
    given that they add up to t_x: (k-1)·x·log t_x - logΓ(kx) + logΓ(x).
    """
    x, t_x, _, weight = rows
    if sum_log_gaps is not None:
        return dot(weight, (k - 1) * sum_log_gaps - x * gammaln(k))
    some = np.maximum(x, 1)
    per_customer = (k - 1) * xlogy(x, t_x) - gammaln(k * some) + gammaln(some)
    return dot(weight, np.where(x > 0, per_customer, 0.0))


def _fit(rows: Histories, k: int) -> Optimum:
    centre = np.array([0.0, np.log(mean_age(rows) / k), 0.0, 0.0])
    starts = [centre + np.log([0.3, 0.2, 0.8, 2.5]), centre + np.log([1.0, 1.0, 0.3, 3.0])]
    return maximise_in_two_looks(
        lambda rows: log_likelihood(rows, k),
        rows,
        starts=starts,
        centre=centre,
        model=f"MBG/CNBD-{k}",
    )


def _log_alive_terms(k: int, r: float, alpha: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log of (T-t_x)^j/j! · Γ(R+j)/Γ(R) / (α+T)^(R+j), a row for each j < k; R = r + kx."""
    R, stage = r + k * x, np.arange(k)[:, None]
    terms = (
        xlogy(stage, T - t_x)
        - gammaln(stage + 1)
        + gammaln(R + stage)
        - gammaln(R)
        - (R + stage) * np.log(alpha + T)
    )
    return np.asarray(terms, dtype=float)
