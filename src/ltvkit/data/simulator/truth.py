"""What is true of a simulated shop, from its parameters alone: no estimate, no dice.

Season and dropout make the formulas sums over days: the rate at age u of a customer who came on
day d is `lambda * season(d + u)` while alive, and the chance to be alive is `exp(-mu u)`, or
`(beta / (beta + u))^s` for a customer whose mu is not known.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.data.simulator.design import CATEGORY_SHARES, MARGIN_RATES, ORDERING_FACTORS, ShopDesign
from ltvkit.units import DAYS_PER_MONTH, DAYS_PER_YEAR, Floats

LTV_DAYS = 365
OBSERVED_YEARS = 3
"""How far the true margin curves reach: longer paybacks are called not reached."""


def repeat_margin_rates(design: ShopDesign) -> Floats:
    """Expected margin rate of later orders, by the category of the first."""
    stray = float(CATEGORY_SHARES @ MARGIN_RATES)
    return design.home_category_share * MARGIN_RATES + (1 - design.home_category_share) * stray


def kept_share(design: ShopDesign) -> Floats:
    """Share of an order's list value that is neither given away nor sent back, by channel."""
    mean_refund = design.full_refund_share + 0.5 * (1 - design.full_refund_share)
    refunds = design.parameter("refund_rate") * mean_refund
    return (1 - design.zero_value_share) * (1 - refunds)


def expected_exposure(dropout_rate: npt.ArrayLike, season: Floats) -> Floats:
    r"""Season-weighted days that someone alive now is expected to stay, among the coming ones.

    .. math:: \sum_d season_d \int_{d-1}^{d} e^{-\mu u} du
              = \frac{1 - e^{-\mu}}{\mu} \sum_d season_d (e^{-\mu})^{d-1}

    Times the ordering rate a day it is the expected number of orders.

    Parameters
    ----------
    dropout_rate : array-like of shape (customers,)
        mu per day, above 0.
    season : array of shape (days,)
        Factor on the ordering rate, for every coming day.

    Examples
    --------
    >>> expected_exposure([1e-12, 0.1], np.ones(10)).round(3)
    array([10.   ,  6.321])
    """
    mu = np.asarray(dropout_rate, dtype=np.float64)
    stay = np.exp(-mu)
    polynomial = np.zeros_like(mu)
    for factor in season[::-1]:  # Horner's rule: one multiplication a day, no table of days
        polynomial = polynomial * stay + factor
    return polynomial * (-np.expm1(-mu) / mu)


def margin_curves(design: ShopDesign, arrivals: Floats) -> Floats:
    """Expected cumulative margin of a new customer at every age, by channel, undiscounted.

    Averaged over the days of arrival, because a season makes an autumn customer pay back sooner.

    Parameters
    ----------
    design : ShopDesign
    arrivals : array of shape (channels, days of history)
        Expected new customers a day.

    Returns
    -------
    array of shape (channels, 1 + days)
        Column 0 is the first order alone, column k what has come by age k days.
    """
    days = int(OBSERVED_YEARS * DAYS_PER_YEAR)
    season = design.season(arrivals.shape[1] + days)
    discounted = design.parameter("discount_share")[:, None]
    value = _mean_list_price(design) * kept_share(design)
    first_rate = float(CATEGORY_SHARES @ MARGIN_RATES) - design.discount * discounted[:, 0]

    # Loyalty and margin rate both hang on the first category: their product is averaged.
    loyalty = 1 - discounted[:, 0] * (1 - design.loyalty_of_discounted)
    by_category = float((CATEGORY_SHARES * ORDERING_FACTORS) @ repeat_margin_rates(design))
    per_order_rate = design.parameter("r") / design.parameter("alpha") * loyalty * by_category

    age_years = (np.arange(days) + 0.5) / DAYS_PER_YEAR
    beta, s = design.parameter("beta")[:, None], design.parameter("s")[:, None]
    alive = (beta / (beta + age_years)) ** s
    weights = arrivals / arrivals.sum(axis=1, keepdims=True)
    seen = np.stack([np.correlate(season, row, mode="valid")[:days] for row in weights])
    daily = (value * per_order_rate)[:, None] * alive * seen / DAYS_PER_YEAR
    first = (value * first_rate)[:, None]
    return np.concatenate([first, first + np.cumsum(daily, axis=1)], axis=1)


def _mean_list_price(design: ShopDesign) -> Floats:
    return design.parameter("p") * design.parameter("v") / (design.parameter("q") - 1)


