"""What the model of record of a contractual shop predicts, contract by contract."""

import json
from copy import copy
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from fitted_contracts import USAGE, YEARLY, fitted

from ltvkit.contracts import ContractTerms
from ltvkit.errors import NotEnoughDataError, SchemaError
from ltvkit.features.contracts import contracts_ended
from ltvkit.models import contractual
from ltvkit.models.artifact import TrainedModel, read_artifact, save_model
from ltvkit.models.contracts import supposed
from ltvkit.models.contracts.renewals import outlook
from ltvkit.models.contractual import READ, ContractualLtv
from ltvkit.schemas import PREDICTIONS, check_frame
from simulated_contracts import (
    ContractShop,
    contract_panel,
    order_table,
    payments,
    what_came,
    who_stayed,
)


@pytest.fixture(scope="module")
def one():
    return fitted(*USAGE, seed=11)


def test_a_contract_that_cannot_end_in_the_days_ahead_is_sure_to_be_kept(one):
    _, panel, model = one
    now, terms = panel.now, panel.contracts.terms
    running = model.law_.is_running(now)
    days = np.arange(1, 200, 7)
    chances = np.array([model.predict(now, int(n))["prob_kept"] for n in days])
    assert (np.diff(chances[:, running], axis=0) <= 1e-12).all(), "the longer, the less likely"
    left = terms.patience_days - now["days_since_renewal"].to_numpy()
    safe = days[:, None] + 1.5 < left
    assert (chances[:, running][safe[:, running]] == 1).all()
    assert chances[-1, running].max() < 1
    ended = model.predict(now)[~running]
    assert (ended["prob_kept"] == ended["prob_active"]).all()


def test_what_a_kept_contract_brings_is_every_renewal_due(one):
    _, panel, model = one
    predicted = model.predict(panel.now)
    running = model.law_.is_running(panel.now)
    kept = predicted["revenue_if_kept"] / predicted["expected_order_value"]
    ends_today = panel.now["days_since_renewal"] >= panel.contracts.terms.patience_days - 1
    assert (kept - predicted["renewals_due"])[running & ~ends_today].abs().max() < 1.01
    assert (predicted["revenue_if_kept"] >= predicted["predicted_revenue"] - 1e-9).all()
    assert kept[~running | ends_today].between(1, 1 + panel.snapshot.horizon_days / 28).all()


def test_contracts_that_ended_are_told_apart_as_a_reader_of_the_log_would(one):
    log, panel, _ = one
    terms = panel.contracts.terms
    found = contracts_ended(order_table(log), panel.snapshot, plans=(terms,)).set_index(
        "customer_id"
    )["ended"]
    ids = panel.now["customer_id"]
    stayed = who_stayed(
        log,
        ids,
        terms,
        history_days=USAGE[0].history_days,
        horizon_days=panel.snapshot.horizon_days,
    )
    expected = pd.Series(1 - stayed, index=ids).dropna().astype(bool)
    assert expected.mean() > 0.1
    pd.testing.assert_series_equal(
        found.sort_index(), expected.sort_index(), check_names=False, check_dtype=False
    )


def test_predictions_keep_their_contract_and_rise_with_the_horizon(one):
    _, panel, model = one
    near, year, decade = (model.predict(panel.now, days) for days in (30, 365, 3650))
    for predicted in (near, year, decade):
        check_frame(predicted, PREDICTIONS)
        assert predicted["prob_active"].between(0, 1).all()
        assert (predicted["low"] <= predicted["high"]).all()
        expected = predicted["expected_orders"] * predicted["expected_order_value"]
        np.testing.assert_allclose(predicted["predicted_revenue"], expected)
    assert (near["predicted_revenue"] <= year["predicted_revenue"] + 1e-9).all()
    assert (year["predicted_revenue"] <= decade["predicted_revenue"] + 1e-9).all()


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_an_interval_rises_with_the_horizon_at_both_ends(one, level):
    """What 90 days bring holds what 30 of them do: nobody surely brings less in more days."""
    _, panel, model = one
    some = panel.now.sample(200, random_state=4)
    asked = [model.predict(some, days, interval_level=level) for days in range(2, 500, 9)]
    for near, far in pairwise(asked):
        for name in ("low", "high", "low_if_order", "high_if_order"):
            assert (near[name] <= far[name] + 1e-9).all()


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_who_pays_pays_what_is_told_of_those_who_do_as_often_as_it_says(one, level):
    """Of the simulated futures those in which something is paid, whether a renewal or a return."""
    log, panel, model = one
    told = model.predict(panel.now, interval_level=level)
    shop, horizon = USAGE
    revenue, _ = what_came(
        log, told["customer_id"], history_days=shop.history_days, horizon_days=horizon
    )
    inside = (told["low_if_order"] <= revenue) & (revenue <= told["high_if_order"])
    paid = (revenue > 0) & (told["high_if_order"] > 0)
    assert paid.sum() > 350
    assert inside[paid].mean() == pytest.approx(level, abs=0.07)
    assert (told["low_if_order"] > 0)[paid].all()


def test_a_higher_level_gives_intervals_that_hold_those_of_a_lower_one(one):
    _, panel, model = one
    levels = [model.predict(panel.now, interval_level=level) for level in (0.5, 0.8, 0.9, 0.95)]
    for narrow, wide in pairwise(levels):
        for low, high in (("low", "high"), ("low_if_order", "high_if_order")):
            assert (wide[low] <= narrow[low]).all()
            assert (wide[high] >= narrow[high]).all()
        assert (wide["high"] - wide["low"]).mean() > (narrow["high"] - narrow["low"]).mean()


