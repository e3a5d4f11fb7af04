"""The metrics against brute force, published definitions and the laws they must obey."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import brier_score_loss, roc_auc_score

from ltvkit.evaluation import metrics

RANKING = (metrics.gini, metrics.spearman, metrics.top_capture)
MONEY = (
    *RANKING,
    metrics.mae,
    metrics.rmse,
    metrics.bias,
    metrics.mae_at_level,
    metrics.rmse_at_level,
    metrics.decile_error,
)

# Few distinct values, so that ties, zeros and constant columns come up all the time.
pairs = st.lists(
    st.tuples(st.sampled_from([0.0, 0.0, 1.0, 2.5, 40.0]), st.sampled_from([0.1, 0.5, 3.0, 9.0])),
    min_size=1,
    max_size=35,
)


def _columns(rows):
    actual, predicted = np.array(rows, dtype=float).T
    return actual, predicted


def _gain_area(actual, order):
    gained = np.concatenate(([0.0], np.cumsum(actual[list(order)]))) / actual.sum()
    return np.trapezoid(gained, dx=1 / actual.size)


def _mean_over_tie_breaks(actual, predicted, figure):
    """Average a figure over every order that descending `predicted` allows."""
    found = [
        figure(order)
        for order in itertools.permutations(range(actual.size))
        if all(predicted[a] >= predicted[b] for a, b in itertools.pairwise(order))
    ]
    return np.mean(found)


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [
        ([3, 0, 10, 1], [1, 2, 3, 4]),
        ([3, 0, 10, 1], [5, 5, 5, 1]),
        ([3, 0, 10, 1, 0, 7], [2, 2, 1, 1, 2, 1]),
        ([3, 0, 10, 0, 0], [0, 0, 9, 9, 0]),
    ],
)
def test_gini_is_the_gain_area_averaged_over_every_way_to_break_ties(actual, predicted):
    actual, predicted = np.array(actual, float), np.array(predicted, float)
    area = _mean_over_tie_breaks(actual, predicted, lambda order: _gain_area(actual, order))
    best = _gain_area(actual, np.argsort(-actual))
    assert metrics.gini(actual, predicted) == pytest.approx((area - 0.5) / (best - 0.5))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.6, 1.0])
def test_top_capture_is_the_capture_averaged_over_every_way_to_break_ties(share):
    actual, predicted = np.array([3, 0, 10, 1, 6.0]), np.array([2, 2, 1, 1, 2.0])
    first = share * actual.size

    def captured(order):
        inside = np.clip(first - np.arange(actual.size), 0, 1)
        return actual[list(order)] @ inside / actual.sum()

    expected = _mean_over_tie_breaks(actual, predicted, captured)
    assert metrics.top_capture(actual, predicted, share=share) == pytest.approx(expected)


@given(rows=pairs, seed=st.integers(0, 2**32 - 1))
def test_no_metric_depends_on_row_order(rows, seed):
    actual, predicted = _columns(rows)
    shuffled = np.random.default_rng(seed).permutation(actual.size)
    for metric in MONEY:
        assert metric(actual[shuffled], predicted[shuffled]) == pytest.approx(
            metric(actual, predicted), nan_ok=True, abs=1e-12
        )
    active, chance = actual > 0, predicted / 10
    for metric in (metrics.auc, metrics.brier, metrics.calibration_error):
        assert metric(active[shuffled], chance[shuffled]) == pytest.approx(
            metric(active, chance), nan_ok=True, abs=1e-12
        )
    assert metrics.calibration_floor(chance[shuffled], seed=1, draws=5) == pytest.approx(
        metrics.calibration_floor(chance, seed=1, draws=5), abs=1e-12
    )


@given(rows=pairs)
def test_ranking_metrics_do_not_change_under_rising_transforms_of_the_forecast(rows):
    actual, predicted = _columns(rows)
    for metric in RANKING:
        for transformed in (np.exp(predicted), 7 * predicted - 100, np.log(predicted)):
            assert metric(actual, transformed) == pytest.approx(
                metric(actual, predicted), nan_ok=True, abs=1e-12
            )
    active = actual > 0
    assert metrics.auc(active, np.exp(predicted)) == pytest.approx(
        metrics.auc(active, predicted), nan_ok=True
    )


@given(rows=pairs)
def test_a_constant_forecast_ranks_like_chance(rows):
    actual, predicted = _columns(rows)
    constant = np.full_like(predicted, 4.2)
    if np.ptp(actual) > 0:
        assert metrics.gini(actual, constant) == pytest.approx(0, abs=1e-12)
    if actual.sum() > 0:
        assert metrics.top_capture(actual, constant) == pytest.approx(0.1)


@given(rows=pairs)
def test_perfect_ranking_scores_one_and_reversed_ranking_scores_minus_one(rows):
    actual, _ = _columns(rows)
    if np.ptp(actual) > 0:
        assert metrics.gini(actual, 3 * actual + 1) == pytest.approx(1)
        assert metrics.gini(actual, -actual) == pytest.approx(-1)


@given(rows=pairs, factor=st.floats(0.01, 100))
def test_errors_at_level_do_not_see_the_level(rows, factor):
    actual, predicted = _columns(rows)
    for metric in (metrics.mae_at_level, metrics.rmse_at_level):
        assert metric(actual, factor * predicted) == pytest.approx(
            metric(actual, predicted), nan_ok=True
        )


@given(rows=pairs)
def test_deciles_hold_every_customer_and_every_unit_of_money_once(rows):
    actual, predicted = _columns(rows)
    table = metrics.decile_table(actual, predicted)
    assert table["decile"].tolist() == list(range(1, 11))
    assert table["customers"].sum() == actual.size
    assert table["customers"].max() - table["customers"].min() <= 1
    assert table["predicted"].sum() == pytest.approx(predicted.sum())
    assert table["actual"].sum() == pytest.approx(actual.sum())
    mean_forecast = (table["predicted"] / table["customers"]).dropna().to_numpy()
    assert (np.diff(mean_forecast) <= 1e-9).all()


@given(rows=pairs)
def test_decile_error_is_never_below_the_error_of_the_total(rows):
    actual, predicted = _columns(rows)
    if actual.sum() > 0:
        error = metrics.decile_error(actual, predicted)
        assert error >= abs(metrics.bias(actual, predicted)) - 1e-9


def test_decile_error_by_hand():
    predicted = np.repeat(np.arange(10.0), 10)
    actual = predicted.copy()
    actual[predicted == 9] += 2.0  # the best decile brings 20 more than forecast
    actual[predicted == 1] -= 1.0  # another brings 10 less
    assert metrics.decile_error(actual, predicted) == pytest.approx(30 / (450 + 10))


@given(rows=pairs)
def test_spearman_matches_scipy(rows):
    actual, predicted = _columns(rows)
    if actual.size > 1 and np.ptp(actual) > 0 and np.ptp(predicted) > 0:
        expected = spearmanr(actual, predicted).statistic
        assert metrics.spearman(actual, predicted) == pytest.approx(expected, abs=1e-12)
    else:
        assert math.isnan(metrics.spearman(actual, predicted))


@given(rows=pairs)
def test_auc_and_brier_match_scikit_learn(rows):
    actual, predicted = _columns(rows)
    active, chance = actual > 0, predicted / 10
    assert metrics.brier(active, chance) == pytest.approx(
        brier_score_loss(active, chance, labels=[False, True])
    )
    if active.any() and not active.all():
        assert metrics.auc(active, chance) == pytest.approx(roc_auc_score(active, chance))
    else:
        assert math.isnan(metrics.auc(active, chance))


def test_calibration_error_of_equal_bins_by_hand():
    chance = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 20)
    active = np.concatenate([np.arange(20) < k for k in (2, 10, 10, 12, 18)])
    # Two bins of the ten for each chance, with all of the ties shared between them.
    expected = (0.0 + 0.2 + 0.0 + 0.1 + 0.0) / 5
    assert metrics.calibration_error(active, chance) == pytest.approx(expected)


def test_calibration_error_of_a_constant_forecast_is_the_error_of_the_base_rate():
    active = np.arange(40) < 10
    assert metrics.calibration_error(active, np.full(40, 0.6)) == pytest.approx(0.6 - 10 / 40)


@pytest.mark.parametrize("customers", [800, 16_000])
def test_a_perfect_forecast_scores_its_calibration_floor(customers):
    generator = np.random.default_rng(7)
    chance = generator.beta(0.6, 2.0, customers)
    scores = [
        metrics.calibration_error(generator.random(customers) < chance, chance) for _ in range(60)
    ]
    floor = metrics.calibration_floor(chance, seed=3)
    assert floor == pytest.approx(np.mean(scores), rel=0.1)


def test_calibration_floor_matches_the_normal_approximation_and_repeats_with_its_seed():
    chance = np.linspace(0.199, 0.201, 10_000)
    floor = metrics.calibration_floor(chance, seed=11)
    assert floor == pytest.approx(np.sqrt(2 / np.pi) * np.sqrt(0.16 / 1000), rel=0.06)
    assert floor == metrics.calibration_floor(chance, seed=11)
    assert floor != metrics.calibration_floor(chance, seed=12)
    assert np.isnan(metrics.calibration_floor([], seed=11)), "of nobody there is none"


def test_a_quantile_interval_sits_at_the_limit_overall_and_at_its_level_where_attainable():
    generator = np.random.default_rng(5)
    count = 60_000
    prob_zero = generator.uniform(0.0, 1.0, count)
    buys = generator.random(count) >= prob_zero
    actual = np.where(buys, generator.exponential(size=count), 0.0)

    def quantile(u):  # of the mixture: zero with probability P0, else exponential
        inside = np.clip((u - prob_zero) / np.maximum(1 - prob_zero, 1e-12), 0, 1 - 1e-12)
        return -np.log1p(-inside)

    # A fifth is left out: in both tails where both exist, else in the upper one alone.
    low = np.where(prob_zero < 0.1, quantile(0.1), 0.0)
    high = np.where(prob_zero < 0.1, quantile(0.9), quantile(0.8))
    found = metrics.attainable_coverage(actual, low, high, prob_zero)

    assert found.limit == pytest.approx(0.8 * 0.8 + 0.9 * 0.2, abs=0.005)
    assert found.overall == pytest.approx(found.limit, abs=0.01)
    assert found.where_attainable == pytest.approx(0.8, abs=0.01)
    assert found.customers_attainable == (prob_zero < 0.8).sum()
    assert found.overall == metrics.coverage(actual, low, high)
    attainable = found.deciles[found.deciles["attainable"]]
    assert attainable["decile"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert attainable["coverage"].between(0.78, 0.82).all()
    assert (found.deciles["customers"] == count // 10).all()


def test_deciles_of_coverage_follow_the_forecast_when_it_is_given():
    actual = np.arange(20.0)
    covered_below = np.where(actual < 10, 100.0, -1.0)
    found = metrics.attainable_coverage(
        actual, np.full(20, -1.0), covered_below, np.full(20, 0.1), predicted=actual
    )
    assert found.deciles["coverage"].tolist() == [0.0] * 5 + [1.0] * 5


@pytest.mark.parametrize("metric", MONEY)
def test_metrics_without_a_customer_are_not_a_number(metric):
    assert math.isnan(metric([], []))


@pytest.mark.parametrize(
    "metric",
    [
        metrics.gini,
        metrics.spearman,
        metrics.bias,
        metrics.mae_at_level,
        metrics.rmse_at_level,
        metrics.decile_error,
        metrics.top_capture,
    ],
)
def test_metrics_relative_to_revenue_are_not_a_number_when_nobody_bought(metric):
    assert math.isnan(metric([0, 0, 0], [1, 2, 3]))


def test_a_forecast_of_nothing_has_no_level_but_a_bias_of_minus_one():
    assert metrics.bias([0, 4], [0, 0]) == -1
    assert math.isnan(metrics.mae_at_level([0, 4], [0, 0]))


def test_one_customer_has_errors_but_no_ranking():
    assert metrics.mae([3], [5]) == 2
    assert metrics.bias([4], [5]) == pytest.approx(0.25)
    assert math.isnan(metrics.gini([3], [5]))
    assert math.isnan(metrics.spearman([3], [5]))
    assert metrics.decile_error([4], [5]) == pytest.approx(0.25)


def test_wrong_input_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="align them by customer_id"):
        metrics.gini([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="1 missing or infinite values"):
        metrics.mae([1, 2], [1, math.nan])
    with pytest.raises(ValueError, match=r"from -0\.5 to 1\.2"):
        metrics.brier([0, 1], [-0.5, 1.2])
    with pytest.raises(ValueError, match="compare revenue or orders with 0"):
        metrics.auc([0, 7], [0.1, 0.2])
    with pytest.raises(ValueError, match="share: got 10"):
        metrics.top_capture([1, 2], [1, 2], share=10)


def test_independent_columns_of_a_million_customers_rank_like_chance():
    actual, predicted = np.random.default_rng(9).exponential(size=(2, 1_000_000))
    assert metrics.gini(actual, predicted) == pytest.approx(0, abs=0.005)
    assert metrics.top_capture(actual, predicted) == pytest.approx(0.1, abs=0.005)
