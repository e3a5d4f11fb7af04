"""Laws that hold for every order model, whatever its parameters and the histories."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.errors import DataError, NotEnoughDataError, SchemaError
from ltvkit.models import (
    NBD,
    BetaGeo,
    BetaGeoParams,
    MbgCnbdK,
    MbgCnbdKParams,
    ModifiedBetaGeo,
    ModifiedBetaGeoParams,
    NBDParams,
    ParetoNBD,
    ParetoNBDParams,
    order_model_from_dict,
)

MODELS = [BetaGeo, ModifiedBetaGeo, ParetoNBD, NBD, MbgCnbdK]
positive = st.floats(np.log(0.02), np.log(50)).map(np.exp)
wide = st.one_of(
    positive,
    st.sampled_from([1.0, 1.0 + 1e-9, 1.0 - 1e-6, 1e-4, 1e4, 0.5, 2.0]),
)


@st.composite
def models(draw):
    r, alpha, a, b = draw(positive), draw(positive), draw(wide), draw(wide)
    match draw(st.sampled_from(MODELS)).__name__:
        case "BetaGeo":
            return BetaGeo.from_params(BetaGeoParams(r, alpha, a, b))
        case "ModifiedBetaGeo":
            return ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(r, alpha, a, b))
        case "ParetoNBD":
            return ParetoNBD.from_params(ParetoNBDParams(r, alpha, a, b))
        case "MbgCnbdK":
            return MbgCnbdK.from_params(MbgCnbdKParams(draw(st.integers(1, 4)), r, alpha, a, b))
        case _:
            return NBD.from_params(NBDParams(r, alpha))


@st.composite
def summaries(draw):
    rows = draw(
        st.lists(
            st.tuples(
                st.one_of(st.integers(0, 12), st.sampled_from([50, 800, 5000])),
                st.integers(1, 11 * 365),
                st.integers(0, 11 * 365),
            ),
            min_size=1,
            max_size=8,
        )
    )
    frame = pd.DataFrame(rows, columns=["repeat_orders", "age_at_last_order_days", "age_days"])
    frame.loc[frame["repeat_orders"] == 0, "age_at_last_order_days"] = 0
    frame["age_days"] += frame["age_at_last_order_days"]
    frame["age_days"] = frame["age_days"].clip(upper=11 * 365)
    frame["customer_id"] = [f"c{i}" for i in range(len(frame))]
    return frame


horizons = st.integers(1, 4000)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(models(), summaries(), horizons)
def test_predictions_are_finite_and_probabilities_between_0_and_1(model, summary, days):
    orders = model.expected_orders(summary, days)
    alive, active = model.prob_alive(summary), model.prob_active(summary, days)
    assert np.isfinite(orders).all()
    assert (orders >= 0).all()
    for probability in (alive, active):
        assert ((probability >= 0) & (probability <= 1)).all()
    # At least one order is no likelier than being alive, and no more than their expected number.
    assert (active <= alive + 1e-9).all()
    assert (active <= orders * (1 + 1e-7) + 1e-12).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(models(), summaries(), horizons)
def test_expectation_is_0_at_0_and_rises_with_the_horizon(model, summary, days):
    assert (model.expected_orders(summary, 0) == 0).all()
    assert (model.prob_active(summary, 0) == 0).all()
    near, far = model.expected_orders(summary, days), model.expected_orders(summary, 2 * days)
    assert (far >= near * (1 - 1e-8)).all()
    # Customers only ever drop out: the second half brings no more than the first. Regular buyers
    # are the exception, whose next order may be due in either half.
    if not isinstance(model, MbgCnbdK):
        assert (far <= 2 * near * (1 + 1e-7) + 1e-12).all()
    assert float(model.expected_orders_new(0)) == 0
    assert 0 <= model.expected_orders_new(days) <= model.expected_orders_new(days * 2) * (1 + 1e-9)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(models(), summaries(), horizons)
def test_nobody_is_expected_to_order_more_than_without_dropout(model, summary, days):
    r, alpha = model.params_.r, model.params_.alpha
    k = getattr(model.params_, "k", 1)
    x, T = summary["repeat_orders"].to_numpy(), summary["age_days"].to_numpy() / 7
    events = (r + k * x + k - 1) / (alpha + T) * days / 7
    assert (model.expected_orders(summary, days) <= (events + k - 1) / k * (1 + 1e-9)).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(models(), summaries(), horizons, st.data())
def test_predicting_a_subset_in_any_order_gives_that_subset_of_the_predictions(
    model, summary, days, data
):
    order = data.draw(st.permutations(range(len(summary))))[: data.draw(st.integers(1, 8))]
    part = summary.iloc[order]
    for method in (model.expected_orders, model.prob_active):
        assert method(part, days) == pytest.approx(method(summary, days)[order], rel=1e-12)
    assert model.prob_alive(part) == pytest.approx(model.prob_alive(summary)[order], rel=1e-12)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(models(), summaries(), st.lists(horizons, min_size=8, max_size=8))
def test_a_horizon_each_gives_what_single_horizons_give(model, summary, days):
    days = np.array(days[: len(summary)])
    each = model.expected_orders(summary, days)
    one_by_one = [model.expected_orders(summary.iloc[[i]], d)[0] for i, d in enumerate(days)]
    assert each == pytest.approx(one_by_one, rel=1e-12)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(models(), summaries(), horizons)
def test_a_model_written_as_json_predicts_the_same(model, summary, days):
    again = order_model_from_dict(json.loads(json.dumps(model.to_dict())))
    assert type(again) is type(model)
    assert (again.expected_orders(summary, days) == model.expected_orders(summary, days)).all()


@pytest.mark.parametrize("days", [1, 30, 400])
@pytest.mark.parametrize(
    "model",
    [
        BetaGeo.from_params(BetaGeoParams(0.24, 4.4, 0.79, 2.4)),
        BetaGeo.from_params(BetaGeoParams(3.0, 1.0, 0.05, 0.1)),
        ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(0.52, 6.2, 0.89, 1.6)),
        ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(3.0, 1.0, 1e-3, 50.0)),
        ParetoNBD.from_params(ParetoNBDParams(0.55, 10.6, 0.61, 11.7)),
        ParetoNBD.from_params(ParetoNBDParams(3.0, 1.0, 4.0, 0.5)),
        NBD.from_params(NBDParams(0.38, 12.1)),
    ],
    ids=repr,
)
def test_probabilities_of_all_numbers_of_orders_sum_to_1_and_their_mean_is_the_expectation(
    model, days
):
    n = np.arange(0, 4000)
    pmf = model.pmf_new(n, days)
    assert (pmf >= 0).all()
    assert pmf.sum() == pytest.approx(1, abs=1e-9)
    assert (n * pmf).sum() == pytest.approx(float(model.expected_orders_new(days)), rel=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_days_weeks_and_years_as_unit_give_the_same_predictions(model, cdnow_sample):
    weekly = model(unit_days=7).fit(cdnow_sample).expected_orders(cdnow_sample, 273)
    for unit_days in (1, 365.25):
        other = model(unit_days=unit_days).fit(cdnow_sample).expected_orders(cdnow_sample, 273)
        assert other == pytest.approx(weekly, rel=1e-6)


@pytest.mark.parametrize("unit_days", [0, -7, float("nan"), "7", None])
def test_a_unit_of_time_that_is_none_is_told(unit_days, cdnow_sample):
    with pytest.raises(DataError, match=f"unit_days: got {unit_days!r}, expected a number of days"):
        BetaGeo(unit_days=unit_days).fit(cdnow_sample)


@pytest.mark.parametrize("model", MODELS)
def test_weights_give_what_repeated_rows_give(model, cdnow_sample):
    few = cdnow_sample.head(400).assign(customers=np.arange(400) % 4)
    repeated = few.loc[few.index.repeat(few["customers"])]
    weighted, plain = model().fit(few, weight="customers"), model().fit(repeated)
    assert weighted.params_ == pytest.approx(plain.params_, rel=1e-6)
    assert weighted.log_likelihood_ == pytest.approx(plain.log_likelihood_, abs=1e-6)
    assert weighted.diagnostics_.customers == len(repeated)


@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_rows_does_not_matter(model, cdnow_sample):
    shuffled = cdnow_sample.sample(frac=1, random_state=5)
    assert model().fit(shuffled).params_ == model().fit(cdnow_sample).params_


@pytest.mark.parametrize("model", MODELS)
def test_standard_errors_and_diagnostics_survive_json(model, cdnow_sample):
    fitted = model().fit(cdnow_sample.head(500))
    again = model.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert again.params_ == fitted.params_
    assert again.diagnostics_ == fitted.diagnostics_
    assert again.log_likelihood_ == fitted.log_likelihood_
    assert (again.standard_errors_ == fitted.standard_errors_).all()
    assert set(fitted.to_dict()) == {
        "schema",
        "model",
        "settings",
        "params",
        "log_likelihood",
        "covariance",
        "diagnostics",
    }
    with pytest.raises(SchemaError, match="expected 'BetaGeo', schema 1"):
        BetaGeo.from_dict({**fitted.to_dict(), "model": "other"})


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("repeat_orders", -1, "whole numbers from 0"),
        ("repeat_orders", 1.5, "whole numbers from 0"),
        ("age_days", np.nan, "finite numbers"),
        ("age_at_last_order_days", 99, "numbers from 0 to 'age_days'"),
        ("age_at_last_order_days", 0, "more than 0 after a repeat order"),
    ],
)
def test_an_impossible_history_is_named(model, column, value, expected):
    row = {"repeat_orders": 2.0, "age_at_last_order_days": 40.0, "age_days": 60.0}
    with pytest.raises(DataError, match=rf"column '{column}': got .*expected {expected}"):
        model().fit(pd.DataFrame([row, {**row, column: value}]))


@pytest.mark.parametrize("model", MODELS)
def test_an_empty_summary_is_not_enough(model):
    empty = pd.DataFrame({"repeat_orders": [], "age_at_last_order_days": [], "age_days": []})
    with pytest.raises(NotEnoughDataError, match="got no customers"):
        model().fit(empty)
