"""Copies out of databases: a table or a query of SQLite and PostgreSQL, brought into the workspace.

DuckDB could attach both itself only with extensions that are fetched over the network.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from ltvkit.data.reading.delimited import unique_names
from ltvkit.data.reading.locations import redact, scheme_of, without_secrets
from ltvkit.data.reading.workspace import Workspace, ident
from ltvkit.errors import DataError, first_line

BATCH_ROWS = 100_000


def database_query(location: str) -> tuple[Path, str]:
    """The file and the SELECT that `duckdb:///` and `sqlite:///` locations name."""
    head, _, query = location.partition("?")
    path = Path(unquote(head.removeprefix(f"{scheme_of(location)}:///")))
    select, _ = _select(query, location)
    if not path.is_file():
        raise DataError(f"got no file {path}, expected a database; check the path in {location}")
    return path, select


def copy_sqlite(path: Path, query: str, workspace: Workspace) -> tuple[str, tuple[str, ...]]:
    """Copy the rows of a SQLite query into a table of texts; its name, and those of its columns.

    SQLite types values, not columns, so every value comes as text and is read like csv.
    """
    import pyarrow as pa

    name = workspace.new_name("sqlite")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            cursor = database.execute(query)
            names = unique_names([column[0] for column in cursor.description])
            # Names c0, c1, …: DuckDB takes "ID" and "id" for one.
            columns = [f"c{place}" for place in range(len(names))]
            schema = pa.schema([(column, pa.string()) for column in columns])
            listed = ", ".join(f"{column} VARCHAR" for column in columns)
            workspace.run(f"CREATE TABLE {name} ({listed})")
            while rows := cursor.fetchmany(BATCH_ROWS):
                texts = [[_text(value) for value in column] for column in zip(*rows, strict=True)]
                batch = pa.table(texts, schema=schema)
                workspace.connection.register(f"{name}_batch", batch)
                workspace.run(f"INSERT INTO {name} SELECT * FROM {name}_batch")
                workspace.connection.unregister(f"{name}_batch")
    except sqlite3.Error as error:
        raise DataError(
            f"got '{error}' from {path}, expected a table or query that can be read; "
            "check ?table= or ?query="
        ) from None
    return name, names


def copy_postgres(location: str, workspace: Workspace) -> Path:
    """Copy the rows of a PostgreSQL query to a csv file by COPY, the server's fastest way out."""
    try:
        import psycopg
    except ImportError:
        raise DataError(
            "got a postgresql:// location without the PostgreSQL driver, expected psycopg; "
            "install it with: pip install 'ltvkit[postgres]'"
        ) from None
    parts = urlsplit(location)
    select, rest = _select(parts.query, redact(location))
    address = urlunsplit(parts._replace(scheme="postgresql", query=rest))
    copy = workspace.new_path("postgresql.csv")
    try:
        with psycopg.connect(address) as connection, connection.cursor() as cursor:
            connection.read_only = True
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute("SET DateStyle = 'ISO'")
            statement = f"COPY ({select}) TO STDOUT (FORMAT csv, HEADER)"
            with cursor.copy(statement) as rows, copy.open("wb") as out:
                for chunk in rows:
                    out.write(chunk)
    except psycopg.Error as error:
        raise DataError(
            f"got '{without_secrets(first_line(error), location)}' from {redact(location)}, "
            "expected a table or query that can be read; check the address, the login, and ?table= "
            "or ?query="
        ) from None
    return copy


def _select(query: str, location: str) -> tuple[str, str]:
    """The SELECT of a location's `?table=` or `?query=`, and the parameters that remain."""
    pairs = parse_qsl(query, keep_blank_values=True)
    wanted = [(key, value) for key, value in pairs if key in ("table", "query")]
    if len(wanted) != 1 or not wanted[0][1].strip():
        raise DataError(
            f"got {redact(location)}, expected ?table=NAME or ?query=SELECT … at its end; add one"
        )
    key, value = wanted[0]
    rest = urlencode([pair for pair in pairs if pair[0] not in ("table", "query")])
    if key == "query":
        return value.strip().rstrip(";"), rest
    return "SELECT * FROM " + ".".join(ident(part) for part in value.split(".")), rest


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)
