"""Rolling origins: every model is fitted at past dates and judged by what then happened.

A fold sees the log up to its cutoff and nothing more; its truth is the horizon after it. The
model of record, the parts it is made of, the models users already have and no model at all are
rows of one table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.errors import ConvergenceError, NotEnoughDataError
from ltvkit.evaluation import metrics
from ltvkit.evaluation.chances import auc, brier, calibration_error, calibration_floor
from ltvkit.evaluation.coverage import attainable_coverage, coverage
from ltvkit.panel import PART, RECORD_ROW, LtvModel, ModelOfRecord, Panel
from ltvkit.snapshot import Snapshot
from ltvkit.units import Floats

MOST_FOLDS = 2
NEW_DAYS = 30
"""Customers whose first order is younger are new: most of them have ordered once."""

FEWEST_NEW_ACTIVE = 20
"""So many of them must have ordered again, or nothing is said of them."""

SHORTEST_HISTORY_DAYS = 60
SHORTEST_HORIZON_DAYS = 14
"""Of a fold that looks less far ahead than asked for."""


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """The total of a fold: forecast, interval, and what came."""

    cutoff: date
    forecast: float
    low: float
    high: float
    actual: float

    @property
    def inside(self) -> bool:
        """Whether the interval held."""
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, slots=True)
class Backtest:
    """What the folds showed.

    Parameters
    ----------
    table : DataFrame
        `ltvkit.schemas.BACKTEST`: a row per model, fold and metric.
    deciles : DataFrame
        `model, fold, decile, customers, predicted, actual`, of the model of record.
    totals : tuple of TotalCheck
        The total of each fold, by the model of record.
    notes : dict
        For each model that could not be fitted, and each date at which nothing could be learned,
        why.
    chance_ginis : tuple of float
        For each fold, the Gini that a random order of its customers hardly exceeds.
    """

    table: pd.DataFrame
    deciles: pd.DataFrame
    totals: tuple[TotalCheck, ...]
    notes: dict[str, str]
    chance_ginis: tuple[float, ...]

    def mean(self, model: str, metric: str) -> float:
        """Mean of a metric over folds, as `wide` has it; NaN where it was not measured."""
        wide = self.wide()
        known = model in wide.index and metric in wide.columns
        return float(wide[metric].loc[model]) if known else float("nan")

    def wide(self) -> pd.DataFrame:
        """Models as rows, metrics as columns, means over folds, in order of appearance.

        Missing for a model that was not fitted at each fold: one that is judged at the easier fold
        alone would look better than those judged at both.
        """
        means = self.table.pivot_table(index="model", columns="metric", values="value")
        folds = self.table.pivot_table(
            index="model", columns="metric", values="value", aggfunc="count"
        )
        order = list(dict.fromkeys(self.table["model"]))
        return means.where((folds == folds.max()).reindex_like(means)).reindex(order)


def fold_snapshots(first_day: date, snapshot: Snapshot) -> tuple[Snapshot, ...]:
    """The folds of a log: the latest cutoff whose horizon is over, and one half a horizon before.

    When history does not hold a horizon and half of another, the folds look ahead over 40 % of
    history instead, if that is less.

    >>> [fold.as_of.isoformat() for fold in
    ...  fold_snapshots(date(1997, 1, 1), Snapshot(date(1998, 6, 30), 273))]
    ['1997-09-30', '1997-05-17']
    >>> fold_snapshots(date(2024, 1, 1), Snapshot(date(2024, 3, 1), 7))
    (Snapshot(as_of=datetime.date(2024, 2, 23), horizon_days=7),)
    >>> fold_snapshots(date(2024, 1, 1), Snapshot(date(2024, 2, 1), 365))
    ()
    """
    history = (snapshot.as_of - first_day).days
    horizon = snapshot.horizon_days
    shortest = max(SHORTEST_HISTORY_DAYS, horizon // 2)
    if history - horizon < shortest:
        horizon = min(horizon, int(0.4 * history))
        shortest = min(SHORTEST_HISTORY_DAYS, int(0.5 * history))
    folds = []
    for number in range(MOST_FOLDS):
        back = horizon + number * max(horizon // 2, 28)
        looks_far_enough = horizon >= min(SHORTEST_HORIZON_DAYS, snapshot.horizon_days)
        if looks_far_enough and history - back >= shortest:
            folds.append(Snapshot(snapshot.as_of - timedelta(days=back), horizon))
    return tuple(folds)


def run_backtest(
    folds: tuple[Snapshot, ...],
    *,
    make_panel: Callable[[Snapshot], Panel],
    make_truth: Callable[[Snapshot], pd.DataFrame],
    record: Callable[[], ModelOfRecord],
    others: Mapping[str, Callable[[], LtvModel]],
    seed: int,
    report: Callable[[str, int, int], None],
) -> Backtest:
    """Fit and judge every model at every fold.

    A date at which the log did not yet hold what the model of record learns from (nobody had
    ordered twice) is no fold: it is left out for every model, with a note.

    Parameters
    ----------
    folds : tuple of Snapshot
        From `fold_snapshots`.
    make_panel : callable
        The panel at a snapshot; reads nothing after it.
    make_truth : callable
        `customer_id, future_orders, future_revenue` of those who ordered in the horizon; of
        contracts also `ended`, whether those that ran at the fold's date had ended after it.
    record : callable
        Makes the model of record, unfitted; its row is called `ltvkit`.
    others : mapping
        Further rows: name to a callable that makes the model.
    seed : int
        For the floor of the calibration error.
    report : callable
        Told what is being done, how many parts are done and how many there are.
    """
    rows: list[dict[str, object]] = []
    deciles, by_chance = [], []
    totals: list[TotalCheck] = []
    notes: dict[str, str] = {}
    steps = len(folds) * (1 + len(others))
    for place, fold in enumerate(folds):
        panel = make_panel(fold)
        done = place * (1 + len(others))
        report("backtest", done, steps)
        try:
            model = record().fit(panel)
        except (ConvergenceError, NotEnoughDataError) as error:
            notes[f"ltvkit at {fold.as_of}"] = str(error)
            continue
        number = len(totals)
        revenue, stayed = _outcome(panel.now, make_truth(fold))

        def add(model: str, values: Mapping[str, float], *, at: Snapshot, fold: int) -> None:
            rows.extend(
                {
                    "model": model,
                    "fold": fold,
                    "cutoff": at.as_of,
                    "horizon_days": at.horizon_days,
                    "metric": metric,
                    "value": value,
                }
                for metric, value in values.items()
            )

        predicted = model.predict(panel.now)
        ranked = _ranked(predicted)
        by_chance.append(metrics.chance_gini(revenue[ranked]))
        new = (panel.now["age_days"] < NEW_DAYS).to_numpy()
        values = judge(predicted, revenue, stayed, seed=seed, ranked=ranked)
        values |= judge_new(predicted["predicted_revenue"].to_numpy(dtype=float), revenue, new)
        add(RECORD_ROW, values, at=fold, fold=number)
        table = metrics.decile_table(revenue, predicted["predicted_revenue"])
        deciles.append(table.assign(model=RECORD_ROW, fold=number))
        totals.append(TotalCheck(fold.as_of, *model.total_interval(), float(revenue.sum())))
        for name, part in model.candidate_revenue(panel.now).items():
            values = judge_revenue(part, revenue, ranked=ranked)
            add(PART + name, values, at=fold, fold=number)
        for name, make in others.items():
            done += 1
            report("backtest", done, steps)
            try:
                predicted = make().fit(panel).predict(panel.now)
            except (ConvergenceError, NotEnoughDataError) as error:
                notes[name] = str(error)
                add(name, {"gini": float("nan")}, at=fold, fold=number)
                continue
            values = judge(predicted, revenue, stayed, seed=seed, ranked=ranked)
            values |= judge_new(predicted["predicted_revenue"].to_numpy(dtype=float), revenue, new)
            add(name, values, at=fold, fold=number)
    report("backtest", steps, steps)
    columns = ["model", "fold", "cutoff", "horizon_days", "metric", "value"]
    return Backtest(
        table=pd.DataFrame(rows, columns=columns),
        deciles=pd.concat(deciles, ignore_index=True)[
            ["model", "fold", "decile", "customers", "predicted", "actual"]
        ]
        if deciles
        else pd.DataFrame(columns=["model", "fold", "decile", "customers", "predicted", "actual"]),
        totals=tuple(totals),
        notes=notes,
        chance_ginis=tuple(by_chance),
    )


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
    revenue_told = predicted["predicted_revenue"].to_numpy(dtype=float)
    values = judge_revenue(revenue_told, revenue, ranked=ranked)
    held = coverage(revenue, predicted["low"], predicted["high"]) if "low" in predicted else None
    values |= _judge_chances(predicted, stayed, seed=seed)
    if held is not None:
        if "renewals_due" in predicted.columns:
            due = predicted["renewals_due"].to_numpy(dtype=float) > 0
            predicted, revenue = predicted[due], revenue[due]
        low, high = predicted["low"].to_numpy(), predicted["high"].to_numpy()
        prob = predicted["prob_active"].to_numpy(dtype=float)
        claims = _claims(predicted)
        among = attainable_coverage(revenue[claims], low[claims], high[claims], 1 - prob[claims])
        values |= {
            "coverage": held,
            "coverage_attainable": among.where_attainable,
        }
    return values


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


def _ranked(predicted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whom a ranking is judged among: of contracts those that run, as who has left is seen."""
    if "renewals_due" not in predicted.columns:
        return np.ones(len(predicted), dtype=bool)
    return (predicted["prob_alive"] > 0).to_numpy()


