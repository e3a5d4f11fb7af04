"""A server that is listened to, and the page in the browser, by what a user sees of it."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

PATIENCE = 60_000
"""Milliseconds; a page that is right is waited for no longer than it takes."""

LISTENER = """
import os
import sys


def listen(event, arguments):
    if event in ("socket.connect", "socket.bind"):
        told = repr(arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        told = repr(arguments[0])
    else:
        return
    with open(os.environ["ASKED"], "a") as file:
        file.write(f"{event} {told}\\n")


sys.addaudithook(listen)
"""


@dataclass(frozen=True)
class Server:
    """A running page."""

    pid: int
    port: int
    asked: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


class AppPage:
    """The page open in the browser, and what it said and asked for while it was open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda wire: self.requests.append(wire.url))

    def _listen(self, message) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def says(self, text: str) -> None:
        """Wait until the page says it: how long its script takes is the machine's business."""
        expect(self.page.get_by_test_id("stMain")).to_contain_text(text, timeout=PATIENCE)

    def shows(self, label: str, value: str) -> None:
        """Wait until the number under a label is this one."""
        box = self.page.get_by_test_id("stMetric").filter(has_text=re.compile(f"^{label}"))
        number = box.first.get_by_test_id("stMetricValue")
        expect(number).to_have_text(value, timeout=PATIENCE)

    def is_about(self, customer: str) -> None:
        """Wait until the page is this customer's."""
        heading = self.page.get_by_role("heading", level=3)
        heading.filter(has_text=customer).wait_for(timeout=PATIENCE)
        assert heading.inner_text() == customer

    def choose_run(self, name: str) -> None:
        run = self.page.get_by_role("combobox", name="Run", exact=True)
        run.click()
        self.page.get_by_role("option", name=name, exact=True).click()
        expect(run).to_have_value(name, timeout=PATIENCE)

    def search(self, typed: str) -> None:
        self.page.get_by_label("Customer", exact=True).fill(typed)
        self.page.keyboard.press("Enter")

    def build(self) -> None:
        self.page.get_by_role("tab", name="Build a list").click()
        self.page.get_by_label("Cost of a contact").wait_for()

    def clear_lists(self) -> None:
        """Choose no list: then it is all of them."""
        self.page.get_by_test_id("stMultiSelect").get_by_label("Clear all").click()

    def type_number(self, label: str, value: str) -> None:
        self.page.get_by_label(label).fill(value)
        self.page.keyboard.press("Enter")

    def text(self) -> str:
        return self.page.get_by_test_id("stMain").inner_text()

    def download(self, count: int) -> tuple[str, str, list[dict[str, str]]]:
        """The name, the text and the rows of the csv, once the page offers so many customers."""
        button = self.page.get_by_role("button", name=f"Download as csv: {count} customer")
        button.wait_for(timeout=PATIENCE)
        with self.page.expect_download(timeout=PATIENCE) as coming:
            button.click()
        text = Path(coming.value.path()).read_text(encoding="utf-8")
        return (
            coming.value.suggested_filename,
            text,
            list(csv.DictReader(io.StringIO(text, newline=""))),
        )
