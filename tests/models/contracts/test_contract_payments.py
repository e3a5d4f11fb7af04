"""What a renewal is worth, and intervals of so many of them."""

import itertools

import numpy as np
import pandas as pd
import pytest

from ltvkit.models.contracts import payments
from ltvkit.models.contracts.payments import intervals, learn_value, scatter_of, share_below
from ltvkit.models.contracts.renewals import PaymentsAhead

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


def test_weights_stay_a_blend_in_any_unit_of_money():
    """Large users grow more than small ones: alone, least squares ask for more than all."""
    dice = np.random.default_rng(1)
    usual = dice.gamma(4, 10, 3000)
    known = usual[:, None] * dice.lognormal(0, 0.1, (3000, 3))
    grown = 1.3 * usual * dice.lognormal(0, 0.05, 3000) - 3
    first, second, third = known.T
    rows = past(last_payment=first, last_period=second, mean_period=third, next_period=grown)
    value = learn_value(rows, rows)
    assert min(value.weights) > 0.2
    for unit in (1e3, 1e6):
        other = learn_value(rows * unit, rows * unit)
        assert sum(other.weights) == pytest.approx(1, abs=1e-6)
        assert other.weights == pytest.approx(value.weights, abs=1e-6)
        assert other.predict(rows * unit).min() > 0


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


SCATTER = tuple(np.exp(np.linspace(-0.6, 0.8, 21)).tolist())


def by_brute_force(share: np.ndarray, under: float, over: float) -> tuple[float, float]:
    """Revenue by revenue: what no more than `under` is less than, and no more than `over` more."""
    rows = [(count * ratio, p / 21) for count, p in enumerate(share) for ratio in SCATTER]
    come = sorted({revenue for revenue, p in rows if p})
    low = max(a for a in come if sum(p for revenue, p in rows if revenue < a) <= under)
    high = min(a for a in come if sum(p for revenue, p in rows if revenue > a) <= over)
    return low, high


