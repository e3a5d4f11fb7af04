"""Costs, customers and weights: read strictly, refused with the rows that are wrong."""

import csv

import pandas as pd
import pytest

from ltvkit.consent import as_flag
from ltvkit.data import read_costs, read_customers, read_touches
from ltvkit.data.tables import read_benchmarks
from ltvkit.economics import acquisition_costs
from ltvkit.errors import DataError


@pytest.fixture
def write(tmp_path):
    def write_table(text: str):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write_table


def test_costs_are_read_with_blank_channels_and_optional_columns(write):
    costs = read_costs(
        write(
            "period,channel,category,amount,acquisition_share,leads\n"
            '2024-01,Google,Ads Performance,"1,200.50",,30\n'
            "2024-02,,marketing-salaries,2000,0.5,\n"
        )
    ).frame
    assert costs["period"].tolist() == [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")]
    assert costs["channel"].isna().tolist() == [False, True]
    assert costs["category"].tolist() == ["ads_performance", "marketing_salaries"]
    assert costs["amount"].tolist() == [1200.5, 2000.0]
    assert costs["acquisition_share"].tolist()[1] == 0.5
    assert acquisition_costs(costs)["amount"].tolist() == [1200.5, 1000.0]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03", "2024-03-01"),
        ("2024/03", "2024-03-01"),
        ("202403", "2024-03-01"),
        ("03/2024", "2024-03-01"),
        ("2024-W05", "2024-01-29"),
        ("2024-03-15", "2024-03-15"),
        ("31.03.2024", "2024-03-31"),
    ],
)
def test_periods_are_days_weeks_or_months(write, written, day):
    costs = read_costs(write(f"period,category,amount\n{written},ads,5\n")).frame
    assert costs["period"].tolist() == [pd.Timestamp(day)]
    assert costs["channel"].isna().all()


@pytest.mark.parametrize("kind", ["int64", "int32", "float64", "Int64"])
def test_a_period_that_is_a_number_is_read_as_its_text(tmp_path, write, kind):
    for number, path in ((202403, tmp_path / "month"), (20240315, tmp_path / "day")):
        costs = pd.DataFrame({"period": [number], "category": "ads", "amount": 5.0})
        costs.astype({"period": kind}).to_parquet(path)
        as_text = read_costs(write(f"period,category,amount\n{number},ads,5\n")).frame
        pd.testing.assert_frame_equal(read_costs(path).frame, as_text)


@pytest.mark.parametrize("number", [2024, 202413, 202403.5])
def test_a_number_that_is_no_period_is_refused_as_its_text_is(tmp_path, number):
    path = tmp_path / "costs.parquet"
    pd.DataFrame({"period": [number], "category": "ads", "amount": 5.0}).to_parquet(path)
    with pytest.raises(DataError, match=rf"got '{number} \(row 1\)' in column 'period', expected"):
        read_costs(path)


@pytest.mark.parametrize("rows", ["", "Total,ads,0\n"])
def test_a_ledger_without_a_row_is_refused(tmp_path, write, rows):
    path = write(f"period,category,amount\n{rows}")
    with pytest.raises(DataError, match=rf"got no rows in {path}, expected one or more"):
        read_costs(path)
    pd.read_csv(path).head(0).to_parquet(path)
    with pytest.raises(DataError, match=r"costs: got no rows in .*; fill it in, or leave"):
        read_costs(path)


def test_columns_can_be_called_otherwise(write):
    path = write("month;source;type;spent\n2024-01;Google;ads;12,5\n")
    mapping = {"period": "month", "channel": "source", "category": "type", "amount": "spent"}
    costs = read_costs(path, columns=mapping).frame
    assert costs.loc[0, ["channel", "amount"]].tolist() == ["Google", 12.5]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("2024-01,ads_performence,5", r"ads_performence \(did you mean 'ads_performance'\?\)"),
        ("2024-01,ads,x", r"'x \(row 1\)' in column 'amount', expected a number"),
        ("2024-01,ads,inf", r"'inf \(row 1\)' in column 'amount', expected a number"),
        ("2024-01,ads,", r"nothing in column 'amount' of rows 1"),
        ("soon,ads,5", r"'soon \(row 1\)' in column 'period', expected a date, a month"),
        (",ads,5", r"nothing in column 'period' of rows 1"),
        ("2024-01,,5", r"nothing in column 'category' of rows 1"),
        ("2024-01,ads,5,6", "got lines 2 with more or fewer fields"),
    ],
)
def test_a_ledger_that_cannot_add_up_is_refused_with_its_rows(write, rows, words):
    with pytest.raises(DataError, match=words):
        read_costs(write(f"period,category,amount\n{rows}\n"))


