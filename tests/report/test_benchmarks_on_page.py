"""The user's benchmarks on the page, and which channel's customers are worth more."""

import dataclasses
import re

import pandas as pd
from report_pages import RunOf
from run_folder import HOSTILE_CHANNEL

from ltvkit.economics import compare_benchmarks
from ltvkit.report import render_report
from ltvkit.run_facts import Run
from ltvkit.wording import Sentence

OWN = pd.DataFrame(
    {
        "segment": ["", "Instagram", "Organic", "Organic"],
        "metric": ["cac", "cac", "ltv_to_cac", "payback_month"],
        "value": [20.0, 30.0, 3.0, None],
    }
)
SECTOR = pd.DataFrame(
    {
        "segment": ["", "Instagram", "Organic", "Organic"],
        "metric": ["CAC", "CAC", "LTV_to_CAC", "payback_month"],
        "value": [16.0, 40.0, 3.0, 6.0],
        "source": ["trade <b>survey</b>", "panel", "panel", "panel"],
        "year": [2024, None, 2023, 2023],
    }
)


def with_benchmarks(run: Run, own: pd.DataFrame = OWN) -> Run:
    table = compare_benchmarks(own, SECTOR)
    blank = {"segment": table["segment"].replace("", pd.NA), "year": table["year"].astype(float)}
    return dataclasses.replace(run, benchmarks=table.assign(**blank))


def rows_of(page: str) -> list[list[str]]:
    tables = re.findall(r'<table class="figures stack benchmarks">(.*?)</table>', page, flags=re.S)
    rows = [row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table, flags=re.S)]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S) for row in rows]
    told = [[" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in row] for row in cells]
    return [row for row in told if row[0] not in ("Figure", "Wielkość")]


def test_figures_are_shown_beside_the_users_benchmarks_and_blanks_left_out(run_of: RunOf) -> None:
    assert rows_of(render_report(with_benchmarks(run_of("shop")))) == [
        [
            *("CAC, loaded", "All channels", "€20.00", "€16.00", "▲ 25% above"),
            "trade &lt;b&gt;survey&lt;/b&gt;, 2024",
        ],
        ["CAC, loaded", "Instagram", "€30.00", "€40.00", "▼ 25% below", "panel"],
        ["LTV : CAC", "Organic", "3.00", "3.00", "= equal", "panel, 2023"],
    ]


def test_the_benchmarks_speak_the_readers_language(run_of: RunOf) -> None:
    page = render_report(with_benchmarks(run_of("shop")), language="pl")
    assert rows_of(page)[0][1:5] == ["Wszystkie kanały", "20,00 €", "16,00 €", "▲ 25% powyżej"]


def test_a_run_without_benchmarks_has_no_word_of_them(run_of: RunOf) -> None:
    assert "benchmark" not in render_report(run_of("shop"))


def test_many_comparisons_are_cut_with_a_note_where_the_rest_is(run_of: RunOf) -> None:
    own = pd.concat([OWN.iloc[1:2]] * 40, ignore_index=True)
    page = render_report(with_benchmarks(run_of("shop"), own))
    assert len(rows_of(page)) == 24
    assert "all are in benchmarks.csv" in page


def test_a_row_of_the_channels_says_whose_customers_are_worth_more(run_of: RunOf) -> None:
    run = run_of("hostile")
    more = Sentence("worth.more", {"other": HOSTILE_CHANNEL, "chance": 0.97})
    said = {"Organic": {**run.channels_said["Organic"], "worth_more": more}}
    page = render_report(dataclasses.replace(run, channels_said=said))
    table = page.split('id="channel-table"')[1].split("</table>")[0]
    assert "worth more than &lt;/script&gt;&lt;img src=x" in table
    assert "97% sure" in table
    assert HOSTILE_CHANNEL not in page
