"""What a customer, a lead or a click may cost, and the ratios that are read beside it."""

import math
from typing import overload

import numpy as np

from ltvkit.economics.ratios import Money, divide
from ltvkit.errors import ConfigError, DataError
from ltvkit.units import Floats


@overload
def allowable_cac(
    ltv: float, target_ratio: float, *, margin_by_payback_month: float | None = None
) -> float: ...
@overload
def allowable_cac(
    ltv: Floats, target_ratio: float, *, margin_by_payback_month: Floats | float | None = None
) -> Floats: ...
def allowable_cac(
    ltv: float | Floats,
    target_ratio: float,
    *,
    margin_by_payback_month: float | Floats | None = None,
) -> float | Floats:
    """What a new customer may cost at most: min(LTV(H) / target ratio, margin by the target month).

    With target_ratio = 1 and no payback month it is the break-even CAC. The cautious version is
    the same function of the lower limits. A customer who loses money may cost nothing.

    Parameters
    ----------
    ltv : float or ndarray
        Margin LTV over the horizon, in money.
    target_ratio : float
        LTV:CAC to keep, above 0; 3 is usual.
    margin_by_payback_month : float or ndarray, optional
        Mean cumulative margin at the month by which a customer has to be paid back.

    Examples
    --------
    >>> allowable_cac(1_500, 3)
    500.0
    >>> allowable_cac(900, 3, margin_by_payback_month=180)
    180.0
    """
    if not target_ratio > 0:
        raise ConfigError(f"target_ratio: got {target_ratio}, expected above 0, as in 3")
    cap: float | Floats = math.inf if margin_by_payback_month is None else margin_by_payback_month
    allowed = np.maximum(np.minimum(np.asarray(ltv) / target_ratio, cap), 0.0)
    return float(allowed) if allowed.ndim == 0 else allowed


def left_for_media(
    allowable_cac: float | Floats,
    *,
    commissions: float | Floats,
    media_spend: float | Floats,
    new_customers: float | Floats,
) -> Floats:
    """What one more customer may cost in media: max(allowable CAC - commissions a customer, 0).

    Commissions are paid for the next customer again; shared and fixed cost are not. A channel
    without media has nothing beside it: its own cost, commissions among it, is what grows.

    Parameters
    ----------
    allowable_cac : float or ndarray
        What a new customer may cost in all.
    commissions, media_spend : float or ndarray
        What the channel paid by the customer, and for media.
    new_customers : float or ndarray
        Whom it brought for that; without any, what one costs in commissions is not known, and
        counts as nothing.

    Examples
    --------
    >>> left_for_media(50, commissions=[300, 300], media_spend=[900, 0], new_customers=[10, 10])
    array([20., 50.])
    """
    paid = (np.asarray(media_spend) > 0) & (np.asarray(new_customers) > 0)
    each = np.divide(commissions, new_customers, out=np.zeros(paid.shape), where=paid)
    return np.maximum(allowable_cac - each, 0.0)


def max_cpl(customers_per_lead: float, allowable_cac: float) -> float:
    """What a lead may cost: P(customer | lead) x allowable CAC.

    Examples
    --------
    >>> max_cpl(0.08, 250)
    20.0
    """
    return _probability(customers_per_lead, "customers_per_lead") * allowable_cac


def max_cpc(customers_per_click: float, allowable_cac: float) -> float:
    """What a click may cost: P(customer | click) x allowable CAC.

    Examples
    --------
    >>> max_cpc(0.01, 250)
    2.5
    """
    return _probability(customers_per_click, "customers_per_click") * allowable_cac


def ltv_to_cac(ltv: Money, cac: Money) -> Money:
    """Margin LTV a unit of acquisition cost; NaN without a cost.

    Examples
    --------
    >>> round(ltv_to_cac(715.65, 500), 2)
    1.43
    """
    return divide(ltv, cac)


def revenue_ltv_to_cac(revenue_ltv: Money, cac: Money) -> Money:
    """Revenue LTV a unit of acquisition cost: named apart, because revenue is not profit.

    Examples
    --------
    >>> revenue_ltv_to_cac(1_500, 500)
    3.0
    """
    return divide(revenue_ltv, cac)


def roi(ltv: Money, cac: Money) -> Money:
    """Return on acquisition cost over the horizon: LTV / CAC - 1.

    Examples
    --------
    >>> roi(300, 200)
    0.5
    """
    return divide(ltv, cac) - 1


def roas(attributed_revenue: Money, media_spend: Money) -> Money:
    """Return on ad spend: revenue credited to a channel / its media spend. Revenue, not profit.

    Examples
    --------
    >>> roas(12_000, 3_000)
    4.0
    """
    return divide(attributed_revenue, media_spend)


def mer(revenue: Money, marketing_cost: Money) -> Money:
    """Marketing efficiency ratio: all revenue / all marketing cost, without attribution.

    Examples
    --------
    >>> mer(100_000, 20_000)
    5.0
    """
    return divide(revenue, marketing_cost)


def amer(new_customer_revenue: Money, marketing_cost: Money) -> Money:
    """Acquisition MER: revenue of first order days / all marketing cost.

    Examples
    --------
    >>> amer(30_000, 20_000)
    1.5
    """
    return divide(new_customer_revenue, marketing_cost)


def _probability(value: float, name: str) -> float:
    if not 0 <= value <= 1:
        raise DataError(f"{name}: got {value}, expected 0 to 1; divide customers by their number")
    return value
