"""Rolling origins: every model is fitted at past dates and judged by what then happened.

A fold sees the log up to its cutoff and nothing more; its truth is the horizon after it. The
model of record, the parts it is made of, the models users already have and no model at all are
rows of one table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.errors import ConvergenceError, NotEnoughDataError
from ltvkit.evaluation import metrics
from ltvkit.evaluation.judging import COLUMNS, Row, fold_at, judge_revenue
from ltvkit.panel import PART, RECORD_ROW, LtvModel, ModelOfRecord, Panel, Report
from ltvkit.schemas import BACKTEST, check_frame
from ltvkit.snapshot import Snapshot

Others = Mapping[str, Callable[[], LtvModel]]
"""Rows beside the model of record: name to a callable that makes the model."""

DECILE_COLUMNS = ("model", "fold", "decile", "customers", "predicted", "actual")

NOTHING = 1e-9
"""In place of a total of 0, of which there is no logarithm: less than any coin."""


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

    @property
    def log_error(self) -> float:
        """ln(forecast / actual), finite where one of them is nothing."""
        return float(np.log(max(self.forecast, NOTHING) / max(self.actual, NOTHING)))


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
        For each model that could not be fitted, at which dates and why; and for each date at which
        nothing could be learned, why.
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


def run_backtest(
    folds: tuple[Snapshot, ...],
    *,
    make_panel: Callable[[Snapshot], Panel],
    make_truth: Callable[[Snapshot], pd.DataFrame],
    record: Callable[[], ModelOfRecord],
    others: Others,
    seed: int,
    report: Report,
) -> Backtest:
    """Fit and judge every model at every fold.

    A date at which the log did not yet hold what the model of record learns from (nobody had
    ordered twice) is no fold: it is left out for every model, with a note.

    Parameters
    ----------
    folds : tuple of Snapshot
        From `ltvkit.evaluation.folds.fold_snapshots`.
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
    rows: list[Row] = []
    deciles, by_chance = [], []
    totals: list[TotalCheck] = []
    notes: dict[str, str] = {}
    steps = len(folds) * (1 + len(others))
    for place, snapshot in enumerate(folds):
        panel = make_panel(snapshot)
        done = place * (1 + len(others))
        report("backtest", done, steps)
        try:
            model = record().fit(panel)
        except (ConvergenceError, NotEnoughDataError) as error:
            notes[f"ltvkit at {snapshot.as_of}"] = str(error)
            continue
        truth = make_truth(snapshot)
        predicted = model.predict(panel.now)
        fold = fold_at(
            len(totals), snapshot, now=panel.now, truth=truth, predicted=predicted, seed=seed
        )
        revenue = fold.revenue
        by_chance.append(metrics.chance_gini(revenue[fold.ranked]))
        rows += fold.rows(RECORD_ROW, fold.judged(predicted))
        table = metrics.decile_table(revenue, predicted["predicted_revenue"])
        deciles.append(table.assign(model=RECORD_ROW, fold=fold.number))
        totals.append(TotalCheck(snapshot.as_of, *model.total_interval(), float(revenue.sum())))
        for name, part in model.candidate_revenue(panel.now).items():
            rows += fold.rows(PART + name, judge_revenue(part, revenue, ranked=fold.ranked))
        for name, make in others.items():
            done += 1
            report("backtest", done, steps)
            try:
                predicted = make().fit(panel).predict(panel.now)
            except (ConvergenceError, NotEnoughDataError) as error:
                why = f"at {snapshot.as_of}: {error}"
                notes[name] = f"{notes[name]} / {why}" if name in notes else why
                rows += fold.rows(name, {"gini": float("nan")})
            else:
                rows += fold.rows(name, fold.judged(predicted))
    report("backtest", steps, steps)
    judged = pd.DataFrame(rows, columns=list(COLUMNS))
    check_frame(judged, BACKTEST)
    of_record = pd.concat(deciles, ignore_index=True) if deciles else None
    return Backtest(
        table=judged,
        deciles=pd.DataFrame(of_record, columns=list(DECILE_COLUMNS)),
        totals=tuple(totals),
        notes=notes,
        chance_ginis=tuple(by_chance),
    )
