"""Marginal CAC: a known elasticity recovered, and silence where the data do not say."""

import math

import numpy as np
import pytest

from ltvkit.economics import budget_sketch, marginal_cac
from ltvkit.economics.channels.headroom import room_at_the_margin


def test_marginal_cac_recovers_a_known_elasticity_within_its_limits():
    rng = np.random.default_rng(4)
    covered = []
    for _ in range(200):
        spend = rng.uniform(2_000, 20_000, 24)
        fit = marginal_cac(spend, rng.poisson(0.9 * spend**0.5))
        covered.append(fit.elasticity_low <= 0.5 <= fit.elasticity_high)
        assert fit.estimable
        assert fit.marginal_cac == pytest.approx(fit.average_cac / fit.elasticity)
    assert 0.72 <= np.mean(covered) <= 0.88


@pytest.mark.parametrize(
    ("spend", "new", "reason"),
    [
        (np.full(24, 100.0), np.arange(24), "spend hardly varied"),
        (np.linspace(1, 2, 24), np.zeros(24), "no customer in any period"),
        (np.linspace(1, 2, 24), np.r_[np.zeros(23), 5], "customers in the periods of the highest"),
        (np.linspace(1, 2, 24), np.r_[5, np.zeros(23)], "customers in the periods of the highest"),
        (np.linspace(1, 2, 24), np.linspace(40, 20, 24), "spend does not show in new customers"),
        (np.r_[np.zeros(20), 1.0, 2.0], np.ones(22), "2 periods with spend, 12 needed"),
    ],
)
def test_marginal_cac_is_not_estimated_where_the_data_do_not_say(spend, new, reason):
    fit = marginal_cac(spend, new)
    assert not fit.estimable
    assert fit.reason.startswith(reason)
    assert math.isnan(fit.marginal_cac)


def test_a_season_that_moves_spend_and_customers_together_makes_the_next_one_no_cheaper():
    """Ten thousand a month, in December more, when twice as many buy: the true b is 0.6."""
    rng = np.random.default_rng(0)
    demand = np.array([1, 1, 1, 0.9, 1, 1, 1, 1, 1.1, 2, 2.6, 0.9] * 2)
    spend = 10_000 * demand
    fit = marginal_cac(spend, rng.poisson(0.4 * spend**0.6 * demand))
    assert fit.elasticity_low > 1
    assert fit.reason == "elasticity above 1: season or demand may move both"
    figures = (fit.marginal_cac_low, fit.marginal_cac, fit.marginal_cac_high)
    assert figures == (fit.average_cac,) * 3
    # The budget places nothing where the average is too dear, and no verdict may say Raise.
    allowed = 0.95 * fit.average_cac
    sketch = budget_sketch({"ads": fit}, {"ads": 3 * allowed}, allowable={"ads": allowed})
    assert sketch["extra_spend"].tolist() == [0]
    drawn = allowed * rng.lognormal(0, 0.02, 2_000)
    low, high = room_at_the_margin(fit, drawn, 0.8, np.random.default_rng(1))
    assert 0.9 < low < high < 1
