"""Margin discounted to the snapshot, each customer's by when it is expected."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.pipeline.valuation.value import discount, flow_profile, monthly_orders, valued
from ltvkit.snapshot import Snapshot

HORIZON = 365
RATE = 0.1


class DueOnce:
    """One payment of each customer, on a known day."""

    def expected_orders(self, features: pd.DataFrame, horizon_days: float) -> np.ndarray:
        return (features["due"] <= horizon_days).to_numpy(float)


@pytest.fixture(scope="module")
def due():
    return pd.DataFrame({"customer_id": ["soon", "late", "never"], "due": [1, 364, 400]})


@pytest.fixture(scope="module")
def worth(due):
    orders = monthly_orders(DueOnce(), due, HORIZON)
    return discount(orders, horizon_days=HORIZON, annual_discount_rate=RATE)


def test_what_is_due_tomorrow_is_worth_more_than_what_is_due_in_a_year(worth):
    assert worth.middle[0] == pytest.approx(1.1 ** (-15.22 / 365.25), abs=1e-4)
    assert worth.middle[1] == pytest.approx(1.1 ** (-349.8 / 365.25), abs=1e-4)


def test_who_is_expected_to_pay_nothing_has_the_months_of_the_shop(due, worth):
    profile = flow_profile(monthly_orders(DueOnce(), due, HORIZON))
    assert profile.tolist() == [0.5, *[0.0] * 10, 0.5]
    assert worth.middle[2] == pytest.approx(worth.middle[:2].mean())


def test_the_interval_of_a_fixed_price_holds_it_whenever_in_its_month_it_is_paid(due, worth):
    price = 190.0
    none = [np.nan] * 3
    predictions = pd.DataFrame(
        {
            "customer_id": due["customer_id"],
            "predicted_revenue": price,
            "low": price,
            "high": price,
            **dict.fromkeys(
                ("next_order_days", "next_order_days_from", "next_order_days_to"), none
            ),
        }
    )
    share = pd.Series(1.0, index=due["customer_id"])
    told = valued(predictions, share, worth, Snapshot(date(2024, 12, 31), HORIZON))
    paid = price / 1.1 ** (due["due"] / 365.25)
    held = (told["predicted_value_low"] <= paid) & (paid <= told["predicted_value_high"])
    assert held[:2].all()
    assert (told["predicted_value_high"] - told["predicted_value_low"] < 2)[:2].all()


@pytest.mark.parametrize(("horizon", "months"), [(31, 1), (92, 3), (95, 4), (184, 6), (366, 12)])
def test_as_many_months_of_the_calendar_are_so_many_months_to_their_last_day(horizon, months):
    last_day = pd.DataFrame({"customer_id": ["a"], "due": [horizon]})
    orders = monthly_orders(DueOnce(), last_day, horizon)
    assert orders.tolist() == [[0.0] * (months - 1) + [1.0]]
