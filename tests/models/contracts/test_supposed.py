"""What would come if the next payment is made: against sBG's closed form and simulated futures."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_renewals import LATE, ON_TIME, contracts, days, histories

from ltvkit.models.contracts.supposed import if_paid


@pytest.mark.parametrize(("ahead", "more"), [(19, 0), (49, 0), (50, 1), (200, 6)])
def test_after_a_renewal_that_is_made_come_those_of_a_contract_renewed_once_more(ahead, more):
    made = 3 + np.arange(1, more + 1)
    expected = np.cumprod(np.append(1.0, (2.5 + made) / (0.7 + 2.5 + made)))
    found = if_paid(ON_TIME, contracts(), ahead)
    assert found.tail[0, : more + 1] == pytest.approx(expected)
    assert not found.tail[0, more + 1 :].any()


@pytest.mark.parametrize(("ahead", "more"), [(1, 0), (30, 0), (31, 1), (200, 6)])
def test_after_the_end_another_contract_is_paid_for_tomorrow_and_renewed_as_a_new_one(ahead, more):
    """Whoever has cancelled twice, by Bayes' rule, and keeps the renewals made before."""
    made = 3 + np.arange(more)
    expected = np.cumprod(np.append(1.0, (2.5 + made) / (0.7 + 2 + 2.5 + made)))
    found = if_paid(ON_TIME, contracts(contracts=2, days_since_renewal=[90.0]), ahead)
    assert found.tail[0, : more + 1] == pytest.approx(expected)
    assert not found.tail[0, more + 1 :].any()


def test_those_who_make_a_late_renewal_pay_as_in_simulated_futures():
    since, horizon, draws = 31, 200, 400_000
    dice = np.random.default_rng(4)
    cancel = dice.beta(LATE.alpha, LATE.beta + 6, draws)
    gap = dice.choice(LATE.gap_days, draws, p=np.diff([0, *LATE.gap_shares]))
    run = np.cumprod(dice.random((draws, 7)) >= cancel[:, None], axis=1)
    paid = 1 + (run * (gap[:, None] + 30 * np.arange(1, 8) <= since + horizon)).sum(axis=1)
    told = if_paid(LATE, contracts(renewals=[5], days_since_renewal=[31.0]), horizon).expected[0]
    assert told == pytest.approx(np.mean(paid[gap > since]), rel=0.005)


@settings(deadline=None, max_examples=60)
@given(history=histories, near=days, far=days, returns=st.sampled_from([None, (0.2, 0.1, 0.02)]))
def test_who_pays_pays_no_less_often_in_more_days(history, near, far, returns):
    renewals, number, since = history
    law = replace(LATE, returns=returns, head_start=2.5)
    row = contracts(
        renewals=[renewals], contracts=number, opening=1, days_since_renewal=[float(since)]
    )
    first, second = (if_paid(law, row, horizon).tail[0] for horizon in sorted((near, far)))
    assert first[0] == second[0] == 1
    assert (first <= second[: len(first)] + 1e-12).all()
    for tail in (first, second):
        assert (np.diff(tail) <= 1e-12).all()
        assert tail.min() >= 0
