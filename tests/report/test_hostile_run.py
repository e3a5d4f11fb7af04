"""A shop of hostile strings through the whole pipeline, into every file that people open."""

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape
from playwright.sync_api import Browser

from demo_shop import HOSTILE_IDS, HOSTILE_NAME
from ltvkit.config import load_config
from ltvkit.files import FORMULA_STARTS
from ltvkit.pipeline.train import train
from ltvkit.progress import Silent
from ltvkit.report.reader import visible
from ltvkit.runs import read_run

CHANNEL = "=cmd|' /C calc'!A1<img src=x onerror='window.stolen = 1'>\u202e🎯"
CATEGORY = '</script><svg onload="window.stolen = 1">@SUM(1+9)'
CONFIG = """
name: hostile
data:
  transactions: transactions.csv
  columns:
    {customer_id: customer_id, ordered_at: ordered_at, revenue: revenue, order_id: order_id,
     margin: margin, channel: channel, attributes: [category]}
  costs: costs.csv
  customers: customers.csv
  drop_exact_duplicates: true
  currency: EUR
snapshot: {as_of: 2025-12-31, horizon_days: 365}
tracking: {enabled: false}
model: {threads: 1}
"""


def texts(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def run(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop with hostile ids and names, a hostile channel and a hostile category."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("transactions", "customers", "costs"):
        table = texts(demo / "shop" / f"{name}.csv")
        for column, usual, hostile in (
            ("channel", "google_ads", CHANNEL),
            ("category", "make-up", CATEGORY),
        ):
            if column in table:
                table[column] = table[column].replace(usual, hostile)
        if name == "transactions":
            table.loc[len(table)] = {**table.iloc[0].to_dict(), "ordered_at": "@TODAY()"}
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "hostile.yaml").write_text(CONFIG, encoding="utf-8")
    trained = train(
        load_config(folder / "hostile.yaml", []),
        runs=folder / "runs",
        models=folder / "models",
        progress=Silent(),
        with_contacts=True,
    )
    return trained.run_folder


def test_every_id_comes_through_into_parquet_as_it_was(run: Path) -> None:
    scored = pd.read_parquet(run / "customers_scored.parquet")
    assert set(HOSTILE_IDS) <= set(scored["customer_id"])
    assert scored["customer_id"].is_unique
    known = scored.set_index("customer_id").loc[list(HOSTILE_IDS)]
    assert (known["first_name"] == HOSTILE_NAME).all()
    assert CHANNEL in set(scored["channel"])


def test_no_cell_of_any_csv_is_run_by_a_spreadsheet(run: Path) -> None:
    seen = set()
    for path in sorted(run.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    if cell[:1] and cell[0] in FORMULA_STARTS:
                        float(cell)  # a number below zero, and nothing else
                    seen.add(cell)
    for told in (*HOSTILE_IDS, HOSTILE_NAME, CHANNEL, "@TODAY()"):
        assert ("'" + told if told[0] in FORMULA_STARTS else told) in seen, told


def test_each_hostile_customer_is_in_the_file_of_one_list_under_the_whole_id(run: Path) -> None:
    listed = [
        name.removeprefix("'")
        for path in sorted((run / "lists").glob("*.csv"))
        for name in texts(path)["customer_id"]
    ]
    assert len(listed) == len(set(listed))
    assert set(HOSTILE_IDS) <= set(listed)


def test_the_workbook_holds_texts_and_no_formula_and_no_link(run: Path) -> None:
    workbook = openpyxl.load_workbook(run / "customers_scored.xlsx")
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "b", "d"}
    assert not any(cell.hyperlink for cell in cells)
    # Signs that XML has no letter for are written as Excel reads them: NUL as _x0000_.
    values = {unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in cells}
    assert {*HOSTILE_IDS, HOSTILE_NAME, CHANNEL} <= values


def test_the_run_read_back_has_the_names_without_guards(run: Path) -> None:
    back = read_run(run)
    assert CHANNEL in set(back.channels["channel"])
    assert CHANNEL in set(back.payback["channel"])
    assert CHANNEL in back.channels_said
    assert "@TODAY()" in set(back.rejected_rows["ordered_at"])
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert CHANNEL in facts["channels"]


@pytest.mark.browser
def test_the_page_shows_them_and_runs_none_of_them(run: Path, browser: Browser) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((run / "report.html").as_uri())
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".chart-live svg").wait_for()
    page.locator('[data-chart="payback"]').hover()
    assert page.evaluate("window.stolen") is None
    assert page.locator("main img, main script, main svg[onload]").count() == 0
    shown = page.locator("#channel-table").inner_text()
    assert "=cmd|' /C calc'!A1<img src=x onerror='window.stolen = 1'>⟨202E⟩🎯" in shown
    page.locator("#top-more button, #top-more").first.click()
    ids = page.locator("#top .id").all_inner_texts()
    contactable = pd.read_parquet(run / "customers_scored.parquet")
    free = contactable[contactable["contact_by"].notna() & ~contactable["holdout"]]
    expected = {name for name in HOSTILE_IDS if name in set(free["customer_id"])}
    assert expected
    assert {visible(name) for name in expected} <= set(ids)
    assert complaints == []
    page.close()
