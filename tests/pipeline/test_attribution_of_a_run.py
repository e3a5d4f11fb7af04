"""Touches in, channels out: every rule as a run applies it, and weights taken as they are."""

import pandas as pd
import pytest
from small_shop import configured, decided, newcomers, sound

from ltvkit.data.simulator import simulate_shop
from ltvkit.errors import DataError
from ltvkit.pipeline.inputs.attribution import customer_channels
from ltvkit.pipeline.inputs.load import open_log, open_tables

FIRST = pd.Timestamp("2024-03-10")


def credited(shop, folder):
    config = configured(shop, folder)
    log, tables = open_log(config), open_tables(config)
    return customer_channels(log, log.to_pandas(), tables, attribution=config.economics.attribution)


def touched(*days_before, channels):
    """One customer's touches so many days before the first order; another touched after it."""
    moments = [FIRST - pd.Timedelta(days=days) for days in days_before]
    touches = pd.DataFrame({"customer_id": "a", "channel": channels, "touched_at": moments})
    late = {"customer_id": "b", "channel": "ads", "touched_at": FIRST + pd.Timedelta(days=1)}
    return pd.concat([touches, pd.DataFrame([late])])


def two_customers(touches, **settings):
    orders = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "ordered_at": [FIRST, "2024-05-01", FIRST], "revenue": 9.0}
    )
    return {"orders": orders, "touches": touches, "settings": settings}


@pytest.mark.parametrize(
    ("rule", "weights"),
    [
        ("first", {"seo": 1.0}),
        ("last", {"mail": 1.0}),
        ("linear", {"ads": 0.5, "mail": 0.25, "seo": 0.25}),
        ("position", {"ads": 0.2, "mail": 0.4, "seo": 0.4}),
        # Half-lives of a week: 1/8, 1/4, 1/2, 1.
        ("time_decay", {"ads": 0.75 / 1.875, "mail": 1 / 1.875, "seo": 0.125 / 1.875}),
    ],
)
def test_a_rule_of_attribution_shares_the_credit_of_the_touches_before(rule, weights, tmp_path):
    touches = touched(21, 14, 7, 0, channels=["seo", "ads", "ads", "mail"])
    found = credited(two_customers(touches, **{"economics.attribution": rule}), tmp_path)
    assert found["customer_id"].unique().tolist() == ["a"]
    share = found.get("weight", pd.Series(1.0, found.index))
    assert dict(zip(found["channel"], share, strict=True)) == pytest.approx(weights)


def test_the_last_touch_before_the_order_is_the_default(tmp_path):
    found = credited(two_customers(touched(2, 1, channels=["seo", "ads"])), tmp_path)
    assert found.to_dict("records") == [{"customer_id": "a", "channel": "ads"}]


def test_a_touch_in_the_evening_of_the_first_order_counts_as_before_it(tmp_path):
    touches = touched(1, -0.9, channels=["seo", "ads"])
    assert credited(two_customers(touches), tmp_path)["channel"].tolist() == ["ads"]


def test_weights_are_taken_as_they_are_whatever_the_rule(tmp_path):
    weights = pd.DataFrame({"customer_id": "a", "channel": ["ads", "seo"], "weight": [0.3, 0.7]})
    shop = two_customers(weights, **{"economics.attribution": "first"})
    assert credited(shop, tmp_path)["weight"].tolist() == [0.3, 0.7]


def test_touches_of_strangers_are_refused(tmp_path):
    touches = touched(1, channels=["seo"]).assign(customer_id="A-1")
    with pytest.raises(DataError, match="'A-1', none of whom was touched before a first order"):
        credited(two_customers(touches), tmp_path)


def test_the_last_touch_of_the_demo_shop_is_the_channel_that_it_credits(tmp_path):
    shop = simulate_shop(seed=2, customers=1_500)
    tables = {"orders": shop.transactions, "touches": shop.touches}
    found = credited({**tables, "settings": {"snapshot.as_of": "2025-12-31"}}, tmp_path)
    truth = shop.customers.set_index("customer_id")["channel"]
    assert found.set_index("customer_id")["channel"].sort_index().equals(truth.sort_index())


