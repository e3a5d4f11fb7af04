"""The budget sketch of a run: from its own ledger, in step with its verdicts."""

import numpy as np
import pandas as pd
import pytest
from small_shop import OPENED, costs_of, decided, newcomers, orders_of, sound

pytestmark = pytest.mark.usefixtures("few_draws")


def shop_with_curves(elasticity=0.8):
    """Spend of the channels that varies from month to month; customers follow it."""
    rng = np.random.default_rng(3)
    spend = rng.uniform(60, 180, (36, 2))
    parts = []
    for month in range(36):
        counts = np.round(16 * (spend[month] / 100) ** elasticity).astype(int)
        for channel, count in zip(("ads", "social"), counts, strict=True):
            came = newcomers(range(month, month + 1), per_month=int(count))
            parts.append(
                came.assign(channel=channel, customer_id=channel + "-" + came["customer_id"])
            )
    customers = pd.concat(parts, ignore_index=True)
    months = [OPENED + pd.DateOffset(months=m) for m in range(36)]
    costs = pd.concat(
        pd.DataFrame(
            {
                "period": months,
                "channel": name,
                "category": "ads_performance",
                "amount": spend[:, i],
            }
        )
        for i, name in enumerate(("ads", "social"))
    )
    tables = {"customers": customers, "orders": orders_of(customers), "costs": costs}
    return sound() | tables


def test_the_next_money_goes_to_channels_that_are_raised(tmp_path):
    shop = decided(shop_with_curves(), tmp_path)
    table = shop.further["budget.csv"].set_index("channel")
    verdicts = shop.channels.set_index("channel")["verdict"]
    assert verdicts[["ads", "social"]].tolist() == ["Raise", "Raise"]
    assert table.index.tolist() == ["ads", "social"]
    # Both together cost about 240 a month.
    assert shop.budget.extra == 20
    assert table["extra_spend"].sum() == pytest.approx(20)
    assert shop.budget.period == "month"
    assert [s.key for s in shop.budget.said] == ["budget.next_month"]


def test_the_step_has_the_size_of_the_shops_spend_in_any_currency(tmp_path):
    shop = shop_with_curves()
    dear = {
        "orders": shop["orders"].assign(revenue=150 * shop["orders"]["revenue"]),
        "costs": shop["costs"].assign(amount=150 * shop["costs"]["amount"]),
    }
    if "margin" in dear["orders"]:
        dear["orders"]["margin"] *= 150
    folders = [tmp_path / name for name in ("here", "there")]
    for folder in folders:
        folder.mkdir()
    here, there = map(decided, (shop, shop | dear), folders)
    assert 100 <= there.budget.extra / here.budget.extra <= 250
    extra = [run.further["budget.csv"]["extra_customers"].sum() for run in (here, there)]
    assert min(extra) > 0.5


def test_no_sketch_for_spend_that_never_varied_says_so(tmp_path):
    customers = newcomers(range(36))
    costs = costs_of(customers, each=10.0)
    tables = {"customers": customers, "orders": orders_of(customers), "costs": costs}
    shop = decided(sound() | tables, tmp_path)
    assert (shop.further["budget.csv"]["extra_spend"] == 0).all()
    assert str(shop.budget.said[0]).startswith("No budget sketch. ads: spend hardly varied")


@pytest.mark.parametrize("before", [[], [("social", "commissions")]], ids=["none", "no media"])
def test_where_the_only_period_with_media_spend_still_runs_that_is_said(tmp_path, before):
    rows = [("2024-11-01", *cost, 100.0) for cost in before]
    rows.append(("2024-12-01", "ads", "ads_performance", 400.0))
    costs = pd.DataFrame(rows, columns=["period", "channel", "category", "amount"])
    running = {"costs": costs, "settings": {"snapshot.as_of": "2024-12-15"}}
    shop = decided(sound() | running, tmp_path)
    assert shop.channels.set_index("channel").loc["ads", "media_spend"] == 400
    assert [s.key for s in shop.budget.said] == ["budget.no_whole_month"]


def test_where_costs_are_no_media_there_is_no_media_spend(tmp_path):
    shop = sound()
    shop["costs"]["category"] = "commissions"
    assert [s.key for s in decided(shop, tmp_path).budget.said] == ["budget.no_spend"]


def test_without_costs_there_is_no_sketch_at_all(tmp_path):
    shop = decided(sound() | {"costs": None}, tmp_path)
    assert shop.budget is None
    assert list(shop.further) == ["cohort_values.csv"]


def test_commissions_are_paid_again_for_the_next_customer(tmp_path):
    shop = shop_with_curves()
    won = shop["customers"]["channel"].value_counts()
    months = shop["costs"]["period"].drop_duplicates()

    def with_commissions(each):
        paid = pd.DataFrame(
            {
                "period": months,
                "channel": "ads",
                "category": "commissions",
                "amount": each * won["ads"] / len(months),
            }
        )
        folder = tmp_path / str(each)
        folder.mkdir()
        costs = pd.concat([shop["costs"], paid], ignore_index=True)
        return decided(shop | {"costs": costs}, folder)

    free, little = (with_commissions(each) for each in (0.0, 2.0))
    before, after = (run.channels.set_index("channel").loc["ads"] for run in (free, little))
    left = (after["allowable_cac"] - 2) / before["allowable_cac"]
    for name in ("marginal_headroom_low", "marginal_headroom_high"):
        assert after[name] == pytest.approx(before[name] * left, rel=0.02)
    # What is left of it is too little for the next one, although the average clears its target.
    spare = before["allowable_cac"] - 0.8 * before["marginal_cac"]
    dear = with_commissions(round(float(spare), 2))
    row = dear.channels.set_index("channel").loc["ads"]
    assert row["marginal_headroom_high"] < 1.3 * 0.8
    assert row["verdict"] != "Raise"
    given = dear.further["budget.csv"].set_index("channel")["extra_spend"]
    assert given["ads"] == 0
