"""How the total erred at past dates, against figures by hand."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.total.past_errors import PastDate, concentration, usual_error
from ltvkit.panel import Cut


def cut_at(day, repeat_orders=20):
    summary = pd.DataFrame({"repeat_orders": [repeat_orders]})
    return Cut(day=day, summary=summary, future_orders=np.ones(3), future_revenue=np.ones(3))


def at(day, error, repeat_orders=20):
    return PastDate(cut_at(day, repeat_orders), np.empty(0), error, 0.0, np.nan)


def usual(past):
    return usual_error(past, lambda one: one.error, as_of_day=1000, horizon_days=100)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({900: 0.1, 880: 0.3, 860: 0.5}, 0.3),
        # The horizon is 100: 636 +- 12.5 is a year ago, from 722 on is recent.
        ({900: 0.1, 880: 0.3, 860: 0.5, 640: 0.9, 630: 0.7}, (0.3 + 0.8) / 2),
        ({900: 0.1, 721: 5.0, 722: 0.3}, 0.2),
        ({900: -9.0, 880: -8.0, 860: 0.5}, -2.0),
        ({640: 0.9, 620: 5.0}, 0.9),
        ({500: 1.0}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_past_error_is_the_median_of_recent_ones_averaged_with_last_years(errors, expected):
    past = [at(day, error) for day, error in errors.items()]
    assert usual(past) == pytest.approx(expected, rel=1e-12)


def test_past_errors_weigh_as_the_root_of_the_repeat_orders_known_then():
    known = {900: (0.1, 99), 880: (0.2, 99), 860: (0.9, 0), 840: (1.5, 0), 820: (2.0, 0)}
    past = [at(day, *told) for day, told in known.items()]
    # Weights of 10, 10, 1, 1 and 1: half of 23 lies between the middles of the first two, 5 and 15.
    assert usual(past) == pytest.approx(0.1 + 0.1 * (11.5 - 5) / 10)


def test_concentration_is_one_for_a_lone_buyer_and_falls_with_the_root_of_equal_ones():
    assert concentration(np.array([0.0, 7.0, 0.0])) == pytest.approx(1.0)
    assert concentration(np.full(100, 3.0)) == pytest.approx(0.1)


def held(orders_came, revenue_came, *, season=0.0, hindsight=None, values=0.0):
    """Two customers of whom 30 orders of 10.00 and 10 of 30.00 were expected."""
    cut = Cut(
        day=0,
        summary=pd.DataFrame({"mean_order_value": [10.0, 30.0], "repeat_orders": [5.0, 3.0]}),
        future_orders=np.array(orders_came),
        future_revenue=np.array(revenue_came),
    )
    orders, value = np.array([30.0, 10.0]), np.array([10.0, 30.0])
    hindsight = season if hindsight is None else hindsight
    return PastDate.of(cut, orders, value, season=season, hindsight=hindsight, values=values)


def test_an_error_of_the_total_is_told_apart_in_orders_and_what_they_are_worth():
    one = held([40.0, 20.0], [480.0, 720.0], season=np.log(1.2), values=np.log(1.1))
    # 60 orders came where 48 were expected, of 20.00 where 15.00 were, 16.50 by now.
    assert one.orders_error == pytest.approx(np.log(61 / 49))
    assert one.value_error == pytest.approx(np.log(20 / 16.5))
    assert one.error == pytest.approx(np.log((1200 + 20) / (600 * 1.2 * 1.1 + 20)))


def test_a_season_that_is_known_by_now_leaves_nothing_to_correct_and_its_miss_is_told():
    one = held([50.0, 30.0], [500.0, 900.0], season=np.log(1.2), hindsight=np.log(2.0))
    assert one.orders_error == pytest.approx(0.0)
    assert one.error == pytest.approx(np.log((1400 + 20) / (600 * 1.2 + 20)))


def test_few_orders_tell_nothing_of_their_worth():
    assert np.isnan(held([10.0, 9.0], [500.0, 500.0]).value_error)
    assert np.isfinite(held([10.0, 10.0], [500.0, 500.0]).value_error)
    assert np.isnan(held([20.0, 0.0], [0.0, 0.0]).value_error)
    told = [held([0.0, 0.0], [0.0, 0.0])]
    assert usual_error(told, lambda one: one.value_error, as_of_day=1, horizon_days=100) == 0.0
