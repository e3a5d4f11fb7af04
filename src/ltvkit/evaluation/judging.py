"""A model judged at one past date: its metrics, by what then came."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.evaluation import metrics
from ltvkit.evaluation.chances import auc, brier, calibration_error, calibration_floor
from ltvkit.evaluation.coverage import attainable_coverage, coverage
from ltvkit.snapshot import Snapshot
from ltvkit.units import Floats

Row = dict[str, object]

COLUMNS = ("model", "fold", "cutoff", "horizon_days", "metric", "value")
"""The columns of a backtest's rows."""

NEW_DAYS = 30
"""Customers whose first order is younger are new: most of them have ordered once."""

FEWEST_NEW_ACTIVE = 20
"""So many of them must have ordered again, or nothing is said of them."""

ALL_OF_IT = 0.999
"""A high from this share of all renewals due is all of them: a choice, as prices are rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A past date and what came after it: what every model is judged by there.

    Parameters
    ----------
    number : int
        Its place among those that count.
    snapshot : Snapshot
        The date, and how far was looked ahead.
    revenue, orders, stayed : ndarray, shape (customers,)
        What came; see `judge` and `judge_orders`.
    ranked, new : ndarray of bool, shape (customers,)
        Whom a ranking is judged among, and who had come lately.
    seed : int
        For the floor of the calibration error.
    """

    number: int
    snapshot: Snapshot
    revenue: Floats
    orders: Floats
    stayed: Floats
    ranked: npt.NDArray[np.bool_]
    new: npt.NDArray[np.bool_]
    seed: int

    def judged(self, predicted: pd.DataFrame) -> dict[str, float]:
        """All metrics of a model, those of new customers last."""
        predicted_revenue = predicted["predicted_revenue"].to_numpy(dtype=float)
        return {
            **judge(predicted, self.revenue, self.stayed, seed=self.seed, ranked=self.ranked),
            **judge_orders(predicted, self.orders),
            **judge_new(predicted_revenue, self.revenue, self.new),
        }

    def rows(self, model: str, values: Mapping[str, float]) -> list[Row]:
        """The metrics of a model, as rows of the backtest."""
        at = self.snapshot
        return [
            dict(
                zip(
                    COLUMNS,
                    (model, self.number, at.as_of, at.horizon_days, metric, value),
                    strict=True,
                )
            )
            for metric, value in values.items()
        ]


def fold_at(
    number: int,
    snapshot: Snapshot,
    *,
    now: pd.DataFrame,
    truth: pd.DataFrame,
    predicted: pd.DataFrame,
    seed: int,
) -> Fold:
    """What every model is judged by at a past date.

    Parameters
    ----------
    number, snapshot, seed
        See `Fold`.
    now : DataFrame
        The customers known at the date.
    truth : DataFrame
        What came; see `ltvkit.evaluation.backtest.run_backtest`.
    predicted : DataFrame
        The predictions of the model of record, which say who has a contract.
    """
    revenue, orders, stayed = _outcome(now, truth)
    new = (now["age_days"] < NEW_DAYS).to_numpy()
    return Fold(number, snapshot, revenue, orders, stayed, _ranked(predicted), new, seed)


def judge(
    predicted: pd.DataFrame,
    revenue: Floats,
    stayed: Floats,
    *,
    seed: int,
    ranked: npt.NDArray[np.bool_] | None = None,
) -> dict[str, float]:
    """All metrics of one model at one fold; those it makes no claim for are left out.

    `stayed` is 1 for a customer who ordered in the horizon, or whose contract was kept, else 0;
    missing where there was no contract to keep. `ranked` as in `judge_revenue`. Where predictions
    say how many renewals are due, chances and the level of intervals are judged among those who
    owe one: what is sure needs no forecast. Intervals, moreover, only where they leave something
    out: with one renewal due, nothing between all and none can be said.
    """
    predicted_revenue = predicted["predicted_revenue"].to_numpy(dtype=float)
    values = judge_revenue(predicted_revenue, revenue, ranked=ranked)
    values |= _judge_chances(predicted, stayed, seed=seed)
    return values | _judge_intervals(predicted, revenue)


