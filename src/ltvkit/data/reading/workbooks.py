"""Sheets of Excel workbooks (`.xlsx`), brought into the workspace as one table.

A cell knows whether it is a number, a text, a date or a yes/no; its column does not. So cells are
written out as texts, and a column gets the type that all of its cells have. Where they differ it
stays text, and is read like a column of delimited text. Cells with an error (#N/A) are empty.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ltvkit.data.reading.delimited import CHUNK, header_names
from ltvkit.data.reading.workspace import Column, Workspace
from ltvkit.errors import DataError, first_line, offenders

BATCH_ROWS = 20_000
MOST_EXACT = 2**53
"""Whole numbers up to here are exact in a cell."""

_TYPES: dict[type, str] = {
    float: "DOUBLE",
    bool: "BOOLEAN",
    datetime: "TIMESTAMP",
    date: "DATE",
}
"""The DuckDB types of cells; all others are texts."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ERROR = b' t="e"'
"""How a sheet marks a cell that holds an error."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The rows of one sheet or of several, as texts in a parquet file.

    Parameters
    ----------
    path : Path
    columns : tuple of Column
        Their SQL makes values of the texts.
    words : str
        Which sheets were read together, and how many cells held errors; empty where neither is so.
    """

    path: Path
    columns: tuple[Column, ...]
    words: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet that holds a table."""

    path: Path
    name: str
    header: tuple[str, ...]
    """As it stands there, `` where a column has no name."""
    names: tuple[str, ...]
    """A name for each column."""
    rows: Iterator[list[Any]]
    """Those below the header, without blank ones."""


def is_workbook(path: Path) -> bool:
    """Whether a file is an `.xlsx`, by its content.

    Raises
    ------
    DataError
        When it asks for a password, or is another spreadsheet, another zip file or a broken one.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_OFFICE and _ENCRYPTED in path.read_bytes():
        raise DataError(
            f"got {path.name}, which asks for a password, expected a workbook that opens without; "
            "save it without its password"
        )
    if start == _OLD_OFFICE:
        raise DataError(
            f"got {path.name}, a spreadsheet of the old kind (.xls), expected csv, parquet or "
            "xlsx; save it as xlsx or as csv (UTF-8)"
        )
    if start != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as parts:
            is_xlsx = "xl/workbook.xml" in parts.namelist()
    except zipfile.BadZipFile as error:
        raise _broken(path, error) from None
    if not is_xlsx:
        raise DataError(
            f"got {path.name}, a zip file or a spreadsheet of another kind (.ods, .xlsb), expected "
            "csv, parquet or xlsx; unpack it, or save the sheet as xlsx or as csv (UTF-8)"
        )
    return True


def copy_workbooks(paths: Sequence[Path], workspace: Workspace) -> SheetTable:
    """Copy the tables of workbooks into one, in the order of the files and of their sheets.

    A table has two rows and two columns or more. Rows above its header with one cell each are its
    title. Hidden sheets and sheets without a table are passed over.

    Raises
    ------
    DataError
        When a workbook cannot be read or has no table, when its sheets have different columns, or
        when most columns have no name.
    """
    import pyarrow as pa
    from pyarrow import parquet

    copy = workspace.new_path("sheets.parquet")
    sheets = (sheet for path in paths for sheet in _sheets(path))
    first = next(sheets)
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(len(first.names))])
    types: list[set[str]] = [set() for _ in first.names]
    read = []
    with parquet.ParquetWriter(copy, schema) as writer:
        for sheet in chain([first], sheets):
            _refuse_other_columns(sheet, first)
            while rows := list(islice(sheet.rows, BATCH_ROWS)):
                cells = dict(zip(sheet.names, zip(*rows, strict=True), strict=True))
                texts = []
                for name, known in zip(first.names, types, strict=True):
                    column, found = _as_texts(cells.get(name, ("",) * len(rows)))
                    texts.append(column)
                    known |= found
                writer.write_table(pa.table(texts, schema=schema))
            read.append(sheet.name)
    columns = tuple(
        Column(name, f"CAST(c{place} AS {_joint(found)})", _joint(found))
        for place, (name, written, found) in enumerate(
            zip(first.names, first.header, types, strict=True)
        )
        if written or found
    )
    named = [name for name in first.header if name]
    if 2 * len(named) < len(columns):
        raise DataError(
            f"{first.path.name}: got names for {len(named)} of {len(columns)} columns of sheet "
            f"'{first.name}' ({offenders(named)}), expected a header; delete the rows above it"
        )
    return SheetTable(copy, columns, _in_words(paths, read))


