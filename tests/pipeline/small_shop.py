"""A small shop without any fault, written as files, and what the pipeline makes of it.

Four years, 16 new customers a month, in the last year 6, two advertised channels, orders at margins
that never change, customers who come back for a year and then stay away: nothing to warn of. Tests
spoil one thing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.config import Config
from ltvkit.economics import raise_warnings
from ltvkit.pipeline.inputs.attribution import customer_channels
from ltvkit.pipeline.inputs.load import open_log, open_tables
from ltvkit.pipeline.unit_economics.assemble import UnitEconomics, unit_economics_of
from ltvkit.pipeline.unit_economics.worth import Outlook
from ltvkit.snapshot import Snapshot

OPENED = pd.Timestamp("2021-01-01")
MONTHS = 48
PER_MONTH = 16
LAST_YEAR = 6
AS_OF = OPENED + pd.DateOffset(months=MONTHS) - pd.Timedelta(days=1)
CAC = 40.0
"""A customer brings 30 at once and some 66 in a year: a ratio of 1.7, paid back early."""


def newcomers(months: range | None = None, per_month: int = PER_MONTH) -> pd.DataFrame:
    """`customer_id, channel, first_order_at, email`, evenly over the days of each month."""
    if months is None:
        # The young are few enough not to be warned of.
        before, last = range(MONTHS - 12), range(MONTHS - 12, MONTHS)
        both = newcomers(before), newcomers(last, LAST_YEAR)
        return pd.concat(both, ignore_index=True)
    month = np.repeat(np.array(months), per_month)
    day = np.tile(np.arange(per_month) * 27 // per_month, len(months))
    starts = pd.DatetimeIndex([OPENED + pd.DateOffset(months=int(m)) for m in months])
    first = starts.repeat(per_month) + pd.to_timedelta(day, unit="D")
    number = np.arange(len(month))
    return pd.DataFrame(
        {
            "customer_id": [f"c{m:02d}-{n % per_month:03d}" for n, m in enumerate(month)],
            "channel": np.where(number % 2 == 0, "ads", "social"),
            "first_order_at": first,
        }
    ).assign(email=lambda table: table["customer_id"] + "@example.org")


def orders_of(customers: pd.DataFrame) -> pd.DataFrame:
    """A first order of 75 at a margin of 40 %, and for every other customer some more of them."""
    first = customers["first_order_at"]
    every_other = np.arange(len(customers)) // 2 % 2 == 0
    days = [first, *(first[every_other] + pd.Timedelta(days=gap) for gap in (90, 180, 270))]
    days = pd.concat(days)
    orders = pd.DataFrame(
        {
            "customer_id": customers["customer_id"].reindex(days.index),
            "ordered_at": days,
            # Some spread, so that intervals have a width.
            "revenue": 75.0 + 10 * np.sin(np.arange(len(days))),
        }
    )
    orders = orders[orders["ordered_at"] <= AS_OF].reset_index(drop=True)
    return orders.assign(margin=orders["revenue"] * 0.4, code="no")


def costs_of(customers: pd.DataFrame, each: float = CAC) -> pd.DataFrame:
    """A ledger by month: what `each` customer of a channel cost, spent in the month it came."""
    period = customers["first_order_at"].dt.to_period("M").dt.to_timestamp()
    counts = customers.groupby([period.rename("period"), "channel"]).size().rename("amount")
    return (counts * each).reset_index().assign(category="ads_performance")


Spoil = Callable[[dict[str, Any]], dict[str, Any] | None]


def sound() -> dict[str, Any]:
    """The tables of the shop, and settings: `a.b` keys of a configuration."""
    customers = newcomers()
    return {
        "customers": customers,
        "orders": orders_of(customers),
        "costs": costs_of(customers),
        "settings": {},
        "residual": 5.0,
    }


def configured(shop: dict[str, Any], folder: Path) -> Config:
    """Write the tables and make their configuration."""
    data: dict[str, Any] = {"transactions": str(folder / "orders.csv")}
    for name, file in (("orders", None), ("costs", "costs"), ("customers", "customers")):
        if shop.get(name) is not None:
            shop[name].to_csv(folder / f"{name}.csv", index=False)
            if file:
                data[file] = str(folder / f"{name}.csv")
    for name in ("touches", "leads"):
        if shop.get(name) is not None:
            shop[name].to_csv(folder / f"{name}.csv", index=False)
            data[name] = str(folder / f"{name}.csv")
    columns: dict[str, Any] = {"attributes": [c for c in ("code",) if c in shop["orders"]]}
    if "margin" in shop["orders"]:
        columns["margin"] = "margin"
    values: dict[str, Any] = {"name": "small", "data": data | {"columns": columns}}
    values["snapshot"] = {"as_of": f"{AS_OF:%Y-%m-%d}"}
    for key, value in shop["settings"].items():
        section = values
        *path, last = key.split(".")
        for part in path:
            section = section.setdefault(part, {})
        section[last] = value
    return Config.model_validate(values)


def decided(shop: dict[str, Any], folder: Path) -> UnitEconomics:
    """The unit economics of the shop, as the pipeline makes them from its files."""
    config = configured(shop, folder)
    log, tables = open_log(config), open_tables(config)
    order_days = log.to_pandas()
    ids = order_days["customer_id"].unique()
    credited = customer_channels(log, order_days, tables, attribution=config.economics.attribution)
    return unit_economics_of(
        config,
        log,
        tables,
        Snapshot(log.as_of, config.snapshot.horizon_days),
        order_days=order_days,
        credited=credited,
        outlook=Outlook(
            residual=pd.Series(float(shop["residual"]), index=ids),
            profile=np.full(12, 1 / 12),
            level_sd_log=0.0,
            seen_sd_log=0.0,
        ),
        running_days=pd.Series(0, index=order_days["customer_id"].unique()),
    )


def warned(shop: dict[str, Any], folder: Path) -> dict[str, str]:
    """The warnings that the shop gets before its customers are on lists: text by id."""
    return {told.id: told.text for told in raise_warnings(decided(shop, folder).facts)}
