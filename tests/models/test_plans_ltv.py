"""A shop of several plans: each learned as a shop of its own, and the total of all of them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ltvkit.contracts import ContractTerms
from ltvkit.errors import NotEnoughDataError, SchemaError
from ltvkit.evaluation.kind_checks import check_latest_renewals
from ltvkit.models.artifact import TrainedModel, read_artifact, save_model
from ltvkit.models.contracts.by_plan import EachPlan
from ltvkit.models.contracts.retention import RetentionByAge
from ltvkit.models.contracts.total import total_of_plans
from ltvkit.models.contractual import READ, ContractualLtv
from ltvkit.models.plans import PlansLtv
from ltvkit.schemas import PREDICTIONS, check_frame
from simulated_contracts import (
    ContractShop,
    contract_panel,
    of_several_plans,
    what_came,
    who_stayed,
)

HISTORY, HORIZON = 1461, 365
MONTHLY = ContractShop(customers=600, history_days=HISTORY, plans=(9.99, 19.99, 49.99))
YEARLY = ContractShop(
    beta=2.0, customers=400, history_days=HISTORY, renewal_days=365.25, plans=(99.0, 199.0, 499.0)
)
BOTH = (ContractTerms(365.25 / 12, 7), ContractTerms(365.25, 14))
SEEDS = range(6)


def fitted(seed, plans=()):
    log = of_several_plans(MONTHLY, YEARLY, seed=seed)
    panel = contract_panel(log, history_days=HISTORY, horizon_days=HORIZON, plans=plans)
    return log, panel, (PlansLtv() if panel.plans else ContractualLtv()).fit(panel)


@pytest.fixture(scope="module")
def shops():
    return [fitted(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def one(shops):
    return shops[0]


def test_each_plan_is_learned_as_if_its_customers_were_the_whole_shop(one):
    log, _, model = one
    assert model.plans_ == BOTH
    for place, (terms, learned) in enumerate(zip(BOTH, model.models_.values(), strict=True)):
        own = log[log["customer_id"].str.startswith(f"{place}-")]
        panel = contract_panel(own, history_days=HISTORY, horizon_days=HORIZON, plans=(terms,))
        alone = ContractualLtv().fit(panel)
        assert learned.law_ == alone.law_
        assert learned.value_ == alone.value_


def test_the_total_is_what_customers_add_up_to(one):
    _, panel, model = one
    predicted = model.predict(panel.now)
    check_frame(predicted, PREDICTIONS)
    assert predicted["customer_id"].tolist() == panel.now["customer_id"].tolist()
    total, low, high = model.total_interval()
    assert total == pytest.approx(predicted["predicted_revenue"].sum())
    assert low < total < high
    assert np.log(high / total) == pytest.approx(model.level_.log_half_width)


def test_the_total_of_one_plan_is_that_plans(one):
    _, _, model = one
    for plan in model.models_.values():
        alone, level = total_of_plans([plan.forecast_]), plan.level_
        for name in ("total", "low", "high", "log_half_width", "correction", "fold_errors"):
            assert getattr(alone, name) == pytest.approx(getattr(level, name)), name


def test_what_one_plan_missed_and_another_made_up_for_is_no_error_of_the_total(one):
    _, _, model = one
    first, second = (plan.forecast_ for plan in model.models_.values())
    off = first.past.assign(actual=first.past["forecast"] * 1.3)
    whole = first.past["forecast"] + second.past["forecast"]
    made_up = second.past.assign(actual=whole - off["actual"])
    none = [replace(one.level, correction=0.0) for one in (first, second)]
    pair = [
        replace(first, past=off, level=none[0]),
        replace(second, past=made_up, level=none[1]),
    ]
    assert max(map(abs, total_of_plans(pair).fold_errors)) < 1e-9
    alone = total_of_plans([pair[0]])
    assert alone.fold_errors == pytest.approx([np.log(1.3)] * len(off))
    assert total_of_plans(pair).log_half_width < alone.log_half_width


def test_only_past_dates_that_all_plans_have_tell_how_far_totals_miss(one):
    _, _, model = one
    first, second = (plan.forecast_ for plan in model.models_.values())
    fewer = replace(second, past=second.past.iloc[:3])
    for pair in ([first, fewer], [fewer, first]):
        assert len(total_of_plans(pair).fold_errors) == 3


def test_totals_fall_into_their_intervals_and_are_near(shops):
    inside, errors = [], []
    for log, panel, model in shops:
        came, _ = what_came(
            log, panel.now["customer_id"], history_days=HISTORY, horizon_days=HORIZON
        )
        total, low, high = model.total_interval()
        inside.append(low <= came.sum() <= high)
        errors.append(total / came.sum() - 1)
        assert model.level_.log_half_width < 0.12
        told = model.predict(panel.now)
        due = told["renewals_due"] > 0
        held = ((came >= told["low"]) & (came <= told["high"]))[due].mean()
        assert held > 0.75
    assert sum(inside) >= 4
    assert np.mean(np.abs(errors)) < 0.05
    assert abs(np.mean(errors)) < 0.03


def stayed_in(log, ids):
    stayed = np.full(len(ids), np.nan)
    for place, terms in enumerate(BOTH):
        own = ids.str.startswith(f"{place}-").to_numpy()
        stayed[own] = who_stayed(log, ids[own], terms, history_days=HISTORY, horizon_days=HORIZON)
    return stayed


def test_who_stays_is_told_better_than_by_one_period_for_all(shops):
    areas = []
    for log, panel, model in shops[:3]:
        _, as_one, single = fitted(SEEDS[len(areas)], BOTH[:1])
        stayed = stayed_in(log, panel.now["customer_id"])
        ran = np.isfinite(stayed)
        areas.append(
            [
                roc_auc_score(stayed[ran], told.predict(now)["prob_kept"][ran])
                for told, now in ((model, panel.now), (single, as_one.now))
            ]
        )
    plans, one_period = np.mean(areas, axis=0)
    assert plans > 0.65
    assert one_period < 0.6


def test_contributions_add_up_to_the_prediction(one):
    _, panel, model = one
    parts = model.contributions(panel.now)
    told = model.predict(panel.now)["predicted_revenue"]
    np.testing.assert_allclose(parts.sum(axis=1), told, atol=1e-9)
    assert parts.index.equals(panel.now.index)
    assert parts["base"].nunique() == 2


def test_a_prediction_does_not_depend_on_who_else_is_predicted(one):
    _, panel, model = one
    some = panel.now.sample(80, random_state=2)
    pd.testing.assert_frame_equal(model.predict(some), model.predict(panel.now).loc[some.index])
    assert len(model.predict(panel.now.iloc[:0])) == 0


def test_a_model_read_again_predicts_the_same_and_its_folder_names_nobody(one, tmp_path):
    _, panel, model = one
    save_model(TrainedModel(model, about={"name": "club"}), tmp_path / "club")
    assert [path.name for path in (tmp_path / "club").rglob("*")] == ["model.json"]
    text = (tmp_path / "club" / "model.json").read_text(encoding="utf-8")
    assert json.loads(text)["kind"] == "contractual"
    assert "payer-" not in text
    again = read_artifact(tmp_path / "club")
    pd.testing.assert_frame_equal(again.predict(panel.now), model.predict(panel.now))
    pd.testing.assert_frame_equal(
        again.model.contributions(panel.now), model.contributions(panel.now)
    )
    assert again.model.explanation() == model.explanation()
    assert again.model.level_ == model.level_
    assert again.model.plans_ == model.plans_
    save_model(again, tmp_path / "twice")
    assert (tmp_path / "twice" / "model.json").read_text(encoding="utf-8") == text


def test_the_model_reads_no_other_column_than_it_says(one):
    _, panel, model = one
    assert set(model.columns_read()) == {*READ, "plan"}
    pd.testing.assert_frame_equal(
        model.predict(panel.now[["customer_id", *READ, "plan"]]), model.predict(panel.now)
    )


def test_the_explanation_tells_each_plans_retention(one):
    _, panel, model = one
    why = model.explanation().why
    on_yearly = int((panel.now["plan"] == BOTH[1].renewal_days).sum())
    assert f"{on_yearly} customers are on the plan of 365.2 days." in why
    assert sum("The first renewal is made by" in sentence for sentence in why) == 2


def test_contracts_run_as_long_as_their_plan_says(one):
    _, panel, model = one
    days = model.running_days(panel.now)
    assert (days == np.where(panel.now["plan"] > 100, 380, 38)).all()
    assert (model.models_[BOTH[0].renewal_days].running_days(panel.now) == 38).all()


def test_the_latest_renewals_are_those_of_all_plans(one):
    _, _, model = one
    each = [plan.latest_ for plan in model.models_.values()]
    latest = model.latest_
    assert latest["due"] == sum(one["due"] for one in each) > max(one["due"] for one in each)
    assert latest["sd"] < sum(one["sd"] for one in each)
    assert check_latest_renewals(**latest).status == "PASS"


def test_a_model_asked_weeks_later_is_less_sure_of_its_total(one):
    _, panel, model = one
    later = model.at("2023-03-01")
    assert later.level_.log_half_width > model.level_.log_half_width
    assert later.predict(panel.now).equals(model.predict(panel.now))


def test_retention_by_age_is_counted_in_each_plan_by_itself(one):
    _, panel, _ = one
    told = EachPlan(RetentionByAge).fit(panel).predict(panel.now)
    for plan in panel.plans:
        alone = RetentionByAge().fit(plan).predict(plan.now)
        pd.testing.assert_frame_equal(told.loc[plan.now.index], alone)


def test_a_panel_of_one_plan_is_refused(one):
    _, panel, _ = one
    with pytest.raises(SchemaError, match="without plans"):
        PlansLtv().fit(panel.plans[0])


def young_yearly_plan(days):
    log = of_several_plans(MONTHLY, YEARLY, seed=4)
    first = log.groupby("customer_id")["day"].transform("min")
    young = log[log["customer_id"].str.startswith("0-") | (first > HISTORY - days)]
    panel = contract_panel(
        young.reset_index(drop=True), history_days=HISTORY, horizon_days=HORIZON, plans=BOTH
    )
    return panel, PlansLtv().fit(panel)


def test_a_total_that_no_past_date_tried_is_held_to_none():
    panel, model = young_yearly_plan(440)
    assert list(model.models_) == [terms.renewal_days for terms in BOTH]
    assert model.level_.fold_errors == ()
    assert model.level_.grade == "none"
    told = model.predict(panel.now)["predicted_revenue"]
    assert model.level_.total == pytest.approx(told.sum())


def test_a_tenth_of_a_total_may_be_of_a_plan_too_young_for_past_dates(one):
    _, _, model = one
    first, second = (plan.forecast_ for plan in model.models_.values())
    for share, dates in ((0.09, len(first.past)), (0.11, 0)):
        total = first.level.total * share / (1 - share)
        young = replace(second, past=second.past.iloc[:0], level=second.level.of_total(total))
        assert len(total_of_plans([first, young]).fold_errors) == dates


def test_a_plan_that_was_never_renewed_is_asked_of_the_nearest_ones_model(tmp_path):
    panel, model = young_yearly_plan(376)
    assert len(panel.plans[1].contracts.history.gaps) == 0 < len(panel.plans[1].now)
    assert list(model.models_) == [BOTH[0].renewal_days]
    assert model.plans_ == BOTH
    told = model.predict(panel.now)
    assert len(told) == len(panel.now)
    assert model.level_.total == pytest.approx(told["predicted_revenue"].sum())
    save_model(TrainedModel(model, about={}), tmp_path / "club")
    assert read_artifact(tmp_path / "club").model.plans_ == BOTH
    by_age = EachPlan(RetentionByAge).fit(panel).predict(panel.now)
    assert len(by_age) == len(panel.now)


def test_a_shop_without_any_renewal_is_refused_with_what_is_missing():
    log = of_several_plans(MONTHLY, YEARLY, seed=4)
    panel = contract_panel(log[log["day"] <= 25], history_days=25, horizon_days=30, plans=BOTH)
    with pytest.raises(NotEnoughDataError, match="days of history without a renewal"):
        PlansLtv().fit(panel)
