"""The door to the query engine's results, with its own deprecations kept inside."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import ibis.expr.types as ir
import pandas as pd


@contextmanager
def quiet() -> Iterator[None]:
    """Ibis 12 reads an option that pandas 3 deprecates, and a renamed method of DuckDB."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*future.infer_string.*")
        warnings.filterwarnings("ignore", message=".*fetch_arrow_table.*")
        yield


def fetch(table: ir.Table) -> pd.DataFrame:
    """Compute an expression into a pandas frame."""
    with quiet():
        frame: pd.DataFrame = table.to_pandas()
    return frame
