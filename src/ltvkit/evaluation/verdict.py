"""May the predictions be used? Health checks with thresholds, and the verdict they give."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ltvkit.evaluation.backtest import Backtest
from ltvkit.evaluation.check import Check, Status
from ltvkit.evaluation.log_checks import checks_of_the_log
from ltvkit.log_facts import Continuity, Mixture
from ltvkit.panel import PART, RECORD_ROW, ROUGH_WITHIN
from ltvkit.units import USUAL_INTERVAL
from ltvkit.wording import Sentence

Decision = Literal["use", "ranking only", "do not use"]

LEAST_GINI = 0.1
"""A choice: a weaker ranking is of no use, however sure it is that it beats chance."""

SHORTEST_TEST = 1 / 3
"""Of the horizon: a total that was tested over fewer days is not one that can be trusted. A choice,
as how the error grows from shorter tests to the horizon was never measured."""

PEER_MARGIN = 0.01
"""Of Gini: closer than this, candidates win and lose from log to log (docs/methods/ranking.md)."""

COVERAGE = (0.70, 0.92)
"""Share held by intervals of 80 % that is near enough: a choice, wider above, as one that is too
wide misleads less than one that is too narrow."""

CALIBRATION_MARGIN = 0.06
"""By how much more than a perfect forecast stated chances may be off: a choice, six customers in a
hundred."""

BEST_TENTH = 0.20
"""By how much the share of the best tenth may be forecast too high or too low: a
choice, as a fifth of an amount changes whom a budget reaches."""

FEW_CUSTOMERS = 300
"""Fewer are told of: a choice, as their best tenth is thirty people."""

FRESH_MODEL_DAYS, OLDEST_MODEL_DAYS = 28, 91
"""A model of up to four weeks differs little from a new one; how totals of one older than a quarter
err was never measured."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the predictions may be used for, with the reasons and every check behind it."""

    decision: Decision
    said: tuple[Sentence, ...]
    checks: tuple[Check, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons in English."""
        return tuple(map(str, self.said))


def review(
    backtest: Backtest,
    *,
    horizon_days: int,
    log_half_width: float,
    total_is_forecast: bool,
    customers: int,
    continuity: Continuity,
    mixture: Mixture,
    of_kind: tuple[Check, ...] = (),
) -> Verdict:
    """Hold a backtest and the forecast of the total against the thresholds.

    - *do not use*: on past folds the ranking is not better than a random one could be;
    - *ranking only*: it is, but the total is not known well enough, missed its interval more often
      than not, or was tested over less than a third of the horizon, or customers got new ids or
      have several, or amounts are of several currencies, or a check of the kind of shop fails;
    - *use*: otherwise.

    Parameters
    ----------
    backtest : Backtest
        Of the model of record and its peers.
    horizon_days : int
        That predictions are for; folds of a short history look less far ahead.
    log_half_width : float
        ln(high / total) of the forecast of the total.
    total_is_forecast : bool
        Whether the total rests on enough repeat orders and past folds to be one.
    customers : int
        Customers scored.
    continuity : Continuity
        Whether the log goes on up to the snapshot.
    mixture : Mixture
        Whether its amounts are of one currency, and each customer has one id.
    of_kind : tuple of Check
        What only this kind of shop is asked.
    """
    ranking, of_log = _ranking(backtest), checks_of_the_log(continuity, mixture)
    level = _level(backtest, horizon_days, log_half_width, total_is_forecast)
    checks = (
        ranking,
        level,
        _peers(backtest),
        _intervals(backtest),
        _calibration(backtest),
        *_best_tenth(backtest),
        _size(customers),
        *of_log,
        *of_kind,
    )
    told = (
        *(check.said for check in of_log if check.status != "PASS"),
        *(check.said for check in of_kind if check.status == "REVIEW"),
    )
    if ranking.status == "FAIL":
        return Verdict("do not use", (ranking.said, *told), checks)
    failed = tuple(check.said for check in (level, *of_kind) if check.status == "FAIL")
    if failed or any(check.status == "FAIL" for check in of_log):
        return Verdict("ranking only", (*failed, *told), checks)
    weak = tuple(check.said for check in checks if check.status == "REVIEW")
    held = sum(total.inside for total in backtest.totals)
    facts = {"gini": ranking.value, "held": held, "dates": len(backtest.totals)}
    return Verdict("use", (Sentence("verdict.good", facts), *weak), checks)


def when_scored(
    verdict: Verdict,
    *,
    age_days: int,
    log_half_width: float,
    continuity: Continuity,
    mixture: Mixture,
    of_shop: tuple[Check, ...] = (),
) -> Verdict:
    """The verdict of a training, when its model is asked on another day.

    Parameters
    ----------
    verdict : Verdict
        Of the training.
    age_days : int
        From the day trained to, to the day asked; below 0 when the model has seen what came after.
    log_half_width : float
        ln(high / total) of the total, widened by the model's age.
    continuity : Continuity
        Whether the log goes on up to the day asked.
    mixture : Mixture
        Whether amounts of the log are of one currency, and each customer has one id.
    of_shop : tuple of Check
        Whether the log is of the shop trained on.
    """
    facts = {"days": abs(age_days), "factor": float(np.exp(log_half_width))}
    status: Status = "PASS"
    key = "pass"
    if age_days < 0:
        status, key = "REVIEW", "before"
    elif age_days > OLDEST_MODEL_DAYS or log_half_width > ROUGH_WITHIN:
        status, key = "FAIL", "old"
    elif age_days > FRESH_MODEL_DAYS:
        status, key = "REVIEW", "review"
    check = Check("age", status, age_days, FRESH_MODEL_DAYS, Sentence(f"check.age.{key}", facts))
    of_log = (*of_shop, *checks_of_the_log(continuity, mixture))
    of_training = tuple(c for c in verdict.checks if c.about != "log")
    checks = (*of_training, *of_log, check)
    told = tuple(c.said for c in of_log if c.status != "PASS")
    # Of the log as it was then no more is told, but for what failed: the model learned from that.
    then = {c.said.key for c in verdict.checks if c.about == "log" and c.status != "FAIL"}
    dropped = then | {sentence.key for sentence in told}
    said = tuple(sentence for sentence in verdict.said if sentence.key not in dropped)
    if verdict.decision != "use":
        return Verdict(verdict.decision, (*said, *told), checks)
    failed = (check.said,) if status == "FAIL" else ()
    if failed or any(c.status == "FAIL" for c in of_log):
        return Verdict("ranking only", (*failed, *told), checks)
    weak = (check.said,) if check.status == "REVIEW" else ()
    return Verdict("use", (*said, *told, *weak), checks)


def needed_gini(by_chance: float) -> float:
    """The Gini that a ranking has to exceed to be of use.

    Parameters
    ----------
    by_chance : float
        What a random order hardly exceeds; NaN where nothing says so.
    """
    return max(by_chance, LEAST_GINI) if np.isfinite(by_chance) else float("nan")


def _ranking(backtest: Backtest) -> Check:
    gini = backtest.mean(RECORD_ROW, "gini")
    # As the mean Gini is: where nobody came, or all brought the same, there was nothing to rank.
    ranked = [one for one in backtest.chance_ginis if np.isfinite(one)]
    by_chance = float(np.mean(ranked)) if ranked else float("nan")
    needed = needed_gini(by_chance)
    silent = [total.cutoff for total in backtest.totals if total.actual == 0]
    latest = max((total.cutoff for total in backtest.totals), default=None)
    if silent and (latest in silent or not np.isfinite(gini)):
        said = Sentence("check.beats_chance.nobody", {"day": max(silent).isoformat()})
        return Check("beats chance", "FAIL", gini, needed, said)
    if not np.isfinite(gini) or not np.isfinite(needed):
        return Check("beats chance", "FAIL", gini, needed, Sentence("check.beats_chance.none"))
    if gini <= needed:
        said = Sentence("check.beats_chance.fail", {"gini": gini, "needed": needed})
        return Check("beats chance", "FAIL", gini, needed, said)
    return Check("beats chance", "PASS", gini, needed, Sentence("check.beats_chance.pass"))


def _level(
    backtest: Backtest, horizon_days: int, log_half_width: float, total_is_forecast: bool
) -> Check:
    def check(status: Status, key: str, **facts: object) -> Check:
        said = Sentence(f"check.total.{key}", facts)
        return Check("total", status, log_half_width, ROUGH_WITHIN, said)

    missed = [total for total in backtest.totals if not total.inside]
    factor = float(np.exp(log_half_width))
    if not total_is_forecast:
        return check("FAIL", "few")
    tested = int(backtest.table["horizon_days"].max()) if len(backtest.table) else 0
    if tested < SHORTEST_TEST * horizon_days:
        return check("FAIL", "short", tested=tested, horizon=horizon_days)
    if log_half_width > ROUGH_WITHIN:
        return check("FAIL", "wide", factor=factor)
    if missed:
        worst = max(missed, key=lambda total: abs(total.log_error))
        facts = {
            "day": worst.cutoff.isoformat(),
            "forecast": worst.forecast,
            "actual": worst.actual,
        }
        mostly = len(missed) * 2 > len(backtest.totals)
        return check("FAIL", "missed", **facts) if mostly else check("REVIEW", "once", **facts)
    return check("PASS", "pass", factor=factor)


def _peers(backtest: Backtest) -> Check:
    names = [
        name
        for name in dict.fromkeys(backtest.table["model"])
        if name != RECORD_ROW and not str(name).startswith(PART)
    ]
    ginis = {str(name): backtest.mean(str(name), "gini") for name in names}
    ginis = {name: value for name, value in ginis.items() if np.isfinite(value)}
    own = backtest.mean(RECORD_ROW, "gini")
    if not ginis or not np.isfinite(own):
        return Check("peers", "REVIEW", own, float("nan"), Sentence("check.peers.none"))
    best = max(ginis, key=lambda name: ginis[name])
    bar = ginis[best] - PEER_MARGIN
    if own < bar:
        facts = {"best": best, "theirs": ginis[best], "own": own}
        return Check("peers", "REVIEW", own, bar, Sentence("check.peers.review", facts))
    return Check("peers", "PASS", own, bar, Sentence("check.peers.pass"))


def _intervals(backtest: Backtest) -> Check:
    value = backtest.mean(RECORD_ROW, "coverage_attainable")
    low, high = COVERAGE
    if not np.isfinite(value):
        return Check("intervals", "REVIEW", value, low, Sentence("check.intervals.none"))
    facts = {"level": USUAL_INTERVAL, "value": value}
    if low <= value <= high:
        return Check("intervals", "PASS", value, low, Sentence("check.intervals.pass", facts))
    bar = low if value < low else high
    return Check("intervals", "REVIEW", value, bar, Sentence("check.intervals.review", facts))


def _calibration(backtest: Backtest) -> Check:
    error = backtest.mean(RECORD_ROW, "calibration_error")
    floor = backtest.mean(RECORD_ROW, "calibration_floor")
    bar = floor + CALIBRATION_MARGIN
    status: Status = "PASS" if error <= bar else "REVIEW"
    key = status.lower() if np.isfinite(error) else "none"
    said = Sentence(f"check.churn_calibration.{key}", {"error": error, "floor": floor})
    return Check("churn calibration", status, error, bar, said)


def _best_tenth(backtest: Backtest) -> tuple[Check, ...]:
    """Whether the best tenth brought the share of all revenue that was forecast of it."""
    told, came = (backtest.mean(RECORD_ROW, name) for name in ("top10_forecast", "top10_capture"))
    if not np.isfinite(told) or not came > 0:
        return ()
    off = told / came - 1
    key = "pass" if abs(off) <= BEST_TENTH else "high" if off > 0 else "low"
    said = Sentence(f"check.best_tenth.{key}", {"share": abs(off), "told": told, "came": came})
    return (Check("best tenth", "PASS" if key == "pass" else "REVIEW", off, BEST_TENTH, said),)


def _size(customers: int) -> Check:
    status: Status = "REVIEW" if customers < FEW_CUSTOMERS else "PASS"
    said = Sentence(f"check.size.{status.lower()}", {"customers": customers})
    return Check("size", status, customers, FEW_CUSTOMERS, said)
