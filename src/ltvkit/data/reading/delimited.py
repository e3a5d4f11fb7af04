"""Delimited text of unknown make: its encoding, its delimiter, its header.

Decided from the bytes themselves, so that the same file is always read alike.
"""

import codecs
import csv
import gzip
import hashlib
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from ltvkit.data.reading.workspace import Workspace
from ltvkit.errors import DataError

CHUNK = 1 << 22
DELIMITERS = (",", ";", "\t", "|")
MOST_TITLE_LINES = 10
LINES_TO_TELL = 200
"""From which it is told how a table is laid out."""
MOSTLY = 0.8
MOST_CUT = 0.1
"""Share of the letters beyond ASCII that a database may have cut in the middle. Of texts in other
encodings hardly any is valid."""
_POLISH = re.compile(rb"[A-Za-z][\xb9\xb3\xbf][A-Za-z]|\x9c\xe6")
"""ą, ł and ż between two letters, or ść: in Windows-1252 these are ¹, ³ and ¿, or œæ."""
_VALUES = (
    re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[ T]\d.*)?"),
    re.compile(r"-?\d+[.,]\d+"),
)
"""A date, with a time or without, and a number with decimals: where both of the first two lines
hold one in a column, the first is no header."""
NO_BREAK_SPACES = "\u00a0\u2007\u2009\u202f"
"""Spaces of print, which stand in French amounts and before its colons."""
UNSEEN = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u2060\ufeff"
"""Marks that show nothing: where a word may break, which way it runs, where a file began."""
_UTF_16 = (
    (b"\xff\xfe|\xfe\xff", "utf-16"),
    (b"[^\0]\0[^\0]\0", "utf-16-le"),
    (b"\0[^\0]\0[^\0]", "utf-16-be"),
)
"""How UTF-16 begins: with a byte order mark, or with letters whose other byte is 0."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A delimited file, ready to be scanned as UTF-8.

    Parameters
    ----------
    path : Path
        The file itself, or its copy in UTF-8.
    header : tuple of str
        Names of its columns, each once.
    delimiter : str
    skip : int
        Lines before the header.
    sha256 : str
        Digest of the bytes as they came.
    """

    path: Path
    header: tuple[str, ...]
    delimiter: str
    skip: int
    sha256: str


