"""The page in a real browser: quiet, closed off, and to be read on every screen and on paper."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser
from report_pages import KINDS, Open, Opened, RunOf

from ltvkit.report import render_report

pytestmark = pytest.mark.browser

CONTRAST = """
(least) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colour, under) => {
    canvas.fillStyle = `rgb(${under.join(",")})`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    const chain = [];
    for (let e = element; e; e = e.parentElement) {
      chain.unshift(getComputedStyle(e).backgroundColor);
    }
    return chain.reduce((under, colour) => paint(colour, under), [255, 255, 255]);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility()) continue;
    if (element.closest("svg, .unseen")) continue;
    const under = ground(element);
    const [a, b] = [light(under), light(paint(getComputedStyle(element).color, under))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least) faint.push(`${ratio.toFixed(2)} ${element.className}: ${text}`);
  }
  return [...new Set(faint)].slice(0, 5);
}
"""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_asked_of_the_network_and_nothing_is_complained_of(
    open_page: Open, kind: str
) -> None:
    opened = open_page(kind)
    opened.walk()
    outside = [url for url in opened.requests if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert opened.complaints == []


@pytest.mark.parametrize("currency", ["US$", "kr.", "zło"])
def test_a_currency_that_is_no_code_stops_no_script(
    browser: Browser, run_of: RunOf, tmp_path: Path, currency: str
) -> None:
    run = run_of("shop")
    named = dataclasses.replace(run, data=dataclasses.replace(run.data, currency=currency))
    (tmp_path / "report.html").write_text(render_report(named), encoding="utf-8")
    opened = Opened(browser.new_page())
    opened.page.goto((tmp_path / "report.html").as_uri())
    opened.walk()
    opened.page.locator("#whatif-ratio").fill("2")
    assert opened.complaints == []
    assert currency in opened.page.locator("#channel-table .allowable").first.inner_text()
    opened.page.close()


def test_the_policy_stops_a_request_that_a_script_would_make(open_page: Open) -> None:
    opened = open_page("shop")
    answer = opened.page.evaluate(
        "fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'stopped')"
    )
    assert answer == "stopped"
    assert any("Content Security Policy" in text for text in opened.complaints)


def test_hostile_names_run_nothing_and_are_shown_as_they_are(open_page: Open) -> None:
    opened = open_page("hostile")
    opened.walk()
    page = opened.page
    assert page.evaluate("window.stolen") is None
    assert page.locator("img").count() == 0
    assert page.locator("main script").count() == 0
    assert "<script>window.stolen = 1</script>" in page.locator("h1").inner_text()
    assert "⟨202E⟩" in page.locator("#channel-table").inner_text()
    page.locator('input[name="curve"][value="1"]').check(force=True)
    page.locator('[data-chart="payback"]').hover()
    assert page.evaluate("window.stolen") is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_never_scrolls_sideways(open_page: Open, kind: str) -> None:
    opened = open_page(kind)
    opened.walk()
    for width in (1440, 1130, 900, 768, 390):
        opened.page.set_viewport_size({"width": width, "height": 900})
        opened.page.wait_for_timeout(100)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("kind", ["shop", "no costs", "ranking only", "do not use"])
def test_all_text_has_the_contrast_of_wcag_aa(open_page: Open, kind: str) -> None:
    page = open_page(kind).page
    assert page.evaluate(CONTRAST, 4.5) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(CONTRAST, 4.5) == []


def test_the_toggle_overrules_the_systems_scheme(open_page: Open) -> None:
    page = open_page("shop", dark=False).page
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before != dark


def test_charts_follow_the_theme(open_page: Open) -> None:
    light, dark = open_page("shop"), open_page("shop", dark=True)
    fills = []
    for opened in (light, dark):
        opened.walk()
        bar = opened.page.locator('[data-chart="value"] .chart-live path[fill="#0b7a70"]').first
        fills.append(bar.evaluate("(e) => getComputedStyle(e).fill"))
    assert fills[0] != fills[1]


@pytest.mark.parametrize(("table", "width"), [(".rfm", 390), (".heat-table", 390), (".rfm", 1440)])
def test_a_table_that_goes_on_past_the_screen_says_so(
    open_page: Open, table: str, width: int
) -> None:
    page = open_page("shop", width=width).page
    scrolled = page.locator(f".scroll:has({table})").first
    goes_on = scrolled.evaluate("(box) => box.scrollWidth > box.clientWidth")
    hint = page.locator(f".scroll:has({table}) + .chart-key .swipe").first
    assert hint.is_visible() == goes_on == (width == 390)


def test_on_a_phone_the_reason_of_a_budget_takes_the_whole_line(
    browser: Browser, run_of: RunOf, tmp_path: Path
) -> None:
    sketch = pd.DataFrame(
        {
            "channel": ["all"],
            "extra_spend": [0.0],
            "extra_customers": [0.0],
            "note": ["the next customer costs more than the allowable CAC"],
        }
    )
    run = dataclasses.replace(run_of("shop"), budget_sketch=sketch)
    (tmp_path / "report.html").write_text(render_report(run), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto((tmp_path / "report.html").as_uri())
    page.locator("#budget summary").click()
    why, row = (page.locator(f"#budget tbody {part}").bounding_box() for part in (".why", "tr"))
    assert why["width"] > 0.85 * row["width"]
    page.close()


def test_pictures_say_what_they_show(open_page: Open) -> None:
    page = open_page("shop").page
    labels = page.locator('[role="img"]').evaluate_all(
        "(all) => all.map((e) => e.getAttribute('aria-label'))"
    )
    assert labels
    assert all(labels)


def test_without_scripts_lists_and_charts_are_there_and_no_dead_controls(open_page: Open) -> None:
    page = open_page("shop", scripts=False).page
    assert page.locator("#top tbody tr").count() == 200
    assert page.locator('[data-chart="payback"] .chart-still svg').is_visible()
    assert not page.locator("#filter-list").is_visible()
    assert not page.locator("#theme").is_visible()


def test_on_paper_the_still_charts_stand_and_controls_are_gone(open_page: Open) -> None:
    opened = open_page("shop", width=718)
    opened.walk()
    page = opened.page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator('[data-chart="payback"] .chart-still svg').is_visible()
    assert not page.locator('[data-chart="payback"] .chart-live').is_visible()
    assert not page.locator(".rail").is_visible()
    assert not page.locator("#whatif").is_visible()
    assert page.locator("#top tbody tr:visible").count() == 25
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    # 718 px is the width of the text on A4 with the margins of the style sheet.
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    paper = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    assert paper.startswith(b"%PDF")
    assert 4 <= paper.count(b"/Type /Page\n") <= 12


def test_do_not_use_takes_the_page_over(open_page: Open) -> None:
    page = open_page("do not use").page
    assert page.locator("#top").count() == 0
    assert page.locator(".lists").count() == 0
    assert page.locator(".badge-do_not_use").is_visible()
    assert "Nie działaj" in page.locator(".sentence-number").inner_text()


def test_hovering_over_a_curve_tells_its_month_in_words(open_page: Open, run_of: RunOf) -> None:
    opened = open_page("shop")
    opened.walk()
    page = opened.page
    page.locator('input[name="curve"][value="1"]').check(force=True)
    chart = page.locator('[data-chart="payback"] .chart-live')
    chart.scroll_into_view_if_needed()
    chart.hover(position={"x": 300, "y": 150})
    page.locator(".tip").wait_for(state="visible")
    told = dict(
        zip(
            page.locator(".tip dt").all_inner_texts(),
            page.locator(".tip dd").all_inner_texts(),
            strict=True,
        )
    )
    payback = run_of("shop").payback
    mine = payback[
        (payback["channel"] == told["Channel"])
        & payback["cohort"].isna()
        & (payback["months"] == int(told["Months since the first order"]))
    ].iloc[0]
    assert told["Value"] == f"€{mine['cumulative_margin']:.2f}"
    assert told["80% interval"] == f"€{mine['low']:.2f} to €{mine['high']:.2f}"
    assert told["Kind"] == "observed"
    page.mouse.move(5, 5)
    page.locator(".tip").wait_for(state="hidden")