def _claims(predicted: pd.DataFrame) -> np.ndarray:
    """Which intervals leave out something of all that may come."""
    if "renewals_due" not in predicted.columns:
        return np.ones(len(predicted), dtype=bool)
    most = predicted["renewals_due"] * predicted["expected_order_value"]
    everything = (predicted["low"] <= 0) & (predicted["high"] >= 0.999 * most)
    return np.asarray(~everything)


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


def judge_new(predicted: Floats, revenue: Floats, new: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Ranking and level of the new customers alone, and how many they are; empty with too few."""
    if int((revenue[new] > 0).sum()) < FEWEST_NEW_ACTIVE:
        return {}
    return {
        "gini_new": metrics.gini(revenue[new], predicted[new]),
        "bias_new": metrics.bias(revenue[new], predicted[new]),
        "customers_new": float(new.sum()),
    }


def _outcome(now: pd.DataFrame, truth: pd.DataFrame) -> tuple[Floats, Floats]:
    """Revenue and who stayed, for the customers of the fold in their order; see `judge`."""
    keyed = truth.set_index("customer_id")
    ids = now["customer_id"]
    revenue = ids.map(keyed["future_revenue"]).fillna(0.0).to_numpy(dtype=float)
    if "ended" in keyed:
        ended = ids.map(keyed["ended"].astype(float)).to_numpy(dtype=float)
        return revenue, np.asarray(1.0 - ended)
    orders = ids.map(keyed["future_orders"]).fillna(0.0).to_numpy(dtype=float)
    return revenue, (orders > 0).astype(float)
