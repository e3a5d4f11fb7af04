"""Files appear whole or not at all, and nobody else's are touched."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from ltvkit.errors import UserError
from ltvkit.files import (
    check_writable,
    claimed,
    locked,
    whole_files,
    whole_folder,
    write_csv,
    write_text,
)
from plain_user import as_plain_user


def test_files_move_in_together_and_leave_others_alone(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    (folder / "a.csv").write_text("old")
    with whole_files(folder) as fresh:
        (fresh / "a.csv").write_text("new")
        (fresh / "deep").mkdir()
        (fresh / "deep" / "b.csv").write_text("b")
        assert (folder / "a.csv").read_text() == "old"
    assert (folder / "a.csv").read_text() == "new"
    assert (folder / "deep" / "b.csv").read_text() == "b"
    assert (folder / "mine.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_changes_nothing(tmp_path):
    folder = tmp_path / "out"

    def fail():
        with whole_files(folder) as fresh:
            (fresh / "a.csv").write_text("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_stands_in_the_way_is_told_before_the_first_file_moves(tmp_path):
    folder = tmp_path / "out"
    (folder / "b.csv").mkdir(parents=True)
    for name, told in (("b.csv", "expected a file"), ("a.csv/x", "expected a folder")):
        (folder / "a.csv").write_text("old")

        def write(name=name):
            with whole_files(folder) as fresh:
                (fresh / "0.csv").write_text("first")
                target = fresh / name
                target.parent.mkdir(exist_ok=True)
                target.write_text("x")

        with pytest.raises(UserError, match=told):
            write()
        assert not (folder / "0.csv").exists()
        assert (folder / "a.csv").read_text() == "old"


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path):
    (tmp_path / "afile").write_text("mine")
    with pytest.raises(UserError, match="expected a folder; choose"):
        check_writable(tmp_path / "afile", holds="run.json")
    with pytest.raises(UserError, match="expected a folder that can be written"):
        check_writable(tmp_path / "afile" / "runs", holds="run.json")
    check_writable(tmp_path / "new" / "deep" / "runs", holds="run.json")
    assert list((tmp_path / "new" / "deep").iterdir()) == []


def test_a_folder_that_cannot_take_its_name_leaves_the_old_one(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    with whole_folder(folder, holds="a.txt") as fresh:
        (fresh / "a.txt").write_text("old")
    rename = Path.rename

    def fails(self, target):
        if Path(target) == folder and "-old-" not in str(self):
            raise OSError("no space left")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with (
        pytest.raises(OSError, match="no space left"),
        whole_folder(folder, holds="a.txt") as fresh,
    ):
        (fresh / "a.txt").write_text("new")
    assert (folder / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("theirs", [False, True])
def test_of_two_folders_that_come_at_once_the_later_one_stays_whole(tmp_path, monkeypatch, theirs):
    folder = tmp_path / "run"
    with whole_folder(folder, holds="a.txt") as fresh:
        (fresh / "a.txt").write_text("old")
    rename, others = Path.rename, [1]

    def while_another_one_comes(self, target):
        if self != folder or not others:
            return rename(self, target)
        others.pop()
        # Another one has put the old folder aside, and perhaps its own in the place already.
        shutil.rmtree(folder)
        if theirs:
            folder.mkdir()
            (folder / "b.txt").write_text("theirs")
            Path(target).mkdir()
            return Path(target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", while_another_one_comes)
    with whole_folder(folder, holds="a.txt") as fresh:
        (fresh / "a.txt").write_text("new")
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    assert (folder / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_is_written_by_one_at_a_time(tmp_path):
    mine, other = tmp_path / "runs" / "shop", tmp_path / "runs" / "other"
    with claimed(mine, holds="run.json"), claimed(other, holds="run.json"):
        with (
            pytest.raises(UserError, match=rf"got {mine}, which another run is at work on, exp"),
            claimed(mine, holds="run.json"),
        ):
            pytest.fail("it was taken")
        with whole_folder(mine, holds="run.json") as fresh:
            (fresh / "run.json").write_text("{}")
    with claimed(mine, holds="run.json"):
        pass
    assert [path.name for path in mine.parent.iterdir()] == ["shop"]


HOLD = """
import sys; from pathlib import Path; from ltvkit.files import claimed
with claimed(Path(sys.argv[1]), holds="run.json"): print("mine", flush=True); input()
"""


def test_a_program_that_was_killed_holds_nothing(tmp_path):
    folder = tmp_path / "shop"
    command = [sys.executable, "-c", HOLD, str(folder)]
    came = []

    def wait():
        with locked(folder):
            came.append("next")

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"mine\n"
        with pytest.raises(UserError, match="which another run"), claimed(folder, holds="run.json"):
            pytest.fail("it was taken")
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        holder.kill()
        waiting.join(10)
    assert came == ["next"]
    with claimed(folder, holds="run.json"):
        pass
    assert list(tmp_path.iterdir()) == []


MANY_TIMES = """
import sys; from pathlib import Path; from ltvkit.files import locked
alone = Path(sys.argv[1])
for _ in range(300):
    with locked(alone.with_name("store.db")): alone.touch(exist_ok=False); alone.unlink()