def test_shares_lie_between_0_and_1_and_leads_are_not_negative(write):
    head = "period,category,amount,acquisition_share,clicks\n2024-01,ads,5,,\n2024-01,ads,5,"
    with pytest.raises(DataError, match=r"acquisition_share 50\.0 \(row 2\), expected 0 to 1"):
        read_costs(write(head + "50,1\n"))
    with pytest.raises(DataError, match=r"clicks -1\.0 \(row 2\), expected 0 or more"):
        read_costs(write(head + "1,-1\n"))


def test_a_missing_column_names_where_to_map_it(write):
    path = write("date,category,amounts\n2024-01,ads,5\n")
    with pytest.raises(DataError, match=r"no column 'period', 'amount' .*'amounts'.*data\.costs"):
        read_costs(path, columns={})
    with pytest.raises(DataError, match=r"data\.costs\.columns\.period: got no column 'dat'"):
        read_costs(path, columns={"period": "dat"})


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


def test_only_a_period_of_costs_is_a_month(write):
    """What a shop calls a period of its customers is theirs."""
    customers = read_customers(write("customer_id,period\na,202403\nb,202404\n")).frame
    assert customers["period"].tolist() == [202403, 202404]


def test_customers_without_channel_or_first_order_have_them_missing(write):
    customers = read_customers(write("customer_id,city\na,Łódź\n")).frame
    assert customers[["channel", "first_order_at"]].isna().all().all()


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


def test_weights_of_a_customer_sum_to_1(write):
    touches = read_touches(
        write("customer_id,channel,weight\na,web,.333\na,tv,.333\na,seo,.333\nb,web,.5\nb,web,.5\n")
    ).frame
    assert touches.groupby("customer_id")["weight"].sum().tolist() == pytest.approx([1, 1])
    assert len(touches) == 4
    with pytest.raises(DataError, match=r"weights that sum to 'a: 0\.3', expected 1"):
        read_touches(write("customer_id,channel,weight\na,web,.3\nb,web,1\n"))
    with pytest.raises(DataError, match=r"weight -0\.5 \(row 1\)"):
        read_touches(write("customer_id,channel,weight\na,web,-.5\na,tv,1.5\n"))
    with pytest.raises(DataError, match="nothing in column 'channel' of rows 1"):
        read_touches(write("customer_id,channel,weight\na,,1\n"))


def test_touches_without_weights_have_times_and_whose_they_were_is_known(write):
    read = read_touches(
        write(
            "who,source,at\n007,web,2024-01-31 18:05\n,web,2024-01-31 18:06\n007,tv,2024-02-01\n"
        ),
        columns={"customer_id": "who", "channel": "source", "touched_at": "at"},
    )
    assert read.frame["customer_id"].tolist() == ["007", "007"]
    assert read.frame["touched_at"].astype(str).tolist() == [
        "2024-01-31 18:05:00",
        "2024-02-01 00:00:00",
    ]
    assert read.notes == ("touches: 1 without a customer left out",)


def test_times_of_touches_with_an_offset_are_those_of_the_shop(write):
    read = read_touches(
        write("customer_id,channel,touched_at\na,web,2024-01-31T23:30:00Z\n"),
        timezone="Europe/Paris",
    )
    assert str(read.frame["touched_at"].iloc[0]) == "2024-02-01 00:30:00"


def test_touches_need_a_time_or_a_weight_and_a_channel(write):
    with pytest.raises(DataError, match="neither a column 'touched_at' nor 'weight'"):
        read_touches(write("customer_id,channel\na,web\n"))
    with pytest.raises(DataError, match="nothing in column 'channel' of rows 2"):
        read_touches(write("customer_id,channel,touched_at\na,web,2024-01-01\na,,2024-01-02\n"))
    with pytest.raises(DataError, match=r"touches: got 'soon \(row 1\)' in column 'touched_at'"):
        read_touches(write("customer_id,channel,touched_at\na,web,soon\na,web,2024-01-02\n"))


