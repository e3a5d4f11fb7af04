"""Behind the channels and the lists: next money, costs, returns, goals, leads and newcomers."""

import dataclasses
import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser
from report_pages import RunOf
from run_folder import HOSTILE_CHANNEL, HOSTILE_ID

from ltvkit.economics import CohortTrend
from ltvkit.report import render_report
from ltvkit.report.cohorts import heat_maps
from ltvkit.report.customers import top_customers
from ltvkit.report.reader import Reader
from ltvkit.run_facts import Notice, Run
from ltvkit.wording import Sentence

BUDGET = pd.DataFrame(
    {
        "channel": ["Google Ads", "Instagram"],
        "extra_spend": [0.0, 730.0],
        "extra_customers": [0.0, 41.2],
        "extra_value": [0.0, 2_000.0],
        "marginal_cac_before": [40.0, 16.0],
        "marginal_cac_after": [40.0, 18.5],
        "allowable_cac": [30.0, 31.0],
        "note": [str(Sentence("budget.above")), "up to its highest spend on record"],
    }
)
NEXT = Sentence("budget.next_month", {"extra": 1_000.0, "parts": []})
LEADS = pd.DataFrame(
    {
        "lead_id": ["<b>L1</b>", "L2", "L3"],
        "lead_score": [97.4, 20.0, 90.0],
        "score_basis": "outcomes",
        "criteria_missing": "",
        "channel": ["Instagram", None, "Instagram"],
        "created_at": ["2025-06-01 10:00:00", "2025-06-02 10:00:00", "2025-05-01 10:00:00"],
        "became_customer": [np.nan, np.nan, True],
    }
)
SCORED = Sentence("leads.outcomes", {"count": 3, "auc": 0.8, "error": 0.02})
PROSPECTS = pd.DataFrame(
    {
        "customer_id": ["p1", "p2", "p3"],
        "channel": ["Instagram", "Instagram", None],
        "predicted_value": [80.0, 80.0, 60.0],
        "predicted_value_low": [10.0, 10.0, 5.0],
        "predicted_value_high": [200.0, 200.0, 150.0],
        "why": "",
    }
)


def text_of(page: str, within: str) -> str:
    """What is said in the first element with an id."""
    found = re.search(rf'id="{within}".*?(?=<form|<section|<div id="leads"|</section)', page, re.S)
    assert found, within
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", found[0]).split()))


def with_returns(run: Run) -> Run:
    channels = run.channels.assign(
        roas=np.linspace(2, 8, len(run.channels)), cost_per_lead=4.5, max_cpl=9.0
    )
    return dataclasses.replace(
        run,
        channels=channels,
        budget=(NEXT,),
        budget_sketch=BUDGET,
        ledger={"total": 1000.0, "charged": 850.0, "in_flight": 100.0, "left_out": 50.0},
        economics={
            **run.economics,
            "mer": dataclasses.replace(run.economics["ltv_to_cac"], value=4.0),
            "amer": dataclasses.replace(run.economics["ltv_to_cac"], value=1.5),
        },
    )


def test_each_channels_part_of_the_next_money_stands_with_its_reason(run_of: RunOf) -> None:
    page = text_of(render_report(with_returns(run_of("shop"))), "budget")
    assert "Of the next €1,000 a month" in page
    assert "Instagram €730 41 €18.50 €31.00 up to its highest spend on record" in page
    assert "Google Ads – – €40.00 €30.00 the next customer costs more" in page
    assert page.index("Instagram") < page.index("Google Ads")
    assert "May cost up to, in media, after commissions" in page


def test_reasons_of_the_budget_are_said_in_the_readers_language_or_not_at_all(
    run_of: RunOf,
) -> None:
    run = with_returns(run_of("shop"))
    page = text_of(render_report(run, language="fr"), "budget")
    assert "le prochain client coûte plus que le coût admissible" in page
    with_numbers = run.budget_sketch.assign(note="3 periods with spend, 12 needed")
    page = render_report(dataclasses.replace(run, budget_sketch=with_numbers), language="fr")
    assert "periods with spend" not in page


def test_every_cent_of_the_costs_is_accounted_for(run_of: RunOf) -> None:
    run = with_returns(run_of("shop"))
    page = text_of(render_report(run), "returns")
    assert (
        "Of the costs in your table, €1,000 is acquisition, and €850 of it is in the CAC above."
        in page
    )
    assert "€100 is in flight: its customers come after 30 Jun 2025." in page
    assert "€50 is left out" in page
    whole = {"total": 1000.0, "charged": 1000.0, "in_flight": 0.0, "left_out": 0.0}
    page = text_of(render_report(dataclasses.replace(run, ledger=whole)), "returns")
    assert "€1,000 is acquisition, and all of it is in the CAC above." in page
    assert "in flight" not in page


def test_returns_are_money_for_money_and_leads_have_a_limit(run_of: RunOf) -> None:
    page = text_of(render_report(with_returns(run_of("shop"))), "returns")
    assert "For each €100 of marketing cost the shop took €400 of revenue (MER), €150" in page
    assert "€4.50 a lead may cost €9.00 in media" in page
    assert "Cost per click" not in page


def test_without_costs_nothing_is_said_of_returns(run_of: RunOf) -> None:
    page = render_report(run_of("no costs"))
    assert 'id="budget"' not in page
    assert 'id="returns"' not in page


