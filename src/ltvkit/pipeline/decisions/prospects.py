"""Customers of the customers table who have not ordered yet: what a new one like them brings."""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.schemas import ALL
from ltvkit.snapshot import Snapshot
from ltvkit.units import DAYS_PER_MONTH
from ltvkit.wording import Language, Sentence

ENOUGH_WATCHED = 100
"""Customers from whom a spread is read: ten beyond each end of an 80 % interval."""


def score_prospects(
    customers: pd.DataFrame,
    order_days: pd.DataFrame,
    channels: pd.DataFrame,
    main_channel: pd.DataFrame,
    *,
    snapshot: Snapshot,
    horizon_months: int,
    interval: float,
    new_from: date | None,
    language: Language,
) -> pd.DataFrame | None:
    """The value of customers without a history: that of a new customer of their channel.

    The value is the channel's LTV at acquisition, from the first order on and if there is one;
    the shop's where the channel is unknown or brought nobody yet. The interval is for one
    customer, not for the mean: with v what each customer of the channel brought in its first
    months, as long a time as enough of them were watched, and m their mean,

        low, high = LTV x quantiles of v / m

    Parameters
    ----------
    customers : DataFrame
        The customers table: `customer_id, channel, first_order_at`.
    order_days : DataFrame
        The cleaned log.
    channels : DataFrame
        `channel, ltv`, the last row `all`.
    main_channel : DataFrame
        `customer_id, channel` of those who ordered.
    snapshot : Snapshot
        The day it is.
    horizon_months : int
        The months that the LTV covers.
    interval : float
        The share of customers that an interval holds.
    new_from : date, optional
        Customers whose first order was earlier are not new ones, and teach nothing.
    language : {"en", "fr", "pl"}
        Of `why`.

    Returns
    -------
    DataFrame or None
        `customer_id, channel, predicted_value, predicted_value_low, predicted_value_high, why`,
        the most valuable first; None without such customers, where no LTV is known, or where the
        two tables have no customer in common, so that nobody can tell who ordered.
    """
    as_of = pd.Timestamp(snapshot.as_of)
    ordered = customers["customer_id"].isin(order_days["customer_id"])
    # Who ordered before, says the table, has a history: the log only does not hold it.
    waiting = customers[~ordered & ~(customers["first_order_at"] <= as_of)]
    ltv = channels.set_index("channel")["ltv"].astype("float64").dropna()
    if waiting.empty or not ordered.any() or ALL not in ltv.index:
        return None
    early = _early_margins(
        order_days, main_channel, as_of=as_of, horizon_months=horizon_months, new_from=new_from
    )
    tail = (1 - interval) / 2
    theirs = waiting["channel"].astype("str").str.strip().replace("", None)
    rows = []
    for channel in [*theirs.dropna().unique().tolist(), None]:
        known = channel in ltv.index and channel != ALL
        value = float(ltv[channel if known else ALL])
        of_channel = early.loc[early["channel"] == channel, "margin"].to_numpy()
        if not known or len(of_channel) < ENOUGH_WATCHED:
            of_channel = early["margin"].to_numpy()
        low, high = _spread(value, of_channel, tail)
        kind = "channel" if known else "no_channel" if channel is None else "new_channel"
        said = Sentence(f"prospect.{kind}", {"channel": channel, "months": horizon_months})
        rows.append((channel, value, low, high, said.say(language)))
    names = ["predicted_value", "predicted_value_low", "predicted_value_high"]
    by_channel = pd.DataFrame(rows, columns=["channel", *names, "why"])
    by_channel = by_channel.round(dict.fromkeys(names, 2)).astype({"channel": "str"})
    table = waiting[["customer_id"]].assign(channel=theirs.astype("str"))
    valued = table.merge(by_channel, on="channel", how="left")
    best = valued.sort_values(["predicted_value", "customer_id"], ascending=[False, True])
    return best.reset_index(drop=True)


def _early_margins(
    order_days: pd.DataFrame,
    main_channel: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    horizon_months: int,
    new_from: date | None,
) -> pd.DataFrame:
    """`channel, margin` of the customers watched for the horizon, or for as long as enough were."""
    first = order_days.groupby("customer_id")["ordered_on"].min()
    if new_from is not None:
        first = first[first >= pd.Timestamp(new_from)]
    watched = (as_of - first).dt.days + 1
    longest = np.sort(watched.to_numpy())[::-1][: ENOUGH_WATCHED + 1]
    days = min(horizon_months * DAYS_PER_MONTH, float(longest[-1])) if len(longest) else 0.0
    first = first[watched >= days]
    age = (order_days["ordered_on"] - order_days["customer_id"].map(first)).dt.days
    early = order_days[age < days].groupby("customer_id", as_index=False)["margin"].sum()
    with_channel: pd.DataFrame = early.merge(main_channel, on="customer_id", how="left")
    return with_channel


def _spread(value: float, margins: np.ndarray, tail: float) -> tuple[float, float]:
    """The value of a customer at either end, if customers scatter around it as these did."""
    if len(margins) < 2:
        return float("nan"), float("nan")
    mean = float(margins.mean())
    scale = value / mean if value > 0 and mean > 0 else 1.0
    low, high = np.quantile(margins, [tail, 1 - tail])
    return value + scale * float(low - mean), value + scale * float(high - mean)
