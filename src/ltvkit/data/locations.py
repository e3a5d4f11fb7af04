"""Where a table lies: paths, folders, patterns, URLs and databases, told apart by their text.

Nothing is opened here, so a configuration can resolve and print locations cheaply.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_SCHEME = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://")
FILE_DATABASES = ("duckdb", "sqlite")
SERVERS = ("postgresql", "postgres")
SAMPLE = "sample:"


def scheme_of(location: str) -> str:
    """The scheme of a URL in lower case; `sample` for shipped data; `` for a path.

    >>> scheme_of("https://example.org/a.csv"), scheme_of("sample:cdnow"), scheme_of("C:/a.csv")
    ('https', 'sample', '')
    """
    if location.startswith(SAMPLE):
        return "sample"
    found = _SCHEME.match(location)
    return found["scheme"].lower() if found else ""


def resolve_location(location: str, folder: Path) -> str:
    """Make a relative path absolute, starting from `folder`; leave every URL as it is.

    The path inside `duckdb:///orders.db` and `sqlite:///orders.db` is relative too (four slashes
    make it absolute).

    >>> resolve_location("orders.csv", Path("/shop"))
    '/shop/orders.csv'
    >>> resolve_location("duckdb:///orders.db?table=orders", Path("/shop"))
    'duckdb:////shop/orders.db?table=orders'
    >>> resolve_location("../orders.csv", Path("/shop/configs"))
    '/shop/orders.csv'
    >>> resolve_location("sample:cdnow", Path("/shop"))
    'sample:cdnow'
    """
    scheme = scheme_of(location)
    if scheme in FILE_DATABASES:
        head, query = _split_query(location)
        path = Path(head.removeprefix(f"{scheme}:///"))
        return f"{scheme}:///{_absolute(path, folder)}{query}"
    return location if scheme else _absolute(Path(location), folder)


def redact(location: str) -> str:
    """The location without its password, for messages and records.

    >>> redact("postgresql://shop:secret@db.example.org/shop?table=orders")
    'postgresql://shop:***@db.example.org/shop?table=orders'
    """
    if not scheme_of(location) or "@" not in location:
        return location
    parts = urlsplit(location)
    login, _, host = parts.netloc.rpartition("@")
    if ":" not in login:
        return location
    user = login.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}:***@{host}"))


def _split_query(location: str) -> tuple[str, str]:
    head, mark, query = location.partition("?")
    return head, mark + query


def _absolute(path: Path, folder: Path) -> str:
    """An absolute path without `..`, unless a link on the way makes them mean something else."""
    whole = str(folder.absolute() / path.expanduser())
    plain = os.path.normpath(whole)
    return plain if os.path.realpath(plain) == os.path.realpath(whole) else whole
