"""Words from one table and numbers from the CLDR, in three languages."""

import re
import tomllib
from importlib.resources import files

import pytest

from ltvkit.errors import ConfigError
from ltvkit.report.reader import Reader, visible
from ltvkit.wording import LANGUAGES, UNKNOWN

TABLE = tomllib.loads((files("ltvkit.report") / "strings.toml").read_text(encoding="utf-8"))


def leaves(table: dict, above: str = "") -> list[tuple[str, list[str]]]:
    rows = []
    for key, value in table.items():
        if isinstance(value, dict):
            rows += leaves(value, f"{above}{key}.")
        else:
            rows.append((above + key, value))
    return rows


@pytest.mark.parametrize(("key", "texts"), leaves(TABLE))
def test_every_text_is_there_in_every_language_with_the_same_blanks(
    key: str, texts: list[str]
) -> None:
    assert len(texts) == len(LANGUAGES)
    assert all(text.strip() for text in texts)
    blanks = [sorted(re.findall(r"{(\w+)}", text)) for text in texts]
    marks = [sorted(re.findall(r"<[^>]*>", text)) for text in texts]
    assert blanks[0] == blanks[1] == blanks[2]
    assert marks[0] == marks[1] == marks[2]
    assert {mark for row in marks for mark in row} <= {"<b>", "</b>"}


def test_numbers_and_money_are_written_as_each_country_writes_them() -> None:
    # CLDR: narrow no-break space in French, no-break space in Polish.
    written = [Reader(language, "EUR").money(1234567.5) for language in LANGUAGES]
    assert written == ["€1,234,568", "1\u202f234\u202f568\u00a0€", "1\u00a0234\u00a0568\u00a0€"]
    assert [Reader(language, "").share(0.1234, 1) for language in LANGUAGES] == [
        "12.3%",
        "12,3\u202f\u00a0%".replace("\u202f\u00a0", "\u00a0"),
        "12,3%",
    ]


def test_large_counts_and_amounts_are_written_short_as_each_country_does() -> None:
    english, polish = Reader("en", "EUR"), Reader("pl", "PLN")
    assert english.short_number(9_999) == "9,999"
    assert english.short_number(12_345) == "12.3K"
    assert english.short_number(None) == "–"
    assert polish.short_number(12_345) == "12,3\xa0tys."


def test_amounts_in_texts_of_files_take_the_sign_of_the_page() -> None:
    assert Reader("en", "EUR").with_sign("orders of -18.00 EUR") == "orders of -€18.00"
    assert Reader("fr", "EUR").with_sign("1\u202f235 EUR dépensés") == "1\u202f235\u00a0€ dépensés"
    assert Reader("pl", "PLN").with_sign("wydatki 18,50 PLN") == "wydatki 18,50\u00a0zł"
    assert Reader("en", "EUR").with_sign("city is EUR, 5 EUROS") == "city is EUR, 5 EUROS"
    assert Reader("en", "").with_sign("18.00 EUR") == "18.00 EUR"


@pytest.mark.parametrize(
    ("n", "words"), [(1, "1 miesiąc"), (3, "3 miesiące"), (5, "5 miesięcy"), (22, "22 miesiące")]
)
def test_polish_plurals_take_their_three_forms(n: int, words: str) -> None:
    assert Reader("pl", "").count("count.months", n) == words


def test_what_is_not_known_is_blank_and_never_zero() -> None:
    reader = Reader("en", "EUR")
    for value in (None, float("nan"), float("inf")):
        assert reader.money(value) == UNKNOWN
        assert reader.share(value) == UNKNOWN
        assert reader.number(value) == UNKNOWN
        assert reader.figure(value, "months") == UNKNOWN
    assert reader.day(None) == UNKNOWN
    assert reader.between(None, 3.0, "money") == UNKNOWN


def test_a_small_loss_is_not_written_as_minus_zero() -> None:
    assert Reader("en", "").number(-0.4) == "0"


def test_an_unknown_or_blank_currency_is_still_readable() -> None:
    assert Reader("en", "XYZ").money(12) in {"XYZ12", "XYZ\u00a012"}
    assert Reader("fr", "").unit_money(9.5) == "9,50"
    assert Reader("en", "JPY").unit_money(99.6) == "¥100"


def test_charts_write_numbers_with_the_same_signs_as_the_text() -> None:
    assert Reader("pl", "PLN").number_locale() == {
        "decimal": ",",
        "thousands": "\u00a0",
        "grouping": [3],
        "currency": ["", "\u00a0zł"],
        "percent": "%",
    }


def test_filled_in_values_are_escaped_and_the_tables_markup_is_not() -> None:
    text = Reader("en", "EUR").say(
        "summary.action", list="<i>", customers="1", stake="more", value="2", action="<script>"
    )
    assert "<b>&lt;i&gt;</b>" in text
    assert "&lt;script&gt;" in text


def test_characters_that_turn_a_line_around_are_shown_by_number() -> None:
    assert visible("a\u202eb\u0000c\u2028") == "a⟨202E⟩b⟨0000⟩c⟨2028⟩"
    assert visible("Zoé 🎁 žluť") == "Zoé 🎁 žluť"


def test_a_language_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="got 'de', expected one of en, fr, pl"):
        Reader("de", "EUR")
