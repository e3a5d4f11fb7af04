"""Delimited text, fast: one writer for machines and one for people, never to be confused.

A machine gets UTF-8 without a mark, commas, dots, and every character as it is. A person's
spreadsheet would run a cell that begins with `=`, so text for people is guarded; and it reads
numbers in its own country's way.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ltvkit.files import FORMULA_STARTS, guard_text, whole_file

ExcelLocale = Literal["fr", "pl"]

_BLOCK = 100_000

_RUNS = f"^([{re.escape(FORMULA_STARTS)}])"


@dataclass(frozen=True, slots=True)
class _Style:
    delimiter: str = ","
    decimal: str = "."
    guarded: bool = False
    byte_order_mark: bool = False


def write_machine_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write for a program: UTF-8 without mark, comma, dot, ISO dates, no cell changed."""
    with whole_file(path) as fresh, fresh.open("wb") as file:
        _write(frame, file, _Style())


def write_people_csv(
    frame: pd.DataFrame, path: Path, *, excel_locale: ExcelLocale | None = None
) -> None:
    """Write for a person's spreadsheet: text that could be run as a formula gets a `'` in front.

    Parameters
    ----------
    frame : DataFrame
        Numbers and dates stay what they are; only text cells are guarded, when their first
        character is one of `= + - @`, tab, line break or NUL.
    path : Path
    excel_locale : {"fr", "pl"}, optional
        `;` between cells, a comma in decimals and a byte order mark, as Excel wants them there.
    """
    with whole_file(path) as fresh, fresh.open("wb") as file:
        _write(frame, file, _people_style(excel_locale))


def people_csv(frame: pd.DataFrame, *, excel_locale: ExcelLocale | None = None) -> bytes:
    r"""The bytes of `write_people_csv`, for a download.

    >>> people_csv(pd.DataFrame({"who": ["=1+1", "Ann"], "worth": [2.5, -1.0]}))
    b"who,worth\n'=1+1,2.5\nAnn,-1\n"
    """
    text = io.BytesIO()
    _write(frame, text, _people_style(excel_locale))
    return text.getvalue()


def _people_style(excel_locale: ExcelLocale | None) -> _Style:
    local = excel_locale is not None
    return _Style(
        delimiter=";" if local else ",",
        decimal="," if local else ".",
        guarded=True,
        byte_order_mark=local,
    )


def _write(frame: pd.DataFrame, file: BinaryIO, style: _Style) -> None:
    if style.byte_order_mark:
        file.write(b"\xef\xbb\xbf")
    file.write(_header(frame.columns, style))
    for start in range(0, len(frame), _BLOCK):
        file.write(_lines(frame.iloc[start : start + _BLOCK], style))


def _header(names: Iterable[object], style: _Style) -> bytes:
    cells = []
    for name in map(str, names):
        text = guard_text(name) if style.guarded else name
        if any(sign in text for sign in (style.delimiter, '"', "\r", "\n")):
            text = '"' + text.replace('"', '""') + '"'
        cells.append(text)
    return (style.delimiter.join(cells) + "\n").encode()


def _lines(block: pd.DataFrame, style: _Style) -> memoryview:
    """All rows as one piece of UTF-8: an Arrow column of lines holds them back to back."""
    cells = [_cells(block.iloc[:, k], style) for k in range(block.shape[1])]
    joined = pc.binary_join_element_wise(
        *cells, style.delimiter, null_handling="replace", null_replacement=""
    )
    lines = pc.binary_join_element_wise(joined, "", "\n")
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)[lines.offset :]
    text: pa.Buffer = lines.buffers()[2]
    return memoryview(text)[int(offsets[0]) : int(offsets[len(lines)])]


def _cells(values: pd.Series, style: _Style) -> Any:
    """A column as one Arrow array of finished cells, null where blank."""
    finished = _finished(values, style)
    return finished.combine_chunks() if isinstance(finished, pa.ChunkedArray) else finished


def _finished(values: pd.Series, style: _Style) -> Any:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pa.array(values).cast(pa.date32()).cast(pa.string())
    if pd.api.types.is_float_dtype(values.dtype):
        return _decimals(values, style.decimal)
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_integer_dtype(values.dtype):
        return pa.array(values).cast(pa.string())
    text = pa.array(values.astype("str"), from_pandas=True).cast(pa.string())
    if style.guarded:
        text = pc.replace_substring_regex(text, pattern=_RUNS, replacement=r"'\1")
    quoted = pc.match_substring_regex(text, pattern=f'[{style.delimiter}"\r\n]')
    if not pc.any(quoted).as_py():
        return text
    doubled = pc.replace_substring(text, pattern='"', replacement='""')
    return pc.if_else(quoted, pc.binary_join_element_wise('"', doubled, '"', ""), text)


def _decimals(values: pd.Series, decimal: str) -> Any:
    """Floats in their shortest exact form, never in powers of ten."""
    numbers = values.to_numpy(dtype=float, na_value=np.nan) + 0.0
    text = pa.array(numbers, from_pandas=True).cast(pa.string())
    powers = pc.fill_null(pc.match_substring(text, pattern="e"), False).to_numpy(
        zero_copy_only=False
    )
    if powers.any():
        written = np.array(text.to_pylist(), dtype=object)
        written[powers] = [np.format_float_positional(x, trim="-") for x in numbers[powers]]
        text = pa.array(written, type=pa.string())
    return text if decimal == "." else pc.replace_substring(text, pattern=".", replacement=decimal)
