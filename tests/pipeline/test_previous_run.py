"""A run that takes an earlier one's place says what changed; the same job again is the same."""

import json
import re
import shutil
from datetime import date

import pytest

from ltvkit.files import write_text
from ltvkit.pipeline.run_folder.previous import previous_figures
from ltvkit.pipeline.run_folder.run_json import as_json
from ltvkit.pipeline.score import score
from ltvkit.progress import Silent
from ltvkit.report import render_report
from ltvkit.runs import read_run

INPUTS = [{"name": "transactions", "location": "orders.csv", "rows": 3, "sha256": "aa"}]
OTHER = [{"name": "transactions", "location": "orders.csv", "rows": 4, "sha256": "bb"}]
DATA = {"currency": "EUR", "margin_basis": "margin"}
JUNE, SEPTEMBER = date(2025, 6, 30), date(2025, 9, 30)
FIGURES = {"cac": {"value": 20.0, "low": 18.0, "high": 22.0, "unit": "money"}}
EARLIER = {"as_of": "2025-03-31", "version": "v0", "economics": FIGURES}


def run_file(folder, **changes):
    facts = {
        "schema": 2,
        "snapshot": {"as_of": JUNE.isoformat(), "horizon_days": 366},
        "settings": {"snapshot": {"horizon_days": 365}},
        "inputs": INPUTS,
        "model": {"version": "v1"},
        "data": DATA,
        "economics": FIGURES,
        "previous": EARLIER,
    }
    path = folder / "run.json"
    write_text(as_json(facts | changes), path)
    return path


def before(path, *, version="v2", day=SEPTEMBER, horizon=365, inputs=OTHER, data=DATA):
    asked = {"snapshot": {"horizon_days": horizon}}
    return previous_figures(
        path, version=version, as_of=day, settings=asked, inputs=inputs, data=data
    )


@pytest.mark.parametrize(
    "new",
    [{}, {"day": JUNE}, {"version": "v1", "inputs": INPUTS}, {"version": "v1", "day": JUNE}],
    ids=["later and new", "the same day, new orders", "a later day alone", "other costs"],
)
def test_an_earlier_day_or_another_input_is_a_run_to_compare_with(tmp_path, new):
    told = before(run_file(tmp_path), **new)
    assert told == {"as_of": "2025-06-30", "version": "v1", "economics": FIGURES}


def test_the_same_job_again_keeps_what_it_was_compared_with_the_first_time(tmp_path):
    again = {"version": "v1", "day": JUNE, "inputs": INPUTS}
    assert before(run_file(tmp_path), **again) == EARLIER
    assert before(run_file(tmp_path, previous=None), **again) is None


@pytest.mark.parametrize(
    "new",
    [
        {"day": date(2025, 1, 31)},
        {"horizon": 90},
        {"data": {"currency": "PLN", "margin_basis": "margin"}},
        {"data": {"currency": "EUR", "margin_basis": "revenue"}},
    ],
    ids=["an earlier day", "another horizon", "another currency", "revenue instead of margin"],
)
def test_figures_of_another_kind_are_not_compared(tmp_path, new):
    assert before(run_file(tmp_path), **new) is None


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"schema": 99}', '{"schema": 2}'])
def test_what_cannot_be_read_is_no_run_to_compare_with(tmp_path, text):
    path = tmp_path / "run.json"
    if text is not None:
        path.write_text(text)
    assert before(path) is None


def changes_told(page):
    cards = page.split('<section id="cards"')[1].split("</section>")[0]
    return re.findall(r'<p class="card-change">.*?</p>', cards)


def test_a_second_run_in_a_folder_shows_the_change_and_gives_the_same_bytes_each_time(
    demo, tmp_path
):
    folder = tmp_path / "weekly"

    def run(day):
        score(
            str(demo / "models" / "demo_shop"),
            transactions=None,
            as_of=day,
            out=folder,
            progress=Silent(),
        )
        return (folder / "report.html").read_text()

    assert changes_told(run(SEPTEMBER)) == []
    page = run(date(2025, 12, 31))
    told = changes_told(page)
    assert len(told) >= 3
    assert all("since 30 Sep 2025" in change for change in told)
    assert run(date(2025, 12, 31)) == page
    facts = json.loads((folder / "run.json").read_text())
    assert facts["previous"]["as_of"] == "2025-09-30"
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    assert render_report(read_run(moved)) == page
