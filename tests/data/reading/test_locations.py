"""Where a log may be: what is told of a location, and what is kept from being told."""

from pathlib import Path

import pytest

from ltvkit.data import read_transactions
from ltvkit.data.reading.locations import redact, resolve_location, without_secrets
from ltvkit.errors import DataError


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("s3://bucket/orders.csv", "export the table to csv or parquet first"),
        ("sample:cdnov", "expected one of 'sample:cdnow', 'sample:cdnow_sample'"),
        ("duckdb:///none.db?table=x", "got no file none.db"),
        ("duckdb:///none.db", r"expected \?table=NAME or \?query="),
    ],
)
def test_a_location_that_cannot_be_read_is_told(location, words):
    with pytest.raises(DataError, match=words):
        read_transactions(location)


def test_passwords_are_blanked_and_relative_databases_resolved():
    assert redact("postgresql://u:p@h/d?table=x") == "postgresql://u:***@h/d?table=x"
    assert redact("orders@home.csv") == "orders@home.csv"
    told = redact("postgresql://h/d?user=u&password=p%40ss&sslpassword=q&query=SELECT+1")
    assert told == "postgresql://h/d?user=u&password=***&sslpassword=***&query=SELECT+1"
    assert (
        redact("https://h/x.csv?X-Amz-Signature=ab&id=7")
        == "https://h/x.csv?X-Amz-Signature=***&id=7"
    )
    assert redact("https://h/x.csv?design=7") == "https://h/x.csv?design=7"
    assert redact("orders?password=x.csv") == "orders?password=x.csv", (
        "a path is no location of a server"
    )
    said = without_secrets("no login with p at h", "postgresql://h/d?password=p&table=x")
    assert said == "no login with *** at h"
    assert resolve_location("~/x.csv", Path("/a")) == str(Path("~/x.csv").expanduser())
    assert resolve_location("sqlite:////abs/x.db?table=y", Path("/a")).startswith("sqlite:////abs")


def test_an_address_with_a_space_is_told_without_a_traceback():
    with pytest.raises(DataError, match="check the address"):
        read_transactions("http://127.0.0.1:9/my orders.csv")
