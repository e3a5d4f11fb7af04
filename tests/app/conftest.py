"""The page as a user starts it: a server of its own, listened to, and a browser on it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_pages import LISTENER, AppPage, Server
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def runs(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop; its orders gone; a verdict against use; and two in other languages."""
    folder = tmp_path_factory.mktemp("app") / "runs"
    shutil.copytree(demo / "runs" / "demo_shop", folder / "demo_shop")
    for age, name in enumerate(("gone", "unusable", "fr", "pl"), start=1):
        shutil.copytree(demo / "runs" / "demo_shop", folder / name)
        record = folder / name / "run.json"
        facts = json.loads(record.read_text(encoding="utf-8"))
        if name in ("fr", "pl"):
            facts["settings"]["report"]["language"] = name
        else:
            facts["inputs"][0]["location"] = str(folder / "no_such_orders.csv")
        if name == "unusable":
            facts["verdict"]["decision"] = "do not use"
        record.write_text(json.dumps(facts), encoding="utf-8")
        os.utime(record, (1_000_000 - age, 1_000_000 - age))
    return folder


@pytest.fixture(scope="session")
def server(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`ltv app`, which writes down every address that it asks for."""
    home = tmp_path_factory.mktemp("server")
    (home / "sitecustomize.py").write_text(LISTENER, encoding="utf-8")
    asked = home / "asked.txt"
    asked.touch()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(home),
        "ASKED": str(asked),
        "HOME": str(home),
        "OMP_NUM_THREADS": "1",
    }
    command = [str(Path(sys.executable).parent / "ltv"), "app", str(runs)]
    with (home / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--no-browser"],
            cwd=home,
            env=environment,
            stdout=log,
            stderr=log,
        )
    started = Server(process.pid, port, asked, home / "log.txt")
    try:
        _wait(started, process)
        yield started
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}_stcore/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the page did not start:\n{server.log.read_text()}")


@pytest.fixture
def open_app(browser: Browser, server: Server) -> Iterator[Callable[..., AppPage]]:
    """Open the page at a width."""
    contexts = []

    def opened(*, width: int = 1440) -> AppPage:
        context = browser.new_context(
            viewport={"width": width, "height": 1200}, accept_downloads=True
        )
        contexts.append(context)
        app = AppPage(context.new_page())
        app.page.goto(server.url)
        app.page.get_by_label("Customer", exact=True).wait_for(timeout=60_000)
        return app

    yield opened
    for context in contexts:
        context.close()
