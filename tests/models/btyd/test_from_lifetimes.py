"""Fitters of `lifetimes`, taken over and fitted as a peer."""

import warnings

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import ConvergenceError, DataError
from ltvkit.models import (
    BetaGeo,
    GammaGamma,
    ModifiedBetaGeo,
    ParetoNBD,
    fit_lifetimes,
    from_lifetimes,
)


@pytest.fixture(scope="module")
def lifetimes():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes
    return lifetimes


@pytest.mark.parametrize(
    ("name", "ours", "params"),
    [
        ("BetaGeoFitter", BetaGeo, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}),
        ("ModifiedBetaGeoFitter", ModifiedBetaGeo, {"r": 0.5, "alpha": 6.2, "a": 0.9, "b": 1.6}),
        ("ParetoNBDFitter", ParetoNBD, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}),
    ],
)
def test_a_fitter_taken_over_predicts_what_lifetimes_predicts(
    lifetimes, cdnow_sample, name, ours, params
):
    fitter = getattr(lifetimes, name)()
    fitter.params_ = pd.Series(params)
    model = from_lifetimes(fitter, unit_days=7)
    assert type(model) is ours
    x = cdnow_sample["repeat_orders"].to_numpy(float)
    t_x = cdnow_sample["age_at_last_order_days"].to_numpy(float) / 7
    T = cdnow_sample["age_days"].to_numpy(float) / 7
    theirs = fitter.conditional_expected_number_of_purchases_up_to_time(39.0, x, t_x, T)
    assert model.expected_orders(cdnow_sample, 273) == pytest.approx(theirs, rel=1e-8)
    alive = fitter.conditional_probability_alive(x, t_x, T)
    assert model.prob_alive(cdnow_sample) == pytest.approx(alive, rel=1e-8)
    new = fitter.expected_number_of_purchases_up_to_time(np.array([1.0, 39.0]))
    assert model.expected_orders_new([7, 273]) == pytest.approx(new, rel=1e-8)


def test_a_gamma_gamma_taken_over_predicts_what_lifetimes_predicts(lifetimes, cdnow_sample):
    fitter = lifetimes.GammaGammaFitter()
    fitter.params_ = pd.Series({"p": 6.25, "q": 3.74, "v": 15.44})
    model = from_lifetimes(fitter)
    assert isinstance(model, GammaGamma)
    theirs = fitter.conditional_expected_average_profit(
        cdnow_sample["repeat_orders"], cdnow_sample["mean_repeat_order_value"]
    )
    assert model.expected_order_value(cdnow_sample) == pytest.approx(theirs.to_numpy(), rel=1e-12)


@pytest.mark.parametrize(("divisor", "unit"), [(7.0, 7.0), (1.0, 1.0)])
def test_the_unit_of_time_is_read_off_the_ages_the_fitter_has_seen(
    lifetimes, cdnow_sample, divisor, unit
):
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    fitter.data = pd.DataFrame({"T": cdnow_sample["age_days"] / divisor})
    assert from_lifetimes(fitter).unit_days == unit


@pytest.mark.parametrize("ages", [None, [12, 30, 39], [1.234, 30.3]])
def test_a_unit_of_time_that_cannot_be_told_is_asked_for(lifetimes, ages):
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    if ages is not None:
        fitter.data = pd.DataFrame({"T": ages})
    with pytest.raises(DataError, match="pass unit_days=1 for days, unit_days=7 for weeks"):
        from_lifetimes(fitter)


def test_an_unfitted_fitter_is_refused(lifetimes):
    with pytest.raises(DataError, match="without params_, expected a fitted one"):
        from_lifetimes(lifetimes.BetaGeoFitter())


def test_a_gamma_gamma_that_predicts_negative_values_is_refused(lifetimes):
    fitter = lifetimes.GammaGammaFitter()
    fitter.params_ = pd.Series({"p": 2.0, "q": 0.8, "v": 15.0})
    with pytest.raises(DataError, match=r"q = 0\.8, expected q above 1"):
        from_lifetimes(fitter)


def test_a_model_without_counterpart_is_refused(lifetimes):
    fitter = lifetimes.BetaGeoBetaBinomFitter()
    fitter.params_ = pd.Series({"alpha": 1.0})
    with pytest.raises(DataError, match="got a BetaGeoBetaBinomFitter"):
        from_lifetimes(fitter)


@pytest.mark.parametrize(
    ("kind", "ours"),
    [("bgnbd", BetaGeo), ("mbgnbd", ModifiedBetaGeo), ("pareto_nbd", ParetoNBD)],
)
def test_the_peers_fit_is_ours_where_it_converges(cdnow_sample, kind, ours, capsys):
    peer = fit_lifetimes(cdnow_sample, kind=kind).predict(cdnow_sample, 273)
    model = ours().fit(cdnow_sample)
    value = GammaGamma(include_first_order=False).fit(cdnow_sample)
    # lifetimes stops earlier: its Pareto/NBD agrees in three digits.
    for name, expected in {
        "expected_orders": model.expected_orders(cdnow_sample, 273),
        "prob_alive": model.prob_alive(cdnow_sample),
        "prob_active": model.prob_active(cdnow_sample, 273),
        "expected_order_value": value.expected_order_value(cdnow_sample),
    }.items():
        assert peer[name].to_numpy() == pytest.approx(expected, rel=2e-2, abs=2e-3), name
    assert peer["customer_id"].tolist() == cdnow_sample["customer_id"].tolist()
    assert capsys.readouterr().out == ""


def test_a_peer_that_does_not_fit_gives_its_reason():
    constant = pd.DataFrame(
        {
            "customer_id": list("abcdef"),
            "repeat_orders": [0, 1, 2, 3, 4, 5],
            "age_at_last_order_days": [0, 40, 50, 60, 70, 80],
            "age_days": [100, 90, 80, 100, 110, 120],
            "mean_repeat_order_value": [0.0, 30, 30, 30, 30, 30],
        }
    )
    with pytest.raises(ConvergenceError, match=r"lifetimes bgnbd: \S+"):
        fit_lifetimes(constant, kind="bgnbd")


def test_the_filters_of_the_caller_survive_a_peers_fit(cdnow_sample):
    before = list(warnings.filters)
    fit_lifetimes(cdnow_sample.head(500), kind="bgnbd")
    assert warnings.filters == before
