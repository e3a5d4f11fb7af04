"""The page as text: honest, escaped, the same every time."""

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_pages import KINDS
from run_folder import HOSTILE_CHANNEL

from ltvkit.panel import RECORD_ROW
from ltvkit.report import render_report
from ltvkit.runs import Figure, Run
from ltvkit.wording import Sentence

SECTIONS = (
    *("summary", "cards", "lists", "customers", "channels", "payback", "cohorts"),
    *("holders", "trust", "drivers", "notes", "definitions"),
)
HtmlOf = Callable[[str], str]
RunOf = Callable[[str], Run]


class Outline(HTMLParser):
    """Tags, ids and attributes of a page, and whether every element is closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def island(html: str) -> dict:
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html)
    assert found
    return json.loads(found.group(1))


def words(html: str) -> str:
    """The text that a reader sees, without style, scripts and drawings."""
    bare = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_well_formed_with_every_section_once(html_of: HtmlOf, kind: str) -> None:
    outline = Outline(html_of(kind))
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert set(SECTIONS) <= set(outline.ids)


@pytest.mark.parametrize("kind", KINDS)
def test_no_attribute_of_the_page_leads_out_of_it(html_of: HtmlOf, kind: str) -> None:
    attributes = Outline(html_of(kind)).attributes
    sources = [value for name, value in attributes if name in ("src", "srcset", "action", "data")]
    assert sources == []
    links = {value for name, value in attributes if name == "href"}
    assert all(link.startswith(("#", "lists/", "data:,")) for link in links)
    style = re.search(r"<style>(.*?)</style>", html_of(kind), re.DOTALL)
    assert style
    assert "url(" not in style.group(1)
    assert "@import" not in style.group(1)


def test_the_same_run_gives_the_same_bytes(run_of: RunOf, html_of: HtmlOf) -> None:
    assert render_report(run_of("shop")) == html_of("shop")


def test_the_page_is_light_enough_to_send_by_mail(html_of: HtmlOf) -> None:
    assert len(html_of("shop").encode()) < 2_000_000


def test_times_of_the_run_are_not_in_the_page(html_of: HtmlOf) -> None:
    assert "06:00:00" not in html_of("shop")


def test_no_contact_data_is_in_the_page(run_of: RunOf) -> None:
    run = run_of("shop")
    customers = run.customers.assign(email="anna@example.com", phone="+48600100200")
    html = render_report(dataclasses.replace(run, customers=customers))
    assert "anna@example.com" not in html
    assert "600100200" not in html


def test_hostile_names_open_no_element_and_end_no_script(html_of: HtmlOf) -> None:
    html = html_of("hostile")
    outline = Outline(html)
    assert "img" not in outline.tags
    assert not [name for name, _ in outline.attributes if name.startswith("on")]
    assert outline.tags.count("script") == html_of("shop").count("<script")
    assert "\u202e" not in html
    assert "\u2028" not in html
    assert "&lt;script&gt;window.stolen" in html
    assert any(HOSTILE_CHANNEL[:20] in name for name in island(html)["names"])


def test_formulas_of_spreadsheets_are_plain_text_here(html_of: HtmlOf) -> None:
    assert "=cmd|" in words(html_of("hostile"))


def test_revenue_is_called_revenue_and_not_profit(html_of: HtmlOf) -> None:
    assert "Revenue, not profit." in words(html_of("no costs"))
    assert "of revenue" in words(html_of("no costs"))
    assert "Revenue, not profit." not in words(html_of("shop"))


def test_without_costs_the_page_says_what_to_bring(html_of: HtmlOf) -> None:
    html = html_of("no costs")
    assert words(html).count("Bring costs to see this") == 5
    assert 'data-chart="payback"' not in html
    blank = re.findall(r'data-card="(\w+)">', html)
    assert blank == ["cac", "ltv", "ltv_to_cac", "payback_months", "repeat_rate"]
    assert html.count("card-blank") == 3 + html.split("</style>")[0].count("card-blank")


def test_a_month_that_has_not_been_lived_is_an_empty_cell(html_of: HtmlOf) -> None:
    rows = re.findall(r'<tr><th scope="row">Jun 25</th>(.*?)</tr>', html_of("shop"))
    assert rows
    cells = re.findall(r'<td class="(cell|future)"[^>]*>([^<]*)</td>', rows[0])
    assert cells[0] == ("cell", "100")
    assert set(cells[1:]) == {("future", "")}


def test_payback_that_was_not_reached_is_not_yet_and_no_month(run_of: RunOf) -> None:
    run = run_of("shop")
    economics = dict(run.economics) | {
        "payback_months": Figure(None, None, None, "months", "not_yet")
    }
    unpaid = {"economics": economics, "payback": run.payback.assign(cac=1_000_000.0)}
    channels = run.channels.assign(payback_month=float("nan"), payback_status="not_yet")
    html = render_report(dataclasses.replace(run, channels=channels, **unpaid))
    card = html.split('data-card="payback_months"')[1].split("</article>")[0]
    assert "not yet" in words(card)
    section = html.split('<section id="payback"')[1].split("</section>")[0]
    assert words(section).count("not yet – 0% of the cost recovered by month") == 5
    assert not re.search(r"\d+ months?", words(card))


def test_ranking_only_says_no_total(run_of: RunOf, html_of: HtmlOf) -> None:
    html = html_of("ranking only")
    text = words(html.split('<section id="cards"')[0])
    assert "€" not in text
    assert "classés par valeur" in text
    assert html.count("greyed") > 200


def test_do_not_use_shows_neither_list_nor_ranking(run_of: RunOf, html_of: HtmlOf) -> None:
    html = html_of("do not use")
    ids = run_of("do not use").customers["customer_id"]
    assert not any(str(i) in html for i in ids)
    assert "lists/" not in html
    assert island(html)["charts"].keys() <= {"payback", "deciles"}


def test_a_change_inside_the_interval_is_called_noise(run_of: RunOf) -> None:
    run = run_of("shop")

    def page(cac: float) -> str:
        economics = dict(run.economics) | {"cac": Figure(cac, unit="money")}
        earlier = dataclasses.replace(run.snapshot, as_of=date(2025, 3, 31))
        previous = dataclasses.replace(run, economics=economics, snapshot=earlier)
        html = render_report(run, previous=previous)
        return words(html.split('data-card="cac"')[1].split("</article>")[0])

    now = run.economics["cac"]
    assert now.value is not None
    assert "▲ +1.0% since 31 Mar 2025 within the usual noise" in page(now.value / 1.01)
    assert "▼ −50.0% since 31 Mar 2025 beyond the usual noise" in page(now.value * 2)
    assert "unchanged" in page(now.value)


def test_the_page_leads_to_the_workbook_where_there_is_one(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of("shop")
    assert "customers_scored.xlsx" not in render_report(dataclasses.replace(run, folder=tmp_path))
    (tmp_path / "customers_scored.xlsx").touch()
    html = render_report(dataclasses.replace(run, folder=tmp_path))
    assert 'href="customers_scored.xlsx"' in html


def test_where_nothing_is_left_to_lose_the_stake_is_what_is_expected(run_of: RunOf) -> None:
    """Contracts that have ended stand on win_back, by what another one would bring."""
    run = run_of("shop")
    lost = run.customers["list"] == "win_back"
    ended = run.customers.assign(value_at_risk=run.customers["value_at_risk"].mask(lost, 0.0))

    def stakes(run: Run) -> dict[str, str]:
        rows = re.findall(r'data-list="(\w+)">\s*<th(.*?)</tr>', render_report(run), re.DOTALL)
        return {name: words(row) for name, row in rows if name in ("protect_now", "win_back")}

    assert "more if all stay" in stakes(run)["win_back"]
    told = stakes(dataclasses.replace(run, customers=ended))
    assert "more if all stay" in told["protect_now"]
    assert "expected" in told["win_back"]
    assert "more if all stay" not in told["win_back"]


def test_a_share_changes_by_points(run_of: RunOf) -> None:
    run = run_of("shop")
    now = run.economics["repeat_rate"]
    assert now.value is not None
    before = dict(run.economics) | {"repeat_rate": Figure(now.value - 0.016, unit="share")}
    earlier = dataclasses.replace(run.snapshot, as_of=date(2025, 3, 31))
    html = render_report(run, previous=dataclasses.replace(run, economics=before, snapshot=earlier))
    card = words(html.split('data-card="repeat_rate"')[1].split("</article>")[0])
    assert "▲ +1.6 points since 31 Mar 2025" in card


@pytest.mark.parametrize(("kind", "language"), [("ranking only", "fr"), ("do not use", "pl")])
def test_a_translated_page_holds_no_english_of_ours(
    html_of: HtmlOf, kind: str, language: str
) -> None:
    from test_reader import TABLE, leaves

    text = words(html_of(kind))
    place = {"fr": 1, "pl": 2}[language]
    english = [
        texts[0]
        for _, texts in leaves(TABLE)
        if " " in texts[0]
        and "{" not in texts[0]
        and "<" not in texts[0]
        and texts[0] not in texts[place]
    ]
    assert len(english) > 100
    assert [sentence for sentence in english if sentence in text] == []


def test_lists_take_turns_so_that_a_long_one_hides_none(run_of: RunOf, html_of: HtmlOf) -> None:
    names = re.findall(r'<tr data-place="\d+" data-list="(\w+)"', html_of("shop"))
    assert len(names) == 200
    assert set(names[:4]) == {"protect_now", "win_back", "second_order", "high_potential"}


def test_who_is_to_be_left_alone_is_not_shown_among_those_to_contact(run_of: RunOf) -> None:
    run = run_of("shop")
    alone = run.customers.sort_values("priority").drop_duplicates("list")["customer_id"]
    first = run.customers["customer_id"].isin(alone)
    asked = run.customers["contact_by"].mask(first & (run.customers["list"] == "win_back"))
    held = run.customers.assign(contact_by=asked, holdout=first & (asked.notna()))
    html = render_report(dataclasses.replace(run, customers=held))
    shown = re.findall(r'<bdi class="id">([^<]*)</bdi>', html)
    assert len(shown) == 200
    assert not set(shown) & set(alone)


def test_the_first_screen_leads_to_the_file_to_start_with(run_of: RunOf, html_of: HtmlOf) -> None:
    action = html_of("shop").split('class="sentence sentence-action"')[1].split("</div>")[0]
    assert '<a href="lists/protect_now.csv" download>Protect now</a>' in action
    facts = next(row for row in run_of("shop").lists if row.name == "protect_now")
    assert f"{facts.to_contact} customers to contact" in words(action)


def test_dates_that_were_read_are_shown_without_codes_of_programmers(run_of: RunOf) -> None:
    run = run_of("shop")
    read = dataclasses.replace(run.data, readings={"ordered_at": "written %d.%m.%Y %H:%M:%S"})
    html = render_report(dataclasses.replace(run, data=read))
    assert "ordered_at: written DD.MM.YYYY hh:mm:ss" in words(html)
    read = dataclasses.replace(
        run.data, readings={"ordered_at": "ISO dates, others written %d.%m.%Y"}
    )
    html = render_report(dataclasses.replace(run, data=read))
    assert "ordered_at: ISO dates, others written DD.MM.YYYY" in words(html)


def test_the_lists_shown_add_up_to_all_customers(run_of: RunOf, html_of: HtmlOf) -> None:
    run = run_of("shop")
    table = html_of("shop").split('class="lists stack"')[1].split("</table>")[0]
    counts = re.findall(r'<td class="num" data-label="Customers">([\d,]+)</td>', table)
    assert sum(int(n.replace(",", "")) for n in counts) == run.data.customers


def test_what_the_page_recomputes_with_is_what_the_run_says(run_of: RunOf, html_of: HtmlOf) -> None:
    run = run_of("shop")
    channels = island(html_of("shop"))["whatIf"]["channels"]
    by_cac = run.channels.set_index("loaded_cac")
    assert [c["ltv"] for c in channels] == [
        by_cac.loc[c["cac"], ["ltv", "ltv_low", "ltv_high"]].tolist() for c in channels
    ]


def test_an_interval_that_ends_at_nothing_is_said_in_words(run_of: RunOf) -> None:
    run = run_of("shop")
    ends = {"predicted_value_low": 0.0, "predicted_value_high": 0.0}
    customers = run.customers.assign(**ends)
    customers.loc[customers["list"] == "win_back", "predicted_value_high"] = 12.5
    html = render_report(dataclasses.replace(run, customers=customers))
    assert "most likely nothing; if they order, about €" in words(html)
    assert "up to €12.50" in words(html)
    assert "€0.00 to" not in words(html)
    customers["predicted_value"] = 0.01 * (customers["list"] == "win_back")
    customers["value_at_risk"] = 1.0
    html = render_report(dataclasses.replace(run, customers=customers))
    assert "if they order, about" not in words(html)
    assert "most likely nothing" in words(html)


def test_amounts_of_reasons_are_written_as_all_others(run_of: RunOf) -> None:
    run = run_of("shop")
    customers = run.customers.assign(reason_1="spent 1,235 EUR in all: raises value")
    told = words(render_report(dataclasses.replace(run, customers=customers)))
    assert "spent €1,235 in all: raises value" in told
    assert "EUR in all" not in told


def test_parts_of_the_model_are_not_methods_to_compare_with(html_of: HtmlOf) -> None:
    table = html_of("shop").split('class="methods stack"')[1].split("</table>")[0]
    assert "part:" not in table
    assert words(table).index("used here") < words(table).index("BG/NBD")


def test_the_sentence_of_the_total_says_what_it_is_good_for(run_of: RunOf) -> None:
    run = run_of("shop")

    def page(*said: Sentence) -> str:
        total = dataclasses.replace(run.total, said=said)
        return render_report(dataclasses.replace(run, total=total))

    told = words(page(Sentence("total.rough"), Sentence("total.not_due", {"contracts": 12})))
    assert "A rough guide" in told
    assert "12 running contracts have no renewal due" in told
    assert 'class="caveat"' not in page()


def test_a_lone_curve_is_that_of_all_customers_and_asks_for_costs(run_of: RunOf) -> None:
    run = run_of("shop")
    payback = run.payback[(run.payback["channel"] == "all") & run.payback["cohort"].isna()]
    nothing = {"loaded_cac": float("nan"), "payback_month": float("nan"), "payback_status": None}
    channels = run.channels[run.channels["channel"] == "all"].assign(**nothing)
    lone = dataclasses.replace(run, payback=payback.assign(cac=float("nan")), channels=channels)
    html = render_report(lone)
    assert island(html)["names"] == ["All customers"]
    assert 'class="chooser"' not in html
    section = html.split('<section id="payback"')[1].split("</section>")[0]
    assert "Bring costs to see this" in section
    assert "paid back" not in words(section)


def test_a_channel_that_nobody_came_from_has_no_figures_on_the_page(run_of: RunOf) -> None:
    run = run_of("shop")
    channels = run.channels.copy()
    empty = channels.index[channels["channel"] != "all"][0]
    channels.loc[empty, ["loaded_cac", "cac_high"]] = float("inf")
    channels.loc[empty, ["ltv", "ltv_low", "ltv_high"]] = float("nan")
    data = island(render_report(dataclasses.replace(run, channels=channels)))
    assert any(
        row["cac"] is None and row["limits"][1] is None for row in data["whatIf"]["channels"]
    )


def test_every_miss_of_a_total_says_to_which_side(run_of: RunOf) -> None:
    run = run_of("shop")
    mine = (run.backtest["model"] == RECORD_ROW) & (run.backtest["metric"] == "bias")
    assert mine.sum() == 3
    backtest = run.backtest.copy()
    latest_first = backtest[mine].sort_values("cutoff", ascending=False).index
    backtest.loc[latest_first, "value"] = [0.1, -0.087, 0.053]
    told = words(render_report(dataclasses.replace(run, backtest=backtest)))
    assert "by 8.0% on average (5.3% too high, 8.7% too low, 10.0% too high)" in told


def test_what_a_model_is_made_of_adds_up_to_a_hundred(run_of: RunOf) -> None:
    run = run_of("shop")
    parts = {"root": 0.335, "tweedie": 0.335, "loglinear": 0.33}
    model = dataclasses.replace(run.model, weights=parts, btyd_share=0.005)
    told = re.search(
        r"Made of: ([^.]*)\.", words(render_report(dataclasses.replace(run, model=model)))
    )
    assert told
    assert sum(int(share) for share in re.findall(r"(\d+)%", told[1])) == 100


def test_every_mark_of_the_legend_of_moves_stands_in_the_drawing(html_of: HtmlOf) -> None:
    spec = island(html_of("shop"))["charts"]["moves"]
    labels = [row["label"] for row in spec["data"]["values"] if row["customers"]]
    assert {label[0] for label in labels} == {"▲", "●", "▼"}


def test_one_past_date_is_not_told_as_a_span(run_of: RunOf) -> None:
    run = run_of("shop")
    first = run.backtest[run.backtest["fold"] == 0]
    told = words(render_report(dataclasses.replace(run, backtest=first)))
    assert "Tested at one past date, " in told
    assert "Tested at 3 past dates, " in words(render_report(run))
