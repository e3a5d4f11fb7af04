"""Intervals of a hurdle: laws, and coverage where the truth is known."""

import itertools

import numpy as np
import pytest

from ltvkit.models.intervals import (
    MISS_POWER,
    RankedScatter,
    at_levels_met,
    interval,
    interval_if_order,
    reference_of,
    scatter_ratios,
)

LEVELS = (0.5, 0.8, 0.9, 0.95)


def simulated(customers, seed):
    """P(order) and expected revenue are known; amounts are lognormal, wider for small ones."""
    dice = np.random.default_rng(seed)
    prob = dice.beta(1.2, 1.2, size=customers)
    if_order = dice.lognormal(3, 1, size=customers)
    sd = np.where(if_order < 20, 0.9, 0.4)
    amount = if_order * np.exp(dice.normal(size=customers) * sd - sd**2 / 2)
    revenue = np.where(dice.random(customers) < prob, amount, 0.0)
    return prob, prob * if_order, revenue


def learned(prob, predicted, revenue):
    ratios = scatter_ratios(revenue, predicted, prob, came=revenue > 0)
    return RankedScatter(ratios, reference_of(predicted))


def bounds_of(scatter, predicted, prob, *, level):
    return interval(scatter, predicted / prob, prob, ranked_by=predicted, level=level)


@pytest.fixture(scope="module")
def scatter():
    return learned(*simulated(20_000, 1))


@pytest.fixture(scope="module")
def later():
    return simulated(20_000, 2)


@pytest.mark.parametrize("level", LEVELS)
def test_days_like_the_past_are_covered_with_the_allowance_for_days_unlike_it(
    scatter, later, level
):
    prob, predicted, revenue = later
    low, high = bounds_of(scatter, predicted, prob, level=level)
    among = 1 - prob < level
    covered = ((low <= revenue) & (revenue <= high))[among].mean()
    assert covered == pytest.approx(1 - (1 - level) ** MISS_POWER, abs=0.025)


def test_of_those_who_order_the_second_interval_covers_its_level(scatter, later):
    prob, predicted, revenue = later
    low, high = interval_if_order(scatter, predicted / prob, ranked_by=predicted, level=0.8)
    came = revenue > 0
    covered = ((low <= revenue) & (revenue <= high))[came].mean()
    assert covered == pytest.approx(1 - 0.2**MISS_POWER, abs=0.025)
    assert (low <= high).all()


def test_how_totals_swung_between_past_days_is_not_how_customers_scatter():
    prob, predicted, revenue = simulated(4_000, 3)
    day = np.arange(4_000) % 4
    season = np.array([0.4, 0.9, 1.5, 2.5])[day]
    met = at_levels_met(predicted, revenue * season, day)
    for one in range(4):
        total = (revenue * season)[day == one].sum()
        assert met[day == one].sum() == pytest.approx(total, rel=1e-9)
    still = learned(prob, at_levels_met(predicted, revenue, day), revenue)
    swung = learned(prob, met, revenue * season)
    assert swung.ratio(predicted, 0.9) == pytest.approx(still.ratio(predicted, 0.9), rel=0.25)
    assert np.mean(learned(prob, predicted, revenue * season).ratio(predicted, 0.9)) > 1.4 * (
        np.mean(still.ratio(predicted, 0.9))
    )


def test_a_day_after_which_nothing_came_leaves_its_predictions_as_they_are():
    predicted, revenue = np.array([1.0, 2.0, 3.0, 1.0]), np.array([0.0, 0.0, 2.0, 0.0])
    met = at_levels_met(predicted, revenue, np.array([7, 7, 9, 9]))
    assert met == pytest.approx([1.0, 2.0, 1.5, 0.5])


def test_wider_levels_hold_narrower_ones(scatter, later):
    prob, predicted, _ = later
    bounds = [bounds_of(scatter, predicted, prob, level=level) for level in sorted(LEVELS)]
    for (low, high), (lower, higher) in itertools.pairwise(bounds):
        assert (lower <= low + 1e-9).all()
        assert (higher >= high - 1e-9).all()


@pytest.mark.parametrize("level", LEVELS)
def test_who_most_likely_stays_away_gets_nothing_and_who_surely_comes_gets_more(
    scatter, later, level
):
    prob, predicted, _ = later
    low, high = bounds_of(scatter, predicted, prob, level=level)
    away = 1 - prob >= level
    sure = 1 - prob < (1 - level) ** MISS_POWER / 2
    assert away.any()
    assert sure.any()
    assert (high[away] == 0).all()
    assert (low[~sure] == 0).all()
    assert (low <= high).all()
    assert (low >= 0).all()
    assert (high[sure] > 0).all()


def test_the_ratio_never_falls_with_the_share(scatter, later):
    _, predicted, _ = later
    shares = np.linspace(0, 1, 101)
    ratios = np.array([scatter.ratio(predicted[:200], share) for share in shares])
    assert (np.diff(ratios, axis=0) >= -1e-12).all()


def test_the_scatter_differs_between_small_and_large_where_it_does_in_truth(scatter):
    spread = scatter.ratios[:, 180] / scatter.ratios[:, 20]
    assert spread[:5].mean() > 1.5 * spread[-5:].mean()


def test_an_interval_does_not_depend_on_who_else_is_scored(scatter, later):
    prob, predicted, _ = later
    together = bounds_of(scatter, predicted, prob, level=0.8)
    alone = bounds_of(scatter, predicted[5:6], prob[5:6], level=0.8)
    assert [side[5] for side in together] == [side[0] for side in alone]


def test_a_past_without_revenue_gives_a_scatter_of_one():
    nothing = np.zeros(50)
    found = learned(nothing + 0.5, nothing + 1, nothing)
    np.testing.assert_array_equal(found.ratio(np.arange(5.0), 0.3), 1.0)


def test_few_buyers_give_finite_intervals():
    prob, predicted, revenue = simulated(20, 3)
    scatter = learned(prob, predicted, revenue)
    low, high = bounds_of(scatter, predicted, prob, level=0.8)
    assert np.isfinite(low).all()
    assert np.isfinite(high).all()
