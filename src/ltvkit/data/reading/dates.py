"""Dates in whatever way a shop writes them, decided from the whole column.

ISO dates are read at once. What is left is sorted into shapes (`9/9/Y 9:9`), without the words and
zones around it and names of months in English, and the order of day and month is taken from the
rows that prove it: a first number above 12 is a day. When no row proves it, the column is refused
instead of guessed.
"""

import re
from dataclasses import dataclass, replace

from ltvkit.data.reading.calendars import in_our_years
from ltvkit.data.reading.digits import EPOCH_PER_SECOND, digits_alike, digits_of, of_digits
from ltvkit.data.reading.months import in_english
from ltvkit.data.reading.spoken_dates import names_zone, plainly, taken_for, zone_minutes
from ltvkit.data.reading.workspace import Column, Workspace, literal, of_wrong_type
from ltvkit.errors import DataError, first_line, offenders

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years outside are sentinels (`0001-01-01`, `9999-12-31`) or typing errors, not orders."""

MIXED_SHARE = 0.01
"""Up to this share of rows that prove the other order are typing errors; more is a mixed column."""

FEWEST_TURNED = 20
"""Dates that are no chance if all are of a month's first 12 days: 4 in 10 are, or 1e-8 of them."""

MORE_THAN_MONTHS = 13
"""Different numbers at the end of dates, where as many years would be meant if no days were."""

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
    r"^(?P<date>9(?P<sep>[-/. ])a(?P=sep)[9Y]|a(?P<after>[-/. ])9,?(?P=after)[9Y])"
    r"(?:(?P<gap>,? |T)(?P<time>.+))?$"
)
_MOMENTS = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_INSTANTS = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")


@dataclass(frozen=True, slots=True)
class DateReading:
    """How a column of dates is read.

    Parameters
    ----------
    sql : str
        A TIMESTAMP in the shop's time zone; NULL where it cannot be read.
    words : str
        The same for people.
    zoned : bool
        Whether there are instants, which are turned into the shop's time zone: times with an
        offset, and seconds since 1970.
    """

    sql: str
    words: str
    zoned: bool = False


@dataclass(frozen=True, slots=True)
class _Texts:
    """A column of texts to find dates in, what to call it in messages, and the order to take.

    `order` counts in `_orders_of`, for where no row proves one.
    """

    workspace: Workspace
    table: str
    sql: str
    name: str
    order: int | None = None


def decide_dates(
    workspace: Workspace,
    table: str,
    column: Column,
    *,
    timezone: str = "UTC",
    date_format: str | None = None,
) -> DateReading:
    """Decide from a whole column how its dates are written.

    Parameters
    ----------
    workspace, table, column :
        The column and its table. Texts are trimmed, and NULL where empty.
    timezone : str
        Times with an offset are turned into this zone; times without one are taken to be in it.
    date_format : str, optional
        A strptime format that overrides the decision, for text. Where no value has it, as in
        another table, its order of day and month is taken if the column can be read two ways.

    Raises
    ------
    DataError
        When the order of day and month cannot be known, or the format is none.
    """
    zone = literal(timezone)
    if column.type in _INSTANTS:
        sql = f"timezone({zone}, {_to_microseconds(column, 'TIMESTAMPTZ')})"
        return DateReading(sql, f"times, turned into {timezone}", zoned=True)
    if column.type in _MOMENTS:
        return DateReading(_to_microseconds(column, "TIMESTAMP"), "dates")
    if column.is_text:
        sql = column.sql
    elif column.is_whole or column.is_fractional:
        sql = digits_of(column)
    else:
        raise of_wrong_type(workspace, table, column, expected="dates")
    texts = _Texts(workspace, table, sql, column.name)
    if date_format is not None:
        if given := _as_given(texts, date_format, zone):
            return given
        first = "".join(re.findall(r"%-?([dmyY])", date_format)[:2])
        texts = replace(texts, order={"dm": 0, "md": 1}.get(first))
    return _decide(texts, timezone)


def _to_microseconds(column: Column, kind: str) -> str:
    """The cast of a column of moments; from nanoseconds it would round, up to the next day."""
    if not column.type.endswith("_NS"):
        return f"CAST({column.sql} AS {kind})"
    return f"CAST(make_timestamp(epoch_ns({column.sql}) // 1000) AS {kind})"  # The session is UTC.


