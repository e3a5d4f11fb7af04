"""From predicted revenue to predicted value: margin, discounted to the snapshot."""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics import daily_discount_rate
from ltvkit.models.level import UNSEEN_SEASON
from ltvkit.models.season_ahead import SEASON_NEEDS_DAYS
from ltvkit.panel import ModelOfRecord
from ltvkit.snapshot import Snapshot
from ltvkit.units import DAYS_PER_MONTH, Z80, whole_months

MARGIN_PRIOR_ORDERS = 5.0
"""A customer's own margin share counts as much as the channel's after this many orders."""


def margin_share(history: pd.DataFrame, channels: pd.DataFrame) -> pd.Series:
    """Margin over revenue of each customer, shrunk to the channel's; index `customer_id`.

        (margin + k R m) / (revenue + k R)

    with k = 5 orders of the mean value R and m the margin share of the customer's channel, itself
    shrunk to the shop's in the same way: what one channel's customers buy may be sold at a loss.

    Parameters
    ----------
    history : DataFrame
        `customer_id, revenue, margin, orders` to date, a row per customer.
    channels : DataFrame
        `customer_id, channel`, as far as known.
    """
    revenue, margin = history["revenue"].sum(), history["margin"].sum()
    if revenue <= 0:
        return pd.Series(1.0, index=history["customer_id"])
    shop = margin / revenue
    prior = MARGIN_PRIOR_ORDERS * revenue / history["orders"].sum()
    channel = history["customer_id"].map(channels.set_index("customer_id")["channel"])
    sums = history[["revenue", "margin"]].groupby(channel).sum()
    of_channel = (sums["margin"] + prior * shop) / (sums["revenue"] + prior)
    usual = channel.map(of_channel).astype(float).fillna(shop)
    share = (history["margin"] + prior * usual) / (history["revenue"] + prior)
    return pd.Series(share.to_numpy(), index=history["customer_id"])


def flow_profile(model: ModelOfRecord, features: pd.DataFrame, horizon_days: int) -> np.ndarray:
    """Share of the horizon's orders that falls into each of its months; sums to 1."""
    months = whole_months(horizon_days)
    ends = np.minimum(np.arange(1, months + 1) * DAYS_PER_MONTH, horizon_days)
    orders = [float(model.expected_orders(features, end).sum()) for end in ends]
    flows = np.diff([0.0, *orders])
    total = flows.sum()
    return flows / total if total > 0 else np.full(months, 1 / months)


def unseen_season(order_days: pd.DataFrame, snapshot: Snapshot) -> float:
    """Standard deviation of the log of a usual year's repeat orders over those of the log's days.

    Zero once a season can be seen in repeat orders. Until then nobody knows how busy those days
    were, and it is as much as the level of the forecast allows for it.
    """
    ordered_on = order_days["ordered_on"]
    first = ordered_on.groupby(order_days["customer_id"]).transform("min")
    repeats = ordered_on[ordered_on > first]
    since_first_repeat = pd.Timestamp(snapshot.as_of) - repeats.min()
    return 0.0 if since_first_repeat.days >= SEASON_NEEDS_DAYS else UNSEEN_SEASON / Z80


def discount(profile: np.ndarray, *, horizon_days: int, annual_discount_rate: float) -> float:
    """What a unit of the horizon's margin is worth at the snapshot, flows at mid-month."""
    rate = daily_discount_rate(annual_discount_rate)
    starts = np.arange(len(profile)) * DAYS_PER_MONTH
    ends = np.minimum(starts + DAYS_PER_MONTH, horizon_days)
    return float((profile / (1 + rate) ** ((starts + ends) / 2)).sum())


def valued(
    predictions: pd.DataFrame, share: pd.Series, factor: float, snapshot: Snapshot
) -> pd.DataFrame:
    """Predictions with their value in discounted margin, and dates for the next order.

    Parameters
    ----------
    predictions : DataFrame
        From the model, in revenue.
    share : Series
        Margin share by customer.
    factor : float
        From `discount`.
    snapshot : Snapshot
        Next-order days count from its day.

    Returns
    -------
    DataFrame
        With `value_if_kept` where predictions say what a kept contract would bring.
    """
    money = predictions["customer_id"].map(share).to_numpy(dtype=float) * factor
    if "revenue_if_kept" in predictions:
        kept = np.maximum(predictions["revenue_if_kept"] * money, 0.0)
        predictions = predictions.assign(value_if_kept=kept)
    return predictions.assign(
        predicted_value=predictions["predicted_revenue"] * money,
        # A customer sold to at a loss has a value below 0, and then the bounds change places.
        predicted_value_low=np.minimum(predictions["low"] * money, predictions["high"] * money),
        predicted_value_high=np.maximum(predictions["low"] * money, predictions["high"] * money),
        next_order_expected=_day(predictions["next_order_days"], snapshot.as_of),
        next_order_from=_day(predictions["next_order_days_from"], snapshot.as_of),
        next_order_to=_day(predictions["next_order_days_to"], snapshot.as_of),
    )


def _day(days: pd.Series, as_of: date) -> pd.Series:
    dates: pd.Series = pd.Timestamp(as_of) + pd.to_timedelta(np.ceil(days), unit="D")
    return dates
