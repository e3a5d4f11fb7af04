"""What a new customer cost: media, fully loaded, blended and paid CAC, whole or by period.

N_c = new customers (first order ever) credited to channel c; S_c = its media spend.
media CAC = S_c / N_c · fully loaded CAC = (S_c + direct_c + allocated shared) / N_c ·
blended = all acquisition cost / all new customers · paid = media spend / customers of channels
that have any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics.acquisition.allocation import Allocation, ChannelSums, channel_sums
from ltvkit.economics.acquisition.costs import Unit
from ltvkit.economics.ratios import divide
from ltvkit.schemas import ALL

CAC_COLUMNS = (
    "channel",
    "new_customers",
    "media_spend",
    "loaded_cost",
    "media_cac",
    "loaded_cac",
)


@dataclass(frozen=True, slots=True)
class CacOverview:
    """The four CACs of the whole shop. NaN where there is no customer to divide by.

    `customers_without_media` came by channels without media spend: they flatter the blended CAC.
    """

    new_customers: float
    media_spend: float
    loaded_cost: float
    blended_loaded_cac: float
    blended_media_cac: float
    paid_media_cac: float
    customers_without_media: float


def cac(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    allocation: Allocation = "customers",
    *,
    weights: pd.DataFrame | None = None,
    channel_weights: Mapping[str, float] | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> pd.DataFrame:
    """What a new customer of each channel cost.

    Parameters
    ----------
    costs : DataFrame
        `period`, `channel` (blank = shared), `category`, `amount`, optional `acquisition_share`.
    customers : DataFrame
        `customer_id`, `channel` (blank = unattributed), `first_order_at`. Counted are those whose
        first order lies within the days that the ledger covers; of a ledger with a single period,
        all that are given.
    allocation : {"customers", "spend", "paid_customers", "weights"}
        How shared cost is put on channels; see `allocation_shares`.
    weights : DataFrame, optional
        Attribution weights `customer_id, channel, weight`, summing to 1 a customer.
    channel_weights : mapping, optional
        For allocation="weights": a number per channel.
    start, end : date, optional
        First and last day of the span, both included; restricts costs and customers alike.

    Returns
    -------
    DataFrame
        `channel, new_customers, media_spend, loaded_cost, media_cac, loaded_cac`: a row per
        channel by name, and a last row `all`, blended, with the shared media in its media spend.
        The channels' loaded costs sum to the ledger's total under every rule. A CAC without
        customers is NaN.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["Google", "Facebook", None, None],
    ...     "category": ["ads_performance", "ads_performance",
    ...                  "marketing_salaries", "sales_salaries"],
    ...     "amount": [7500.0, 3000.0, 20000.0, 25000.0],
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(200), "first_order_at": "2024-01-15",
    ...     "channel": ["Google"] * 50 + ["Facebook"] * 30 + ["other"] * 120,
    ... })
    >>> cac(costs, customers)
        channel  new_customers  media_spend  loaded_cost  media_cac  loaded_cac
    0  Facebook             30       3000.0       9750.0      100.0       325.0
    1    Google             50       7500.0      18750.0      150.0       375.0
    2     other            120          0.0      27000.0        0.0       225.0
    3       all            200      10500.0      55500.0       52.5       277.5
    """
    sums = channel_sums(costs, customers, weights=weights, start=start, end=end)
    table = _table(sums, allocation, channel_weights).drop(columns="period")
    return _counts_as_integers(table, weights)


def cac_by_period(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    allocation: Allocation = "customers",
    *,
    unit: Unit = "month",
    weights: pd.DataFrame | None = None,
    channel_weights: Mapping[str, float] | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> pd.DataFrame:
    """CAC per period and channel, shared cost allocated within its period.

    Returns
    -------
    DataFrame
        `period`, the columns of `cac`, and `paid_media_cac`: media over the customers of channels
        that have any in the period; in each period a last row `all`.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": ["2024-01-01", "2024-02-01"], "channel": "Google",
    ...     "category": "ads_performance", "amount": [100.0, 300.0],
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": [1, 2, 3], "channel": "Google",
    ...     "first_order_at": ["2024-01-09", "2024-01-31", "2024-02-01"],
    ... })
    >>> by_month = cac_by_period(costs, customers)
    >>> by_month[by_month["channel"] == "all"][["period", "new_customers", "media_cac"]]
          period  new_customers  media_cac
    1 2024-01-01              2       50.0
    3 2024-02-01              1      300.0
    """
    sums = channel_sums(costs, customers, weights=weights, start=start, end=end, unit=unit)
    table = _table(sums, allocation, channel_weights)
    paid = np.where(sums.media > 0, sums.customers, 0.0)
    came_by_media = np.column_stack([paid, paid.sum(axis=1)]).ravel()
    table["paid_media_cac"] = divide(table["media_spend"].to_numpy(), came_by_media)
    return _counts_as_integers(table, weights)


def cac_overview(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    weights: pd.DataFrame | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> CacOverview:
    """Blended and paid CAC of the whole shop, and how many customers no media brought.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["Google", "Facebook", None],
    ...     "category": ["ads_performance", "ads_performance", "marketing_salaries"],
    ...     "amount": [7500.0, 3000.0, 45000.0],
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(200), "first_order_at": "2024-01-15",
    ...     "channel": ["Google"] * 50 + ["Facebook"] * 30 + ["other"] * 120,
    ... })
    >>> overview = cac_overview(costs, customers)
    >>> overview.blended_loaded_cac, overview.blended_media_cac, overview.paid_media_cac
    (277.5, 52.5, 131.25)
    >>> overview.customers_without_media
    120.0
    """
    sums = channel_sums(costs, customers, weights=weights, start=start, end=end)
    new = float(sums.customers.sum())
    media = float(sums.media.sum() + sums.shared_media.sum())
    paid = float(sums.customers[:, sums.media.sum(axis=0) > 0].sum())
    return CacOverview(
        new_customers=new,
        media_spend=media,
        loaded_cost=sums.total,
        blended_loaded_cac=sums.total / new if new else float("nan"),
        blended_media_cac=media / new if new else float("nan"),
        paid_media_cac=media / paid if paid else float("nan"),
        customers_without_media=new - paid,
    )


def _table(
    sums: ChannelSums, allocation: Allocation, channel_weights: Mapping[str, float] | None
) -> pd.DataFrame:
    loaded = sums.loaded(allocation, channel_weights)
    media_in_all = sums.media.sum(axis=1) + sums.shared_media

    def with_all(per_channel: np.ndarray, blended: np.ndarray) -> np.ndarray:
        return np.column_stack([per_channel, blended]).ravel()

    new = with_all(sums.customers, sums.customers.sum(axis=1))
    media = with_all(sums.media, media_in_all)
    cost = with_all(loaded, loaded.sum(axis=1))
    return pd.DataFrame(
        {
            "period": np.repeat(sums.periods, len(sums.channels) + 1),
            "channel": [*sums.channels, ALL] * len(sums.periods),
            "new_customers": new,
            "media_spend": media,
            "loaded_cost": cost,
            "media_cac": divide(media, new),
            "loaded_cac": divide(cost, new),
        }
    )


def _counts_as_integers(table: pd.DataFrame, weights: pd.DataFrame | None) -> pd.DataFrame:
    if weights is not None:
        return table
    return table.astype({"new_customers": "int64"})
