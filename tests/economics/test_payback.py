"""Mean cumulative margin and payback: against a plain oracle, invariants, and coverage."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.economics import (
    PAYBACK_COLUMNS,
    against_goal,
    cohort_trend,
    discount_factors,
    margin_by_age,
    margin_curves,
    observed_customers,
    payback,
    payback_of,
    payback_table,
)
from ltvkit.errors import DataError

FIRST_ORDER, FLOW, LIFE = 20.0, 6.0, 8.0


def made_customers(n, seed, *, oldest=24.0, first=FIRST_ORDER, channel="seo"):
    """Customers who pay `first` at once and FLOW a month until an exponential end of life."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(0.5, oldest, n)
    life = rng.exponential(LIFE, n)
    value = rng.lognormal(-0.32, 0.8, n)
    month = np.arange(24)
    alive = np.clip(life[:, None] - month, 0, 1)
    margin = value[:, None] * FLOW * alive * rng.poisson(1.0, (n, 24))
    margin[:, 0] += value * first
    seen = month[None, :] < np.floor(age)[:, None]
    row, at = np.nonzero(seen & (margin > 0))
    customers = pd.DataFrame(
        {
            "customer_id": [f"{channel}{i}" for i in range(n)],
            "channel": channel,
            "age_months": age,
            "first_margin": value * first,
        }
    )
    margins = pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy()[row],
            "age_months": at,
            "margin": margin[row, at],
        }
    )
    return customers, margins


def true_increments(months, first=FIRST_ORDER):
    flow = FLOW * LIFE * (1 - math.exp(-1 / LIFE)) * np.exp(-np.arange(months) / LIFE)
    flow[0] += first
    return flow


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


def test_cohorts_are_compared_only_at_an_age_they_all_reached():
    parts = []
    for i, first in enumerate((40.0, 40.0, 20.0, 20.0, 5.0)):
        customers, margins = made_customers(300, i, first=first, channel=f"{i}-")
        age = 12.0 - 2 * i
        parts.append(
            (customers.assign(channel="seo", cohort=f"2024-0{i + 1}", age_months=age), margins)
        )
    customers = pd.concat([c for c, _ in parts], ignore_index=True)
    margins = pd.concat([m for _, m in parts], ignore_index=True)
    curves = margin_curves(customers, margins, by="cohort", draws=200)
    trend = cohort_trend(curves, 3, cac={("all", "2024-01"): 50.0})
    assert trend.cohorts["cohort"].tolist() == [f"2024-0{i}" for i in range(1, 6)]
    assert trend.verdict == "falling"
    assert trend.low < trend.change < trend.high < 0
    assert trend.cohorts["recovered_share"].notna().tolist() == [True] + [False] * 4
    at_nine = cohort_trend(curves, 9)
    assert at_nine.cohorts["cohort"].tolist() == ["2024-01", "2024-02"]
    assert at_nine.verdict == "cannot tell yet"


def test_margin_by_age_and_observed_customers_agree_with_the_order_days():
    rng = np.random.default_rng(12)
    order_days = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 60, 400).astype("str"),
            "ordered_on": pd.Timestamp("2023-01-01")
            + pd.to_timedelta(rng.integers(0, 500, 400), unit="D"),
            "revenue": 10.0,
            "orders": 1,
        }
    ).drop_duplicates(["customer_id", "ordered_on"])
    order_days["margin"] = rng.normal(5, 4, len(order_days))
    as_of = pd.Timestamp("2024-03-01")
    history = order_days[order_days["ordered_on"] <= as_of]
    margins = margin_by_age(order_days, as_of)
    assert margins["margin"].sum() == pytest.approx(history["margin"].sum())
    assert not margins.duplicated(["customer_id", "age_months"]).any()
    first = history.groupby("customer_id")["ordered_on"].min()
    days = (history["ordered_on"] - history["customer_id"].map(first)).dt.days
    expected = history.groupby([history["customer_id"], (days // 30.4375).astype(int)])["margin"]
    pd.testing.assert_series_equal(
        margins.set_index(["customer_id", "age_months"])["margin"].sort_index(),
        expected.sum().rename_axis(["customer_id", "age_months"]).sort_index(),
    )
    customers = observed_customers(order_days, as_of).set_index("customer_id")
    assert customers["margin_to_date"].sum() == pytest.approx(history["margin"].sum())
    oldest = first.idxmin()
    watched = ((as_of - first[oldest]).days + 1) / 30.4375
    assert customers.loc[oldest, "age_months"] == pytest.approx(watched)
    assert customers.loc[oldest, "cohort"] == str(first[oldest])[:7]


def test_channels_and_weights_are_joined_to_observed_customers():
    order_days = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "ordered_on": pd.to_datetime(["2024-01-01", "2024-01-02"]),
            "revenue": 1.0,
            "margin": 1.0,
            "orders": 1,
        }
    )
    channels = pd.DataFrame({"customer_id": ["a"], "channel": ["seo"]})
    table = observed_customers(order_days, "2024-02-01", channels=channels)
    assert table["channel"].tolist() == ["seo", "unattributed"]
    weights = pd.DataFrame(
        {"customer_id": ["a", "a"], "channel": ["seo", "ads"], "weight": [0.5, 0.5]}
    )
    table = observed_customers(order_days, "2024-02-01", channels=weights)
    assert table["weight"].tolist() == [0.5, 0.5, 1.0]


def test_margin_of_a_customer_nobody_knows_is_refused():
    customers, margins = made_customers(40, 13)
    stranger = margins.head(1).assign(customer_id="x")
    with pytest.raises(DataError, match="got customers 'x' who are not in the customers table"):
        margin_curves(customers, pd.concat([margins, stranger]))
