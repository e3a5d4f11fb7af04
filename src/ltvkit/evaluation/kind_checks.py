"""What only one kind of shop is asked: new and recent orders; plans and renewals of contracts."""

import math
from collections.abc import Sequence

from ltvkit.contracts import MANY_OF_A_PLAN
from ltvkit.evaluation.check import Check, Status
from ltvkit.wording import Sentence

MOST_OF_OTHER_PLAN = 0.10
"""Share of contracts with another period beyond which their total is not to be trusted: a yearly
plan read as a monthly one owes twelve times as much."""

MUCH_UNTRIED, MOST_UNTRIED = 0.10, 0.20
"""Shares of the total, of new customers in unusual numbers, that are worth telling of, and beyond
which it is not to be trusted, as when it is only known within so much: choices."""

OFF_OF_LATE = 0.3
"""A log by which repeat orders of four weeks may be off: at 8 of 203 dates of six logs they were by
more, and at 132 where those of half of the customers were missing (docs/methods/odd_logs.md)."""

LATE_PERIODS = 1.5
"""Payments further apart than the period, but by less than half of it, are late ones."""

LATEST_NOISES, LATEST_SHARE = 3.0, 0.10
"""Standard deviations by which last month's renewals may be off by chance; and the share of them
beyond which the total of the months ahead is not known."""


def check_newcomers(untried: float) -> Check:
    """Whether the total hangs on a crowd of new customers such as no past date has tried.

    Parameters
    ----------
    untried : float
        Its share of the total.
    """
    status: Status = "PASS"
    if untried > MUCH_UNTRIED:
        status = "FAIL" if untried > MOST_UNTRIED else "REVIEW"
    key = "pass" if status == "PASS" else "many"
    said = Sentence(f"check.newcomers.{key}", {"share": untried})
    return Check("new customers", status, untried, MUCH_UNTRIED, said)


def check_recent_orders(of_late: float) -> Check:
    """Whether about as many repeat orders came in the last weeks as in those before.

    Parameters
    ----------
    of_late : float
        A log, of `ltvkit.models.total.recent_orders.orders_of_late`.
    """
    status: Status = "REVIEW" if abs(of_late) > OFF_OF_LATE else "PASS"
    key = "pass" if status == "PASS" else "fewer" if of_late < 0 else "more"
    said = Sentence(f"check.recent_orders.{key}", {"share": abs(math.expm1(of_late))})
    return Check("recent orders", status, of_late, OFF_OF_LATE, said)


def check_repeat_buying(begun_days: int) -> Check:
    """Whether customers came back for as long as the log goes back.

    Parameters
    ----------
    begun_days : int
        Days since they began to; 0 where they always did, or history is too short to tell.
    """
    status: Status = "REVIEW" if begun_days else "PASS"
    said = Sentence(f"check.repeat_buying.{'late' if begun_days else 'pass'}", {"days": begun_days})
    return Check("repeat buying", status, begun_days, 0, said)


def check_plans(share: float, days: float, *, periods: Sequence[float]) -> Check:
    """Whether contracts of a period that no plan has are among those that are learned from.

    Parameters
    ----------
    share : float
        Of those who paid more than once, who never did so in time.
    days : float
        Usually between their payments.
    periods : sequence of float
        Of the plans that contracts are read with, the shortest first.
    """
    status: Status = "FAIL" if share > MOST_OF_OTHER_PLAN else "REVIEW"
    if share <= MANY_OF_A_PLAN:
        said = Sentence("check.plans.pass", {"period": periods[0]})
        if len(periods) > 1:
            plans = {"plans": len(periods), "shortest": periods[0], "longest": periods[-1]}
            said = Sentence("check.plans.several", plans)
        return Check("plans", "PASS", share, MANY_OF_A_PLAN, said)
    period = max((period for period in periods if period <= days), default=periods[0])
    facts = {"share": share, "days": days, "period": period}
    late = days < LATE_PERIODS * period
    said = Sentence("check.plans.late" if late else "check.plans.other", facts)
    return Check("plans", status, share, MANY_OF_A_PLAN, said)


def check_latest_renewals(*, due: float, made: float, expected: float, sd: float) -> Check:
    """Whether the renewals of the last month were made as often as the model says.

    Parameters
    ----------
    due, made : float
        Renewals that were decided, and that were made.
    expected, sd : float
        How many of them the model says are made, and the standard deviation of that.
    """
    off = (made - expected) / max(sd, 1.0)
    facts = {"due": due, "made": made, "expected": expected}
    if abs(off) <= LATEST_NOISES:
        said = Sentence("check.latest_renewals.pass", facts)
        return Check("latest renewals", "PASS", off, LATEST_NOISES, said)
    far = abs(made - expected) > LATEST_SHARE * expected
    key = "fewer" if off < 0 else "more"
    said = Sentence(f"check.latest_renewals.{key}", facts)
    return Check("latest renewals", "FAIL" if far else "REVIEW", off, LATEST_NOISES, said)
