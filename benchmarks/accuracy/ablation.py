"""What each part of the model of record gives: the same log, with one part switched off.

Parts are switched off from outside, by setting the constants that govern them, so that the package
needs no option for it. A part whose constant no longer exists stops the study with its name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pandas as pd
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import ask, judge_record

from ltvkit import past_dates
from ltvkit.models import intervals, learned, stack
from ltvkit.models.btyd import family
from ltvkit.models.horizon import rhythm
from ltvkit.models.learners import blend, boosted, candidates, churn, loglinear
from ltvkit.models.stack import StackedLtv
from ltvkit.models.total import level, order_values, past_errors, season_ahead
from ltvkit.models.total.season import NO_SEASON, Season

HIGHER = ("gini", "spearman", "top10_capture", "auc")
LOWER = ("mae_at_level", "rmse_at_level", "brier")


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and what to set to be without it: module, constant, value."""

    name: str
    without: tuple[tuple[ModuleType | type, str, Any], ...]


def _leave_out(name: str) -> Part:
    """The stack without one candidate; its learner still runs and is not heard.

    What small logs are shrunk to stays.
    """
    return Part(
        f"candidate {name}",
        tuple(
            (candidates, group, tuple(one for one in getattr(candidates, group) if one != name))
            for group in ("LEARNED", "WEIGHED", "LARGEST")
        ),
    )


def _not_read(name: str, *columns: str) -> Part:
    """The learners without some columns: to them all customers are alike there.

    The candidates and chances that are read off the BTYD columns stay as they are.
    """
    matrix, design = boosted.Columns.matrix, loglinear._design

    def alike(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{column: 0.0 for column in columns if column in frame.columns})

    return Part(
        name,
        (
            (boosted.Columns, "matrix", lambda self, frame: matrix(self, alike(frame))),
            (loglinear, "_design", lambda frame, *known: design(alike(frame), *known)),
        ),
    )


def _no_season(*_: object) -> Season:
    return NO_SEASON


def parts() -> tuple[Part, ...]:
    """What can be switched off."""
    return (
        Part("shrinkage to BTYD", ((blend, "SHRINK_ACTIVE", 0.0),)),
        Part("mix for the largest", ((candidates, "LARGEST", ()),)),
        Part(
            "totals of past days met in intervals", ((learned, "at_levels_met", lambda m, *_: m),)
        ),
        Part("allowance in intervals", ((intervals, "MISS_POWER", 1.0),)),
        Part("shorter labels", ((past_dates, "SHORTER_LABELS", (1.0,)),)),
        Part(
            "rolling snapshots",
            ((past_dates, "SNAPSHOTS", 1), (past_dates, "EARLIER_SNAPSHOTS", 0)),
        ),
        Part("snapshots long ago", ((past_dates, "EARLIER_SNAPSHOTS", 0),)),
        Part("season", tuple((module, "season_at", _no_season) for module in (stack, level))),
        Part("season in chances", ((stack, "season_of_chances", lambda *a, **b: 0.0),)),
        Part("season behind in chances", ((season_ahead, "CARRIED_OVER", 0.0),)),
        Part("season behind: bound", ((season_ahead, "MOST_BEHIND", float("inf")),)),
        Part("level: even gaps", ((rhythm, "MOST_STAGES", 1),)),
        Part("level: values of late", ((order_values, "FEWEST_VALUED", float("inf")),)),
        Part("level: stretches of values", ((order_values, "STRETCHES", (91,)),)),
        Part("level: tracking", ((level, "TRACKING_TRUST", {True: 0.0, False: 0.0}),)),
        Part(
            "level: correction of orders", ((level, "CORRECTION_TRUST", {True: 0.0, False: 0.0}),)
        ),
        Part("level: misfit of values", ((level, "MISFIT_TRUST", 0.0),)),
        Part("level: weights of past errors", ((past_errors.PastDate, "weight", 1.0),)),
        Part("level: past dates long ago", ((level, "EARLIER_WEIGHT", 0.0),)),
        Part("chances by slopes", ((churn, "STACKED", churn.BOUNDED),)),
        Part("chances of few by Pareto/NBD", ((churn, "SMALL", (churn.MBG_NBD,)),)),
        Part("nobody given up for sure", ((churn, "SURELY_GONE", 1e-4),)),
        Part("cuts drawn at random", ((boosted, "RANDOM_CUTS", ()),)),
        Part("monotone constraints", ((candidates, "INCREASING", ()),)),
        _not_read("BTYD features", *family.COLUMNS),
        _not_read("features of last year", "orders_year_ago", "revenue_year_ago"),
        *(_leave_out(name) for name in (*candidates.WEIGHED, "past_spend")),
    )


@contextmanager
def switched_off(part: Part) -> Iterator[None]:
    """The package without a part, inside the block."""
    patches = [patch.object(module, name, value) for module, name, value in part.without]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in reversed(patches):
            one.stop()


def ablate(
    log: Log,
    *,
    seed: int = 42,
    threads: int = 1,
    chosen: tuple[Part, ...] | None = None,
) -> pd.DataFrame:
    """Run a log with everything, then without each part.

    Returns
    -------
    pandas.DataFrame
        `part, log`, and per metric what the part gives: for Gini, Spearman, top-10 % capture and
        AUC the difference, for errors and Brier the share by which they rise without it, for the
        total the rise of its absolute error, for coverage the rise of its distance from .80.
        Positive is better with the part.
    """
    full = _run(log, seed=seed, threads=threads)
    rows = []
    for part in parts() if chosen is None else chosen:
        with switched_off(part):
            without = _run(log, seed=seed, threads=threads)
        gains = {name: full[name] - without[name] for name in HIGHER}
        gains |= {name: without[name] / full[name] - 1 for name in LOWER}
        gains["total"] = abs(without["bias"]) - abs(full["bias"])
        gains["coverage"] = _distance(without) - _distance(full)
        rows.append({"part": part.name, "log": log.name, **gains})
    return pd.DataFrame(rows)


def _run(log: Log, *, seed: int, threads: int) -> dict[str, float]:
    asked = ask(log)
    model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
    return judge_record(model, asked, seed=seed)[1]


def _distance(values: dict[str, float]) -> float:
    return abs(values["coverage_attainable"] - 0.8)
