"""Files that appear whole or not at all."""

import csv
import errno
import math
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from ltvkit.errors import UserError


@contextmanager
def whole_folder(folder: Path, *, holds: str) -> Iterator[Path]:
    """Give a new folder to write into; it replaces `folder` when the block ends without error.

    The new folder stands beside the old one until then, so a reader never sees half a result,
    and a failure leaves what was there before.

    Parameters
    ----------
    folder : Path
        What is in it is deleted, so that it must be new, empty, or an earlier result.
    holds : str
        The file by which an earlier result is known.

    Raises
    ------
    UserError
        When it cannot be made, or is somebody's.
    """
    folder = folder.absolute()
    _refuse_somebodys(folder, holds)
    with _beside(folder) as fresh:
        yield fresh
        _replace(folder, fresh)


def _replace(folder: Path, fresh: Path) -> None:
    """Give a folder the name of another, which is deleted; of two that come at once, one stays."""
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-old-", dir=folder.parent) as aside:
        for number in count():
            old = Path(aside) / str(number)
            with suppress(FileNotFoundError):
                folder.rename(old)
            try:
                fresh.rename(folder)
            except OSError as error:
                # Another one took the name between the two steps: it is the older one now.
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    continue
                if old.exists():
                    old.rename(folder)
                raise
            return


@contextmanager
def claimed(folder: Path, *, holds: str) -> Iterator[None]:
    """Keep a folder to oneself from before the work to its end; see `check_writable`.

    Raises
    ------
    UserError
        When it cannot be made or replaced, or another program is at work on it.
    """
    check_writable(folder, holds=holds)
    taken = UserError(
        f"got {folder}, which another run is at work on, expected one at a time; wait until that "
        "one is done, or choose another name"
    )
    with locked(folder, taken=taken):
        yield


@contextmanager
def locked(path: Path, *, taken: UserError | None = None) -> Iterator[None]:
    """Let one program at a time at a file or folder; others wait, or are told that it is taken.

    The system takes the lock back when a program ends, however it ends. Where it has no locks
    (some shared drives), or the folder cannot be written to, nobody waits.
    """
    path = path.absolute()
    file = path.parent / f".{path.name}.lock"
    # A file that stands for a lock, where there are none, would outlive a program that was killed.
    lock = FileLock(file, blocking=taken is None, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise taken or error from None
    except OSError:
        pass
    try:
        yield
    finally:
        # On Windows its release deletes it. Elsewhere it has to go while it is locked: those who
        # wait have it open, and make another one where it has no name any more.
        if lock.is_locked and sys.platform != "win32":
            file.unlink(missing_ok=True)
        lock.release()


def check_writable(folder: Path, *, holds: str) -> None:
    """Say before the work, not after it, that a folder cannot be made or replaced.

    Raises
    ------
    UserError
        When a file has its name, its parent cannot be written to, or it is somebody's; see
        `whole_folder`.
    """
    _refuse_somebodys(folder.absolute(), holds)
    with _beside(folder.absolute()):
        pass


def unreadable(path: Path, why: object) -> UserError:
    """What is said of a file of `ltv train` that was cut short on its way, or changed."""
    return UserError(
        f"got {path}, which cannot be read ({why}), expected it as `ltv train` wrote it; copy the "
        "whole folder again, or train again"
    )


def _refuse_somebodys(folder: Path, holds: str) -> None:
    """Refuse to replace, and so to delete, a folder that is no earlier result, or in use."""
    if not folder.is_dir():
        return
    if Path.cwd().is_relative_to(folder.resolve()):
        raise UserError(
            f"got {folder}, the current folder or one around it, expected one that may be "
            "replaced; choose another"
        )
    if not (folder / holds).is_file() and any(folder.iterdir()):
        raise UserError(
            f"got {folder}, which holds other things, expected a new folder or one with an "
            f"earlier {holds}: it is replaced whole; choose another"
        )


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder in the parent of another, which is made where there is none.

    It goes with the block, whenever that is stopped, unless it has got another name.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"got a file at {folder}, expected a folder; choose another name")
    fresh = _unused_name(folder)
    try:
        try:
            # Made plainly, so that the user's umask says who may read what is written.
            fresh.mkdir(parents=True)
        except OSError as error:
            raise UserError(
                f"got {folder}, expected a folder that can be written; {error.strerror}: choose "
                "another"
            ) from None
        yield fresh
    finally:
        if fresh.exists():
            shutil.rmtree(fresh)


