"""Formulas that BG/NBD and MBG/NBD share: Poisson buying, and dropout only right after an order.

A customer buys at rate lambda ~ Gamma(r, alpha) while alive, and drops out with probability
p ~ Beta(a, b) at each chance. The two models differ in one number: the chances survived by
someone with x repeat orders are m = x under BG/NBD and m = x + 1 under MBG/NBD, where the first
order is a chance as well. Everything below is written in m.
"""

import numpy as np
from scipy.special import betainc, betaln, digamma, expit, gammaln, hyp2f1, xlogy

from ltvkit.models._likelihood import Objective, Optimum, maximise
from ltvkit.models._rows import Histories, distinct, dot, mean_age, on_distinct, tally
from ltvkit.units import Floats

# Rows worked on at once, to bound memory.
_CHUNK = 4096


def log_likelihood(rows: Histories, chances: Floats) -> Objective:
    """The log-likelihood of theta = log(r, alpha, a, b), and its gradient.

    With m chances survived,

        L = Γ(r+x)/Γ(r) · α^r · B(a, b+m)/B(a, b)
            · [ (α+T)^-(r+x) + 1(m>0) · a/(b+m-1) · (α+t_x)^-(r+x) ]

    Fader, Hardie and Lee (2005), eq. 6; Batislam, Denizel and Filiztekin (2007).
    """
    weight, customers = rows.weight, float(rows.weight.sum())
    # Gamma functions depend on x alone, and x takes few values.
    (x_of, m_of), place = distinct([rows.x, chances])
    weight_of = tally(place, weight)
    mortal = chances > 0

    def objective(theta: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(theta)
        per_x = (
            gammaln(r + x_of) - gammaln(r) + r * np.log(alpha) + betaln(a, b + m_of) - betaln(a, b)
        )
        log_T, log_t = np.log(alpha + rows.T), np.log(alpha + rows.t_x)
        lost = np.where(mortal, a / np.where(mortal, b + chances - 1, 1.0), 0.0)
        alive = -(rows.x + r) * log_T
        # log(exp(alive) + lost * (alpha+t_x)^-(r+x)), by how much likelier the second is.
        with np.errstate(divide="ignore"):
            odds = np.log(lost) + (rows.x + r) * (log_T - log_t)
        value = dot(weight_of, per_x) + dot(weight, alive + np.logaddexp(0.0, odds))

        dead = expit(odds)
        by_r = dot(weight_of, digamma(r + x_of) - digamma(r) + np.log(alpha)) - dot(
            weight, log_T - dead * (log_T - log_t)
        )
        decay = (1 - dead) / (alpha + rows.T) + dead / (alpha + rows.t_x)
        by_alpha = customers * r / alpha - dot(weight, (rows.x + r) * decay)
        total = digamma(a + b) - digamma(a + b + m_of)
        by_a = dot(weight_of, total) + dot(weight, dead) / a
        by_b = dot(weight_of, total + digamma(b + m_of) - digamma(b)) - dot(
            weight, dead / np.where(mortal, b + chances - 1, 1.0)
        )
        return value, np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])

    return objective


def fit(rows: Histories, *, chances: Floats, model: str) -> Optimum:
    """Maximise the likelihood from a few starts around what the data's scale suggests.

    Raises
    ------
    ConvergenceError
        When there is no optimum, not even with a weak prior.
    """
    centre = np.array([0.0, np.log(mean_age(rows)), 0.0, 0.0])
    starts = [
        centre + np.log([0.3, 0.2, 0.8, 2.5]),
        centre + np.log([1.0, 1.0, 0.3, 3.0]),
        centre + np.log([0.5, 0.1, 2.0, 2.0]),
    ]
    return maximise(log_likelihood(rows, chances), starts=starts, centre=centre, model=model)


def prob_alive(
    r: float,
    alpha: float,
    a: float,
    b: float,
    x: Floats,
    m: Floats,
    t_x: Floats,
    T: Floats,
) -> Floats:
    """P(alive at T | history) = 1 / (1 + 1(m>0) · a/(b+m-1) · ((α+T)/(α+t_x))^(r+x))."""
    mortal = m > 0
    odds = np.log(a / np.where(mortal, b + m - 1, 1.0)) + (r + x) * (
        np.log(alpha + T) - np.log(alpha + t_x)
    )
    return np.where(mortal, expit(-odds), 1.0)


def prob_active_if_alive(R: Floats, A: Floats, t: Floats) -> Floats:
    """P(an order within t | alive) = 1 - (A/(A+t))^R, exact: dropout only follows an order."""
    return np.asarray(-np.expm1(-R * np.log1p(t / A)), dtype=float)