def _judge_chances(predicted: pd.DataFrame, stayed: Floats, *, seed: int) -> dict[str, float]:
    """The metrics of the chance to stay: of an order, or that the contract is kept."""
    prob = predicted["prob_active"].to_numpy(dtype=float)
    if "prob_kept" in predicted.columns:
        prob = predicted["prob_kept"].to_numpy(dtype=float)
        due = predicted["renewals_due"].to_numpy(dtype=float) > 0
        at_stake = due & (prob < 1) & np.isfinite(stayed)
        prob, stayed = prob[at_stake], stayed[at_stake]
    if not np.isfinite(prob).all() or len(set(stayed)) < 2:
        return {}
    prob = np.clip(prob, 0.0, 1.0)
    return {
        "auc": auc(stayed, prob),
        "brier": brier(stayed, prob),
        "calibration_error": calibration_error(stayed, prob),
        "calibration_floor": calibration_floor(prob, seed=seed),
    }


def _judge_intervals(predicted: pd.DataFrame, revenue: Floats) -> dict[str, float]:
    """How often intervals held: of all, and where their level can be asked for."""
    if "low" not in predicted.columns:
        return {}
    claims = _claims(predicted)
    some = predicted[claims]
    among = attainable_coverage(revenue[claims], some["low"], some["high"], 1 - some["prob_active"])
    return {
        "coverage": coverage(revenue, predicted["low"], predicted["high"]),
        "coverage_attainable": among.where_attainable,
    }


def _ranked(predicted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Among whom a ranking is judged: with contracts, those that run; who has left is plain."""
    if "renewals_due" not in predicted.columns:
        return np.ones(len(predicted), dtype=bool)
    return (predicted["prob_alive"] > 0).to_numpy()


def _claims(predicted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which intervals leave out something of all that may come: of contracts, where any is due."""
    if "renewals_due" not in predicted.columns:
        return np.ones(len(predicted), dtype=bool)
    most = predicted["renewals_due"] * predicted["expected_order_value"]
    everything = (predicted["low"] <= 0) & (predicted["high"] >= ALL_OF_IT * most)
    return np.asarray((predicted["renewals_due"] > 0) & ~everything)


def judge_revenue(
    predicted: Floats, revenue: Floats, *, ranked: npt.NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """The metrics of ranking, error and level; ranking among those `ranked`, else of everybody."""
    among = np.ones(len(revenue), dtype=bool) if ranked is None else ranked
    return {
        "gini": metrics.gini(revenue[among], predicted[among]),
        "spearman": metrics.spearman(revenue[among], predicted[among]),
        "top10_capture": metrics.top_capture(revenue[among], predicted[among]),
        "top10_forecast": metrics.top_capture(predicted[among], predicted[among]),
        "mae": metrics.mae(revenue, predicted),
        "rmse": metrics.rmse(revenue, predicted),
        "mae_at_level": metrics.mae_at_level(revenue, predicted),
        "rmse_at_level": metrics.rmse_at_level(revenue, predicted),
        "bias": metrics.bias(revenue, predicted),
        "total_error": abs(metrics.bias(revenue, predicted)),
        "decile_error": metrics.decile_error(revenue, predicted),
    }


def judge_orders(predicted: pd.DataFrame, orders: Floats) -> dict[str, float]:
    """Error of the number of orders, in all and of a customer; empty where none was forecast."""
    if "expected_orders" not in predicted:
        return {}
    expected = predicted["expected_orders"].to_numpy(dtype=float)
    return {
        "orders_bias": metrics.bias(orders, expected),
        "orders_mae": metrics.mae(orders, expected),
    }


def judge_new(predicted: Floats, revenue: Floats, new: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Ranking and level of the new customers alone, and how many they are; empty with too few."""
    if int((revenue[new] > 0).sum()) < FEWEST_NEW_ACTIVE:
        return {}
    return {
        "gini_new": metrics.gini(revenue[new], predicted[new]),
        "bias_new": metrics.bias(revenue[new], predicted[new]),
        "customers_new": float(new.sum()),
    }


def _outcome(now: pd.DataFrame, truth: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Revenue, orders and who stayed, for the customers of the fold in their order."""
    keyed = truth.set_index("customer_id")
    ids = now["customer_id"]
    revenue = ids.map(keyed["future_revenue"]).fillna(0.0).to_numpy(dtype=float)
    orders = ids.map(keyed["future_orders"]).fillna(0.0).to_numpy(dtype=float)
    if "ended" in keyed:
        ended = ids.map(keyed["ended"].astype(float)).to_numpy(dtype=float)
        return revenue, orders, np.asarray(1.0 - ended)
    return revenue, orders, (orders > 0).astype(float)
