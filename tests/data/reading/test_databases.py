"""Tables and queries of DuckDB and SQLite: the same rows as from a file."""

import sqlite3

import duckdb
import pandas as pd
import pytest
from read_cells import EXPECTED, read

from ltvkit.data import clean, order_days_from_frame, read_transactions
from ltvkit.errors import DataError


def test_a_duckdb_table_and_query_read_like_the_file(tmp_path):
    with duckdb.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders AS SELECT * FROM EXPECTED")
    pd.testing.assert_frame_equal(read(f"duckdb:///{tmp_path}/shop.db?table=orders"), EXPECTED)
    query = "SELECT * FROM orders WHERE revenue::DOUBLE > 10"
    assert len(read(f"duckdb:///{tmp_path}/shop.db?query={query}")) == 2


def test_a_sqlite_table_and_query_read_like_the_file(tmp_path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        EXPECTED.assign(revenue=EXPECTED["revenue"].astype(float)).to_sql(
            "orders", database, index=False
        )
    database.close()
    log = clean(read_transactions(f"sqlite:///{tmp_path}/shop.sqlite?table=orders"))
    pd.testing.assert_frame_equal(log.to_pandas(), order_days_from_frame(EXPECTED).to_pandas())
    query = "SELECT * FROM orders WHERE revenue > 10"
    assert len(read(f"sqlite:///{tmp_path}/shop.sqlite?query={query}")) == 2


def test_a_sqlite_query_may_name_columns_twice(tmp_path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        EXPECTED.to_sql("orders", database, index=False)
    database.close()
    query = "SELECT *, 1 AS ID, 2 AS id FROM orders AS a JOIN orders AS b USING (ordered_at)"
    found = read(f"sqlite:///{tmp_path}/shop.sqlite?query={query}")
    names = ["customer_id_1", "revenue_1", "note_1", "ID", "id"]
    assert list(found) == [*EXPECTED, *names]
    assert (found["ID"] + found["id"]).tolist() == ["12"] * 4


def test_text_that_sqlite_keeps_as_bytes_is_text(tmp_path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        database.execute("CREATE TABLE orders (customer_id BLOB)")
        database.execute("INSERT INTO orders VALUES (?)", ("Zażółć".encode(),))
    found = read(f"sqlite:///{tmp_path}/shop.sqlite?table=orders")
    assert found["customer_id"].tolist() == ["Zażółć"]


def test_a_database_named_as_a_file_is_asked_for_its_table(tmp_path):
    with duckdb.connect(tmp_path / "shop.duckdb") as database:
        database.execute("CREATE TABLE orders (a INT)")
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        database.execute("CREATE TABLE orders (a INT)")
    for kind in ("duckdb", "sqlite"):
        with pytest.raises(DataError, match=rf"write {kind}:///.*shop\.{kind}\?table=NAME"):
            read_transactions(tmp_path / f"shop.{kind}")


def test_a_table_that_a_database_does_not_have_is_told(tmp_path):
    with duckdb.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders (a INT)")
    with pytest.raises(DataError, match="expected a table or query that can be read"):
        read_transactions(f"duckdb:///{tmp_path}/shop.db?table=order")
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        database.execute("CREATE TABLE orders (a INT)")
    database.close()
    with pytest.raises(DataError, match="no such table: order"):
        read_transactions(f"sqlite:///{tmp_path}/shop.sqlite?table=order")
