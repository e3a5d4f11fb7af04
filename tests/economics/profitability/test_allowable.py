"""What a customer may cost: worked examples 8 and 9."""

import math

import numpy as np
import pytest

from ltvkit.economics import (
    allowable_cac,
    amer,
    cost_per_lead,
    formula_ltv,
    left_for_media,
    ltv_to_cac,
    max_cpc,
    max_cpl,
    mer,
    revenue_ltv_to_cac,
    roas,
    roi,
)
from ltvkit.errors import ConfigError, DataError


def test_example_8_ltv_of_three_times_the_cac_allows_500():
    assert allowable_cac(formula_ltv(100, 3, 5), 3) == 500


def test_example_9_max_cac_300_undiscounted_and_238_55_discounted():
    assert allowable_cac(formula_ltv(100, 3, 5, 0.6), 3) == pytest.approx(300)
    discounted = formula_ltv(100, 3, 5, margin_rate=0.6, annual_discount_rate=0.10)
    assert round(allowable_cac(discounted, 3), 2) == 238.55


def test_the_payback_month_caps_the_allowable_cac_and_a_loss_allows_nothing():
    assert allowable_cac(900, 3, margin_by_payback_month=1_000) == 300
    assert allowable_cac(900, 3, margin_by_payback_month=120) == 120
    assert allowable_cac(-5, 3) == 0


def test_allowable_cac_takes_an_array_of_customers():
    allowed = allowable_cac(np.array([900.0, 30.0, -3.0]), 3)
    np.testing.assert_allclose(allowed, [300, 10, 0])


def test_with_ratio_1_the_allowable_cac_is_the_break_even_cac():
    ltv = 321.5
    assert roi(ltv, allowable_cac(ltv, 1)) == 0


def test_a_lead_and_a_click_may_cost_their_chance_of_a_customer():
    assert max_cpl(0.1, 238.55) == pytest.approx(23.855)
    assert max_cpc(0.02, 238.55) == pytest.approx(4.771)
    with pytest.raises(DataError, match="customers_per_lead: got 8, expected 0 to 1"):
        max_cpl(8, 100)


def test_commissions_come_off_where_media_brings_customers_and_leave_no_less_than_nothing():
    left = left_for_media(
        np.array([50.0, 50.0, 50.0, 20.0]),
        commissions=np.array([300.0, 300.0, 300.0, 300.0]),
        media_spend=np.array([900.0, 0.0, 900.0, 900.0]),
        new_customers=np.array([10.0, 10.0, 0.0, 10.0]),
    )
    assert left.tolist() == [20, 50, 50, 0]


def test_commissions_of_half_a_customer_are_those_of_half_a_customer():
    credited = left_for_media(50.0, commissions=10.0, media_spend=90.0, new_customers=0.5)
    assert credited == 30


def test_ratios_without_a_cost_are_blank_not_infinite():
    assert math.isnan(ltv_to_cac(100, 0))
    assert math.isnan(revenue_ltv_to_cac(100, 0))


def test_a_target_of_zero_is_refused():
    with pytest.raises(ConfigError, match="expected above 0, as in 3"):
        allowable_cac(100, 0)


def test_a_ratio_of_columns_is_that_of_each_row_and_blank_without_a_cost():
    above, below = np.array([300.0, 0.0, 5.0, 7.0]), np.array([200.0, 10.0, 0.0, np.nan])
    assert ltv_to_cac(above, below) == pytest.approx([1.5, 0, np.nan, np.nan], nan_ok=True)
    for ratio in (ltv_to_cac, roi, roas, mer, amer, cost_per_lead):
        one_by_one = [ratio(a, b) for a, b in zip(above.tolist(), below.tolist(), strict=True)]
        np.testing.assert_array_equal(ratio(above, below), one_by_one)
