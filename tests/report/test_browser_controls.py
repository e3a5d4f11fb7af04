"""The controls of the page in a real browser: doing what they offer."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser
from report_pages import Open, Opened, RunOf

from ltvkit.economics import ChannelEvidence, MarginalCac, allowable_cac, channel_verdict
from ltvkit.report import render_report
from ltvkit.wording import Sentence

pytestmark = pytest.mark.browser


def shown(opened: Opened, cell: str) -> list[str]:
    return opened.page.locator(f"#top tbody tr:visible {cell}").all_inner_texts()


def test_sorting_by_churn_puts_the_riskiest_first_and_then_last(
    open_page: Open, run_of: RunOf
) -> None:
    opened = open_page("shop")
    opened.page.locator("#top-more").click()
    header = opened.page.locator('#top th[data-sort="churn"]')
    raw = "(rows) => rows.map((r) => Number(r.dataset.churn))"
    rows = opened.page.locator("#top tbody tr:visible")
    header.locator("button").click()
    down = rows.evaluate_all(raw)
    assert header.get_attribute("aria-sort") == "descending"
    header.locator("button").press("Enter")
    up = rows.evaluate_all(raw)
    assert header.get_attribute("aria-sort") == "ascending"
    assert down == sorted(down, reverse=True)
    assert up == sorted(up)
    assert len(down) == len(up) == 200
    assert down[0] > down[-1]


def test_no_column_claims_the_order_in_which_lists_take_turns(open_page: Open) -> None:
    opened = open_page("shop")
    opened.page.locator("#top-more").click()
    turns = shown(opened, ".id")
    assert turns != sorted(turns)
    assert opened.page.locator("#top th[aria-sort]").count() == 0
    header = opened.page.locator('#top th[data-sort="customer"]')
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert shown(opened, ".id") == sorted(turns)
    header.locator("button").click()
    assert shown(opened, ".id") == sorted(turns, reverse=True)
    header.locator("button").click()
    assert shown(opened, ".id") == turns
    assert opened.page.locator("#top th[aria-sort]").count() == 0


def test_filters_show_only_what_was_asked_for_and_can_be_cleared(open_page: Open) -> None:
    opened = open_page("shop")
    page = opened.page
    page.locator("#filter-list").select_option("win_back")
    assert set(
        page.locator("#top tbody tr:visible").evaluate_all(
            "(rows) => rows.map((r) => r.dataset.list)"
        )
    ) == {"win_back"}
    first = shown(opened, ".id")[0]
    page.locator("#filter-text").fill(first.lower())
    assert shown(opened, ".id") == [first]
    assert page.locator("#top-count").inner_text() == "1 of 1 shown"
    page.locator("#filter-text").fill("nobody has this name")
    assert shown(opened, ".id") == []
    page.locator("#filter-clear").click()
    assert len(shown(opened, ".id")) == 15


def test_what_if_agrees_with_the_formula_of_allowable_cac(open_page: Open, run_of: RunOf) -> None:
    page = open_page("shop").page
    page.locator("#whatif-ratio").fill("2")
    page.locator("#whatif-months").fill("4")
    run = run_of("shop")
    curves = run.payback[run.payback["cohort"].isna() & (run.payback["months"] == 4)]
    by_channel = curves.set_index("channel")["collected"]
    rows = page.locator("#channel-table tbody tr")
    ordered = run.channels.assign(whole=run.channels["channel"] == "all").sort_values(
        ["whole", "new_customers"], ascending=[True, False]
    )
    expected = [
        allowable_cac(row.ltv, 2, margin_by_payback_month=float(by_channel[row.channel]))
        for row in ordered.itertuples()
    ]
    shown_now = [
        float(text.replace("€", "").replace(",", ""))
        for text in rows.locator(".allowable").all_inner_texts()
    ]
    assert shown_now == pytest.approx(expected, abs=0.006)
    assert page.locator("#ratio-target").inner_text() == "target 2.0"
    page.locator("#whatif-reset").click()
    assert page.locator("#ratio-target").inner_text() == "target 3"


@pytest.mark.parametrize(
    ("target", "months"),
    [("1", "24"), ("1.7", "24"), ("2", "24"), ("2.5", "3"), ("3", "12"), ("6", "1")],
)
def test_what_if_reads_verdicts_by_the_rule_of_unit_economics(
    open_page: Open, run_of: RunOf, target: str, months: str
) -> None:
    page = open_page("shop").page
    page.locator("#whatif-cautious").check()  # leaves verdicts alone, but counts as a change
    page.locator("#whatif-ratio").fill(target)
    page.locator("#whatif-months").fill(months)
    run = run_of("shop")
    at_month = run.payback[
        run.payback["cohort"].isna() & (run.payback["months"] == int(months))
    ].set_index("channel")[["collected", "collected_low", "collected_high"]]
    ordered = run.channels.assign(whole=run.channels["channel"] == "all").sort_values(
        ["whole", "new_customers"], ascending=[True, False]
    )
    expected = []
    for row in ordered.itertuples():
        ratio = np.array([row.ltv_to_cac, row.ltv_to_cac_low, row.ltv_to_cac_high]) / float(target)
        room = ratio
        if row.channel in at_month.index:
            room = np.minimum(ratio, at_month.loc[row.channel].to_numpy() / row.loaded_cac)
        known = not np.isnan(row.elasticity_low)
        estimable = row.elasticity_low > 0
        slope = (row.elasticity_low, row.elasticity_high)
        commissions = row.allowable_cac - row.allowable_next
        moved = max(row.loaded_cac * room[0] - commissions, 0) / row.allowable_next
        evidence = ChannelEvidence(
            row.ltv_to_cac,
            row.ltv_to_cac_low,
            row.ltv_to_cac_high,
            *room,
            target_ratio=float(target),
            allowable_cac=row.loaded_cac * room[0],
            cac=row.loaded_cac,
            new_customers=row.new_customers,
            own_cost=row.own_cost,
            marginal=MarginalCac(estimable, None, 24, 1, 1, 1, 0.5, *slope, *[np.nan] * 3)
            if known
            else None,
            marginal_headroom_low=row.marginal_headroom_low * moved,
            marginal_headroom_high=row.marginal_headroom_high * moved,
        )
        expected.append(channel_verdict(evidence).verdict)
    assert page.locator("#channel-table .pill b").all_inner_texts() == expected


def test_what_if_changes_verdicts_with_the_target_and_gives_them_back(open_page: Open) -> None:
    page = open_page("shop").page
    verdicts = page.locator("#channel-table .pill b")
    before = verdicts.all_inner_texts()
    page.locator("#whatif-ratio").fill("1")
    after = verdicts.all_inner_texts()
    assert before != after
    said = page.locator("#whatif-said").inner_text()
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    assert said.startswith(f"Verdicts changed: {changed}. ")
    assert "stay at the run’s targets" in said
    page.locator("#whatif-reset").click()
    assert verdicts.all_inner_texts() == before
    assert page.locator("#whatif-said").inner_text() == "As in the run."


@pytest.mark.parametrize(("ratio", "months"), [(10.0, 36), (0.5, 12), (3.25, 12)])
def test_what_if_starts_from_the_targets_of_the_run_whatever_they_are(
    browser: Browser, run_of: RunOf, tmp_path: Path, ratio: float, months: int
) -> None:
    run = run_of("shop")
    targets = {"target_ltv_to_cac": ratio, "target_payback_months": months}
    economics = {**run.settings["economics"], **targets}
    other = dataclasses.replace(run, settings={**run.settings, "economics": economics})
    (tmp_path / "report.html").write_text(render_report(other), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    told = [page.locator(f'output[for="whatif-{name}"]') for name in ("ratio", "months")]
    assert [place.inner_text() for place in told] == [f"{ratio + 1e-9:.1f}", str(months)]
    page.locator("#whatif-months").fill("1")
    by_month = run.payback[run.payback["cohort"].isna() & (run.payback["months"] == 1)]
    shop = run.channels.set_index("channel").loc["all"]
    collected = float(by_month.set_index("channel").loc["all", "collected"])
    expected = allowable_cac(shop["ltv"], ratio, margin_by_payback_month=collected)
    text = page.locator("#channel-table tbody tr.whole .allowable").inner_text()
    assert float(text.replace("€", "")) == pytest.approx(expected, abs=0.006)
    page.locator("#whatif-months").fill(str(months))
    page.locator("#whatif-ratio").fill("2")
    assert told[1].inner_text() == str(months)
    page.close()


def test_what_if_cuts_no_channel_that_may_reach_the_target_beyond_a_short_horizon(
    browser: Browser, run_of: RunOf, tmp_path: Path
) -> None:
    run = run_of("shop")
    page = browser.new_page()

    def verdicts(later: float) -> list[str]:
        told = run.channels.assign(ltv_to_cac_later_high=later, own_cost=1_000.0)
        short = dataclasses.replace(run, channels=told)
        (tmp_path / "report.html").write_text(render_report(short), encoding="utf-8")
        page.goto((tmp_path / "report.html").as_uri())
        page.locator("#whatif-ratio").fill("6")
        return page.locator("#channel-table .pill b").all_inner_texts()

    fails, reaches = verdicts(5.9), verdicts(6.1)
    page.close()
    assert "Cut" in fails
    assert reaches == ["Cannot tell" if verdict == "Cut" else verdict for verdict in fails]


def test_what_stays_at_the_runs_targets_is_marked_while_others_are_tried(
    browser: Browser, run_of: RunOf, tmp_path: Path
) -> None:
    run = dataclasses.replace(run_of("shop"), budget=(Sentence("budget.rest", {"rest": 270.0}),))
    (tmp_path / "report.html").write_text(render_report(run), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    mark = page.locator(".budget .at-run")
    assert not mark.is_visible()
    page.locator("#whatif-ratio").fill("1")
    assert mark.inner_text() == "at the run’s targets"
    page.locator("#whatif-reset").click()
    assert not mark.is_visible()
    page.close()


def curve_names(opened: Opened) -> set[Any]:
    return set(
        opened.page.locator(
            '[data-chart="payback"] .chart-live text[font-size="12px"]'
        ).all_text_contents()
    )


def test_choosing_a_channel_leaves_its_curve_alone_with_its_cost(open_page: Open) -> None:
    opened = open_page("shop")
    opened.walk()
    assert {"Google Ads", "Instagram", "Organic", "Newsletter"} <= curve_names(opened)
    dotted = opened.page.locator('[data-chart="payback"] .chart-live path[stroke-dasharray="2,3"]')
    assert dotted.count() == 0
    opened.page.locator('input[name="curve"][value="1"]').check(force=True)
    opened.page.wait_for_timeout(200)
    assert "Instagram" in curve_names(opened)
    assert "Google Ads" not in curve_names(opened)
    assert dotted.count() == 1


def test_choosing_a_cohort_rests_the_channels_that_have_none(open_page: Open) -> None:
    opened = open_page("shop")
    opened.walk()
    opened.page.locator("#curve-cohort").select_option(label="Feb 2024")
    assert opened.page.locator('input[name="curve"][value="1"]').is_disabled()
    opened.page.wait_for_timeout(200)
    assert curve_names(opened) >= {"All channels"}
    assert "Instagram" not in curve_names(opened)


def test_every_control_is_reached_by_keyboard_and_has_a_name(open_page: Open) -> None:
    page = open_page("shop").page
    nameless = page.locator("button, select, input, a").evaluate_all(
        """(all) => all.filter((e) => e.checkVisibility() && !(
            e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length
        )).map((e) => e.outerHTML)"""
    )
    assert nameless == []
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    assert {"theme", "filter-list", "filter-text", "top-more", "whatif-ratio"} <= reached
