"""Amounts as shops write them, decided from the whole column or refused."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.data import ColumnMap, order_days_from_frame
from ltvkit.errors import DataError


def amounts(*written: object, **options) -> list[float | None]:
    """What each amount was read as; None where it was put aside. Signs survive: 1,000 is added."""
    customers = [f"{number:04d}" for number in range(len(written))]
    frame = pd.DataFrame(
        {"customer_id": customers, "ordered_at": "2020-01-01", "amount": list(written)}
    )
    columns = ColumnMap(revenue="amount + 10000000")
    log = order_days_from_frame(frame, columns=columns, **options)
    read = log.to_pandas().set_index("customer_id")["revenue"]
    return [
        round(read[customer] - 10_000_000, 6) if customer in read.index else None
        for customer in customers
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["1", "2.50", "-3", "1e3", ".5", "5."], [1, 2.5, -3, 1000, 0.5, 5]),
        (["1.234,56", "12,5", "7", "-1.000,00"], [1234.56, 12.5, 7, -1000]),
        (["1,234.56", "12.5", "7", "1,234,567.00"], [1234.56, 12.5, 7, 1_234_567]),
        (["1.234.567,00", "1.234"], [1_234_567, 1234]),
        (["1.234", "12,5"], [1234, 12.5]),
        (["1.234", "12.5"], [1.234, 12.5]),
        (["0.234", "12"], [0.234, 12]),
        ([1.234, 12.0], [1.234, 12]),
        (["0,125", "1,5"], [0.125, 1.5]),
        (["€ 12.00", "$1,200", "USD 5", "7 CHF", "£.50"], [12, 1200, 5, 7, 0.5]),
        (["AU $3,000.00", "US $5", "C $7.50", "-CA$4.00", "R$ 2.50"], [3000, 5, 7.5, -4, 2.5]),
        (["(5.00)", "5.00-", "\u22123.50", "-$4", "$-4"], [-5, -5, -3.5, -4, -4]),
        (["12,-", "1.250,-", "€ 7,--", "9,\u2013 kr", "-5,-", "5,50-"], [12, 1250, 7, 9, -5, -5.5]),
        (["CHF 12.-", "1'250.\u2014", "9.95", "5.00-", "4-"], [12, 1250, 9.95, -5, -4]),
        (["1\u00a0234,50 zł", "12 zł", "1 000 000,00 zł"], [1234.5, 12, 1_000_000]),
        (["1'234.50", "1\u2019000.00"], [1234.5, 1000]),
        (["1,23,456.00", "5.0"], [123_456, 5]),
        (["1,234円", "500円"], [1234, 500]),
        (["12 000 원", "¥1,500", "￥１，２００"], [12_000, 1500, 1200]),
        (["Rp 150.000", "Rp 12.500"], [150_000, 12_500]),
        (["١٬٢٣٤٫٥٠ ر.س", "-٩٫٩٩ ر.س"], [1234.5, -9.99]),
        (["1 234,50 руб.", "9,90 р."], [1234.5, 9.9]),
        (["12,50 Euro", "S/ 3,75", "1.250,00 TL"], [12.5, 3.75, 1250]),
    ],
)
def test_a_column_tells_how_its_amounts_are_written(written, expected):
    assert amounts(*written) == expected


@pytest.mark.parametrize(
    "junk", ["12k", "abc", "1.2.3", "(5", "5)", "--5", "1-2", "1.-5", "12 %", "#REF!"]
)
def test_what_is_no_amount_is_put_aside(junk):
    assert amounts("1.50", junk) == [1.5, None]


def test_a_mark_that_can_part_decimals_or_thousands_is_refused_with_what_to_set():
    for written in ("1,234", "1.234"):
        asked = rf"got '{re.escape(written)}', .* set data\.decimal_mark to ',' or '\.'"
        with pytest.raises(DataError, match=asked):
            amounts(written, "12")


def test_a_column_that_mixes_both_marks_is_refused():
    with pytest.raises(DataError, match="got 1 amounts with a decimal comma and 1 with a decimal"):
        amounts("12,50", "12.50")


def test_decimal_mark_is_taken_where_the_column_does_not_tell():
    assert amounts("1,234", "12", decimal_mark=",") == [1.234, 12]
    assert amounts("1,234", "12", decimal_mark=".") == [1234, 12]
    assert amounts("1.234", "12", decimal_mark=",") == [1234, 12]
    assert amounts("1.234", "12", decimal_mark=".") == [1.234, 12]
    assert amounts("12,50", "1.25", decimal_mark=",") == [12.5, None]


def test_a_decimal_mark_of_another_table_leaves_a_column_that_tells_as_it_is():
    """One mark is said for all tables of a shop; each is written in its own way."""
    assert amounts("12.50", "1.234", "9", decimal_mark=",") == [12.5, 1.234, 9]
    assert amounts("12,50", "1.234", "9", decimal_mark=".") == [12.5, 1234, 9]


def test_a_stray_mark_is_put_aside():
    assert amounts(*["12,50"] * 200, "12.50")[-2:] == [12.5, None]


def test_numbers_stay_as_they_are_whatever_their_type():
    assert amounts(1, -2, 3) == [1, -2, 3]
    assert amounts(1.25, None) == [1.25, None]


def test_flags_are_no_amounts():
    with pytest.raises(DataError, match=r"got 'false', 'true' \(of type boolean\), expected amou"):
        amounts(True, False)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]),
    st.lists(st.integers(-(10**8), 10**8), max_size=8),
)
def test_what_was_written_is_what_is_read(marks, cents):
    thousands, decimal = marks

    def write(value: int) -> str:
        whole, rest = divmod(abs(value), 100)
        return f"{'-' * (value < 0)}{whole:,}".replace(",", thousands) + f"{decimal}{rest:02d}"

    # 10,000,000 is added to every amount, so that no order is a refund.
    assert amounts(*map(write, [150, *cents])) == [value / 100 for value in [150, *cents]]
