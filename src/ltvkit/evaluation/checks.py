"""May the predictions be used? Health checks with thresholds, and the verdict they give."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ltvkit.evaluation.backtest import Backtest

Status = Literal["PASS", "REVIEW", "FAIL"]
Decision = Literal["use", "ranking only", "do not use"]

RANKING_NOISES = 2.5
LEAST_GINI = 0.1
LEVEL_HALF_WIDTH = 0.45
PEER_MARGIN = 0.01
COVERAGE = (0.70, 0.92)
CALIBRATION_MARGIN = 0.06
FEW_CUSTOMERS = 300


@dataclass(frozen=True, slots=True)
class Check:
    """One question, its answer, the threshold it was held against, and what to do about it."""

    name: str
    status: Status
    value: float
    threshold: float
    recommendation: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the predictions may be used for, with the reasons and every check behind it."""

    decision: Decision
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]


def review(
    backtest: Backtest, *, log_half_width: float, total_is_forecast: bool, customers: int
) -> Verdict:
    """Hold a backtest and the forecast of the total against the thresholds.

    - *do not use*: on past folds the ranking is not better than a random one could be;
    - *ranking only*: it is, but the total is not known well enough, or missed its interval;
    - *use*: otherwise.

    Parameters
    ----------
    backtest : Backtest
        Of the model of record and its peers.
    log_half_width : float
        ln(high / total) of the forecast of the total.
    total_is_forecast : bool
        Whether the total rests on enough repeat orders and past folds to be one.
    customers : int
        Customers scored.
    """
    ranking = _ranking(backtest)
    level = _level(backtest, log_half_width, total_is_forecast)
    checks = (
        ranking,
        level,
        _peers(backtest),
        _intervals(backtest),
        _calibration(backtest),
        _size(customers),
    )
    if ranking.status == "FAIL":
        return Verdict("do not use", (ranking.recommendation,), checks)
    if level.status == "FAIL":
        return Verdict("ranking only", (level.recommendation,), checks)
    reasons = tuple(check.recommendation for check in checks if check.status == "REVIEW")
    held = sum(total.inside for total in backtest.totals)
    good = (
        f"On past dates the ranking was right (Gini {ranking.value:.2f}) and the total fell inside "
        f"its interval at {held} of {len(backtest.totals)}."
    )
    return Verdict("use", (good, *reasons), checks)


def _ranking(backtest: Backtest) -> Check:
    gini = backtest.mean("ltvkit", "gini")
    noise = float(np.mean(backtest.ranking_noise)) if backtest.ranking_noise else float("nan")
    needed = max(RANKING_NOISES * noise, LEAST_GINI) if np.isfinite(noise) else float("nan")
    if not np.isfinite(gini) or not np.isfinite(needed):
        words = "There is no past date at which the predictions could be checked."
        return Check("beats chance", "FAIL", gini, needed, words)
    if gini < needed:
        words = (
            f"On past dates customers could not be told apart (Gini {gini:.2f}, chance alone "
            f"reaches {needed:.2f}): treat all alike, or bring data that say more."
        )
        return Check("beats chance", "FAIL", gini, needed, words)
    return Check("beats chance", "PASS", gini, needed, "The ranking is better than chance.")


def _level(backtest: Backtest, log_half_width: float, total_is_forecast: bool) -> Check:
    missed = [total for total in backtest.totals if not total.inside]
    if not total_is_forecast:
        words = "There are too few repeat orders to forecast a total: use the ranking."
        return Check("total", "FAIL", log_half_width, LEVEL_HALF_WIDTH, words)
    if log_half_width > LEVEL_HALF_WIDTH:
        words = (
            f"The total is only known within a factor of {np.exp(log_half_width):.1f}: use the "
            "ranking, do not plan on the amounts."
        )
        return Check("total", "FAIL", log_half_width, LEVEL_HALF_WIDTH, words)
    if len(missed) * 2 > len(backtest.totals):
        worst = max(missed, key=lambda total: abs(np.log(total.forecast / max(total.actual, 1e-9))))
        words = (
            f"At {worst.cutoff.isoformat()} the total was forecast {worst.forecast:,.0f} and came "
            f"as {worst.actual:,.0f}, outside its interval: use the ranking, not the amounts."
        )
        return Check("total", "FAIL", log_half_width, LEVEL_HALF_WIDTH, words)
    words = f"The total is known within a factor of {np.exp(log_half_width):.2f}."
    return Check("total", "PASS", log_half_width, LEVEL_HALF_WIDTH, words)


def _peers(backtest: Backtest) -> Check:
    names = [
        name
        for name in dict.fromkeys(backtest.table["model"])
        if name != "ltvkit" and not str(name).startswith("part: ")
    ]
    ginis = {str(name): backtest.mean(str(name), "gini") for name in names}
    ginis = {name: value for name, value in ginis.items() if np.isfinite(value)}
    own = backtest.mean("ltvkit", "gini")
    if not ginis or not np.isfinite(own):
        return Check("peers", "REVIEW", own, float("nan"), "No other model could be compared.")
    best = max(ginis, key=lambda name: ginis[name])
    bar = ginis[best] - PEER_MARGIN
    if own < bar:
        words = f"{best} ranked better on past dates (Gini {ginis[best]:.3f} against {own:.3f})."
        return Check("peers", "REVIEW", own, bar, words)
    return Check("peers", "PASS", own, bar, "No simpler model ranks better.")


def _intervals(backtest: Backtest) -> Check:
    value = backtest.mean("ltvkit", "coverage_attainable")
    low, high = COVERAGE
    if not np.isfinite(value):
        return Check("intervals", "REVIEW", value, low, "Intervals could not be checked.")
    if low <= value <= high:
        words = f"80 % intervals held {value:.0%} on past dates."
        return Check("intervals", "PASS", value, low, words)
    words = f"80 % intervals held {value:.0%} on past dates: read them with care."
    return Check("intervals", "REVIEW", value, low if value < low else high, words)


def _calibration(backtest: Backtest) -> Check:
    error = backtest.mean("ltvkit", "calibration_error")
    floor = backtest.mean("ltvkit", "calibration_floor")
    bar = floor + CALIBRATION_MARGIN
    if not np.isfinite(error):
        return Check("churn calibration", "REVIEW", error, bar, "Churn could not be checked.")
    if error <= bar:
        words = f"Churn risks were off by {error:.1%} (a perfect forecast: {floor:.1%})."
        return Check("churn calibration", "PASS", error, bar, words)
    words = (
        f"Churn risks were off by {error:.1%} on past dates (a perfect forecast: {floor:.1%}): "
        "trust their order more than their size."
    )
    return Check("churn calibration", "REVIEW", error, bar, words)


def _size(customers: int) -> Check:
    words = f"{customers:,} customers were scored."
    if customers < FEW_CUSTOMERS:
        words = f"With {customers:,} customers the figures of a single one say little."
        return Check("size", "REVIEW", customers, FEW_CUSTOMERS, words)
    return Check("size", "PASS", customers, FEW_CUSTOMERS, words)
