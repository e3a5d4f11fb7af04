"""What changed between two runs, and whether it is more than noise."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.errors import UserError
from ltvkit.monitoring.drift import Drift, psi
from ltvkit.monitoring.promise import Promise, check_promise
from ltvkit.panel import RECORD_ROW
from ltvkit.run_facts import Figure, Run
from ltvkit.units import DAYS_PER_YEAR, Z80

DRIFT_COLUMNS: tuple[str, ...] = (
    *("orders", "average_order_value", "days_since_last", "avg_days_between"),
    *("predicted_value", "prob_active", "channel"),
)
"""Columns of the scored list that stand for what goes into the models and what comes out."""

MODEL_METRICS: tuple[str, ...] = (
    *("gini", "spearman", "bias", "decile_error", "auc", "brier", "calibration_error"),
    *("coverage", "top10_capture"),
)
CHANNEL_FIGURES: tuple[str, ...] = ("new_customers", "loaded_cac", "ltv", "ltv_to_cac")

NOT_YET_KNOWN = "(not yet known)"
NO_LONGER_KNOWN = "(no longer known)"

_TO_95 = 1.959964 / Z80
"""A run's intervals hold 80 %; normal half widths times this hold 95 %."""


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
        channels=_channel_changes(old.channels, new.channels),
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


def figure_changes(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> pd.DataFrame:
    """Changes of figures with intervals, and whether they are more than noise.

    The band of a rise is sqrt((high_old - old)^2 + (new - low_new)^2), of a fall the other sides,
    taken from 80 % to 95 % as if normal. Runs share customers, so true noise is smaller.

    Examples
    --------
    >>> table = figure_changes({"cac": Figure(20.0, 18.0, 22.0)}, {"cac": Figure(26.0, 23.5, 28.5)})
    >>> row = table.iloc[0]
    >>> round(float(row.relative), 2), round(float(row.band), 2), bool(row.beyond_noise)
    (0.3, 4.9, True)
    """
    rows = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, Figure(None)), new.get(name, Figure(None))
        band = _band(before, after)
        change = _less(after.value, before.value)
        rows.append(
            {
                "name": name,
                "unit": after.unit or before.unit,
                "old": _float(before.value),
                "new": _float(after.value),
                "change": change,
                "relative": _over(change, before.value),
                "band": band,
                "beyond_noise": pd.NA
                if math.isnan(band) or math.isnan(change)
                else abs(change) > band,
            }
        )
    return pd.DataFrame(
        rows,
        columns=["name", "unit", "old", "new", "change", "relative", "band", "beyond_noise"],
    ).astype({"beyond_noise": "boolean"})


def list_changes(old: pd.Series, new: pd.Series) -> pd.DataFrame:
    """Customers per list in both runs.

    >>> list_changes(pd.Series(["a", "a", "b"]), pd.Series(["a", "c"])).values.tolist()
    [['a', 2, 1, -1, -0.5], ['b', 1, 0, -1, -1.0], ['c', 0, 1, 1, nan]]
    """
    before, after = old.value_counts(), new.value_counts()
    names = list(dict.fromkeys([*old, *new]))
    table = pd.DataFrame(
        {
            "name": names,
            "old": [int(before.get(name, 0)) for name in names],
            "new": [int(after.get(name, 0)) for name in names],
        }
    )
    change = table["new"] - table["old"]
    return table.assign(change=change, relative=change / table["old"].where(table["old"] > 0))


def list_moves(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Customers by old list (rows) and new list (columns).

    Examples
    --------
    >>> before = pd.DataFrame({"customer_id": ["a", "b"], "list": ["nurture", "nurture"]})
    >>> after = pd.DataFrame({"customer_id": ["b", "c"], "list": ["win_back", "nurture"]})
    >>> list_moves(before, after).loc["nurture"].to_dict()
    {'nurture': 0, 'win_back': 1, '(no longer known)': 1}
    """
    both = (
        old.set_index(old["customer_id"].astype("str"))[["list"]]
        .rename(columns={"list": "old"})
        .join(
            new.set_index(new["customer_id"].astype("str"))[["list"]].rename(
                columns={"list": "new"}
            ),
            how="outer",
        )
    )
    moves = pd.crosstab(both["old"].fillna(NOT_YET_KNOWN), both["new"].fillna(NO_LONGER_KNOWN))
    names = list(dict.fromkeys([*old["list"], *new["list"]]))
    rows = [*(n for n in names if n in moves.index), NOT_YET_KNOWN]
    columns = [*(n for n in names if n in moves.columns), NO_LONGER_KNOWN]
    wanted = moves.reindex(index=rows, columns=columns, fill_value=0)
    return wanted.rename_axis(index=None, columns=None)


def _figures(run: Run) -> dict[str, Figure]:
    total = run.total.margin
    return {
        **run.economics,
        "total_margin": Figure(total.value, total.low, total.high, "money"),
    }


def _channel_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    columns = ["channel", "name", "old", "new", "change", "relative", "old_verdict", "new_verdict"]
    rows = []
    before, after = (_by_channel(table) for table in (old, new))
    for channel in dict.fromkeys([*before, *after]):
        was, is_now = before.get(channel, {}), after.get(channel, {})
        for name in CHANNEL_FIGURES:
            a, b = (float(row.get(name, math.nan)) for row in (was, is_now))
            rows.append(
                {
                    "channel": channel,
                    "name": name,
                    "old": a,
                    "new": b,
                    "change": b - a,
                    "relative": _over(b - a, a),
                    "old_verdict": was.get("verdict"),
                    "new_verdict": is_now.get("verdict"),
                }
            )
    return pd.DataFrame(rows, columns=columns)


def _by_channel(channels: pd.DataFrame) -> dict[str, dict[Hashable, Any]]:
    return {str(row["channel"]): row for row in channels.to_dict("records")}


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


def _band(before: Figure, after: Figure) -> float:
    if before.value is None or after.value is None:
        return math.nan
    ends = (before.high, after.low) if after.value >= before.value else (before.low, after.high)
    if ends[0] is None or ends[1] is None:
        return math.nan
    return _TO_95 * math.hypot(ends[0] - before.value, ends[1] - after.value)


def _float(value: float | None) -> float:
    return math.nan if value is None else value


def _less(a: float | None, b: float | None) -> float:
    return math.nan if a is None or b is None else a - b


def _over(change: float, base: float | None) -> float:
    return change / abs(base) if base and np.isfinite(base) else math.nan
