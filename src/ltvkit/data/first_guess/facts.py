"""What is in a column: how full, how varied, how much of it dates or numbers."""

from dataclasses import dataclass

from ltvkit.data.first_guess import names
from ltvkit.data.first_guess.names import likeness
from ltvkit.data.reading.amounts import decide_amounts
from ltvkit.data.reading.dates import FIRST_YEAR, LAST_YEAR, DateReading, decide_dates
from ltvkit.data.reading.identifiers import ROUNDED
from ltvkit.data.reading.sources import Source
from ltvkit.data.reading.workspace import Column, Workspace, literal
from ltvkit.errors import DataError, offenders

SAMPLE_ROWS = 200_000
"""Rows that are looked at; the run itself looks at all of them."""
MOSTLY = 0.9
"""Share of a column's values that must be readable as dates or amounts."""
_PEOPLE = r"^\p{Lu}\p{L}*\.?(?:[ ,'’-]+\p{L}+\.?)+$"
"""Several words, and no digit: J. Smith."""
FEW_VALUES = 50
"""Up to so many different values make a column one to compare groups by."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is in a column.

    Parameters
    ----------
    column : Column
    filled : float
        Share of rows with a value.
    distinct : int
        Different values.
    commonest : float
        Share of the values that are the commonest one.
    most : str
        The commonest value.
    values : tuple of (str, int)
        The values of a text that has few, with their rows; commonest first.
    dates, numbers : float
        Shares of the values that can be read as dates and as numbers.
    zoned : bool
        Whether there are times with an offset.
    whole : bool
        Whether all numbers are whole.
    negative : float
        Share of numbers below 0.
    numbered : float
        Share of values such as #1001 or #B1001, which are numbers of orders.
    rounded : float
        Share of values such as 7.90E+11, which a spreadsheet made of long numbers.
    addresses : float
        Share of values such as smith@example.org.
    people : float
        Share of values such as J. Smith, which are names that several may have.
    date_fault, number_fault : str
        Why the column can be read two ways; empty when it cannot.
    """

    column: Column
    filled: float
    distinct: int
    commonest: float
    most: str
    values: tuple[tuple[str, int], ...]
    dates: float
    numbers: float
    zoned: bool
    whole: bool
    negative: float
    numbered: float
    rounded: float
    addresses: float
    people: float
    date_fault: str
    number_fault: str

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name


def look_at(source: Source) -> tuple[list[ColumnFacts], int]:
    """Facts of every column, from the first rows, and how many rows these were."""
    workspace, table = source.workspace, source.workspace.new_name("looked_at")
    selects = ", ".join(f"{column.tidy} AS c{place}" for place, column in enumerate(source.columns))
    workspace.run(
        f"CREATE TABLE {table} AS SELECT {selects} FROM {source.relation} LIMIT {SAMPLE_ROWS}"
    )
    rows = workspace.row(f"SELECT count(*) FROM {table}")[0]
    if not rows and (malformed := source.malformed_lines()):
        raise DataError(
            f"got {len(malformed):,} lines in {source.location} with more or fewer fields than its "
            f"header ({offenders(source.names)}), expected as many; delete what stands above the "
            "header of the table"
        )
    if not rows:
        raise DataError(f"got no rows in {source.location}, expected some; choose another table")
    return [
        _facts(workspace, table, Column(column.name, f"c{place}", column.type), rows)
        for place, column in enumerate(source.columns)
    ], rows


def _facts(workspace: Workspace, table: str, column: Column, rows: int) -> ColumnFacts:
    sql = column.sql
    filled, distinct = workspace.row(f"SELECT count({sql}), count(DISTINCT {sql}) FROM {table}")
    most, rows_of_most = workspace.row(
        f"SELECT CAST(arg_max(v, n) AS VARCHAR), coalesce(max(n), 0) FROM (SELECT {sql} AS v, "
        f"count(*) AS n FROM {table} WHERE {sql} IS NOT NULL GROUP BY 1 ORDER BY 1)"
    )
    values: list[tuple[str, int]] = []
    if column.is_text and distinct <= FEW_VALUES:
        values = workspace.rows(
            f"SELECT {sql}, count(*) AS n FROM {table} WHERE {sql} IS NOT NULL GROUP BY 1 "
            "ORDER BY n DESC, 1"
        )
    date_fault = number_fault = ""
    dates = numbers = negative = numbered = rounded = addresses = people = 0.0
    whole = zoned = False
    # A number is a date only when it is called one: 20240105 may be an article as well.
    if (
        column.is_text
        or column.type == "DATE"
        or column.type.startswith("TIMESTAMP")
        or (column.is_whole and likeness(column.name, names.DATE))
    ):
        try:
            reading = decide_dates(workspace, table, column)
            dates, zoned = _share(workspace, table, likely(reading), filled), reading.zoned
        except DataError as fault:
            date_fault = str(fault)
    if column.is_text or column.is_whole or column.is_fractional:
        try:
            amount = decide_amounts(workspace, table, column).sql
            numbers = _share(workspace, table, f"isfinite({amount})", filled)
            whole = _share(workspace, table, f"{amount} = trunc({amount})", filled) >= numbers
            negative = _share(workspace, table, f"{amount} < 0", filled)
        except DataError as fault:
            number_fault = str(fault)
    if column.is_text:
        rounded = _share(workspace, table, f"regexp_matches({sql}, {literal(ROUNDED)})", filled)
        addresses = _share(workspace, table, f"{sql} LIKE '_%@_%._%'", filled)
        people = _share(workspace, table, f"regexp_matches({sql}, {literal(_PEOPLE)})", filled)
        numbered = _share(workspace, table, f"regexp_matches({sql}, '^#[A-Za-z]*[0-9]+$')", filled)
    if column.is_text and dates >= MOSTLY and not likeness(column.name, names.DATE):
        digits = _share(workspace, table, f"regexp_matches({sql}, '^[0-9.]+$')", filled)
        dates = 0.0 if digits >= MOSTLY else dates
    return ColumnFacts(
        column,
        filled / rows,
        distinct,
        rows_of_most / max(filled, 1),
        most or "",
        tuple(values),
        dates,
        numbers,
        zoned,
        whole,
        negative,
        numbered,
        rounded,
        addresses,
        people,
        date_fault,
        number_fault,
    )


def likely(reading: DateReading) -> str:
    """The condition that a date is one of a shop's."""
    return f"year({reading.sql}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"


def _share(workspace: Workspace, table: str, condition: str, filled: int) -> float:
    count = workspace.row(f"SELECT count(*) FILTER ({condition}) FROM {table}")[0]
    return float(count / filled) if filled else 0.0
