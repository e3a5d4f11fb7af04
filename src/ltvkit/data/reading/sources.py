"""Tables of the user's, opened where they lie and offered to DuckDB as one relation.

Files are scanned in place; what comes over a network or out of a server is copied whole into the
workspace first, so that a run reads the same rows however often it looks.
"""

import glob
import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd

from ltvkit.data.reading.databases import copy_postgres, copy_sqlite, database_query
from ltvkit.data.reading.delimited import TextFile, file_digest, open_text, unique_names
from ltvkit.data.reading.frames import as_arrow, narrowed
from ltvkit.data.reading.locations import SERVERS, redact, scheme_of
from ltvkit.data.reading.scans import Malformed, Scans, path_literal
from ltvkit.data.reading.workbooks import copy_workbooks, is_workbook
from ltvkit.data.reading.workspace import Column, Workspace, ident, literal
from ltvkit.data.samples import read_sample, sample_csv
from ltvkit.errors import DataError, first_line, offenders

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".psv", ".dat")
PARQUET_ENDINGS = (".parquet", ".pq", ".parq")
WORKBOOK_ENDINGS = (".xlsx",)
LOCK = "~$"
"""How the name of a file begins that a spreadsheet writes beside one that it has open."""
DOWNLOAD_TIMEOUT_SECONDS = 60
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*\{|<(?:\?xml|!doctype|html|table))", re.IGNORECASE
)
"""How a file begins that is no table, though its name may be that of one."""


@dataclass(frozen=True, slots=True)
class Source:
    """One table of the user's.

    Parameters
    ----------
    location : str
        Where it came from, without passwords.
    workspace : Workspace
        The database that can scan it.
    relation : str
        What stands after FROM to scan its well-formed rows, in the order of the input.
    columns : tuple of Column
    sha256 : str
        Digest of the bytes that were read.
    scans : Scans or None
        Of delimited files.
    words : str
        What was read, where it is more than the rows of one table as they stand there.
    """

    location: str
    workspace: Workspace
    relation: str
    columns: tuple[Column, ...]
    sha256: str
    scans: Scans | None = None
    words: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def malformed_lines(self) -> list[Malformed]:
        """The lines that could not be taken apart, as far as was scanned, by row."""
        return self.scans.malformed_lines(self.workspace) if self.scans else []


def read_transactions(location: str | Path, *, workspace: Workspace | None = None) -> Source:
    """Open a table: a file, a folder or pattern of files, a URL, a database, a shipped sample.

    Parameters
    ----------
    location : str or Path
        `orders.csv` (any of `, ; tab |`; UTF-8, UTF-16, Windows-1252 or, in Polish and Japanese,
        Windows-1250 and Shift-JIS; also `.gz`),
        `orders.parquet`, `orders.xlsx` (its one sheet with a table, or all, where they have the
        same columns), a folder or `orders/*.csv`, `https://…` (fetched whole),
        `duckdb:///file.db?table=orders`, `sqlite:///file.db?query=…`,
        `postgresql://user@host/db?table=orders`, `sample:cdnow`.
    workspace : Workspace, optional
        Where to open it; a new one by default.

    Raises
    ------
    DataError
        When it is not there, is empty, or is of a kind that cannot be read.
    """
    if not isinstance(location, str | Path):
        raise _not_a_frame(location, beside=" or the place of a table")
    workspace = workspace or Workspace()
    location = str(location)
    scheme = scheme_of(location)
    if scheme == "sample":
        return _open_sample(location, workspace)
    if scheme in ("http", "https"):
        return _open_paths([_download(location, workspace)], redact(location), workspace)
    if scheme == "file":
        return _open_paths(_paths(_file_of(location)), location, workspace)
    if scheme in SERVERS:
        copy = copy_postgres(location, workspace)
        return _open_paths([copy], redact(location), workspace)
    if scheme == "sqlite":
        path, query = database_query(location)
        table, names = copy_sqlite(path, query, workspace)
        digest = file_digest(path)
        return _from_relation(f"(FROM {table})", redact(location), workspace, digest, names=names)
    if scheme == "duckdb":
        return _open_duckdb(location, workspace)
    if scheme:
        raise DataError(
            f"got {redact(location)}, expected a path, http(s)://, duckdb:///, sqlite:///, "
            "postgresql:// or sample:cdnow; export the table to csv or parquet first"
        )
    return _open_paths(_paths(location), location, workspace)


