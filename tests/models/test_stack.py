"""The model of record on simulated shops, large enough and too small to learn from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulated_panels import revenue_between, simulated_log, simulated_panel

from ltvkit.errors import LtvkitError
from ltvkit.models.learned import FEWEST_ACTIVE
from ltvkit.models.learners.folds import fold_of
from ltvkit.models.stack import StackedLtv
from ltvkit.schemas import PREDICTIONS, check_frame

HORIZON = 120
EXACT = {"check_exact": True}
RISING = ("predicted_revenue", "prob_active", "high", "low_if_order", "high_if_order")


@pytest.fixture(scope="module")
def log():
    return simulated_log(customers=400, days=700, seed=11)


@pytest.fixture(scope="module")
def panel(log):
    return simulated_panel(log, history_days=540, horizon_days=HORIZON)


@pytest.fixture(scope="module")
def model(panel):
    return StackedLtv(seed=1, threads=1).fit(panel)


@pytest.fixture(scope="module")
def predicted(model, panel):
    return model.predict(panel.now)


@pytest.fixture(scope="module")
def young():
    log = simulated_log(customers=25, days=90, seed=12)
    panel = simulated_panel(log, history_days=80, horizon_days=365)
    return panel, StackedLtv(seed=1, threads=1).fit(panel)


def assert_sane(predicted):
    check_frame(predicted, PREDICTIONS)
    numbers = predicted.select_dtypes("number").drop(
        columns=["next_order_days", "next_order_days_from", "next_order_days_to"]
    )
    assert np.isfinite(numbers.to_numpy()).all()
    assert (numbers.to_numpy() >= 0).all()
    assert (predicted["prob_active"] <= 1).all()
    assert (predicted["prob_active"] <= predicted["expected_orders"] + 1e-12).all()
    assert (predicted["low"] <= predicted["high"]).all()
    np.testing.assert_allclose(
        predicted["predicted_revenue"],
        predicted["expected_orders"] * predicted["expected_order_value"],
        rtol=1e-9,
    )


def test_predictions_are_finite_and_revenue_is_orders_times_value(predicted, panel):
    assert_sane(predicted)
    assert predicted["customer_id"].tolist() == panel.now["customer_id"].tolist()


def test_the_customers_add_up_to_the_total(predicted, model):
    assert predicted["predicted_revenue"].sum() == pytest.approx(model.level_.total, rel=1e-9)
    total, low, high = model.total_interval()
    assert low < total < high


def orders_by_the_level(model, features, days):
    """What BTYD expects, moved as the total is but for prices."""
    level = model.level_
    moved = np.exp(level.season + level.tracking + level.correction)
    counted = model.ahead_.clock.count(days)
    return moved * model.family_.expected_orders(features, counted).sum()


def test_orders_add_up_to_their_forecast_whatever_prices_did(predicted, model, panel):
    expected = orders_by_the_level(model, panel.now, HORIZON)
    assert predicted["expected_orders"].sum() == pytest.approx(expected, rel=1e-9)
    usual = model.family_.order_value(panel.now)
    many = predicted["expected_orders"] > predicted["prob_active"]
    np.testing.assert_allclose(
        predicted["expected_order_value"][many],
        model.price_ * model.room_ * usual[many],
        rtol=1e-9,
    )


def test_of_two_weeks_in_which_few_order_twice_orders_add_up_to_their_forecast_too(log):
    panel = simulated_panel(log, history_days=540, horizon_days=14)
    model = StackedLtv(seed=1, threads=1).fit(panel)
    predicted = model.predict(panel.now)
    assert_sane(predicted)
    once = predicted["expected_orders"] == predicted["prob_active"]
    assert once.mean() > 0.2
    assert model.room_ > 1.01
    expected = orders_by_the_level(model, panel.now, 14)
    assert predicted["expected_orders"].sum() == pytest.approx(expected, rel=1e-9)
    # Nobody's orders depend on who else is asked for.
    some = panel.now.iloc[5:80:9]
    pd.testing.assert_frame_equal(model.predict(some), predicted.loc[some.index], rtol=1e-9)
    for days in (28, 60, 180):
        orders = model.predict(panel.now, days)["expected_orders"].sum()
        assert orders == pytest.approx(orders_by_the_level(model, panel.now, days), rel=0.03)


def test_on_a_simulated_shop_the_best_by_prediction_spend_most_of_what_comes(predicted, log):
    ranked = predicted.sort_values("predicted_revenue", ascending=False)["customer_id"]
    best, rest = (
        revenue_between(log, ids, after=540, days=HORIZON)
        for ids in (ranked.iloc[: len(ranked) // 4], ranked.iloc[len(ranked) // 4 :])
    )
    assert best > rest


def test_predictions_rise_with_the_horizon(model, panel):
    found = [model.predict(panel.now, days) for days in (30, 90, 365)]
    for sooner, later in ((found[0], found[1]), (found[1], found[2])):
        for column in RISING:
            assert (later[column] >= sooner[column]).all(), column
        for column in ("predicted_revenue", "prob_active"):
            assert later[column].sum() > 1.1 * sooner[column].sum()
    np.testing.assert_array_equal(found[1]["prob_active"], found[0]["prob_order_90d"])


def test_the_horizon_trained_for_is_the_one_when_none_is_given(model, panel, predicted):
    pd.testing.assert_frame_equal(model.predict(panel.now, HORIZON), predicted, **EXACT)


def test_a_prediction_does_not_depend_on_who_else_is_predicted(model, panel, predicted):
    least = predicted["predicted_revenue"].nsmallest(40).index
    for some in (panel.now.iloc[10:60:7], panel.now.loc[least]):
        pd.testing.assert_frame_equal(model.predict(some), predicted.loc[some.index], rtol=1e-9)


def test_the_order_of_the_rows_does_not_matter(model, panel, predicted):
    shuffled = panel.now.sample(frac=1, random_state=1)
    found = model.predict(shuffled)
    pd.testing.assert_frame_equal(found.sort_index(), predicted, rtol=1e-9)


def test_wider_levels_give_wider_intervals(model, panel):
    narrow, wide = (model.predict(panel.now, interval_level=level) for level in (0.5, 0.95))
    assert (wide["high"] >= narrow["high"] - 1e-9).all()
    assert (wide["low"] <= narrow["low"] + 1e-9).all()


def test_a_next_order_is_dated_only_where_one_is_likely(predicted):
    dated = predicted["next_order_days"].notna()
    np.testing.assert_array_equal(dated, predicted["prob_active"] >= 1 / 3)
    assert dated.any()
    rows = predicted[dated]
    assert (rows["next_order_days_from"] <= rows["next_order_days"]).all()
    assert (rows["next_order_days"] <= rows["next_order_days_to"]).all()
    assert (rows["next_order_days_to"] <= HORIZON).all()


def test_contributions_add_up_to_the_prediction(model, panel, predicted):
    money = model.contributions(panel.now)
    np.testing.assert_allclose(money.sum(axis=1), predicted["predicted_revenue"], rtol=1e-6)


def test_parts_are_predictions_of_the_same_customers(model, panel):
    parts = model.candidate_revenue(panel.now)
    assert set(parts) == set(model.explanation().weights)
    for values in parts.values():
        assert values.shape == (len(panel.now),)
        assert np.isfinite(values).all()


def test_the_explanation_names_weights_that_add_up(model):
    explanation = model.explanation()
    assert sum(explanation.weights.values()) == pytest.approx(1.0)
    assert 0 < explanation.btyd_share < 1
    assert all(sentence.endswith(".") for sentence in explanation.why)


def test_a_young_log_falls_back_to_btyd_and_says_so(young):
    panel, model = young
    assert model.candidates_ is None
    explanation = model.explanation()
    assert "BTYD models alone" in explanation.why[0]
    assert "stretched to 365" in explanation.why[-1]
    assert (explanation.weights, explanation.btyd_share) == ({}, 1.0)
    assert model.candidate_revenue(panel.now) == {}
    predicted = model.predict(panel.now)
    assert_sane(predicted)
    assert predicted["predicted_revenue"].sum() == pytest.approx(model.level_.total, rel=1e-9)


def test_a_shop_that_closed_long_ago_is_expected_to_bring_next_to_nothing(log):
    closed = log[log["ordered_on"] <= log["ordered_on"].min() + pd.Timedelta(days=330)]
    panel = simulated_panel(closed, history_days=540, horizon_days=HORIZON)
    model = StackedLtv(seed=1, threads=1).fit(panel)
    assert model.explanation().btyd_share == 1.0
    predicted = model.predict(panel.now)
    assert_sane(predicted)
    before = revenue_between(log, panel.now["customer_id"], after=330 - HORIZON, days=HORIZON)
    assert predicted["predicted_revenue"].sum() < 0.05 * before
    assert predicted["prob_active"].mean() < 0.1


def test_a_shop_to_which_nobody_came_back_is_refused_with_what_is_missing():
    log = simulated_log(customers=300, days=400, seed=13, first_only=True)
    panel = simulated_panel(log, history_days=390, horizon_days=90)
    with pytest.raises(LtvkitError, match=r"repeat orders .* data\.columns\.customer_id"):
        StackedLtv(seed=1, threads=1).fit(panel)


def test_a_log_without_any_past_date_is_refused_with_what_to_do():
    log = simulated_log(customers=200, days=60, seed=14)
    panel = simulated_panel(log, history_days=50, horizon_days=365)
    with pytest.raises(LtvkitError, match="wait for more orders"):
        StackedLtv(seed=1, threads=1).fit(replace(panel, rows=panel.rows.iloc[:0], cuts=()))


@pytest.mark.parametrize(
    ("history_days", "horizon_days", "advice"),
    [
        (20, 1, r"got 20 days .* expected 35 or more: 28 before .* and 7 seen after it.* orders$"),
        (35, 30, r"got 35 days .* expected 42 or more: .* and 14 seen .* or shorten the horizon$"),
    ],
)
def test_a_log_of_a_few_weeks_is_told_how_many_days_it_lacks(history_days, horizon_days, advice):
    log = simulated_log(customers=200, days=120, seed=14)
    panel = simulated_panel(log, history_days=history_days, horizon_days=horizon_days)
    assert panel.history_days == history_days
    with pytest.raises(LtvkitError, match=advice):
        StackedLtv(seed=1, threads=1).fit(panel)


def test_the_chance_of_an_order_counts_orders_of_no_value_too(log):
    free = np.random.default_rng(5).random(len(log)) < 0.6
    given = log.assign(revenue=log["revenue"].where(~free, 0.0))
    panel = simulated_panel(given, history_days=540, horizon_days=HORIZON)
    paid_for = simulated_panel(log, history_days=540, horizon_days=HORIZON)
    chances = [
        StackedLtv(seed=1, threads=1).fit(one).predict(one.now)["prob_active"].mean()
        for one in (panel, paid_for)
    ]
    assert chances[0] == pytest.approx(chances[1], rel=0.1)


def test_a_shop_that_gave_everything_away_at_first_can_be_learned_from(log):
    day = (log["ordered_on"] - log["ordered_on"].min()).dt.days
    given = log.assign(revenue=log["revenue"].where(day > 180, 0.0))
    panel = simulated_panel(given, history_days=540, horizon_days=HORIZON)
    assert any((cut.summary["mean_order_value"] == 0).all() for cut in panel.cuts)
    model = StackedLtv(seed=1, threads=1).fit(panel)
    assert_sane(model.predict(panel.now))
    assert model.candidates_ is not None


def test_where_a_handful_pay_and_all_others_order_for_nothing_btyd_is_left_alone(log):
    panel = simulated_panel(log, history_days=540, horizon_days=30)
    came = panel.rows[(panel.rows["label_days"] == 30) & (panel.rows["future_orders"] > 0)]
    often = came["customer_id"].value_counts()
    codes, _ = pd.factorize(panel.rows["customer_id"])
    # All of them in one fold: the learners of that fold see nobody who paid.
    fold = pd.Series(fold_of(codes, seed=42), index=panel.rows["customer_id"])
    of_one_fold = often[fold.groupby(level=0).first()[often.index] == 0].head(8)
    assert of_one_fold.sum() >= FEWEST_ACTIVE
    pays = log["customer_id"].isin(of_one_fold.index)
    given = simulated_panel(
        log.assign(revenue=log["revenue"].where(pays, 0.0)), history_days=540, horizon_days=30
    )
    model = StackedLtv(seed=42, threads=1).fit(given)
    assert model.candidates_ is None
    assert_sane(model.predict(given.now))


def test_one_customer_alone_has_a_prediction():
    log = simulated_log(customers=60, days=700, seed=11)
    best = log["customer_id"].value_counts().index[0]
    panel = simulated_panel(log[log["customer_id"] == best], history_days=540, horizon_days=60)
    assert_sane(StackedLtv(seed=1, threads=1).fit(panel).predict(panel.now))
