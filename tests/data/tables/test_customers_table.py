"""The table of customers: each in one row, contacts as text, consent that is a yes or a no."""

import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from ltvkit.consent import as_flag
from ltvkit.data import read_customers
from ltvkit.errors import DataError


def test_customers_keep_contacts_as_text_and_attributes_in_their_type(write):
    customers = read_customers(
        write(
            "customer_id,source,first_order_at,phone,zip,age,contact_ok\n"
            "007,web,2024-01-05 10:00,+48 123,01234,33,true\n"
            "7,,,0048123,99999,44,false\n"
        ),
        columns={"channel": "source"},
    ).frame
    assert customers["customer_id"].tolist() == ["007", "7"]
    assert customers["channel"].tolist()[0] == "web"
    assert customers["first_order_at"].tolist()[0] == pd.Timestamp("2024-01-05")
    assert customers["phone"].tolist() == ["+48 123", "0048123"]
    assert customers["zip"].tolist() == ["01234", "99999"]
    assert customers["age"].tolist() == [33, 44]
    assert customers["contact_ok"].tolist() == [True, False]


def test_a_text_of_a_customer_is_the_same_in_every_format(tmp_path):
    """A model learns of `5` and `true` from one file, and is asked with another."""
    table = pd.DataFrame({"customer_id": ["a", "b", "c", "d"]})
    texts = table.assign(tier=["5.0", "A", "True", None], since="2024-01-05")
    texts.to_csv(tmp_path / "table.csv", index=False)
    cells = table.assign(tier=[5.0, "A", True, None], since=pd.Timestamp("2024-01-05"))
    cells.to_excel(tmp_path / "table.xlsx", index=False)
    texts.assign(since=cells["since"]).to_parquet(tmp_path / "table.parquet")
    with closing(sqlite3.connect(tmp_path / "table.db")) as database:
        texts.assign(since=cells["since"]).to_sql("people", database, index=False)
    database = f"sqlite:///{tmp_path / 'table.db'}?table=people"
    places = *(tmp_path / f"table.{ending}" for ending in ("csv", "xlsx", "parquet")), database
    for place in places:
        frame = read_customers(place).frame
        assert frame["tier"].tolist()[:3] == ["5", "A", "true"]
        assert set(frame["since"]) == {"2024-01-05"}


def test_only_a_period_of_costs_is_a_month(write):
    """What a shop calls a period of its customers is theirs."""
    customers = read_customers(write("customer_id,period\na,202403\nb,202404\n")).frame
    assert customers["period"].tolist() == [202403, 202404]


def test_a_first_order_is_a_day_and_no_month(write):
    table = write("customer_id,first_order_at\na,2024-01-05\nb,2024-01\n")
    with pytest.raises(DataError, match=r"'2024-01 .*expected a date[;,]") as told:
        read_customers(table)
    assert "month" not in str(told.value)


def test_customers_without_channel_or_first_order_have_them_missing(write):
    customers = read_customers(write("customer_id,city\na,Łódź\n")).frame
    assert customers[["channel", "first_order_at"]].isna().all().all()


def test_a_column_of_the_same_name_as_ours_gives_way_to_the_one_that_is_named(write):
    path = write("kunde,customer_id,newsletter\n007,x,true\n008,y,\n009,z,false\n")
    customers = read_customers(path, columns={"customer_id": "kunde"}).frame
    assert customers["customer_id"].tolist() == ["007", "008", "009"]
    assert customers["newsletter"].astype(object).tolist() == [True, pd.NA, False]


def test_a_customer_stands_in_one_row(write):
    read = read_customers(write("customer_id,channel\na,web\na,web\n,web\nb,x\n"))
    assert read.frame["customer_id"].tolist() == ["a", "b"]
    assert read.notes == (
        "customers: 1 rows without a customer id left out",
        "customers: 1 rows that repeat another one left out",
    )
    with pytest.raises(DataError, match="customer_id 'a' in several rows that differ"):
        read_customers(write("customer_id,channel\na,web\na,shop\n"))


def test_only_the_columns_that_are_wanted_are_read_and_the_others_cannot_be_wrong(write):
    path = write(
        "kunde,mail,phone,first_order_at\n007,a@x.org,+48 1,soon\n007,a@x.org,+48 1,never\n"
    )
    frame = read_customers(
        path,
        columns={"customer_id": "kunde", "email": "mail", "channel": "source"},
        only=("customer_id", "email", "city"),
    ).frame
    assert frame[["customer_id", "email"]].to_dict("records") == [
        {"customer_id": "007", "email": "a@x.org"}
    ]
    assert not {"phone", "city"} & set(frame.columns)
    own = write("customer_id,email\n1,b@x.org\n")
    named = {"customer_id": "kunde", "email": "mail"}
    assert read_customers(own, columns=named, only=("customer_id", "email")).frame[
        "email"
    ].tolist() == ["b@x.org"]


def test_words_of_consent_that_are_no_yes_and_no_no_are_named_and_counted(write):
    words = ["yes", "no", "", "sí", "sí", "si", "forse", "vielleicht", "a priori", "peut-être"]
    lines = [f"c{place},{word},granted,{place % 2}" for place, word in enumerate(words)]
    header = "customer_id,contact_ok,ad_user_data_consent,ad_personalization_consent"
    read = read_customers(write("\n".join([header, *lines])))
    assert read.notes == (
        "customers: 7 rows have 'sí', 'si', 'forse', 'vielleicht', 'a priori' and more in "
        "'contact_ok', neither yes nor no: they count as no",
    )
    assert as_flag(read.frame["contact_ok"]).tolist() == [True, False, *[pd.NA] * 8]


def test_numbers_other_than_0_and_1_are_no_consent(write):
    read = read_customers(write("customer_id,ad_user_data_consent\na,1\nb,0\nc,2\n"))
    assert len(read.notes) == 1
    assert "1 rows have 2 in 'ad_user_data_consent', neither yes nor no" in read.notes[0]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("n/a", r"got 'n/a \(row 2\)' in column 'contacts_last_30d', expected a number"),
        ("2.5", r"got contacts_last_30d 2.5 \(row 2\), expected 0, 1, 2"),
        ("-1", r"got contacts_last_30d -1.0 \(row 2\), expected 0, 1, 2"),
    ],
)
def test_contacts_are_whole_numbers_and_others_are_refused_with_their_row(write, written, told):
    """The scored list has them as such, and would fail when everything else is done."""
    table = "customer_id,contacts_last_30d\na,3\nb,{}\nc,\n"
    frame = read_customers(write(table.format("1 000"))).frame
    assert frame["contacts_last_30d"].tolist()[:2] == [3, 1000]
    with pytest.raises(DataError, match=told):
        read_customers(write(table.format(written)))