def source_from_frame(frame: pd.DataFrame) -> Source:
    """Offer a pandas frame as a source; its index is ignored.

    Raises
    ------
    DataError
        When it is something else, or has no columns.
    """
    import pyarrow as pa

    if not isinstance(frame, pd.DataFrame):
        raise _not_a_frame(frame)
    if not len(frame.columns):
        raise DataError(
            "transactions: got a frame without columns, expected customer, date and amount"
        )
    workspace = Workspace()
    names = unique_names([str(column) for column in frame.columns])
    # Names c0, c1, …: DuckDB takes "ID" and "id" for one.
    columns = {f"c{place}": as_arrow(frame.iloc[:, place]) for place in range(len(names))}
    table = pa.table(columns)
    digest = hashlib.sha256("\n".join(names).encode())
    for batch in table.to_batches():
        digest.update(batch.serialize())
    copied = workspace.new_name("frame")
    workspace.connection.register(f"{copied}_view", table)
    workspace.run(f"CREATE TABLE {copied} AS SELECT * FROM {copied}_view")
    workspace.connection.unregister(f"{copied}_view")
    return _from_relation(f"(FROM {copied})", "a frame", workspace, digest.hexdigest(), names=names)


def _not_a_frame(given: object, *, beside: str = "") -> DataError:
    return DataError(
        f"transactions: got a {type(given).__name__}, expected a DataFrame of pandas{beside}; "
        "frames of other libraries become one with .to_pandas()"
    )


# --- files --------------------------------------------------------------------------------------


def _paths(location: str) -> list[Path]:
    path = Path(location).expanduser()
    endings = (*TEXT_ENDINGS, *PARQUET_ENDINGS, *WORKBOOK_ENDINGS)
    if path.is_dir():
        found = sorted(
            inner
            for inner in path.rglob("*")
            if inner.is_file()
            # Hidden, or a program's own: a notebook's checkpoints hold the same rows again.
            and not any(part.startswith((".", "_")) for part in inner.relative_to(path).parts)
            and not inner.name.startswith(LOCK)
            and inner.name.lower().removesuffix(".gz").endswith(endings)
        )
        if not found:
            raise DataError(
                f"got the folder {location} without a csv, parquet or xlsx file, expected at least "
                "one; name the folder that holds them"
            )
        return found
    if path.is_file():
        return [path]
    # Path.glob wants a relative pattern, and a user's pattern may be absolute.
    found = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207
    found = [match for match in found if match.is_file() and not match.name.startswith(LOCK)]
    if not found:
        beside = path.parent
        there = sorted(inner.name for inner in beside.iterdir()) if beside.is_dir() else []
        hint = f" (there: {offenders(there)})" if there else ""
        raise DataError(
            f"got no file {location}, expected a csv, parquet or xlsx file, a folder or a "
            f"pattern{hint}; check the path (relative paths start from the config's folder)"
        )
    return found


def _file_of(location: str) -> str:
    """The path of a file:// location, whose signs may be written as %20, or as they are."""
    path = location[len("file://") :]
    return path if Path(path).exists() else unquote(path)


def _open_paths(paths: Sequence[Path], location: str, workspace: Workspace) -> Source:
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise DataError(
            f"got {' and '.join(sorted(kinds))} files together in {location}, expected one kind; "
            "name a pattern such as folder/*.parquet"
        )
    if kinds == {"parquet"}:
        return _open_parquet(paths, location, workspace)
    if kinds == {"xlsx"}:
        return _open_workbooks(paths, location, workspace)
    if kinds == {"sqlite"} or kinds == {"duckdb"}:
        kind = kinds.pop()
        raise DataError(
            f"got the {kind} database {location}, expected to know its table; "
            f"write {kind}:///{paths[0]}?table=NAME"
        )
    return _open_texts([open_text(path, workspace) for path in paths], location, workspace)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise DataError(f"got an empty file {path}, expected a header and rows; choose another")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"SQLite format 3"):
        return "sqlite"
    if start[8:12] == b"DUCK":
        return "duckdb"
    if is_workbook(path):
        return "xlsx"
    if _MARKUP.match(start):
        raise DataError(
            f"got {path.name}, which holds JSON, XML or a web page, expected csv, parquet or xlsx; "
            "open it in a spreadsheet or in pandas, and save the table as csv (UTF-8)"
        )
    return "csv"


def _open_parquet(paths: Sequence[Path], location: str, workspace: Workspace) -> Source:
    sha256 = _joint_digest([file_digest(path) for path in paths])
    listed = _listed(paths)
    source = _from_relation(
        f"read_parquet({listed}, union_by_name = true)", location, workspace, sha256
    )
    (wide,) = workspace.row(f"SELECT count(*) FROM parquet_schema({listed}) WHERE precision > 38")
    if not wide:
        return source
    listed = _listed([_narrowed_copy(path, workspace) for path in paths])
    return _from_relation(
        f"read_parquet({listed}, union_by_name = true)", location, workspace, sha256
    )


