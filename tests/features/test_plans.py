"""Plans of several periods: which there are, which payment is of which, as known on a day."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from ltvkit.contracts import ContractTerms
from ltvkit.errors import DataError
from ltvkit.features.contracts import (
    contract_features,
    contracts_ended,
    history_on,
    latest_renewals,
)
from ltvkit.features.payments import RENEWAL, payments_of, trace_payments
from ltvkit.features.plans import find_plans, other_period, plan_of_payments, read_by_plan
from ltvkit.snapshot import Snapshot
from simulated_contracts import (
    FIRST_DAY,
    ContractShop,
    contract_panel,
    of_several_plans,
    order_table,
    payments,
    who_stayed,
)

MONTH, YEAR = ContractTerms(365.25 / 12, 7), ContractTerms(365.25, 14)
BOTH = (MONTH, YEAR)
MONTHLY = ContractShop(customers=250, history_days=1300, plans=(9.99, 19.99))
YEARLY = ContractShop(
    beta=2.0, customers=150, history_days=1300, renewal_days=365.25, plans=(99.0, 199.0)
)


@pytest.fixture(scope="module")
def log():
    return of_several_plans(MONTHLY, YEARLY, seed=1)


def known_of(log: pd.DataFrame, day: int) -> pd.DataFrame:
    return log[log["day"] <= day].reset_index(drop=True)


def test_a_shop_of_monthly_and_yearly_plans_shows_both(log):
    assert find_plans(known_of(log, 1300)) == BOTH


def test_three_plans_are_found_whichever_has_the_most_gaps():
    quarterly = replace(YEARLY, renewal_days=365.25 / 4, plans=(29.0,))
    few_months = replace(MONTHLY, customers=40, beta=1.0)
    log = of_several_plans(few_months, quarterly, replace(YEARLY, customers=400), seed=2)
    periods = [plan.renewal_days for plan in find_plans(known_of(log, 1300))]
    assert periods == [365.25 / 12, 365.25 / 4, 365.25]


@pytest.mark.parametrize(
    "shop",
    [
        ContractShop(customers=600, extra=0.3, back=0.5, late=0.5, price_sd=0.4),
        ContractShop(beta=8.0, customers=400, renewal_days=7.0, history_days=500, back=0.3),
        ContractShop(beta=2.0, customers=500, renewal_days=365.25, history_days=1900, back=0.3),
    ],
    ids=["monthly", "weekly", "yearly"],
)
def test_who_pauses_comes_back_or_pays_extras_is_no_plan(shop):
    for seed in range(3):
        (plan,) = find_plans(payments(shop, seed=seed))
        assert plan.renewal_days == pytest.approx(shop.renewal_days)


def test_a_handful_of_customers_is_no_plan_unless_it_is_said(log):
    monthly = log[log["customer_id"].str.startswith("0-")]
    yearly = log[log["customer_id"].str.startswith("1-")]
    again = yearly["customer_id"].value_counts()
    few = yearly[yearly["customer_id"].isin(again.index[again > 1][:3])]
    mixed = pd.concat([monthly, few], ignore_index=True)
    assert find_plans(mixed) == (MONTH,)
    assert find_plans(mixed, renewal_days=(365.25, MONTH.renewal_days)) == BOTH
    assert [
        plan.grace_days for plan in find_plans(mixed, renewal_days=[30, 365], grace_days=5)
    ] == [
        5,
        5,
    ]


def test_a_said_period_at_which_nobody_paid_again_is_refused(log):
    with pytest.raises(DataError, match="got 90 among others"):
        find_plans(log[log["customer_id"].str.startswith("1-")], renewal_days=(90, 365))


def test_orders_at_no_period_are_no_plans_of_several():
    dice = np.random.default_rng(1)
    log = pd.DataFrame({"customer_id": "c" + pd.Series(dice.integers(0, 300, 3000)).astype(str)})
    log["day"] = dice.integers(0, 1500, 3000)
    log = log.drop_duplicates().sort_values(["customer_id", "day"]).assign(revenue=1.0)
    with pytest.raises(DataError, match="of one of the plans, expected 50%"):
        find_plans(log, renewal_days=(30, 365))


@pytest.mark.parametrize("day", [900, 1300])
def test_every_customer_is_on_the_plan_that_they_pay(log, day):
    plan = plan_of_payments(known_of(log, day), BOTH)
    truth = known_of(log, day)["customer_id"].str[0].astype(int)
    assert (plan == truth).mean() > 0.995


def with_customer(log: pd.DataFrame, *paid: tuple[int, float]) -> pd.DataFrame:
    own = pd.DataFrame(paid, columns=["day", "revenue"]).assign(customer_id="a")
    return pd.concat([own, log], ignore_index=True).astype({"customer_id": "str"})


def plans_of(log: pd.DataFrame, *paid: tuple[int, float]) -> list[int]:
    """0 for monthly, 1 for yearly, of each payment of one more customer."""
    return plan_of_payments(with_customer(log, *paid), BOTH)[: len(paid)].tolist()


MONTHS = tuple((30 * n, 9.99) for n in range(6))


def later(days: int, *paid: tuple[int, float]) -> list[tuple[int, float]]:
    return [(day + days, amount) for day, amount in paid]


@pytest.mark.parametrize(
    ("paid", "plans"),
    [
        (((0, 19.99),), [0]),
        (((0, 199.0),), [1]),
        # The new plan is known by its price, at the renewal or before it.
        ((*MONTHS, (180, 99.0)), [0] * 6 + [1]),
        ((*MONTHS, (160, 99.0)), [0] * 6 + [1]),
        # A price that nobody else pays says nothing until the next payment does.
        ((*MONTHS, (180, 45.0)), [0] * 7),
        ((*MONTHS, (180, 45.0), (545, 45.0)), [0] * 6 + [1, 1]),
        # From yearly to monthly when the year is over; within it, it is an extra.
        (((0, 99.0), (365, 9.99)), [1, 0]),
        (((0, 99.0), (365, 9.99), (396, 9.99)), [1, 0, 0]),
        (((0, 99.0), (100, 9.99), (365, 99.0)), [1, 1, 1]),
        # Who pauses for a year and pays the same has changed nothing.
        ((*MONTHS, (515, 9.99), (545, 9.99)), [0] * 8),
        # An extra of a monthly plan is no yearly payment, although one comes a year later.
        ((*((30 * n, 9.99) for n in range(18)), (110, 4.0)), [0] * 19),
        # Who pays a monthly price by the year, and the same again, is yearly.
        (((0, 9.99), (365, 9.99)), [1, 1]),
        (((0, 99.0), (365, 0.0)), [1, 1]),
    ],
)
def test_a_change_of_plan_counts_from_when_it_can_be_known(log, paid, plans):
    assert plans_of(log, *sorted(paid)) == plans


def test_without_a_price_a_customer_is_on_the_plan_that_most_are_on(log):
    assert plans_of(log, (0, 0.0)) == [0]
    assert plan_of_payments(with_customer(log, (0, 9.99)).iloc[:1], BOTH).tolist() == [0]


def test_what_comes_later_changes_nothing_that_is_known_at_a_day(log):
    moved = with_customer(log, *later(600, *MONTHS, (180, 99.0), (545, 99.0)))
    for day in (700, 790, 1000, 1200):
        snapshot = Snapshot(FIRST_DAY + timedelta(days=day), 90)
        told = [
            contract_features(order_table(seen), snapshot, plans=BOTH)
            for seen in (moved, known_of(moved, day))
        ]
        pd.testing.assert_frame_equal(*told)
    panels = [
        contract_panel(seen, history_days=1200, horizon_days=90, plans=BOTH)
        for seen in (moved, known_of(moved, 1200))
    ]
    for whole, past in zip(*(panel.plans for panel in panels), strict=True):
        pd.testing.assert_frame_equal(whole.now, past.now)
        for one, other in zip(whole.contracts.cuts, past.contracts.cuts, strict=True):
            pd.testing.assert_frame_equal(one.features, other.features)
            pd.testing.assert_frame_equal(one.history.customers, other.history.customers)


def test_a_past_date_knows_no_plan_that_was_not_known_then(log):
    # One who paid 45 once, and the same again a year later, is yearly from then on.
    moved = with_customer(log, *later(600, *MONTHS, (180, 45.0), (545, 45.0)))
    panel = contract_panel(moved, history_days=1250, horizon_days=90, plans=BOTH)
    assert panel.now.set_index("customer_id").loc["a", "plan"] == YEAR.renewal_days
    first, seen = panel.as_of_day - 1250, []
    for place, plan in enumerate(panel.plans):
        for cut in plan.contracts.cuts:
            if cut.day >= first + 780:
                there = "a" in set(cut.features["customer_id"])
                seen.append(cut.day >= first + 1145)
                assert there == (place == seen[-1])
    assert set(seen) == {False, True}


@pytest.mark.parametrize(("last", "renewed"), [((180, 99.0), 6), ((160, 99.0), 5)])
def test_who_changes_to_another_plan_has_not_left_the_one_before(log, last, renewed):
    monthly, yearly = read_by_plan(
        known_of(with_customer(log, *later(700, *MONTHS, last)), 1100), BOTH
    )
    alone = read_by_plan(known_of(log, 1100), BOTH)[0]
    moved, without = (history_on(trace, 1100).customers for trace in (monthly, alone))
    ended = [int((rows["cancels"] * rows["customers"]).sum()) for rows in (moved, without)]
    assert ended[0] == ended[1] > 50
    assert moved["customers"].sum() == without["customers"].sum() + 1
    own = monthly.customer == monthly.ids.tolist().index("a")
    assert (monthly.kind[own] == RENEWAL).sum() == renewed
    assert "a" in set(yearly.ids)
    brought = history_on(monthly, 1290).periods["next_period"]
    assert brought.between(1, 50).all(), "the price of the new plan is no price of the old one"
    asked = [len(latest_renewals(trace, 905)) for trace in (monthly, alone)]
    assert asked[0] - asked[1] == renewed - 5, "a renewal made, or nothing that was asked"


def test_a_customer_of_several_plans_keeps_what_is_known_apart_from_contracts(log):
    moved = with_customer(log, *later(700, *MONTHS, (180, 99.0)))
    snapshot = Snapshot(FIRST_DAY + timedelta(days=900), 365)
    own = contract_features(order_table(moved), snapshot, plans=BOTH).set_index("customer_id")
    assert own.index.is_unique
    told = own.loc["a", ["repeat_orders", "age_days", "revenue_total", "renewals", "renewals_due"]]
    assert told.tolist() == pytest.approx([6, 200, 6 * 9.99 + 99, 0, 1])


def test_one_plan_is_read_as_ever():
    log = payments(ContractShop(customers=80, history_days=500, extra=0.2, back=0.3), seed=3)
    (trace,), expected = read_by_plan(log, (MONTH,)), trace_payments(log, MONTH)
    for name in ("kind", "contract", "renewals", "anchor", "charge", "moves_on"):
        np.testing.assert_array_equal(getattr(trace, name), getattr(expected, name))


def test_contracts_that_ended_are_told_apart_plan_by_plan(log):
    snapshot = Snapshot(FIRST_DAY + timedelta(days=1000), 300)
    found = contracts_ended(order_table(log), snapshot, plans=BOTH).set_index("customer_id")
    for place, terms in enumerate(BOTH):
        own = log[log["customer_id"].str.startswith(f"{place}-")]
        ids = pd.Series(own.loc[own["day"] <= 1000, "customer_id"].unique())
        stayed = who_stayed(own, ids, terms, history_days=1000, horizon_days=300)
        expected = pd.Series(1 - stayed, index=ids).dropna().astype(bool)
        assert 0.05 < expected.mean() < 0.95
        assert (found.loc[expected.index, "ended"] == expected).all()


def test_whose_contract_ran_is_told_as_it_was_known_then(log):
    # 40 is nobody's price: until it is paid again after a year it seems to be a month's.
    later_known = with_customer(log, (600, 40.0), (965, 40.0))
    for day, ran in ((800, False), (1000, True)):
        snapshot = Snapshot(FIRST_DAY + timedelta(days=day), 300)
        found = contracts_ended(order_table(later_known), snapshot, plans=BOTH)
        assert ("a" in set(found["customer_id"])) == ran


def test_only_contracts_that_no_plan_explains_are_told_of(log):
    known = payments_of(order_table(known_of(log, 1300)))
    share, days = other_period(known, (MONTH,))
    assert share > 0.1
    assert days == pytest.approx(365, abs=2)
    assert other_period(known, BOTH)[0] < 0.01
