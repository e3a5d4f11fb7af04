"""Benchmarks and leads: worked examples 10 and 12."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import (
    Criterion,
    calibrated_lead_score,
    compare_benchmarks,
    lead_costs,
    score_leads,
)
from ltvkit.errors import ConfigError, DataError, NotEnoughDataError


def test_example_10_cac_250_against_150_is_66_7_percent_above_and_75_against_120_37_5_below():
    own = pd.DataFrame({"segment": ["B2B", "B2C"], "metric": "cac", "value": [250.0, 75.0]})
    sector = pd.DataFrame(
        {
            "segment": ["B2B", "B2C"],
            "metric": "cac",
            "value": [150.0, 120.0],
            "source": "a survey",
            "year": 2024,
        }
    )
    table = compare_benchmarks(own, sector).set_index("segment")
    assert f"{table.loc['B2B', 'difference']:+.1%}" == "+66.7%"
    assert table.loc["B2B", "position"] == "above"
    assert f"{table.loc['B2C', 'difference']:+.1%}" == "-37.5%"
    assert table.loc["B2C", "position"] == "below"


def test_a_benchmark_for_any_segment_stands_in_only_where_a_segment_has_none():
    own = pd.DataFrame(
        {
            "segment": ["B2B", "B2C", None, "B2C"],
            "metric": ["CAC ", "cac", "cac", "ltv"],
            "value": [100.0, 100.0, 100.0, 1.0],
        }
    )
    sector = pd.DataFrame(
        {
            "segment": ["b2b", "b2b", None],
            "metric": "cac",
            "value": [80.0, 100.0, 125.0],
            "source": ["x", "y", "z"],
            "year": [2023, 2024, 2024],
        }
    )
    table = compare_benchmarks(own, sector)
    assert table["source"].fillna("").tolist() == ["x", "y", "z", "z", ""]
    assert table["position"].fillna("").tolist() == ["above", "equal", "below", "below", ""]
    assert np.isnan(table["difference"].iloc[-1])


@pytest.mark.parametrize(
    ("answers", "points"),
    [
        ([1.0, 2.0, None], {"1": 1.0, "2": 0.5}),
        ([0.25, 7.0, None], {"0.25": 1.0, "7": 0.5}),
        (pd.array([True, False, None], "boolean"), {"true": 1.0, "False": 0.5}),
        (["Demo ", "blog", None], {"demo": 1.0, "BLOG": 0.5}),
    ],
    ids=["bands with a blank", "numbers", "flags", "words"],
)
def test_an_answer_has_its_points_however_a_table_writes_it(answers, points):
    """A blank makes 1.0 of a 1, and a flag is True in pandas and true in a configuration."""
    scored = score_leads(
        pd.DataFrame({"answer": answers}), [Criterion("answer", weight=1, points=points)]
    )
    assert scored["lead_score"].tolist()[:2] == [100.0, 50.0]
    assert scored["criteria_missing"].tolist() == ["", "", "answer"]


CRITERIA = [
    Criterion("budget", weight=2, low=0, high=10_000),
    Criterion("days_to_decide", weight=1, low=90, high=0),
    Criterion("source", weight=1, points={"referral": 1.0, "fair": 0.5}),
]


def test_example_12_lead_score_clamps_to_0_and_100():
    leads = pd.DataFrame(
        {
            "budget": [1e9, -5.0, 5_000.0],
            "days_to_decide": [-3.0, 400.0, 45.0],
            "source": ["referral", "cold call", "fair"],
        }
    )
    scored = score_leads(leads, CRITERIA)
    assert scored["lead_score"].tolist() == [100.0, 0.0, 50.0]
    assert (scored["criteria_missing"] == "").all()


def test_example_12_a_missing_criterion_renormalises_the_weights_and_is_flagged():
    leads = pd.DataFrame(
        {
            "budget": [10_000.0, np.nan, np.nan],
            "days_to_decide": [90.0, 0.0, np.nan],
            "source": [None, "fair", None],
        }
    )
    scored = score_leads(leads, CRITERIA)
    assert scored["lead_score"].iloc[0] == pytest.approx(100 * 2 / 3, abs=0.05)
    assert scored["lead_score"].iloc[1] == 75
    assert np.isnan(scored["lead_score"].iloc[2])
    assert scored["criteria_missing"].tolist() == [
        "source",
        "budget",
        "budget, days_to_decide, source",
    ]


def test_criteria_that_cannot_score_are_refused():
    leads = pd.DataFrame({"budget": [1.0]})
    with pytest.raises(ConfigError, match="expected one or more of 0 or more"):
        score_leads(leads, [])
    with pytest.raises(ConfigError, match="got low and high both"):
        score_leads(leads, [Criterion("budget", weight=1, low=2, high=2)])
    with pytest.raises(DataError, match="leads: got no column 'size'"):
        score_leads(leads, [Criterion("size", weight=1)])


def made_leads(n, seed):
    rng = np.random.default_rng(seed)
    leads = pd.DataFrame(
        {
            "pages": rng.poisson(4, n).astype(float),
            "source": rng.choice(["fair", "referral", "search"], n, p=[0.2, 0.3, 0.5]),
        }
    )
    log_odds = -2.5 + 0.3 * leads["pages"] + (leads["source"] == "referral")
    chance = 1 / (1 + np.exp(-log_odds))
    leads.loc[rng.random(n) < 0.1, "pages"] = np.nan
    return leads, pd.Series(rng.random(n) < chance), chance


def test_a_score_from_outcomes_is_100_times_a_calibrated_probability():
    history, outcome, _ = made_leads(3_000, 1)
    fresh, became, chance = made_leads(3_000, 2)
    score = calibrated_lead_score(history, outcome, fresh)
    assert score.mean() / 100 == pytest.approx(became.mean(), abs=0.03)
    assert np.corrcoef(score, chance)[0, 1] > 0.85
    top = score > np.quantile(score, 0.8)
    assert became[top].mean() == pytest.approx(score[top].mean() / 100, abs=0.06)


def test_too_few_outcomes_are_refused_with_what_to_do():
    history, outcome, _ = made_leads(60, 3)
    with pytest.raises(NotEnoughDataError, match="expected 25 of each; score by criteria"):
        calibrated_lead_score(history, outcome, history)


def test_lead_costs_keep_channels_apart_and_leave_blanks_without_leads():
    costs = pd.DataFrame(
        {
            "period": "2024-01-01",
            "channel": ["Google", "Google", "fair", None],
            "category": ["ads_performance", "seo", "events", "software"],
            "amount": [1_000.0, 300.0, 700.0, 50.0],
            "leads": [100, 0, 35, 0],
            "clicks": [5_000, 0, 0, 0],
        }
    )
    customers = pd.DataFrame(
        {
            "customer_id": range(12),
            "channel": ["Google"] * 10 + ["fair"] * 2,
            "first_order_at": "2024-01-20",
        }
    )
    table = lead_costs(costs, customers, {"Google": 90.0}).set_index("channel")
    google = table.loc["Google"]
    assert (google["cost_per_lead"], google["max_cpl"]) == (10.0, 9.0)
    assert google["max_cpc"] == pytest.approx(0.18)
    assert np.isnan(table.loc["fair", "cost_per_click"])
    assert np.isnan(table.loc["fair", "max_cpl"])