def _open_workbooks(paths: Sequence[Path], location: str, workspace: Workspace) -> Source:
    table = copy_workbooks(paths, workspace)
    sha256 = _joint_digest([file_digest(path) for path in paths])
    relation = f"read_parquet({_listed([table.path])})"
    return Source(location, workspace, relation, table.columns, sha256, words=table.words)


def _listed(paths: Sequence[Path]) -> str:
    return f"[{', '.join(map(path_literal, paths))}]"


def _narrowed_copy(path: Path, workspace: Workspace) -> Path:
    from pyarrow import parquet

    copy = workspace.new_path(path.name)
    parquet.write_table(narrowed(parquet.read_table(path)), copy)
    return copy


def _open_texts(texts: Sequence[TextFile], location: str, workspace: Workspace) -> Source:
    header = texts[0].header
    for text in texts[1:]:
        if sorted(text.header) != sorted(header):
            odd = sorted(set(text.header) ^ set(header))
            raise DataError(
                f"{text.path.name}: got other columns than {texts[0].path.name} "
                f"({offenders(odd)}), expected the same in every file; name files of one kind"
            )
    scans = Scans(tuple(texts), workspace.new_name("malformed"))
    sha256 = _joint_digest([text.sha256 for text in texts])
    named = tuple(Column(name, f"c{place}", "VARCHAR") for place, name in enumerate(header))
    return Source(location, workspace, scans.relation, named, sha256, scans)


def _joint_digest(digests: Sequence[str]) -> str:
    """The digest of several files from theirs; that of a single one is its own."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


# --- other places -------------------------------------------------------------------------------


def _open_sample(location: str, workspace: Workspace) -> Source:
    name = location.removeprefix("sample:")
    _, content = read_sample(name)
    copy = workspace.new_path(f"{name}.csv")
    copy.write_text(sample_csv(name), encoding="utf-8")
    source = _open_texts([open_text(copy, workspace)], location, workspace)
    return replace(source, sha256=hashlib.sha256(content).hexdigest())


def _download(location: str, workspace: Workspace) -> Path:
    from http.client import HTTPException
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    name = Path(urlsplit(location).path).name or "download"
    copy = workspace.new_path(name)
    request = Request(location, headers={"User-Agent": "ltvkit"})  # noqa: S310 - http(s) only
    try:
        with (
            urlopen(request, timeout=DOWNLOAD_TIMEOUT_SECONDS) as answer,  # noqa: S310 - as above
            copy.open("wb") as out,
        ):
            expected = answer.headers.get("Content-Length")
            shutil.copyfileobj(answer, out)
    except (URLError, OSError, ValueError, HTTPException) as error:
        raise DataError(
            f"got no answer from {redact(location)} ({error}), expected a csv, parquet or xlsx "
            "file; check the address, or fetch the file yourself and name its path"
        ) from None
    if expected is not None and copy.stat().st_size != int(expected):
        raise DataError(
            f"got {copy.stat().st_size} of {expected} bytes from {redact(location)}, expected all "
            "of them; try again"
        )
    return copy


def _open_duckdb(location: str, workspace: Workspace) -> Source:
    import duckdb

    path, query = database_query(location)
    alias = workspace.new_name("attached")
    name = workspace.new_name("copied")
    try:
        workspace.run(f"ATTACH {literal(str(path))} AS {alias} (READ_ONLY)")
        workspace.run(f"USE {alias}")
        try:
            workspace.run(f"CREATE TABLE memory.main.{name} AS {query}")
        finally:
            workspace.run("USE memory.main")
        workspace.run(f"DETACH {alias}")
    except duckdb.Error as error:
        raise DataError(
            f"got '{first_line(error)}' from {location}, expected a table or query that can be "
            "read; check ?table= or ?query="
        ) from None
    return _from_relation(f"(FROM {name})", location, workspace, file_digest(path))


def _from_relation(
    relation: str,
    location: str,
    workspace: Workspace,
    sha256: str,
    *,
    names: Sequence[str] | None = None,
) -> Source:
    import duckdb

    try:
        described = workspace.rows(f"DESCRIBE SELECT * FROM {relation}")
    except duckdb.Error as error:
        raise DataError(
            f"got {location}, expected a table that can be read; {first_line(error)}"
        ) from None
    columns = tuple(
        # An ENUM is text that is stored as a number; where nothing is in a column, no text is.
        Column(name, f"CAST({ident(found)} AS VARCHAR)", "VARCHAR")
        if kind.startswith(("ENUM", '"NULL"'))
        else Column(name, ident(found), kind)
        for (found, kind, *_), name in zip(
            described, names or unique_names([row[0] for row in described]), strict=True
        )
    )
    return Source(location, workspace, relation, columns, sha256)
