"""What is timed: each task as ltvkit does it, and as users do it today.

Both sides start from the same rows. Fits run with the default settings of either; `lifetimes` once
on a row per customer, as its users call it, and once on distinct rows with weights, the best that
it can do. ltvkit finds distinct rows itself, inside the time that is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from benchmarks.quiet import quiet
from benchmarks.speed.shop import AS_OF

import ltvkit
from ltvkit.data import ColumnMap, clean, read_transactions
from ltvkit.features.engine import fetch
from ltvkit.features.orders import with_history
from ltvkit.features.snapshots import customer_summary, seen_at, snapshot_days
from ltvkit.snapshot import as_day_number

HORIZON_DAYS = 365
WEEK = 7.0
AGES = ["repeat_orders", "age_at_last_order_days", "age_days"]
VALUES = ["repeat_orders", "mean_repeat_order_value"]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A piece of work and two ways to do it.

    Attributes
    ----------
    name, peer : str
        What is done, and by whom else.
    ours, theirs : callable
        Do it; what they return can be compared.
    """

    name: str
    peer: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]


def tasks(transactions: pd.DataFrame, folder: Path) -> list[Task]:
    """All tasks on one simulated shop; files go to `folder`."""
    with quiet():
        import lifetimes
        from lifetimes.utils import summary_data_from_transaction_data

    file = folder / "transactions.parquet"
    transactions.to_parquet(file, index=False)
    summary = ltvkit.summarise(transactions, as_of=AS_OF)
    log = clean(read_transactions(file), columns=ColumnMap(), as_of=AS_OF)
    order_days = log.to_pandas()

    def summary_of_file() -> pd.DataFrame:
        fresh = clean(read_transactions(file), columns=ColumnMap(), as_of=AS_OF)
        return _summary(fresh.order_days)

    def lifetimes_summary(frame: pd.DataFrame) -> pd.DataFrame:
        with quiet():
            return summary_data_from_transaction_data(
                frame,
                *("customer_id", "ordered_at", "revenue"),
                observation_period_end=pd.Timestamp(AS_OF),
            )

    found = [
        Task(
            *("summary of a frame", "lifetimes"),
            lambda: ltvkit.summarise(transactions, as_of=AS_OF),
            lambda: lifetimes_summary(transactions),
        ),
        Task(
            *("summary of a parquet file", "pandas + lifetimes"),
            summary_of_file,
            lambda: lifetimes_summary(pd.read_parquet(file)),
        ),
        Task(
            *("summary of order days", "pandas groupby"),
            lambda: _summary(log.order_days),
            lambda: grouped_summary(order_days),
        ),
    ]
    orders = {
        "BG/NBD": (ltvkit.BetaGeo, lifetimes.BetaGeoFitter),
        "MBG/NBD": (ltvkit.ModifiedBetaGeo, lifetimes.ModifiedBetaGeoFitter),
        "Pareto/NBD": (ltvkit.ParetoNBD, lifetimes.ParetoNBDFitter),
    }
    for name, (own, peer) in orders.items():
        found += [
            Task(
                *(f"{name} fit", peer_name),
                lambda own=own: own().fit(summary),
                lambda peer=peer, distinct=distinct: fit_orders(peer, summary, distinct=distinct),
            )
            for peer_name, distinct in (
                ("lifetimes, all rows", False),
                ("lifetimes, distinct rows", True),
            )
        ]
        found.append(_prediction(name, own().fit(summary), peer, summary))
    found.append(
        Task(
            *("Gamma-Gamma fit", "lifetimes, all rows"),
            lambda: ltvkit.GammaGamma(include_first_order=False).fit(summary),
            lambda: fit_values(lifetimes.GammaGammaFitter, summary),
        )
    )
    return found


def fit_orders(maker: Callable[[], Any], summary: pd.DataFrame, *, distinct: bool) -> Any:
    """An order model of `lifetimes`, in weeks."""
    rows = summary[AGES]
    weights = None
    if distinct:
        rows = rows.groupby(AGES).size().rename("weight").reset_index()
        weights = rows["weight"].to_numpy()
    x, t_x, T = (rows[name].to_numpy(dtype=float) for name in AGES)
    with quiet():
        return maker().fit(x, t_x / WEEK, T / WEEK, weights=weights)


def fit_values(maker: Callable[[], Any], summary: pd.DataFrame) -> Any:
    """The Gamma-Gamma of `lifetimes`, on repeat orders."""
    rows = summary.loc[summary["repeat_orders"] > 0, VALUES]
    with quiet():
        return maker().fit(*(rows[name].to_numpy(dtype=float) for name in VALUES))


def grouped_summary(order_days: pd.DataFrame) -> pd.DataFrame:
    """The customer summary by pandas alone, the same columns."""
    grouped = order_days.sort_values(["customer_id", "ordered_on"]).groupby("customer_id")
    days = grouped["ordered_on"].agg(["min", "max", "size"])
    revenue = grouped["revenue"].agg(["sum", "first"])
    repeats = days["size"] - 1
    return pd.DataFrame(
        {
            "repeat_orders": repeats,
            "age_at_last_order_days": (days["max"] - days["min"]).dt.days.astype(float),
            "age_days": (pd.Timestamp(AS_OF) - days["min"]).dt.days.astype(float),
            "mean_order_value": revenue["sum"] / days["size"],
            "mean_repeat_order_value": (
                (revenue["sum"] - revenue["first"]) / repeats.clip(lower=1)
            ).where(repeats > 0, 0.0),
        }
    ).reset_index()


def _summary(order_days: Any) -> pd.DataFrame:
    day = snapshot_days([as_day_number(AS_OF)])
    return fetch(customer_summary(seen_at(with_history(order_days), day)))


def _prediction(name: str, fitted: Any, maker: Callable[[], Any], summary: pd.DataFrame) -> Task:
    """Expected orders and P(alive) of every customer, both from the parameters found by ltvkit."""
    x, t_x, T = (summary[column].to_numpy(dtype=float) for column in AGES)
    with quiet():
        peer = maker()
    peer.params_ = pd.Series(fitted.params_._asdict())
    peer.predict = peer.conditional_expected_number_of_purchases_up_to_time

    def theirs() -> tuple[np.ndarray, np.ndarray]:
        with quiet():
            orders = peer.predict(HORIZON_DAYS / WEEK, x, t_x / WEEK, T / WEEK)
            alive = peer.conditional_probability_alive(x, t_x / WEEK, T / WEEK)
        return np.asarray(orders), np.asarray(alive)

    return Task(
        f"{name} predictions",
        "lifetimes",
        lambda: (fitted.expected_orders(summary, HORIZON_DAYS), fitted.prob_alive(summary)),
        theirs,
    )
