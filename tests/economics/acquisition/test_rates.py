"""Poisson limits and the ratio of two CACs: worked example 6, and coverage by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from ltvkit.economics import cac_interval, poisson_interval, rate_ratio
from ltvkit.errors import DataError


def test_example_6_google_cac_150_lies_in_114_to_202_and_facebook_100_in_70_to_148():
    assert tuple(map(round, cac_interval(7_500, 50))) == (114, 202)
    assert tuple(map(round, cac_interval(3_000, 30))) == (70, 148)


def test_example_6_ratio_1_50_lies_in_0_95_to_2_36_with_p_083():
    ratio, low, high, p = rate_ratio(7_500, 50, 3_000, 30)
    assert (round(ratio, 2), round(low, 2), round(high, 2)) == (1.50, 0.95, 2.36)
    assert round(p, 3) == 0.083


def test_poisson_interval_matches_the_chi_square_form_of_garwood_1936():
    for n in (1, 7, 50, 1_000):
        low, high = poisson_interval(n, confidence=0.9)
        assert low == pytest.approx(stats.chi2.ppf(0.05, 2 * n) / 2)
        assert high == pytest.approx(stats.chi2.ppf(0.95, 2 * n + 2) / 2)


def test_the_p_value_is_scipys_exact_binomial_test():
    for spend_a, n_a, spend_b, n_b in ((100, 3, 300, 14), (10, 0, 10, 6), (5, 9, 7, 8)):
        expected = stats.binomtest(n_b, n_a + n_b, spend_b / (spend_a + spend_b)).pvalue
        assert rate_ratio(spend_a, n_a, spend_b, n_b).p == pytest.approx(expected, rel=1e-5)


def test_swapping_the_channels_inverts_the_ratio_and_keeps_p():
    one, other = rate_ratio(7_500, 50, 3_000, 30), rate_ratio(3_000, 30, 7_500, 50)
    assert one.low == pytest.approx(1 / other.high)
    assert one.p == pytest.approx(other.p)


def test_a_channel_without_customers_still_bounds_the_ratio_from_one_side():
    without_a = rate_ratio(1_000, 0, 1_000, 20)
    assert math.isinf(without_a.ratio)
    assert without_a.low > 1
    without_b = rate_ratio(1_000, 20, 1_000, 0)
    assert without_b.high == pytest.approx(1 / without_a.low)
    assert rate_ratio(1, 0, 1, 0).high == math.inf


def test_equal_cacs_give_p_1():
    assert rate_ratio(100, 10, 200, 20).p == pytest.approx(1)


def test_spend_of_zero_is_refused():
    with pytest.raises(DataError, match="expected both above 0"):
        rate_ratio(0, 10, 100, 10)


def test_poisson_limits_cover_the_true_mean_at_least_as_often_as_stated():
    counts, times = np.unique(
        np.random.default_rng(1).poisson(12.0, size=4_000), return_counts=True
    )
    limits = [poisson_interval(float(n), confidence=0.8) for n in counts]
    covered = sum(t for (low, high), t in zip(limits, times, strict=True) if low <= 12 <= high)
    assert 0.80 <= covered / 4_000 <= 0.90


def test_ratio_limits_cover_the_true_ratio_as_often_as_stated():
    rng = np.random.default_rng(2)
    n_a, n_b = rng.poisson(40.0, 2_000), rng.poisson(25.0, 2_000)
    true_ratio = (1_000 / 40) / (500 / 25)
    limits = [rate_ratio(1_000, a, 500, b) for a, b in zip(n_a, n_b, strict=True)]
    covered = np.mean([r.low <= true_ratio <= r.high for r in limits])
    assert 0.94 <= covered <= 0.965
