"""Dates in whatever way a shop writes them, decided from the whole column.

ISO dates are read at once. What is left is sorted into shapes (`9/9/Y 9:9`), and the order of day
and month is taken from the rows that prove it: a first number above 12 is a day. When no row
proves it, the column is refused instead of guessed.
"""

import re
from dataclasses import dataclass

from ltvkit.data.workspace import Workspace, literal
from ltvkit.errors import DataError, offenders

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years outside are sentinels (`0001-01-01`, `9999-12-31`) or typing errors, not orders."""

MIXED_SHARE = 0.01
"""Up to this share of rows that prove the other order are typing errors; more is a mixed column."""

_TIMES = {
    "": "",
    "9:9": "%H:%M",
    "9:9:9": "%H:%M:%S",
    "9:9:9.9": "%H:%M:%S.%f",
    "9:9:9.Y": "%H:%M:%S.%f",
    "9:9 a": "%I:%M %p",
    "9:9:9 a": "%I:%M:%S %p",
    "9:9a": "%I:%M%p",
    "9:9:9a": "%I:%M:%S%p",
}
_NUMERIC = re.compile(
    r"^(?P<date>[9Y](?P<sep>[-/. ])[9Y](?P=sep)[9Y])(?:(?P<gap>,? |T)(?P<time>.+))?$"
)
_NAMED = re.compile(
    r"^(?P<date>9(?P<sep>[-/. ])a(?P=sep)[9Y]|a 9,? [9Y])(?:(?P<gap>,? |T)(?P<time>.+))?$"
)
# Digits only, by their number: yyyymmdd with and without a time, or seconds, milliseconds,
# microseconds and nanoseconds since 1970.
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_EPOCH_PER_SECOND = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}


@dataclass(frozen=True, slots=True)
class DateReading:
    """How a column of dates is read.

    Parameters
    ----------
    sql : str
        A TIMESTAMP in the shop's time zone; NULL where it cannot be read.
    words : str
        The same for people.
    """

    sql: str
    words: str


def decide_dates(
    workspace: Workspace,
    table: str,
    column: str,
    type_: str,
    *,
    name: str,
    timezone: str = "UTC",
    date_format: str | None = None,
    key: str = "data.date_format",
) -> DateReading:
    """Decide from a whole column how its dates are written.

    Parameters
    ----------
    workspace, table, column, type_ :
        The column in the workspace: its table, its SQL and its DuckDB type.
    name : str
        What the user calls the column, for messages.
    timezone : str
        Times with an offset are turned into this zone; times without one are taken to be in it.
    date_format : str, optional
        A strptime format that overrides the decision, for text.
    key : str
        What to set where the column does not tell, for messages.

    Raises
    ------
    DataError
        When the order of day and month cannot be known, or the format is none.
    """
    zone = literal(timezone)
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return DateReading(f"timezone({zone}, {column})", f"times, turned into {timezone}")
    if type_ == "DATE" or type_.startswith("TIMESTAMP"):
        return DateReading(f"CAST({column} AS TIMESTAMP)", "dates")
    if type_ in ("FLOAT", "DOUBLE") or type_.startswith("DECIMAL"):
        text = f"CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR)"
    elif type_ == "VARCHAR":
        text = f"nullif(trim({column}), '')"
    elif "INT" in type_:
        text = f"CAST({column} AS VARCHAR)"
    else:
        raise DataError(
            f"column '{name}': got {type_.lower()} values, expected dates; map another column"
        )
    if date_format is not None:
        return _given(workspace, table, text, date_format, zone, key)
    return _decide_text(workspace, table, text, name=name, zone=timezone, key=key)


def _given(
    workspace: Workspace, table: str, text: str, date_format: str, zone: str, key: str
) -> DateReading:
    import duckdb

    parsed = f"try_strptime({text}, {literal(date_format)})"
    try:
        kind = workspace.row(f"SELECT typeof(try_strptime('', {literal(date_format)}))")[0]
        workspace.rows(f"SELECT {parsed} FROM {table} LIMIT 0")
    except duckdb.Error as error:
        raise DataError(
            f"{key}: got {date_format!r}, expected a strptime format such as %d/%m/%Y; "
            f"{str(error).splitlines()[0]}"
        ) from None
    if kind != "TIMESTAMP":
        parsed = f"timezone({zone}, {parsed})"
    return DateReading(parsed, f"written {date_format}")


def _decide_text(
    workspace: Workspace, table: str, text: str, *, name: str, zone: str, key: str
) -> DateReading:
    # DuckDB reads '01-02-20' as the year 1: four digits are asked for.
    iso = f"TRY_CAST({text} AS TIMESTAMP)"
    is_iso = f"({iso} >= TIMESTAMP '1000-01-01')"
    offset = rf"regexp_matches(substr({text}, 11), '[-+]|[A-Za-z]{{3}}|Z$')"
    there, read, zoned = workspace.row(
        f"SELECT count({text}), count(*) FILTER ({is_iso}), "
        f"count(*) FILTER (length({text}) > 16 AND {offset}) FROM {table}"
    )
    local = iso
    words = ["ISO dates"] if read else []
    if zoned:
        # The cast to TIMESTAMP drops an offset silently; the cast with zone minds it.
        joined = rf"regexp_replace({text}, ' ([-+]\d)', '\1')"
        local = (
            f"CASE WHEN length({text}) > 16 AND {offset} THEN timezone({literal(zone)}, "
            f"TRY_CAST({joined} AS TIMESTAMPTZ)) ELSE {iso} END"
        )
        words = [f"ISO times with an offset, turned into {zone}"]
    if read == there:
        return DateReading(local, ", ".join(words) or "no dates")
    others = _other_formats(workspace, table, text, is_iso, name=name, key=key)
    if not others:
        return DateReading(f"CASE WHEN {is_iso} THEN {local} END", ", ".join(words) or "unreadable")
    formats = [found for found in others if found.startswith("%")]
    readings = [rest for rest in others if not rest.startswith("%")]
    if formats:
        listed = ", ".join(literal(found) for found in formats)
        readings.append(f"try_strptime({text}, [{listed}])")
        words += [f"written {', '.join(formats)}"]
    if len(readings) > bool(formats):
        words.append("digits only")
    if read:
        readings.insert(0, f"CASE WHEN {is_iso} THEN {local} END")
    return DateReading(f"coalesce({', '.join(readings)})", ", ".join(words))


def _other_formats(
    workspace: Workspace, table: str, text: str, is_iso: str, *, name: str, key: str
) -> list[str]:
    """Formats of strptime (and SQL for digits) that read what is not ISO, commonest shape first."""
    shape = (
        "regexp_replace(regexp_replace(regexp_replace(t, '[0-9]{4,}', 'Y', 'g'), "
        "'[0-9]+', '9', 'g'), '[A-Za-z]{2,}', 'a', 'g')"
    )
    shapes = workspace.rows(
        "SELECT shape, CASE WHEN shape IN ('Y', 'Y.9') THEN length(split_part(t, '.', 1)) ELSE 0 "
        f"END AS size, count(*) AS n, min(t) FROM (SELECT t, {shape} AS shape FROM "
        f"(SELECT {text} AS t FROM {table} WHERE {text} IS NOT NULL AND {is_iso} IS NOT TRUE)) "
        "GROUP BY ALL ORDER BY n DESC, shape, size LIMIT 200"
    )
    found: list[str] = []
    for form, size, _, example in shapes:
        found += [
            new
            for new in _readings(workspace, table, text, form, size, name, key, example)
            if new not in found
        ]
    return found


def _readings(
    workspace: Workspace,
    table: str,
    text: str,
    form: str,
    size: int,
    name: str,
    key: str,
    example: str,
) -> list[str]:
    if form in ("Y", "Y.9"):
        # Numbers that met missing values end in '.0'.
        digits = text if form == "Y" else rf"regexp_replace({text}, '\.0+$', '')"
        of_size = f"CASE WHEN length({digits}) = {size} THEN"
        if size in _COMPACT:
            return [f"{of_size} try_strptime({digits}, '{_COMPACT[size]}') END"]
        if size in _EPOCH_PER_SECOND:
            micros = f"TRY_CAST({digits} AS HUGEINT) * 1000000 // {_EPOCH_PER_SECOND[size]}"
            return [f"{of_size} make_timestamp(CAST({micros} AS BIGINT)) END"]
        return []
    if form in ("YTY", "YTYZ"):
        return ["%Y%m%dT%H%M%S" + ("Z" if form.endswith("Z") else "")]
    return _named(form, example) or _numeric(workspace, table, text, form, name, key)


def _named(form: str, example: str) -> list[str]:
    found = _NAMED.match(form)
    time = _TIMES.get(found["time"] or "") if found else None
    if found is None or time is None:
        return []
    year = "%Y" if "Y" in found["date"] else "%y"
    word = next(iter(re.findall(r"[A-Za-z]{2,}", example)), "")
    month = "%b" if len(word) == 3 else "%B"
    if found["date"].startswith("a"):
        date = f"{month} %d{',' if ',' in found['date'] else ''} {year}"
    else:
        date = found["sep"].join(["%d", month, year])
    return [date + ((found["gap"] or " ") + time if time else "")]


def _numeric(
    workspace: Workspace, table: str, text: str, form: str, name: str, key: str
) -> list[str]:
    found = _NUMERIC.match(form)
    time = _TIMES.get(found["time"] or "") if found else None
    if found is None or time is None:
        return []
    sep, gap = found["sep"], found["gap"] or " "
    tail = gap + time if time else ""
    parts = found["date"].split(sep)
    if parts[0] == "Y":
        return [sep.join(["%Y", "%m", "%d"]) + tail] if parts.count("Y") == 1 else []
    if "Y" in parts[:2]:
        return []
    year = "%Y" if parts[2] == "Y" else "%y"
    day_first = sep.join(["%d", "%m", year]) + tail
    month_first = sep.join(["%m", "%d", year]) + tail
    proofs_day, proofs_month, examples = _day_month_proofs(workspace, table, text)
    proofs = proofs_day + proofs_month
    if proofs == 0:
        raise DataError(
            f"column '{name}': got {offenders(examples)}, which can be read day first or month "
            f"first (no row has a number above 12), expected to know; set {key} to "
            f"'{day_first}' or '{month_first}'"
        )
    if min(proofs_day, proofs_month) > MIXED_SHARE * proofs:
        raise DataError(
            f"column '{name}': got {proofs_day} dates that must be day first and {proofs_month} "
            f"that must be month first, expected one order; set {key} to '{day_first}' or "
            f"'{month_first}' (the others are put aside), or mend the file"
        )
    return [day_first if proofs_day > proofs_month else month_first]


def _day_month_proofs(workspace: Workspace, table: str, text: str) -> tuple[int, int, list[str]]:
    """Rows that prove day first, rows that prove month first, and some examples."""
    pair = r"'^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ][0-9]{2,4}(?:[^0-9]|$)'"
    first = f"TRY_CAST(regexp_extract({text}, {pair}, 1) AS INT)"
    second = f"TRY_CAST(regexp_extract({text}, {pair}, 2) AS INT)"
    day, month = workspace.row(
        f"SELECT count(*) FILTER (a BETWEEN 13 AND 31 AND b BETWEEN 1 AND 12), "
        f"count(*) FILTER (b BETWEEN 13 AND 31 AND a BETWEEN 1 AND 12) "
        f"FROM (SELECT {first} AS a, {second} AS b FROM {table})"
    )
    examples = workspace.rows(
        f"SELECT DISTINCT {text} AS example FROM {table} WHERE {first} IS NOT NULL "
        "ORDER BY example LIMIT 3"
    )
    return day, month, [row[0] for row in examples]
