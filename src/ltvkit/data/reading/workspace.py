"""The place where a log is worked on: a DuckDB connection and a folder that goes with it."""

import contextlib
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.errors import DataError, offenders

NOTHING = ("", "NULL", "null", "\\N")
"""A blank, and what databases write for a missing value into delimited text."""


class Workspace:
    """A DuckDB database in memory that spills into its own temporary folder.

    Tables and files live until the workspace is closed, or nobody refers to its connection any
    more. The session's time zone is UTC and rows keep the order of their input, so the
    same input gives the same result on every machine.

    Parameters
    ----------
    threads : int, optional
        Processor threads; as many as there are by default.

    Examples
    --------
    >>> with Workspace(threads=1) as workspace:
    ...     workspace.rows("select 6 * 7")
    [(42,)]
    """

    def __init__(self, *, threads: int | None = None) -> None:
        import duckdb

        self.folder = Path(tempfile.mkdtemp(prefix="ltvkit-"))
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "temp_directory": str(self.folder / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                **({"threads": str(threads)} if threads else {}),
            },
        )
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET preserve_insertion_order = true")
        # The bar writes to stdout. In a notebook without ipywidgets there is none, and asking for
        # none is an error.
        with contextlib.suppress(duckdb.InvalidInputException):
            self.connection.execute("SET enable_progress_bar = false")
        self._numbers = count(1)
        # Tied to the connection and not to self: an Ibis table may outlive the workspace.
        self._remove_folder = weakref.finalize(
            self.connection, shutil.rmtree, self.folder, ignore_errors=True
        )

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop every table and remove the folder."""
        self.connection.close()
        self._remove_folder()

    def run(self, sql: str) -> None:
        """Execute a statement."""
        self.connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        """The one row of a query that has one row."""
        return self.rows(sql)[0]

    def frame(self, sql: str) -> pd.DataFrame:
        """The result of a query as a pandas frame: text as `str`, dates as `datetime64[s]`."""
        import pyarrow as pa

        table: pa.Table = self.connection.sql(sql).to_arrow_table()
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        for field in table.schema:
            if pa.types.is_date(field.type):
                frame[field.name] = frame[field.name].astype("datetime64[s]")
            elif pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
                frame[field.name] = frame[field.name].astype("str")
            elif pa.types.is_boolean(field.type) and table[field.name].null_count:
                frame[field.name] = frame[field.name].astype("boolean")
        return frame

    def new_name(self, stem: str) -> str:
        """A table name that this workspace has not used yet."""
        return f"{stem}_{next(self._numbers)}"

    def new_path(self, name: str) -> Path:
        """A path in the workspace's folder that is not in use yet."""
        return self.folder / f"{next(self._numbers)}-{name}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table in a workspace.

    Parameters
    ----------
    name : str
        What the user calls it.
    sql : str
        Its SQL in the table.
    type : str
        Its DuckDB type; `VARCHAR` for everything that comes from delimited text.
    """

    name: str
    sql: str
    type: str

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return self.type == "VARCHAR"

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers."""
        return self.type in _WHOLE

    @property
    def is_fractional(self) -> bool:
        """Whether it holds numbers that need not be whole."""
        return self.type in ("FLOAT", "DOUBLE") or (
            self.type.startswith("DECIMAL") and not self.type.endswith("]")
        )

    @property
    def tidy(self) -> str:
        """Its SQL: texts without spaces and tabs around them, and NULL where nothing is left.

        Or where a database wrote that there is none.
        """
        if not self.is_text:
            return self.sql
        # Trimming given signs is slow, and tabs are rare: some shops write them behind dates.
        tabs = f"CASE WHEN contains({self.sql}, '\t') THEN trim({self.sql}, ' \t')"
        text = f"{tabs} ELSE trim({self.sql}) END"
        return f"CASE WHEN {text} NOT IN ({', '.join(map(literal, NOTHING))}) THEN {text} END"


_WHOLE = frozenset(
    sign + size
    for sign in ("", "U")
    for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)


def of_wrong_type(workspace: Workspace, table: str, column: Column, *, expected: str) -> DataError:
    """What is said of a column whose type holds no such values."""
    values = workspace.rows(
        f"SELECT DISTINCT CAST({column.sql} AS VARCHAR) AS text FROM {table} "
        f"WHERE {column.sql} IS NOT NULL ORDER BY text LIMIT 6"
    )
    return DataError(
        f"column '{column.name}': got {offenders(text for (text,) in values) or 'nothing'} (of "
        f"type {column.type.lower()}), expected {expected}; map another column"
    )


def ident(name: str) -> str:
    """Quote a name for SQL.

    >>> print(ident('unit "price" net'))
    "unit ""price"" net"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
