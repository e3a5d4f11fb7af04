"""The kinds of run that pages are made of, a page open in the browser, and a page read as text."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page

from ltvkit.run_facts import Run

RunOf = Callable[[str], Run]
HtmlOf = Callable[[str], str]

KINDS = {
    "shop": {},
    "no costs": {"costs": False},
    "hostile": {"hostile": True},
    "ranking only": {"language": "fr", "decision": "ranking only"},
    "do not use": {"language": "pl", "decision": "do not use"},
}


class Opened:
    """A page in the browser, and what it said and asked for while it was open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def walk(self) -> None:
        """Scroll to every chart, so that everything drawn late is drawn."""
        for chart in self.page.locator(".chart").all():
            chart.scroll_into_view_if_needed()
            chart.locator(".chart-live svg").wait_for()


Open = Callable[..., Opened]


def island(html: str) -> dict:
    """What the page's scripts start from."""
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html)
    assert found
    return json.loads(found.group(1))


def words(html: str) -> str:
    """The text that a reader sees, without style, scripts and drawings."""
    bare = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())