def _sheets(path: Path) -> Iterator[_Sheet]:
    """The sheets of a workbook that can be seen and hold a table."""
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    found = False
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            seen = [
                about.name
                for about in workbook.sheets_metadata
                if about.typ == SheetTypeEnum.WorkSheet
                and about.visible == SheetVisibleEnum.Visible
            ]
            for name in seen:
                every = workbook.get_sheet_by_name(name).iter_rows()
                rows = (row for row in every if row.count("") < len(row))
                header = next((row for row in rows if len(row) - row.count("") > 1), None)
                below = next(rows, None)
                if header is None or below is None:
                    continue
                found = True
                written = [(text or "").strip() for text in _as_texts(header)[0]]
                names = header_names(written, path)
                yield _Sheet(path, name, tuple(written), names, chain([below], rows))
    except CalamineError as error:
        raise _broken(path, error) from None
    if not found:
        raise DataError(
            f"got no table in {path.name}, expected a sheet with a header, rows below it and a "
            "column for each value; choose another file"
        )


def _refuse_other_columns(sheet: _Sheet, first: _Sheet) -> None:
    odd = sorted((set(sheet.header) ^ set(first.header)) - {""})
    if not odd:
        return
    if sheet.path == first.path:
        raise DataError(
            f"{sheet.path.name}: got the sheets '{first.name}' and '{sheet.name}' with different "
            f"columns ({offenders(odd)}), expected one table, or the same columns in every sheet; "
            "save the sheet with the table as a file of its own"
        )
    raise DataError(
        f"{sheet.path.name}: got other columns than {first.path.name} ({offenders(odd)}), "
        "expected the same in every file; name files of one kind"
    )


def _as_texts(cells: Sequence[object]) -> tuple[list[str | None], set[str]]:
    """Cells as texts, None where they are empty, and the DuckDB types that hold these.

    Whole numbers have no `.0`; those whose last digits are gone are written as a spreadsheet would.
    """
    texts: list[str | None] = []
    types = set()
    for cell in cells:
        if cell == "":
            texts.append(None)
            continue
        text, held = str(cell), _TYPES.get(type(cell), "VARCHAR")
        if isinstance(cell, float) and cell.is_integer():
            if abs(cell) <= MOST_EXACT:
                text, held = str(int(cell)), "BIGINT"
            else:
                text, held = f"{cell:.16E}", "VARCHAR"
        texts.append(text)
        types.add(held)
    return texts, types


def _joint(types: set[str]) -> str:
    """The DuckDB type of a column whose cells have such types."""
    for wide, narrow in (("DOUBLE", "BIGINT"), ("TIMESTAMP", "DATE")):
        if types == {wide, narrow}:
            return wide
    return next(iter(types)) if len(types) == 1 else "VARCHAR"


def _in_words(paths: Sequence[Path], sheets: Sequence[str]) -> str:
    words = []
    if len(sheets) > len(paths):
        words.append(f"its sheets {offenders(sheets, limit=20)} together")
    if errors := sum(map(_errors_of, paths)):
        cells = f"{errors:,} cell{'s' if errors > 1 else ''}"
        words.append(f"{cells} with an error such as #N/A as empty")
    return ", ".join(["a workbook", *words]) if words else ""


def _errors_of(path: Path) -> int:
    """How many cells of a workbook hold an error, which the library does not tell from none."""
    count = 0
    with zipfile.ZipFile(path) as parts:
        for part in parts.namelist():
            if part.startswith("xl/worksheets/sheet"):
                with parts.open(part) as sheet:
                    end = b""
                    while chunk := sheet.read(CHUNK):
                        count += (end + chunk).count(_ERROR)
                        end = chunk[1 - len(_ERROR) :]
    return count


def _broken(path: Path, error: Exception) -> DataError:
    return DataError(
        f"got {path.name}, expected a whole Excel workbook; {first_line(error)}: fetch it again, "
        "or open it in a spreadsheet and save it as xlsx or as csv (UTF-8)"
    )
