"""Run folders to make pages of, opened in the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from report_pages import KINDS, Opened
from run_folder import build_run_folder

from ltvkit.report import render_report
from ltvkit.run_facts import Run
from ltvkit.runs import read_run


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """The run of a kind, read from its folder; each folder is made once."""
    root = tmp_path_factory.mktemp("runs")
    made: dict[str, Run] = {}

    def get(kind: str) -> Run:
        if kind not in made:
            folder = root / kind.replace(" ", "_")
            made[kind] = read_run(build_run_folder(folder, customers=300, **KINDS[kind]))
        return made[kind]

    return get


@pytest.fixture(scope="session")
def html_of(run_of: Callable[[str], Run]) -> Callable[[str], str]:
    """The page of a kind of run."""
    made: dict[str, str] = {}

    def get(kind: str) -> str:
        if kind not in made:
            made[kind] = render_report(run_of(kind))
        return made[kind]

    return get


@pytest.fixture
def open_page(
    browser: Browser, html_of: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[..., Opened]]:
    """Open the page of a kind of run at a width, in a scheme."""
    contexts = []

    def opened(kind: str, *, width: int = 1440, dark: bool = False, scripts: bool = True) -> Opened:
        path = tmp_path / "report.html"
        path.write_text(html_of(kind), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        result = Opened(context.new_page())
        result.page.goto(path.as_uri())
        return result

    yield opened
    for context in contexts:
        context.close()
