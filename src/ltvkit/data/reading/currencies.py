"""Which currencies the amounts of a log are in, by a column of codes, however they are written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ltvkit.data.reading.workspace import Column, Workspace, literal

CURRENCY = (
    "currency", "devise", "monnaie", "wahrung", "währung", "waluta", "moneda", "divisa", "moeda",
    "valuta",
)  # fmt: skip
"""What such a column is called."""

MOST_SPELLINGS = 200
"""A column of more different values is none of currencies: there are some 160."""

MOSTLY = 0.9
"""Share of the rows with a value, that must be one of a currency."""

_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS "
    "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU "
    "MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
CODES = frozenset(_ISO_4217.split())
"""Those in use, and a few that went of late."""

_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN")
_CROWNS = ("SEK", "NOK", "DKK", "CZK", "ISK")
SIGNS = {
    "€": ("EUR",), "EURO": ("EUR",), "EUROS": ("EUR",), "£": ("GBP",), "POUND": ("GBP",),
    "POUNDS": ("GBP",), "ZŁ": ("PLN",), "ZL": ("PLN",), "ZLOTY": ("PLN",), "ZŁOTY": ("PLN",),
    "$": _DOLLARS, "DOLLAR": _DOLLARS, "DOLLARS": _DOLLARS, "US$": ("USD",), "US DOLLAR": ("USD",),
    "US DOLLARS": ("USD",), "C$": ("CAD",), "CA$": ("CAD",), "A$": ("AUD",), "AU$": ("AUD",),
    "¥": ("JPY", "CNY"), "YEN": ("JPY",), "KR": _CROWNS, "KR.": _CROWNS, "KČ": ("CZK",),
    "FT": ("HUF",), "FR.": ("CHF",), "SFR.": ("CHF",),
}  # fmt: skip
"""What else is written for them; of several the one whose code is in the column as well."""

TOLD = {
    "eur", "euro", "euros", "usd", "dollar", "dollars", "gbp", "pounds", "pln", "chf", "jpy", "yen",
    "czk", "sek", "nok", "dkk", "cad", "aud", "huf", "ron", "rate", "fx", "exchange", "kurs",
    "taux", "cours",
}  # fmt: skip
"""Words of an amount's name that say which currency it is in, or that it is brought to one."""

CONVERTED = {"converted", "base"}
"""Words of an amount in the shop's own currency, and of the column with that currency's code."""


@dataclass(frozen=True, slots=True)
class Currencies:
    """A column that tells of several currencies.

    Parameters
    ----------
    name : str
        The column.
    codes : tuple of str
        What it tells of, commonest first.
    sql : str
        The place of a row's currency among `codes`; NULL where it is not known.
    """

    name: str
    codes: tuple[str, ...]
    sql: str


def currencies_of(values: Iterable[tuple[str, int]]) -> dict[str, str]:
    """The ISO code of each value, and nothing where the values are not those of currencies.

    Parameters
    ----------
    values : iterable of (str, int)
        The different values, with their rows.

    Examples
    --------
    >>> currencies_of([("EUR", 70), (" eur ", 20), ("€", 5), ("PLN", 5)])
    {'EUR': 'EUR', ' eur ': 'EUR', '€': 'EUR', 'PLN': 'PLN'}
    >>> currencies_of([("cash", 70), ("card", 30)])
    {}
    """
    rows = dict(values)
    plain = {value: " ".join(value.upper().split()) for value in rows}
    found = {value: code for value, text in plain.items() if (code := _code(text))}
    present = set(found.values())
    for value, text in plain.items():
        if value not in found and text in SIGNS:
            meant = SIGNS[text]
            found[value] = next((code for code in meant if code in present), meant[0])
    known = sum(rows[value] for value in found)
    if known < MOSTLY * sum(rows.values()):
        return {}
    return {value: found[value] for value in rows if value in found}


def only_currency(values: Iterable[tuple[str, int]]) -> str:
    """The ISO code that all values of a column stand for; empty where it is not one for certain.

    Examples
    --------
    >>> only_currency([("EUR", 70), ("€", 5)]), only_currency([("EUR", 70), ("PLN", 5)])
    ('EUR', '')
    >>> only_currency([("$", 70)])  # Of which country?
    ''
    """
    rows = list(values)
    codes = set(currencies_of(rows).values())
    written = (" ".join(value.upper().split()) for value, _ in rows)
    certain = any(_code(text) or len(SIGNS.get(text, ())) == 1 for text in written)
    return codes.pop() if len(codes) == 1 and certain else ""


def currency_in_name(amount: str) -> str:
    """The ISO code that the name of an amount tells; empty where it tells none.

    Examples
    --------
    >>> currency_in_name("Betrag (€)"), currency_in_name("subtotal_usd"), currency_in_name("total")
    ('EUR', 'USD', '')
    """
    told = {word.upper() for word in _words(amount) & TOLD}
    told = (told & CODES) | {codes[0] for sign, codes in SIGNS.items() if sign in told}
    told |= {SIGNS[sign][0] for sign in ("€", "£") if sign in amount}
    return told.pop() if len(told) == 1 else ""


def currency_columns(columns: Sequence[Column], amounts: Sequence[str]) -> list[Column]:
    """The columns that may tell the currency of some amounts, by their names.

    None does where the amounts' own names tell it: their currency is one then.
    """
    words = set().union(*map(_words, amounts)) if amounts else set()
    if words & TOLD:
        return []
    return [
        column
        for column in columns
        if column.is_text
        and column.name not in amounts
        and any(word in column.name.lower() for word in CURRENCY)
        and bool(_words(column.name) & CONVERTED) == bool(words & CONVERTED)
    ]


def find_currencies(
    workspace: Workspace, table: str, columns: Sequence[Column]
) -> Currencies | None:
    """The column that tells the currencies of a table's rows, where they are several.

    Of two such columns it is the one of the plainer name, `currency` before
    `presentment_currency`, else the one of fewer currencies.
    """
    told = []
    for column in columns:
        values = workspace.rows(
            f"SELECT {column.sql}, count(*) AS n FROM {table} WHERE {column.sql} IS NOT NULL "
            f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {MOST_SPELLINGS + 1}"
        )
        if len(values) <= MOST_SPELLINGS and (found := currencies_of(values)):
            codes = tuple(dict.fromkeys(found[value] for value, _ in values if value in found))
            told.append((len(_words(column.name)), len(codes), column, codes, found))
    if not told:
        return None
    _, several, column, codes, found = min(told, key=lambda one: one[:2])
    if several == 1:
        return None
    cases = " ".join(
        f"WHEN {literal(value)} THEN {codes.index(code)}" for value, code in found.items()
    )
    return Currencies(column.name, codes, f"CASE {column.sql} {cases} END")


def _code(text: str) -> str | None:
    """A code, alone or with a word or a sign: "EUR - Euro"."""
    return next((word for word in re.findall(r"[A-Z]+", text) if word in CODES), None)


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