def open_text(path: Path, workspace: Workspace) -> TextFile:
    """Find out how a delimited file is written; copy it to UTF-8 where it is written otherwise.

    UTF-16 is known by its byte order mark or its first letters; what is not valid UTF-8 is read as
    Windows-1252 (which holds Latin-1's letters), or as Windows-1250 or Shift-JIS where it must be
    Polish or Japanese, unless a few of its letters alone are broken.
    Compressed files (`.gz`) are unpacked.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] == b"\x1f\x8b":
            plain = workspace.new_path(path.name.removesuffix(".gz"))
            _unpack(path, plain)
            return replace(open_text(plain, workspace), sha256=file_digest(path))
        file.seek(0)
        encoding = next((name for sign, name in _UTF_16 if re.match(sign, start, re.DOTALL)), None)
        decoder = codecs.getincrementaldecoder("utf-8")()
        valid = encoding is None
        ends, windows_ends = 0, 0
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            ends += chunk.count(b"\n")
            windows_ends += chunk.count(b"\r\n")
            if valid:
                valid = _decodes(decoder, chunk)
        valid = valid and _decodes(decoder, b"", final=True)
    if not valid or 0 < windows_ends < ends:
        # Joined from files of two makes, lines end in two ways, which no parser takes.
        path = _as_utf8(
            path, "utf-8" if valid else encoding or _encoding_of_invalid(path), workspace
        )
    if _is_aligned(path):
        path = _as_csv(path, workspace)
    elif outer := _in_one_cell(path):
        path = _out_of_cells(path, outer, workspace)
    header, delimiter, skip = _dialect(path)
    return TextFile(path, header, delimiter, skip, digest.hexdigest())


def file_digest(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encoding_of_invalid(path: Path) -> str:
    """The encoding of what is not valid UTF-8: Western unless its bytes say that it cannot be.

    Where nearly all signs beyond ASCII are valid, it is UTF-8, and the others were cut.
    """
    lenient = codecs.getincrementaldecoder("utf-8")("replace")
    cut = beyond_ascii = 0
    with path.open("rb") as file:
        for chunk in chain(iter(lambda: file.read(CHUNK), b""), [b""]):
            text = lenient.decode(chunk, final=not chunk)
            cut += text.count("\ufffd")
            beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
    if cut <= MOST_CUT * beyond_ascii:
        return "utf-8"
    western, japanese = (codecs.getincrementaldecoder(name)() for name in ("cp1252", "cp932"))
    is_western = is_japanese = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if _POLISH.search(chunk):
                return "cp1250"
            is_western = is_western and _decodes(western, chunk)
            is_japanese = is_japanese and _decodes(japanese, chunk)
    return "cp932" if is_japanese and not is_western else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _unpack(path: Path, plain: Path) -> None:
    try:
        with gzip.open(path, "rb") as packed, plain.open("wb") as out:
            shutil.copyfileobj(packed, out)
    except (OSError, EOFError) as error:
        raise DataError(
            f"got {path}, expected a whole gzip file; {error}: fetch it again"
        ) from None


def _as_utf8(path: Path, encoding: str, workspace: Workspace) -> Path:
    copy = workspace.new_path(path.name)
    # cp1252 leaves five bytes undefined; they become U+FFFD instead of stopping the run.
    with (
        path.open("r", encoding=encoding, errors="replace") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        shutil.copyfileobj(source, out)
    return copy


def _is_aligned(path: Path) -> bool:
    """Whether columns are parted by runs of spaces, as statistics programs write them."""
    with path.open("r", encoding="utf-8-sig") as file:
        lines = [line for line, _ in zip(file, range(LINES_TO_TELL), strict=False) if line.strip()]
    if not lines or any(mark in lines[0] for mark in DELIMITERS):
        return False
    widths = {len(line.split()) for line in lines}
    return len(widths) == 1 and widths.pop() > 1


def _as_csv(path: Path, workspace: Workspace) -> Path:
    copy = workspace.new_path(path.name)
    with (
        path.open("r", encoding="utf-8-sig") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        csv.writer(out, lineterminator="\n").writerows(line.split() for line in source)
    return copy


def _in_one_cell(path: Path) -> str:
    """The delimiter of a file whose rows stand whole in its first column; empty of any other.

    So a spreadsheet saves a table that it opened by another delimiter than the table's: a row that
    holds quotes is in quotes itself, and a row of text with a line break is two.
    """
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        text = "".join(line for line, _ in zip(file, range(LINES_TO_TELL), strict=False))
    found = []
    for outer in DELIMITERS if '"' in text else ():
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=outer))
        except csv.Error:
            continue
        alone = sum(sum(map(bool, row)) == 1 for row in rows)
        inside = "".join(_lines_of(rows, outer))
        mark = max(DELIMITERS, key=lambda mark: _fit(inside, mark))
        share, _ = _fit(inside, mark)
        as_it_is = 0.0 if mark == outer else _fit(text, mark)[0]
        if alone > MOSTLY * len(rows) and share > max(MOSTLY, as_it_is):
            found.append((share, -len(inside), outer))
    # The delimiter that stands behind the cells goes with them.
    return max(found)[-1] if found else ""


def _out_of_cells(path: Path, outer: str, workspace: Workspace) -> Path:
    copy = workspace.new_path(path.name)
    with (
        path.open("r", encoding="utf-8-sig", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        try:
            out.writelines(_lines_of(csv.reader(source, delimiter=outer), outer))
        except csv.Error:  # A value longer than any.
            raise _open_quote(path.name, "the line where it begins") from None
    return copy


def _lines_of(rows: Iterable[Sequence[str]], outer: str) -> Iterator[str]:
    """The lines that rows were before they became cells; what was cut in two is joined."""
    for row in rows:
        filled = [place for place, cell in enumerate(row, start=1) if cell]
        yield outer.join(row[: max(filled, default=0)]) + "\n"


def _dialect(path: Path) -> tuple[tuple[str, ...], str, int]:
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        text = file.read(1 << 18)
    if not text.strip():
        raise DataError(
            f"got an empty file {path.name}, expected a header and rows; choose another"
        )
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # Excel writes its delimiter into a line of its own.
        return _header(rest, first.strip()[4], path), first.strip()[4], 1
    if len(text) == 1 << 18:
        text = text[: text.rindex("\n") + 1] if "\n" in text else text
    blank, text = _without_blanks(text)
    title, text = _without_title(text)
    below, text = _without_blanks(text)
    delimiter = max(DELIMITERS, key=lambda mark: _fit(text, mark))
    return _header(text, delimiter, path), delimiter, blank + title + below


def _without_blanks(text: str) -> tuple[int, str]:
    """How many lines without a value a text begins with, and the text from there on.

    They are blank, or hold delimiters alone, as those of a spreadsheet and of eBay do.
    """
    lines = text.splitlines(keepends=True)
    signs = "".join(DELIMITERS) + ' "\r\n'
    blank = next((place for place, line in enumerate(lines) if line.strip(signs)), 0)
    return blank, "".join(lines[blank:])


def _without_title(text: str) -> tuple[int, str]:
    """How many lines of a title stand above the header, and the text from there on.

    Advertising platforms write them. A title line is one field whatever the delimiter, and a table
    follows it: by one delimiter, nearly all lines are as wide as the first of them. A first line as
    wide as nearly all that follow is a header, even if these hold another mark as often, as names
    and amounts hold commas.
    """
    lines = text.splitlines(keepends=True)
    if any(mark in "".join(lines[1:2]) and _fit(text, mark)[0] >= MOSTLY for mark in DELIMITERS):
        return 0, text
    for skip in range(1, min(MOST_TITLE_LINES, len(lines) - 2) + 1):
        line = lines[skip - 1].strip()
        rest = "".join(lines[skip:])
        # Parted by the delimiter of the table, a title would be a header.
        best = max(DELIMITERS, key=lambda mark: _fit(rest, mark))
        if len(next(csv.reader([line], delimiter=best), [])) > 1:
            return 0, text
        share, width = _fit(rest, best)
        if share > MOSTLY and width > 1 and _fit(text, best)[0] < 1 - MOSTLY:
            return skip, rest
    return 0, text


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains a text: share of lines as wide as the header, and the width."""
    try:
        widths = [
            len(row)
            for row, _ in zip(
                csv.reader(io.StringIO(text, newline=""), delimiter=delimiter),
                range(1000),
                strict=False,
            )
            if row
        ]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    share = Counter(widths)[widths[0]] / len(widths)
    return round(share, 1), widths[0]


