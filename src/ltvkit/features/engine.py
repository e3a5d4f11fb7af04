"""The door to the query engine's results, with its own deprecations kept inside."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import ibis.expr.types as ir
import pandas as pd


@contextmanager
def quiet() -> Iterator[None]:
    """Ibis 12 reads an option that pandas 3 deprecates, and calls a method that DuckDB renamed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*future.infer_string.*")
        warnings.filterwarnings("ignore", message=".*fetch_arrow_table.*")
        yield


def total(values: ir.NumericColumn, where: ir.BooleanValue | None = None) -> ir.FloatingScalar:
    """Sum of amounts, 0 without any, to the millionth.

    Several threads add up in an order that changes from run to run, and with it the last bits of a
    sum of floats; rounded, the sum is the same in every run.
    """
    return values.sum(where=where).fill_null(0).cast("float64").round(6)


def average(values: ir.NumericColumn) -> ir.FloatingValue:
    """Mean of the values that are there, the same in every run; missing without any."""
    return total(values) / values.count().nullif(0)


def spread(values: ir.NumericColumn) -> ir.FloatingValue:
    """Standard deviation of the values that are there (dividing by n).

    Missing without any. Rounded for the same reason as `total`, but taken by the engine: as the
    mean square less the squared mean of rounded sums, equal values would have a spread. Two
    amounts in millionths can have one that ends in half a millionth, where the last bits would
    decide which way it is rounded to millionths: so it is rounded two places further on.
    """
    return values.std(how="pop").cast("float64").round(8)


def fetch(table: ir.Table) -> pd.DataFrame:
    """Compute an expression into a pandas frame."""
    with quiet():
        frame: pd.DataFrame = table.to_pandas()
    return frame
