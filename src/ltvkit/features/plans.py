"""Plans of several periods in one log: which there are, and which one each payment is of.

Every function is given the payments up to a day and reads no other, so that what is told is what
could be known on that day.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from ltvkit.contracts import MANY_OF_A_PLAN, ContractTerms, Plans, usual_grace_days
from ltvkit.errors import DataError
from ltvkit.features.payments import (
    FEWEST_GAPS,
    NEAR,
    REGULAR_SHARE,
    RENEWAL,
    USUAL_PERIODS,
    Trace,
    count_within,
    find_terms,
    trace_payments,
    usual_gap,
)
from ltvkit.groups import is_first, is_last
from ltvkit.units import Floats, Integers

CLEAR, FEWEST_SURE = 0.9, 5
"""An amount is a price of one plan alone where of at least so many customers who paid about as much
this share turned out to be on it: choices."""

ALIKE = 0.05
"""Amounts within a twentieth are of one price: two plans seldom cost so nearly the same: a
choice."""

UNKNOWN = -1


def find_plans(
    payments: pd.DataFrame,
    *,
    renewal_days: float | Sequence[float] | None = None,
    grace_days: int | None = None,
) -> Plans:
    """The plans of a shop, the shortest period first.

    Periods that are not said are found: the usual gap between payments, then the usual one of those
    customers who never paid again after any found so far, as long as it is a period of the calendar
    (`USUAL_PERIODS`), half of their gaps are near it, 20 at least, and 3 % of all who paid again.

    Parameters
    ----------
    payments : DataFrame
        From `payments_of`.
    renewal_days : float or sequence of float, optional
        The period, or those of several plans.
    grace_days : int, optional
        How late a payment may be; of each plan what is usual for its period, when not given.

    Raises
    ------
    DataError
        When payments come at no regular period, or not at one that was said.
    """
    said = renewal_days is not None
    periods = _periods_shown(payments) if renewal_days is None else np.atleast_1d(renewal_days)
    if len(periods) == 1:
        days = float(periods[0]) if said else None
        return (find_terms(payments, renewal_days=days, grace_days=grace_days),)
    plans = tuple(
        ContractTerms(days, usual_grace_days(days) if grace_days is None else grace_days)
        for days in sorted(float(days) for days in periods)
    )
    customer, day = _coded(payments)
    told = _told_by_gaps(customer, day, plans)
    for place, terms in enumerate(plans):
        if not (told == place).any():
            raise DataError(
                f"renewal_days: got {terms.renewal_days:g} among others, expected periods that the "
                "payments show: none came so many days after another, unless under a shorter plan; "
                "leave it out"
            )
    gaps, _ = _gaps(customer, day)
    alike = float(np.any([_near(gaps, terms.renewal_days) for terms in plans], axis=0).mean())
    if len(gaps) >= FEWEST_GAPS and alike < REGULAR_SHARE:
        raise DataError(
            f"kind: contractual: got {len(gaps):,} gaps between payments of a customer, "
            f"{alike:.0%} of them of one of the plans, expected {REGULAR_SHARE:.0%}; change "
            "renewal_days, or leave kind out if there are no contracts"
        )
    return plans


def plan_of_payments(payments: pd.DataFrame, plans: Plans) -> Integers:
    """The plan that each payment is of, as the place in `plans`.

    The first of these that says something:

    - a later payment of the customer came the period of a plan after it (the shortest such plan). A
      longer one than before needs another amount: who pays the same later has paused;
    - it is about the amount paid before, whose plan is known;
    - nearly all customers who paid about that amount turned out to be on one plan;
    - the customer's plan before; else the plan of most of these customers, or of all.

    An extra of the running period does not change to a shorter plan.
    """
    if len(plans) == 1:
        return np.zeros(len(payments), dtype=np.int64)
    customer, day = _coded(payments)
    told = _told_by_gaps(customer, day, plans)
    amount = payments["revenue"].to_numpy(dtype=float)
    likeliest, clear, usual = _told_by_amounts(customer, amount, told, len(plans))
    earliest = np.array([terms.extra_before_days for terms in plans])
    plan = np.zeros(len(day), dtype=np.int64)
    charged = np.arange(len(day))
    place = count_within(customer)
    order = np.argsort(place, kind="stable")
    for start, end in pairwise(np.append(0, np.cumsum(np.bincount(place)))):
        row = order[start:end]
        if not place[row[0]]:
            plan[row] = _first_known(told[row], likeliest[row], usual)
            continue
        before, last = plan[row - 1], charged[row - 1]
        same = np.abs(_logs(amount[row]) - _logs(amount[last])) <= NEAR
        paused = (told[row] > before) & (same | (clear[row] == before))
        now = _first_known(
            np.where(paused, UNKNOWN, told[row]),
            np.where(same, before, UNKNOWN),
            clear[row],
            before,
        )
        within = day[row] - day[last] < earliest[before]
        now = np.where(within, np.maximum(now, before), now)
        extra = within & (now == before)
        charged[row[extra]] = last[extra]
        plan[row] = now
    return plan


def read_by_plan(payments: pd.DataFrame, plans: Plans) -> tuple[Trace, ...]:
    """The payments of each plan, read in their order as those of a shop of its own.

    Of a customer who changes, the first payment under the new plan is read in the old one as well,
    where it may renew the contract and is said to move on (`Trace.moves_on`), so that a change is
    no end.

    Parameters
    ----------
    payments : DataFrame
        From `payments_of`, up to the day that it is.
    plans : tuple of ContractTerms
        From `find_plans`.
    """
    if len(plans) == 1:
        return (trace_payments(payments, plans[0]),)
    plan = plan_of_payments(payments, plans)
    follows = ~is_first(payments["customer_id"].to_numpy())
    before = np.where(follows, np.roll(plan, 1), plan)
    traces = []
    for place, terms in enumerate(plans):
        of_plan = (plan == place) | (before == place)
        own = payments[of_plan].reset_index(drop=True)
        traces.append(trace_payments(own, terms, moves_on=(plan != place)[of_plan]))
    return tuple(traces)


def begins_contract(payments: pd.DataFrame, plan: Integers, plans: Plans) -> np.ndarray:
    """Whether each payment begins a contract: it is a first one, or came after grace was over."""
    patience = np.array([terms.patience_days for terms in plans])
    day = payments["day"].to_numpy(dtype=np.int64)
    begins = is_first(payments["customer_id"].to_numpy())
    begins[1:] |= np.diff(day) > patience[plan[:-1]]
    return np.asarray(begins)


def other_period(payments: pd.DataFrame, plans: Plans) -> tuple[float, float]:
    """Share of customers who pay again and again but never renew, and their usual days between.

    A plan of a longer period looks like this: each payment begins another contract. So does who
    comes back now and then; but then the days between are not alike, and the share is 0.
    """
    ids = payments["customer_id"]
    later = ~is_first(ids.to_numpy())
    renewed = [
        trace.ids.iloc[np.unique(trace.customer[trace.kind == RENEWAL])]
        for trace in read_by_plan(payments, plans)
    ]
    begins = begins_contract(payments, plan_of_payments(payments, plans), plans)
    rows = np.flatnonzero(later & begins & ~ids.isin(pd.concat(renewed)).to_numpy())
    if not len(rows):
        return 0.0, float("nan")
    day = payments["day"].to_numpy(dtype=np.int64)
    gaps = day[rows] - day[rows - 1]
    usual = float(np.median(gaps))
    alike = float((np.abs(gaps / usual - 1) < NEAR).mean()) > REGULAR_SHARE
    share = ids.iloc[rows].nunique() / ids[later].nunique()
    return (share if alike else 0.0), usual


def _periods_shown(payments: pd.DataFrame) -> list[float]:
    """The usual gap, and those of customers who show none of the ones before."""
    customer, day = _coded(payments)
    gaps, whose = _gaps(customer, day)
    again = len(np.unique(whose))
    found = [usual_gap(gaps)[0]]
    while True:
        shown = np.any([_near(gaps, days) for days in found], axis=0)
        rest = ~np.isin(whose, whose[shown])
        days, share = usual_gap(gaps[rest])
        near = rest & _near(gaps, days)
        if (
            days not in USUAL_PERIODS
            or share < REGULAR_SHARE
            or near.sum() < FEWEST_GAPS
            or len(np.unique(whose[near])) <= MANY_OF_A_PLAN * again
        ):
            return found
        found.append(days)


def _told_by_gaps(customer: Integers, day: Integers, plans: Plans) -> Integers:
    """The shortest plan whose period after a payment, grace around, the customer paid again.

    In between no payment is of a shorter plan: an extra of a monthly plan is no yearly payment,
    although another one comes a year after it.
    """
    longest = max(terms.patience_days for terms in plans)
    apart = int(np.ptp(day)) + int(longest) + 2 if len(day) else 1
    key = customer * apart + day - (day.min() if len(day) else 0)
    told = np.full(len(day), UNKNOWN)
    for place, terms in enumerate(plans):
        again = np.searchsorted(key, key + terms.renewal_days - terms.grace_days)
        paid = again < np.searchsorted(key, key + terms.patience_days, side="right")
        shorter = np.append(0, np.cumsum(told != UNKNOWN))
        between = shorter[again] - shorter[1:]
        told[paid & (told == UNKNOWN) & (between <= 0)] = place
    return told


def _told_by_amounts(
    customer: Integers, amount: Floats, told: Integers, plans: int
) -> tuple[Integers, Integers, int]:
    """The plan of most customers who paid about as much, the same where it is clear; that of all.

    About as much is within a twentieth, or as near as anybody was. Of each customer
    and plan the latest payment counts whose plan a gap has told.
    """
    known = np.flatnonzero((told != UNKNOWN) & (amount > 0))
    pairs = customer[known] * plans + told[known]
    known = known[np.sort(len(pairs) - 1 - np.unique(pairs[::-1], return_index=True)[1])]
    nothing = np.full(len(amount), UNKNOWN)
    if not len(known):
        return nothing, nothing, 0
    usual = int(np.argmax(np.bincount(told[known], minlength=plans)))
    order = np.argsort(amount[known], kind="stable")
    paid, of_plan = np.log(amount[known][order]), told[known][order]
    amounts, whose = np.unique(amount, return_inverse=True)
    asked = _logs(amounts)
    above = np.searchsorted(paid, asked)
    beside = paid[np.stack([above - 1, above]).clip(0, len(paid) - 1)]
    nearest = np.abs(beside - asked).min(axis=0)
    within = np.maximum(ALIKE, nearest + 1e-9)
    first = np.searchsorted(paid, asked - within)
    last = np.searchsorted(paid, asked + within, side="right")
    so_far = np.cumsum(np.vstack([np.zeros(plans), of_plan[:, None] == np.arange(plans)]), axis=0)
    votes = so_far[last] - so_far[first]
    priced = np.isfinite(asked)
    likeliest = np.where(priced, np.argmax(votes, axis=1), UNKNOWN)
    most, of_all = votes.max(axis=1), votes.sum(axis=1)
    sure = (most >= CLEAR * of_all) & (of_all >= FEWEST_SURE) & (nearest <= ALIKE)
    return likeliest[whose], np.where(sure, likeliest, UNKNOWN)[whose], usual


def _first_known(*answers: Integers | int) -> Integers:
    """Of each row the first answer that says something."""
    now = np.asarray(answers[-1])
    for answer in reversed(answers[:-1]):
        now = np.where(np.asarray(answer) != UNKNOWN, answer, now)
    return now


def _logs(amount: Floats) -> Floats:
    """Logs of amounts; missing of those that are no price, which are like no other."""
    return np.log(amount, out=np.full(len(amount), np.nan), where=amount > 0)


def _coded(payments: pd.DataFrame) -> tuple[Integers, Integers]:
    codes = pd.factorize(payments["customer_id"])[0].astype(np.int64)
    return codes, payments["day"].to_numpy(dtype=np.int64)


def _gaps(customer: Integers, day: Integers) -> tuple[Floats, Integers]:
    """Days from each payment to the next of the same customer, and the customers."""
    again = ~is_last(customer)[:-1]
    return np.diff(day)[again].astype(float), customer[:-1][again]


def _near(gaps: Floats, days: float) -> np.ndarray:
    return np.abs(gaps / days - 1) <= NEAR