def _header(text: str, delimiter: str, path: Path) -> tuple[str, ...]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(rows, [])]
    except csv.Error:  # A value longer than any.
        raise _open_quote(f"the first line of {path.name}", "that line") from None
    try:
        below = next(rows, [])
    except csv.Error:  # What is wrong with it is told where rows are read.
        below = []
    if any(
        kind.fullmatch(name) and kind.fullmatch(value.strip())
        for name, value in zip(names, below, strict=False)
        for kind in _VALUES
    ):
        raise DataError(
            f"got a first line of values in {path.name} ({', '.join(names)[:60]}), expected a "
            "header that names the columns; write one above it"
        )
    return header_names(names, path)


def _open_quote(where: str, what: str) -> DataError:
    return DataError(
        f"got a quote in {where} that is never closed, expected quotes in pairs; mend {what}"
    )


def header_names(names: list[str], path: Path) -> tuple[str, ...]:
    """The names of a header, each once.

    Raises
    ------
    DataError
        When a first line names nothing, or holds no words.
    """
    if not any(names):
        raise DataError(f"got an empty first line in {path.name}, expected a header; write one")
    if not any(letter.isalpha() for name in names for letter in name):
        raise DataError(
            f"got a first line without words in {path.name} ({', '.join(names)[:60]}), expected a "
            "header that names the columns; write one"
        )
    return unique_names(names)


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Number the repetitions of a name, name the nameless, and let all spaces be plain.

    >>> unique_names(["a", "", "a"])
    ('a', 'column_2', 'a_1')
    """
    found: list[str] = []
    for place, name in enumerate(map(plain_spaces, names), start=1):
        base = name or f"column_{place}"
        unique, number = base, 0
        while unique in found:
            number += 1
            unique = f"{base}_{number}"
        found.append(unique)
    return tuple(found)


def plain_spaces(name: str) -> str:
    """A name without the spaces at which no line breaks, which look like others to who types it.

    >>> plain_spaces("Montant\u202f:")
    'Montant :'
    """
    return re.sub(f"[{NO_BREAK_SPACES}]", " ", name)
