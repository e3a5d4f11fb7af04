"""Where repeat buying began: told from ages of customers and from the same days of two years."""

import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import order_days_from_frame
from ltvkit.features.panel import activity_at, build_panel
from ltvkit.features.repeat_buying import SHORTEST_DAYS, repeat_buying_begins
from ltvkit.panel import Activity
from ltvkit.pipeline.modelling.order_shop import OrderShop, orders_in_words
from ltvkit.pipeline.valuation.value import unseen_season
from ltvkit.snapshot import EPOCH, Snapshot

FIRST, START = 19_000, EPOCH + timedelta(19_000)


def activity(*, days, rate, every=7, per_day=0.01, seed=1):
    """Fifty customers who arrive every so many days, and repeat orders at rate(day, age)."""
    dice = np.random.default_rng(seed)
    arrivals = pd.DataFrame({"first_day": np.arange(FIRST, FIRST + days, every), "customers": 50})
    rows = []
    for first in arrivals["first_day"].tolist():
        day = np.arange(first + 1, FIRST + days + 1)
        orders = dice.poisson(50 * per_day * rate(day - FIRST, day - first))
        rows.append(pd.DataFrame({"cohort": first // 28, "day": day, "repeat_orders": orders}))
    repeats = pd.concat(rows, ignore_index=True)
    repeats = repeats[repeats["repeat_orders"] > 0].assign(repeat_revenue=1.0)
    return Activity(arrivals=arrivals, repeats=repeats)


@pytest.mark.parametrize("before", [0.0, 0.04, 0.25])
@pytest.mark.parametrize(("days", "begun"), [(450, 60), (480, 120), (700, 200), (900, 420)])
def test_the_day_from_which_customers_came_back_is_found(days, begun, before):
    late = activity(days=days, rate=lambda day, age: np.where(day > days - begun, 1.0, before))
    found = FIRST + days - repeat_buying_begins(late, FIRST + days)
    assert found == pytest.approx(begun, abs=4)


@pytest.mark.parametrize("days", [300, 400, 500, 700, 1000])
@pytest.mark.parametrize(
    "rate",
    [
        lambda day, age: 1.0,
        lambda day, age: 3 * (age + 20.0) ** -0.4,
        lambda day, age: np.exp(1.5 * np.cos(2 * np.pi * day / 365)),
        lambda day, age: np.exp(1.5 * np.cos(2 * np.pi * (day - 120) / 365)),
        lambda day, age: np.exp(1.5 * np.cos(2 * np.pi * (day - 240) / 365)),
        lambda day, age: np.exp(day / 1000),
    ],
    ids=["steady", "fading with age", "a season", "later", "later still", "growing slowly"],
)
def test_a_shop_to_which_customers_always_came_back_begins_with_its_log(days, rate):
    assert repeat_buying_begins(activity(days=days, rate=rate), FIRST + days) == FIRST


def test_customers_who_take_half_a_year_to_come_back_always_did():
    slow = activity(days=600, rate=lambda day, age: np.where(age > 180, 1.0, 0.0))
    assert slow.repeats["day"].min() > FIRST + 180
    assert repeat_buying_begins(slow, FIRST + 600) == FIRST


def test_of_one_cohort_ages_cannot_be_told_from_days():
    for days in (500, 1500):
        late = activity(
            days=days, every=days, per_day=1, rate=lambda day, age: np.where(day > 400, 1.0, 0.0)
        )
        assert repeat_buying_begins(late, FIRST + days) == FIRST


def test_few_orders_tell_nothing_nor_does_none():
    late = activity(days=480, rate=lambda day, age: np.where(day > 360, 1.0, 0.04))
    assert repeat_buying_begins(late, FIRST + 480) > FIRST
    few = replace(late, repeats=late.repeats.iloc[::60])
    assert repeat_buying_begins(few, FIRST + 480) == FIRST
    assert repeat_buying_begins(replace(late, repeats=late.repeats.iloc[:0]), FIRST + 480) == FIRST


def test_there_is_history_enough_since_to_learn_from():
    late = activity(days=500, rate=lambda day, age: np.where(day > 480, 9.0, 0.0))
    assert FIRST + 500 - repeat_buying_begins(late, FIRST + 500) >= SHORTEST_DAYS


DAYS, BEGUN = 480, 120


@pytest.fixture(scope="module")
def log():
    """Order days of a shop to which customers came back for its last 120 days alone."""
    late = activity(days=DAYS, rate=lambda day, age: np.where(day > DAYS - BEGUN, 1.0, 0.0))
    dice = np.random.default_rng(2)
    first = late.arrivals.loc[late.arrivals.index.repeat(50), "first_day"].reset_index(drop=True)
    orders = [pd.DataFrame({"customer": first.index, "day": first})]
    for row in late.repeats.itertuples():
        who = dice.choice(first.index[first // 28 == row.cohort], size=row.repeat_orders)
        orders.append(pd.DataFrame({"customer": who, "day": row.day}))
    orders = pd.concat(orders)
    frame = pd.DataFrame(
        {
            "customer_id": orders["customer"].astype(str),
            "ordered_at": pd.Timestamp(EPOCH) + pd.to_timedelta(orders["day"], unit="D"),
            "revenue": 20.0,
        }
    )
    return order_days_from_frame(frame)


def test_what_is_learned_from_begins_with_repeat_buying(log):
    panel = build_panel(log.order_days, Snapshot(START + timedelta(DAYS), 120))
    assert panel.activity.begins == pytest.approx(FIRST + DAYS - BEGUN, abs=4)
    assert panel.history_days == FIRST + DAYS - panel.activity.begins
    assert panel.rows["as_of_day"].min() > panel.activity.begins
    assert min(cut.day for cut in panel.cuts) > panel.activity.begins
    assert len(panel.now) == log.summary.customers, "whoever came before is known"


def test_past_dates_are_judged_since_repeat_buying_began(log):
    now = Snapshot(START + timedelta(DAYS), 120)
    began = activity_at(log.order_days, now.as_of).repeats_began_on
    assert (now.as_of - began).days == pytest.approx(BEGUN, abs=4)
    shop = OrderShop(attributes=(), customers=None, seed=1, threads=1)
    folds = shop.folds(log, now)
    assert folds
    assert all(fold.as_of > began for fold in folds)
    earlier = activity_at(log.order_days, now.as_of - timedelta(BEGUN))
    assert earlier.repeats_began_on is None


def test_who_checks_a_log_is_told_before_training(log):
    told = orders_in_words(log, horizon_days=60)
    assert re.search(r"^Orders: past dates at which predictions can be checked: [12]\.", told)
    days = int(re.search(r"Until (\d+) days before the snapshot hardly any", told)[1])
    assert days == pytest.approx(BEGUN, abs=4)


def test_one_early_repeat_order_shows_no_season_where_customers_came_back_late():
    days = pd.to_datetime(["2023-01-02", "2023-01-09", "2024-06-03", "2024-07-01"])
    orders = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "ordered_on": days})
    now = Snapshot("2024-09-30", 90)
    assert unseen_season(orders, now, begun_days=0) == 0
    assert unseen_season(orders, now, begun_days=120) == unseen_season(
        orders[2:], now, begun_days=0
    )
    assert unseen_season(orders[2:], now, begun_days=0) > 0
