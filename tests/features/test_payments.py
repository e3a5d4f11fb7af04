"""Payments read in their order, against a plain loop and calendars made by hand."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.contracts import ContractTerms
from ltvkit.errors import DataError
from ltvkit.features.payments import EXTRA, RENEWAL, START, find_terms, trace_payments
from simulated_contracts import ContractShop, payments

MONTH = ContractTerms(renewal_days=30.0, grace_days=7)


def log_of(*days: int, revenue: float = 10.0) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": "a", "day": days, "revenue": revenue})


def kinds(*days: int) -> list[int]:
    return trace_payments(log_of(*days), MONTH).kind.tolist()


def test_a_payment_as_late_as_grace_renews_and_one_day_later_begins_another_contract():
    assert kinds(0, 37) == [START, RENEWAL]
    assert kinds(0, 38) == [START, START]


def test_a_payment_within_two_thirds_of_a_period_is_an_extra_and_moves_no_due_date():
    assert kinds(0, 10, 30, 60) == [START, EXTRA, RENEWAL, RENEWAL]
    assert kinds(0, 19, 30) == [START, EXTRA, RENEWAL]
    traced = trace_payments(log_of(0, 10, 30), MONTH)
    assert traced.anchor.tolist() == [0, 0, 30]
    assert traced.charge.tolist() == [10, 10, 10]
    assert traced.last_period.tolist() == [10, 10, 20]


def test_who_pays_late_and_then_on_time_again_has_renewed_twice():
    assert kinds(0, 37, 60, 97, 118) == [START, RENEWAL, RENEWAL, RENEWAL, RENEWAL]


def test_weekly_payments_three_days_late_and_on_time_again_are_renewals():
    traced = trace_payments(log_of(0, 10, 14, 21, 31, 35), ContractTerms(7.0, 3))
    assert traced.renewals[-1] == 5


def test_a_customer_who_comes_back_keeps_the_renewals_made_before():
    traced = trace_payments(log_of(0, 30, 60, 200, 230), MONTH)
    assert traced.renewals.tolist() == [0, 1, 2, 2, 3]
    assert traced.contract.tolist() == [0, 0, 0, 1, 1]


def test_charges_on_a_day_of_the_month_are_renewals_through_every_february():
    due = pd.date_range("2019-01-31", periods=60, freq="ME")
    days = (due - pd.Timestamp("1970-01-01")).days
    traced = trace_payments(log_of(*days), ContractTerms(30.0, 7))
    assert traced.renewals[-1] == 59
    assert (traced.kind[1:] == RENEWAL).all()


def test_what_was_refunded_or_free_is_no_price():
    paid = [0.0, 49.0, 0.0, 59.0, 0.0]
    log = pd.DataFrame({"customer_id": "a", "day": [0, 30, 60, 90, 120], "revenue": paid})
    other = pd.DataFrame({"customer_id": "b", "day": [0, 30], "revenue": [0.0, 0.0]})
    traced = trace_payments(pd.concat([log, other], ignore_index=True), MONTH)
    assert traced.charge.tolist() == [0, 49, 49, 59, 59, 0, 0]
    assert traced.spent.tolist() == [0, 49, 49, 108, 108, 0, 0], "what was kept stays what it was"


def by_a_plain_loop(log: pd.DataFrame, terms: ContractTerms) -> pd.DataFrame:
    rows = []
    for customer, own in log.groupby("customer_id"):
        periods, renewals, contract, last, spent = [], 0, 0, None, 0.0
        anchor = 0
        for day, revenue in zip(own["day"], own["revenue"], strict=True):
            if last is None or day - last > terms.renewal_days + terms.grace_days:
                kind, contract = START, contract + 1
            elif day - anchor >= terms.renewal_days * 2 / 3:
                kind, renewals = RENEWAL, renewals + 1
            else:
                kind = EXTRA
            if kind == EXTRA:
                periods[-1].append(revenue)
            else:
                periods.append([revenue])
                anchor = day
            last, spent = day, spent + revenue
            sums = [sum(period) for period in periods[:-1]]
            charge = periods[-1][0]
            rows.append(
                {
                    "customer_id": customer, "kind": kind, "renewals": renewals,
                    "contract": contract, "anchor": anchor, "spent": spent, "charge": charge,
                    "last_period": sums[-1] if sums else charge,
                    "mean_period": np.mean([*sums, charge]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_reading_all_customers_at_once_gives_what_a_loop_over_each_gives():
    shop = ContractShop(
        customers=120, history_days=400, extra=0.3, back=0.5, late=0.5, price_sd=0.3
    )
    log = payments(shop, seed=5)
    terms = ContractTerms(30.4, 7)
    traced, expected = trace_payments(log, terms), by_a_plain_loop(log, terms)
    assert (expected["kind"] == EXTRA).sum() > 50
    assert (expected["contract"] > 1).sum() > 50
    for name in ("kind", "renewals", "anchor", "spent", "charge", "last_period", "mean_period"):
        np.testing.assert_allclose(getattr(traced, name), expected[name], err_msg=name)
    first = traced.contract[np.flatnonzero(np.append(True, np.diff(traced.customer) > 0))]
    assert (traced.contract - first[traced.customer] + 1 == expected["contract"]).all()


@pytest.mark.parametrize("period", [7.0, 14.0, 28.0, 365.25 / 12, 365.25 / 4, 365.25])
def test_the_period_is_found_in_the_log_extras_and_late_payments_notwithstanding(period):
    shop = ContractShop(
        customers=150, renewal_days=period, history_days=int(12 * period), extra=0.1, back=0.3
    )
    terms = find_terms(payments(shop, seed=2))
    assert terms.renewal_days == pytest.approx(period)


def test_a_period_that_no_calendar_has_is_found_as_well():
    shop = ContractShop(customers=150, renewal_days=45, history_days=600)
    assert find_terms(payments(shop, seed=2)).renewal_days == pytest.approx(45, abs=1)


def test_what_was_said_goes_before_what_is_found_where_the_log_agrees():
    log = payments(ContractShop(customers=150), seed=3)
    assert find_terms(log, renewal_days=30, grace_days=3) == ContractTerms(30.0, 3)
    assert find_terms(log, renewal_days=30).grace_days == 7


@pytest.mark.parametrize("said", [7, 365])
def test_a_period_that_the_log_contradicts_is_refused_with_what_the_log_shows(said):
    log = payments(ContractShop(customers=150), seed=3)
    with pytest.raises(DataError, match=rf"renewal_days: got {said}, .* usually 30\.4375 days"):
        find_terms(log, renewal_days=said)


def test_a_log_without_a_second_payment_is_told_that_it_has_no_period():
    once = pd.concat([log_of(day).assign(customer_id=f"c{day}") for day in range(30)])
    with pytest.raises(DataError, match="got 0 gaps between payments of a customer, 0% of them"):
        find_terms(once)


def test_an_ordinary_shop_is_told_that_it_has_no_period():
    dice = np.random.default_rng(1)
    log = pd.DataFrame({"customer_id": "c" + pd.Series(dice.integers(0, 90, 900)).astype(str)})
    log["day"] = dice.integers(0, 700, 900)
    log = log.drop_duplicates().sort_values(["customer_id", "day"]).assign(revenue=1.0)
    with pytest.raises(DataError, match="say renewal_days, or leave kind out"):
        find_terms(log)
