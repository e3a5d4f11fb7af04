"""What only one kind of shop is asked, and what that leaves of the verdict."""

import numpy as np
import pytest
from judged_backtests import MISSED, backtest_of, quiet, status, verdict, when_scored

from ltvkit.evaluation.kind_checks import (
    check_latest_renewals,
    check_newcomers,
    check_plans,
    check_recent_orders,
    check_repeat_buying,
)


@pytest.mark.parametrize(
    ("untried", "found", "decision"),
    [(0.0, "PASS", "use"), (0.15, "REVIEW", "use"), (0.42, "FAIL", "ranking only")],
)
def test_a_crowd_of_new_customers_is_told_and_a_large_one_leaves_no_total(untried, found, decision):
    check = check_newcomers(untried)
    judged = verdict(backtest_of(), of_kind=(check,))
    assert (check.status, judged.decision) == (found, decision)
    told = f"{untried:.0%} of the total is of customers who came of late".replace("%", " %")
    assert any(reason.startswith(told) for reason in judged.reasons) == (found != "PASS")


@pytest.mark.parametrize(
    ("of_late", "found", "told"),
    [
        (np.log(0.5), "REVIEW", "In the last 28 days 50 % fewer repeat orders came"),
        (np.log(2.0), "REVIEW", "In the last 28 days 100 % more repeat orders came"),
        (np.log(0.8), "PASS", "As many repeat orders came in the last 28 days"),
    ],
)
def test_more_or_fewer_orders_of_late_are_told_beside_the_verdict(of_late, found, told):
    check = check_recent_orders(of_late)
    judged = verdict(backtest_of(), of_kind=(check,))
    assert (check.status, judged.decision) == (found, "use")
    assert str(check.said).startswith(told)
    assert (check.said in judged.said) == (found == "REVIEW")


def test_repeat_buying_that_began_late_is_told_beside_the_verdict():
    found = verdict(backtest_of(), of_kind=(check_repeat_buying(120),))
    assert (found.decision, status(found)["repeat buying"]) == ("use", "REVIEW")
    assert "Until 120 days before the snapshot hardly any customer came back" in found.reasons[-1]
    for poor in (backtest_of({"gini": 0.01}), backtest_of(totals=(MISSED,))):
        told = verdict(poor, of_kind=(check_repeat_buying(120),))
        assert told.decision != "use"
        assert "Until 120 days before the snapshot" in told.reasons[-1]
    always = verdict(backtest_of(), of_kind=(check_repeat_buying(0),))
    assert status(always)["repeat buying"] == "PASS"


@pytest.mark.parametrize(
    ("share", "days", "decision", "told"),
    [
        (0.03, 365, "use", None),
        (0.05, 365, "use", "if there are plans of that period, write it into renewal_days"),
        (
            0.36,
            365,
            "ranking only",
            "if there are plans of that period, write it into renewal_days",
        ),
        (0.05, 39, "use", "if these are late payments, raise grace_days"),
    ],
)
def test_plans_of_another_period_are_told_and_too_many_leave_no_total(share, days, decision, told):
    found = verdict(backtest_of(), of_kind=(check_plans(share, days, periods=[30.4]),))
    assert found.decision == decision
    if told is not None:
        assert told in found.reasons[-1]
    asked = when_scored(found, age_days=3, log_half_width=0.2, continuity=quiet(0))
    assert (asked.decision, status(asked)["plans"]) == (decision, status(found)["plans"])
    assert (told is None) == (status(found)["plans"] == "PASS")


def test_the_check_names_the_plans_that_contracts_are_read_with():
    both = [30.4, 365.25]
    assert (
        "under 2 plans, every 30.4 to every 365.2 days"
        in check_plans(0.01, 91, periods=both).recommendation
    )
    # 91 days are no late payment of a month, and 400 are one of a year.
    assert "if there are plans of that period" in check_plans(0.2, 91, periods=both).recommendation
    assert "where 365.2 are due" in check_plans(0.2, 400, periods=both).recommendation


@pytest.mark.parametrize(
    ("made", "found", "decision"),
    [(229, "PASS", "use"), (219, "REVIEW", "use"), (190, "FAIL", "ranking only")],
)
def test_renewals_that_fail_of_late_take_the_total_away(made, found, decision):
    check = check_latest_renewals(due=250, made=made, expected=234, sd=4.0)
    assert check.status == found
    assert verdict(backtest_of(), of_kind=(check,)).decision == decision
    other = check_latest_renewals(due=250, made=2 * 234 - made, expected=234, sd=4.0)
    assert other.status == found
