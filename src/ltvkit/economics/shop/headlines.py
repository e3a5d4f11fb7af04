"""The few figures a run is summed up by, each with its interval and unit."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from ltvkit.economics.profitability.payback import Payback
from ltvkit.schemas import ALL
from ltvkit.units import USUAL_INTERVAL


@dataclass(frozen=True, slots=True)
class Headline:
    """A number with its limits and unit; limits are NaN where there are none."""

    value: float
    low: float
    high: float
    unit: str


def headlines(
    channels: pd.DataFrame, order_counts: pd.Series, payback: Payback
) -> dict[str, Headline]:
    """CAC, LTV, LTV:CAC, allowable CAC, ROI, payback and repeat rate of the whole shop.

    Parameters
    ----------
    channels : DataFrame
        What `channels_table` gives; its row `all` is read.
    order_counts : Series
        Order days of each customer, one at least. Repeat rate here is the share of customers with
        two or more, with Wilson limits (that of `kpis` is by month).
    payback : Payback
        Of all channels. Its value is the observed month, NaN for "not yet"; the limits are the
        months by which the CAC is back with a chance of 10 % and of 90 %.

    Examples
    --------
    >>> from ltvkit.economics import cac, channel_values, channels_table, payback_of
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(100), "channel": "seo", "first_order_at": "2024-01-15",
    ...     "age_months": 12.0,
    ... })
    >>> margins = pd.DataFrame({"customer_id": range(100), "age_months": 0, "margin": 30.0})
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["seo"], "category": "seo", "amount": [1000.0],
    ... })
    >>> values = channel_values(customers, margins)
    >>> table = channels_table(cac(costs, customers), values)
    >>> figures = headlines(
    ...     table, pd.Series([1, 2] * 50), payback_of(values.curves["all", ""], 10.0)
    ... )
    >>> figures["ltv_to_cac"].value, figures["payback_months"].value, figures["repeat_rate"].value
    (3.0, 1.0, 0.5)
    """
    row = channels[channels["channel"] == ALL].iloc[0]
    repeat = float((order_counts >= 2).mean())
    low, high = _wilson(repeat, len(order_counts))
    month = math.nan if payback.payback_month is None else float(payback.payback_month)
    tail = (1 - USUAL_INTERVAL) / 2
    return {
        "cac": _figure(row, "loaded_cac", "cac_low", "cac_high", "money"),
        "media_cac": _figure(row, "media_cac", None, None, "money"),
        "ltv": _figure(row, "ltv", "ltv_low", "ltv_high", "money"),
        "ltv_to_cac": _figure(row, "ltv_to_cac", "ltv_to_cac_low", "ltv_to_cac_high", "ratio"),
        "allowable_cac": _figure(row, "allowable_cac", "allowable_cac_cautious", None, "money"),
        "roi": _figure(row, "roi", None, None, "ratio"),
        "payback_months": Headline(
            month, _month_of(payback, tail), _month_of(payback, 1 - tail), "months"
        ),
        "repeat_rate": Headline(repeat, low, high, "share"),
    }


def _figure(row: pd.Series, value: str, low: str | None, high: str | None, unit: str) -> Headline:
    return Headline(
        float(row[value]),
        float(row[low]) if low else math.nan,
        float(row[high]) if high else math.nan,
        unit,
    )


def _month_of(payback: Payback, chance: float) -> float:
    reached = payback.curve[payback.curve["prob_paid_back"] >= chance]
    return float(reached["months"].iloc[0]) if len(reached) else math.nan


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's score interval of a share: E. B. Wilson, JASA 22 (1927)."""
    z = float(special.ndtri((1 + USUAL_INTERVAL) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return float(centre - half), float(centre + half)
