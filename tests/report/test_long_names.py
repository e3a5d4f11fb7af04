"""Names without a space in them: a shop's own words never widen the page."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from ltvkit.report import render_report
from ltvkit.run_facts import Run

pytestmark = pytest.mark.browser

WORD = "Performance" * 12


def with_long_names(run: Run) -> Run:
    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(channel=table["channel"].replace("Instagram", WORD))

    ids = run.customers["customer_id"].astype(str) + "9" * 90
    drivers = (dataclasses.replace(run.drivers[0], label=WORD), *run.drivers[1:])
    return dataclasses.replace(
        run,
        name=WORD,
        channels=renamed(run.channels),
        payback=renamed(run.payback),
        customers=run.customers.assign(customer_id=ids, reason_1=WORD),
        drivers=drivers,
    )


def test_a_name_of_one_long_word_is_broken_at_every_width(
    browser: Browser, run_of: Callable[[str], Run], tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_report(with_long_names(run_of("shop"))), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".chart-live svg").wait_for()
    for width in (1440, 1130, 900, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
