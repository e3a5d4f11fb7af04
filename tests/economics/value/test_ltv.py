"""Value: worked examples 7 and 9, and what must hold for any flow of margin."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.economics import (
    daily_discount_rate,
    discount_factors,
    formula_ltv,
    ltv_at_acquisition,
    margin_curves,
    monthly_discount_rate,
    residual_value,
    simple_payback_months,
)
from ltvkit.errors import ConfigError, DataError

FLOWS = st.lists(st.floats(0, 1e4), min_size=24, max_size=24)
RATES = st.floats(0, 1)


def test_example_7_formula_ltv_of_basket_100_three_orders_five_years_is_1500():
    assert formula_ltv(order_value=100, orders_per_year=3, years=5) == 1500


def test_example_9_margin_ltv_is_900_undiscounted_and_715_65_discounted():
    assert formula_ltv(100, 3, 5, margin_rate=0.6) == pytest.approx(900, abs=1e-9)
    discounted = formula_ltv(100, 3, 5, margin_rate=0.6, annual_discount_rate=0.10)
    assert round(discounted, 2) == 715.65


def test_example_9_paying_500_gives_ratio_1_43_and_is_paid_back_after_33_3_months():
    ltv = formula_ltv(100, 3, 5, margin_rate=0.6, annual_discount_rate=0.10)
    assert round(ltv / 500, 2) == 1.43
    assert round(simple_payback_months(500, margin_per_year=100 * 3 * 0.6, years=5), 1) == 33.3


def test_a_stream_that_ends_or_is_discounted_away_before_the_cac_has_no_payback_month():
    assert math.isnan(simple_payback_months(500, 180, years=2.7))
    assert math.isnan(simple_payback_months(500, 0))
    assert math.isnan(simple_payback_months(5_000, 100, annual_discount_rate=0.10))


def test_monthly_and_daily_rates_compound_to_the_annual_rate():
    assert (1 + monthly_discount_rate(0.1)) ** 12 == pytest.approx(1.1)
    assert (1 + daily_discount_rate(0.1)) ** 365.25 == pytest.approx(1.1)


def test_the_first_order_is_undiscounted_and_flows_lie_at_mid_month():
    ltv = ltv_at_acquisition(
        [0, 12.0], horizon_months=2, annual_discount_rate=0.21, first_order_margin=50
    )
    assert ltv == pytest.approx(50 + 12 * 1.21 ** (-1.5 / 12))


def test_formula_ltv_of_a_part_year_lies_between_the_whole_years():
    at = [formula_ltv(100, 3, years, annual_discount_rate=0.1) for years in (2, 2.5, 3)]
    assert at[0] < at[1] < at[2]
    assert formula_ltv(100, 3, 0.5) == 150


@settings(deadline=None, max_examples=50)
@given(FLOWS, st.integers(1, 23), RATES)
def test_ltv_rises_with_the_horizon(flows, months, rate):
    shorter, longer = (
        ltv_at_acquisition(flows, horizon_months=h, annual_discount_rate=rate)
        for h in (months, months + 1)
    )
    # Sums of other lengths differ in the last digit.
    assert longer >= shorter * (1 - 1e-12)


@settings(deadline=None, max_examples=50)
@given(FLOWS, RATES, RATES)
def test_ltv_falls_with_the_discount_rate(flows, one, other):
    low, high = sorted((one, other))
    at_low, at_high = (
        ltv_at_acquisition(flows, horizon_months=24, annual_discount_rate=rate)
        for rate in (low, high)
    )
    assert at_high <= at_low + 1e-9 * abs(at_low)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 24), RATES, st.floats(0, 1e4), st.floats(0, 50), st.floats(0, 10))
def test_without_margin_ltv_is_zero(months, rate, order_value, orders, years):
    assert ltv_at_acquisition([0.0] * 24, horizon_months=months, annual_discount_rate=rate) == 0
    assert formula_ltv(order_value, orders, years, 0.0, rate) == 0


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0, 100), min_size=6, max_size=12),
    st.floats(0, 200),
    st.tuples(RATES, RATES),
    st.tuples(st.integers(1, 24), st.integers(1, 24)),
)
def test_ltv_of_a_channel_rises_with_the_horizon_and_falls_with_the_rate(
    margins, residual, rates, horizons
):
    # What is predicted of a year goes on as fast beyond it: a longer horizon holds more of it.
    def ltv(rate, months):
        customers = pd.DataFrame({"customer_id": range(len(margins)), "channel": "one"})
        customers["age_months"] = np.arange(len(margins)) % 4 + 1.5
        customers["residual_margin"] = residual * months
        first = pd.DataFrame({"customer_id": range(len(margins)), "age_months": 0})
        return margin_curves(
            customers.assign(first_margin=margins),
            first.assign(margin=margins),
            horizon_months=months,
            annual_discount_rate=rate,
            draws=2,
            min_customers=1,
        )["one", ""].ltv

    low, high = sorted(rates)
    short, long = sorted(horizons)
    assert ltv(high, 12) <= ltv(low, 12) + 1e-9
    assert ltv(low, short) <= ltv(low, long) + 1e-9


def test_residual_value_of_many_customers_equals_each_alone():
    flows = np.arange(12.0).reshape(3, 4)
    together = residual_value(flows, horizon_months=4, annual_discount_rate=0.1)
    alone = [residual_value(row, horizon_months=4, annual_discount_rate=0.1) for row in flows]
    np.testing.assert_allclose(together, alone)
    np.testing.assert_allclose(together, flows @ discount_factors(4, 0.1))


def test_a_horizon_beyond_the_flows_is_refused_with_what_to_do():
    with pytest.raises(DataError, match="got 3 months, expected 12 or more; shorten"):
        ltv_at_acquisition([1, 1, 1], horizon_months=12)


def test_a_rate_written_in_percent_below_minus_one_is_refused():
    with pytest.raises(ConfigError, match=r"write 10 % as 0\.10"):
        formula_ltv(100, 3, 5, annual_discount_rate=-10)
