"""Costs: a ledger that adds up, exports of platforms, refused with the rows that are wrong."""

import csv

import pandas as pd
import pytest

from ltvkit.data import read_costs
from ltvkit.economics import acquisition_costs
from ltvkit.errors import DataError


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


def test_periods_that_are_dates_stay_as_they_are(tmp_path):
    months = pd.to_datetime(["2024-01-01", "2024-02-01"])
    ledger = pd.DataFrame({"period": months, "channel": "ads", "amount": [10.0, 20.0]})
    ledger.to_parquet(tmp_path / "costs.parquet")
    costs = read_costs(tmp_path / "costs.parquet").frame
    assert costs["period"].tolist() == months.tolist()
    assert costs["amount"].tolist() == [10.0, 20.0]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03", "2024-03-01"),
        ("2024/03", "2024-03-01"),
        ("202403", "2024-03-01"),
        ("03/2024", "2024-03-01"),
        ("2024-W05", "2024-01-29"),
        ("2024W05", "2024-01-29"),
        ("KW 5/2024", "2024-01-29"),
        ("2024-3", "2024-03-01"),
        ("2024. 03.", "2024-03-01"),
        ("Mar-24", "2024-03-01"),
        ("March 2024", "2024-03-01"),
        ("févr. 2024", "2024-02-01"),
        ("März 2024", "2024-03-01"),
        ("2024-03-15", "2024-03-15"),
        ("31.03.2024", "2024-03-31"),
    ],
)
def test_periods_are_days_weeks_or_months(write, written, day):
    costs = read_costs(write(f"period,category,amount\n{written},ads,5\n")).frame
    assert costs["period"].tolist() == [pd.Timestamp(day)]
    assert costs["channel"].isna().all()


@pytest.mark.parametrize("quarter", ["2024-Q1", "Q1 2024", "2024"])
def test_a_quarter_is_refused_with_what_to_do_of_it(write, quarter):
    with pytest.raises(DataError, match="divide what was paid for a quarter or a year among its"):
        read_costs(write(f"period,category,amount\n{quarter},ads,5\n"))


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


def test_the_first_of_each_month_is_read_as_the_format_says(write):
    """No number is above 12; the shop's orders have a time as well."""
    rows = "".join(f"01/{month:02d}/2024,ads,100\n" for month in range(1, 13))
    path = write("period,channel,amount\n" + rows)
    with pytest.raises(DataError, match=r"set data\.date_format to '%d/%m/%Y' or '%m/%d/%Y'"):
        read_costs(path)
    found = read_costs(path, date_format="%d/%m/%Y %H:%M").frame["period"]
    assert found.tolist() == pd.date_range("2024-01-01", periods=12, freq="MS").tolist()
    last = read_costs(path, date_format="%m/%d/%Y").frame["period"].max()
    assert last == pd.Timestamp("2024-01-12")


def test_clicks_are_whole_whatever_mark_parts_decimals_of_amounts(write):
    path = write('period,channel,amount,clicks\n2024-01,ads,"1,500","1,003"\n')
    costs = read_costs(path, decimal_mark=",").frame
    assert costs[["amount", "clicks"]].iloc[0].tolist() == [1.5, 1003]


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
