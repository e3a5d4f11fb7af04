"""`ltv app` before there is a page: mistakes told, and nothing heavy loaded to say hello."""

import socket
import subprocess
import sys

import pytest

from ltvkit.app.launch import launch, open_when_up
from ltvkit.errors import UserError


def test_a_folder_without_runs_ends_in_exit_code_2(ltv, tmp_path):
    done = ltv("app", "nothing", cwd=tmp_path)
    assert done.returncode == 2
    assert "make one with `ltv train`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UserError, match="choose another with --port"):
            launch(tmp_path, port=other.getsockname()[1], browser=False)


def test_the_browser_is_opened_when_the_page_answers_and_not_before(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        with monkeypatch.context() as impatient:
            impatient.setattr("ltvkit.app.launch._PATIENCE_SECONDS", 0.2)
            assert not open_when_up(port)
        assert opened == []
        server.listen()
        assert open_when_up(port)
    assert opened == [f"http://127.0.0.1:{port}"]


@pytest.mark.parametrize("words", [("--help",), ("app", "--help")])
def test_help_loads_neither_the_page_nor_a_frame(words):
    command = [sys.executable, "-X", "importtime", "-m", "ltvkit.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "app" in done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in loaded
    assert not loaded & {"streamlit", "pandas", "numpy", "ltvkit.config", "ltvkit.app.launch"}
