"""Value: discounting, LTV at acquisition, residual value, and the rule of thumb beside them.

Money here is contribution margin: net sales less cost of goods, shipping, payment fees and
variable service. Acquisition cost never enters it. Flows of a month (of a year, in the rule of
thumb) are taken at its middle; the first order is undiscounted.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from ltvkit.errors import ConfigError, DataError
from ltvkit.units import DAYS_PER_YEAR, Floats

MONTHS_PER_YEAR = 12


def monthly_discount_rate(annual_discount_rate: float) -> float:
    """Rate a month that compounds to the annual rate: r_m = (1 + r)^(1/12) - 1.

    Examples
    --------
    >>> round(monthly_discount_rate(0.10), 6)
    0.007974
    """
    return float(_growth(annual_discount_rate) ** (1 / MONTHS_PER_YEAR) - 1)


def daily_discount_rate(annual_discount_rate: float) -> float:
    """Rate a day that compounds to the annual rate: r_d = (1 + r)^(1/365.25) - 1.

    Examples
    --------
    >>> round(daily_discount_rate(0.10), 8)
    0.00026098
    """
    return float(_growth(annual_discount_rate) ** (1 / DAYS_PER_YEAR) - 1)


def discount_factors(months: int, annual_discount_rate: float) -> Floats:
    """What one unit of money in the middle of month k is worth today, k = 0 … months - 1.

    d_k = (1 + r_m)^-(k + 1/2), with r_m the monthly rate.

    Examples
    --------
    >>> discount_factors(3, 0.10).round(4)
    array([0.996 , 0.9882, 0.9803])
    """
    k = np.arange(months, dtype=np.float64)
    factors: Floats = (1 + monthly_discount_rate(annual_discount_rate)) ** -(k + 0.5)
    return factors


def ltv_at_acquisition(
    monthly_margin: ArrayLike,
    *,
    horizon_months: int = 12,
    annual_discount_rate: float = 0.0,
    first_order_margin: float = 0.0,
) -> float:
    """What a new customer is expected to bring over a finite horizon, discounted.

    LTV(H) = m_first + sum_{k=0}^{H-1} E[m_k] (1 + r_m)^-(k + 1/2)

    Parameters
    ----------
    monthly_margin : array_like, shape (at least horizon_months,)
        E[m_k]: expected margin in month k of a customer's life, the first order left out when it
        is given apart.
    horizon_months : int
        H, at least 1. There is no "for ever": 12, 24 and 36 are usual.
    annual_discount_rate : float
        r; 0.10 is 10 % a year.
    first_order_margin : float
        m_first, undiscounted.

    Raises
    ------
    DataError
        When there are fewer months than the horizon asks for.

    Examples
    --------
    >>> ltv_at_acquisition([5.0] * 12, horizon_months=12, first_order_margin=20.0)
    80.0
    >>> round(
    ...     ltv_at_acquisition(
    ...         [5.0] * 12, horizon_months=12, annual_discount_rate=0.1, first_order_margin=20.0
    ...     ), 2
    ... )
    77.23
    """
    flows = np.asarray(monthly_margin, dtype=np.float64)
    return float(
        first_order_margin
        + residual_value(
            flows, horizon_months=horizon_months, annual_discount_rate=annual_discount_rate
        )
    )


def residual_value(
    monthly_margin: ArrayLike, *, horizon_months: int = 12, annual_discount_rate: float = 0.0
) -> Floats:
    """What known customers are still expected to bring over the coming months, discounted.

    Parameters
    ----------
    monthly_margin : array_like, shape (K,) or (customers, K), K at least horizon_months
        Expected margin in each of the coming months, given the history.
    horizon_months : int
        H, at least 1.
    annual_discount_rate : float
        r; 0.10 is 10 % a year.

    Returns
    -------
    ndarray, shape () or (customers,)

    Raises
    ------
    DataError
        When there are fewer months than the horizon asks for.

    Examples
    --------
    >>> residual_value([[1.0, 1.0, 1.0], [4.0, 2.0, 0.0]], horizon_months=2)
    array([2., 6.])
    """
    flows = np.asarray(monthly_margin, dtype=np.float64)
    if horizon_months < 1:
        raise ConfigError(f"horizon_months: got {horizon_months}, expected 1 or more")
    if flows.shape[-1] < horizon_months:
        raise DataError(
            f"monthly_margin: got {flows.shape[-1]} months, expected {horizon_months} or more; "
            "shorten horizon_months or predict further ahead"
        )
    factors = discount_factors(horizon_months, annual_discount_rate)
    value: Floats = np.asarray(flows[..., :horizon_months] @ factors)
    return value


def total_value(historic_margin: ArrayLike, residual_margin: ArrayLike) -> Floats:
    """Margin earned so far plus residual value: what a known customer is worth in all.

    Examples
    --------
    >>> total_value([30.0, 5.0], [12.0, 0.5])
    array([42. ,  5.5])
    """
    return np.asarray(historic_margin, dtype=np.float64) + np.asarray(
        residual_margin, dtype=np.float64
    )


def formula_ltv(
    order_value: float,
    orders_per_year: float,
    years: float,
    margin_rate: float = 1.0,
    annual_discount_rate: float = 0.0,
) -> float:
    """The rule of thumb: basket x orders a year x years (x margin rate), flows at mid-year.

    It holds no uncertainty and assumes that every customer stays for `years`, so it stands beside
    a model's LTV and never in its place. With margin_rate = 1 it is revenue, not profit.

    Parameters
    ----------
    order_value, orders_per_year, years : float
        Average basket, orders a year and years a customer stays.
    margin_rate : float
        Share of revenue that is contribution margin.
    annual_discount_rate : float
        r; each year's flow is worth (1 + r)^-(k + 1/2); of a last part year, its middle.

    Examples
    --------
    >>> formula_ltv(100, 3, 5)
    1500.0
    >>> round(formula_ltv(100, 3, 5, margin_rate=0.6, annual_discount_rate=0.10), 2)
    715.65
    """
    if years < 0:
        raise ConfigError(f"years: got {years}, expected 0 or more")
    growth = _growth(annual_discount_rate)
    yearly = order_value * orders_per_year * margin_rate
    whole = math.floor(years)
    part = years - whole
    weights = [growth ** -(k + 0.5) for k in range(whole)]
    if part > 0:
        weights.append(part * growth ** -(whole + part / 2))
    return float(yearly * math.fsum(weights))


def simple_payback_months(
    cac: float,
    margin_per_year: float,
    *,
    annual_discount_rate: float = 0.0,
    years: float | None = None,
) -> float:
    """Months until an even stream of margin has returned the CAC: the rule of thumb's payback.

    Undiscounted, t = 12 CAC / margin. Discounted, with delta = ln(1 + r) and a continuous flow,
    t = -12 ln(1 - CAC delta / margin) / delta.

    Parameters
    ----------
    cac : float
        What the customer cost.
    margin_per_year : float
        Margin that flows evenly.
    annual_discount_rate : float
        0, as in every payback figure of ltvkit, gives the undiscounted one.
    years : float, optional
        How long the stream lasts.

    Returns
    -------
    float
        NaN when the stream never returns the CAC: there is no month to name.

    Examples
    --------
    >>> round(simple_payback_months(500, 180), 1)
    33.3
    >>> round(simple_payback_months(500, 180, annual_discount_rate=0.10), 1)
    38.7
    >>> simple_payback_months(500, 180, years=2)
    nan
    """
    delta = math.log(_growth(annual_discount_rate))
    if cac <= 0:
        return 0.0
    if margin_per_year <= 0 or cac * delta >= margin_per_year:
        return math.nan
    in_years = (
        cac / margin_per_year if delta == 0 else -math.log1p(-cac * delta / margin_per_year) / delta
    )
    if years is not None and in_years > years:
        return math.nan
    return MONTHS_PER_YEAR * in_years


def _growth(annual_discount_rate: float) -> float:
    if annual_discount_rate <= -1:
        raise ConfigError(
            f"annual_discount_rate: got {annual_discount_rate}, expected more than -1; "
            "write 10 % as 0.10"
        )
    return 1 + annual_discount_rate
