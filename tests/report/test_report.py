"""The page as text: whole, escaped, the same every time."""

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_pages import KINDS, HtmlOf, RunOf, island, words
from run_folder import HOSTILE_CHANNEL

from ltvkit.report import render_report
from ltvkit.report.embed import _script

SECTIONS = (
    *("summary", "cards", "lists", "customers", "channels", "payback", "cohorts"),
    *("holders", "trust", "drivers", "notes", "definitions"),
)


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


@pytest.mark.parametrize("trap", ["</SCRIPT>", "<!-- ", "<script>"])
def test_a_script_that_would_end_or_hide_itself_is_not_put_into_the_page(trap: str) -> None:
    with pytest.raises(ValueError, match="in a script, expected none"):
        _script(f"const told = {trap!r};")


def test_formulas_of_spreadsheets_are_plain_text_here(html_of: HtmlOf) -> None:
    assert "=cmd|" in words(html_of("hostile"))


def test_the_page_leads_to_the_workbook_where_there_is_one(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of("shop")
    ids = [f"{place:06}" for place in range(len(run.customers))]
    run = dataclasses.replace(run, folder=tmp_path, customers=run.customers.assign(customer_id=ids))
    assert "customers_scored.xlsx" not in render_report(run)
    (tmp_path / "customers_scored.xlsx").touch()
    assert 'href="customers_scored.xlsx"' in render_report(run)


@pytest.mark.parametrize(
    ("first", "told"), [("000123", True), ("1234567890123456", True), ("12e3", True), ("12", False)]
)
def test_the_workbook_is_asked_for_where_a_csv_would_change_ids(
    run_of: RunOf, tmp_path: Path, first: str, told: bool
) -> None:
    run = run_of("shop")
    (tmp_path / "customers_scored.xlsx").touch()
    ids = [first, *run.customers["customer_id"].iloc[1:]]
    customers = run.customers.assign(customer_id=ids)
    html = render_report(dataclasses.replace(run, folder=tmp_path, customers=customers))
    assert (f"ids such as {first}" in words(html)) == told


@pytest.mark.parametrize(("drop", "told"), [(True, "dropped"), (False, "kept")])
def test_duplicate_rows_are_said_to_be_dropped_only_where_they_were(
    run_of: RunOf, drop: bool, told: str
) -> None:
    run = run_of("shop")
    data = {**run.settings.get("data", {}), "drop_exact_duplicates": drop}
    html = render_report(dataclasses.replace(run, settings={**run.settings, "data": data}))
    found = [word for word in ("dropped", "kept") if f"Duplicate rows {word}" in words(html)]
    assert found == [told]


def test_the_page_of_contracts_speaks_of_payments_and_not_of_silence(run_of: RunOf) -> None:
    run = run_of("shop")
    orders = words(render_report(run))
    assert "good customers, silent for longer than usual" in orders
    assert "Next order, if they order" in orders
    settings = {**run.settings, "kind": "contractual"}
    html = render_report(dataclasses.replace(run, settings=settings))
    contracts = words(html)
    assert "worth most of the contracts that run, at risk of ending" in contracts
    assert "contracts that have ended, or whose payment is long overdue" in contracts
    assert "silent for longer than usual, unlikely" not in contracts
    assert "good customers, silent for longer than usual" not in contracts
    assert "Next payment, if it is made" in contracts
    assert "Next order, if they order" not in contracts
    assert "the contract ends within" in html


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
    run = run_of("shop")
    to_contact = [row.name for row in run.lists if row.to_contact]
    assert set(names[: 2 * len(to_contact)]) == set(to_contact)
    assert "nurture" in to_contact


def test_only_lists_of_which_somebody_is_shown_are_offered(run_of: RunOf) -> None:
    run = run_of("shop")
    at_rest = run.customers["list"] == "let_rest"
    nobody = run.customers["contact_by"].mask(at_rest)
    customers = run.customers.assign(contact_by=nobody)
    html = render_report(dataclasses.replace(run, customers=customers))
    shown = set(re.findall(r'<tr data-place="\d+" data-list="(\w+)"', html))
    offered = re.findall(r'<option value="(\w+)">', html.split('id="filter-confidence"')[0])
    assert set(offered) == shown
    assert at_rest.any()
    assert "let_rest" not in offered


def test_the_customers_who_hold_the_shop_are_named_whatever_their_list(run_of: RunOf) -> None:
    run = run_of("shop")
    customers = run.customers.reset_index(drop=True)
    whole = customers["predicted_value"].sum()
    hold = customers.index[:3]
    customers.loc[hold, "predicted_value"] = 2 * whole
    customers.loc[hold, "list"] = ["nurture", "let_rest", "win_back"]
    customers.loc[hold, "holdout"] = [False, False, True]
    html = render_report(dataclasses.replace(run, customers=customers))
    named = html.split('id="largest"')[1].split("</table>")[0]
    assert re.findall("<bdi>([^<]*)</bdi>", named)[:3] == sorted(customers["customer_id"][:3])
    told = words(html.replace("</b>", ""))
    assert "Half of the predicted value is held by 2 customers." in told
    assert "Half of it is held by 2 customers." in told
    assert "One customer in ten holds" not in told
    assert "One customer in ten holds" in words(render_report(run))


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
