"""Logs that are not what they seem: what is done to them, and what is counted of it."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from benchmarks.accuracy import damaged, damages, logs, tables
from made_orders import START, made_orders

from ltvkit.snapshot import Snapshot

AS_OF = Snapshot(date(2023, 7, 31), 90)
NOW = pd.Timestamp(AS_OF.as_of)


@pytest.fixture(scope="module")
def orders():
    """Nearly two years of 300 customers."""
    return made_orders(300, seed=5, begin=574, least_gap=10, mean_gap=40.0, life=500, days=665)


@pytest.fixture
def after(orders):
    """Makes the log of a damage, by the name of it."""

    def do(name):
        (damage,) = (one for one in damages.DAMAGES if one.name == name)
        assert damage.fits(orders, AS_OF)
        return damage.do(orders, AS_OF, np.random.default_rng(1))

    return do


def known(log):
    return log[log["ordered_at"] <= NOW]


def test_a_log_as_it_is_stays_so(after, orders):
    pd.testing.assert_frame_equal(after("as it is"), orders)


def test_a_time_that_is_lost_is_empty_and_all_else_is_there(after, orders):
    ago = (NOW - orders["ordered_at"]).dt.days
    gone = after("30 days, 60 days ago")
    pd.testing.assert_frame_equal(gone, orders[(ago < 60) | (ago >= 90)])
    some = after("the same but for 5 % of orders")
    left, before = (((NOW - log["ordered_at"]).dt.days >= 20).sum() for log in (some, orders))
    lost = ((ago >= 20) & (ago < 50)).sum()
    assert lost * 0.85 <= before - left < lost
    history = (NOW - orders["ordered_at"].min()).days
    fifth = orders.index.difference(after("a fifth of history").index)
    assert ago[fifth].max() - ago[fifth].min() == pytest.approx(history / 5, abs=3)
    assert ago[fifth].max() < history / 2


def test_customers_of_another_time_never_order_again(after, orders):
    tried = after("3 % two years before")
    further = tried[tried["ordered_at"] < orders["ordered_at"].min()]
    assert len(further) == further["customer_id"].nunique() == round(0.03 * 300)
    crowd = after("a crowd 20 days ago")
    assert len(crowd) == len(orders) + 2 * known(orders)["customer_id"].nunique()
    assert set(crowd["ordered_at"].iloc[len(orders) :]) == {NOW - pd.Timedelta(20, "D")}


def test_customers_who_are_missing_are_those_of_the_name(after, orders):
    first, last = (
        (NOW - known(orders).groupby("customer_id")["ordered_at"].agg(which)).dt.days
        for which in ("min", "max")
    )
    listed = after("customers known 90 days ago alone")
    assert set(listed["customer_id"]) == set(first.index[first >= 90])
    third = (NOW - orders["ordered_at"].min()).days / 3
    active = after("active customers alone")
    assert set(known(active)["customer_id"]) == set(last.index[last < third])
    halved = after("last 28 days of half the customers")
    missing = orders.loc[orders.index.difference(halved.index)]
    assert 0 < len(missing) < ((NOW - known(orders)["ordered_at"]).dt.days < 28).sum()
    assert missing["ordered_at"].between(NOW - pd.Timedelta(27, "D"), NOW).all()


def test_dates_ids_and_amounts_change_as_the_name_says(after, orders):
    assert (after("dated the first of the month")["ordered_at"].dt.day == 1).all()
    assert after("dated the last of the month")["ordered_at"].dt.is_month_end.all()
    renamed = after("new ids after 70 %")["customer_id"].str.startswith("new ")
    since = orders["ordered_at"].min() + 0.7 * (NOW - orders["ordered_at"].min())
    pd.testing.assert_series_equal(renamed, orders["ordered_at"] > since, check_names=False)
    factor = after("prices doubled 60 days ago")["revenue"] / orders["revenue"]
    late = orders["ordered_at"] > NOW - pd.Timedelta(60, "D")
    np.testing.assert_allclose(factor, np.where(late, 2, 1))
    slipped = after("one order a thousand times too large")
    wrong = slipped["revenue"] != orders["revenue"]
    assert wrong.sum() == 1
    assert slipped["ordered_at"][wrong].item() <= NOW
    overlap = after("rows of the last 91 days twice")
    assert overlap[orders.columns].duplicated().sum() >= len(overlap) - len(orders) > 0


def test_what_a_short_history_has_no_room_for_is_left_out(orders):
    young = Snapshot((START + pd.Timedelta(115, "D")).date(), 30)
    fits = {one.name: one.fits(orders, young) for one in damages.DAMAGES}
    assert fits["30 days, 20 days ago"]
    assert not fits["60 days, 60 days ago"]


@pytest.fixture(scope="module")
def asked(orders):
    """Some damages judged, and one after which there is nothing to learn from."""

    def nobody_comes_back(log, snapshot, generator):
        return log.drop_duplicates("customer_id")

    names = (
        "as it is",
        "30 days, 60 days ago",
        "new ids after 70 %",
        "customers known 90 days ago alone",
    )
    chosen = (one for one in damages.DAMAGES if one.name in names)
    refused = damages.Damage("nobody comes back", nobody_comes_back)
    return damaged.ask_damaged(logs.Log("small", orders, AS_OF), damages=(*chosen, refused))


def test_a_damaged_log_is_judged_and_its_damage_told(asked, capsys):
    by_damage = asked.set_index("damage")
    told = by_damage["told"].str.split(", ")
    assert told["as it is"] == [""]
    assert "pauses" in told["30 days, 60 days ago"]
    assert "ids over time" in told["new ids after 70 %"]
    assert "first orders" in told["customers known 90 days ago alone"]
    as_is, paused = by_damage.loc["as it is"], by_damage.loc["30 days, 60 days ago"]
    assert 0.9 * as_is["actual"] < paused["actual"] <= as_is["actual"], "few are not known"
    assert as_is["total"] != paused["total"]
    tables.print_damaged(asked)
    assert "new ids after 70 %" in capsys.readouterr().out


def test_a_log_that_is_refused_is_told_with_its_reason(asked, capsys):
    assert asked["refused"].notna().tolist() == [False, False, False, False, True]
    assert "nobody comes back" not in damaged.summarise_damaged(asked)["damage"].tolist()
    tables.print_damaged(asked)
    assert "small, nobody comes back: got nobody who ordered on two days" in capsys.readouterr().out


def test_totals_are_counted_per_damage_beside_the_same_logs_as_they_are():
    asked = pd.DataFrame(
        {
            "log": ["a", "b", "c", "a", "b", "c"],
            "damage": ["as it is"] * 3 + ["odd"] * 3,
            "gini": [0.5, 0.6, 0.7, 0.4, 0.6, 0.6],
            "brier": [0.1, 0.2, 0.3, 0.1, 0.3, 0.3],
            "total": [
                100 * math.exp(0.1),
                100.0,
                100.0,
                100 * math.exp(0.5),
                100 * math.exp(-0.4),
                9.0,
            ],
            "total_low": [90.0, 90.0, 90.0, 150.0, 40.0, 1.0],
            "total_high": [120.0, 110.0, 110.0, 200.0, 90.0, 20.0],
            "actual": [100.0, 100.0, 0.0, 100.0, 100.0, 0.0],
            "grade": ["plan", "rough", "plan", "plan", "unsure", "plan"],
            "told": ["", "", "", "", "", "pauses"],
            "refused": None,
        }
    )
    found = damaged.summarise_damaged(asked).set_index("damage")
    odd = found.loc["odd"]
    assert odd["logs"] == 2, "nothing came of the third"
    assert odd["error"] == pytest.approx(0.45)
    assert odd["as_is"] == pytest.approx(0.05)
    assert odd["inside"] == 0
    assert odd["unsaid"] == 1, "the other total is unsure"
    assert odd["told"] == 0
    assert odd["gini"] == pytest.approx(-0.05)
    assert odd["brier"] == pytest.approx(0.05)
    assert found.loc["as it is", "inside"] == 2