def expected_orders_if_alive(
    R: Floats | float,
    A: Floats | float,
    a: float,
    B: Floats | float,
    t: Floats,
) -> Floats:
    """E[orders within t | alive], for lambda ~ Gamma(R, A) and p ~ Beta(a, B).

    Given lambda and p, the expectation is (1 - exp(-λpt))/p. Averaged over both, and by Euler's
    transformation of the published 2F1 form,

        (a+B-1)/(a-1) · [ 1 - (1-z)^(a-1) · 2F1(a+B-1-R, a-1; a+B-1; z) ],   z = t/(A+t)

    which stays finite where the published one overflows. Where even this is lost to rounding
    (a near 1, a very large, a+B near 1), the average over p is taken by quadrature. It never
    exceeds R·t/A, what somebody who cannot drop out would buy.

    Fader, Hardie and Lee (2005), eq. 10.
    """
    R, A, B, t = np.broadcast_arrays(R, A, B, t)
    z = t / (A + t)
    c = a + B - 1
    ceiling = R * t / A
    with np.errstate(all="ignore"):
        factor = c / (a - 1)
        power = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(c - R, a - 1, c, z)
        closed = factor * (1 - power)
        # The subtraction leaves this much of the rounding error of its larger side.
        error = np.abs(factor) * np.maximum(1.0, np.abs(power)) * 1e-15
        lost = ~(error <= 1e-9 * closed) | ~(closed <= ceiling * (1 + 1e-9)) | (a + B > 1e3)
    lost &= t > 0
    result = np.where(t > 0, closed, 0.0)
    if lost.any():
        rows = (values[lost] for values in (R, A, B, t))
        result[lost] = on_distinct(lambda R, A, B, t: _by_quadrature(R, A, a, B, t), *rows)
    return np.minimum(result, ceiling)


def _by_quadrature(R: Floats, A: Floats, a: float, B: Floats, t: Floats) -> Floats:
    """E[g(p)], g(p) = (1 - (1+pt/A)^-R)/p and p ~ Beta(a, B), by the trapezoid rule in logit p.

    The integrand is analytic in a strip around the real line and dies off on both sides, where
    the trapezoid rule converges geometrically. The chord of g is integrated exactly, so that
    what remains dies off even for a or B near 0.
    """
    result = np.empty_like(t)
    for begin in range(0, len(t), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        result[part] = _trapezoid(R[part], A[part], a, B[part], t[part])
    return result


def _trapezoid(R: Floats, A: Floats, a: float, B: Floats, t: Floats) -> Floats:
    def g(p: Floats, R: Floats, A: Floats, t: Floats) -> Floats:
        return np.asarray(-np.expm1(-R * np.log1p(p * t / A)) / p, dtype=float)

    at_0, at_1 = R * t / A, g(np.ones_like(t), R, A, t)
    spread = np.sqrt(np.minimum(a, B) + 1)
    mode = np.log((a + 1) / (B + 1))
    bend = -np.log1p(R * t / A)
    left = (
        np.maximum(np.minimum(bend, mode) - 36 / (a + 1), mode - 45 / max(a - 1, 1e-9)) - 9 / spread
    )
    right = mode + 36 / (B + 1) + 9 / spread
    step = min(0.3, float(np.min(0.6 / spread)))
    nodes = int(np.ceil(np.max(right - left) / step)) + 1
    width = (right - left) / (nodes - 1)
    u = left[:, None] + width[:, None] * np.arange(nodes)
    log_p, log_q = -np.logaddexp(0.0, -u), -np.logaddexp(0.0, u)
    p = np.exp(log_p)
    density = np.exp(a * log_p + B[:, None] * log_q - betaln(a, B)[:, None])
    beyond = g(p, R[:, None], A[:, None], t[:, None]) - (at_0[:, None] + p * (at_1 - at_0)[:, None])
    chord = at_0 + a / (a + B) * (at_1 - at_0)
    return np.asarray(chord + width * (density * beyond).sum(axis=1), dtype=float)


def pmf(r: float, alpha: float, a: float, b: float, *, n: Floats, t: Floats, m: Floats) -> Floats:
    """P(a new customer makes n repeat orders within t).

    Either still alive after m chances, with n orders by time t, or dropped out right at the n-th:

        B(a, b+m)/B(a, b) · NB(n; r, α, t) + B(a+1, b+m-1)/B(a, b) · P(at least n by t)

    Fader, Hardie and Lee (2005), eq. 8, where m = n.
    """
    n, t, m = np.broadcast_arrays(n, t, m)
    z = t / (alpha + t)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_nb = gammaln(r + n) - gammaln(r) - gammaln(n + 1) + xlogy(n, z) + r * np.log1p(-z)
    alive = np.exp(betaln(a, b + m) - betaln(a, b) + log_nb)
    at_least = np.where(n > 0, betainc(np.maximum(n, 1), r, z), 1.0)
    dropped = np.exp(betaln(a + 1, b + np.maximum(m, 1) - 1) - betaln(a, b)) * at_least
    return np.asarray(alive + np.where(m > 0, dropped, 0.0), dtype=float)
