"""Fitting itself: gradients, rows, simulated customers recovered, and likelihoods without a top."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from ltvkit.errors import ConvergenceError, NotEnoughDataError
from ltvkit.models import (
    NBD,
    BetaGeo,
    BetaGeoParams,
    GammaGamma,
    GammaGammaParams,
    MbgCnbdK,
    ModifiedBetaGeo,
    ModifiedBetaGeoParams,
    ParetoNBD,
    ParetoNBDParams,
)
from ltvkit.models._likelihood import maximise
from ltvkit.models._rows import Histories, distinct
from ltvkit.models.btyd import _beta_geometric, gamma_gamma, mbg_cnbd_k, nbd, pareto_nbd
from ltvkit.models.contracts import sbg

MODELS = [BetaGeo, ModifiedBetaGeo, ParetoNBD, NBD, MbgCnbdK]
ROWS = Histories(
    x=np.array([0.0, 0, 1, 2, 7, 40, 900]),
    t_x=np.array([0.0, 0, 3, 30, 20, 38.9, 30]),
    T=np.array([0.0, 38, 30, 38.9, 35, 39, 39]),
    weight=np.array([1.0, 12, 3, 1, 2, 1, 1]),
)
OBJECTIVES = {
    "BG/NBD": (_beta_geometric.log_likelihood(ROWS, ROWS.x), 4),
    "MBG/NBD": (_beta_geometric.log_likelihood(ROWS, ROWS.x + 1), 4),
    "Pareto/NBD": (pareto_nbd.log_likelihood(ROWS), 4),
    "NBD": (nbd.log_likelihood(ROWS), 2),
    "MBG/CNBD-1": (mbg_cnbd_k.log_likelihood(ROWS, 1), 4),
    "MBG/CNBD-3": (mbg_cnbd_k.log_likelihood(ROWS, 3), 4),
    "Gamma-Gamma": (
        gamma_gamma.log_likelihood(ROWS.x[2:], np.array([9.0, 30, 12, 0.5, 44]), ROWS.weight[2:]),
        3,
    ),
    "sBG": (sbg.log_likelihood(ROWS.x, np.array([1.0, 0, 1, 0, 1, 0, 1]), ROWS.weight), 2),
}


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("seed", range(4))
def test_gradients_are_the_slopes_of_the_log_likelihood(name, seed):
    objective, size = OBJECTIVES[name]
    theta = np.random.default_rng(seed).normal(0.3, 0.8, size)
    value, gradient = objective(theta)
    assert np.isfinite(value)
    slopes = approx_fprime(theta, lambda at: objective(at)[0], 1e-6)
    scale = np.abs(gradient).max()
    assert gradient == pytest.approx(slopes, abs=2e-5 * scale, rel=1e-3)


def simulate(draw_order_weeks, customers, seed):
    """Summaries of customers who joined over a year, seen for 26 to 78 weeks."""
    generator = np.random.default_rng(seed)
    T = generator.uniform(26, 78, customers)
    x, t_x = np.zeros(customers), np.zeros(customers)
    for i in range(customers):
        times = draw_order_weeks(generator, T[i])
        x[i], t_x[i] = len(times), times[-1] if times else 0.0
    return pd.DataFrame({"repeat_orders": x, "age_at_last_order_days": t_x * 7, "age_days": T * 7})


def geometric_dropout(r, alpha, a, b, *, first):
    def draw(generator, T):
        rate, drop, times, time = generator.gamma(r) / alpha, generator.beta(a, b), [], 0.0
        if first and generator.random() < drop:
            return times
        while (time := time + generator.exponential() / rate) <= T:
            times.append(time)
            if generator.random() < drop:
                break
        return times

    return draw


def exponential_lifetime(r, alpha, s, beta):
    def draw(generator, T):
        rate = generator.gamma(r) / alpha
        end = min(T, generator.exponential() / (generator.gamma(s) / beta))
        count = generator.poisson(rate * end)
        return sorted(generator.uniform(0, end, count))

    return draw


@pytest.mark.parametrize(
    ("model", "truth", "draw"),
    [
        (
            BetaGeo,
            BetaGeoParams(0.6, 5.0, 0.8, 3.0),
            geometric_dropout(0.6, 5.0, 0.8, 3.0, first=False),
        ),
        (
            ModifiedBetaGeo,
            ModifiedBetaGeoParams(0.9, 5.0, 0.8, 2.0),
            geometric_dropout(0.9, 5.0, 0.8, 2.0, first=True),
        ),
        (
            ParetoNBD,
            ParetoNBDParams(0.7, 5.0, 0.9, 20.0),
            exponential_lifetime(0.7, 5.0, 0.9, 20.0),
        ),
    ],
)
def test_parameters_of_simulated_customers_are_recovered_within_their_standard_errors(
    model, truth, draw
):
    fitted = model().fit(simulate(draw, 8000, seed=42))
    distance = (np.array(fitted.params_) - truth) / fitted.standard_errors_
    assert np.abs(distance).max() < 3
    # And the errors are small enough for that to mean something.
    assert (fitted.standard_errors_ / truth < 0.35).all()


def test_parameters_of_simulated_order_values_are_recovered_within_their_standard_errors():
    generator = np.random.default_rng(5)
    truth = GammaGammaParams(4.0, 3.0, 20.0)
    orders = generator.integers(1, 8, 8000)
    nu = generator.gamma(truth.q, 1 / truth.v, 8000)
    mean = generator.gamma(truth.p * orders) / nu / orders
    summary = pd.DataFrame({"repeat_orders": orders - 1, "mean_order_value": mean})
    fitted = GammaGamma().fit(summary)
    assert np.abs((np.array(fitted.params_) - truth) / fitted.standard_errors_).max() < 3
    assert (fitted.standard_errors_ / truth < 0.2).all()


def test_covariance_by_the_delta_method_is_the_inverse_curvature_in_the_parameters(cdnow_sample):
    """Its off-diagonals too, which `lifetimes` gets wrong: theta_i^2 instead of theta_i theta_j."""
    fitted = NBD().fit(cdnow_sample)
    x, T = cdnow_sample["repeat_orders"].to_numpy(), cdnow_sample["age_days"].to_numpy() / 7
    rows = Histories(x.astype(float), np.zeros(len(x)), T, np.ones(len(x)))
    objective = nbd.log_likelihood(rows)

    def value(r, alpha):
        return objective(np.log([r, alpha]))[0]

    (r, alpha), h = fitted.params_, np.array([1e-4, 3e-3])
    rr = (value(r + h[0], alpha) - 2 * value(r, alpha) + value(r - h[0], alpha)) / h[0] ** 2
    aa = (value(r, alpha + h[1]) - 2 * value(r, alpha) + value(r, alpha - h[1])) / h[1] ** 2
    ra = (
        value(r + h[0], alpha + h[1])
        - value(r + h[0], alpha - h[1])
        - value(r - h[0], alpha + h[1])
        + value(r - h[0], alpha - h[1])
    ) / (4 * h[0] * h[1])
    expected = np.linalg.inv(-np.array([[rr, ra], [ra, aa]]))
    assert fitted.covariance_ == pytest.approx(expected, rel=1e-3)


SHOPS = {
    # repeat orders, age at the last, age; all in days, 60 customers each.
    "nobody repeats": (0, 0, np.linspace(10, 300, 60)),
    "everybody is active": (np.arange(60) % 5 + 10, 295, 300),
    "an order every day": (200, 200, 200),
    "all left after one repeat": (1, 1, np.linspace(200, 300, 60)),
    "everybody alike": (2, 30, 60),
    "thousands of orders": (np.arange(60) * 80 + 300, 4000, 4015),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("shop", SHOPS)
def test_a_likelihood_without_a_top_ends_in_a_usable_fit_that_says_so(model, shop):
    x, t_x, T = SHOPS[shop]
    summary = pd.DataFrame(
        {
            "repeat_orders": np.broadcast_to(x, 60),
            "age_at_last_order_days": np.broadcast_to(t_x, 60),
            "age_days": np.broadcast_to(T, 60),
        }
    )
    fitted = model().fit(summary)
    orders = fitted.expected_orders(summary, 90)
    assert np.isfinite(orders).all()
    past_rate = summary["repeat_orders"].sum() / summary["age_days"].sum() * 90
    assert orders.mean() <= 1.05 * past_rate + 0.05
    if fitted.diagnostics_.regularised:
        assert fitted.diagnostics_.notes
    match shop:
        case "nobody repeats":
            assert "nobody ordered twice" in fitted.diagnostics_.notes[0]
            assert orders.max() < 0.05
        case "everybody is active" | "an order every day":
            assert orders.mean() == pytest.approx(past_rate, rel=0.05)
            if model is not NBD:
                assert "no dropout is visible" in fitted.diagnostics_.notes[0]
        case _:
            pass


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("customers", [1, 2, 5, 30])
def test_a_handful_of_customers_gives_a_fit(model, customers, cdnow_sample):
    summary = cdnow_sample.head(customers)
    orders = model().fit(summary).expected_orders(summary, 90)
    assert ((orders >= 0) & (orders < 10)).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_snapshot_on_everybodys_first_day_is_no_history(model):
    summary = pd.DataFrame({"repeat_orders": [0], "age_at_last_order_days": [0], "age_days": [0]})
    with pytest.raises(NotEnoughDataError, match="choose a later snapshot date"):
        model().fit(summary)


def test_an_objective_that_is_nowhere_finite_is_a_convergence_error_and_no_start_value():
    def nowhere(theta):
        return np.nan, theta

    with pytest.raises(ConvergenceError, match="X: got no optimum from 1 starts"):
        maximise(nowhere, starts=[np.zeros(2)], centre=np.zeros(2), model="X")


def test_a_ridge_is_decided_by_the_weak_prior_and_the_likelihood_is_reported_without_it():
    def ridge(theta):
        # Determines the sum only.
        distance = theta.sum() - 2.0
        return -50.0 * distance**2 - 7.0, np.full(2, -100.0 * distance)

    optimum = maximise(ridge, starts=[np.array([3.0, -2.0])], centre=np.zeros(2), model="ridge")
    assert optimum.regularised
    assert optimum.theta == pytest.approx([1.0, 1.0], abs=1e-2)
    assert optimum.log_likelihood == pytest.approx(-7.0, abs=1e-3)


def test_distinct_rows_give_back_every_row():
    generator = np.random.default_rng(0)
    columns = [generator.integers(0, 4, 500).astype(float) for _ in range(3)]
    rows, place = distinct(columns)
    for values, distinct_values in zip(columns, rows, strict=True):
        assert (distinct_values[place] == values).all()
    assert len(rows[0]) == len(set(zip(*columns, strict=True)))
    assert sorted(zip(*rows, strict=True)) == list(zip(*rows, strict=True))
