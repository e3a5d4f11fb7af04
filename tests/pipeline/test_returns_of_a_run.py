"""What a run puts beside CAC and LTV: every sum is the ledger's or the log's."""

import numpy as np
import pandas as pd
import pytest
from small_shop import AS_OF, costs_of, decided, newcomers, orders_of, sound

from ltvkit.errors import DataError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A shop with shared cost, leads and clicks; March is dear, and two customers in three ads."""
    customers = newcomers(range(12, 48), per_month=36)
    number = np.arange(len(customers))
    customers["channel"] = np.where(number % 3 == 0, "social", "ads")
    costs = costs_of(customers)
    costs.loc[costs["period"] == pd.Timestamp("2022-03-01"), "amount"] *= 3
    costs = costs.assign(leads=50, clicks=1_000)
    shared = costs.drop_duplicates("period").assign(
        channel=None, category="content", amount=33.33, leads=None, clicks=None
    )
    by_the_customer = costs[costs["channel"] == "ads"].assign(
        category="commissions", amount=11.5, leads=None, clicks=None
    )
    shop = sound() | {
        "customers": customers,
        "orders": orders_of(customers),
        "costs": pd.concat([costs, shared, by_the_customer]),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ltvkit.pipeline.unit_economics.assemble.COHORT_DRAWS", 50)
        return shop, decided(shop, tmp_path_factory.mktemp("shop"))


def test_every_allocation_rule_puts_the_whole_ledger_on_channels_to_the_cent(made):
    shop, run = made
    table = run.further["allocations.csv"].set_index("channel")
    ledger = shop["costs"]["amount"].sum()
    for rule in ("customers", "spend", "paid_customers"):
        cost = table[f"loaded_cost_{rule}"]
        assert cost.drop("all").sum() == pytest.approx(ledger, abs=0.005)
        assert cost["all"] == pytest.approx(ledger, abs=0.005)
    assert run.ledger["charged"] == pytest.approx(ledger, abs=0.005)
    assert run.ledger["in_flight"] == 0


def test_cac_by_month_adds_up_to_the_ledger_and_to_the_customers(made):
    shop, run = made
    table = run.further["cac_by_month.csv"]
    whole = table["channel"] == "all"
    for part in (table[whole], table[~whole]):
        assert part["loaded_cost"].sum() == pytest.approx(shop["costs"]["amount"].sum(), abs=0.005)
        assert part["new_customers"].sum() == len(shop["customers"])
    march = table[whole & (table["period"] == "2022-03")].iloc[0]
    assert march["media_cac"] == pytest.approx(120)


def test_cohorts_cost_what_their_month_cost_and_are_written_off_over_a_year(made):
    shop, run = made
    table = run.further["cohort_values.csv"]
    whole = table["channel"] == "all"
    total = shop["costs"]["amount"].sum()
    for part in (table[whole], table[~whole]):
        assert part["acquisition_cost"].sum() == pytest.approx(total, abs=0.005)
        assert part["customers"].sum() == len(shop["customers"])
    spent = table["cac_amortised"] + table["cac_unamortised"]
    assert spent.to_numpy() == pytest.approx(table["acquisition_cost"].to_numpy())
    by_cohort = table[whole].set_index("cohort")
    assert (by_cohort.loc[:"2023-12", "cac_unamortised"] < 1e-9).all()
    middle = pd.Timestamp("2024-06-01") + pd.Timedelta(days=30.4375 / 2)
    left = 1 - (AS_OF - middle).days / 30.4375 / 12
    cost = by_cohort.loc["2024-06", "acquisition_cost"]
    assert by_cohort.loc["2024-06", "cac_unamortised"] / cost == pytest.approx(left, abs=0.01)


def test_a_cohorts_payback_is_held_against_what_that_cohort_cost(made):
    _, run = made
    table = run.further["cohort_values.csv"].set_index(["channel", "cohort"])
    # 30 at once and 30 more at 90 days; a customer of the dear month cost some 120.
    usual, dear = table.loc[("all", "2022-02")], table.loc[("all", "2022-03")]
    assert usual["cac"] == pytest.approx(40 + (33.33 + 11.5) / 36)
    assert dear["cac"] > 115
    assert usual["payback_month"] < 6
    assert pd.isna(dear["payback_month"])
    curves = run.payback.set_index(["channel", "cohort"])
    assert curves.loc[("all", "2022-03"), "cac"].iloc[0] == pytest.approx(dear["cac"])


def test_value_to_date_and_to_come_are_those_of_the_log_and_of_the_forecast(made):
    shop, run = made
    everyone = run.channels.set_index("channel").loc["all"]
    margin = shop["orders"]["margin"].sum() / len(shop["customers"])
    assert everyone["margin_to_date"] == pytest.approx(margin)
    assert everyone["residual_margin"] == pytest.approx(5.0)
    assert everyone["total_value"] == pytest.approx(margin + 5.0)
    assert everyone["margin_to_date_low"] < margin < everyone["margin_to_date_high"]
    of_one = run.further["cohort_values.csv"].set_index(["channel", "cohort"])
    orders = shop["orders"][shop["orders"]["customer_id"].str.startswith("c17-")]
    found = of_one.loc[("all", "2022-06")]
    assert found["margin_to_date"] == pytest.approx(orders["margin"].sum() / found["customers"])


def test_roas_mer_and_amer_are_revenue_over_spend(made):
    shop, run = made
    orders, costs = shop["orders"], shop["costs"]
    channel = orders["customer_id"].map(shop["customers"].set_index("customer_id")["channel"])
    media = costs[costs["category"] == "ads_performance"]
    table = run.channels.set_index("channel")
    for name in ("ads", "social"):
        spent = media.loc[media["channel"] == name, "amount"].sum()
        earned = orders.loc[channel == name, "revenue"].sum()
        assert table.loc[name, "roas"] == pytest.approx(earned / spent)
    paid = channel.isin(["ads", "social"])
    spent = media["amount"].sum()
    assert table.loc["all", "roas"] == pytest.approx(orders.loc[paid, "revenue"].sum() / spent)
    first = ~orders.sort_values("ordered_at").duplicated("customer_id").sort_index()
    assert run.figures["mer"]["value"] == pytest.approx(
        orders["revenue"].sum() / costs["amount"].sum()
    )
    assert run.figures["amer"]["value"] == pytest.approx(
        orders.loc[first, "revenue"].sum() / costs["amount"].sum()
    )
    month = run.kpis.set_index("month").loc["2022-03"]
    in_march = orders["ordered_at"].dt.strftime("%Y-%m") == "2022-03"
    spent = costs.loc[costs["period"] == pd.Timestamp("2022-03-01"), "amount"].sum()
    assert month["marketing_cost"] == pytest.approx(spent)
    assert month["mer"] == pytest.approx(orders.loc[in_march, "revenue"].sum() / spent)
    assert month["amer"] == pytest.approx(orders.loc[in_march & first, "revenue"].sum() / spent)


def test_mer_of_a_month_counts_the_days_whose_cost_is_counted(tmp_path):
    """Spent ten days before its customers come, and booked to the tenth of the last month."""
    shop = sound()
    days = pd.date_range("2021-01-01", "2024-11-30")
    daily = {"channel": "ads", "category": "ads_performance", "amount": 10.0}
    shop["costs"] = pd.DataFrame({"period": days, **daily})
    run = decided(shop | {"settings": {"economics.cost_lag_days": 10}}, tmp_path)
    kpis = run.kpis.set_index("month")
    orders = shop["orders"]
    for month, counted in (("2021-01", (11, 31)), ("2024-12", (1, 10))):
        first, last = (pd.Timestamp(f"{month}-{day}") for day in counted)
        of_these = orders["ordered_at"].between(first, last)
        spent = 10.0 * ((last - first).days + 1)
        assert kpis.loc[month, "marketing_cost"] == pytest.approx(spent)
        mer = orders.loc[of_these, "revenue"].sum() / spent
        assert kpis.loc[month, "mer"] == pytest.approx(mer)
    assert kpis.loc["2021-01", "amer"] == kpis.loc["2021-01", "mer"]
    taken = (kpis["mer"] * kpis["marketing_cost"]).sum()
    spent = kpis["marketing_cost"].sum()
    assert run.figures["mer"]["value"] == pytest.approx(taken / spent)


def test_mer_counts_all_marketing_and_cac_its_part_for_new_customers(tmp_path):
    shop = sound()
    half = shop["costs"].assign(acquisition_share=0.5)
    run = decided(shop | {"costs": half}, tmp_path)
    whole = shop["costs"]["amount"].sum()
    assert run.figures["mer"]["value"] == pytest.approx(shop["orders"]["revenue"].sum() / whole)
    assert run.kpis["marketing_cost"].sum() == pytest.approx(whole)
    everybody = run.channels.set_index("channel").loc["all"]
    assert everybody["loaded_cost"] == pytest.approx(whole / 2)


def test_who_bought_before_the_log_begins_is_no_new_customer(tmp_path):
    shop = sound()
    customers = shop["customers"]
    old = customers.index % 8 == 0
    told = customers.assign(
        first_order_at=customers["first_order_at"].mask(old, pd.Timestamp("2019-06-01"))
    )
    run = decided(shop | {"customers": told}, tmp_path)
    table = run.channels.set_index("channel")
    assert table.loc["all", "new_customers"] == (~old).sum()
    assert run.kpis["new_customers"].sum() == (~old).sum()
    assert run.cohorts.loc[run.cohorts["age_months"] == 0, "customers"].sum() == (~old).sum()
    assert run.newcomers == set(customers.loc[~old, "customer_id"])
    won = shop["orders"]["customer_id"].isin(customers.loc[~old, "customer_id"])
    first = shop["orders"][won].drop_duplicates("customer_id")["revenue"].sum()
    spent = shop["costs"]["amount"].sum()
    assert run.figures["amer"]["value"] == pytest.approx(first / spent)
    assert (run.kpis["amer"] * run.kpis["marketing_cost"]).sum() == pytest.approx(first)
    assert table.loc["all", "loaded_cac"] == pytest.approx(
        shop["costs"]["amount"].sum() / (~old).sum()
    )
    everybody_old = customers.assign(first_order_at=pd.Timestamp("2019-06-01"))
    with pytest.raises(DataError, match="got first_order_at before 2021-01-01"):
        decided(shop | {"customers": everybody_old}, tmp_path)


def test_what_a_lead_and_a_click_may_cost_follows_from_the_allowable_cac(made):
    shop, run = made
    table = run.channels.set_index("channel")
    won = (shop["customers"]["channel"] == "ads").sum()
    ads = shop["costs"][shop["costs"]["channel"] == "ads"]
    commissions = ads.loc[ads["category"] == "commissions", "amount"].sum()
    leads = 50 * (len(ads) // 2)
    assert table.loc["ads", "leads"] == leads
    # Shared content does not grow with one more customer: what it costs stays out of a limit.
    assert table.loc["ads", "loaded_cac"] > table.loc["ads", "media_cac"] + commissions / won
    allowed = table.loc["ads", "allowable_cac"] - commissions / won
    assert table.loc["ads", "max_cpl"] == pytest.approx(won / leads * allowed)
    assert table.loc["ads", "max_cpc"] == pytest.approx(won / (20 * leads) * allowed)
    spent = table.loc["ads", "media_spend"]
    assert table.loc["ads", "cost_per_lead"] == pytest.approx(spent / leads)


def test_the_rule_of_thumb_is_basket_by_orders_by_years_by_margin(made):
    shop, run = made
    year = shop["orders"][shop["orders"]["ordered_at"] > AS_OF - pd.Timedelta(days=365)]
    a_year = year["margin"].sum() / year["customer_id"].nunique()
    assert run.figures["rule_of_thumb_ltv"]["value"] == pytest.approx(a_year / 1.1**0.5, rel=1e-6)


@pytest.mark.parametrize(("opened", "known"), [("2024-01-10", True), ("2024-07-01", False)])
@pytest.mark.usefixtures("few_draws")
def test_orders_of_less_than_a_year_are_not_taken_for_those_of_one(tmp_path, opened, known):
    shop = sound()
    customers = shop["customers"][shop["customers"]["first_order_at"] >= opened]
    orders = shop["orders"][shop["orders"]["customer_id"].isin(customers["customer_id"])]
    run = decided(shop | {"customers": customers, "orders": orders, "costs": None}, tmp_path)
    assert np.isfinite(run.figures["rule_of_thumb_ltv"]["value"]) == known


@pytest.mark.usefixtures("few_draws")
def test_where_costs_and_customers_call_channels_by_other_names_no_roas_is_known(tmp_path):
    shop = sound()
    numbered = shop["costs"].assign(
        channel=shop["costs"]["channel"].map({"ads": "1", "social": "2"})
    )
    run = decided(shop | {"costs": numbered}, tmp_path)
    assert run.channels["roas"].isna().all()
    assert np.isnan(run.figures["roas"]["value"])
    # One of two is named after: of the other nothing came back.
    one = shop["costs"].assign(channel=shop["costs"]["channel"].replace("social", "2"))
    table = decided(shop | {"costs": one}, tmp_path).channels.set_index("channel")
    assert table.loc["2", "roas"] == 0
    spent = shop["costs"]["amount"].sum()
    orders = shop["orders"]["customer_id"].map(
        shop["customers"].set_index("customer_id")["channel"]
    )
    earned = shop["orders"].loc[orders == "ads", "revenue"].sum()
    assert table.loc["all", "roas"] == pytest.approx(earned / spent)


def test_cohorts_that_are_alike_show_no_trend_and_retention_is_active_over_all(made):
    _, run = made
    table = run.channels.set_index("channel")
    assert table.loc["all", "cohort_trend"] == "cannot tell yet"
    assert table.loc["all", "cohort_trend_months"] == 12
    assert table.loc["all", "payback_goal"] == "meets the goal"
    cohorts = run.cohorts.dropna(subset="active_customers")
    assert (cohorts.loc[cohorts["age_months"] == 0, "retention"] == 1).all()
    share = cohorts["active_customers"] / cohorts["customers"]
    assert cohorts["retention"].to_numpy() == pytest.approx(share.to_numpy())


def test_cohorts_that_get_worse_are_a_falling_trend(tmp_path, monkeypatch):
    monkeypatch.setattr("ltvkit.pipeline.unit_economics.assemble.COHORT_DRAWS", 50)
    customers = newcomers(range(12, 48), per_month=36)
    shop = sound() | {"customers": customers, "orders": orders_of(customers)}
    month = shop["orders"]["customer_id"].str[1:3].astype(int)
    shop["orders"]["margin"] *= 1 - month / 80
    table = decided(shop, tmp_path).channels.set_index("channel")
    assert table.loc["all", "cohort_trend"] == "falling"


@pytest.mark.usefixtures("few_draws")
def test_without_costs_what_needs_them_is_blank_or_absent(tmp_path):
    run = decided(sound() | {"costs": None}, tmp_path)
    assert run.ledger is None
    assert list(run.further) == ["cohort_values.csv"]
    assert run.further["cohort_values.csv"]["cac"].isna().all()
    assert run.kpis[["marketing_cost", "mer", "amer"]].isna().all(axis=None)
    assert "roas" not in run.channels
    assert "mer" not in run.figures


@pytest.mark.usefixtures("few_draws")
def test_a_payback_goal_beyond_the_curves_caps_nothing(tmp_path):
    customers = newcomers(range(38, 48), per_month=36)
    shop = {"customers": customers, "orders": orders_of(customers), "costs": costs_of(customers)}
    months = {"economics.target_payback_months": 24}
    table = decided(sound() | shop | {"settings": months}, tmp_path).channels
    assert table["allowable_cac"].to_numpy() == pytest.approx(table["ltv"].to_numpy() / 3)
    assert table["prob_paid_back_by_target"].isna().all()
