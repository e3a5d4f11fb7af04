"""Totals at many dates of each log: how far off they are, and what each part of them gives."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import ask, judge_record

from ltvkit.errors import LtvkitError
from ltvkit.models.stack import StackedLtv
from ltvkit.snapshot import Snapshot

HORIZONS = (91, 182, 364)
DATES = 8
"""Dates of a log, at equal distances, of which those are asked that hold the horizon."""

SHORTEST_HISTORY = 120
PARTS = ("regularity", "season", "values", "tracking", "correction", "misfit")
"""In the order in which they are added to the base, as logs."""


def ask_totals(log: Log, *, seed: int = 42, threads: int = 1) -> pd.DataFrame:
    """Fit the model of record at up to eight dates of a log, for each horizon it has room for.

    A horizon is asked where the log has as many days before the date, and all of them after it.

    Returns
    -------
    pandas.DataFrame
        A row per date and horizon: `log, as_of, horizon_days, customers, total, total_low,
        total_high, actual, grade`, `held` (of customers within reach, see
        `ltvkit.evaluation.attainable_coverage`), and the parts of the total, as logs. A total that
        no model was fitted for, or that nothing came of, is left out.
    """
    rows = []
    for snapshot in _questions(log):
        try:
            asked = ask(replace(log, snapshot=snapshot))
            model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
        except LtvkitError:
            continue
        _, judged = judge_record(model, asked, seed=seed)
        level, parts = model.level_, model.level_.parts()
        rows.append(
            {"log": log.name, "as_of": snapshot.as_of, "horizon_days": snapshot.horizon_days}
            | {"customers": len(asked.panel.now), "actual": float(asked.revenue.sum())}
            | {name: judged[name] for name in ("total", "total_low", "total_high")}
            | {"grade": level.grade, "held": judged["coverage_attainable"]}
            | {name: parts[name] for name in PARTS}
        )
    columns = ["log", "as_of", "horizon_days", "customers", "actual", "total", "total_low"]
    found = pd.DataFrame(rows, columns=[*columns, "total_high", "grade", "held", *PARTS])
    return found[found["actual"] > 0]


def _questions(log: Log) -> Iterator[Snapshot]:
    """Dates and horizons that a log can be asked about."""
    first, last = (day.date() for day in log.transactions["ordered_at"].agg(["min", "max"]))
    days = (last - first).days
    for age in np.linspace(SHORTEST_HISTORY, days, DATES, endpoint=False).astype(int).tolist():
        for horizon_days in HORIZONS:
            if horizon_days <= min(age, days - age):
                yield Snapshot(first + timedelta(days=age), horizon_days)


def summarise_totals(asked: pd.DataFrame, by: str) -> pd.DataFrame:
    """Per log, horizon or grade, and over all rows.

    Returns
    -------
    pandas.DataFrame
        The column `by`, and `totals`; mean |ln(total / actual)| of the `base` alone and with each
        part added to those before it, the last of which is the forecast; `signed`, the mean of
        ln(total / actual); `inside` the 80 % interval; the median `half_width`, as a log; the mean
        share of customers' values `held`.
    """
    errors = np.log(asked["total"] / asked["actual"])
    # From the forecast back to the base: the last part is taken off first.
    after = asked[list(PARTS[::-1])].cumsum(axis=1)[list(PARTS)]
    told = pd.DataFrame(
        {
            by: asked[by].astype(str),
            "base": (errors - after[PARTS[0]]).abs(),
            **{name: (errors - (after[name] - asked[name])).abs() for name in PARTS},
            "signed": errors,
            "inside": asked["actual"].between(asked["total_low"], asked["total_high"]),
            "half_width": np.log(asked["total_high"] / asked["total"]),
            "held": asked["held"],
        }
    )
    rows = [
        {
            by: name,
            "totals": len(part),
            **part[["base", *PARTS, "signed"]].mean(),
            "inside": int(part["inside"].sum()),
            "half_width": part["half_width"].median(),
            "held": part["held"].mean(),
        }
        for name, part in [*told.groupby(by, sort=False), ("all", told)]
    ]
    return pd.DataFrame(rows)
