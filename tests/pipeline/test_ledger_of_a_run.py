"""The ledger of a run: every cent has its place, and the CAC is true where spend comes early."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from small_shop import decided, sound

from ltvkit.data.simulator import DEMO_DESIGN, simulate_shop
from ltvkit.economics import acquisition_costs, cac, cac_interval, charge_with_lag_days
from ltvkit.errors import ConfigError, DataError
from ltvkit.pipeline.unit_economics.ledger import open_ledger
from ltvkit.schemas import UNATTRIBUTED

LAG = 20
RULES = ("customers", "spend", "paid_customers")


@pytest.fixture(scope="module")
def shop():
    return simulate_shop(seed=11, customers=12_000, design=replace(DEMO_DESIGN, months=24))


def spent_ahead(shop, days):
    """The shop's ledger by day, each amount spent `days` before the customers it brings.

    It begins with the shop, so the spend behind the first customers is not in it, and goes on to
    the snapshot, with spend for customers who are still to come.
    """
    lengths = shop.costs["period"].dt.days_in_month
    daily = shop.costs.loc[shop.costs.index.repeat(lengths)].drop(columns=["leads", "clicks"])
    nth = daily.groupby(level=0).cumcount()
    daily["amount"] = daily["amount"] / daily["period"].dt.days_in_month
    daily["period"] = daily["period"] + pd.to_timedelta(nth - days, unit="D")
    as_of, opened = pd.Timestamp(shop.design.as_of), pd.Timestamp(shop.design.opened_on)
    final = daily[daily["period"] == daily["period"].max()]
    ahead = [final.assign(period=as_of - pd.Timedelta(days=k)) for k in range(days)]
    daily = pd.concat([daily, *ahead], ignore_index=True)
    return daily[daily["period"] >= opened].reset_index(drop=True)


def by_month(daily):
    month = daily["period"].dt.to_period("M").dt.to_timestamp()
    keys = ["period", "channel", "category", "acquisition_share"]
    summed = daily.assign(period=month).groupby(keys, dropna=False)["amount"].sum()
    return summed.reset_index()


def opened(shop, costs, *, lag=LAG, as_of=None, new_from=None):
    first = shop.customers.set_index("customer_id")["first_order_at"].dt.normalize()
    as_of = as_of or shop.design.as_of
    first = first[first <= pd.Timestamp(as_of)]
    credited = shop.customers[["customer_id", "channel"]]
    return open_ledger(costs, credited, first, as_of=as_of, cost_lag_days=lag, new_from=new_from)


@pytest.mark.parametrize("fine", [True, False], ids=["by day", "by month"])
def test_cac_with_a_lag_recovers_the_truth_of_the_demo_shop(shop, fine):
    daily = spent_ahead(shop, LAG)
    ledger = opened(shop, daily if fine else by_month(daily))
    found = ledger.cac("customers").set_index("channel")
    truth = shop.truth.channels.set_index("channel")
    for channel, row in found.drop("all").iterrows():
        low, high = cac_interval(row["loaded_cost"], row["new_customers"], confidence=0.999)
        assert low <= truth.loc[channel, "loaded_cac"] <= high, channel
    true_cac = truth["loaded_cost"].sum() / truth["expected_new_customers"].sum()
    # 11,000 customers: a standard error of 1 %; the first month alone would be an error of 3 %.
    assert found.loc["all", "loaded_cac"] == pytest.approx(true_cac, rel=0.025)


def test_the_first_customers_whose_spend_is_unknown_would_flatter_the_cac(shop):
    costs = by_month(spent_ahead(shop, LAG))
    ledger = opened(shop, costs)
    assert ledger.start == pd.Timestamp(shop.design.opened_on) + pd.DateOffset(months=1)
    charged = charge_with_lag_days(costs, LAG, until=shop.design.as_of).charged
    of_everybody = cac(charged, ledger.customers)["loaded_cac"].iloc[-1]
    assert of_everybody < 0.985 * ledger.cac("customers")["loaded_cac"].iloc[-1]


def test_the_spend_of_the_last_days_is_in_flight(shop):
    daily = spent_ahead(shop, LAG)
    after = pd.Timestamp(shop.design.as_of) - pd.Timedelta(days=LAG)
    late = acquisition_costs(daily).loc[daily["period"] > after, "amount"].sum()
    assert opened(shop, daily).in_flight == pytest.approx(late)
    assert opened(shop, by_month(daily)).in_flight == pytest.approx(late, rel=0.05)


@pytest.mark.parametrize("lag", [0, 7, 20, 45])
@pytest.mark.parametrize("fine", [True, False], ids=["by day", "by month"])
@pytest.mark.parametrize("as_of", [date(2024, 12, 31), date(2024, 10, 9)])
def test_charged_in_flight_and_left_out_are_the_ledger_to_the_cent(shop, lag, fine, as_of):
    costs = spent_ahead(shop, LAG)
    costs = costs if fine else by_month(costs)
    ledger = opened(shop, costs, lag=lag, as_of=as_of)
    total = acquisition_costs(costs)["amount"].sum()
    for rule in RULES:
        channels = ledger.cac(rule)
        charged = channels["loaded_cost"].iloc[:-1].sum()
        assert charged == pytest.approx(channels["loaded_cost"].iloc[-1], abs=0.005)
        assert charged + ledger.in_flight + ledger.left_out == pytest.approx(total, abs=0.005)
    assert ledger.charged == pytest.approx(charged, abs=0.005)


def test_without_a_lag_a_ledger_within_the_log_is_charged_whole(shop):
    ledger = opened(shop, shop.costs, lag=0)
    total = acquisition_costs(shop.costs)["amount"].sum()
    assert ledger.charged == pytest.approx(total)
    assert (ledger.in_flight, ledger.running) == (0, 0)
    assert ledger.left_out == pytest.approx(0, abs=0.005)
    assert ledger.cac("customers")["new_customers"].iloc[-1] == len(shop.customers)


def test_costs_after_the_snapshot_are_in_flight_and_not_in_the_cac(shop):
    as_of = date(2024, 9, 30)
    ledger = opened(shop, shop.costs, lag=0, as_of=as_of)
    costs = acquisition_costs(shop.costs)
    late = costs["period"] > pd.Timestamp(as_of)
    assert ledger.in_flight == pytest.approx(costs.loc[late, "amount"].sum())
    assert ledger.cac("customers")["loaded_cost"].iloc[-1] == pytest.approx(
        costs.loc[~late, "amount"].sum()
    )


@pytest.mark.parametrize("lag", [0, 20])
@pytest.mark.parametrize("fine", [True, False], ids=["by day", "by month"])
def test_an_account_older_than_the_log_does_not_make_its_customers_dearer(shop, lag, fine):
    costs = spent_ahead(shop, 0)
    costs = costs if fine else by_month(costs)
    old = costs[costs["period"] < pd.Timestamp("2023-04-01")]
    old = old.assign(period=old["period"] - pd.DateOffset(months=3))
    both = pd.concat([old, costs], ignore_index=True)
    alone, after = opened(shop, costs, lag=lag), opened(shop, both, lag=lag)
    spent = acquisition_costs(old)["amount"].sum()
    assert after.charged + after.left_out + after.in_flight == pytest.approx(after.total)
    if lag == 0:
        pd.testing.assert_frame_equal(after.cac("customers"), alone.cac("customers"))
        assert after.left_out == pytest.approx(spent, abs=0.005)
    else:
        # With it, the spend behind the first customers is known.
        assert after.start == pd.Timestamp(shop.design.opened_on)
        assert 0 < after.left_out < spent


def test_a_ledger_that_ends_before_the_log_begins_is_a_users_mistake(shop):
    old = shop.costs.assign(period=shop.costs["period"] - pd.DateOffset(years=5))
    with pytest.raises(DataError, match="costs: got none after 2019-12-31, expected some of the"):
        opened(shop, old, lag=0)


@pytest.mark.parametrize("day", ["2024-05-01", "2024-05-15"])
def test_a_first_month_of_costs_is_held_against_its_own_customers_only(shop, day):
    month = shop.costs["period"] == pd.Timestamp("2024-05-01")
    ledger = opened(shop, shop.costs[month].assign(period=day), lag=0)
    came = shop.customers["first_order_at"].dt.strftime("%Y-%m") == "2024-05"
    assert ledger.cac("customers")["new_customers"].iloc[-1] == came.sum()


def test_customers_after_the_ledgers_end_do_not_dilute_its_cac(shop):
    costs = shop.costs[shop.costs["period"] < pd.Timestamp("2024-07-01")]
    ledger = opened(shop, costs, lag=0)
    came = shop.customers["first_order_at"] < pd.Timestamp("2024-07-01")
    assert ledger.cac("customers")["new_customers"].iloc[-1] == came.sum()


def test_a_monthly_ledger_that_ends_early_is_not_charged_half_a_month_of_its_lag(shop):
    # Of July, June's spend explains a part only: July's own is not in the ledger.
    costs = shop.costs[shop.costs["period"] < pd.Timestamp("2024-07-01")]
    ledger = opened(shop, costs, lag=14)
    assert ledger.end == pd.Timestamp("2024-06-30")
    assert ledger.left_out > 0


def test_newcomers_are_counted_from_a_given_day_with_their_cost_alone(shop):
    ledger = opened(shop, shop.costs, lag=0, new_from=date(2023, 3, 15))
    costs = acquisition_costs(shop.costs)
    counted = costs["period"] >= pd.Timestamp("2023-04-01")
    came = shop.customers["first_order_at"] >= pd.Timestamp("2023-04-01")
    table = ledger.cac("customers")
    assert table["new_customers"].iloc[-1] == came.sum()
    assert table["loaded_cost"].iloc[-1] == pytest.approx(costs.loc[counted, "amount"].sum())


def test_spend_that_cannot_have_brought_anybody_leaves_no_ledger(shop):
    costs = shop.costs[shop.costs["period"] == shop.costs["period"].max()]
    assert opened(shop, costs, lag=60) is None


def test_a_period_that_still_runs_says_how_much_of_it_lies_ahead(shop):
    ledger = opened(shop, shop.costs, lag=0, as_of=date(2024, 9, 10))
    september = acquisition_costs(shop.costs)
    september = september.loc[september["period"] == "2024-09-01", "amount"].sum()
    assert ledger.running == pytest.approx(september * 20 / 30)


def test_weeks_that_start_on_sundays_stay_weeks_of_their_own():
    weeks = pd.date_range("2024-01-07", periods=30, freq="7D")
    rng = np.random.default_rng(0)
    spend = rng.uniform(500, 1_500, 30)
    # Everybody comes on the Saturday of the week, by N = S / 10.
    count = np.round(spend / 10).astype(int)
    first = pd.Series((weeks + pd.Timedelta(days=6)).repeat(count))
    first.index = pd.Index([f"c{n}" for n in range(len(first))])
    costs = pd.DataFrame(
        {"period": weeks, "channel": "ads", "category": "ads_performance", "amount": spend}
    )
    credited = pd.DataFrame({"customer_id": first.index, "channel": "ads"})
    ledger = open_ledger(
        costs, credited, first, as_of=date(2024, 8, 3), cost_lag_days=0, new_from=None
    )
    fit = ledger.marginal("customers")["ads"]
    assert fit.periods == 30
    assert fit.elasticity == pytest.approx(1, abs=0.02)


def test_the_part_of_a_week_at_an_end_is_no_period_of_the_curve():
    days = pd.date_range("2024-01-03", "2024-06-28")  # a Wednesday to a Friday
    rng = np.random.default_rng(0)
    week = pd.Series(days).dt.to_period("W").astype(str)
    level = dict(zip(week.unique(), rng.uniform(50, 150, week.nunique()), strict=True))
    costs = pd.DataFrame(
        {
            "period": days,
            "channel": "ads",
            "category": "ads_performance",
            "amount": week.map(level),
        }
    )
    # Five a day whatever is spent: an elasticity of 0, which two short weeks would raise.
    first = pd.Series(days.repeat(5), index=[f"c{n}" for n in range(5 * len(days))])
    credited = pd.DataFrame({"customer_id": first.index, "channel": "ads"})
    ledger = open_ledger(
        costs, credited, first, as_of=date(2024, 6, 28), cost_lag_days=0, new_from=None
    )
    fit = ledger.marginal("customers")["ads"]
    assert fit.periods == week.nunique() - 2
    assert fit.elasticity == pytest.approx(0, abs=0.01)


def test_customers_without_a_channel_stay_in_the_sums(shop):
    known = shop.customers[shop.customers["channel"] != "organic"]
    first = shop.customers.set_index("customer_id")["first_order_at"].dt.normalize()
    ledger = open_ledger(
        shop.costs,
        known[["customer_id", "channel"]],
        first,
        as_of=shop.design.as_of,
        cost_lag_days=0,
        new_from=None,
    )
    table = ledger.cac("customers").set_index("channel")
    assert table.loc[UNATTRIBUTED, "new_customers"] == len(first) - len(known)


def test_shared_cost_is_spread_by_the_weights_of_the_configuration(tmp_path):
    shop = sound()
    shared = pd.DataFrame(
        {
            "period": [shop["costs"]["period"].min()],
            "channel": [None],
            "category": ["software"],
            "amount": [1000.0],
        }
    )
    costs = pd.concat([shop["costs"], shared], ignore_index=True)
    settings = {
        "economics.allocation": "weights",
        "economics.allocation_weights": {"ads": 3, "social": 1},
    }
    table = decided(shop | {"costs": costs, "settings": settings}, tmp_path).channels
    table = table.set_index("channel")
    for name, share in (("ads", 0.75), ("social", 0.25)):
        own = costs.loc[costs["channel"] == name, "amount"].sum()
        assert table.loc[name, "loaded_cost"] == pytest.approx(own + 1000 * share)
    assert table.loc["all", "loaded_cost"] == pytest.approx(costs["amount"].sum())
    unknown = settings | {"economics.allocation_weights": {"tv": 1}}
    with pytest.raises(ConfigError, match="channels among"):
        decided(shop | {"costs": costs, "settings": unknown}, tmp_path)
    with pytest.raises(ValueError, match="a number per channel with `allocation: weights`"):
        decided(shop | {"costs": costs, "settings": {"economics.allocation": "weights"}}, tmp_path)
