"""Customers without an order: whose value they get, and that it is theirs when they do order."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from small_shop import AS_OF, decided, newcomers, orders_of, sound

from ltvkit.audience import data_dictionary
from ltvkit.pipeline.decisions.prospects import score_prospects
from ltvkit.snapshot import Snapshot

TODAY = date(2024, 6, 30)
CHANNELS = pd.DataFrame({"channel": ["ads", "seo", "all"], "ltv": [60.0, 120.0, 90.0]})
COLUMNS = [
    *("customer_id", "channel", "predicted_value", "predicted_value_low"),
    *("predicted_value_high", "why"),
]


def bought(count=300, *, seed=1, mean=60.0, channel="ads", start="2023-01-01"):
    """Order days of customers who order once, half a year before today, and their channel."""
    dice = np.random.default_rng(seed)
    ids = [f"{channel}-{number:04d}" for number in range(count)]
    days = pd.Timestamp(start) + pd.to_timedelta(dice.integers(0, 100, count), unit="D")
    orders = pd.DataFrame({"customer_id": ids, "ordered_on": days})
    orders["margin"] = dice.gamma(2, mean / 2, count)
    return orders, pd.DataFrame({"customer_id": ids, "channel": channel})


ORDERS, KNOWN = (pd.concat(parts) for parts in zip(bought(), bought(channel="seo"), strict=True))


def waiting(rows):
    """A customers table of everybody who ordered, and these: (id, channel, first order)."""
    table = pd.DataFrame(rows, columns=["customer_id", "channel", "first_order_at"])
    table = pd.concat([KNOWN.assign(first_order_at=None), table], ignore_index=True)
    table["first_order_at"] = pd.to_datetime(table["first_order_at"])
    return table.astype({"customer_id": "str", "channel": "str"})


def scored(customers, *, orders=ORDERS, channels=CHANNELS, language="en", **changed):
    settings = {"horizon_months": 12, "interval": 0.8, "new_from": None} | changed
    return score_prospects(
        customers,
        orders,
        channels,
        KNOWN,
        snapshot=Snapshot(TODAY, 365),
        language=language,
        **settings,
    )


def test_a_customer_without_an_order_is_worth_a_new_customer_of_the_channel():
    rows = [("p1", "ads", None), ("p2", "seo", None), ("p3", None, None), ("p4", "tv", None)]
    table = scored(waiting(rows))
    assert list(table.columns) == COLUMNS
    assert table["customer_id"].tolist() == ["p2", "p3", "p4", "p1"], "the most valuable first"
    assert table["predicted_value"].tolist() == [120.0, 90.0, 90.0, 60.0]
    assert table["channel"].fillna("?").tolist() == ["seo", "?", "tv", "ads"]
    assert table["why"][0].startswith(
        "No order yet: a new customer who came through seo brings this in the mean, over 12 months"
    )
    assert "no channel known" in table["why"][1]
    assert "too few came through tv to tell" in table["why"][2]


def test_the_interval_holds_that_share_of_the_channels_customers():
    table = scored(waiting([("p", "ads", None)]))
    margin = ORDERS.loc[ORDERS["customer_id"].str.startswith("ads"), "margin"]
    scaled = margin * 60.0 / margin.mean()
    low, high = table.loc[0, ["predicted_value_low", "predicted_value_high"]]
    assert scaled.between(low, high).mean() == pytest.approx(0.8, abs=0.01)
    half = scored(waiting([("p", "ads", None)]), interval=0.5).loc[0]
    assert scaled.between(*half[["predicted_value_low", "predicted_value_high"]]).mean() == (
        pytest.approx(0.5, abs=0.01)
    )


def test_who_ordered_already_is_no_prospect_even_where_the_log_does_not_hold_it():
    rows = [
        ("before", "ads", TODAY - timedelta(days=900)),
        ("today", "ads", TODAY),
        ("tomorrow", "ads", TODAY + timedelta(days=1)),
    ]
    assert scored(waiting(rows))["customer_id"].tolist() == ["tomorrow"]
    assert scored(waiting(rows[:2])) is None


def test_without_a_customer_in_common_or_a_known_value_nothing_is_said():
    table = waiting([("p", "ads", None)])
    assert scored(table[table["customer_id"] == "p"]) is None
    assert scored(table, channels=CHANNELS.assign(ltv=np.nan)) is None


def test_the_spread_is_read_where_enough_were_watched_and_not_of_old_customers():
    later, _ = bought(60, start="2024-03-01", channel="new", mean=900.0)
    earlier, _ = bought(60, start="2019-03-01", channel="old", mean=900.0)
    customers = waiting([("p", None, None)])
    plain = scored(customers)
    # Watched for half a year only: too short for the horizon that others were watched for.
    pd.testing.assert_frame_equal(scored(customers, orders=pd.concat([ORDERS, later])), plain)
    spoiled = pd.concat([ORDERS, earlier])
    assert not scored(customers, orders=spoiled).equals(plain)
    pd.testing.assert_frame_equal(
        scored(customers, orders=spoiled, new_from=date(2022, 1, 1)), plain
    )


@pytest.mark.parametrize(("language", "told"), [("fr", "Pas encore"), ("pl", "Jeszcze bez")])
def test_the_reason_is_told_in_the_readers_language(language, told):
    assert scored(waiting([("p", "ads", None)]), language=language)["why"][0].startswith(told)


def test_the_dictionary_explains_every_column_of_the_file():
    table = data_dictionary(currency="EUR", horizon_days=365, with_prospects=True)
    told = table[table["name"].str.startswith("prospects_scored.csv: ")]
    assert [name.partition(": ")[2] for name in told["name"]] == COLUMNS
    assert told["unit"].tolist() == ["", "", *["EUR of margin"] * 3, ""]
    assert "prospects" not in data_dictionary(currency="EUR", horizon_days=365)["name"].str.cat()


def test_those_who_then_order_bring_the_value_of_their_channel(tmp_path):
    shop = sound()
    later = newcomers(range(24, 36), 12).assign(customer_id=lambda t: "p-" + t["customer_id"])
    as_of = AS_OF - pd.DateOffset(months=24)
    shop["settings"]["snapshot.as_of"] = f"{as_of:%Y-%m-%d}"
    decisions = decided(shop, tmp_path)
    known = shop["customers"][shop["customers"]["first_order_at"] <= as_of]
    orders = shop["orders"].rename(columns={"ordered_at": "ordered_on"})
    table = score_prospects(
        pd.concat([known, later]),
        orders[orders["ordered_on"] <= as_of],
        decisions.channels,
        known[["customer_id", "channel"]],
        snapshot=Snapshot(as_of.date(), 365),
        horizon_months=12,
        interval=0.8,
        new_from=None,
        language="en",
    ).set_index("customer_id")
    came = orders_of(later)
    first = came["customer_id"].map(later.set_index("customer_id")["first_order_at"])
    year = came[came["ordered_at"] < first + pd.Timedelta(days=365)]
    truth = year.groupby("customer_id")["margin"].sum().reindex(table.index)
    assert table["predicted_value"].mean() == pytest.approx(truth.mean(), rel=0.1)
    held = truth.between(table["predicted_value_low"] - 2, table["predicted_value_high"] + 2)
    assert held.mean() > 0.8
