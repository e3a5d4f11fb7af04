"""A backtest of a good model, with what is to be wrong of it; and the verdicts that it gets."""

from datetime import date

import pandas as pd

from ltvkit.evaluation.backtest import Backtest, TotalCheck
from ltvkit.evaluation.verdict import review
from ltvkit.evaluation.verdict import when_scored as judged_later
from ltvkit.log_facts import Continuity, Mixture

GOOD = {
    "gini": 0.6,
    "coverage_attainable": 0.8,
    "calibration_error": 0.03,
    "calibration_floor": 0.01,
}
RIGHT = TotalCheck(date(2024, 1, 1), forecast=100.0, low=80.0, high=125.0, actual=110.0)
MISSED = TotalCheck(date(2024, 2, 1), forecast=100.0, low=80.0, high=125.0, actual=300.0)
NOT_MIXED = Mixture()


def quiet(last_days, longest_days=3, usual_days=0.5):
    ended = date(2024, 3, 1)
    return Continuity(last_days, longest_days, ended, usual_days, longest_days, ended)


def backtest_of(own=None, peers=None, totals=(RIGHT, RIGHT), chance=0.1):
    values = {"ltvkit": {**GOOD, **(own or {})}, **(peers or {"bgnbd": {"gini": 0.55}})}
    rows = [
        {"model": model, "fold": fold, "metric": metric, "horizon_days": 90, "value": value}
        for model, metrics in values.items()
        for metric, value in metrics.items()
        for fold in (0, 1)
    ]
    by_chance = chance if isinstance(chance, tuple) else (chance, chance)
    return Backtest(pd.DataFrame(rows), pd.DataFrame(), tuple(totals), {}, by_chance)


def verdict(
    backtest,
    *,
    horizon=90,
    half_width=0.2,
    forecast=True,
    customers=5000,
    continuity=None,
    mixture=NOT_MIXED,
    of_kind=(),
):
    return review(
        backtest,
        horizon_days=horizon,
        log_half_width=half_width,
        total_is_forecast=forecast,
        customers=customers,
        continuity=continuity or quiet(1),
        mixture=mixture,
        of_kind=of_kind,
    )


def when_scored(trained, *, mixture=NOT_MIXED, **asked):
    return judged_later(trained, mixture=mixture, **asked)


def status(found):
    return {check.name: check.status for check in found.checks}
