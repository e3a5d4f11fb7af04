"""Shops drawn from the story of BG/NBD and Gamma-Gamma, and their panels."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from ltvkit.features import build_panel
from ltvkit.features.engine import quiet
from ltvkit.panel import Panel
from ltvkit.snapshot import Snapshot

FIRST_DAY = date(2022, 3, 1)


def simulated_log(
    *, customers: int, days: int, seed: int, order_value_sd: float = 0.5, first_only: bool = False
) -> pd.DataFrame:
    """Order days of customers who arrive evenly, buy at their own rate and drop out."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        rate = dice.gamma(1.0, 1 / 40)
        dropout = dice.beta(1.0, 4.0)
        typical = 30 * dice.lognormal(0, 0.5)
        day = float(dice.integers(0, days // 2))
        seen = set()
        while day < days:
            if int(day) not in seen:
                seen.add(int(day))
                value = typical * dice.lognormal(0, order_value_sd)
                rows.append((f"buyer-{number:04d}", int(day), round(value, 2)))
            if first_only or (len(seen) > 1 and dice.random() < dropout):
                break
            day += dice.exponential(1 / rate)
    return order_days(rows, country=np.where(dice.random(len(rows)) < 0.5, "DE", "AT"))


def order_days(rows, *, country="DE") -> pd.DataFrame:
    """A log of (customer, day, revenue), days counted from `FIRST_DAY`."""
    log = pd.DataFrame(rows, columns=["customer_id", "day", "revenue"])
    ordered_on = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(log.pop("day"), unit="D")
    return log.assign(
        ordered_on=ordered_on.astype("datetime64[s]"),
        margin=log["revenue"] * 0.4,
        orders=1,
        lines=1,
        country=country,
    ).astype({"customer_id": "str", "country": "str"})


def a_log(rows, dice):
    """Order days of (customer, day), what they brought drawn."""
    brought = dice.gamma(4, 10, len(rows)).round(2)
    return order_days([(*row, value) for row, value in zip(rows, brought, strict=True)])


def simulated_panel(log: pd.DataFrame, *, history_days: int, horizon_days: int) -> Panel:
    with quiet():
        table = ibis.memtable(log)
    as_of = FIRST_DAY + timedelta(days=history_days)
    return build_panel(
        table.mutate(ordered_on=table.ordered_on.cast("date")),
        Snapshot(as_of, horizon_days),
        attribute_columns=("country",),
    )


def revenue_between(log: pd.DataFrame, customers: pd.Series, *, after: int, days: int) -> float:
    """Revenue of these customers in (after, after + days], in days since the first."""
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    inside = (day > after) & (day <= after + days) & log["customer_id"].isin(customers)
    return float(log.loc[inside, "revenue"].sum())


def dearer(log, day, factor):
    """The same log, everything `factor` times as dear after a day."""
    later = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days > day
    return log.assign(revenue=log["revenue"].where(~later, factor * log["revenue"]))