@pytest.mark.parametrize(
    ("goal", "trend", "said"),
    [
        ("meets the goal", "falling", "Meets the goal of 12 months. Newer customers bring less"),
        ("misses the goal", "rising", "Misses the goal of 12 months. Newer customers bring more"),
        ("cannot tell yet", "cannot tell yet", "Whether the goal of 12 months is met cannot"),
    ],
)
def test_payback_is_held_against_the_goal_and_newer_customers_against_older(
    run_of: RunOf, goal: str, trend: str, said: str
) -> None:
    run = run_of("shop")
    channels = run.channels.assign(payback_goal=goal, cohort_trend=trend, cohort_trend_months=6)
    page = text_of(render_report(dataclasses.replace(run, channels=channels)), "payback")
    assert said in page
    no_trend = "worth more or less than older ones cannot be told yet, for any channel" in page
    assert no_trend == (trend == "cannot tell yet")


def test_the_page_knows_every_trend_that_economics_names() -> None:
    kinds = CohortTrend.__annotations__["verdict"].__args__
    assert set(kinds) == {"rising", "falling", "cannot tell yet"}


def test_open_leads_are_counted_and_the_best_shown_first(run_of: RunOf) -> None:
    run = dataclasses.replace(run_of("shop"), leads=(SCORED,), leads_scored=LEADS)
    page = text_of(render_report(run), "leads")
    assert "3 leads scored by their chance" in page
    assert "2 of them are still open" in page
    assert "<b>L1</b> 97 Instagram 1 Jun 2025" in page
    assert "L3" not in page
    closed = LEADS.assign(became_customer=True)
    page = text_of(render_report(dataclasses.replace(run, leads_scored=closed)), "leads")
    assert "None of them is open" in page
    assert "97" not in page


def test_people_without_an_order_are_counted_by_channel(run_of: RunOf) -> None:
    run = dataclasses.replace(run_of("shop"), prospects=PROSPECTS)
    page = text_of(render_report(run), "prospects")
    assert "3 customers of your customers table have not ordered" in page
    assert "Instagram 2 €80.00 €10.00 to €200.00" in page
    assert "not attributed 1 €60.00" in page
    hidden = dataclasses.replace(run_of("do not use"), prospects=PROSPECTS)
    assert 'id="prospects"' not in render_report(hidden)


def test_customers_without_permission_are_named_beside_those_to_contact(run_of: RunOf) -> None:
    run = run_of("shop")
    assert "did not give permission" not in render_report(run)
    first, *rest = run.lists
    fewer = dataclasses.replace(first, to_contact=first.to_contact - 7)
    page = render_report(dataclasses.replace(run, lists=(fewer, *rest)))
    assert "7 customers did not give permission" in page


def test_a_month_that_still_runs_is_blank_in_the_heat_map(run_of: RunOf) -> None:
    run = run_of("shop")
    reader = Reader("en", "EUR")
    latest = run.cohorts["cohort"].max()
    months = pd.PeriodIndex(run.cohorts["cohort"], freq="M") + run.cohorts["age_months"]
    running = run.cohorts.assign(complete=months < pd.Period(latest, freq="M"))
    seen = heat_maps(run, reader)
    over = heat_maps(dataclasses.replace(run, cohorts=running), reader)
    assert seen
    for whole, cut in zip(seen, over, strict=True):
        assert whole.rows
        for before, after in zip(whole.rows, cut.rows, strict=True):
            texts = [cell.text for cell in before.cells if cell.text]
            assert [cell.text for cell in after.cells if cell.text] == texts[:-1]


def test_customers_of_no_known_channel_are_not_shown_twice(run_of: RunOf) -> None:
    run = run_of("shop")
    two = run.channels.tail(2).assign(channel=["unattributed", "all"])
    page = render_report(dataclasses.replace(run, channels=two))
    table = re.search(r'id="channel-table".*?</table>', page, re.S)
    assert table
    assert table[0].count("<tr class=") == 1
    assert "not attributed" not in table[0]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_folded_details_open_within_the_page_and_run_nothing(
    run_of: RunOf, browser: Browser, tmp_path: Path, width: int
) -> None:
    hostile = with_returns(run_of("hostile"))
    hostile = dataclasses.replace(
        hostile,
        budget_sketch=BUDGET.assign(channel=["Google Ads", HOSTILE_CHANNEL]),
        leads=(SCORED,),
        leads_scored=LEADS.assign(lead_id=[HOSTILE_ID, "x" * 90, "L3"], channel=HOSTILE_CHANNEL),
        prospects=PROSPECTS.assign(channel=HOSTILE_CHANNEL),
    )
    (tmp_path / "report.html").write_text(render_report(hostile), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "report.html").as_uri())
    for name in ("#budget", "#returns", "#leads details", "#prospects details"):
        page.locator(f"{name} summary").click()
        assert page.locator(f"{name} table").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.stolen") is None
    assert page.locator("main img").count() == 0
    assert complaints == []
    page.close()


def test_who_has_nothing_at_stake_takes_no_line_of_those_to_contact(run_of: RunOf) -> None:
    run = run_of("shop")
    name = "win_back"
    ended = run.customers.assign(
        value_at_risk=run.customers["value_at_risk"].where(run.customers["list"] != name, 0.0)
    )
    shown = top_customers(dataclasses.replace(run, customers=ended), Reader("en", "EUR"))
    assert name in {row.list for row in top_customers(run, Reader("en", "EUR"))}
    assert name not in {row.list for row in shown}


def test_where_a_log_begins_mid_life_the_page_says_beside_the_figures_whose_they_are(
    run_of: RunOf,
) -> None:
    run = run_of("shop")
    facts = {"first": 541, "usual": 217}
    left_out = Sentence("warning.W3.left_out", {"day": "2024-11-01"})
    said = Sentence("warning.W3.text", {**facts, "advice": left_out})
    told = dataclasses.replace(run, warnings=(*run.warnings, Notice("W3", "", str(said), said)))
    for section in ("cards", "channels"):
        assert "of those who came from" not in text_of(render_report(run), section)
        page = text_of(render_report(told), section)
        assert "CAC, LTV and payback are of those who came from 1 Nov 2024 on." in page
