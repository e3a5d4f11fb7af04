"""What a random order of customers hardly exceeds, against as many shuffles."""

import numpy as np
import pytest

from ltvkit.evaluation import metrics


@pytest.mark.parametrize("zeros", [0.0, 0.5, 0.9])
def test_what_a_random_ranking_hardly_exceeds_is_that_of_many_shuffles(zeros):
    dice = np.random.default_rng(1)
    revenue = np.where(dice.random(300) < zeros, 0.0, dice.lognormal(2, 1, size=300))
    order = np.arange(300.0)
    ginis = [metrics.gini(revenue, dice.permutation(order)) for _ in range(2000)]
    assert np.mean(ginis) == pytest.approx(0.0, abs=0.02)
    assert metrics.chance_gini(revenue) == pytest.approx(np.quantile(ginis, 0.9938), rel=0.12)
    # Of more customers places are drawn, and the normal variable is near.
    many = np.tile(revenue, 10)
    usual = 2.5 * many.std() / many.mean() / np.sqrt(3 * len(many))
    assert metrics.chance_gini(many) == pytest.approx(usual / gain(many), rel=0.12)


def gain(revenue):
    """The Gini of the perfect order, before it is normalised."""
    place = 2 * np.arange(len(revenue)) - len(revenue) + 1
    return float(place @ np.sort(revenue)) / (len(revenue) * revenue.sum())


def test_where_no_order_is_better_chance_is_not_a_number():
    assert np.isnan(metrics.chance_gini(np.zeros(10)))
    assert np.isnan(metrics.chance_gini(np.array([3.0])))
    assert np.isnan(metrics.chance_gini(np.full(5, 2.0)))


def test_who_is_nearly_all_revenue_can_be_found_and_one_of_two_cannot():
    whale = np.append(np.full(200, 1.0), 20_000.0)
    assert 0.95 < metrics.chance_gini(whale) < 0.999
    assert metrics.chance_gini(np.array([1.0, 2.0])) == 1.0