@pytest.mark.parametrize("regained", [-0.2, 0.0, 0.5])
def test_no_more_customers_pay_than_there_are_payments_whatever_past_totals_taught(one, regained):
    _, panel, model = one
    model = copy(model)
    model.regained_ = regained
    for days in (30, 90, 365):
        told = model.predict(panel.now, days)
        due = told["renewals_due"] > 0
        assert (told["prob_active"] <= told["expected_orders"] + 1e-12)[due].all()
        assert (told["prob_order_90d"] <= model.expected_orders(panel.now, 90) + 1e-12).all()
        if regained >= 0:
            by_law = outlook(model.law_, panel.now, days).any
            np.testing.assert_array_equal(told["prob_active"][due], by_law[due])


def test_a_prediction_does_not_depend_on_who_else_is_predicted(one):
    _, panel, model = one
    some = panel.now.sample(80, random_state=2)
    pd.testing.assert_frame_equal(model.predict(some), model.predict(panel.now).loc[some.index])
    pd.testing.assert_frame_equal(
        model.contributions(some), model.contributions(panel.now).loc[some.index]
    )


def test_a_prediction_looks_ahead_in_the_same_way_once_only(one, monkeypatch):
    model, now = one[2], one[1].now
    looked = []

    def looking(law, features, horizon_days, **options):
        looked.append((pd.util.hash_pandas_object(features).sum(), horizon_days, str(options)))
        return outlook(law, features, horizon_days, **options)

    for module in (contractual, supposed):
        monkeypatch.setattr(module, "outlook", looking)
    model.predict(now, 50)
    assert len(looked) > 1
    assert len(set(looked)) == len(looked)


def test_contributions_add_up_to_the_prediction(one):
    _, panel, model = one
    parts = model.contributions(panel.now)
    expected = model.predict(panel.now)["predicted_revenue"]
    np.testing.assert_allclose(parts.sum(axis=1), expected, atol=1e-9)
    ended = ~model.law_.is_running(panel.now)
    assert (parts.loc[ended, "days_since_payment"] < 0).all()
    assert (parts.loc[~ended, "days_since_payment"] == 0).all()
    assert set(parts.columns) - {"base", "rest"} <= set(panel.now.columns), "a value to tell"


def test_a_yearly_contract_that_is_not_due_is_worth_nothing_yet_and_not_at_risk():
    shop, _ = YEARLY
    _, panel, model = fitted(shop, 90, seed=3)
    predicted = model.predict(panel.now)
    waiting = model.law_.is_running(panel.now) & (predicted["renewals_due"] == 0)
    assert waiting.sum() > 100
    assert predicted.loc[waiting, "predicted_revenue"].sum() < 0.01 * model.level_.total
    assert (predicted.loc[waiting, "prob_active"] == 1).all()
    early = predicted.loc[waiting, "prob_order_90d"]
    assert ((early == 0) | (early >= 0.05)).all(), "no payment is due, beside prob_active 1"
    assert early.mean() < 0.01
    assert (predicted.loc[waiting, "next_order_days"] > 85).all()
    due = predicted["renewals_due"] > 0
    assert predicted.loc[due, "prob_active"].between(0, 0.99).all()
    told = " ".join(model.explanation().why)
    assert f"{int(waiting.sum())} of {int(model.law_.is_running(panel.now).sum())}" in told
    assert "nothing is due" in told


def test_the_next_payment_is_expected_on_the_due_date():
    _, panel, model = fitted(ContractShop(customers=600, late=0.0), 60, seed=4)
    predicted = model.predict(panel.now)
    waiting = panel.now["days_since_renewal"] < 25
    left = 365.25 / 12 - panel.now.loc[waiting, "days_since_renewal"]
    assert (predicted.loc[waiting, "next_order_days"] - left).abs().max() < 1.5
    ended = ~model.law_.is_running(panel.now)
    assert predicted.loc[ended, "next_order_days"].isna().all()
    assert (predicted.loc[ended, "prob_alive"] == 0).all()


def test_a_model_read_again_predicts_the_same_and_its_folder_names_nobody(one, tmp_path):
    _, panel, model = one
    save_model(TrainedModel(model, about={"name": "club"}), tmp_path / "club")
    assert [path.name for path in (tmp_path / "club").rglob("*")] == ["model.json"]
    text = (tmp_path / "club" / "model.json").read_text(encoding="utf-8")
    assert json.loads(text)["kind"] == "contractual"
    assert "payer-" not in text
    again = read_artifact(tmp_path / "club")
    assert again.about == {"name": "club"}
    pd.testing.assert_frame_equal(again.predict(panel.now), model.predict(panel.now))
    pd.testing.assert_frame_equal(
        again.model.contributions(panel.now), model.contributions(panel.now)
    )
    assert again.model.explanation() == model.explanation()
    assert again.model.level_ == model.level_
    save_model(again, tmp_path / "twice")
    assert (tmp_path / "twice" / "model.json").read_text(encoding="utf-8") == text


def test_the_model_reads_no_other_column_than_it_says(one):
    _, panel, model = one
    assert set(model.columns_read()) == set(READ)
    pd.testing.assert_frame_equal(
        model.predict(panel.now[["customer_id", *READ]]), model.predict(panel.now)
    )


def test_a_history_without_a_renewal_is_refused_with_what_is_missing():
    log = payments(ContractShop(customers=100), seed=1)
    panel = contract_panel(
        log[log["day"] <= 25], history_days=25, horizon_days=30, plans=(ContractTerms(30.0, 7),)
    )
    with pytest.raises(NotEnoughDataError, match="days of history without a renewal"):
        ContractualLtv().fit(panel)


def test_a_panel_of_another_kind_of_shop_is_refused(one):
    from dataclasses import replace

    _, panel, _ = one
    with pytest.raises(SchemaError, match="panel without contracts"):
        ContractualLtv().fit(replace(panel, contracts=None))
