"""Lead scores as a run makes them: learned from outcomes, or made of criteria, or not at all."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from ltvkit.config import Config
from ltvkit.data import read_leads
from ltvkit.data.simulator import simulate_shop, write_shop
from ltvkit.errors import DataError
from ltvkit.pipeline.decisions.leads import score_leads


def config(criteria=None):
    economics = {"lead_criteria": criteria or {}}
    data = {"transactions": "orders.csv", "leads": "leads.csv"}
    return Config.model_validate({"name": "x", "data": data, "economics": economics})


@pytest.fixture(scope="module")
def shop():
    return simulate_shop(seed=4, customers=5_000)


@pytest.fixture(scope="module")
def leads(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "data"
    write_shop(shop, folder)
    return read_leads(folder / "leads.csv").frame


LAST = date(2100, 1, 1)
"""After every lead."""

CRITERIA = {
    "visits": {"weight": 2, "high": 10},
    "channel": {"points": {"affiliates": 1, "google_ads": "1/2"}},
}


def test_a_score_from_outcomes_is_the_true_chance_of_the_demo_shop(shop, leads):
    scored = score_leads(config(), leads, as_of=LAST)
    table = scored.table.set_index("lead_id").loc[leads["lead_id"]]
    known = leads["newsletter"].notna().to_numpy()
    conversion = shop.leads.groupby("channel")["became_customer"].mean()
    answers = ("newsletter", "quiz_completed", "cart", "visits")
    true = sum(leads[name] * shop.truth.lead_log_odds[name] for name in answers)
    true = (true + logit(leads["channel"].map(conversion)))[known]
    found = logit(table["lead_score"].clip(0.1, 99.9).to_numpy()[known] / 100)
    assert np.corrcoef(true, found)[0, 1] > 0.97
    # Calibrated on leads that were not learned from.
    assert scored.auc > 0.88
    assert scored.calibration_error < 0.03
    assert table["lead_score"].mean() / 100 == pytest.approx(
        leads["became_customer"].astype(float).mean(), abs=0.01
    )


def test_what_was_filled_in_afterwards_is_not_learned_from(leads):
    # customer_id is left out by name; a contract's value is there for customers only.
    told = leads.assign(contract=np.where(leads["became_customer"], 500.0, np.nan))
    before, after = (
        score_leads(config(), leads, as_of=LAST),
        score_leads(config(), told, as_of=LAST),
    )
    pd.testing.assert_frame_equal(before.table, after.table)
    assert before.auc < 0.95


def test_leads_whose_outcome_is_not_known_come_first_the_best_before_the_others(leads):
    fresh = leads.assign(became_customer=leads["became_customer"].where(leads.index % 10 > 0))
    table = score_leads(config(), fresh, as_of=LAST).table
    is_open = table["became_customer"].isna()
    first = int(is_open.sum())
    assert first == (leads.index % 10 == 0).sum()
    assert is_open.iloc[:first].all()
    for part in (table.iloc[:first], table.iloc[first:]):
        assert part["lead_score"].is_monotonic_decreasing


def test_named_criteria_are_the_columns_that_are_learned_from(leads):
    scored = score_leads(config(CRITERIA), leads, as_of=LAST)
    assert scored.table["score_basis"].eq("outcomes").all()
    same = leads.groupby(["visits", "channel"])["lead_id"].agg(list)
    one = max(same, key=len)
    by_lead = scored.table.set_index("lead_id")["lead_score"]
    assert len(by_lead[one].unique()) == 1
    assert scored.auc < score_leads(config(), leads, as_of=LAST).auc


def test_without_outcomes_the_score_is_made_of_weighted_criteria(leads):
    few = leads.drop(columns="became_customer").head(50)
    few.loc[3, "visits"] = None
    scored = score_leads(config(CRITERIA), few, as_of=LAST)
    table = scored.table.set_index("lead_id")
    assert table["score_basis"].eq("criteria").all()
    points = few["channel"].map({"affiliates": 1.0, "google_ads": 0.5}).fillna(0.0)
    expected = 100 * (2 * (few["visits"] / 10).clip(0, 1) + points) / 3
    expected = expected.fillna(100 * points)
    found = table.loc[few["lead_id"], "lead_score"].to_numpy()
    assert found == pytest.approx(expected.to_numpy(), abs=0.05)
    assert table.loc[few["lead_id"].iloc[3], "criteria_missing"] == "visits"
    assert [s.key for s in scored.said] == ["leads.criteria", "leads.incomplete"]
    assert not table.columns.str.contains("customer").any()


def test_too_few_outcomes_fall_back_to_criteria_and_say_so(leads):
    scored = score_leads(config(CRITERIA), leads.head(40), as_of=LAST)
    assert scored.table["score_basis"].eq("criteria").all()
    assert scored.said[0].key == "leads.too_few"


def test_without_outcomes_and_criteria_there_is_a_reason_and_no_table(leads):
    scored = score_leads(config(), leads.drop(columns="became_customer"), as_of=LAST)
    assert scored.table is None
    assert "give outcomes (became_customer) or economics.lead_criteria" in str(scored.said[0])
    bare = leads[["lead_id", "became_customer", "customer_id", "created_at"]]
    assert score_leads(config(), bare, as_of=LAST).said[0].key == "leads.no_columns"


def test_a_criterion_that_is_no_column_is_refused(leads):
    with pytest.raises(DataError, match=r"economics\.lead_criteria: got 'visit', expected columns"):
        score_leads(config({"visit": {}}), leads, as_of=LAST)


def test_leads_of_after_the_snapshot_are_not_known_yet(leads):
    created = leads["created_at"]
    day = created.median().normalize()
    scored = score_leads(config(), leads, as_of=day.date())
    known = created < day + pd.Timedelta(1, "D")
    assert 0 < known.sum() < len(leads)
    assert set(scored.table["lead_id"]) == set(leads.loc[known, "lead_id"])
    assert scored.said[-1].key == "leads.later"
    assert str(scored.said[-1]).startswith(f"{(~known).sum():,} leads")
    undated = leads.assign(created_at=pd.NaT)
    assert len(score_leads(config(), undated, as_of=day.date()).table) == len(leads)
