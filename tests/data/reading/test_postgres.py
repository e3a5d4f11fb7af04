"""A real PostgreSQL server, started for the tests on the loopback interface."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from ltvkit.data import ColumnMap, clean, order_days_from_frame, read_transactions
from ltvkit.errors import DataError

pytestmark = pytest.mark.server

FRAME = pd.DataFrame(
    {
        "customer_id": [2**63 + 5, 2**63 + 5, 7, 7],
        "ordered_at": pd.to_datetime(
            ["2024-01-01 23:30", "2024-01-05 10:00", "2024-01-02 00:00", "2024-02-01 00:00"]
        ).tz_localize("UTC"),
        "revenue": [19.99, -5.0, 0.1, 1234.5],
        "gift": [True, False, False, True],
        "note": ["a,b", 'say "hi"', "two\nlines", None],
    }
)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path))
    if not found:
        pytest.fail(
            "no PostgreSQL server under /usr/lib/postgresql/*/bin: install it with "
            "'apt-get install postgresql' (Debian, Ubuntu) and run the tests again",
            pytrace=False,
        )
    return found[-1].parent


@pytest.fixture(scope="module")
def server():
    """Address of a fresh server; root hands it to the user postgres, who may run one."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="ltvkit-postgres-"))
    prefix = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        done = subprocess.run(
            [*prefix, *command], capture_output=True, text=True, cwd=folder, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(folder / "data")
    control = str(binaries / "pg_ctl")
    run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "shop", "-E", "UTF8", "-N")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -F"
    log = str(folder / "server.log")
    run(control, "-D", data, "-l", log, "-w", "-o", options, "start")
    try:
        yield f"postgresql://shop:secret@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def filled(server):
    with psycopg.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(
            'CREATE SCHEMA sales; CREATE TABLE sales."Orders" (customer_id numeric(20), '
            "ordered_at timestamptz, revenue numeric(12, 4), gift boolean, note text)"
        )
        for row in FRAME.itertuples(index=False):
            values = [int(row[0]), row[1].to_pydatetime(), row[2], row[3]]
            note = None if pd.isna(row[4]) else row[4]
            cursor.execute(
                'INSERT INTO sales."Orders" VALUES (%s, %s, %s, %s, %s)', [*values, note]
            )
    return server


COLUMNS = ColumnMap(attributes=["gift", "note"])


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris"])
def test_a_postgresql_table_gives_the_same_order_days_as_the_frame(filled, timezone):
    log = clean(
        read_transactions(f"{filled}?table=sales.Orders"), columns=COLUMNS, timezone=timezone
    )
    expected = order_days_from_frame(FRAME, columns=COLUMNS, timezone=timezone)
    pd.testing.assert_frame_equal(log.to_pandas(), expected.to_pandas())
    assert log.to_pandas()["customer_id"].tolist()[0] == "7"
    assert log.to_pandas()["customer_id"].tolist()[-1] == "9223372036854775813"
    assert "secret" not in log.location


def test_a_query_is_read_like_a_table(filled):
    query = 'SELECT customer_id, ordered_at, revenue FROM sales."Orders" WHERE revenue > 1'
    log = clean(read_transactions(f"{filled}?query={query}"))
    assert log.summary.rows == 2
    assert log.summary.revenue == pytest.approx(1254.49)


def test_a_query_cannot_change_the_database(filled):
    with pytest.raises(DataError):
        read_transactions(f'{filled}?query=DELETE FROM sales."Orders" RETURNING *')
    assert clean(read_transactions(f"{filled}?table=sales.Orders")).summary.rows == 4


def test_what_the_server_refuses_is_told_without_the_password(filled):
    with pytest.raises(DataError, match="does not exist") as caught:
        read_transactions(f"{filled}?table=orders")
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_told():
    with pytest.raises(DataError, match="check the address, the login"):
        read_transactions("postgresql://shop@127.0.0.1:1/postgres?table=orders")