GOOGLE = (
    "Campaign performance\n"
    '"March 1, 2024 - March 3, 2024"\n'
    "Day,Campaign,Cost,Currency code,Clicks\n"
    '03/01/2024,Brand,"$1,204.50",USD,"1,003"\n'
    "03/02/2024,Brand,-$4.50,USD,12\n"
    "03/13/2024,Generic, --,USD,--\n"
    'Total: Account, --,"$1,200.00",USD,"1,015"\n'
)
GOOGLE_COLUMNS = {"period": "Day", "channel": "Campaign", "amount": "Cost", "clicks": "Clicks"}


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8", "\t"), ("utf-16", "\t")]
)
def test_a_report_of_google_ads_is_read_as_it_was_downloaded(tmp_path, encoding, delimiter):
    title, rows = GOOGLE.split("Day,", 1)
    if delimiter != ",":
        title = title.replace('"', "")
    lines = [next(csv.reader([line])) for line in ("Day," + rows).splitlines()]
    path = tmp_path / "google.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(title)  # Its lines end in another way than those of the table.
        csv.writer(file, delimiter=delimiter).writerows(lines)
    read = read_costs(path, columns=GOOGLE_COLUMNS)
    assert read.frame["amount"].tolist() == [1204.5, -4.5, 0.0]
    assert read.frame["clicks"].tolist()[:2] == [1003, 12]
    assert read.frame["channel"].tolist() == ["Brand", "Brand", "Generic"]
    assert read.frame["period"].dt.day.tolist() == [1, 2, 13]
    assert read.notes == (
        "costs: 1 rows of totals left out",
        "costs: no column 'category', so all of it counts as advertising",
        "costs: 1 rows without an amount count as nothing spent",
    )


META = {"period": "Reporting starts", "channel": "Campaign name", "amount": "Amount spent (EUR)"}


@pytest.mark.parametrize(("total", "kept"), [("60.30", 4), ("60.00", 5)])
def test_the_first_row_of_a_meta_export_is_left_out_when_it_is_the_sum_of_all(write, total, kept):
    read = read_costs(
        write(
            "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR)\n"
            f"2024-03-01,2024-03-04,,{total}\n"
            "2024-03-01,2024-03-01,Spring,10.1\n"
            "2024-03-02,2024-03-02,Spring,20.1\n"
            "2024-03-03,2024-03-03,,\n"
            "2024-03-04,2024-03-04,Spring,30.1\n"
        ),
        columns=META,
    )
    assert len(read.frame) == kept
    assert read.frame["amount"].sum() == pytest.approx(60.3 if kept == 4 else 120.3)
    assert ("the sum of all, left out" in read.notes[-1]) == (kept == 4)


def test_a_ledger_of_ones_own_has_no_gaps_and_a_title_no_table_is_refused(write):
    with pytest.raises(DataError, match="nothing in column 'amount' of rows 2"):
        read_costs(write("period,category,amount\n2024-01,ads,5\n2024-02,ads,\n"))
    with pytest.raises(DataError, match="got no column 'period', 'amount'"):
        read_costs(write("Our costs\nperiod\n2024-01\n"))


def test_an_export_of_ad_spend_without_categories_is_advertising(write):
    read = read_costs(
        write("source_id,dt,costs\n1,2017-06-01,75.2\n10,2017-06-01,0\n"),
        columns={"channel": "source_id", "period": "dt", "amount": "costs"},
    )
    assert read.frame["category"].tolist() == ["ads_performance"] * 2
    assert read.frame["channel"].tolist() == ["1", "10"]
    assert read.notes == ("costs: no column 'category', so all of it counts as advertising",)
    assert acquisition_costs(read.frame)["is_media"].all()


def test_benchmarks_are_read_as_other_tables_are(write):
    read = read_benchmarks(
        write("segment;metric;value;source;year\nNA;cac;1.250,5;survey;2024\n;ltv;20,25;x;2023\n")
    )
    assert read.frame["segment"].isna().tolist() == [False, True]
    assert read.frame["value"].tolist() == [1250.5, 20.25]
    assert read.frame["year"].tolist() == [2024, 2023]
    with pytest.raises(DataError, match="benchmarks: got no column 'year'"):
        read_benchmarks(write("segment,metric,value,source\nB2B,cac,10,x\n"))
    with pytest.raises(DataError, match="nothing in column 'value' of rows 1"):
        read_benchmarks(write("segment,metric,value,source,year\nB2B,cac,,x,2024\n"))


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