def _as_given(texts: _Texts, date_format: str, zone: str) -> DateReading | None:
    import duckdb

    parsed = f"try_strptime({texts.sql}, {literal(date_format)})"
    try:
        kind = texts.workspace.row(f"SELECT typeof(try_strptime('', {literal(date_format)}))")[0]
    except duckdb.Error as error:
        raise DataError(
            f"data.date_format: got {date_format!r}, expected a strptime format such as %d/%m/%Y; "
            f"{first_line(error)}"
        ) from None
    if kind != "TIMESTAMP":
        parsed = f"timezone({zone}, {parsed})"
    (read,) = texts.workspace.row(f"SELECT count({parsed}) FROM {texts.table}")
    return DateReading(parsed, f"written {date_format}") if read else None


def _decide(texts: _Texts, timezone: str) -> DateReading:
    text = texts.sql
    # DuckDB reads '01-02-20' as the year 1: four digits are asked for.
    iso = f"TRY_CAST({text} AS TIMESTAMP)"
    is_iso = f"({iso} >= TIMESTAMP '1000-01-01')"
    has_offset = (
        f"(length({text}) > 16 AND regexp_matches(substr({text}, 11), '[-+]|[A-Za-z]{{3}}|Z$'))"
    )
    there, read, far, zoned, in_zones = texts.workspace.row(
        f"SELECT count({text}), count(*) FILTER ({is_iso}), count(*) FILTER ({is_iso} AND "
        f"year({iso}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}), "
        f"count(*) FILTER ({has_offset} AND {is_iso}), count(*) FILTER ({names_zone(text)}) "
        f"FROM {texts.table}"
    )
    if (in_zones or read < there) and (spoken := _as_spoken(texts, timezone)):
        return spoken
    if (far or read < there) and (
        ours := in_our_years(texts.workspace, texts.table, text, name=texts.name)
    ):
        reading = _decide(replace(texts, sql=f"({ours})"), timezone)
        return replace(reading, words=f"{reading.words}, of the Buddhist era")
    local, words = iso, ["ISO dates"] if read else []
    if zoned:
        # The cast to TIMESTAMP drops an offset silently; the cast with zone minds it.
        joined = rf"regexp_replace({text}, ' ([-+]\d)', '\1')"
        instant = f"timezone({literal(timezone)}, TRY_CAST({joined} AS TIMESTAMPTZ))"
        local = f"CASE WHEN {has_offset} THEN {instant} ELSE {iso} END"
        words = [f"ISO times with an offset, turned into {timezone}"]
    if read == there:
        return DateReading(local, ", ".join(words) or "no dates", zoned=zoned > 0)
    texts = replace(texts, sql=in_english(texts.workspace, texts.table, text))
    formats, readings, instants = _other_formats(texts, is_iso, timezone, few=MIXED_SHARE * there)
    if read and formats:
        _refuse_half_turned(texts, iso, is_iso)
    if formats:
        listed = ", ".join(literal(found) for found in formats)
        words.append(f"{'others ' if words else ''}written {', '.join(formats)}")
        formatted = [f"try_strptime({texts.sql}, [{listed}])"]
    else:
        formatted = []
    if readings:
        words.append("digits only")
    isos = [f"CASE WHEN {is_iso} THEN {local} END"] if read or not (readings or formats) else []
    sql = f"coalesce({', '.join([*isos, *readings, *formatted])}, NULL)"
    return DateReading(sql, ", ".join(words) or "unreadable", zoned=zoned > 0 or instants)


def _as_spoken(texts: _Texts, timezone: str) -> DateReading | None:
    """How dates are read without the words and zones that stand around them, if any do."""
    spoken = plainly(texts.workspace, texts.table, texts.sql)
    if spoken is None:
        return None
    read = _decide(replace(texts, sql=f"({spoken.sql})"), timezone)
    if not spoken.zoned:
        return read
    ahead = zone_minutes(texts.sql, timezone=timezone)
    instant = f"timezone('UTC', {read.sql} - to_minutes({ahead}))"
    local = f"timezone({literal(timezone)}, {instant})"
    sql = f"CASE WHEN {ahead} IS NULL THEN {read.sql} ELSE {local} END"
    words = f"{read.words}, turned into {timezone} where a zone is said"
    words += taken_for(spoken.zones, timezone=timezone)
    return DateReading(sql, words, zoned=True)


