"""From predicted revenue to predicted value: margin, discounted to the snapshot."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from ltvkit.economics import daily_discount_rate
from ltvkit.models.total.level import UNSEEN_SEASON
from ltvkit.models.total.season_ahead import SEASON_NEEDS_DAYS
from ltvkit.panel import ModelOfRecord
from ltvkit.snapshot import Snapshot
from ltvkit.units import DAYS_PER_MONTH, Z80, Floats, whole_months

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


def monthly_orders(model: ModelOfRecord, features: pd.DataFrame, horizon_days: int) -> Floats:
    """Expected orders of each customer in each month of the horizon, (customers, months)."""
    by_end = [model.expected_orders(features, end) for end in _months(horizon_days)[1]]
    return np.diff(np.column_stack([np.zeros(len(features)), *by_end]), axis=1)


def flow_profile(orders: Floats) -> Floats:
    """Share of the horizon's orders that falls into each of its months; sums to 1."""
    flows = orders.sum(axis=0)
    total = float(flows.sum())
    return flows / total if total > 0 else np.full(len(flows), 1 / len(flows))


def unseen_season(order_days: pd.DataFrame, snapshot: Snapshot, *, begun_days: int) -> float:
    """Standard deviation of the log of a usual year's repeat orders over those of the log's days.

    Zero once a season can be seen in repeat orders. Until then nobody knows how busy those days
    were, and it is as much as the level of the forecast allows for it. `begun_days` are those since
    repeat buying began where it began late, else 0.
    """
    ordered_on = order_days["ordered_on"]
    first = ordered_on.groupby(order_days["customer_id"]).transform("min")
    repeats = ordered_on[ordered_on > first]
    seen_days = begun_days or (pd.Timestamp(snapshot.as_of) - repeats.min()).days
    return 0.0 if seen_days >= SEASON_NEEDS_DAYS else UNSEEN_SEASON / Z80


class Discount(NamedTuple):
    """What a unit of each customer's margin ahead is worth at the snapshot.

    `middle` if it comes in the middle of its month, `late` at its end, `early` at its beginning:
    what is due once a year is due on one day.
    """

    late: Floats
    middle: Floats
    early: Floats


def discount(orders: Floats, *, horizon_days: int, annual_discount_rate: float) -> Discount:
    """Discount each customer's margin by when orders are expected; see `monthly_orders`.

    Who is expected to order nothing has the shop's months.
    """
    total = orders.sum(axis=1, keepdims=True)
    expected = total[:, 0] > 0
    shares = np.tile(flow_profile(orders), (len(orders), 1))
    shares[expected] = orders[expected] / total[expected]
    rate = daily_discount_rate(annual_discount_rate)
    starts, ends = _months(horizon_days)

    def worth(days: Floats) -> Floats:
        return np.asarray((shares / (1 + rate) ** days).sum(axis=1))

    return Discount(late=worth(ends), middle=worth((starts + ends) / 2), early=worth(starts))


def valued(
    predictions: pd.DataFrame, share: pd.Series, worth: Discount, snapshot: Snapshot
) -> pd.DataFrame:
    """Predictions with their value in discounted margin, and dates for the next order.

    Parameters
    ----------
    predictions : DataFrame
        From the model, in revenue.
    share : Series
        Margin share by customer.
    worth : Discount
        Of the same customers in the same order.
    snapshot : Snapshot
        Next-order days count from its day.

    Returns
    -------
    DataFrame
        With `value_if_kept` where predictions say what a kept contract would bring.
    """
    margin = predictions["customer_id"].map(share).to_numpy(dtype=float)
    money = margin * worth.middle
    # Whenever in its month it is paid, the interval holds it.
    low = predictions["low"] * margin * worth.late
    high = predictions["high"] * margin * worth.early
    if "revenue_if_kept" in predictions:
        kept = np.maximum(predictions["revenue_if_kept"] * money, 0.0)
        predictions = predictions.assign(value_if_kept=kept)
    return predictions.assign(
        predicted_value=predictions["predicted_revenue"] * money,
        # A customer sold to at a loss has a value below 0, and then the bounds change places.
        predicted_value_low=np.minimum(low, high),
        predicted_value_high=np.maximum(low, high),
        next_order_expected=_day(predictions["next_order_days"], snapshot.as_of),
        next_order_from=_day(predictions["next_order_days_from"], snapshot.as_of),
        next_order_to=_day(predictions["next_order_days_to"], snapshot.as_of),
    )


def _months(horizon_days: int) -> tuple[Floats, Floats]:
    """First and last day of each month of the horizon, counted from the snapshot."""
    starts = np.arange(whole_months(horizon_days), dtype=float) * DAYS_PER_MONTH
    return starts, np.append(starts[1:], float(horizon_days))


def _day(days: pd.Series, as_of: date) -> pd.Series:
    dates: pd.Series = pd.Timestamp(as_of) + pd.to_timedelta(np.ceil(days), unit="D")
    return dates
