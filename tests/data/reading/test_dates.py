"""Dates as shops write them, decided from the whole column or refused."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.data import order_days_from_frame
from ltvkit.errors import DataError


def days(*written: object, **options) -> list[str]:
    """The order days of one customer per date, in the order given; '' where put aside."""
    frame = pd.DataFrame(
        {
            "customer_id": [f"{number:04d}" for number in range(len(written))],
            "ordered_at": list(written),
            "revenue": 1.0,
        }
    )
    found = order_days_from_frame(frame, **options).to_pandas().set_index("customer_id")
    read = found["ordered_on"].dt.strftime("%Y-%m-%d")
    return [read.get(customer, "") for customer in frame["customer_id"]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["2020-12-31", "2020-1-5"], ["2020-12-31", "2020-01-05"]),
        (["2020-12-31 23:59:59.999", "2020-12-31T00:00"], ["2020-12-31", "2020-12-31"]),
        (["2020/12/31", "2020.12.30"], ["2020-12-31", "2020-12-30"]),
        (["20060101", "20061231"], ["2006-01-01", "2006-12-31"]),
        (["20060101.0", "20061231.0"], ["2006-01-01", "2006-12-31"]),
        (["20060101103000", "20061231000000"], ["2006-01-01", "2006-12-31"]),
        (["20060101T103000"], ["2006-01-01"]),
        (["20060101T103000Z"], ["2006-01-01"]),
        (["31/12/2020", "01/02/2020"], ["2020-12-31", "2020-02-01"]),
        (["12/31/2020", "01/02/2020"], ["2020-12-31", "2020-01-02"]),
        (["31.12.2020 10:00", "1.2.2020"], ["2020-12-31", "2020-02-01"]),
        (["12/31/2020 3:05 PM", "1/2/2020 11:59:59 AM"], ["2020-12-31", "2020-01-02"]),
        (["13-02-20", "01-02-21"], ["2020-02-13", "2021-02-01"]),
        (["31-Jan-2020", "1-FEB-2020"], ["2020-01-31", "2020-02-01"]),
        (["Jan-31-20", "Feb-01-20"], ["2020-01-31", "2020-02-01"]),
        (["January 5, 2020", "5 March 2020"], ["2020-01-05", "2020-03-05"]),
        (["May 01, 2024", "September 30, 2024"], ["2024-05-01", "2024-09-30"]),
        (["01 May 2024", "30 September 2024"], ["2024-05-01", "2024-09-30"]),
        (["May 1, 2024 3:05 PM", "June 2, 2024 11:59 AM"], ["2024-05-01", "2024-06-02"]),
        (["12 janv. 2024", "1er août 2023"], ["2024-01-12", "2023-08-01"]),
        (["12. März 2024 14:05", "1. Dez. 2023 9:30"], ["2024-03-12", "2023-12-01"]),
        (["5 października 2023", "31-paź-23"], ["2023-10-05", "2023-10-31"]),
        (["12 de enero de 2024", "3 dic. 2023"], ["2024-01-12", "2023-12-03"]),
        (["Sept. 5, 2024", "agosto 31, 2024"], ["2024-09-05", "2024-08-31"]),
        (["5 brumaire 2024", "12 janvier 2024"], ["", "2024-01-12"]),
        (["45302", "45302.999988", "45303.0", "45303.5"], ["2024-01-11"] * 2 + ["2024-01-12"] * 2),
        (["45302", "12345"], ["2024-01-11", ""]),
        (["1577836800", "1609459199"], ["2020-01-01", "2020-12-31"]),
        (["1577836800000", "1609459199999"], ["2020-01-01", "2020-12-31"]),
    ],
)
def test_a_column_tells_how_its_dates_are_written(written, expected):
    assert days(*written) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.to_datetime(["2020-01-01 23:30", None]), ["2020-01-01", ""]),
        (pd.to_datetime(["2020-01-01 23:30"]).tz_localize("America/New_York"), ["2020-01-02"]),
        ([20200101, 20201231], ["2020-01-01", "2020-12-31"]),
        ([45302, 45303], ["2024-01-11", "2024-01-12"]),
        ([20200101.0, float("nan")], ["2020-01-01", ""]),
        ([pd.Timestamp("2020-01-01").date()], ["2020-01-01"]),
    ],
)
def test_typed_dates_and_numbers_are_read_as_what_they_are(values, expected):
    assert days(*values) == expected


def test_a_long_name_of_a_month_is_no_offset():
    written = ["12 października 2023", "5 Listopada 2023"]
    log = order_days_from_frame(
        pd.DataFrame({"customer_id": ["a", "b"], "ordered_at": written, "revenue": 1.0})
    )
    assert log.readings["ordered_at"] == "written %d %b %Y, %d %B %Y"


def test_times_with_an_offset_belong_to_the_shops_day():
    written = ["2020-01-01 00:30+02:00", "2020-01-01T23:30:00Z", "2020-01-01 23:30:00 -02:00"]
    assert days(*written) == ["2019-12-31", "2020-01-01", "2020-01-02"]
    assert days(*written, timezone="Europe/Warsaw") == ["2019-12-31", "2020-01-02", "2020-01-02"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        # Reports of Amazon say the zone of their market place by its name.
        (["Mar 3, 2024 11:05:33 PM PDT", "Dec 1, 2017 12:38:23 AM PST"], "2024-03-04 2017-12-01"),
        (["15 Mar 2026 3:22:08 PM UTC", "23/09/2021 10:34:38 MEST"], "2026-03-15 2021-09-23"),
        (["2024/01/01 0:11:22JST", "2024/01/13 9:11:22JST"], "2023-12-31 2024-01-13"),
        (["01.10.2019 00:31:30 GMT+01:00", "13.10.2019 12:00"], "2019-09-30 2019-10-13"),
        (["2024-07-05 01:30:00 CEST", "2024-07-05 23:30:00 BST"], "2024-07-04 2024-07-05"),
        (["Fri, 12 Jan 2024 23:05:33 -0530", "12 Jan 2024 23:05"], "2024-01-13 2024-01-12"),
        (["Fri Jan 12 2024 23:05:33 GMT-0500 (Eastern Standard Time)"], "2024-01-13"),
    ],
)
def test_a_zone_may_be_said_by_its_name_or_beside_other_than_iso_dates(written, expected):
    assert days(*written) == expected.split()


def test_times_in_a_named_zone_are_turned_into_the_shops_and_told():
    written = ["Mar 3, 2024 11:05:33 PM PDT", "Mar 13, 2024 9:05:33 AM PDT"]
    assert days(*written, timezone="America/Los_Angeles") == ["2024-03-03", "2024-03-13"]
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": written, "revenue": 1.0})
    words = order_days_from_frame(frame).readings["ordered_at"]
    assert words.endswith("turned into UTC where a zone is said")


def test_a_name_of_several_zones_is_that_of_the_shops_own_and_told():
    written = ["2024-03-03 20:05:33 CST", "2024-03-13 09:05:33 PDT"]
    frame = pd.DataFrame({"customer_id": ["a", "b"], "ordered_at": written, "revenue": 1.0})
    for zone, day, taken in (
        ("Asia/Shanghai", "2024-03-03", "CST taken for UTC+8"),
        ("America/Chicago", "2024-03-03", "CST taken for UTC-6"),
        ("Europe/Paris", "2024-03-04", "CST taken for UTC-6"),
    ):
        log = order_days_from_frame(frame, timezone=zone)
        assert log.to_pandas()["ordered_on"].astype(str)[0] == day
        assert log.readings["ordered_at"].endswith(f"where a zone is said, {taken}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["12 janv. 2024 à 14:05", "1er août 2023 à 9h30"], "2024-01-12 2023-08-01"),
        (["12. März 2024, 14:05 Uhr", "1. Dez. 2023 um 9.30 Uhr"], "2024-03-12 2023-12-01"),
        (["3 de mayo de 2024 a las 14:05", "3 dic. 2023, 2:05 p. m."], "2024-05-03 2023-12-03"),
        (["3 de mayo de 2024 14:05 hs.", "13 de mayo de 2024 9:05 h"], "2024-05-03 2024-05-13"),
        (["12 gennaio 2024 alle ore 14:05", "12 gen 2024, 14:05"], "2024-01-12 2024-01-12"),
        (["12 stycznia 2024 o 14:05", "12 maja 2024 o godz. 8:30"], "2024-01-12 2024-05-12"),
        (["12 januari 2024 om 14:05", "January 12, 2024 at 2:05 PM"], "2024-01-12 2024-01-12"),
        (["13/01/2024 à 14h05", "12/01/2024 14h05"], "2024-01-13 2024-01-12"),
        (["vendredi 12 janvier 2024", "Sat, May 4, 2024"], "2024-01-12 2024-05-04"),
        # Spaces at which no line breaks: French dates, and English times in newer software.
        (["12\u00a0janv.\u00a02024", "Jan 12, 2024, 2:05:06\u202fPM"], "2024-01-12 2024-01-12"),
    ],
)
def test_words_may_stand_around_a_date_and_its_time(written, expected):
    assert days(*written) == expected.split()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            ["2024. 01. 05.", "2024. 1. 31. 14:05:09", "2024.02.29."],
            "2024-01-05 2024-01-31 2024-02-29",
        ),
        (["2024. január 5.", "2024. máj. 31."], "2024-01-05 2024-05-31"),
        (["24. 1. 2024", "5. 12. 2024 14:05"], "2024-01-24 2024-12-05"),
        (["24. ledna 2024", "5. května 2024"], "2024-01-24 2024-05-05"),
        (["2024. 1. 5. 오후 2:05:09", "2024. 1. 31. 오전 12:05"], "2024-01-05 2024-01-31"),
        (["2024년 1월 5일", "2024년 12월 31일 14시 5분"], "2024-01-05 2024-12-31"),
        (["2024年1月5日", "2024年12月31日(火) 14時05分09秒"], "2024-01-05 2024-12-31"),
        (["２０２４／０１／０５　１４：０５", "２０２４／１２／３１"], "2024-01-05 2024-12-31"),
        (["٠٥/٠١/٢٠٢٤ ٢:٠٥ م", "\u200f٣١/١٢/٢٠٢٤"], "2024-01-05 2024-12-31"),
        (["۲۰۲۴/۰۱/۰۵", "۲۰۲۴/۱۲/۳۱"], "2024-01-05 2024-12-31"),
        (["5 января 2024 г.", "31 мая 2024 г."], "2024-01-05 2024-05-31"),
        (["5 Ocak 2024", "31 Mayıs 2024"], "2024-01-05 2024-05-31"),
        (
            ["January 5th, 2024", "May 31st, 2024", "3rd of May 2024"],
            "2024-01-05 2024-05-31 2024-05-03",
        ),
        (["31.01.2024 - 14:05", "05.01.2024 – 9:05"], "2024-01-31 2024-01-05"),
        (["14:05 31/01/2024", "9:05:10 05/01/2024"], "2024-01-31 2024-01-05"),
        (["31.1.2024 klo 14.05", "5.1.2024 klo 9.05"], "2024-01-31 2024-01-05"),
        (["31-JAN-24 02.05.09.000000 PM", "05-MAY-24 12.05.09.000000 AM"], "2024-01-31 2024-05-05"),
        (["2024-01-05T00:30:00+01:00[Europe/Paris]"], "2024-01-04"),
    ],
)
def test_dates_are_read_as_they_are_written_far_from_here(written, expected):
    assert days(*written) == expected.split()


def test_years_of_thailand_are_turned_into_ours():
    """2567 is 2024, a leap year, and 2567 itself is none."""
    assert days("29/02/2567", "31/12/2566 14:05") == ["2024-02-29", "2023-12-31"]
    assert days("2567-02-29", "2566-12-31") == ["2024-02-29", "2023-12-31"]
    assert days("29 February 2567", "31 May 2566") == ["2024-02-29", "2023-05-31"]
    # One such year among others is a slip of the pen.
    assert days(*["2024-01-05"] * 20, "2567-01-05")[-1] == ""


@pytest.mark.parametrize("written", [["1402/01/05", "1402/12/29"], ["05/01/1445", "29/12/1445"]])
def test_dates_of_calendars_with_other_months_are_refused_in_words(written):
    with pytest.raises(DataError, match=r"column 'ordered_at': got .* the Persian or the Islamic"):
        days(*written)


def test_times_without_an_offset_are_the_shops_own():
    assert days("2020-01-01 23:30", timezone="Asia/Tokyo") == ["2020-01-01"]


def test_seconds_since_1970_belong_to_the_shops_day():
    assert days("1577836800", timezone="America/New_York") == ["2019-12-31"]


def test_a_column_that_can_be_read_two_ways_is_refused_with_what_to_set():
    with pytest.raises(DataError) as caught:
        days("11/12/2020", "01/02/2020 10:00")
    text = str(caught.value)
    assert "day first or month first" in text
    assert "set data.date_format to" in text
    assert "'%d/%m/%Y'" in text
    assert "'%m/%d/%Y'" in text


def test_a_column_that_mixes_both_orders_is_refused():
    with pytest.raises(DataError, match="got 1 dates that must be day first and 1 that must be"):
        days("11/13/2020", "14/02/2020")


def test_dates_that_a_spreadsheet_turned_where_it_could_are_refused():
    truth = pd.date_range("2024-01-01", "2024-03-31")
    turned = [f"{day:%Y-%d-%m} 00:00:00" if day.day < 13 else f"{day:%d/%m/%Y}" for day in truth]
    with pytest.raises(DataError, match=r"got 36 dates .* beside 55 texts such as '13/01/2024'"):
        days(*turned)
    with pytest.raises(DataError, match="a spreadsheet took days for months"):
        days(*[f"{day:%m/%d/%Y}" if day.day > 12 else f"{day:%Y-%d-%m}" for day in truth])
    # One date of later in a month shows that they were not turned; so few prove nothing.
    kept = [f"{day:%Y-%m-%d}" if day.day < 14 else f"{day:%d/%m/%Y}" for day in truth]
    assert days(*kept) == [f"{day:%Y-%m-%d}" for day in truth]
    assert "" not in days(*turned[:19])


def test_date_format_overrides_the_decision():
    written = ["11/12/2020", "01/02/2020"]
    assert days(*written, date_format="%d/%m/%Y") == ["2020-12-11", "2020-02-01"]
    assert days(*written, date_format="%m/%d/%Y") == ["2020-11-12", "2020-01-02"]
    assert days("5. 1. 2020", date_format="%d. %m. %Y") == ["2020-01-05"]
    zoned = days("01/02/2020 23:30 +0100", date_format="%d/%m/%Y %H:%M %z")
    assert zoned == ["2020-02-01"]


def test_a_date_format_of_another_table_tells_no_more_than_the_order_of_day_and_month():
    """One format is said for all tables of a shop; each is written in its own way."""
    said = "%d/%m/%Y %H:%M"
    assert days("2020-01-02", "2020-01-25", date_format=said) == ["2020-01-02", "2020-01-25"]
    assert days("01/02/2020", "01/03/2020", date_format=said) == ["2020-02-01", "2020-03-01"]
    assert days("01/02/2020", "01/25/2020", date_format=said) == ["2020-01-02", "2020-01-25"]
    with pytest.raises(DataError, match="day first or month first"):
        days("01/02/2020", date_format="%Y-%m-%d")


def test_a_date_format_that_is_none_is_the_users_mistake():
    with pytest.raises(DataError, match=r"data\.date_format: got '%Q'"):
        days("2020-01-01", date_format="%Q")


def test_a_stray_form_is_put_aside_and_does_not_stop_the_run():
    written = ["2020-01-01"] * 200 + ["01/02/2020", "soon"]
    assert days(*written)[-2:] == ["", ""]


def test_a_stray_order_of_day_and_month_is_put_aside():
    assert days(*["31/12/2020"] * 200, "12/31/2020")[-1] == ""


@pytest.mark.parametrize("sentinel", ["0001-01-01", "9999-12-31", "1899-12-30", "2020-02-30"])
def test_days_that_cannot_be_order_days_are_put_aside(sentinel):
    assert days("2020-01-01", sentinel) == ["2020-01-01", ""]


def test_a_column_of_something_else_is_refused():
    with pytest.raises(DataError, match=r"got 'false', 'true' \(of type boolean\), expected dates"):
        days(True, False)


FORMATS = ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%Y/%m/%d %H:%M:%S"]


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(FORMATS),
    st.lists(st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2050-01-01").date())),
)
def test_what_was_written_is_what_is_read(form, dates):
    proof = pd.Timestamp("2020-12-31").date()  # A day above 12, so that the column tells.
    written = [day.strftime(form) for day in [proof, *dates]]
    assert days(*written) == [day.isoformat() for day in [proof, *dates]]


def test_nanoseconds_with_a_zone_are_turned_as_microseconds_are():
    """As pandas writes them to parquet; the 31st of March has 23 hours in Paris."""
    moments = pd.to_datetime(["2024-03-30 22:59", "2024-03-30 23:00", "2024-03-31 22:00"])
    nanoseconds = pd.ArrowDtype(pa.timestamp("ns", "UTC"))
    zoned = pd.Series(moments.tz_localize("UTC"))
    frame = pd.DataFrame({"customer_id": "a", "revenue": 1.0, "ordered_at": zoned}).astype(
        {"ordered_at": nanoseconds}
    )
    found = order_days_from_frame(frame, timezone="Europe/Paris").to_pandas()["ordered_on"]
    assert found.dt.strftime("%m-%d").tolist() == ["03-30", "03-31", "04-01"]


def test_seconds_since_1970_may_have_parts_of_a_second():
    """As `time.time()` gives them."""
    written = ("1704412800.123456", "1704499199.9", "1704499200")
    assert days(*written) == ["2024-01-05", "2024-01-05", "2024-01-06"]


@pytest.mark.parametrize("kind", ["float64", "decimal"])
def test_the_afternoon_of_a_day_that_a_spreadsheet_counts_is_not_the_next_day(kind):
    """As numbers, as in a parquet file or a sheet whose cells are not formatted as dates."""
    written = [45302.0, 45302.25, 45302.75, 45303.5]
    if kind == "decimal":
        written = [Decimal(str(number)) for number in written]
    assert days(*written) == ["2024-01-11"] * 3 + ["2024-01-12"]


@pytest.mark.parametrize("written", ["%y-%m-%d", "%y/%m/%d %H:%M"])
@pytest.mark.parametrize("since", ["2023-01-05", "1997-01-05"])
def test_two_digits_of_the_year_may_come_first(written, since):
    """As in Japan and Sweden; 24-01-31 read as the 24th of January 2031 is a date as well."""
    dates = pd.date_range(since, periods=120, freq="9D")
    read = days(*dates.strftime(written), "02-02-02")  # A slip of the pen is no proof.
    assert read[:-1] == dates.strftime("%Y-%m-%d").tolist()


def test_payments_on_the_same_day_of_each_month_begin_with_their_day():
    """15-03-24: no first number is below 13, but the last ones are hardly those of days."""
    dates = pd.date_range("2021-01-15", periods=48, freq=pd.DateOffset(months=1))
    assert days(*dates.strftime("%d-%m-%y")) == dates.strftime("%Y-%m-%d").tolist()


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_the_last_nanosecond_of_a_month_is_not_in_the_next(zone):
    """Months end so in pandas before 3."""
    ends = [1706745599_999999999, 1709251199_999999999]
    kind = pd.ArrowDtype(pa.timestamp("ns", zone))
    moments = pd.Series(pa.array(ends, type=kind.pyarrow_dtype).to_pandas(), dtype=kind)
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": moments, "revenue": 1.0})
    found = order_days_from_frame(frame).to_pandas()["ordered_on"]
    assert found.dt.strftime("%Y-%m-%d").tolist() == ["2024-01-31", "2024-02-29"]
