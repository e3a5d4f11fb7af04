"""Logs changed in a way that the answer is known to follow, or not to follow."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, simulated_log

from ltvkit.data import order_days_from_frame
from ltvkit.features import build_panel
from ltvkit.models.stack import StackedLtv
from ltvkit.snapshot import Snapshot

AS_OF, HORIZON = FIRST_DAY + timedelta(days=540), 90
MONEY = (
    *("expected_order_value", "predicted_revenue"),
    *("low", "high", "low_if_order", "high_if_order"),
)
CALENDAR_DAYS = 112 * 1461 // 4
"""112 years: the same weekdays and leap years, the same place in a year and in 28 days."""


@pytest.fixture(scope="module")
def log():
    orders = simulated_log(customers=200, days=540, seed=31)
    return orders[["customer_id", "ordered_on", "revenue"]].rename(
        columns={"ordered_on": "ordered_at"}
    )


def answered(log, *, as_of=AS_OF):
    """The total with its interval, and the predictions by customer."""
    history = order_days_from_frame(log, as_of=as_of).order_days
    panel = build_panel(history, Snapshot(as_of, HORIZON))
    model = StackedLtv(seed=1, threads=1).fit(panel)
    assert model.candidates_ is not None
    assert model.season_.seen
    predicted = model.predict(panel.now).set_index("customer_id").sort_index()
    return np.array(model.total_interval()), predicted


@pytest.fixture(scope="module")
def answer(log):
    return answered(log)


def assert_the_same(found, expected):
    assert found[0].tolist() == expected[0].tolist()
    pd.testing.assert_frame_equal(found[1], expected[1], check_exact=True)


def test_in_another_unit_of_money_only_money_is_another(log, answer):
    unit = 2.0**20  # So that trees, in single precision, see the very same order of amounts.
    total, predicted = answered(log.assign(revenue=log["revenue"] * unit))
    np.testing.assert_allclose(total, answer[0] * unit, rtol=1e-9)
    expected = answer[1].assign(**{name: answer[1][name] * unit for name in MONEY})
    pd.testing.assert_frame_equal(predicted, expected, rtol=1e-5)


def test_before_1970_the_same_calendar_gives_the_same_answer(log, answer):
    back = timedelta(days=CALENDAR_DAYS)
    earlier = log.assign(ordered_at=log["ordered_at"] - pd.Timedelta(back))
    assert earlier["ordered_at"].max().year < 1970
    assert_the_same(answered(earlier, as_of=AS_OF - back), answer)


def test_neither_the_order_of_rows_nor_names_in_the_same_order_matter(log, answer):
    name = "Łucja 客户 " + log["customer_id"]
    total, predicted = answered(log.assign(customer_id=name).sample(frac=1, random_state=1))
    predicted.index = predicted.index.str.removeprefix("Łucja 客户 ").rename("customer_id")
    assert_the_same((total, predicted), answer)


def test_two_rows_of_a_day_are_one_order_and_what_was_taken_back_at_once_is_none(log, answer):
    half, back = (log.assign(revenue=log["revenue"] * share) for share in (0.5, -1.0))
    assert_the_same(answered(pd.concat([half, half, log, back])), answer)
