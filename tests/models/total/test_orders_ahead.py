"""Orders add up to their forecast, and chances follow it where they were learned over less."""

import numpy as np
import pytest

from ltvkit.models.horizon.curves import raised
from ltvkit.models.total.orders_ahead import MOST_LEVEL, MOST_ROOM, chance_level, price_and_room

DAYS = 14


@pytest.fixture(scope="module")
def shop():
    """Revenue over the value of an order, and P(order), of which each errs in a way of its own."""
    dice = np.random.default_rng(4)
    orders = dice.gamma(0.5, 0.6, size=2000)
    active = -np.expm1(-orders * dice.lognormal(0, 0.3, size=2000))
    return 3 * orders, active


def told(shop, price, room):
    return np.clip(shop[0] / (price * room), shop[1], DAYS)


def test_orders_add_up_to_their_forecast_though_each_is_at_least_the_chance_of_one(shop):
    expected = 0.95 * shop[0].sum() / 3
    price, room = price_and_room(*shop, orders=expected, horizon_days=DAYS)
    assert (shop[0] / price).sum() == pytest.approx(expected, rel=1e-12)
    assert told(shop, price, 1.0).sum() > 1.02 * expected, "it matters here"
    found = told(shop, price, room)
    assert found.sum() == pytest.approx(expected, rel=1e-9)
    assert (found >= shop[1]).all()


def test_what_the_days_of_a_few_cannot_hold_is_told_of_the_others():
    by_value, active = np.array([20.0, *[1.0] * 50]), np.full(51, 0.1)
    price, room = price_and_room(by_value, active, orders=70.0, horizon_days=DAYS)
    assert room < 1
    found = told((by_value, active), price, room)
    assert found.max() == DAYS
    assert found.sum() == pytest.approx(70.0, rel=1e-9)


def test_where_chances_leave_no_room_orders_are_bounded_and_not_all_squeezed_to_one(shop):
    price, room = price_and_room(*shop, orders=0.9 * shop[1].sum(), horizon_days=DAYS)
    assert room == pytest.approx(MOST_ROOM)
    assert told(shop, price, room).max() > 1.2


@pytest.mark.parametrize("shop", [(np.zeros(3), np.zeros(3)), (np.ones(3), np.ones(3))])
def test_where_no_order_is_foreseen_values_stay_as_they_are(shop):
    assert price_and_room(*shop, orders=0.0, horizon_days=DAYS) == (1.0, 1.0)


@pytest.mark.parametrize("times", [0.9, 1.0, 1.3])
def test_hazards_learned_so_many_times_as_high_as_the_total_s_are_taken_back_by_half(shop, times):
    level = chance_level(raised(shop[1], times), shop[1], moved=0.1)
    assert level == pytest.approx((0.1 - np.log(times)) / 2, abs=1e-9)


def test_where_nearly_all_are_sure_a_mean_a_little_larger_does_not_multiply_hazards():
    surely, more = np.full(500, 0.97), np.full(500, 0.999)
    assert np.log(np.log1p(-0.999) / np.log1p(-0.97)) > 4 * MOST_LEVEL
    assert chance_level(surely, more, moved=0.0) == MOST_LEVEL
    assert chance_level(more, surely, moved=0.0) == -MOST_LEVEL
