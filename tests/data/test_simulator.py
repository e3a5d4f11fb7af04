"""The simulated shop: its truth against many simulations, its tables against their contracts."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import phonenumbers
import pytest
from sklearn.linear_model import LogisticRegression

from ltvkit.config import load_config
from ltvkit.data import ColumnMap, clean, read_transactions
from ltvkit.data.simulator import (
    DEMO_DESIGN,
    raw_transactions,
    redraw_future,
    simulate_shop,
    write_shop,
)
from ltvkit.data.simulator.truth import expected_exposure
from ltvkit.economics import cac
from ltvkit.errors import UserError
from ltvkit.schemas import COSTS, CUSTOMERS, check_frame

CONFIG = "configs/demo_shop.yaml"
TABLES = ("transactions", "customers", "costs", "leads", "touches", "future")


@pytest.fixture(scope="module")
def shop():
    return simulate_shop(seed=3, customers=6_000)


@pytest.fixture(scope="module")
def full_shop():
    return simulate_shop(seed=8)


def _deviation(found, expected):
    """Mean error of repeated draws in its own standard errors; rows are draws."""
    errors = found - expected
    return errors.mean(axis=0) / (errors.std(axis=0, ddof=1) / np.sqrt(len(errors)))


# --- the truth ----------------------------------------------------------------------------------


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


# --- the tables ---------------------------------------------------------------------------------


def test_the_number_of_customers_is_a_poisson_count_around_what_was_asked():
    counts = [len(simulate_shop(seed, customers=400).customers) for seed in range(40)]
    assert np.mean(counts) == pytest.approx(400, abs=4 * np.sqrt(400 / 40))
    assert 10 < np.std(counts) < 32


def test_tables_keep_their_contracts(shop):
    check_frame(shop.customers, CUSTOMERS)
    check_frame(shop.costs, COSTS)
    first = shop.transactions.groupby("customer_id")["ordered_at"].min()
    known = shop.customers.set_index("customer_id")["first_order_at"]
    pd.testing.assert_series_equal(first, known, check_names=False)
    assert shop.transactions["ordered_at"].is_monotonic_increasing
    assert shop.transactions["ordered_at"].max() <= pd.Timestamp("2025-12-31 23:59:59")
    assert shop.future["ordered_at"].min() >= pd.Timestamp("2026-01-01")
    assert shop.future["ordered_at"].max() < pd.Timestamp("2027-01-01")


def test_refunds_give_back_an_order_in_whole_or_in_half_and_come_later(shop):
    refunds = shop.transactions[shop.transactions["revenue"] < 0]
    assert len(refunds) == shop.truth.counts["refund_rows"] > 300
    orders = shop.transactions[shop.transactions["revenue"] >= 0].set_index("order_id")
    assert orders.index.is_unique
    theirs = orders.loc[refunds["order_id"]].reset_index()
    given_back = -refunds["revenue"].to_numpy() / theirs["revenue"].to_numpy()
    is_whole = given_back == 1
    assert given_back[~is_whole] == pytest.approx(0.5, abs=0.02)
    assert 0.5 < is_whole.mean() < 0.7
    later = refunds["ordered_at"].to_numpy() - theirs["ordered_at"].to_numpy()
    assert later.min() >= np.timedelta64(3, "D")
    assert (refunds["customer_id"].to_numpy() == theirs["customer_id"].to_numpy()).all()


def test_some_orders_are_free_and_the_first_of_the_discounted_is_marked(shop):
    free = shop.transactions["revenue"] == 0
    assert free.sum() == shop.truth.counts["zero_value_orders"] > 10
    assert (shop.transactions.loc[free, "margin"] == 0).all()
    discounted = shop.transactions[shop.transactions["discount_used"] == 1]
    first = discounted.groupby("customer_id")["order_id"].nunique()
    assert (first == 1).all()
    share = discounted.groupby("channel")["customer_id"].nunique() / (
        shop.customers["channel"].value_counts()
    )
    assert share["influencers"] == pytest.approx(0.70, abs=0.08)
    assert share["organic"] == pytest.approx(0.15, abs=0.05)


def test_discounted_customers_come_back_less(full_shop):
    orders = full_shop.transactions.query("revenue > 0 and channel == 'meta_ads'")
    per_customer = orders.groupby("customer_id").agg(
        orders=("order_id", "nunique"), discounted=("discount_used", "max")
    )
    mean_orders = per_customer.groupby("discounted")["orders"].mean()
    assert mean_orders[1] < 0.9 * mean_orders[0]


def test_contacts_are_well_formed_and_reach_nobody(shop):
    people = shop.customers
    emails = people["email"].dropna()
    assert emails.is_unique
    assert emails.str.fullmatch(r"[a-z.]+\.[a-z]+\d+@example\.(com|org)").all()
    phones = people[["phone", "country"]].dropna().drop_duplicates()
    valid = [
        phonenumbers.is_valid_number(phonenumbers.parse(phone, country))
        for phone, country in phones.itertuples(index=False)
    ]
    assert all(valid)
    assert 0.8 < people["phone"].notna().mean() < 0.9
    assert people["first_name"].str.contains(r"[^\x00-\x7F]").any()
    assert not (people["ad_personalization_consent"] & ~people["ad_user_data_consent"]).any()


def test_leads_carry_the_true_log_odds_and_add_up_with_the_costs(full_shop):
    leads = full_shop.leads
    complete = leads[(leads["channel"] == "google_ads") & leads["newsletter"].notna()]
    criteria = ["newsletter", "quiz_completed", "cart", "visits"]
    fit = LogisticRegression(C=np.inf, max_iter=1_000).fit(
        complete[criteria].astype(float), complete["became_customer"]
    )
    truth = [full_shop.truth.lead_log_odds[name] for name in criteria]
    assert fit.coef_[0] == pytest.approx(truth, abs=0.2)
    won = leads[leads["became_customer"] == 1].groupby("channel")["customer_id"].nunique()
    new = full_shop.customers["channel"].value_counts()
    assert won.to_dict() == new.drop("organic").to_dict()
    conversion = leads.groupby("channel")["became_customer"].mean()
    assert conversion["google_ads"] == pytest.approx(0.40, abs=0.02)
    booked = full_shop.costs.groupby("channel")["leads"].sum()
    assert (
        booked.drop("organic", errors="ignore").to_dict()
        == leads["channel"].value_counts().to_dict()
    )


def test_the_last_touch_before_the_first_order_is_the_channels(shop):
    touches = shop.touches
    by_customer = touches.groupby("customer_id")
    last = by_customer.last()
    known = shop.customers.set_index("customer_id")
    assert (last["channel"] == known["channel"]).all()
    assert (last["touched_at"] < known["first_order_at"]).all()
    assert touches["touched_at"].ge(known["first_order_at"].min() - pd.Timedelta(days=31)).all()
    assert 2.2 < by_customer.size().mean() < 2.4


# --- the export ---------------------------------------------------------------------------------


def test_the_export_is_the_transactions_plus_counted_blemishes(shop):
    rows, counts = raw_transactions(shop)
    assert len(rows) == len(shop.transactions) + sum(counts.values())
    assert counts["duplicates"] == rows.duplicated().sum() > 20
    assert counts["missing_customer_id"] == rows["customer_id"].eq("").sum() > 10
    at = pd.to_datetime(rows["ordered_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    assert counts["unreadable_date"] == at.isna().sum() > 5
    amount = pd.to_numeric(rows["revenue"], errors="coerce")
    assert counts["unreadable_amount"] == amount.isna().sum() > 2
    assert counts["after_snapshot"] == (at > pd.Timestamp("2026-01-01")).sum() > 0
    good = (
        rows["customer_id"].ne("") & at.notna() & amount.notna() & (at < pd.Timestamp("2026-01-01"))
    )
    clean = rows[good].drop_duplicates()
    assert amount[clean.index].sum() == pytest.approx(shop.transactions["revenue"].sum())
    assert clean["order_id"].tolist() == shop.transactions["order_id"].tolist()


def test_cleaning_the_export_puts_aside_its_blemishes_and_finds_the_shop_again(shop, tmp_path):
    write_shop(shop, tmp_path / "shop")
    _, counts = raw_transactions(shop)
    log = clean(
        read_transactions(tmp_path / "shop" / "transactions.csv"),
        columns=ColumnMap(order_id="order_id", margin="margin", channel="channel"),
        as_of=shop.design.as_of,
        drop_exact_duplicates=True,
    )
    assert sorted(log.summary.reasons.values()) == sorted(counts.values())
    assert log.summary.accepted == len(shop.transactions)
    assert log.summary.refund_rows == shop.truth.counts["refund_rows"]
    assert log.summary.customers == len(shop.customers)
    assert log.summary.unmatched_refunds == 0
    assert log.summary.margin == pytest.approx(shop.transactions["margin"].sum(), abs=0.01)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(tmp_path):
    for name, seed in (("one", 4), ("two", 4), ("three", 5)):
        write_shop(simulate_shop(seed, customers=300), tmp_path / name)
    one, two, three = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "two", "three")
    )
    assert set(one) == {
        *(f"{name}.csv" for name in TABLES if name != "future"),
        "truth.json",
        "truth_customers.csv",
    }
    assert one == two
    assert all(one[name] != three[name] for name in one)


def test_the_written_truth_repeats_the_truth_of_the_shop(shop, tmp_path):
    write_shop(shop, tmp_path / "shop")
    truth = json.loads((tmp_path / "shop" / "truth.json").read_text(encoding="utf-8"))
    assert [row["ltv"] for row in truth["channels"]] == pytest.approx(
        shop.truth.channels["ltv"].tolist(), abs=1e-5
    )
    assert truth["as_of"] == "2025-12-31"
    assert truth["counts"]["customers"] == len(shop.customers)
    assert truth["horizon"]["all"]["expected_margin"] == pytest.approx(
        shop.truth.customers["expected_margin"].sum(), abs=0.01
    )
    months = truth["margin_by_age_months"]["google_ads"]
    assert len(months) == 37
    assert months == sorted(months)


def test_customer_ids_keep_their_zeros_in_the_files(shop, tmp_path):
    write_shop(shop, tmp_path / "shop")
    read = pd.read_csv(tmp_path / "shop" / "customers.csv", dtype="str", nrows=3)
    assert read["customer_id"].tolist() == ["0000001", "0000002", "0000003"]
    assert read["first_order_at"].str.len().eq(19).all()


def test_a_folder_with_other_files_is_left_alone(shop, tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(UserError, match="choose another name"):
        write_shop(shop, tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "dear"
    write_shop(shop, tmp_path / "shop")
    write_shop(simulate_shop(1, customers=50), tmp_path / "shop")
    assert len(pd.read_csv(tmp_path / "shop" / "customers.csv")) < 100


@pytest.mark.parametrize("customers", [1, 3])
def test_a_shop_with_hardly_a_customer_is_still_a_shop(customers, tmp_path):
    for seed in range(4):
        tiny = simulate_shop(seed, customers=customers)
        write_shop(tiny, tmp_path / "shop")
        assert len(tiny.truth.channels) == 6
    with pytest.raises(ValueError, match="expected at least 1"):
        simulate_shop(1, customers=0)


def test_a_design_says_what_is_wrong_with_it():
    with pytest.raises(ValueError, match="shares that sum to"):
        replace(DEMO_DESIGN, channels=DEMO_DESIGN.channels[:2])
    with pytest.raises(ValueError, match="the first of a month"):
        replace(DEMO_DESIGN, opened_on=date(2023, 1, 2))


def test_the_demo_config_reads_the_files_that_are_written(shop, tmp_path, request):
    path = request.config.rootpath / CONFIG
    config = load_config(path)
    folder = path.parent.parent / "runs" / "demo_shop_data"
    write_shop(shop, tmp_path / "shop")
    for table in (config.data.transactions, config.data.costs.path, config.data.customers.path):
        name = table.rpartition("/")[2]
        assert (folder / name).resolve() == (path.parent / table).resolve()
        assert (tmp_path / "shop" / name).is_file()
    header = pd.read_csv(tmp_path / "shop" / "transactions.csv", nrows=0).columns
    columns = config.data.columns
    named = (columns.order_id, columns.margin, columns.channel, *columns.attributes)
    assert set(named) | {columns.customer_id, columns.ordered_at, columns.revenue} == set(header)
    assert config.snapshot.as_of == shop.design.as_of
    assert config.snapshot.horizon_days == shop.design.horizon_days
    assert config.economics.target_ltv_to_cac == shop.design.target_ltv_to_cac
    assert config.economics.annual_discount_rate == shop.design.annual_discount_rate
