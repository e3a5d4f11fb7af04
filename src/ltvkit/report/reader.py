"""The reader's language: words from one table, numbers and dates from the Unicode CLDR.

Everything that a page says goes through a `Reader`, so that a section never holds a word or a
decimal point of its own.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from numbers import Real
from typing import Any, TypeGuard

import pandas as pd
from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from markupsafe import Markup

from ltvkit.errors import SchemaError
from ltvkit.units import DAYS_PER_MONTH, USUAL_INTERVAL
from ltvkit.wording import UNKNOWN, Language, Sentence, Texts, known_language, read_texts, tell


@dataclass(frozen=True, slots=True)
class Reader:
    """Says things in one language and one currency.

    Parameters
    ----------
    language : {"en", "fr", "pl"}
    currency : str
        ISO 4217 code, or blank: amounts are then plain numbers.
    level : float
        How often the truth should lie in an interval: 80 % for the total, the backtest and unit
        economics; a run may give those of single customers another level.

    Examples
    --------
    >>> reader = Reader("en", "EUR")
    >>> reader.count("count.customers", 1), reader.count("count.customers", 1200)
    ('1 customer', '1,200 customers')
    >>> reader.money(1234.5), reader.unit_money(61.5), reader.money(None)
    ('€1,235', '€61.50', '–')
    """

    language: Language
    currency: str
    level: float = USUAL_INTERVAL

    def __post_init__(self) -> None:
        known_language(self.language)

    @property
    def locale(self) -> Locale:
        """The CLDR locale."""
        return Locale(self.language)

    def say(self, key: str, **values: object) -> Markup:
        """The text of `key`, its markup kept and the values filled in escaped."""
        return Markup(self.plain(key)).format(**values)  # noqa: S704 - our own table

    def plain(self, key: str) -> str:
        """The text of `key` as it stands in the table."""
        return _strings()[key][self.language]

    def tell(self, said: Sentence | None, otherwise: str = "") -> str:
        """A sentence that the run found, in this language; else what the run wrote of it.

        A run of another version may keep a sentence that this table does not have, or one with
        other facts.
        """
        try:
            return visible(otherwise) if said is None else tell(said, self)
        except SchemaError:
            return visible(otherwise)

    def name(self, text: object) -> str:
        """A name as it may be shown."""
        return visible(text)

    def has(self, key: str) -> bool:
        """Whether the table has `key`."""
        return key in _strings()

    def called(self, key: str, name: object) -> str:
        """The text of `key`, or the name that it stands for where the table has none."""
        return self.plain(key) if self.has(key) else visible(name)

    def spoken(self, *sections: str) -> dict[str, str]:
        """Every text of some sections by its key, for the page's own script."""
        return {k: self.plain(k) for k in _strings() if k.partition(".")[0] in sections}

    def count(self, key: str, n: float) -> str:
        """`n` things, in the plural form that the language asks for."""
        form = f"{key}.{self.locale.plural_form(n)}"
        text = self.plain(form if self.has(form) else f"{key}.other")
        return text.format(n=self.number(n))

    def horizon(self, days: int) -> str:
        """A span in months where it is a whole number of them (within a day a month), else days.

        Examples
        --------
        >>> Reader("en", "").horizon(365), Reader("fr", "").horizon(100)
        ('12 months', '100 jours')
        """
        months = round(days / DAYS_PER_MONTH)
        if months >= 1 and abs(days - months * DAYS_PER_MONTH) < 1 + months / 12:
            return self.count("count.months", months)
        return self.count("count.days", days)

    @property
    def interval(self) -> str:
        """What an interval is called: "80% interval"."""
        return str(self.say("page.interval", level=self.share(self.level)))

    @property
    def odds(self) -> str:
        """How often the truth should lie in an interval, in words."""
        key = f"page.odds_{round(self.level * 100)}"
        return self.plain(key) if self.has(key) else self.share(self.level)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with `digits` decimals."""
        if not observed(value):
            return UNKNOWN
        return format_decimal(_settled(value, digits), _plain_pattern(digits), locale=self.locale)

    def short_number(self, value: float | None) -> str:
        """A count that may be large: 4,210 or, from 10,000 on, 12K."""
        if not observed(value) or abs(value) < 10_000:
            return self.number(value)
        return format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def share(self, value: float | None, digits: int = 0) -> str:
        """A share as a percentage."""
        if not observed(value):
            return UNKNOWN
        pattern = self.locale.percent_formats[None].pattern
        shown = pattern.replace("#,##0", _plain_pattern(digits))
        return format_percent(_settled(value, digits + 2), shown, locale=self.locale)

    def money(self, value: float | None, digits: int = 0) -> str:
        """An amount with `digits` decimals."""
        if not observed(value):
            return UNKNOWN
        if not self.currency:
            return self.number(value, digits)
        pattern = self.locale.currency_formats["standard"].pattern
        shown = pattern.replace("#,##0.00", _plain_pattern(digits))
        amount = _settled(value, digits)
        return format_currency(
            amount, self.currency, shown, locale=self.locale, currency_digits=False
        )

    def unit_money(self, value: float | None) -> str:
        """An amount per customer: with cents below a thousand, where the currency has cents."""
        if not observed(value) or abs(value) >= 1000:
            return self.money(value)
        precision = get_currency_precision(self.currency) if self.currency else 2
        return self.money(value, min(2, precision))

    def with_sign(self, text: str) -> str:
        """A text of a file, where amounts are `752 EUR`, with amounts as the page writes them.

        Files keep the code: a spreadsheet that opens a csv may not know the sign.

        Examples
        --------
        >>> Reader("en", "EUR").with_sign("spent 1,235 EUR in all: raises value")
        'spent €1,235 in all: raises value'
        """
        if not self.currency:
            return text
        before, after = self.number_locale()["currency"]
        amount = rf"(\d[\d.,\u00a0\u202f]*) {re.escape(self.currency)}(?!\w)"
        return re.sub(amount, lambda found: before + found[1] + after, text)

    def short_money(self, value: float | None) -> str:
        """A total: whole below a hundred thousand, shortened above (€1.23M)."""
        if not observed(value) or abs(value) < 100_000:
            return self.money(value)
        digits = 2 if abs(value) >= 1_000_000 else 0
        if not self.currency:
            return format_compact_decimal(value, locale=self.locale, fraction_digits=digits)
        return format_compact_currency(
            value, self.currency, locale=self.locale, fraction_digits=digits
        )

    def figure(self, value: float | None, unit: str) -> str:
        """A value in its unit: money, share, ratio, months or a plain number."""
        match unit:
            case "money":
                return self.unit_money(value)
            case "share":
                return self.share(value, 1)
            case "months":
                return UNKNOWN if not observed(value) else self.count("count.months", round(value))
            case "ratio":
                return self.number(value, 2)
            case _:
                whole = observed(value) and float(value).is_integer()
                return self.number(value, 0 if whole else 2)

    def between(self, low: float | None, high: float | None, unit: str) -> str:
        """An interval in words, blank when either end is unknown."""
        if not observed(low) or not observed(high):
            return UNKNOWN
        unit = "" if unit == "months" else unit
        ends = {"low": self.figure(low, unit), "high": self.figure(high, unit)}
        return str(self.say("page.range", **ends))

    def day(self, value: object) -> str:
        """A day, the month in letters: unambiguous in every country."""
        # Cells of a frame come as objects, for which pandas declares no isna.
        if value is None or pd.isna(value):  # type: ignore[call-overload]
            return UNKNOWN
        moment = value if isinstance(value, date) else pd.Timestamp(str(value)).date()
        return format_date(moment, "d MMM y", locale=self.locale)

    def month(self, cohort: str, *, short: bool = False) -> str:
        """A month written YYYY-MM, in letters."""
        moment = date.fromisoformat(f"{cohort[:7]}-01")
        return format_date(moment, "LLL yy" if short else "LLL y", locale=self.locale)

    def number_locale(self) -> dict[str, Any]:
        """The same conventions for d3, which writes the numbers in the charts."""
        symbols = self.locale.number_symbols["latn"]
        zero = self.money(0)
        prefix, _, suffix = zero.partition(self.number(0))
        return {
            "decimal": symbols["decimal"],
            "thousands": symbols["group"],
            "grouping": [3],
            "currency": [prefix, suffix],
            "percent": self.share(0).replace(self.number(0), ""),
        }

    def time_locale(self) -> dict[str, Any]:
        """Months and days for d3, which writes the dates in the charts."""
        days, months = self.locale.days["format"], self.locale.months["stand-alone"]
        # Here weeks begin on a Monday, there on a Sunday.
        week = (6, *range(6))
        return {
            "dateTime": "%x %X",
            "date": "%d %b %Y",
            "time": "%H:%M",
            "periods": ["AM", "PM"],
            "days": [days["wide"][day] for day in week],
            "shortDays": [days["abbreviated"][day] for day in week],
            "months": [months["wide"][month] for month in range(1, 13)],
            "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
        }


def observed(value: float | None) -> TypeGuard[float]:
    """Whether there is a finite number."""
    return value is not None and math.isfinite(value)


def figure_in(row: "Mapping[Any, Any] | pd.Series[Any]", column: str) -> float | None:
    """The figure of a table's row; None where the column is not there, or holds no finite number.

    >>> figure_in({"ltv": 2, "cac": float("inf"), "why": ""}, "ltv")
    2.0
    """
    raw = row.get(column)
    return float(raw) if isinstance(raw, Real) and math.isfinite(raw) else None


def visible(text: object) -> str:
    r"""A name as it may be shown: control and direction characters replaced by their code points.

    Such characters could turn a line around or hide what a name really is; escaping does not
    touch them.

    Examples
    --------
    >>> visible("anna\u202egnp")
    'anna⟨202E⟩gnp'
    """
    return "".join(
        f"⟨{ord(c):04X}⟩"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\u200d\u200c"
        else c
        for c in str(text)
    )


@cache
def _strings() -> Texts:
    return read_texts((files("ltvkit.report") / "strings.toml").read_text(encoding="utf-8"))


def _plain_pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")


def _settled(value: float, digits: int) -> float:
    """Rounded half away from zero, and never "-0"."""
    scaled = math.floor(abs(value) * 10**digits + 0.5) / 10**digits
    return math.copysign(scaled, value) if scaled else 0.0