def _unused_name(path: Path) -> Path:
    """A hidden name beside a path, for what takes its place when it is whole."""
    return path.with_name(f".{path.name}-{secrets.token_hex(4)}")


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into; its files move into `folder` when the block ends well.

    Unlike `whole_folder` nothing else in `folder` is touched, so it may be anybody's: files of the
    same name are replaced, one by one, and only when all of them have been written.
    """
    folder = folder.absolute()
    with _beside(folder) as fresh:
        yield fresh
        moves = {
            path: folder / path.relative_to(fresh)
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        for target in moves.values():
            _refuse_wrong_kind(target, below=folder)
        for path, target in moves.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)


def _refuse_wrong_kind(target: Path, *, below: Path) -> None:
    """Refuse to write where a folder has the file's name, or a file that of one of its folders."""
    if target.is_dir():
        raise UserError(f"got a folder at {target}, expected a file; choose another place")
    for parent in target.parents:
        if parent.is_file():
            raise UserError(f"got a file at {parent}, expected a folder; choose another name")
        if parent == below:
            return


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; it takes that name when the block ends without error.

    Raises
    ------
    UserError
        When its folder cannot be made or written to.
    """
    fresh = _unused_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.touch(exist_ok=False)
    except OSError as error:
        raise UserError(
            f"got {path}, expected a file that can be written; {error.strerror}: choose another "
            "place"
        ) from None
    try:
        yield fresh
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def plain(value: Any, *, digits: int | None = None) -> Any:
    """A value as JSON writes it; what is not a finite number is null, as other readers need it.

    Parameters
    ----------
    value : object
        Mappings, lists and tuples of plain values, NumPy's numbers among them.
    digits : int, optional
        Significant digits that numbers keep; all by default.

    Examples
    --------
    >>> plain({"share": float("nan"), 7: (1 / 3, "a")}, digits=4)
    {'share': None, '7': [0.3333, 'a']}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(inner, digits=digits) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, digits=digits) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return value if digits is None else float(f"{value:.{digits}g}")


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text, whole or not at all."""
    with whole_file(path) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as plain csv (UTF-8 without BOM, comma, dot, ISO dates), for machines."""
    # Python's csv parts no lines at a lone carriage return, but readers do: quote what holds one.
    texts = [column for _, column in frame.items() if is_text(column)]
    parted = any(column.astype("str").str.contains("\r", regex=False).any() for column in texts)
    with whole_file(path) as fresh:
        frame.to_csv(
            fresh,
            index=False,
            lineterminator="\n",
            date_format="%Y-%m-%d",
            quoting=csv.QUOTE_NONNUMERIC if parted else csv.QUOTE_MINIMAL,
        )


FORMULA_STARTS = "=+-@\t\r\n\0"
"""First characters of what a spreadsheet would run, or take for something else than text."""

_NUMBER = r"[+-]?[\d.,\u00a0\u202f ]*\d"


def guard_text(text: str) -> str:
    """A text that no spreadsheet runs: a `'` in front of a first character that starts formulas.

    >>> guard_text("=1+1"), guard_text("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text[:1] in FORMULA_STARTS and text else text


def write_guarded_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table that programs and people read: no text of the shop's runs in a spreadsheet.

    Texts that are plain numbers stay as they are: what was put aside is to be seen as it was.
    """
    guarded = {
        _guarded(name): column.map(_guarded, na_action="ignore") if is_text(column) else column
        for name, column in frame.items()
    }
    write_csv(pd.DataFrame(guarded, index=frame.index), path)


def is_text(column: pd.Series) -> bool:
    """Whether a column may hold texts."""
    return bool(pd.api.types.is_string_dtype(column.dtype) or column.dtype == object)


def unguarded(texts: pd.Series) -> pd.Series:
    """Texts read back from such a file, as they were before.

    >>> unguarded(pd.Series(["'=1+1", "'til", None], dtype="str")).tolist()
    ['=1+1', "'til", nan]
    """
    return texts.str.replace(rf"^'(?=[{re.escape(FORMULA_STARTS)}])", "", regex=True)


def _guarded(value: object) -> object:
    if not isinstance(value, str) or re.fullmatch(_NUMBER, value):
        return value
    return guard_text(value)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as parquet, whole or not at all."""
    with whole_file(path) as fresh:
        frame.to_parquet(fresh, index=False)
