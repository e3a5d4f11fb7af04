"""MBG/CNBD-k against MBG/NBD (k = 1), simulated customers, and its likelihood written out."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import ConfigError
from ltvkit.models import MbgCnbdK, MbgCnbdKParams, ModifiedBetaGeo
from ltvkit.models._rows import Histories
from ltvkit.models.btyd.mbg_cnbd_k import _by_recursion, _by_tails, log_likelihood, log_regularity


def simulate(params, *, ages_days, future_days, seed):
    """Order days of customers who buy Erlang-k, summarised at their age; and orders afterwards."""
    generator = np.random.default_rng(seed)
    k, r, alpha, a, b = params
    rows = []
    for age in ages_days:
        rate, drop = generator.gamma(r) / alpha / 7, generator.beta(a, b)
        day, times, alive = 0.0, [], generator.random() >= drop
        while alive:
            day += generator.gamma(k) / rate
            if day > age + future_days:
                break
            times.append(day)
            alive = generator.random() >= drop
        past = [time for time in times if time <= age]
        gaps = np.diff([0.0, *past])
        rows.append(
            (
                len(past),
                past[-1] if past else 0.0,
                age,
                np.log(gaps).sum(),
                len(times) - len(past),
            )
        )
    names = ["repeat_orders", "age_at_last_order_days", "age_days", "sum_log_gap_days", "future"]
    return pd.DataFrame(rows, columns=names)


REGULAR = MbgCnbdKParams(3, r=1.5, alpha=1.2, a=0.8, b=4.0)


@pytest.fixture(scope="module")
def regular_shop():
    return simulate(REGULAR, ages_days=np.linspace(180, 540, 6000), future_days=200, seed=1)


def test_with_k_1_it_is_mbgnbd(cdnow_sample):
    mbg = ModifiedBetaGeo().fit(cdnow_sample)
    one = MbgCnbdK(k=1).fit(cdnow_sample)
    assert one.params_[1:] == pytest.approx(mbg.params_, rel=1e-6)
    assert one.log_likelihood_ == pytest.approx(mbg.log_likelihood_, abs=1e-6)
    assert one.prob_alive(cdnow_sample) == pytest.approx(mbg.prob_alive(cdnow_sample), rel=1e-6)
    for method in ("expected_orders", "prob_active"):
        theirs = getattr(mbg, method)(cdnow_sample, 273)
        assert getattr(one, method)(cdnow_sample, 273) == pytest.approx(theirs, rel=1e-6)
    assert float(one.expected_orders_new(273)) == pytest.approx(mbg.expected_orders_new(273), 1e-6)


def test_cdnow_is_not_regular(cdnow_sample):
    assert MbgCnbdK().fit(cdnow_sample).params_.k == 1


def test_parameters_of_simulated_regular_buyers_are_recovered_with_their_k(regular_shop):
    for summary in (regular_shop, regular_shop.drop(columns="sum_log_gap_days")):
        model = MbgCnbdK().fit(summary)
        assert model.params_.k == 3
        distance = (np.array(model.params_[1:]) - REGULAR[1:]) / model.standard_errors_
        assert np.abs(distance).max() < 3.5


def test_predictions_match_what_simulated_regular_buyers_do_next(regular_shop):
    model = MbgCnbdK.from_params(REGULAR)
    active = model.prob_active(regular_shop, 200)
    orders = model.expected_orders(regular_shop, 200)
    # Four standard errors of the mean over 6,000 customers, within groups that differ widely.
    for group in (
        regular_shop["repeat_orders"] == 0,
        regular_shop["repeat_orders"].between(1, 4),
        regular_shop["repeat_orders"] > 4,
        regular_shop["age_days"] - regular_shop["age_at_last_order_days"] < 20,
    ):
        future = regular_shop.loc[group, "future"]
        error = 4 * future.std() / np.sqrt(len(future))
        assert orders[group].mean() == pytest.approx(future.mean(), abs=error)
        assert active[group].mean() == pytest.approx(
            (future > 0).mean(), abs=2 / np.sqrt(len(future))
        )


def test_expected_orders_of_a_new_regular_buyer_match_simulation():
    model = MbgCnbdK.from_params(REGULAR)
    future = simulate(REGULAR, ages_days=np.zeros(6000), future_days=200, seed=2)["future"]
    error = 4 * future.std() / np.sqrt(len(future))
    assert float(model.expected_orders_new(200)) == pytest.approx(future.mean(), abs=error)


def test_log_likelihoods_of_different_k_compare_as_densities_of_count_and_last_order():
    """Summed over counts and integrated over the last order, each k's density is 1."""
    T, nodes = 4.0, np.polynomial.legendre.leggauss(40)
    t = (nodes[0] + 1) / 2 * T
    for k in (1, 2, 3):
        theta = np.log([1.3, 2.0, 0.7, 2.0])
        total = 0.0
        for x in range(40):
            for t_x, part in [(0.0, 1.0)] if x == 0 else zip(t, nodes[1] * T / 2, strict=True):
                one = np.ones(1)
                row = Histories(x * one, t_x * one, T * one, one)
                value = log_likelihood(row, k)(theta)[0] + log_regularity(row, k)
                # k = 1 stands for the density of all x order times; the others in between fill
                # t_x^(x-1)/(x-1)!.
                volume = (
                    0.0
                    if x == 0
                    else (x - 1) * np.log(t_x) - float(np.sum(np.log(np.arange(1, x))))
                )
                total += part * np.exp(value + volume)
        assert total == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("k", [0, 2.5])
def test_a_k_that_is_no_whole_number_from_1_is_refused(cdnow_sample, k):
    with pytest.raises(ConfigError, match=f"got k = {k}"):
        MbgCnbdK(k=k).fit(cdnow_sample)
    with pytest.raises(ConfigError, match=f"largest_k = {k}"):
        MbgCnbdK(largest_k=k).fit(cdnow_sample)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_tails_stepped_from_event_to_event_are_the_tails_on_their_own(k):
    generator = np.random.default_rng(k)
    R, B = np.exp(generator.normal(1, 2, 500)), np.exp(generator.normal(1, 1.5, 500))
    # Up to the most events that the recursion is asked for.
    z = np.minimum(generator.uniform(0.001, 0.98, 500), -np.expm1(-600 / R))
    for stage in range(k):
        for a in (1e-6, 0.8, 5.0):
            stepped = _by_recursion(k, stage, R, z, a, B)
            assert stepped == pytest.approx(_by_tails(k, stage, R, z, a, B), rel=1e-8)
