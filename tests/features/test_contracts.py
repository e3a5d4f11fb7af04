"""Contracts at a day: what is known then, what is due, and what may be learned without a bias."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.contracts import ContractTerms
from ltvkit.features.contracts import features_on, history_on
from ltvkit.features.payments import trace_payments
from ltvkit.models.contracts.sbg import most_likely
from simulated_contracts import ContractShop, contract_panel, payments, what_came

MONTH = ContractTerms(renewal_days=30.0, grace_days=7)


@pytest.fixture(scope="module")
def log():
    shop = ContractShop(customers=300, history_days=700, extra=0.2, back=0.3, price_sd=0.2)
    return payments(shop, seed=4)


@pytest.mark.parametrize("day", [100, 333, 650])
def test_what_comes_later_changes_nothing_that_is_known_at_a_day(log, day):
    whole = trace_payments(log, MONTH)
    past = trace_payments(log[log["day"] <= day].reset_index(drop=True), MONTH)
    pd.testing.assert_frame_equal(
        features_on(whole, day, horizon_days=90), features_on(past, day, horizon_days=90)
    )
    seen, alone = history_on(whole, day), history_on(past, day)
    for name in ("customers", "silences", "gaps", "periods"):
        pd.testing.assert_frame_equal(getattr(seen, name), getattr(alone, name))
    assert (seen.renewal_days, seen.new_contracts) == (alone.renewal_days, alone.new_contracts)


def test_a_contract_has_ended_when_its_renewal_is_overdue_by_more_than_the_days_of_grace():
    traced = trace_payments(
        pd.DataFrame({"customer_id": ["a", "a"], "day": [0, 30], "revenue": 10.0}), MONTH
    )
    still = features_on(traced, 67, horizon_days=60).iloc[0]
    assert (still["days_overdue"], still["renewals_due"]) == (7, 3)
    ended = features_on(traced, 68, horizon_days=60).iloc[0]
    assert (ended["days_overdue"], ended["renewals_due"]) == (0, 0)
    assert history_on(traced, 67).customers.iloc[0].to_dict() == {
        "renewals": 1, "cancels": 0, "opening": True, "customers": 1
    }  # fmt: skip
    assert history_on(traced, 68).customers["cancels"].tolist() == [1]


def test_a_renewal_counts_when_its_days_of_grace_are_over_and_not_when_it_is_made():
    traced = trace_payments(
        pd.DataFrame({"customer_id": ["a", "a"], "day": [0, 30], "revenue": 10.0}), MONTH
    )
    assert history_on(traced, 36).customers["renewals"].tolist() == [0]
    assert history_on(traced, 38).customers["renewals"].tolist() == [1]


def test_counting_only_what_is_over_leaves_no_bias_in_the_retention_law():
    # Counting renewals as they are made leaves out those who will not make theirs: with a year of
    # history and a quarter of a period of grace that is seen in alpha / (alpha + beta).
    shop = ContractShop(alpha=1.0, beta=3.0, customers=4000, history_days=150, future_days=1)
    errors = []
    for seed in range(6):
        traced = trace_payments(payments(shop, seed=seed), MONTH)
        rows = history_on(traced, 150).customers
        n, c, count = (rows[name].to_numpy(float) for name in ("renewals", "cancels", "customers"))
        alpha, beta = np.exp(most_likely(n, c, count).theta)
        errors.append(alpha / (alpha + beta) - 0.25)
    assert abs(np.mean(errors)) < 0.006


def test_of_very_many_renewals_the_latest_teach_what_the_next_period_is_worth(monkeypatch):
    log = payments(ContractShop(customers=200, history_days=700), seed=5)
    by_day = log.assign(revenue=log["day"] + 1.0)
    every = history_on(trace_payments(by_day, MONTH), 700).periods["next_period"]
    monkeypatch.setattr("ltvkit.features.contracts.MOST_PERIODS", 100)
    latest = history_on(trace_payments(by_day, MONTH), 700).periods["next_period"]
    assert len(every) > 1_000
    assert sorted(latest) == sorted(every)[-100:]


def test_the_gaps_give_the_true_period_although_the_first_payment_is_never_late():
    traced = trace_payments(payments(ContractShop(customers=600, late=0.5), seed=6), MONTH)
    assert history_on(traced, 1095).renewal_days == pytest.approx(365.25 / 12, abs=0.05)


def test_the_panel_counts_the_future_of_its_past_dates_as_it_came(log):
    panel = contract_panel(log, history_days=600, horizon_days=60)
    assert len(panel.rows) == 0
    assert not panel.cuts
    cut = panel.contracts.cuts[0]
    origin = panel.as_of_day - 600
    revenue, paid = what_came(
        log,
        cut.features["customer_id"],
        history_days=cut.day - origin,
        horizon_days=panel.contracts.cut_days,
    )
    np.testing.assert_allclose(cut.future_revenue, revenue)
    assert (cut.future_renewals <= paid).all(), "extras are no renewals"
    assert (cut.future_renewals < paid).any()


def test_features_agree_with_the_log_in_what_needs_no_contract(log):
    panel = contract_panel(log, history_days=600, horizon_days=60)
    known = log[log["day"] <= 600].groupby("customer_id")
    now = panel.now.set_index("customer_id")
    expected = pd.DataFrame(
        {
            "revenue_total": known["revenue"].sum(),
            "repeat_orders": known["day"].size() - 1,
            "age_days": 600.0 - known["day"].min(),
            "days_since_payment": 600.0 - known["day"].max(),
        }
    )
    pd.testing.assert_frame_equal(now[expected.columns], expected, check_index_type=False)
