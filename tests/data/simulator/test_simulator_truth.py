"""The truth of the simulated shop against many simulations of it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.data.simulator import (
    DEMO_DESIGN,
    redraw_future,
    simulate_shop,
)
from ltvkit.data.simulator.truth import expected_exposure
from ltvkit.economics import cac


def _deviation(found, expected):
    """Mean error of repeated draws in its own standard errors; rows are draws."""
    errors = found - expected
    return errors.mean(axis=0) / (errors.std(axis=0, ddof=1) / np.sqrt(len(errors)))


@pytest.mark.parametrize(
    ("months", "horizon_days"),
    [(36, 365), (34, 45)],  # a whole year, and the weeks around the November peak alone
)
def test_realised_futures_average_to_the_true_expectation_by_channel(months, horizon_days):
    design = replace(DEMO_DESIGN, months=months, horizon_days=horizon_days)
    small = simulate_shop(seed=5, customers=1_500, design=design)
    truth = small.truth.customers.groupby("channel")[["expected_orders", "expected_margin"]].sum()
    draws = [redraw_future(small, seed=seed).groupby("channel") for seed in range(200)]
    orders = pd.DataFrame([draw.size().reindex(truth.index, fill_value=0) for draw in draws])
    margin = pd.DataFrame([draw["margin"].sum().reindex(truth.index) for draw in draws]).fillna(0)
    assert _deviation(orders, truth["expected_orders"]).abs().max() < 3.5
    assert _deviation(margin, truth["expected_margin"]).abs().max() < 3.5


def test_the_november_peak_is_in_the_true_expectation():
    short = replace(DEMO_DESIGN, horizon_days=45)
    autumn = simulate_shop(seed=5, customers=500, design=replace(short, months=34))
    spring = simulate_shop(seed=5, customers=500, design=replace(short, months=28))
    assert autumn.design.as_of == date(2025, 10, 31)
    assert autumn.truth.customers["expected_orders"].sum() > 1.2 * (
        spring.truth.customers["expected_orders"].sum()
    )


def test_first_year_margin_of_new_customers_averages_to_the_true_ltv_of_their_channel():
    # Truth.ltv is a mean over arrivals; the simulated customers are an independent route to it.
    found = []
    for seed in range(12):
        simulated = simulate_shop(seed=100 + seed, customers=8_000)
        orders = pd.concat([simulated.transactions, simulated.future], ignore_index=True)
        first = simulated.customers.set_index("customer_id")["first_order_at"]
        age = (orders["ordered_at"] - orders["customer_id"].map(first)) / pd.Timedelta(days=1)
        worth = (orders["margin"] * 1.1 ** (-age / 365.25))[age < 365]
        by_channel = worth.groupby(orders["channel"]).sum()
        found.append(by_channel / simulated.customers["channel"].value_counts())
    truth = simulated.truth.channels.set_index("channel")["ltv"]
    found = pd.DataFrame(found)[truth.index]
    assert _deviation(found, truth).abs().max() < 3.5
    large = truth.index != "podcasts"
    assert found.mean()[large].to_numpy() == pytest.approx(truth[large].to_numpy(), rel=0.04)


def test_margin_curve_of_november_customers_knows_season_and_category():
    # Hardly any spread between customers, so that an error of 2 % in the curve shows.
    steady = {"r": 60.0, "alpha": 8.0, "s": 60.0, "beta": 60.0, "p": 60.0, "q": 400.0}
    channel = replace(DEMO_DESIGN.channels[0], share=1.0, v=400.0, discount_share=0.0, **steady)
    november = replace(DEMO_DESIGN, channels=(channel,), opened_on=date(2023, 11, 1), months=1)
    simulated = simulate_shop(seed=6, customers=20_000, design=november)
    orders = pd.concat([simulated.transactions, simulated.future], ignore_index=True)
    first = simulated.customers.set_index("customer_id")["first_order_at"]
    age = (orders["ordered_at"] - orders["customer_id"].map(first)) / pd.Timedelta(days=1)
    curve = simulated.truth.margin_by_age.set_index("age_days")["cumulative_margin"]
    for days in (30, 90, 330):
        found = orders.loc[age < days, "margin"].sum() / len(simulated.customers)
        assert found - curve[0] == pytest.approx(curve[days] - curve[0], rel=0.02)


def test_this_draw_of_the_future_is_the_truth_tables_realised_margin(shop):
    by_customer = shop.future.groupby("customer_id")["margin"].sum()
    realised = shop.truth.customers.set_index("customer_id")["realised_margin"]
    assert realised[realised != 0].sum() == pytest.approx(by_customer.sum(), abs=1)
    assert set(shop.future["customer_id"]) == set(
        shop.truth.customers.loc[shop.truth.customers["realised_orders"] > 0, "customer_id"]
    )


def test_the_dead_order_nothing_more(shop):
    dead = shop.truth.customers[~shop.truth.customers["alive"]]
    assert len(dead) > 1_000
    assert (dead["expected_margin"] == 0).all()
    assert (dead["realised_orders"] == 0).all()


def test_expected_exposure_matches_a_fine_numerical_integral():
    season = DEMO_DESIGN.season(200)
    rates = np.array([1e-9, 0.002, 0.03, 2.0])
    step = 1e-3
    at = np.arange(step / 2, 200, step)
    expected = [np.sum(season[at.astype(int)] * np.exp(-mu * at)) * step for mu in rates]
    assert expected_exposure(rates, season) == pytest.approx(expected, rel=1e-6)


def test_a_season_has_mean_one_over_a_year_and_peaks_on_the_last_week_of_november():
    season = DEMO_DESIGN.season(4 * 365 + 1)
    assert season.mean() == pytest.approx(1, abs=1e-3)
    peak = date(2023, 1, 1).toordinal() + int(season[:365].argmax())
    assert date.fromordinal(peak).month == 11
    assert date.fromordinal(peak).day > 23
    assert (replace(DEMO_DESIGN, season_strength=0.0).season(500) == 1).all()


def test_channels_stand_as_designed(full_shop):
    truth = full_shop.truth.channels.set_index("channel")
    ltv = truth["ltv"]
    assert ltv["affiliates"] > ltv["google_ads"] > ltv["organic"] > ltv["podcasts"]
    assert ltv["podcasts"] > ltv["meta_ads"] > ltv["influencers"]
    assert truth["verdict"].to_dict() == {
        "organic": "Hold",
        "google_ads": "Hold",
        "meta_ads": "Cut",
        "influencers": "Cut",
        "affiliates": "Raise",
        "podcasts": "Raise",
    }
    assert truth["clears_target"].to_dict() == {
        "organic": True,
        "google_ads": True,
        "meta_ads": False,
        "influencers": False,
        "affiliates": True,
        "podcasts": True,
    }
    # Between target and loss; a loss that three years do not repay; right at the target.
    assert 1 < truth["ltv_to_cac"]["meta_ads"] < 2
    assert 1 < truth["payback_months"]["meta_ads"] < 4
    assert truth["ltv_to_cac"]["influencers"] < 1
    assert np.isnan(truth["payback_months"]["influencers"])
    assert truth["ltv_to_cac"]["podcasts"] == pytest.approx(3, abs=0.15)
    # On average Google clears the target; its next customer does not.
    assert truth["ltv"]["google_ads"] / truth["marginal_cac"]["google_ads"] < 3
    assert truth["ltv"]["affiliates"] / truth["marginal_cac"]["affiliates"] > 3


def test_true_cac_is_the_designs_and_does_not_hang_on_the_shops_size(shop, full_shop):
    for simulated in (shop, full_shop):
        truth = simulated.truth.channels.set_index("channel")
        for channel in DEMO_DESIGN.channels:
            assert truth["media_cac"][channel.name] == pytest.approx(channel.media_cac, rel=1e-4)
    assert shop.truth.channels["loaded_cac"].to_numpy() == pytest.approx(
        full_shop.truth.channels["loaded_cac"].to_numpy(), rel=1e-3
    )


def test_estimated_cac_differs_from_the_truth_by_the_poisson_error_of_the_count_only(full_shop):
    estimated = cac(full_shop.costs, full_shop.customers).set_index("channel")
    truth = full_shop.truth.channels.set_index("channel")
    assert estimated.loc["all", "loaded_cost"] == pytest.approx(truth["loaded_cost"].sum())
    for name, row in truth.iterrows():
        assert estimated.loc[name, "media_spend"] == pytest.approx(row["media_spend"])
        surprise = estimated.loc[name, "new_customers"] - row["expected_new_customers"]
        assert abs(surprise) < 3.5 * np.sqrt(row["expected_new_customers"])
    # The shared part is divided by head, so it follows the counts as well.
    assert estimated["loaded_cac"][truth.index].to_numpy() == pytest.approx(
        truth["loaded_cac"].to_numpy(), rel=0.15
    )


def test_true_payback_is_where_the_margin_curve_meets_the_cac(full_shop):
    truth = full_shop.truth.channels.set_index("channel").loc["meta_ads"]
    curves = full_shop.truth.margin_by_age
    curve = curves[curves["channel"] == "meta_ads"].set_index("age_days")["cumulative_margin"]
    day = truth["payback_months"] * 365.25 / 12
    assert curve[int(day)] < truth["loaded_cac"] <= curve[int(day) + 1]
    assert truth["payback_month"] == 3  # the third month of life: from 2.0 to 3.0
    assert curve[0] == pytest.approx(truth["first_order_margin"])
    assert curve.is_monotonic_increasing


def test_diminishing_returns_can_be_estimated_from_costs_and_customers(full_shop):
    costs = full_shop.costs[full_shop.costs["channel"] == "google_ads"]
    spend = costs.groupby("period")["amount"].sum()
    of_google = full_shop.customers[full_shop.customers["channel"] == "google_ads"]
    new = of_google.groupby(of_google["first_order_at"].dt.to_period("M")).size().to_numpy()
    assert len(spend) == 36
    assert np.log(spend).std() > 0.3
    (slope, _), covariance = np.polyfit(np.log(spend), np.log(new), 1, cov=True)
    assert abs(slope - 0.70) < 3 * np.sqrt(covariance[0, 0])
    assert slope + 3 * np.sqrt(covariance[0, 0]) < 1