def test_shared_credit_counts_every_customer_once_and_every_cent_once(tmp_path):
    shop = sound()
    people = newcomers()
    touches = pd.concat(
        [
            people[["customer_id"]].assign(
                channel=channel, touched_at=people["first_order_at"] - pd.Timedelta(days=days)
            )
            for channel, days in (("ads", 3), ("social", 2), ("ads", 1))
        ]
    )
    shop |= {"touches": touches, "settings": {"economics.attribution": "linear"}}
    table = decided(shop, tmp_path).channels.set_index("channel")
    assert table.loc["ads", "new_customers"] == pytest.approx(2 / 3 * len(people))
    assert table.loc["all", "new_customers"] == pytest.approx(len(people))
    parts = table.drop("all")
    assert parts["loaded_cost"].sum() == pytest.approx(shop["costs"]["amount"].sum(), abs=0.005)
    assert (parts["loaded_cac"] * parts["new_customers"]).sum() == pytest.approx(
        table.loc["all", "loaded_cost"], abs=0.005
    )


def channel_of_orders(shop):
    """The orders with the channel that each customer is known by, as a sales system has it."""
    return shop["orders"].merge(shop["customers"][["customer_id", "channel"]], on="customer_id")


def test_a_table_of_contacts_leaves_the_channels_of_first_orders_as_they_are(tmp_path):
    shop = sound()
    shop |= {
        "orders": channel_of_orders(shop),
        "customers": shop["customers"].drop(columns="channel"),
        "settings": {"data.columns.channel": "channel"},
    }
    found = credited(shop, tmp_path).set_index("customer_id")["channel"]
    assert found.to_dict() == newcomers().set_index("customer_id")["channel"].to_dict()


def test_a_channel_written_in_several_ways_is_one_with_all_of_its_customers_and_costs(tmp_path):
    plain = decided(sound(), tmp_path).channels
    shop = sound()
    people, costs = shop["customers"], shop["costs"]
    people["channel"] = people["channel"].where(people.index % 3 > 0, people["channel"].str.upper())
    costs["channel"] = costs["channel"].where(costs.index % 5 > 0, costs["channel"] + "_")
    odd = decided(shop, tmp_path).channels
    pd.testing.assert_frame_equal(odd, plain)


def test_who_wrote_a_channel_differently_is_told_which_name_it_counts_as(tmp_path):
    shop = sound()
    shop["customers"]["channel"] = shop["customers"]["channel"].str.title()
    tables = open_tables(configured(shop, tmp_path))
    assert tables.customers.notes == (
        "customers: channels 'Ads', 'Social' count as 'ads', 'social'",
    )
    assert tables.costs.notes == ()


@pytest.mark.parametrize("settings", [{}, {"economics.cac": 40.0}])
def test_without_a_ledger_too_shared_customers_are_counted_and_resampled_once(settings, tmp_path):
    people = newcomers()
    shares = [people[["customer_id"]].assign(channel=c, weight=0.25) for c in ("a", "b", "c", "d")]
    shop = sound() | {"costs": None, "settings": settings}
    plain = decided(shop, tmp_path).channels.set_index("channel").loc["all"]
    shared = decided(shop | {"touches": pd.concat(shares)}, tmp_path).channels.set_index("channel")
    assert shared["new_customers"].to_dict() == dict.fromkeys("abcd", 162) | {"all": len(people)}
    if settings:
        assert shared.loc["all", "loaded_cost"] == 40 * len(people)
    for figure in ("ltv", "margin_to_date"):
        assert shared.loc["all", figure] == pytest.approx(plain[figure])
        width, once = (
            row[f"{figure}_high"] - row[f"{figure}_low"] for row in (shared.loc["all"], plain)
        )
        assert width == pytest.approx(once, rel=0.2)