def _other_formats(
    texts: _Texts, is_iso: str, timezone: str, *, few: float
) -> tuple[list[str], list[str], bool]:
    """What reads the texts that are not ISO: strptime formats, and SQL for compact forms.

    And whether some of these are instants, which have another day in another zone.
    Shapes come commonest first. A shape that can be read two ways is refused, unless it makes up
    no more than `few` rows: then these are put aside like other unreadable dates.
    """
    shape = (
        "regexp_replace(regexp_replace(regexp_replace(t, '[A-Za-z]{2,}', 'a', 'g'), "
        "'[0-9]{4,}', 'Y', 'g'), '[0-9]+', '9', 'g')"
    )
    # Alike but for their digits, texts have one shape.
    alike = (
        f"SELECT {digits_alike(texts.sql)} AS t, count(*) AS n FROM {texts.table} "
        f"WHERE {texts.sql} IS NOT NULL AND {is_iso} IS NOT TRUE GROUP BY 1"
    )
    shapes = texts.workspace.rows(
        "SELECT shape, CASE WHEN shape IN ('Y', 'Y.9', 'Y.Y') "
        "THEN length(split_part(t, '.', 1)) ELSE 0 "
        f"END AS size, sum(n)::BIGINT AS n FROM (SELECT t, n, {shape} AS shape FROM ({alike})) "
        "GROUP BY 1, 2 ORDER BY n DESC, shape, size LIMIT 200"
    )
    formats: list[str] = []
    readings: list[str] = []
    both_ways = [(orders, rows) for form, _, rows in shapes if (orders := _orders_of(form))]
    order = None
    if both_ways and all("%Y" not in orders[0] for orders, _ in both_ways):
        order = 2 if _is_year_first(texts) else None
    if both_ways and order is None:
        order = _day_or_month_first(
            texts, both_ways[0][0], refuse=sum(rows for _, rows in both_ways) > few
        )
    for form, size, _ in shapes:
        orders = _orders_of(form)
        if form in ("Y", "Y.9", "Y.Y", "YTY", "YTYZ"):
            readings += of_digits(texts.sql, form, size, timezone)
        elif orders and order is not None:
            formats.append(orders[order])
        elif not orders:
            formats += _year_first(form) or _with_month_name(form)
    instants = any(form == "YTYZ" or size in EPOCH_PER_SECOND for form, size, _ in shapes)
    return list(dict.fromkeys(formats)), readings, instants


def _refuse_half_turned(texts: _Texts, iso: str, is_iso: str) -> None:
    """Refuse dates in which a spreadsheet took days for months wherever it could.

    To one that writes months first, 12/02/2024 is the 2nd of December, and 13/02/2024 a text.
    """
    above = "(1[3-9]|2[0-9]|3[01])"
    odd = f"^({above}[-/. ][0-9]{{1,2}}|[0-9]{{1,2}}[-/. ]{above})[-/. ][0-9]{{2,4}}([^0-9]|$)"
    late, dates, left, example = texts.workspace.row(
        f"SELECT count(*) FILTER (late), count(*) FILTER (is_date), count(*) FILTER (odd), "
        "min(t) FILTER (odd) FROM "
        f"(SELECT {texts.sql} AS t, {is_iso} AS is_date, {is_iso} AND day({iso}) > 12 AS late, "
        f"regexp_matches(t, '{odd}') AS odd FROM {texts.table})"
    )
    if late == 0 and min(dates, left) >= FEWEST_TURNED:
        raise DataError(
            f"column '{texts.name}': got {dates} dates that are all of the first 12 days of a "
            f"month, beside {left} texts such as {example!r}, expected dates of one kind: a "
            "spreadsheet took days for months where it could; take the file as it was before"
        )


def _with_month_name(form: str) -> list[str]:
    """The formats with the month cut short and in full: of "May" alone nobody can tell which."""
    found = _NAMED.match(form)
    time = _TIMES.get(found["time"] or "") if found else None
    if found is None or time is None:
        return []
    year = "%Y" if "Y" in found["date"] else "%y"
    tail = (found["gap"] or " ") + time if time else ""
    if found["date"].startswith("a"):
        comma, sep = "," if "," in found["date"] else "", found["after"]
        return [f"{month}{sep}%d{comma}{sep}{year}{tail}" for month in ("%b", "%B")]
    return [found["sep"].join(["%d", month, year]) + tail for month in ("%b", "%B")]