def channel_truth(
    design: ShopDesign,
    *,
    curves: Floats,
    spend: Floats,
    expected_new: Floats,
    costs: pd.DataFrame,
) -> pd.DataFrame:
    """What each channel's customers truly cost and bring.

    Parameters
    ----------
    design : ShopDesign
    curves : array of shape (channels, 1 + days)
        From `margin_curves`.
    spend, expected_new : arrays of shape (channels, months)
        Media spend and expected new customers a month.
    costs : pandas.DataFrame
        The costs table; shared costs are allocated by expected new customers.

    Returns
    -------
    pandas.DataFrame
        `channel`; `expected_new_customers`; `media_spend`, `loaded_cost`, `media_cac`,
        `loaded_cac` over the history; `first_order_margin`; `ltv` (margin of the first 12
        months, the first order included, discounted by the day); `ltv_to_cac` (loaded);
        `payback_months` (age in months at which the curve meets the loaded CAC, undiscounted;
        `nan` when not within three years), `payback_month` (the month of life in which that is,
        1 the first); `clears_target`; `verdict` (Cut below the target ratio; Raise above it when
        the marginal CAC is within LTV / target as well; else, or without spend to change, Hold);
        `elasticity` and `marginal_cac` (of media, at the mean monthly spend; `nan` without).
    """
    new = expected_new.sum(axis=1)
    names = list(design.names)
    acquisition = costs["amount"] * costs["acquisition_share"].fillna(1.0)
    by_channel = acquisition.groupby(costs["channel"]).sum().reindex(names, fill_value=0.0)
    media = spend.sum(axis=1)
    shared = float(acquisition[costs["channel"].isna()].sum())
    loaded = by_channel.to_numpy() + shared * new / new.sum()
    cac = loaded / new

    growth = 1 + design.annual_discount_rate
    factors = growth ** (-(np.arange(LTV_DAYS) + 0.5) / DAYS_PER_YEAR)
    ltv = curves[:, 0] + np.diff(curves[:, : LTV_DAYS + 1], axis=1) @ factors
    months = _crossing_days(curves, cac) / DAYS_PER_MONTH
    marginal = _marginal_cac(design.parameter("elasticity"), spend, expected_new)
    clears = ltv >= design.target_ltv_to_cac * cac
    next_pays = marginal <= ltv / design.target_ltv_to_cac
    return pd.DataFrame(
        {
            "channel": names,
            "expected_new_customers": new,
            "media_spend": media,
            "loaded_cost": loaded,
            "media_cac": media / new,
            "loaded_cac": cac,
            "first_order_margin": curves[:, 0],
            "ltv": ltv,
            "ltv_to_cac": ltv / cac,
            "payback_months": months,
            "payback_month": np.maximum(np.ceil(months), 1),
            "clears_target": clears,
            "verdict": np.select(
                [media == 0, ~clears, next_pays], ["Hold", "Cut", "Raise"], default="Hold"
            ),
            "elasticity": np.where(media > 0, design.parameter("elasticity"), np.nan),
            "marginal_cac": marginal,
        }
    )


def _crossing_days(curves: Floats, level: Floats) -> Floats:
    reached = curves >= level[:, None]
    day = reached.argmax(axis=1)
    rows = np.arange(day.size)
    before = curves[rows, np.maximum(day - 1, 0)]
    step = np.where(day > 0, curves[rows, day] - before, 1.0)
    within = np.where(day > 0, day - 1 + (level - before) / step, 0.0)
    return np.where(reached.any(axis=1), within, np.nan)


def _marginal_cac(b: Floats, spend: Floats, expected_new: Floats) -> Floats:
    # N = a S^b, so dS/dN = S^(1-b) / (a b); without spend there is no such curve.
    paid = spend[:, 0] > 0
    first = np.where(paid, spend[:, 0], 1.0)
    a = expected_new[:, 0] / first**b
    return np.where(paid, spend.mean(axis=1) ** (1 - b) / (a * b), np.nan)


def customer_truth(
    latent: pd.DataFrame, *, design: ShopDesign, future: pd.DataFrame
) -> pd.DataFrame:
    """What each customer is truly expected to bring after the snapshot, and what it then brought.

    Parameters
    ----------
    latent : pandas.DataFrame
        One row per customer: `customer_id`, `channel`, `ordering_rate_per_day`,
        `dropout_rate_per_day`, `mean_list_price`, `margin_rate` (of later orders), `alive`.
    design : ShopDesign
    future : pandas.DataFrame
        Orders of the horizon, net of their refunds: `customer_id`, `revenue`, `margin`.

    Returns
    -------
    pandas.DataFrame
        `latent`'s columns, then `expected_orders`, `expected_revenue`, `expected_margin` over
        the horizon for someone who knows the parameters and who is still alive, and the
        `realised_orders`, `realised_revenue`, `realised_margin` of this draw. Undiscounted.
    """
    season = design.season(design.history_days + design.horizon_days)[design.history_days :]
    exposure = expected_exposure(latent["dropout_rate_per_day"].to_numpy(), season)
    orders = np.where(latent["alive"], latent["ordering_rate_per_day"] * exposure, 0.0)
    kept = pd.Series(kept_share(design), index=list(design.names))
    revenue = orders * latent["mean_list_price"] * latent["channel"].map(kept).to_numpy()
    came = future.groupby("customer_id")[["revenue", "margin"]].agg(["size", "sum"])
    realised = came.reindex(latent["customer_id"], fill_value=0.0)
    return latent.assign(
        expected_orders=orders,
        expected_revenue=revenue,
        expected_margin=revenue * latent["margin_rate"],
        realised_orders=realised[("revenue", "size")].to_numpy(dtype=np.int64),
        realised_revenue=realised[("revenue", "sum")].to_numpy(dtype=np.float64),
        realised_margin=realised[("margin", "sum")].to_numpy(dtype=np.float64),
    )
