"""The total of a shop whose customers order at even gaps."""

import numpy as np
import pandas as pd
import pytest
from simulated_panels import FIRST_DAY, a_log, revenue_between, simulated_log, simulated_panel

from ltvkit.models.stack import StackedLtv
from ltvkit.models.total.recent_orders import track, unsteadiness

HISTORY, HORIZON = 500, 120


@pytest.fixture(scope="module")
def log():
    """Customers of gaps of a shape of 6, each with a mean of their own, who leave one day."""
    dice = np.random.default_rng(7)
    rows = []
    for number in range(900):
        day = float(dice.integers(0, 450))
        usual, last = 35 * np.exp(0.4 * dice.normal()), day + dice.exponential(400)
        while day < min(last, HISTORY + HORIZON):
            rows.append((f"r{number:04d}", int(day)))
            day += max(1.0, usual * dice.gamma(6.0, 1 / 6))
    return a_log(rows, dice)


@pytest.fixture(scope="module")
def panel(log):
    return simulated_panel(log, history_days=HISTORY, horizon_days=HORIZON)


@pytest.fixture(scope="module")
def model(panel):
    return StackedLtv(seed=1, threads=1).fit(panel)


@pytest.fixture(scope="module")
def orders_came(log, panel):
    day = (log["ordered_on"] - pd.Timestamp(FIRST_DAY)).dt.days
    ahead = (day > HISTORY) & (day <= HISTORY + HORIZON)
    return int((ahead & log["customer_id"].isin(panel.now["customer_id"])).sum())


def test_silent_customers_of_even_gaps_are_given_up_sooner(log, panel, model, orders_came):
    level = model.level_
    assert model.rhythm_.stages == 4
    assert level.regularity < -0.03
    by_chance = model.family_.bgnbd.expected_orders(panel.now, HORIZON).sum()
    even = by_chance * np.exp(level.regularity)
    assert abs(np.log(even / orders_came)) < 0.6 * abs(np.log(by_chance / orders_came))
    came = revenue_between(log, panel.now["customer_id"], after=HISTORY, days=HORIZON)
    assert level.low < came < level.high


def test_orders_move_with_the_total_and_keep_their_price(panel, model, orders_came):
    told = model.predict(panel.now)["expected_orders"].sum()
    assert told == pytest.approx(orders_came, rel=0.1)
    assert model.price_ == pytest.approx(1.0, abs=0.1)


def test_orders_of_late_are_held_against_bg_nbd_however_even_gaps_are(panel, model):
    ahead = {"season": model.season_, "as_of_day": panel.as_of_day}
    tracked = track(model.family_.bgnbd, panel.activity, **ahead)
    unsteady = unsteadiness(model.family_.bgnbd, panel.activity, **ahead)
    believed = 0.6 / (1 + (unsteady / 0.6) ** 2)
    assert model.level_.tracking == pytest.approx(believed * tracked)


def test_where_gaps_are_of_chance_nothing_is_added():
    log = simulated_log(customers=600, days=700, seed=5)
    chance = simulated_panel(log, history_days=450, horizon_days=HORIZON)
    model = StackedLtv(seed=1, threads=1).fit(chance)
    assert model.rhythm_ is None
    assert model.level_.regularity == 0
