"""Columns of frames and tables as Arrow arrays of types that DuckDB has."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from decimal import Decimal

    import pyarrow as pa

MOST_DECIMALS = 18
"""Digits behind the point that are kept of decimals with more than 38: money needs six."""

_UNKNOWN_TO_DUCKDB = ("halffloat", "decimal256")


def as_arrow(column: pd.Series) -> "pa.Array":
    """A column as an Arrow array; mixed objects become text, whole floats without `.0`.

    >>> as_arrow(pd.Series([7.0, "a", [1, 2]], dtype=object)).to_pylist()
    ['7', 'a', '[1, 2]']
    """
    import pyarrow as pa

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        utc = column.dt.tz_convert("UTC").dt.tz_localize(None)
        return pa.array(utc, from_pandas=True).cast(pa.timestamp("us", "UTC"), safe=False)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    try:
        array = _known_to_duckdb(pa.array(column, from_pandas=True))
        return array.cast(pa.string()) if pa.types.is_null(array.type) else array
    # Of an infinite Decimal, Arrow raises a TypeError of its own making.
    except (pa.ArrowException, TypeError, OverflowError):
        return pa.array([_as_text(value) for value in column], type=pa.string())


def narrowed(table: "pa.Table") -> "pa.Table":
    """A table whose decimals of more than 38 digits are such as DuckDB has, or else text.

    DuckDB reads them as floats, and of a long id only 15 digits stay.
    """
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_decimal256(field.type):
            wide = table.column(place)
            try:
                array = _known_to_duckdb(wide)
            except pa.ArrowException:
                array = pa.array([_digits(value) for value in wide.to_pylist()], type=pa.string())
            table = table.set_column(place, field.name, array)
    return table


def _known_to_duckdb(array: "pa.Array") -> "pa.Array":
    """Half floats as floats, and decimals with no more than 38 digits.

    Raises
    ------
    pyarrow.ArrowException
        When DuckDB has no type for it, or the digits do not fit.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(array.type):
        return array.cast(pa.float32())
    if pa.types.is_decimal256(array.type):
        decimals = min(array.type.scale, MOST_DECIMALS)
        return pc.round(array, decimals).cast(pa.decimal128(38, decimals))
    if any(unknown in str(array.type) for unknown in _UNKNOWN_TO_DUCKDB):
        raise pa.ArrowNotImplementedError(f"DuckDB has no {array.type}")
    return array


def _digits(value: "Decimal | None") -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _as_text(value: Any) -> str | None:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # The text of a long array or series has its ends only.
    return str(value.tolist() if isinstance(value, np.ndarray | pd.Series) else value)
