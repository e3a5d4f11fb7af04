"""Customer ids stay what they are, out of every kind of file."""

import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from ltvkit.data import clean, order_days_from_frame, read_customers, read_transactions
from ltvkit.data.reading.delimited import UNSEEN

ODD = [
    "007", "7", "18446744073709551615", "1e5", "1E5", "12.50", "ünï", "山田", "a,b;c", 'q"x',
    "NA", "True", "2020-01-01", "-5", "0x1F", "1_000", "+1",
]  # fmt: skip


def customers(values: object) -> list[str]:
    frame = pd.DataFrame({"customer_id": values}).assign(ordered_at="2024-01-01", revenue=1.0)
    return order_days_from_frame(frame).to_pandas()["customer_id"].tolist()


def test_odd_ids_come_back_as_they_were_from_csv_and_parquet(tmp_path):
    frame = pd.DataFrame({"customer_id": ODD}).assign(ordered_at="2024-01-01", revenue=1)
    frame.to_csv(tmp_path / "orders.csv", index=False)
    frame.to_parquet(tmp_path / "orders.parquet")
    for name in ("orders.csv", "orders.parquet"):
        found = clean(read_transactions(tmp_path / name)).to_pandas()["customer_id"]
        assert found.tolist() == sorted(ODD)
    assert customers(ODD) == sorted(ODD)


LONG = ["9007199254740993", "12345678901234567890123456789012345678901"]
"""One more than a float holds, and more digits than a decimal of DuckDB has."""


@pytest.mark.parametrize("ids", [LONG[:1], LONG], ids=["17 digits", "41 digits"])
@pytest.mark.parametrize("kind", [pa.decimal256(45, 0), pa.decimal256(76, 20)], ids=str)
def test_long_decimals_keep_their_digits_out_of_parquet(tmp_path, ids, kind):
    values = [*map(Decimal, ids), None, Decimal(7)]
    rows = pa.table(
        {"customer_id": pa.array(values, kind), "revenue": pa.array([1.5] * len(values))}
    )
    rows = rows.append_column("ordered_at", pa.array(["2024-01-01"] * len(values)))
    parquet.write_table(rows, tmp_path / "orders.parquet")
    log = clean(read_transactions(tmp_path / "orders.parquet"))
    assert log.to_pandas()["customer_id"].tolist() == sorted([*ids, "7"])
    assert log.summary.rejected == 1
    known = read_customers(tmp_path / "orders.parquet").frame["customer_id"]
    assert known.tolist() == [*ids, "7"]


def test_amounts_and_ids_of_wide_decimals_may_come_in_several_files(tmp_path):
    for number, customer in enumerate((LONG[1], "7")):
        amount = pa.array([Decimal("1234.567")], pa.decimal256(50, 3))
        ids = pa.array([Decimal(customer)], pa.decimal256(50, 0))
        days = pa.array(["2024-01-01"])
        rows = pa.table({"customer_id": ids, "ordered_at": days, "revenue": amount})
        parquet.write_table(rows, tmp_path / f"part-{number}.parquet")
    found = clean(read_transactions(tmp_path)).to_pandas()
    assert found["customer_id"].tolist() == sorted([LONG[1], "7"])
    assert found["revenue"].tolist() == [1234.567, 1234.567]


texts = st.text(
    st.characters(
        blacklist_categories=["Cs", "Cc", "Cn", "Zs", "Zl", "Zp"], blacklist_characters=UNSEEN
    ),
    min_size=1,
    max_size=12,
).filter(
    lambda text: (
        text.lower() not in {"nan", "null", "none", "<na>", "nat", "\\n"}
        and unicodedata.is_normalized("NFC", text)
    )
)


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=8, unique=True))
def test_any_text_without_blanks_around_it_is_an_id_and_stays_so(ids):
    kept = [text.removesuffix(".0") if _all_floats(ids) else text for text in ids]
    assert customers(ids) == sorted(set(kept))


def _all_floats(ids: list[str]) -> bool:
    wholes = [text.removesuffix(".0") for text in ids]
    return all(text.isascii() and text.isdigit() for text in wholes)


def test_numbers_become_their_digits():
    assert customers(np.array([2**64 - 1, 7], dtype=np.uint64)) == ["18446744073709551615", "7"]
    assert customers(np.array([-1, 2**63 - 1])) == ["-1", "9223372036854775807"]


def test_whole_floats_lose_their_point_zero():
    assert customers([12345.0, np.nan, 2.0**60]) == ["1152921504606846976", "12345"]
    assert customers(["12345.0", "8.0", None]) == ["12345", "8"]
    assert customers(pd.Series([12345.0, "abc", 7, None], dtype=object)) == ["12345", "7", "abc"]


def test_a_month_with_guests_does_not_give_everybody_a_second_id(tmp_path):
    """Where customers are missing pandas writes whole numbers with .0, in that file alone."""
    for month, ids in (("01", [12345, 7]), ("02", [12345, None, 7])):
        log = pd.DataFrame({"customer_id": ids, "ordered_at": f"2024-{month}-01", "revenue": 1.0})
        log.to_csv(tmp_path / f"{month}.csv", index=False)
    found = clean(read_transactions(tmp_path)).to_pandas()
    assert found["customer_id"].tolist() == ["12345", "12345", "7", "7"]


def test_point_zero_stays_where_not_every_id_is_a_whole_number():
    assert customers(["1.0", "2.1"]) == ["1.0", "2.1"]
    assert customers(["1.0", "x"]) == ["1.0", "x"]


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\ufeff"])
def test_blanks_around_an_id_are_taken_off_and_inside_it_kept(blank):
    assert customers([f"{blank}a b{blank}", "a b"]) == ["a b"]


@pytest.mark.parametrize(
    "written",
    ["Jose\u0301 D", "José\u00a0D", "José\u202fD", "Jo\u00adsé D", "José D\u200b", "\u200eJosé D"],
)
def test_ids_that_look_the_same_are_the_same_in_the_log_and_the_table_beside(tmp_path, written):
    """As files of a Mac part an accent from its letter, and copies from a page keep its marks."""
    assert customers([written, "José D"]) == ["José D"]
    path = tmp_path / "customers.csv"
    path.write_text(f"customer_id,channel\n{written},web\n", encoding="utf-8")
    assert read_customers(path).frame["customer_id"].tolist() == ["José D"]
    assert customers([f"{written}@x.org", "josé d@x.org"]) == ["josé d@x.org"]


@pytest.mark.parametrize("missing", [None, "", "  ", "nan", "NULL", "None", "<NA>", "\\N"])
def test_what_programs_write_for_nothing_is_no_customer(missing):
    assert customers(["a", missing]) == ["a"]


def test_addresses_that_differ_by_capitals_are_one_customer_and_codes_are_not():
    assert customers(["U76@X.org", "u76@x.org", "Ü@x.org"]) == ["u76@x.org", "ü@x.org"]
    assert customers(["AB", "ab", "U@x.org"]) == ["AB", "U@x.org", "ab"]
    frame = pd.DataFrame({"customer_id": ["U@x.org"], "ordered_at": "2024-01-01", "revenue": 1.0})
    assert "small letters" in order_days_from_frame(frame).readings["customer_id"]


def test_addresses_are_found_again_in_the_table_of_customers(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,email,channel\nU76@X.org,U76@X.org,google\n")
    found = read_customers(path).frame
    assert found[["customer_id", "email"]].to_numpy().tolist() == [["u76@x.org", "U76@X.org"]]


def test_categories_are_their_texts():
    assert customers(pd.Categorical(["b", "a", "b"])) == ["a", "b"]
