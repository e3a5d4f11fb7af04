"""What changed between two runs, and whether it is more than noise."""

import math
from dataclasses import dataclass, replace

import pandas as pd

from ltvkit.errors import UserError
from ltvkit.monitoring.changes import channel_changes, figure_changes, list_changes, list_moves
from ltvkit.monitoring.drift import Drift, psi
from ltvkit.monitoring.promise import Promise, check_promise
from ltvkit.panel import RECORD_ROW
from ltvkit.run_facts import Figure, Run
from ltvkit.units import DAYS_PER_YEAR

DRIFT_COLUMNS: tuple[str, ...] = (
    *("orders", "average_order_value", "days_since_last", "avg_days_between"),
    *("predicted_value", "prob_active", "channel"),
)
"""Columns of the scored list that stand for what goes into the models and what comes out."""

MODEL_METRICS: tuple[str, ...] = (
    *("gini", "spearman", "bias", "decile_error", "auc", "brier", "calibration_error"),
    *("coverage", "top10_capture"),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    old, new : str
        Names of the runs, with their days where a shop's runs share a name.
    elapsed_days : int
        Days between their snapshots.
    figures : DataFrame
        `name, unit, old, new, change, relative, band, beyond_noise`: unit economics and the
        total. `band` is the 95 % band of the change; `beyond_noise` is missing where either run
        has no interval.
    channels : DataFrame
        `channel, name, old, new, change, relative` per channel, and `old_verdict, new_verdict`.
    lists : DataFrame
        `name, old, new, change, relative`: customers per list.
    moves : DataFrame
        Customers by old list (rows) and new list (columns), with a row for those not yet known
        and a column for those no longer known.
    calibration : DataFrame
        `metric, old, new, change`: the backtests of the models of record.
    promise : Promise or None
        The old run's total for the customers that both know, against the margin that came in
        between; None when the new run is not later, later by more than the horizon, or knows less
        of the past.
    drifts : tuple of Drift
        Population stability of the inputs and predictions.
    old_verdict, new_verdict : str
    """

    old: str
    new: str
    elapsed_days: int
    figures: pd.DataFrame
    channels: pd.DataFrame
    lists: pd.DataFrame
    moves: pd.DataFrame
    calibration: pd.DataFrame
    promise: Promise | None
    drifts: tuple[Drift, ...]
    old_verdict: str
    new_verdict: str


def compare(old: Run, new: Run) -> Comparison:
    """Set two runs side by side (`ltvkit.runs.read_run` reads them).

    Parameters
    ----------
    old, new : Run
        The same shop, some weeks apart.

    Raises
    ------
    UserError
        See `check_comparable`.
    """
    check_comparable(old, new)
    elapsed = (new.snapshot.as_of - old.snapshot.as_of).days
    return Comparison(
        old=_dated(old, new),
        new=_dated(new, old),
        elapsed_days=elapsed,
        figures=figure_changes(_figures(old), _figures(new)),
        channels=channel_changes(old.channels, new.channels),
        lists=list_changes(old.customers["list"], new.customers["list"]),
        moves=list_moves(old.customers, new.customers),
        calibration=_calibration(old, new),
        promise=_promise_between(old, new, elapsed),
        drifts=tuple(
            psi(old.customers[name], new.customers[name], name=name)
            for name in DRIFT_COLUMNS
            if name in old.customers.columns and name in new.customers.columns
        ),
        old_verdict=old.verdict.decision,
        new_verdict=new.verdict.decision,
    )


def check_comparable(old: Run, new: Run) -> None:
    """Refuse two runs between which every figure would have changed its meaning.

    Raises
    ------
    UserError
        When the second is of an earlier day than the first, or counts another money or another
        number of days.
    """
    if new.snapshot.as_of < old.snapshot.as_of:
        raise UserError(
            f"got a run of {old.snapshot.as_of} before one of {new.snapshot.as_of}, expected the "
            f"earlier first; swap them: {new.folder}, then {old.folder}"
        )
    before, after = _meaning(old), _meaning(new)
    if before != after:
        raise UserError(
            f"got runs of {before} and of {after}, expected the same; train both over one horizon, "
            "in one currency and with one margin"
        )


def _meaning(run: Run) -> str:
    """What every figure of a run counts."""
    money = " ".join(filter(None, [run.data.currency, run.data.margin_basis]))
    # What was asked: where dates tell the month alone, so many months are not always as many days.
    return f"{money} over {run.setting('snapshot', 'horizon_days')} days"


def _dated(run: Run, other: Run) -> str:
    return f"{run.name} of {run.snapshot.as_of}" if run.name == other.name else run.name


def _figures(run: Run) -> dict[str, Figure]:
    return {**run.economics, "total_margin": run.total.margin}


def _calibration(old: Run, new: Run) -> pd.DataFrame:
    before = old.metrics.get(RECORD_ROW, {})
    after = new.metrics.get(RECORD_ROW, {})
    rows = [
        (name, before.get(name, math.nan), after.get(name, math.nan))
        for name in MODEL_METRICS
        if name in before or name in after
    ]
    table = pd.DataFrame(rows, columns=["metric", "old", "new"])
    return table.assign(change=table["new"] - table["old"])


def _promise_between(old: Run, new: Run, elapsed: int) -> Promise | None:
    """Margins to date of the customers both runs know, new less old, against the old forecast.

    The forecast is discounted; what came in between is too, as if at the middle of the days.

    Two runs cannot tell orders within the horizon from later ones, so nothing is said when they
    are further apart than that; `measure` can. Nor when the new log begins later than the old
    one: what it lost would count as sales taken back.
    """
    before, after = (
        run.customers.set_index(run.customers["customer_id"].astype("str")) for run in (old, new)
    )
    common = before.index.intersection(after.index)
    shortened = new.data.first_day > old.data.first_day
    if common.empty or shortened or not 0 < elapsed <= old.snapshot.horizon_days:
        return None
    realised = float((after.loc[common, "margin"] - before.loc[common, "margin"]).sum())
    annual = float(old.setting("economics", "annual_discount_rate") or 0.0)
    realised *= (1 + annual) ** (-elapsed / 2 / DAYS_PER_YEAR)
    everything = float(before["predicted_value"].sum())
    share = float(before.loc[common, "predicted_value"].sum()) / everything if everything else 1.0
    value, low, high = (
        None if end is None else end * share
        for end in (old.total.margin.value, old.total.margin.low, old.total.margin.high)
    )
    promise = check_promise(
        predicted=Figure(value, low, high),
        realised=realised,
        customers=len(common),
        observed_days=elapsed,
        horizon_days=old.snapshot.horizon_days,
        annual_discount_rate=annual,
    )
    midway = ", as if all came midway (ltv measure knows each day)" if annual else ""
    return replace(promise, words=promise.words + midway)