def _year_first(form: str) -> list[str]:
    parts, sep, tail = _numbers(form)
    if parts[:1] == ["Y"] and parts.count("Y") == 1:
        return [sep.join(["%Y", "%m", "%d"]) + tail]
    return []


def _orders_of(form: str) -> tuple[str, str, str] | None:
    """The formats day first, month first and year first, of a shape that can be any of these."""
    parts, sep, tail = _numbers(form)
    if len(parts) != 3 or "Y" in parts[:2]:
        return None
    year = "%Y" if parts[2] == "Y" else "%y"
    orders = (["%d", "%m", year], ["%m", "%d", year], [year, "%m", "%d"])
    first, second, third = (sep.join(order) + tail for order in orders)
    return first, second, third


def _numbers(form: str) -> tuple[list[str], str, str]:
    """The three numbers of a shape's date, what parts them, and the format of its time."""
    found = _NUMERIC.match(form)
    time = _TIMES.get(found["time"] or "") if found else None
    if found is None or time is None:
        return [], "", ""
    tail = (found["gap"] or " ") + time if time else ""
    return found["date"].split(found["sep"]), found["sep"], tail


def _is_year_first(texts: _Texts) -> bool:
    """Whether two digits of the year come first, as in 24-01-31: read as days, none is below 13."""
    numbers = "'^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{2})(?:[^0-9]|$)'"
    a, b, c = (f"CAST(regexp_extract({texts.sql}, {numbers}, {n}) AS INT)" for n in (1, 2, 3))
    rows, fit, ends = texts.workspace.row(
        "SELECT count(*), count(*) FILTER (a > 12 AND b BETWEEN 1 AND 12 AND c BETWEEN 1 AND 31), "
        f"count(DISTINCT c) FROM (SELECT {a} AS a, {b} AS b, {c} AS c FROM {texts.table} "
        f"WHERE regexp_matches({texts.sql}, {numbers}))"
    )
    return bool(
        fit >= FEWEST_TURNED and fit >= (1 - MIXED_SHARE) * rows and ends >= MORE_THAN_MONTHS
    )


def _day_or_month_first(texts: _Texts, orders: tuple[str, str, str], *, refuse: bool) -> int | None:
    """0 where days come before months, 1 after, by the rows that prove it; None if none does."""
    numbers = "'^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ][0-9]{2,4}(?:[^0-9]|$)'"
    first = f"TRY_CAST(regexp_extract({texts.sql}, {numbers}, 1) AS INT)"
    second = f"TRY_CAST(regexp_extract({texts.sql}, {numbers}, 2) AS INT)"
    day_first, month_first = texts.workspace.row(
        "SELECT count(*) FILTER (a BETWEEN 13 AND 31 AND b BETWEEN 1 AND 12), "
        "count(*) FILTER (b BETWEEN 13 AND 31 AND a BETWEEN 1 AND 12) "
        f"FROM (SELECT {first} AS a, {second} AS b FROM {texts.table})"
    )
    proofs = day_first + month_first
    if proofs and min(day_first, month_first) <= MIXED_SHARE * proofs:
        return int(month_first > day_first)
    if not refuse or (not proofs and texts.order is not None):
        return texts.order
    if proofs:
        raise DataError(
            f"column '{texts.name}': got {day_first} dates that must be day first and "
            f"{month_first} that must be month first, expected one order; set data.date_format to "
            f"'{orders[0]}' or '{orders[1]}' (the others are put aside), or mend the file"
        )
    examples = texts.workspace.rows(
        f"SELECT DISTINCT {texts.sql} AS example FROM {texts.table} WHERE {first} IS NOT NULL "
        "ORDER BY example LIMIT 3"
    )
    raise DataError(
        f"column '{texts.name}': got {offenders(row[0] for row in examples)}, which can be read "
        "day first or month first (no row has a number above 12), expected to know; set "
        f"data.date_format to '{orders[0]}' or '{orders[1]}'"
    )
