"""What a renewal is worth, and intervals of so many of them."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.payments import learn_value, scatter_of, shortest_intervals
from ltvkit.models.renewals import PaymentsAhead

SURE = (1.0,) * 21
"""A scatter of fixed prices."""


def past(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_a_fixed_price_is_the_last_payment_as_it_is():
    price = np.tile([9.99, 19.99, 49.99], 100)
    rows = past(last_payment=price, last_period=price, mean_period=price, next_period=price)
    value = learn_value(rows, rows)
    assert value.weights == (1.0, 0.0, 0.0)
    assert value.predict(rows).tolist() == price.tolist()


def test_usage_that_varies_is_the_customers_mean_drawn_to_the_shops():
    dice = np.random.default_rng(1)
    usual = dice.normal(50, 10, 3000)
    spent = usual[:, None] + dice.normal(0, 20, (3000, 5))
    rows = past(
        last_payment=spent[:, 3],
        last_period=spent[:, 2],
        mean_period=spent[:, :4].mean(axis=1),
        next_period=spent[:, 4],
    )
    value = learn_value(rows, rows)
    # The best linear weight of a mean of four: 100 / (100 + 400 / 4).
    assert value.weights[2] == pytest.approx(0.5, abs=0.08)
    assert sum(value.weights) < 0.6
    error = np.mean((value.predict(rows) - spent[:, 4]) ** 2)
    assert error < np.mean((spent[:, 3] - spent[:, 4]) ** 2) * 0.7


def test_weights_stay_a_blend_when_prices_rise():
    price = np.tile([10.0, 20.0, 30.0], 50)
    rows = past(last_payment=price, last_period=price, mean_period=price, next_period=price * 1.2)
    value = learn_value(rows, rows)
    assert min(value.weights) >= 0
    assert sum(value.weights) <= 1 + 1e-6


def test_without_a_period_that_is_over_the_last_payment_stands():
    now = past(last_payment=[5.0, 15.0], last_period=[5.0, 15.0], mean_period=[5.0, 15.0])
    value = learn_value(now.iloc[:0].assign(next_period=[]), now)
    assert value.predict(now).tolist() == [5.0, 15.0]


def test_after_free_periods_comes_what_usually_follows_those():
    """Whoever is on trial has shown no price: the entry plan is what others went on to pay."""
    price = np.array([50.0] * 60 + [0.0] * 40)
    then = np.array([50.0] * 60 + [20.0] * 30 + [0.0] * 10)
    rows = past(last_payment=price, last_period=price, mean_period=price, next_period=then)
    value = learn_value(rows, rows)
    assert value.weights == (1.0, 0.0, 0.0)
    assert value.predict(rows).tolist() == [50.0] * 60 + [20.0] * 40
    unknown = learn_value(rows.iloc[:60], rows)
    assert unknown.predict(rows).tolist() == [50.0] * 100, "nobody has gone on yet"


def test_the_scatter_is_that_of_revenue_over_renewals_times_value():
    assert scatter_of(np.array([30.0, 0.0]), np.array([3.0, 0.0]), np.array([10.0, 5.0])) == SURE
    dice = np.random.default_rng(2)
    ratio = dice.lognormal(0, 0.3, 5000)
    found = scatter_of(40 * ratio, np.full(5000, 4.0), np.full(5000, 10.0))
    assert found[10] == pytest.approx(1, abs=0.02)
    assert np.log(found[20] / found[0]) == pytest.approx(2 * 1.98 * 0.3, rel=0.1)


def by_brute_force(share: np.ndarray, level: float) -> float:
    """The least width of a set of consecutive counts that holds the level."""
    spans = itertools.combinations_with_replacement(range(len(share)), 2)
    return min(b - a for a, b in spans if share[a : b + 1].sum() >= level - 1e-12)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_intervals_are_the_shortest_that_hold_their_level(level):
    dice = np.random.default_rng(5)
    tail = np.cumprod(dice.uniform(0.5, 1.0, (200, 8)), axis=1)
    ahead = PaymentsAhead(tail, np.arange(200))
    shares, expected = ahead.shares(), ahead.expected
    low, high = shortest_intervals(ahead, SURE, level=level, holds=expected)
    for row in range(200):
        if shares[row, 0] >= level:
            assert (low[row], high[row]) == (0, 0)
            continue
        inside = (np.arange(9) >= low[row]) & (np.arange(9) <= high[row])
        assert shares[row, inside].sum() >= level - 1e-9
        assert low[row] <= expected[row] <= high[row]
        narrow = by_brute_force(shares[row], level)
        around = high[row] - low[row] <= narrow + 1e-6
        # It may be wider only where it was stretched to hold the expectation.
        stretched = np.isclose(low[row], expected[row]) or np.isclose(high[row], expected[row])
        assert around or stretched


def test_intervals_of_those_who_pay_at_all_leave_out_nothing_paid():
    tail = np.array([[0.1, 0.09, 0.08], [0.0, 0.0, 0.0]])
    low, high = shortest_intervals(PaymentsAhead(tail, np.arange(2)), SURE, level=0.8, if_any=True)
    assert low[0] == pytest.approx(3)
    assert high[0] == pytest.approx(3)
    assert (low[1], high[1]) == (0, 0)


def test_prices_that_scatter_widen_what_is_sure_in_number():
    ahead = PaymentsAhead(np.ones((1, 12)), np.zeros(1, dtype=np.intp))
    low, high = shortest_intervals(ahead, SURE, level=0.8)
    assert (low[0], high[0]) == (pytest.approx(12), pytest.approx(12))
    scatter = tuple(np.linspace(0.8, 1.2, 21).tolist())
    low, high = shortest_intervals(ahead, scatter, level=0.8)
    assert high[0] - low[0] == pytest.approx(12 * 0.4 * 0.8, rel=0.03)
