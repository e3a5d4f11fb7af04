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
BLANK = "***"
"""What stands in a location for a password that is not told."""

_SECRET = re.compile(
    r"(?i)(?P<key>[?&](?:ssl)?password=|[?&][a-z_-]*(?:token|secret|signature|api_?key|sig)=)"
    r"(?P<secret>[^&#]+)"
)
"""Passwords of PostgreSQL, and keys by which storage lets somebody in, in a location's query."""


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
    >>> redact("postgresql://db.example.org/shop?user=shop&password=secret&table=orders")
    'postgresql://db.example.org/shop?user=shop&password=***&table=orders'
    >>> redact("https://store.example.org/orders.csv?sig=abc123")
    'https://store.example.org/orders.csv?sig=***'
    """
    if not scheme_of(location):
        return location
    parts = urlsplit(location)
    login, _, host = parts.netloc.rpartition("@")
    if ":" in login:
        user = login.partition(":")[0]
        location = urlunsplit(parts._replace(netloc=f"{user}:{BLANK}@{host}"))
    return _SECRET.sub(rf"\g<key>{BLANK}", location)


def without_secrets(text: str, location: str) -> str:
    """A text about a location, say an error of its server, with no password in it."""
    for secret in (urlsplit(location).password, *(f["secret"] for f in _SECRET.finditer(location))):
        if secret:
            text = text.replace(secret, BLANK)
    return text


def _split_query(location: str) -> tuple[str, str]:
    head, mark, query = location.partition("?")
    return head, mark + query


def _absolute(path: Path, folder: Path) -> str:
    """An absolute path without `..`, unless a link on the way makes them mean something else."""
    whole = str(folder.absolute() / path.expanduser())
    plain = os.path.normpath(whole)
    return plain if os.path.realpath(plain) == os.path.realpath(whole) else whole
