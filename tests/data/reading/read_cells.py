"""A small table that is hard to read, and every cell of a source as the tests compare it."""

from pathlib import Path

import pandas as pd

from ltvkit.data import read_transactions

ROWS = [
    ("007", "2024-01-05", "12.50", "Zażółć"),
    ("7", "2024-01-06", "3", "crème, brûlée"),
    ("18446744073709551615", "2024-02-01", "-1.25", 'a "quoted" word'),
    ("18446744073709551615", "2024-01-31", "20", ""),
]
HEADER = ("customer_id", "ordered_at", "revenue", "note")
EXPECTED = pd.DataFrame(ROWS, columns=list(HEADER))


def read(location: str | Path) -> pd.DataFrame:
    """Every cell of a source as text, in order, missing as empty."""
    source = read_transactions(location)
    cells = ", ".join(f"coalesce(CAST({column.sql} AS VARCHAR), '')" for column in source.columns)
    rows = source.workspace.rows(f"SELECT {cells} FROM {source.relation}")
    return pd.DataFrame(rows, columns=list(source.names))
