"""Gamma-Gamma against the published fit, its worked customers, and shops that break others."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.errors import DataError, NotEnoughDataError, SchemaError
from ltvkit.models import GammaGamma, GammaGammaParams


def test_parameters_without_the_first_order_match_fader_and_hardie(cdnow_sample):
    model = GammaGamma(include_first_order=False).fit(cdnow_sample)
    assert [round(value, 4) for value in model.params_] == [6.2496, 3.7442, 15.4435]
    assert round(model.population_mean_, 3) == 35.170
    assert round(model.log_likelihood_, 4) == -4055.9177
    assert model.diagnostics_.customers == 946


def test_parameters_on_all_cdnow_customers_match_the_golden_figures(cdnow_master):
    model = GammaGamma(include_first_order=False).fit(cdnow_master)
    assert [round(value, 5) for value in model.params_] == [6.27536, 3.62445, 14.98369]
    assert round(model.log_likelihood_, 4) == -40763.4763


def test_first_cdnow_customers_match_the_published_expectations(cdnow_sample):
    model = GammaGamma.from_params(GammaGammaParams(6.25, 3.74, 15.44), include_first_order=False)
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert model.expected_order_value(cdnow_sample.head(10)) == pytest.approx(published, abs=0.1)


@pytest.mark.parametrize("include_first_order", [True, False])
def test_constant_order_values_are_predicted_as_that_constant(include_first_order):
    summary = pd.DataFrame(
        {"repeat_orders": [0, 1, 3, 9], "mean_order_value": 30.0, "mean_repeat_order_value": 30.0}
    )
    model = GammaGamma(include_first_order=include_first_order).fit(summary)
    assert model.expected_order_value(summary) == pytest.approx(30.0)
    assert model.population_mean_ == pytest.approx(30.0)
    assert "constant" in model.diagnostics_.notes[0]


def test_order_values_below_nothing_are_refused():
    summary = pd.DataFrame({"repeat_orders": [0, 1], "mean_order_value": [30.0, -2.5]})
    with pytest.raises(DataError, match=r"column 'mean_order_value': got -2\.5, expected values"):
        GammaGamma().fit(summary)


@pytest.mark.parametrize("others", [[1.1], [0.9], [10.0, 10.0], [0.5, 0.75, 1.1, 0.75]])
@pytest.mark.parametrize("customers", [2_000, 20_000])
def test_a_shop_of_one_price_but_for_a_few_customers_is_fitted(others, customers):
    # The likelihood climbs to p and q of millions, where rounding is larger than what is climbed.
    value = np.full(customers, 29.99)
    value[: len(others)] *= others
    orders = np.random.default_rng(0).geometric(0.4, customers) - 1
    summary = pd.DataFrame({"repeat_orders": orders, "mean_order_value": value})
    expected = GammaGamma().fit(summary).expected_order_value(summary)
    assert expected[len(others) :] == pytest.approx(29.99, rel=0.01)
    own, usual = value[: len(others)], value.mean()
    assert (expected[: len(others)] >= np.minimum(own, usual) * 0.999).all()
    assert (expected[: len(others)] <= np.maximum(own, usual) * 1.001).all()


def test_moments_stand_in_where_the_likelihood_has_no_top_to_be_found():
    orders = np.random.default_rng(0).geometric(0.4, 20_000) - 1
    value = np.full(20_000, 29.99)
    value[0] *= 1.1
    summary = pd.DataFrame({"repeat_orders": orders, "mean_order_value": value})
    model = GammaGamma().fit(summary)
    assert "fitted by moments" in model.diagnostics_.notes[0]
    assert model.population_mean_ == pytest.approx(29.99, rel=1e-3)


def test_a_shop_without_any_value_is_told_what_to_do():
    summary = pd.DataFrame({"repeat_orders": [0, 1], "mean_order_value": [0.0, 0.0]})
    with pytest.raises(NotEnoughDataError, match="no customer with an order value above 0"):
        GammaGamma().fit(summary)


@pytest.mark.parametrize(
    ("include_first_order", "name"),
    [(True, "mean_order_value"), (False, "mean_repeat_order_value")],
)
def test_a_summary_without_order_values_is_told_what_to_do(cdnow_sample, include_first_order, name):
    model = GammaGamma(include_first_order=include_first_order)
    with pytest.raises(SchemaError, match=f"got no column '{name}'.*ltvkit.summarise"):
        model.fit(cdnow_sample.drop(columns=name))


def test_the_mean_of_no_repeat_orders_may_be_missing(cdnow_sample):
    model = GammaGamma.from_params(GammaGammaParams(6.25, 3.74, 15.44), include_first_order=False)
    once = cdnow_sample[cdnow_sample["repeat_orders"] == 0]
    missing = model.expected_order_value(once.assign(mean_repeat_order_value=np.nan))
    assert missing == pytest.approx(model.population_mean_)


def test_heavy_tailed_values_keep_a_positive_population_mean():
    generator = np.random.default_rng(7)
    orders = generator.integers(0, 4, 2000)
    # Pareto values of tail index .9 have no mean: others estimate q <= 1, and a negative value.
    value = 10 * (1 + generator.pareto(0.9, 2000))
    summary = pd.DataFrame({"repeat_orders": orders, "mean_order_value": value})
    model = GammaGamma().fit(summary)
    assert model.params_.q > 1
    assert (model.expected_order_value(summary) > 0).all()
