"""Fill the panel: features and labels at rolling past snapshots, in a handful of queries."""

from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from ltvkit.data.clock import shop_clock
from ltvkit.features.activity import activity_of
from ltvkit.features.attributes import attributes
from ltvkit.features.customers import with_customers
from ltvkit.features.engine import fetch, quiet
from ltvkit.features.orders import with_history
from ltvkit.features.repeat_buying import repeat_buying_begins
from ltvkit.features.snapshots import behaviour, customer_summary, seen_at, snapshot_days
from ltvkit.features.targets import targets
from ltvkit.panel import MOST_ROWS, Activity, Cut, Panel
from ltvkit.past_dates import (
    cut_days,
    earlier_cut_days,
    earlier_panel_dates,
    label_length,
    panel_dates,
)
from ltvkit.snapshot import Snapshot, as_day_number
from ltvkit.units import Integers

KEY = ["as_of_day", "customer_id"]
FUTURE, UNTIL = ("future_orders", "future_revenue"), "days_until_order"

MOST_CUT_ROWS = 500_000
"""Rows of past dates that are read at once."""


def features_at(
    history: ir.Table,
    days: list[int],
    *,
    horizon_days: int,
    attribute_columns: tuple[str, ...],
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """All features of the customers known at each of the days, sorted by day and customer.

    Parameters
    ----------
    history : ibis table
        From `with_history`.
    days : list of int
        Days since 1970-01-01.
    horizon_days : int
        Length of the future that the features shall help to predict.
    attribute_columns : tuple of str
        Further columns of the order days to make features of.
    customers : DataFrame, optional
        See `with_customers`.
    """
    seen = seen_at(history, snapshot_days(days))
    frame = fetch(customer_summary(seen)).merge(
        fetch(behaviour(seen, horizon_days=horizon_days)), on=KEY, validate="1:1"
    )
    if attribute_columns:
        frame = frame.merge(fetch(attributes(seen, attribute_columns)), on=KEY, validate="1:1")
    frame = _lean(frame).sort_values(KEY, ignore_index=True)
    return frame if customers is None else with_customers(frame, customers)


def build_panel(
    order_days: ir.Table,
    snapshot: Snapshot,
    *,
    attribute_columns: tuple[str, ...] = (),
    customers: pd.DataFrame | None = None,
    seed: int = 42,
) -> Panel:
    """Everything a model may learn from at a snapshot; nothing after it is read.

    Where past snapshots would have more than about `MOST_ROWS` rows together, whole customers are
    drawn for them, with the same chance for each. Features at the snapshot, the totals of past
    dates and what the log shows summed are of everybody.

    Parameters
    ----------
    order_days : ibis table
        One row per customer and order day.
    snapshot : Snapshot
        The day it is, and the horizon to predict.
    attribute_columns : tuple of str
        Further columns of `order_days` to make features of.
    customers : DataFrame, optional
        What was known of each customer from the first order on; see `with_customers`.
    seed : int
        Of the draw.

    Raises
    ------
    NotEnoughDataError
        When nobody had ordered by then.
    """
    history, activity = _seen(order_days, snapshot.as_of)
    as_of_day = as_day_number(snapshot.as_of)
    snapshot = replace(
        snapshot, horizon_days=activity.clock.ahead(as_of_day, snapshot.horizon_days)
    )
    history_days = as_of_day - activity.begins
    label_days = label_length(history_days, snapshot.horizon_days)
    ahead = (as_of_day, history_days, snapshot.horizon_days)

    def described(orders: ir.Table, days: list[int]) -> pd.DataFrame:
        return features_at(
            orders,
            days,
            horizon_days=label_days,
            attribute_columns=attribute_columns,
            customers=customers,
        )

    now = described(history, [as_of_day]).drop(columns="as_of_day")
    dates = _dates_to_learn(now, as_of_day, panel_dates(*ahead), earlier_panel_dates(*ahead))
    learned = _some_customers(history, now, [as_of_day - day for day, _ in dates], seed)
    features = described(learned, sorted({day for day, _ in dates}))
    # Everybody is in a cut: of a large shop a few at a time.
    at_once = max(1, MOST_CUT_ROWS // len(now))

    def cuts_at(days: tuple[int, ...]) -> tuple[Cut, ...]:
        return tuple(
            cut
            for first in range(0, len(days), at_once)
            for cut in _cuts(history, days[first : first + at_once], label_days)
        )

    return Panel(
        snapshot=snapshot,
        as_of_day=as_of_day,
        history_days=history_days,
        label_days=label_days,
        rows=_labelled(features, learned, dates),
        now=now,
        activity=activity,
        cuts=cuts_at(cut_days(*ahead)),
        earlier_cuts=cuts_at(earlier_cut_days(*ahead)),
    )


def activity_at(order_days: ir.Table, as_of: date) -> Activity:
    """What order days up to a day show summed over customers; later ones are not read."""
    return _seen(order_days, as_of)[1]


def _seen(order_days: ir.Table, as_of: date) -> tuple[ir.Table, Activity]:
    """The orders up to a day, by the shop's clock, and what they show summed over customers."""
    past = order_days.filter(order_days.ordered_on <= as_of)
    with quiet():
        clock = shop_clock(past, as_of)
        history = with_history(past, clock).cache()
    activity = activity_of(history, as_of, clock)
    begins = repeat_buying_begins(activity, as_day_number(as_of))
    if begins > activity.first_day:
        activity = replace(activity, repeats_begin=begins)
    return history, activity


def _dates_to_learn(
    now: pd.DataFrame,
    as_of_day: int,
    latest: list[tuple[int, int]],
    earlier: list[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The latest dates, and those before them that have at most `MOST_ROWS` rows with them."""
    dates = latest + earlier
    rows = np.cumsum(_customers_then(now, [as_of_day - day for day, _ in dates]))
    fit = int(np.searchsorted(rows, MOST_ROWS, side="right"))
    return sorted(dates[: max(len(latest), fit)])


def _some_customers(history: ir.Table, now: pd.DataFrame, ago: list[int], seed: int) -> ir.Table:
    """The order days of so many customers that snapshots `ago` days ago have `MOST_ROWS` rows."""
    rows = int(_customers_then(now, ago).sum())
    if rows <= MOST_ROWS:
        return history
    drawn = np.random.default_rng(seed).random(len(now)) < MOST_ROWS / rows
    with quiet():
        chosen = ibis.memtable(now.loc[drawn, ["customer_id"]])
        return history.semi_join(chosen, "customer_id").cache()


def _customers_then(now: pd.DataFrame, ago: list[int]) -> Integers:
    """How many of today's customers had ordered so many days ago."""
    ages = np.sort(now["age_days"].to_numpy())
    return np.asarray(len(ages) - np.searchsorted(ages, ago), dtype=np.int64)


def _labelled(
    features: pd.DataFrame, history: ir.Table, dates: list[tuple[int, int]]
) -> pd.DataFrame:
    """Features of each past snapshot with its labels, once for each length of label."""
    parts = []
    for label_days in sorted({label for _, label in dates}):
        days = [day for day, label in dates if label == label_days]
        snapshots = snapshot_days(days)
        labels = fetch(targets(history, snapshots, horizon_days=label_days))
        rows = features[features["as_of_day"].isin(days)].merge(
            labels, on=KEY, how="left", validate="1:1"
        )
        parts.append(rows.fillna(dict.fromkeys(FUTURE, 0.0)).assign(label_days=label_days))
    if not parts:
        return features.iloc[:0].assign(
            label_days=np.array([], dtype=int), **dict.fromkeys((*FUTURE, UNTIL), 0.0)
        )
    return pd.concat(parts, ignore_index=True)


def _cuts(history: ir.Table, days: tuple[int, ...], label_days: int) -> tuple[Cut, ...]:
    snapshots = snapshot_days(days)
    summaries = fetch(customer_summary(seen_at(history, snapshots)))
    labels = fetch(targets(history, snapshots, horizon_days=label_days))
    rows = summaries.merge(labels, on=KEY, how="left", validate="1:1")
    rows = rows.fillna(dict.fromkeys(FUTURE, 0.0)).sort_values(KEY)
    return tuple(
        Cut(
            day=day,
            summary=part.drop(columns=["as_of_day", *FUTURE, UNTIL]).reset_index(drop=True),
            future_orders=part["future_orders"].to_numpy(dtype=float),
            future_revenue=part["future_revenue"].to_numpy(dtype=float),
        )
        for day in days
        for part in [rows[rows["as_of_day"] == day]]
    )


def _lean(frame: pd.DataFrame) -> pd.DataFrame:
    """Behaviour in single precision: trees read no more, and the panel is the largest frame."""
    exact = {
        "repeat_orders", "age_at_last_order_days", "age_days",
        "mean_order_value", "mean_repeat_order_value", "revenue_total",
    }  # fmt: skip
    lean = {
        name: np.float32 for name in frame.select_dtypes("float64").columns if name not in exact
    }
    return frame.astype(lean)
