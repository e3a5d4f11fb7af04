"""The tables of the simulated shop against their contracts, and the files they are written to."""

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
    simulate_shop,
    write_shop,
)
from ltvkit.errors import UserError
from ltvkit.schemas import COSTS, CUSTOMERS, check_frame

CONFIG = "configs/demo_shop.yaml"
TABLES = ("transactions", "customers", "costs", "leads", "touches", "future")


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
    with pytest.raises(UserError, match="choose another"):
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
