"""Dates of digits only, told apart by their number.

`20240131` with and without a time, days as a spreadsheet counts them, or seconds, milliseconds,
microseconds and nanoseconds since 1970.
"""

from ltvkit.data.reading.delimited import UNSEEN
from ltvkit.data.reading.workspace import Column, literal

_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_SHEET_DIGITS = 5
_SHEET_DAYS = (29_221, 73_050)
"""1980 to 2099 as spreadsheets count days, with the time in decimals: from 1899-12-30 on."""
_DIGITS = "".join(
    chr(zero + digit) for zero in (0xFF10, 0x660, 0x6F0, 0x966, 0xE50) for digit in range(10)
)
"""Those of full width, and of Arabic, Persian, Hindi and Thai."""
_WIDE_SIGNS, _SIGNS = "／：－．，　", "/:-., "
EPOCH_PER_SECOND = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}


def ascii_digits(text: str) -> str:
    """SQL of texts with digits of ASCII, and signs as these have them."""
    written, plain = _DIGITS + _WIDE_SIGNS + UNSEEN, "0123456789" * 5 + _SIGNS
    return f"translate({text}, '{written}', '{plain}')"


def digits_alike(text: str) -> str:
    """SQL of texts of which only digits differ, as one: 0 in place of each."""
    return f"translate({text}, '123456789', '000000000')"


def digits_of(column: Column) -> str:
    """SQL of a column of numbers as texts, whole ones without a fraction."""
    if column.is_whole:
        return f"CAST({column.sql} AS VARCHAR)"
    # The cast to whole numbers rounds: an afternoon would be the next day.
    whole = f"CAST(TRY_CAST({column.sql} AS BIGINT) AS VARCHAR)"
    is_whole = f"{column.sql} = trunc({column.sql})"
    return f"CASE WHEN {is_whole} THEN {whole} ELSE CAST({column.sql} AS VARCHAR) END"


def of_digits(text: str, form: str, size: int, timezone: str) -> list[str]:
    """SQL of the moments of texts of digits only.

    Parameters
    ----------
    text : str
        SQL of the texts.
    form : str
        Their shape: `Y`, `Y.9`, `Y.Y`, `YTY` or `YTYZ`.
    size : int
        Digits before the point.
    timezone : str
        The shop's, for what counts from 1970.
    """

    def local(instant: str) -> str:
        return f"timezone({literal(timezone)}, timezone('UTC', {instant}))"

    if form == "YTY":
        return [f"try_strptime({text}, '%Y%m%dT%H%M%S')"]
    if form == "YTYZ":
        return [local(f"try_strptime({text}, '%Y%m%dT%H%M%SZ')")]
    if size == _SHEET_DIGITS:
        seconds = f"CAST(round(TRY_CAST({text} AS DOUBLE) * 86400) AS BIGINT)"
        in_range = f"TRY_CAST({text} AS DOUBLE) BETWEEN {_SHEET_DAYS[0]} AND {_SHEET_DAYS[1]}"
        return [f"CASE WHEN {in_range} THEN TIMESTAMP '1899-12-30' + to_seconds({seconds}) END"]
    # Numbers that met missing values end in '.0', seconds since 1970 in parts of a second.
    end = "[0-9]+" if size == 10 else "0+"
    digits = text if form == "Y" else rf"regexp_replace({text}, '\.{end}$', '')"
    of_size = f"CASE WHEN length({digits}) = {size} THEN"
    if size in _COMPACT:
        return [f"{of_size} try_strptime({digits}, '{_COMPACT[size]}') END"]
    if size in EPOCH_PER_SECOND:
        micros = f"TRY_CAST({digits} AS HUGEINT) * 1000000 // {EPOCH_PER_SECOND[size]}"
        return [f"{of_size} {local(f'make_timestamp(CAST({micros} AS BIGINT))')} END"]
    return []
