"""The command as a whole: how it ends when it is stopped, and on a disk that is full."""

import errno
import signal
import subprocess
import sys
import time

import pytest
import xlsxwriter

from ltvkit import cli


@pytest.mark.parametrize("stopped", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_command_that_is_stopped_leaves_nothing_half_written(tmp_path, stopped):
    command = [*(sys.executable, "-m", "ltvkit"), "simulate", str(tmp_path / "shop")]
    number = getattr(signal, stopped)
    running = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        # Tests may run under nohup.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    while not list(tmp_path.iterdir()):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(number)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 128 + number
    assert not list(tmp_path.iterdir())
    assert "Traceback" not in said


def test_a_hangup_that_is_to_be_ignored_is_ignored(tmp_path):
    command = [*(sys.executable, "-m", "ltvkit"), "simulate", str(tmp_path / "shop")]
    running = subprocess.Popen(
        [*command, "--customers", "2000"],
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    while not list(tmp_path.iterdir()):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGHUP)
    assert running.wait(timeout=60) == 0
    assert (tmp_path / "shop/transactions.csv").is_file()


@pytest.mark.parametrize("by_library", [False, True])
def test_a_full_disk_is_told_in_words(monkeypatch, capsys, by_library):
    def full():
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            if by_library:
                raise xlsxwriter.exceptions.FileCreateError(error)  # noqa: B904 - as it does
            raise

    monkeypatch.setattr(cli, "app", full)
    monkeypatch.setattr(cli, "_end_in_order_when_stopped", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "got no space left on a disk, expected room" in capsys.readouterr().err


def test_another_failure_of_the_system_keeps_its_traceback(monkeypatch):
    def fails():
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(cli, "app", fails)
    monkeypatch.setattr(cli, "_end_in_order_when_stopped", lambda: None)
    with pytest.raises(OSError, match="Input/output"):
        cli.main()
