"""How many renewals come: against sBG's closed form, Bayes by hand and simulated futures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.contracts import ContractTerms
from ltvkit.models import ShiftedBetaGeometric, ShiftedBetaGeometricParams
from ltvkit.models.contracts.renewals import RenewalLaw, learn_law, outlook
from simulated_contracts import ContractShop, contract_panel, from_mid_life, payments, what_came

ON_TIME = RenewalLaw(
    alpha=0.7,
    beta=2.5,
    renewal_days=30.0,
    terms=ContractTerms(30.0, 7),
    gap_days=(30,),
    gap_shares=(1.0,),
    head_start=0.0,
    returns=None,
)
LATE = replace(
    ON_TIME, gap_days=(29, 30, 31, 32, 33, 34), gap_shares=(0.1, 0.6, 0.9, 0.9, 0.9, 1.0)
)


RETURNING = (0.8, 3.0)
"""Beta of the chance to come back in a period."""


def beta_geometric(alpha: float, beta: float) -> tuple[float, ...]:
    """P(back in a period | silent so far), period by period."""
    return tuple(alpha / (alpha + beta + np.arange(60)))


def contracts(**columns: object) -> pd.DataFrame:
    known = {"renewals": [3], "contracts": 1, "opening": 0, "days_since_renewal": 10.0}
    frame = pd.DataFrame(known | columns)
    return frame.assign(
        days_since_payment=columns.get("days_since_payment", frame["days_since_renewal"])
    )


@pytest.mark.parametrize(("days", "due"), [(19, 0), (20, 1), (49, 1), (50, 2), (365, 12)])
def test_payments_on_time_are_the_renewals_of_the_closed_form(days, due):
    features = contracts(renewals=[0, 3, 17])
    model = ShiftedBetaGeometric.from_params(ShiftedBetaGeometricParams(0.7, 2.5))
    known = pd.DataFrame({"renewals": [0, 3, 17], "active": True})
    expected = model.expected_renewals(known, due) if due else np.zeros(3)
    found = outlook(ON_TIME, features, days)
    assert found.expected == pytest.approx(expected)
    assert found.any == pytest.approx(model.prob_active(known, 1) if due else np.zeros(3))
    assert (ON_TIME.due(features, days) == due).all()


def test_the_later_a_renewal_is_the_less_likely_it_comes_by_bayes_rule():
    features = contracts(renewals=[3] * 4, days_since_renewal=[20.0, 30.0, 31.0, 33.0])
    r = 5.5 / 6.2
    still_to_come = np.array([1.0, 0.4, 0.1, 0.1])
    by_hand = r * still_to_come / (r * still_to_come + 1 - r)
    assert outlook(LATE, features, 25).any == pytest.approx(by_hand)


def test_a_payment_that_falls_beyond_the_horizon_by_being_late_does_not_count():
    features = contracts(days_since_renewal=[0.0])
    assert outlook(LATE, features, 30).any == pytest.approx(0.6 * 5.5 / 6.2)


def test_a_contract_that_has_ended_brings_nothing_where_nobody_comes_back():
    gone = contracts(days_since_renewal=[38.0])
    assert outlook(LATE, gone, 3000).expected == pytest.approx(0)
    assert LATE.due(gone, 3000).tolist() == [0]


def test_who_cancelled_before_is_the_likelier_to_cancel_again():
    came_back = contracts(renewals=[3, 3, 3], contracts=[1, 2, 3])
    r = 5.5 / (6.2 + np.arange(3))
    assert outlook(ON_TIME, came_back, 30).any == pytest.approx(r)


def test_an_outlook_agrees_with_simulated_futures_returns_and_lateness_included():
    law = replace(LATE, returns=beta_geometric(*RETURNING))
    features = contracts(
        renewals=[5, 5, 1],
        contracts=[1, 1, 2],
        days_since_renewal=[12.0, 31.0, 130.0],
    )
    horizon, draws = 200, 400_000
    dice = np.random.default_rng(3)
    found = outlook(law, features, horizon)
    assert found.expected[:2] == pytest.approx(
        [np.mean(futures(law, features.iloc[row], horizon, draws, dice)) for row in (0, 1)],
        rel=0.025,  # another contract is taken to begin in the middle of a period
    )
    back = futures_after_the_end(law, features.iloc[2], horizon, draws, dice)
    assert found.any[2] == pytest.approx(np.mean(back > 0), abs=0.01)
    assert found.expected[2] == pytest.approx(np.mean(back), abs=0.04)
    squares = [np.mean(futures(law, features.iloc[0], horizon, draws, dice) ** 2.0)]
    assert found.expected_square[:1] == pytest.approx(squares, rel=0.02)


def futures(law, row, horizon, draws, dice):
    """Payments in the horizon of a running contract, drawn from the story of the model."""
    cancel = dice.beta(law.alpha + row["contracts"] - 1, law.beta + row["renewals"], draws)
    gap = dice.choice(law.gap_days, draws, p=np.diff([0, *law.gap_shares]))
    made = dice.random((draws, 30)) >= cancel[:, None]
    run = np.cumprod(made, axis=1)
    # What is known now: no payment so far, so either cancelled or to come.
    possible = (gap > row["days_since_renewal"]) | (run[:, 0] == 0)
    days = gap[:, None] + law.renewal_days * np.arange(30)
    inside = days <= row["days_since_renewal"] + horizon
    paid = (run * inside).sum(axis=1)
    # Who misses a renewal is gone after the grace, and may begin again.
    ended = law.terms.patience_days - row["days_since_renewal"] + law.renewal_days * run.sum(axis=1)
    left = (horizon - np.maximum(ended, 0)) / law.renewal_days
    returning = dice.beta(*RETURNING, draws)
    left -= dice.geometric(returning) - dice.random(draws)
    again = np.cumprod(dice.random((draws, 30)) >= cancel[:, None], axis=1)
    paid += np.where(left > 0, 1 + (again * (np.arange(1, 31) <= left[:, None])).sum(axis=1), 0)
    return paid[possible]


def futures_after_the_end(law, row, horizon, draws, dice):
    period = law.terms.renewal_days
    silent = (row["days_since_payment"] - law.terms.patience_days) // period
    returning = dice.beta(RETURNING[0], RETURNING[1] + silent, draws)
    begins = dice.geometric(returning) - dice.random(draws)
    cancel = dice.beta(law.alpha + row["contracts"], law.beta + row["renewals"], draws)
    run = np.cumprod(dice.random((draws, 30)) >= cancel[:, None], axis=1)
    left = horizon / law.renewal_days - begins
    paid = 1 + (run * (np.arange(1, 31) <= left[:, None])).sum(axis=1)
    return np.where(left > 0, paid, 0)


days = st.integers(1, 800)
histories = st.tuples(st.integers(0, 60), st.integers(1, 4), st.integers(0, 200))


@settings(deadline=None, max_examples=60)
@given(history=histories, near=days, far=days, returns=st.sampled_from([None, (0.2, 0.1, 0.02)]))
def test_chances_fall_with_the_count_and_rise_with_the_horizon(history, near, far, returns):
    renewals, number, since = history
    law = replace(LATE, returns=returns, head_start=2.5)
    row = contracts(
        renewals=[renewals], contracts=number, opening=1, days_since_renewal=[float(since)]
    )
    first = outlook(law, row, min(near, far))
    second = outlook(law, row, max(near, far))
    tail = second.tail[0]
    assert (np.diff(tail) <= 1e-12).all()
    assert tail.min() >= 0
    assert tail.max() <= 1 + 1e-12
    assert second.shares()[0].sum() == pytest.approx(1)
    assert first.expected[0] <= second.expected[0] + 1e-9
    assert first.any[0] <= second.any[0] + 1e-12


@pytest.mark.parametrize("returns", [None, (0.2, 0.1, 0.02)])
def test_in_no_days_nobody_pays_or_comes_back(returns):
    law = replace(LATE, returns=returns)
    rows = contracts(renewals=[0, 9, 2], contracts=[1, 1, 2], days_since_renewal=[3.0, 33.0, 90.0])
    assert outlook(law, rows, 0).expected.tolist() == [0.0, 0.0, 0.0]


def test_a_prediction_does_not_depend_on_who_else_is_predicted():
    law = replace(LATE, returns=(0.2, 0.1, 0.02))
    rows = contracts(
        renewals=[0, 9, 40, 2], contracts=[1, 1, 3, 2], days_since_renewal=[3.0, 33.0, 0.0, 90.0]
    )
    together = outlook(law, rows, 400).expected
    alone = [outlook(law, rows.iloc[[row]], 400).expected[0] for row in range(4)]
    assert together == pytest.approx(alone)


def test_contracts_older_than_the_log_are_told_apart_and_the_law_is_that_of_the_others():
    shop = ContractShop(customers=2500, history_days=730)
    log = from_mid_life(shop, seed=8, lost_days=1500)
    panel = contract_panel(log, history_days=730, horizon_days=90)
    history = panel.contracts.history
    law, covariance = learn_law(history, panel.contracts.terms)
    distance = (np.log([law.alpha, law.beta]) - np.log([0.8, 4.0])) / np.sqrt(np.diag(covariance))
    assert np.abs(distance).max() < 3
    assert 3 < law.head_start < 20, "of some four years that the log does not show"
    mixed, _ = learn_law(replace(history, new_contracts=1e9), panel.contracts.terms)
    assert mixed.rate(np.zeros(1), np.zeros(1)) > law.rate(np.zeros(1), np.zeros(1)) + 0.02


def test_a_log_from_the_first_day_of_a_shop_has_no_older_contracts():
    log = payments(ContractShop(customers=1000), seed=9)
    panel = contract_panel(log, history_days=1095, horizon_days=90)
    law, _ = learn_law(panel.contracts.history, panel.contracts.terms)
    assert law.head_start == 0
    assert law.returns is None


def test_returns_are_learned_where_there_are_some():
    log = payments(ContractShop(customers=1000, back=0.4), seed=9)
    panel = contract_panel(log, history_days=1095, horizon_days=90)
    law, _ = learn_law(panel.contracts.history, panel.contracts.terms)
    features = panel.now[~law.is_running(panel.now)]
    _, paid = what_came(log, features["customer_id"], history_days=1095, horizon_days=90)
    back = outlook(law, features, 90).any
    sd = np.sqrt((back * (1 - back)).sum())
    assert (paid > 0).sum() > 20
    assert abs((paid > 0).sum() - back.sum()) < 3 * sd
