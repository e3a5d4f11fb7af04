"""The total that contracts will bring: how far chance moves it, and what past dates missed.

Customers are drawn, alpha and beta are estimated, and the world differs from the model: the first
two are computed, the third is what the same forecast missed at past dates beyond them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ltvkit.contracts import ContractHistory, Contracts, ContractTerms
from ltvkit.models._rows import column
from ltvkit.models.contracts.payments import PeriodValue, learn_value, scatter_of
from ltvkit.models.contracts.renewals import RenewalLaw, learn_law, outlook
from ltvkit.models.total.level import LevelForecast
from ltvkit.panel import Report
from ltvkit.units import Z80, Floats

USUAL_MISS = 0.05
"""What totals miss by beyond chance, as far as past dates do not say."""

DATES_A_HORIZON = 8
"""Past dates lie an eighth of a horizon apart: so many overlapping ones say as much as one."""

UNTRIED = 0.1
"""The share of a total that may be of plans too young for past dates: beyond it, as for crowds of
new customers (the check *new customers*), it is told of, and here there is none to hold it to."""

STEP = 0.01
"""Of ln alpha and ln beta, between which the slope of the total is taken: a choice, 1 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What a history taught: the law with the covariance of ln alpha, ln beta, and the value."""

    law: RenewalLaw
    log_covariance: Floats
    value: PeriodValue


@dataclass(frozen=True, slots=True, eq=False)
class ContractForecast:
    """What the contracts of one plan bring, and what a total of several plans needs to know of it.

    Parameters
    ----------
    level : LevelForecast
        The total with its 80 % interval.
    payments : float
        How many payments it holds.
    scatter : tuple of float
        By what factors a renewal's revenue scatters around its value.
    chance : float
        Relative standard deviation of the total by chance alone.
    past : DataFrame
        Of each past date `day`, the `forecast` made with what was known then, not corrected, what
        came (`actual`), and the relative `chance` of the forecast.
    """

    level: LevelForecast
    payments: float
    scatter: tuple[float, ...]
    chance: float
    past: pd.DataFrame


def learn(history: ContractHistory, terms: ContractTerms, features: pd.DataFrame) -> Learned:
    """Learn from a history, with the customers of its day."""
    law, log_covariance = learn_law(history, terms)
    return Learned(law, log_covariance, learn_value(history.periods, features))


def forecast_contracts(
    contracts: Contracts,
    learned: Learned,
    features: pd.DataFrame,
    *,
    horizon_days: int,
    report: Report,
) -> ContractForecast:
    """The total with its 80 % interval, how many payments it holds, and the scatter of each.

        ln total = ln(expected) + k
        k = mean(e_q) x .05^2 / (.05^2 + 8 mean(chance_q^2) / dates)
        ln(high / total) = 1.28 sqrt(chance^2 + missed^2)
        missed^2 = (8 x .05^2 + max(0, sum of ((e_q - k)^2 - chance_q^2))) / (8 + dates)

    with e_q = ln(actual / forecast) at past dates, each forecast with what was known then. Pauses
    and payers later than the grace make the same error at every date: k is the part of their mean
    that chance, which is much the same at dates an eighth of a horizon apart, does not explain. Of
    the numbers of payments the same is computed: prices that rise are no payments.

    Parameters
    ----------
    contracts : Contracts
        With the past dates.
    learned : Learned
        Up to the snapshot.
    features : DataFrame
        Contracts at the snapshot.
    horizon_days : int
        Length of the future.
    report : callable
        Told what is being done, how far it is, and of how much.
    """
    then = []
    for done, cut in enumerate(contracts.cuts):
        report("total", done, len(contracts.cuts))
        then.append(learn(cut.history, contracts.terms, cut.features))
    report("total", len(contracts.cuts), len(contracts.cuts))
    scatter = _scatter(contracts, learned, then)
    days, past, miscounts = contracts.cut_days, [], []
    for cut, known in zip(contracts.cuts, then, strict=True):
        total, chance = total_and_chance(known, cut.features, days, scatter)
        actual = float(cut.future_revenue.sum())
        past.append((cut.day, total, actual, chance))
        if total > 0 and actual > 0:
            counted = float(outlook(known.law, cut.features, days).expected.sum())
            came = float(cut.future_renewals.sum())
            miscounts.append(float(np.log(max(came, 0.5) / max(counted, 0.5))))
    dates = pd.DataFrame(past, columns=["day", "forecast", "actual", "chance"], dtype=float)
    errors, chances = _errors(dates)
    correction = _lasting(errors, chances)
    expected, chance = total_and_chance(learned, features, horizon_days, scatter)
    total = expected * float(np.exp(correction))
    half_width = Z80 * float(np.sqrt(chance**2 + _missed(errors - correction, chances)))
    level = LevelForecast(
        total=total,
        low=total * float(np.exp(-half_width)),
        high=total * float(np.exp(half_width)),
        log_half_width=half_width,
        base=float(np.log(max(expected, 1e-9))),
        season=0.0,
        values=0.0,
        tracking=0.0,
        correction=correction,
        fold_errors=tuple(errors.tolist()),
        repeat_orders=int(contracts.history.gaps["renewals"].sum()),
    )
    payments = float(outlook(learned.law, features, horizon_days).expected.sum())
    lasting = _lasting(np.array(miscounts), chances)
    return ContractForecast(level, payments * float(np.exp(lasting)), scatter, chance, dates)


def total_of_plans(plans: Sequence[ContractForecast]) -> LevelForecast:
    """The total of several plans, as sure as their sum was at the past dates that all of them have.

    Each plan is corrected by its own lasting error; what the sum missed after that, beyond chance,
    is the interval, as in `forecast_contracts`. Chance is each plan's own, so that squares add up.
    A plan without a past date is left out of them while it is no more than a tenth of the total.
    """
    total = sum(plan.level.total for plan in plans)
    expected = sum(float(np.exp(plan.level.base)) for plan in plans)
    chance = np.sqrt(sum((plan.chance * plan.level.total) ** 2 for plan in plans))
    tried = [plan for plan in plans if len(plan.past)]
    if sum(plan.level.total for plan in tried) < (1 - UNTRIED) * total:
        tried = list(plans)
    pasts = []
    for plan in tried:
        past = plan.past.set_index("day")
        corrected = past["forecast"] * np.exp(plan.level.correction)
        pasts.append(past.assign(corrected=corrected, drawn=(past["chance"] * corrected) ** 2))
    dates = sum(pasts[1:], start=pasts[0]).dropna()
    errors, _ = _errors(dates)
    dates["chance"] = np.sqrt(dates["drawn"]) / dates["corrected"]
    left, chances = _errors(dates.assign(forecast=dates["corrected"]))
    missed = _missed(left, chances)
    relative = float(chance) / total if total > 0 else 0.0
    forecast = replace(
        plans[0].level,
        log_half_width=Z80 * float(np.sqrt(relative**2 + missed)),
        base=float(np.log(expected)),
        correction=float(np.log(max(total, 1e-9) / expected)),
        fold_errors=tuple(errors.tolist()),
        repeat_orders=sum(plan.level.repeat_orders for plan in plans),
    )
    return forecast.of_total(total)


def _errors(dates: pd.DataFrame) -> tuple[Floats, Floats]:
    """ln(actual / forecast) and chance of the dates at which neither is nothing."""
    forecast, actual, chance = (column(dates, name) for name in ("forecast", "actual", "chance"))
    some = (forecast > 0) & (actual > 0)
    return np.log(actual[some] / forecast[some]), chance[some]


def _missed(errors: Floats, chances: Floats) -> float:
    """Variance of what is left of the errors of past dates beyond chance, drawn to the usual."""
    beyond = float((np.square(errors) - np.square(chances)).sum())
    known = DATES_A_HORIZON * USUAL_MISS**2 + max(beyond, 0.0)
    return known / (DATES_A_HORIZON + len(errors))


def _lasting(errors: Floats, chances: Floats) -> float:
    """The part of the mean error of past dates that will be there again."""
    if not len(errors):
        return 0.0
    noise = DATES_A_HORIZON * float(np.square(chances).mean()) / len(errors)
    return float(errors.mean()) * USUAL_MISS**2 / (USUAL_MISS**2 + noise)


def total_and_chance(
    learned: Learned, features: pd.DataFrame, horizon_days: float, scatter: tuple[float, ...]
) -> tuple[float, float]:
    """The expected total, and its relative sd because customers are drawn and a law is estimated.

        sqrt(sum of v^2 (E[N^2] (1 + s^2) - E[N]^2) + g' C g) / total

    for N payments of v each, which scatter by s; g is the slope of the total in ln alpha, ln beta
    and C their covariance (delta method).
    """
    law, value = learned.law, learned.value.predict(features)
    ahead = outlook(law, features, horizon_days)
    total = float((ahead.expected * value).sum())
    if total <= 0:
        return 0.0, 0.0
    spread = 1 + float(np.var(scatter))
    drawn = float((value**2 * (ahead.expected_square * spread - ahead.expected**2)).sum())
    slopes = np.zeros(2)
    for place, (more_alpha, more_beta) in enumerate(((STEP, 0.0), (0.0, STEP))):
        alpha, beta = law.alpha * np.exp(more_alpha), law.beta * np.exp(more_beta)
        moved = outlook(replace(law, alpha=alpha, beta=beta), features, horizon_days)
        slopes[place] = (float((moved.expected * value).sum()) - total) / STEP
    estimated = float((slopes[:, None] * slopes * learned.log_covariance).sum())
    return total, float(np.sqrt(max(drawn + estimated, 0.0)) / total)


def _scatter(contracts: Contracts, learned: Learned, then: list[Learned]) -> tuple[float, ...]:
    """From past dates; without any, from single periods."""
    if not then:
        periods = contracts.history.periods
        return scatter_of(
            column(periods, "next_period"), np.ones(len(periods)), learned.value.predict(periods)
        )
    return scatter_of(
        np.concatenate([cut.future_revenue for cut in contracts.cuts]),
        np.concatenate([cut.future_renewals for cut in contracts.cuts]),
        np.concatenate(
            [
                known.value.predict(cut.features)
                for cut, known in zip(contracts.cuts, then, strict=True)
            ]
        ),
    )
