"""Counts are uncertain: exact Poisson limits for a CAC, and the ratio of two channels' CAC.

Spend is known to the cent; how many customers it brings is a count, so a CAC that is used for
planning carries the count's interval.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from ltvkit.errors import ConfigError, DataError

USUAL_CONFIDENCE = 0.95
"""Of exact limits where nothing else is asked: what textbooks compare two rates by."""

_Z = float(special.ndtri((1 + USUAL_CONFIDENCE) / 2))


class Interval(NamedTuple):
    """Two limits."""

    low: float
    high: float


class RateRatio(NamedTuple):
    """How many times dearer the first is than the second, with limits and a p-value."""

    ratio: float
    low: float
    high: float
    p: float


def poisson_interval(count: float, *, confidence: float = USUAL_CONFIDENCE) -> Interval:
    """Exact (Garwood) limits for the mean of a Poisson count.

    low = chi2(alpha/2; 2n) / 2 and high = chi2(1 - alpha/2; 2n + 2) / 2. Attribution weights make
    fractional counts; the formula takes them.

    Source: F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936).

    Examples
    --------
    >>> low, high = poisson_interval(50)
    >>> round(low, 1), round(high, 1)
    (37.1, 65.9)
    >>> poisson_interval(0).low
    0.0
    """
    _check(confidence)
    if not count >= 0:
        raise DataError(f"count: got {count}, expected 0 or more")
    alpha = 1 - confidence
    low = float(special.gammaincinv(count, alpha / 2)) if count > 0 else 0.0
    return Interval(low, float(special.gammaincinv(count + 1, 1 - alpha / 2)))


def cac_interval(
    cost: float, new_customers: float, *, confidence: float = USUAL_CONFIDENCE
) -> Interval:
    """Limits of a CAC = cost / N, by exact Poisson limits on N.

    Without any customer the upper limit is infinite; the lower one still says something.

    Examples
    --------
    >>> tuple(round(limit) for limit in cac_interval(7_500, 50))
    (114, 202)
    >>> tuple(round(limit) for limit in cac_interval(3_000, 30))
    (70, 148)
    """
    low, high = poisson_interval(new_customers, confidence=confidence)
    return Interval(cost / high, cost / low if low > 0 else (math.inf if cost > 0 else 0.0))


def rate_ratio(spend_a: float, n_a: float, spend_b: float, n_b: float) -> RateRatio:
    """Is channel a really dearer than channel b?  ratio = (S_a / N_a) / (S_b / N_b).

    Given n = N_a + N_b, N_b is binomial with success probability S_b / (S_a + S_b) when both CACs
    are equal. `p` is that exact two-sided test (the sum of the probabilities of all outcomes that
    are no more likely than the one seen). The 95 % limits are
    ratio x exp(-+ z sqrt(1/N_a + 1/N_b)), and the exact Clopper-Pearson limits where a count is
    zero. Near the edge the two can differ by a hair; read the verdict from the limits.

    Source: Przyborowski & Wilenski, Biometrika 31 (1940); Rothman & Greenland, Modern
    Epidemiology, for the limits.

    Examples
    --------
    >>> google_to_facebook = rate_ratio(7_500, 50, 3_000, 30)
    >>> [round(x, 2) for x in google_to_facebook[:3]], round(google_to_facebook.p, 3)
    ([1.5, 0.95, 2.36], 0.083)
    """
    if not (spend_a > 0 and spend_b > 0):
        raise DataError(
            f"spend: got {spend_a} and {spend_b}, expected both above 0; compare only channels "
            "that cost something"
        )
    if not (n_a >= 0 and n_b >= 0):
        raise DataError(f"customers: got {n_a} and {n_b}, expected 0 or more")
    p = _conditional_p(round(n_b), round(n_a + n_b), spend_b / (spend_a + spend_b))
    if n_a > 0 and n_b > 0:
        ratio = (spend_a / n_a) / (spend_b / n_b)
        spread = math.exp(_Z * math.sqrt(1 / n_a + 1 / n_b))
        return RateRatio(ratio, ratio / spread, ratio * spread, p)
    alpha = 1 - USUAL_CONFIDENCE
    if n_a == 0 and n_b == 0:
        return RateRatio(math.nan, 0.0, math.inf, p)
    if n_b == 0:
        share = float(special.betaincinv(1, n_a, 1 - alpha / 2))
        return RateRatio(0.0, 0.0, share / (1 - share) * spend_a / spend_b, p)
    share = float(special.betaincinv(n_b, 1, alpha / 2))
    return RateRatio(math.inf, share / (1 - share) * spend_a / spend_b, math.inf, p)


def _conditional_p(seen: int, n: int, share: float) -> float:
    k = np.arange(n + 1)
    log_pmf = (
        special.gammaln(n + 1)
        - special.gammaln(k + 1)
        - special.gammaln(n - k + 1)
        + special.xlogy(k, share)
        + special.xlog1py(n - k, -share)
    )
    # A tie in exact arithmetic must count as one: 1e-7 relative, as in R's binom.test.
    as_unlikely = log_pmf <= log_pmf[seen] + 1e-7
    return float(min(1.0, np.exp(log_pmf[as_unlikely]).sum()))


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ConfigError(f"confidence: got {confidence}, expected between 0 and 1, as in 0.95")
