"""Amounts in whatever way a shop writes them, decided from the whole column.

Plain numbers are read at once. Otherwise currency signs, spaces and apostrophes are taken off, and
the decimal mark is taken from the values that prove it: `1.234,56` and `12,5` prove a comma.
`1,234` alone proves nothing. When no value proves it, the column is refused instead of guessed.
"""

from dataclasses import dataclass

from ltvkit.data.reading.digits import ascii_digits
from ltvkit.data.reading.workspace import Column, Workspace, of_wrong_type
from ltvkit.errors import DataError, offenders

LIMIT = 10**12
"""Amounts from here on are put aside: money is kept exactly, to a millionth, in 18 digits."""

MIXED_SHARE = 0.01
"""Up to this share of values that prove the other mark is typing errors; more is a mixed column."""

# Signs, ISO codes, and the words that shops print; any other word (`12k`) is no amount.
_CURRENCY = (
    r"(?:(?:[A-Z]{1,2} ?)?\p{Sc}|[A-Z]{3}|z\x{142}|zl|kr\.?|K\x{10D}|Ft|lei|Rs\.?|R|TL|RM|Rp\.?|"
    r"S/\.?|[eE]uros?|руб\.?|р\.|грн\.?|лв\.?|[円元원đ]|บาท|ر\.س\.?|د\.إ\.?|ج\.م\.?)?"
)
_SPACE = r"[\s\x{A0}\x{2009}\x{202F}]*"
_PATTERN = (
    rf"^(\()?{_SPACE}([-\x{{2212}}+])?{_SPACE}{_CURRENCY}{_SPACE}([-\x{{2212}}+])?{_SPACE}"
    rf"([0-9][0-9.,''\x{{2019}}\s\x{{A0}}\x{{2009}}\x{{202F}}]*|[.,][0-9]+)"
    rf"{_SPACE}{_CURRENCY}{_SPACE}([-\x{{2212}}])?{_SPACE}(\))?$"
)

_WHOLE_ONLY = r"[¥￥円₩￦원₫đ]|JPY|KRW|VND|IDR|Rp|HUF|Ft"
"""Of currencies whose amounts have no parts, if they are not written; the mark parts thousands."""

_NO_CENTS = r"([0-9][.,])(?:-{1,2}|[\x{2013}\x{2014}])($|[^-0-9])"
"""A dash behind the mark says that there are no cents (`12,-` or `CHF 12.-`), and is no minus."""

_PERHAPS_THOUSANDS = r"^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$"


@dataclass(frozen=True, slots=True)
class AmountReading:
    """How a column of amounts is read.

    Parameters
    ----------
    sql : str
        A DOUBLE; NULL where it cannot be read.
    words : str
        The same for people.
    """

    sql: str
    words: str


def decide_amounts(
    workspace: Workspace,
    table: str,
    column: Column,
    *,
    decimal_mark: str | None = None,
    counts: bool = False,
) -> AmountReading:
    """Decide from a whole column how its amounts are written.

    Parameters
    ----------
    workspace, table, column :
        The column and its table. Texts are trimmed, and NULL where empty.
    decimal_mark : str, optional
        `.` or `,`: of text that does not tell itself.
    counts : bool
        Of whole things: a mark that proves nothing parts thousands, whatever is said.

    Raises
    ------
    DataError
        When the decimal mark cannot be known, or the column does not hold numbers.
    """
    if column.is_whole or column.is_fractional:
        return AmountReading(f"CAST({column.sql} AS DOUBLE)", "numbers")
    if not column.is_text:
        raise of_wrong_type(workspace, table, column, expected="amounts")
    text = column.sql
    plain = f"TRY_CAST({text} AS DOUBLE)"
    there, read, pointed, doubtful = workspace.row(
        f"SELECT count({text}), count({plain}), count(*) FILTER (contains({text}, '.')), "
        f"count(*) FILTER (regexp_matches({text}, '{_PERHAPS_THOUSANDS}')) FROM {table}"
    )
    # 1.200 beside 963: a thousand and two hundred, or a fraction.
    doubted = decimal_mark != "." and 0 < pointed == doubtful
    if there == read and not doubted:
        return AmountReading(plain, "numbers")
    text = rf"regexp_replace({_western(text)}, '{_NO_CENTS}', '\100\2')"
    bare = _bare(text)
    decimal_mark = _decide_mark(
        workspace, table, text, bare, name=column.name, said=decimal_mark, counts=counts
    )
    sign = f"CASE WHEN regexp_matches({text}, '^\\(|[-\\x{{2212}}]') THEN -1 ELSE 1 END"
    thousands = "," if decimal_mark == "." else "."
    valid = (
        rf"regexp_matches({bare}, '^([0-9]*|[0-9]{{1,3}}(\{thousands}[0-9]{{2,3}})*"
        rf"\{thousands}[0-9]{{3}})(\{decimal_mark}[0-9]*)?$')"
    )
    number = f"replace(replace({bare}, '{thousands}', ''), '{decimal_mark}', '.')"
    written = f"CASE WHEN {valid} THEN {sign} * TRY_CAST({number} AS DOUBLE) END"
    if decimal_mark == ".":
        return AmountReading(f"coalesce({plain}, {written})", "amounts with a decimal point")
    return AmountReading(written, "amounts with a decimal comma")


