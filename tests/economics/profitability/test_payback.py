"""Payback and its goal: months worked out by hand, invariants, and how often they come true."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.economics import (
    PAYBACK_COLUMNS,
    against_goal,
    margin_curves,
    payback,
    payback_of,
    payback_table,
)
from made_customers import made_customers, true_increments


def test_a_group_of_fewer_than_30_has_no_observed_curve_and_no_month():
    customers, margins = made_customers(29, 3)
    result = payback(margins, 1.0, customers=customers)
    assert (result.payback_month, result.payback_status) == (None, "not_yet")
    assert result.observed_to_month is None
    assert result.curve.empty
    assert np.isnan(result.recovered_share)


def dense(rows):
    return pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(40), len(rows)),
            "age_months": list(range(len(rows))) * 40,
            "margin": list(rows) * 40,
        }
    )


def payback_curve_of(margins):
    customers = pd.DataFrame({"customer_id": np.arange(40), "channel": "seo", "age_months": 13.0})
    return margin_curves(customers, margins, horizon_months=12, draws=5)["seo", ""]


def test_payback_is_the_first_month_whose_cumulative_margin_reaches_the_cac():
    margins = dense([40.0, 0.0, 35.0, 25.0])
    months = {40: 1, 41: 3, 75: 3, 75.01: 4, 100: 4}
    for cac, month in months.items():
        assert payback(margins, cac, draws=5).payback_month == month
    late = payback(margins, 200, draws=5)
    assert (late.payback_month, late.payback_status) == (None, "not_yet")
    assert (late.observed_to_month, late.recovered_share) == (4, 0.5)
    assert late.payback_month_predicted is None


def test_a_goal_of_twelve_months_is_met_by_the_margin_that_an_ltv_of_twelve_months_counts():
    margins = dense([40.0, *([5.0] * 12)])
    ltv = payback_curve_of(margins).ltv
    assert ltv == pytest.approx(40 + 11 * 5)
    in_time, a_month_late = payback(margins, ltv), payback(margins, ltv + 0.01)
    assert (in_time.payback_month, a_month_late.payback_month) == (12, 13)
    assert against_goal(in_time, 12) == "meets the goal"
    assert against_goal(a_month_late, 12) == "misses the goal"


def test_without_a_cac_there_is_nothing_to_pay_back():
    for cac in (0.0, math.nan):
        result = payback(dense([1.0]), cac, draws=5)
        assert (result.payback_status, result.payback_month) == (None, None)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(-20, 100), min_size=1, max_size=8),
    st.floats(0.01, 500),
    st.floats(0.01, 500),
)
def test_payback_is_monotone_in_the_cac(margins, one, other):
    cheap, dear = (payback(dense(margins), cac, draws=5) for cac in sorted((one, other)))
    assert (cheap.payback_month or 0) <= (
        math.inf if dear.payback_month is None else dear.payback_month
    )
    if cheap.payback_status == "not_yet":
        assert dear.payback_status == "not_yet"


def test_predicted_months_are_marked_and_do_not_touch_the_observed_ones():
    customers, margins = made_customers(400, 4, oldest=6.0)
    observed = margin_curves(customers, margins, draws=50)["seo", ""]
    longer = margin_curves(
        customers.assign(residual_margin=30.0), margins, horizon_months=12, draws=50
    )["seo", ""]
    seen = observed.observed_to_month
    np.testing.assert_allclose(longer.cumulative[:seen], observed.cumulative[:seen])
    assert longer.observed_to_month == observed.observed_to_month
    result = payback_of(longer, cac=float(observed.cumulative[seen - 1]) + 5)
    assert result.payback_status == "not_yet"
    assert result.payback_month_predicted > result.observed_to_month
    assert result.curve["predicted"].tolist() == [age >= seen for age in range(12)]


def test_prob_paid_back_agrees_with_how_often_samples_are_paid_back():
    cac = float(np.cumsum(true_increments(12))[4])
    chances = []
    for seed in range(40):
        customers, margins = made_customers(150, seed)
        result = payback(margins, cac, customers=customers, draws=200, seed=seed)
        chances.append(result.curve.set_index("months").loc[[1, 5, 10], "prob_paid_back"])
    mean = np.mean(chances, axis=0)
    assert mean[0] < 0.02
    assert 0.35 < mean[1] < 0.65
    assert mean[2] > 0.95


def test_the_goal_is_judged_from_the_chance_and_not_from_the_point():
    customers, margins = made_customers(150, 7)
    reached = margin_curves(customers, margins, draws=2)["seo", ""].cumulative
    for cac, verdict in (
        (reached[4], "cannot tell yet"),
        (reached[1], "meets the goal"),
        (reached[11], "misses the goal"),
    ):
        result = payback(margins, float(cac), customers=customers)
        assert against_goal(result, 4) == verdict
    beyond = payback(margins, 1e6, customers=customers)
    assert against_goal(beyond, 60) == "cannot tell yet"


def test_the_payback_table_has_channels_cohorts_and_blank_for_all():
    customers, margins = made_customers(300, 11)
    customers["cohort"] = np.where(customers["age_months"] > 12, "2023-01", "2023-12")
    curves = {
        **margin_curves(customers, margins, draws=20),
        **margin_curves(customers, margins, by="cohort", draws=20),
    }
    cac = {("seo", ""): 30.0, ("all", ""): 30.0, ("seo", "2023-01"): 50.0}
    table = payback_table(curves, cac)
    assert tuple(table.columns) == PAYBACK_COLUMNS
    assert set(table["cohort"]) == {"", "2023-01", "2023-12"}
    by_group = table.groupby(["channel", "cohort"])["cac"].first()
    assert by_group["seo", "2023-01"] == 50
    assert by_group["seo", "2023-12"] == 30
    assert (table["low"] <= table["high"]).all()