@pytest.mark.parametrize("level", [0.3, 0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("below", [0.0, 0.52, 1.0])
def test_no_more_lies_on_either_side_of_an_interval_than_its_share_of_what_is_left_out(
    level, below
):
    dice = np.random.default_rng(5)
    ahead = PaymentsAhead(np.cumprod(dice.uniform(0.7, 1.0, (20, 6)), axis=1), np.arange(20))
    low, high = intervals(ahead, SCATTER, level=level, below=np.full(20, below))
    under, over = (1 - level) * below, (1 - level) * (1 - below)
    expected = [by_brute_force(share, under, over) for share in ahead.shares()]
    np.testing.assert_allclose(np.column_stack([low, high]), expected, rtol=1e-8)


def test_of_two_customers_with_one_outlook_each_has_the_interval_of_its_own_share():
    tail = np.cumprod(np.full((1, 6), 0.85), axis=1)
    together = intervals(
        PaymentsAhead(tail, np.zeros(2, dtype=np.intp)), SCATTER, level=0.8, below=np.array([1, 0])
    )
    for row, below in enumerate((1.0, 0.0)):
        ahead = PaymentsAhead(tail, np.zeros(1, dtype=np.intp))
        alone = intervals(ahead, SCATTER, level=0.8, below=np.full(1, below))
        assert [ends[row] for ends in together] == [ends[0] for ends in alone]


def test_below_lies_what_fixed_prices_leave_out_of_those_who_renew_in_four_of_five_cases():
    chance = np.array([0.0, 0.79, 0.8, 1.0])
    assert share_below(chance, SURE).tolist() == [0, 0, 1, 1]
    assert share_below(chance, SCATTER).tolist() == pytest.approx([0, 0, 11 / 21, 11 / 21])
    assert share_below(chance, (1.0,) * 18 + (1.5,) * 3).tolist() == pytest.approx(
        [0, 0, 18 / 21, 18 / 21]
    )


@pytest.fixture(scope="module")
def unlike():
    """Outlooks of all kinds: few payments or many, sure ones and unlikely ones."""
    dice = np.random.default_rng(6)
    stays = dice.beta(2, 1, (300, 1)) ** dice.uniform(0.2, 2, (300, 9))
    return PaymentsAhead(np.cumprod(stays, axis=1), np.arange(300))


BELOW = np.resize([0.0, 0.5, 1.0], 300)


@pytest.mark.parametrize("level", [0.3, 0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("scatter", [SURE, SCATTER])
def test_both_ends_rise_where_no_fewer_payments_come(unlike, scatter, level):
    """A time holds what a part of it holds: quantiles keep the order of what they are taken of."""
    bounds = []
    for power in (2.0, 1.3, 1.0, 0.9, 0.5, 0.1):
        ahead = PaymentsAhead(unlike.tail**power, unlike.place)
        bounds.append(intervals(ahead, scatter, level=level, below=BELOW, holds=ahead.expected))
    for shorter, longer in itertools.pairwise(bounds):
        for less, more in zip(shorter, longer, strict=True):
            assert (less <= more).all()
    assert (bounds[0][0] < bounds[-1][0]).mean() > 0.3


@pytest.mark.parametrize("scatter", [SURE, SCATTER])
def test_an_interval_of_a_higher_level_holds_that_of_a_lower_one(unlike, scatter):
    bounds = [
        intervals(unlike, scatter, level=level, below=BELOW, holds=unlike.expected)
        for level in (0.05, 0.2, 0.33, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
    ]
    for (low, high), (lower, higher) in itertools.pairwise(bounds):
        assert (lower <= low).all()
        assert (higher >= high).all()


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_what_is_drawn_lies_in_the_interval_at_least_as_often_as_it_says(unlike, level):
    low, high = intervals(unlike, SCATTER, level=level, below=BELOW)
    dice = np.random.default_rng(7)
    for row, share in enumerate(unlike.shares()[:60]):
        paid = dice.choice(len(share), size=4000, p=share / share.sum())
        revenue = paid * dice.choice(SCATTER, size=4000)
        held = ((low[row] <= revenue) & (revenue <= high[row])).mean()
        assert held >= level - 4 * np.sqrt(level * (1 - level) / len(revenue))


@pytest.mark.parametrize("level", [0.5, 0.8])
def test_who_most_likely_pays_nothing_gets_nothing_and_others_what_is_expected(unlike, level):
    low, high = intervals(unlike, SURE, level=level, below=BELOW, holds=unlike.expected)
    away = unlike.shares()[:, 0] >= level
    assert away.any()
    assert (high[away] == 0).all()
    assert ((low <= unlike.expected) & (unlike.expected <= high))[~away].all()


def test_an_interval_is_the_same_alone_as_beside_one_who_pays_two_hundred_times(unlike):
    """Nobody else's payments say how finely a customer's own revenue is told."""
    often = np.linspace(1.0, 0.5, 200)
    padded = np.pad(unlike.tail, ((0, 0), (0, often.size - unlike.tail.shape[1])))
    beside = PaymentsAhead(np.vstack([padded, often]), np.arange(len(padded) + 1))
    alone = intervals(unlike, SCATTER, level=0.8, below=BELOW)
    among = intervals(beside, SCATTER, level=0.8, below=np.append(BELOW, 0.5))
    for own, found in zip(alone, among, strict=True):
        assert found[:-1].tolist() == own.tolist()


def test_intervals_are_the_same_one_customer_at_a_time_as_in_one_block(unlike, monkeypatch):
    whole = intervals(unlike, SCATTER, level=0.8, below=BELOW)
    monkeypatch.setattr(payments, "MOST_CELLS", 1)
    for told, again in zip(whole, intervals(unlike, SCATTER, level=0.8, below=BELOW), strict=True):
        assert told.tolist() == again.tolist()


def test_prices_that_scatter_widen_what_is_sure_in_number():
    ahead = PaymentsAhead(np.ones((1, 12)), np.zeros(1, dtype=np.intp))
    low, high = intervals(ahead, SURE, level=0.8, below=np.ones(1))
    assert (low[0], high[0]) == (pytest.approx(12), pytest.approx(12))
    scatter = tuple(np.linspace(0.8, 1.2, 21).tolist())
    low, high = intervals(ahead, scatter, level=0.8, below=np.full(1, 0.5))
    assert high[0] - low[0] == pytest.approx(12 * 0.4 * 0.8, rel=0.03)
