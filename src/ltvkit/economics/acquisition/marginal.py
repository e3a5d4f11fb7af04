"""The next customer costs more than the average one: marginal CAC.

N = a S^b over periods; average CAC = S / N, marginal CAC = dS/dN = average / b. The fit is a
Poisson regression of N on ln S, the same law as a line through ln N and ln S but with room for
periods without customers. It is a description of the past: season and demand move spend and
customers together, so read it as a hint for small steps, and test large ones. Above all they can
make b larger than 1: rising returns are not bet on, and the next customer costs the average then.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ltvkit.errors import DataError
from ltvkit.units import USUAL_INTERVAL, Floats
from ltvkit.wording import Sentence

MIN_PERIODS = 12
MIN_LOG_VARIATION = 0.10
"""Standard deviation of ln S below which spend has not really varied: about +- 10 %."""

_ITERATIONS = 50


@dataclass(frozen=True, slots=True)
class MarginalCac:
    """What the next customer of a channel costs, or why that cannot be said.

    `elasticity` is b with its limits; `marginal_cac` = `average_cac` / min(b, 1) likewise. `spend`
    is the mean spend a period, where the curve is read, `most_spend` the highest. Figures that
    cannot be estimated are NaN; where customers do not follow spend, b and the lower limit of the
    marginal CAC still are. `said` is what is missing, or what to beware of, as a sentence; `reason`
    the same in English.
    """

    estimable: bool
    said: Sentence | None
    periods: int
    spend: float
    most_spend: float
    average_cac: float
    elasticity: float
    elasticity_low: float
    elasticity_high: float
    marginal_cac: float
    marginal_cac_low: float
    marginal_cac_high: float

    def times_as_long(self) -> float:
        """How many times the present history would make it estimable, where it is not; or NaN.

        For an unsure elasticity b > 0, until its half-width h is b: (h / b)^2.

        Examples
        --------
        >>> spend = np.array([1, 2, 3, 4] * 3) * 1_000.0
        >>> brought = [10, 13, 8, 14, 12, 9, 16, 12, 8, 14, 12, 11]
        >>> round(marginal_cac(spend, brought).times_as_long(), 1)
        2.5
        """
        half = (self.elasticity_high - self.elasticity_low) / 2
        return (half / self.elasticity) ** 2 if self.elasticity > 0 else math.nan

    @property
    def reason(self) -> str:
        """What is missing or to beware of, in English; blank where nothing is."""
        return "" if self.said is None else str(self.said)


def marginal_cac(spend: ArrayLike, new_customers: ArrayLike) -> MarginalCac:
    """Marginal CAC of a channel from its spend and new customers, period by period.

    Estimable with at least `MIN_PERIODS` periods of spend that really varied, and when the 80 %
    limits of b lie above zero; otherwise `reason` says what is missing.

    Parameters
    ----------
    spend, new_customers : array_like, shape (periods,)
        S and N; periods without spend are left out.

    Examples
    --------
    >>> spend = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) * 1_000.0
    >>> fit = marginal_cac(spend, 2 * spend**0.5)
    >>> round(fit.elasticity, 3), round(fit.average_cac, 2), round(fit.marginal_cac, 2)
    (0.5, 42.17, 84.33)
    >>> marginal_cac(spend[:6], spend[:6]).reason
    '6 periods with spend, 12 needed'
    """
    s, n = np.asarray(spend, dtype=np.float64), np.asarray(new_customers, dtype=np.float64)
    if s.shape != n.shape:
        raise DataError(f"got {s.size} periods of spend and {n.size} of customers, expected equal")
    s, n = s[s > 0], n[s > 0]
    average = float(s.sum() / n.sum()) if n.sum() > 0 else math.nan
    mean_spend, most_spend = (float(s.mean()), float(s.max())) if s.size else (0.0, 0.0)

    def cannot(key: str, **facts: float) -> MarginalCac:
        said = Sentence(f"marginal.{key}", facts)
        unknown = [math.nan] * 6
        return MarginalCac(False, said, s.size, mean_spend, most_spend, average, *unknown)

    if s.size < MIN_PERIODS:
        return cannot("few_periods", periods=s.size, needed=MIN_PERIODS)
    log_s = np.log(s)
    if log_s.std() < MIN_LOG_VARIATION:
        return cannot("steady", spread=float(log_s.std()))
    if n.sum() <= 0:
        return cannot("no_customer")
    while_they_came = s[n > 0]
    if while_they_came.min() == s.max() or while_they_came.max() == s.min():
        # The likelihood rises with b, or with -b, for ever.
        return cannot("at_one_end")
    b, error = _poisson_slope(log_s, n)
    reach = float(special.stdtrit(s.size - 2, (1 + USUAL_INTERVAL) / 2)) * error
    low, high = b - reach, b + reach
    if not low > 0:
        return replace(
            cannot("not_following", slope=b, low=low, high=high),
            elasticity=b,
            elasticity_low=low,
            elasticity_high=high,
            marginal_cac_low=average / min(high, 1.0) if high > 0 else math.nan,
        )
    return MarginalCac(
        True,
        Sentence("marginal.rising") if low > 1 else None,
        s.size,
        mean_spend,
        most_spend,
        average,
        b,
        low,
        high,
        average / min(b, 1.0),
        average / min(high, 1.0),
        average / min(low, 1.0),
    )


def _poisson_slope(log_s: Floats, n: Floats) -> tuple[float, float]:
    """Slope of ln E[N] on ln S and its standard error, with quasi-Poisson dispersion."""
    design = np.column_stack([np.ones_like(log_s), log_s - log_s.mean()])
    beta = np.array([math.log(n.mean()), 0.0])
    for _ in range(_ITERATIONS):
        mean = np.exp(design @ beta)
        step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (n - mean))
        # Damped: a long Newton step in ln E[N] overflows.
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    mean = np.exp(design @ beta)
    # Never below Poisson noise: counts cannot be surer than counts.
    dispersion = max(1.0, float(((n - mean) ** 2 / mean).sum() / (len(n) - 2)))
    covariance = np.linalg.inv(design.T @ (design * mean[:, None])) * dispersion
    return float(beta[1]), math.sqrt(float(covariance[1, 1]))
