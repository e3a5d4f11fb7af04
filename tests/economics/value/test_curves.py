"""Mean cumulative margin and LTV: against a plain oracle, invariants, and coverage."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import cohort_trend, discount_factors, margin_curves
from ltvkit.errors import DataError
from made_customers import LIFE, made_customers, true_increments


def test_m_of_a_equals_nelsons_estimator_written_out():
    customers, margins = made_customers(300, 1)
    curve = margin_curves(customers, margins, draws=2)["seo", ""]
    total = 0.0
    for age in range(curve.observed_to_month):
        watched = customers.loc[np.floor(customers["age_months"]) > age, "customer_id"]
        here = margins[(margins["age_months"] == age) & margins["customer_id"].isin(watched)]
        total += here["margin"].sum() / len(watched)
        assert curve.cumulative[age] == pytest.approx(total)
        assert curve.customers_observed[age] == pytest.approx(len(watched))


def test_the_curve_stops_below_30_customers_or_5_percent_of_them():
    for n, fewest in ((200, 30), (2_000, 100)):
        customers, margins = made_customers(n, 2)
        curve = margin_curves(customers, margins, draws=2)["seo", ""]
        watched = [(np.floor(customers["age_months"]) > age).sum() for age in range(24)]
        assert curve.observed_to_month == sum(w >= fewest for w in watched)
        assert np.isnan(curve.cumulative[curve.observed_to_month :]).all()


def test_the_extension_with_true_flows_reaches_the_true_ltv():
    # E[flows of the coming H months | age] is known here: at age A the mean flow is what the
    # true increments say, so completing young customers with it must be unbiased.
    horizon = 12
    true = true_increments(40)
    profile = true_increments(horizon, first=0.0)
    customers, margins = made_customers(40_000, 5, oldest=6.0)
    age = customers["age_months"].to_numpy()
    scale = np.exp(-age / LIFE)
    customers["residual_margin"] = scale * profile.sum()
    curve = margin_curves(
        customers, margins, horizon_months=horizon, flow_profile=profile.tolist(), draws=200
    )["seo", ""]
    assert curve.observed_to_month < horizon
    np.testing.assert_allclose(curve.cumulative[:horizon], np.cumsum(true)[:horizon], rtol=0.03)
    assert curve.ltv == pytest.approx(true[:horizon].sum(), rel=0.03)


def test_ltv_discounts_later_months_and_not_the_first_order():
    customers, margins = made_customers(500, 6)
    plain = margin_curves(customers, margins, draws=2)["seo", ""]
    discounted = margin_curves(customers, margins, draws=2, annual_discount_rate=0.2)["seo", ""]
    steps = np.diff(plain.cumulative[:12], prepend=0.0)
    steps[0] -= customers["first_margin"].mean()
    expected = customers["first_margin"].mean() + steps @ discount_factors(12, 0.2)
    assert discounted.ltv == pytest.approx(expected)
    assert plain.ltv == pytest.approx(plain.cumulative[11])


def test_the_band_and_the_ltv_interval_cover_the_truth_as_often_as_stated():
    true = np.cumsum(true_increments(12))
    covered = []
    for seed in range(120):
        customers, margins = made_customers(120, seed, oldest=20.0)
        curve = margin_curves(customers, margins, draws=200, seed=seed)["seo", ""]
        at = [0, 5, 11]
        low, high = np.quantile(curve.draws[:, at], [0.1, 0.9], axis=0)
        covered.append((low <= true[at]) & (true[at] <= high))
    # 80 % +- 3 standard errors of 120 trials.
    assert (np.mean(covered, axis=0) > 0.69).all()
    assert (np.mean(covered, axis=0) < 0.91).all()


def test_a_large_group_is_resampled_in_bundles_with_the_same_spread():
    customers, margins = made_customers(6_000, 8)
    bundled = margin_curves(customers, margins, draws=600, seed=1)["seo", ""]
    single = margin_curves(customers, margins, draws=600, seed=1, max_bundles=6_000)["seo", ""]
    np.testing.assert_allclose(bundled.cumulative, single.cumulative)
    np.testing.assert_allclose(
        bundled.draws[:, :12].std(axis=0), single.draws[:, :12].std(axis=0), rtol=0.15
    )


def test_shared_level_error_widens_predictions_and_leaves_observation_alone():
    customers, margins = made_customers(800, 9, oldest=6.0)
    customers = customers.assign(residual_margin=25.0)
    sure, unsure = (
        margin_curves(customers, margins, draws=400, level_sd_log=sd)["seo", ""]
        for sd in (0.0, 0.3)
    )
    assert unsure.ltv == sure.ltv
    assert unsure.ltv_draws.std() > 2 * sure.ltv_draws.std()
    seen = slice(0, sure.observed_to_month)
    np.testing.assert_allclose(
        unsure.draws[:, seen].std(axis=0), sure.draws[:, seen].std(axis=0), rtol=0.2
    )


def test_months_that_may_have_been_busy_make_repeat_orders_unsure_and_not_the_first_one():
    customers, margins = made_customers(800, 9, oldest=30.0)
    first = margins[margins["age_months"] == 0].set_index("customer_id")["margin"]
    customers = customers.assign(first_margin=customers["customer_id"].map(first).fillna(0.0))
    sure, unsure = (
        margin_curves(customers, margins, draws=4_000, seen_sd_log=sd)["seo", ""]
        for sd in (0.0, 0.2)
    )
    assert unsure.ltv == sure.ltv
    repeats = sure.ltv - customers["first_margin"].mean()
    # Independent of the resampling: variances add, and exp(0.2 z) has a standard deviation of .208.
    added = np.sqrt(unsure.ltv_draws.var() - sure.ltv_draws.var())
    assert added == pytest.approx(0.208 * repeats, rel=0.1)
    at_first = unsure.draws[:, 0].std() / sure.draws[:, 0].std()
    assert at_first == pytest.approx(1, abs=0.02)


def test_weights_split_a_customers_margin_between_channels_without_losing_any():
    customers, margins = made_customers(200, 10)
    split = pd.concat(
        [
            customers.assign(channel="a", weight=0.3),
            customers.assign(channel="b", weight=0.7),
        ]
    )
    whole = margin_curves(customers, margins, draws=2)["all", ""]
    curves = margin_curves(split, margins, draws=2)
    for key in (("a", ""), ("b", ""), ("all", "")):
        shown = min(curves[key].observed_to_month, whole.observed_to_month)
        np.testing.assert_allclose(curves[key].cumulative[:shown], whole.cumulative[:shown])


@pytest.mark.parametrize(
    ("firsts", "verdict", "sign"),
    [((40.0, 40.0, 20.0, 20.0, 5.0), "falling", -1), ((5.0, 20.0, 20.0, 40.0, 40.0), "rising", 1)],
)
def test_cohorts_are_compared_only_at_an_age_they_all_reached(firsts, verdict, sign):
    parts = []
    for i, first in enumerate(firsts):
        customers, margins = made_customers(300, i, first=first, channel=f"{i}-")
        age = 12.0 - 2 * i
        parts.append(
            (customers.assign(channel="seo", cohort=f"2024-0{i + 1}", age_months=age), margins)
        )
    customers = pd.concat([c for c, _ in parts], ignore_index=True)
    margins = pd.concat([m for _, m in parts], ignore_index=True)
    curves = margin_curves(customers, margins, by="cohort", draws=200)
    trend = cohort_trend(curves, 3)
    assert trend.cohorts["cohort"].tolist() == [f"2024-0{i}" for i in range(1, 6)]
    assert trend.verdict == verdict
    assert trend.low < trend.change < trend.high
    assert sign * trend.low > 0 < sign * trend.high
    at_nine = cohort_trend(curves, 9)
    assert at_nine.cohorts["cohort"].tolist() == ["2024-01", "2024-02"]
    assert at_nine.verdict == "cannot tell yet"


def test_margin_of_a_customer_nobody_knows_is_refused():
    customers, margins = made_customers(40, 13)
    stranger = margins.head(1).assign(customer_id="x")
    with pytest.raises(DataError, match="got customers 'x' who are not in the customers table"):
        margin_curves(customers, pd.concat([margins, stranger]))