"""


def test_programs_that_wait_come_one_after_the_other(tmp_path):
    command = [sys.executable, "-c", MANY_TIMES, str(tmp_path / "alone")]
    programs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(one.communicate()[1], one.returncode) for one in programs] == [("", 0)] * 3
    assert list(tmp_path.iterdir()) == []


TWICE = """
import sys; from pathlib import Path; from ltvkit.errors import UserError
from ltvkit.files import locked
path = Path(sys.argv[1])
with locked(path), locked(path, taken=UserError("taken")): print("nobody waits")
"""


def test_nobody_waits_where_a_folder_cannot_be_written(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o555)
    for place in (folder / "store.db", folder / "deep" / "store.db"):
        command = as_plain_user(sys.executable, "-c", TWICE, str(place))
        assert subprocess.check_output(command, text=True) == "nobody waits\n"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("why", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_nobody_waits_where_a_drive_has_no_locks(tmp_path, monkeypatch, why):
    def no_locks(*_):
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr("fcntl.flock", no_locks)
    path, inside = tmp_path / "store.db", []
    with locked(path), locked(path, taken=UserError("taken")):
        inside.append(path)
    assert inside == [path]


def test_those_who_wait_come_one_after_the_other(tmp_path):
    inside, most = [], []

    def come():
        for _ in range(25):
            with locked(tmp_path / "deep" / "store.db"):
                inside.append(1)
                time.sleep(0.0005)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 150
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_folder_that_is_somebodys_is_neither_replaced_nor_deleted(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    check_writable(folder, holds="run.json")
    monkeypatch.chdir(folder)
    for place in (Path(), Path(".."), folder):
        with pytest.raises(UserError, match="the current folder or one around it"):
            check_writable(place, holds="run.json")
    monkeypatch.chdir("/")
    (folder / "thesis.txt").write_text("mine")
    for write in (check_writable, lambda *a, **k: whole_folder(*a, **k).__enter__()):
        with pytest.raises(UserError, match="which holds other things, expected a new folder"):
            write(folder, holds="run.json")
    assert (folder / "thesis.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["work"]


def test_a_file_that_cannot_be_written_is_told_without_a_traceback(tmp_path):
    (tmp_path / "afile").write_text("mine")
    with pytest.raises(UserError, match=r"expected a file that can be written; .* choose another"):
        write_text("x", tmp_path / "afile" / "shop.yaml")


def test_a_name_with_a_carriage_return_stays_in_its_row(tmp_path):
    names = pd.DataFrame({"channel": ["Goo\rgle", "Meta"], "spent": [1.5, float("nan")]})
    write_csv(names, tmp_path / "channels.csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "channels.csv"), names)


@pytest.mark.parametrize(("umask", "modes"), [(0o077, (0o700, 0o600)), (0o022, (0o755, 0o644))])
def test_who_may_read_what_is_written_says_the_users_umask(tmp_path, umask, modes):
    before = os.umask(umask)
    try:
        with whole_folder(tmp_path / "run", holds="run.json") as fresh:
            write_text("{}", fresh / "run.json")
        with whole_files(tmp_path / "exports") as fresh:
            write_text("x", fresh / "google" / "list.csv")
    finally:
        os.umask(before)
    folders = ("run", "exports", "exports/google")
    files = ("run/run.json", "exports/google/list.csv")
    for names, mode in zip((folders, files), modes, strict=True):
        for name in names:
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode, name


def test_who_is_stopped_as_a_new_folder_is_made_leaves_none(tmp_path, monkeypatch):
    made = Path.mkdir

    def stopped(folder, *args, **options):
        made(folder, *args, **options)
        raise SystemExit(143)

    monkeypatch.setattr(Path, "mkdir", stopped)
    with pytest.raises(SystemExit), whole_folder(tmp_path / "shop", holds="run.json"):
        pass
    with pytest.raises(SystemExit):
        check_writable(tmp_path / "shop", holds="run.json")
    assert not list(tmp_path.iterdir())
