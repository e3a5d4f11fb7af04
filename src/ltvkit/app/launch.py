"""Start the page: on this machine, for this machine."""

import os
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from ltvkit.app.finding import find_runs
from ltvkit.errors import UserError

ADDRESS = "127.0.0.1"
_PAUSE = 0.2
_PATIENCE_SECONDS = 60
ACCENT = "#0b7a70"
"""The colour of the report."""


def launch(runs: Path, *, port: int, browser: bool) -> None:
    """Serve the page until it is interrupted.

    Parameters
    ----------
    runs : Path
        A folder of run folders, or one run.
    port : int
    browser : bool
        Open it in the browser.

    Raises
    ------
    UserError
        When there is no run, or the port is taken.
    """
    find_runs(runs)
    _check_port(port)
    print(f"http://{ADDRESS}:{port} (Ctrl-C ends it)", flush=True)  # noqa: T201 - its answer
    if browser and has_screen(sys.platform, os.environ):
        threading.Thread(target=open_when_up, args=(port,), daemon=True).start()
    from streamlit.web.cli import main as streamlit

    page = Path(__file__).with_name("page.py")
    streamlit(["run", str(page), *_options(port), "--", str(runs)], standalone_mode=False)


def open_when_up(port: int) -> bool:
    """Open the page in the browser as soon as something answers; False when nothing does."""
    for _ in range(max(1, round(_PATIENCE_SECONDS / _PAUSE))):
        with socket.socket() as probe:
            if probe.connect_ex((ADDRESS, port)) == 0:
                return webbrowser.open(f"http://{ADDRESS}:{port}")
        time.sleep(_PAUSE)
    return False


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a browser can be shown; without a screen, Python would start one in the terminal.

    >>> has_screen("linux", {}), has_screen("linux", {"DISPLAY": ":0"}), has_screen("darwin", {})
    (False, True, True)
    """
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return not platform.startswith("linux") or any(environment.get(name) for name in screens)


def _options(port: int) -> list[str]:
    settings = {
        "server.address": ADDRESS,
        "server.port": port,
        # With a screen of its own it asks for an address and advertises; we open the browser.
        "server.headless": True,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorLinks": False,
        "client.showErrorDetails": "none",
        # Its own csv has no guard against formulas; the page offers one that has.
        "client.disableDataExport": True,
        "logger.hideWelcomeMessage": True,
        "theme.primaryColor": ACCENT,
    }
    # A page of another name that leads to this address must not read customers.
    hosts = [f"--server.allowedHosts={name}" for name in (ADDRESS, "localhost")]
    return [*hosts, *(f"--{name}={str(value).lower()}" for name, value in settings.items())]


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        if sys.platform != "win32":
            # A server that has just ended leaves its port waiting; that is not "taken".
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise UserError(
                f"got port {port}, which cannot be had ({error.strerror}), expected a free one; "
                "choose another with --port"
            ) from error