def _western(text: str) -> str:
    """Digits and marks of Arabia, Persia and of full width as ours."""
    return f"replace(replace({ascii_digits(text)}, '٫', '.'), '٬', ',')"


def _bare(text: str) -> str:
    """The digits and marks of an amount; empty where it is none.

    Brackets must be a pair, and one sign is enough.
    """
    body = rf"regexp_extract({text}, '{_PATTERN}', 4)"
    paired = (
        f"(starts_with({text}, '(') = ends_with({text}, ')') AND NOT "
        rf"regexp_matches({text}, '[-+(\x{{2212}}].*[-+\x{{2212}}]'))"
    )
    spaces = r"'[''\x{2019}\s\x{A0}\x{2009}\x{202F}]'"
    return f"CASE WHEN {paired} THEN regexp_replace({body}, {spaces}, '', 'g') ELSE '' END"


def _decide_mark(
    workspace: Workspace,
    table: str,
    text: str,
    bare: str,
    *,
    name: str,
    said: str | None,
    counts: bool,
) -> str:
    # Proof of a decimal comma: it stands last after a point; or alone, and not before exactly
    # three digits; or points repeat. Three digits after a leading zero are decimals, too.
    def proof(mark: str, other: str) -> str:
        m, o = rf"\{mark}", rf"\{other}"
        forms = [
            rf"^[0-9]+({o}[0-9]{{3}})+{m}[0-9]*$",
            rf"^[0-9]{{1,3}}({o}[0-9]{{3}}){{2,}}$",
            rf"^[0-9]*{m}([0-9]{{0,2}}|[0-9]{{4,}})$",
            rf"^(0|[0-9]{{4,}})?{m}[0-9]{{3}}$",
        ]
        return f"regexp_matches(b, '{'|'.join(forms)}')"

    comma, point, unclear, whole, examples = workspace.row(
        f"SELECT count(*) FILTER (comma), count(*) FILTER (point), count(*) FILTER (unclear), "
        f"count(*) FILTER (unclear AND regexp_matches(t, '{_WHOLE_ONLY}')), "
        "list_sort(list(DISTINCT t) FILTER (unclear))[1:3] FROM "
        f"(SELECT t, {proof(',', '.')} AS comma, {proof('.', ',')} AS point, "
        "regexp_matches(b, '^[0-9]{1,3}[.,][0-9]{3}$') AND NOT comma AND NOT point "
        f" AS unclear FROM (SELECT {text} AS t, {bare} AS b FROM {table}))"
    )
    mixed = comma and point and min(comma, point) > MIXED_SHARE * (comma + point)
    if comma == point == 0 and unclear and (counts or whole == unclear):
        return "." if any("," in example for example in examples) else ","
    if said is not None and (mixed or comma == point == 0):
        return said
    if mixed:
        raise DataError(
            f"column '{name}': got {comma} amounts with a decimal comma and {point} with a "
            "decimal point, expected one mark; set data.decimal_mark to ',' or '.' (the others are "
            "put aside), or mend the file"
        )
    if comma == point == 0 and unclear:
        raise DataError(
            f"column '{name}': got {offenders(examples)}, where the mark can part decimals or "
            "thousands, expected to know; set data.decimal_mark to ',' or '.'"
        )
    return "," if comma > point else "."
