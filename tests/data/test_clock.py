"""Which pauses are taken out of time, which are a shop's habit or chance, and what dates tell."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import order_days_from_frame
from ltvkit.data.clock import shop_clock
from ltvkit.snapshot import as_day_number

YEARS = pd.date_range("2021-01-01", "2023-12-31")


def clock_of(days):
    customers = [f"c{n % 50}" for n in range(len(days))]
    frame = pd.DataFrame({"customer_id": customers, "ordered_at": days, "revenue": 1.0})
    log = order_days_from_frame(frame)
    return shop_clock(log.order_days, log.as_of)


def taken_out(days):
    return [(pause.ended, pause.days) for pause in clock_of(days).pauses]


def without(days, *shut):
    """The days but those from the first to before the last of each pair."""
    for first, last in shut:
        days = days[(days < first) | (days >= last)]
    return days


def day(text):
    return as_day_number(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        ("2022-03-01", "2022-03-22", 0),
        ("2022-03-01", "2022-03-23", 3),
        ("2022-03-01", "2022-04-05", 5),
        ("2022-03-01", "2022-05-31", 13),
        ("2022-03-01", "2022-09-01", 26),
        ("2022-03-01", "2023-03-03", 0),
    ],
)
def test_more_than_three_weeks_and_no_more_than_a_year_are_taken_out_as_whole_weeks(
    first, last, weeks
):
    expected = [(day(last), 7 * weeks)] if weeks else []
    assert taken_out(without(YEARS, (first, last))) == expected


def test_two_pauses_are_taken_out_each_and_a_third_makes_them_a_habit():
    two = (("2021-03-01", "2021-04-01"), ("2022-06-10", "2022-08-01"))
    assert taken_out(without(YEARS, *two)) == [(day("2021-04-01"), 28), (day("2022-08-01"), 49)]
    assert taken_out(without(YEARS, *two, ("2023-10-01", "2023-11-01"))) == []


def test_a_shop_that_is_shut_each_august_will_be_again():
    august = [(f"{year}-07-30", f"{year}-08-28") for year in (2021, 2022)]
    assert taken_out(without(YEARS, *august)) == []
    later = ("2022-09-20", "2022-10-20")
    assert len(taken_out(without(YEARS, august[0], later))) == 2


def test_a_shop_of_campaigns_is_not_shut_between_them():
    sold = YEARS[(YEARS.day_of_year - 1) % 91 < 14]
    assert taken_out(sold[sold < "2021-07-15"]) == []
    assert taken_out(sold) == []


def test_a_pause_as_the_shop_has_them_now_and_then_is_no_pause():
    every_month = YEARS[::30]
    assert taken_out(every_month) == []
    assert taken_out(without(every_month, ("2022-03-01", "2022-06-20"))) == []


def test_a_shop_that_hardly_sells_for_half_of_the_year_is_not_shut_then():
    summer = YEARS[(YEARS.month > 4) & (YEARS.month < 10)]
    winter = pd.to_datetime(["2021-11-05", "2021-12-20", "2022-02-03", "2022-11-20", "2023-01-25"])
    assert taken_out(summer.append(winter)) == []


def test_half_a_year_may_be_the_winter_unless_the_shop_sold_in_another():
    shut = ("2021-10-01", "2022-04-01")
    assert taken_out(without(YEARS[YEARS < "2022-09-01"], shut)) == []
    assert taken_out(without(YEARS[YEARS < "2023-04-01"], shut)) == [(day("2022-04-01"), 182)]
    # The next winter it sold on a day in four, and that is no winter as the first.
    hardly = YEARS[(YEARS < "2022-10-01") | ((YEARS < "2023-09-01") & (YEARS.day % 4 == 0))]
    assert taken_out(without(hardly, shut)) == []


def test_a_month_missing_just_before_the_last_days_is_found():
    days = YEARS[YEARS < "2022-07-01"]
    assert taken_out(without(days, ("2022-05-20", "2022-06-25"))) == [(day("2022-06-25"), 35)]


@pytest.mark.parametrize("orders", [1, 2, 3])
def test_a_handful_of_orders_has_no_pauses(orders):
    assert taken_out(YEARS[:: len(YEARS) // 2][:orders]) == []


@pytest.mark.parametrize(("every", "shut"), [(2, True), (1, False)])
def test_a_few_orders_in_a_pause_do_not_end_it(every, shut):
    """Eight orders a day, but for ten weeks in which there is one every day or two."""
    hardly = (YEARS >= "2022-06-01") & (YEARS < "2022-08-10")
    days = YEARS[~hardly].repeat(8).append(YEARS[hardly][4:-3:every])
    expected = [(day("2022-08-10"), 70)] if shut else []
    assert taken_out(days.sort_values()) == expected


def test_a_shop_that_sells_ever_less_has_no_pause():
    """In its last half year it sells a twentieth of what it sold, and that is what it sells."""
    less = YEARS[(YEARS >= "2023-07-01") & (YEARS.day % 3 == 0)]
    assert taken_out(YEARS[YEARS < "2023-07-01"].repeat(7).append(less)) == []


def test_chance_makes_no_pause_of_a_shop_that_fades():
    """Cohorts that fade: the last orders are far apart, the first were close."""
    for seed in range(50):
        dice = np.random.default_rng(seed)
        gaps = dice.exponential(np.linspace(0.5, 12, 150))
        days = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.cumsum(gaps).astype(int), "D")
        assert taken_out(days.unique()) == []


MONTHS = pd.date_range("2021-01-01", "2023-12-01", freq="MS")


WORKING = MONTHS + pd.offsets.BMonthEnd(0)


def monthly(days, as_of):
    frame = pd.DataFrame({"customer_id": "c", "ordered_at": days, "revenue": 1.0})
    several = pd.concat([frame.assign(customer_id=f"c{n}") for n in range(5)])
    log = order_days_from_frame(several)
    return shop_clock(log.order_days, date.fromisoformat(as_of))


@pytest.mark.parametrize(
    ("days", "as_of", "moved"),
    [
        (MONTHS, "2023-12-01", -30),
        (MONTHS, "2023-12-20", -11),
        (MONTHS, "2022-12-31", 0),
        (MONTHS + pd.offsets.MonthEnd(0), "2023-12-31", 0),
        (MONTHS + pd.offsets.MonthEnd(0), "2023-12-20", 20),
        (WORKING, "2023-12-29", -2),
        (WORKING, "2023-12-20", 20),
        (MONTHS + pd.Timedelta(days=14), "2023-12-16", -15),
        (MONTHS + pd.Timedelta(days=14), "2024-03-10", 10),
    ],
)
def test_the_last_month_told_ends_with_the_snapshot(days, as_of, moved):
    clock = monthly(days, as_of)
    assert clock.months_moved == moved
    assert not clock.pauses


def test_dates_of_whole_months_are_told_from_those_of_days():
    assert monthly(MONTHS[:4], "2023-12-01").months_moved is not None
    assert monthly(MONTHS[:3], "2023-12-01").months_moved is None
    one_more = MONTHS.append(pd.DatetimeIndex([MONTHS[5] + pd.Timedelta(days=9)]))
    assert monthly(one_more, "2023-12-01").months_moved is None
    # One order a month may be chance.
    assert clock_of(MONTHS).months_moved is None


def test_dates_of_whole_years_are_told_as_such():
    for day in ("01-01", "07-04", "12-31"):
        years = pd.DatetimeIndex([f"{year}-{day}" for year in range(2012, 2024)])
        assert monthly(years, "2023-12-31").yearly
    assert not monthly(MONTHS, "2023-12-31").yearly
    assert not clock_of(YEARS).yearly


DATED = {
    "first": lambda months: months,
    "last": lambda months: months + pd.offsets.MonthEnd(0),
    "working": lambda months: months + pd.offsets.BMonthEnd(0),
    "fifteenth": lambda months: months + pd.Timedelta(days=14),
}


@pytest.mark.parametrize("dated", DATED)
@pytest.mark.parametrize("as_of", ["2022-06-30", "2022-07-20", "2022-08-31", "2023-01-31"])
def test_a_horizon_holds_the_dates_of_as_many_months_as_it_is_nearest_to(dated, as_of):
    """By the dates of the months to come, counted, and the days that these months have."""
    ahead = pd.date_range("2021-01-01", "2025-12-01", freq="MS")
    dates = DATED[dated](ahead)
    clock = monthly(dates[:36], as_of)
    for asked in (1, 28, 30, 45, 46, 60, 90, 120, 180, 365, 730):
        horizon = clock.horizon(day(as_of), asked)
        until = pd.Timestamp(as_of) + pd.Timedelta(days=horizon)
        held = ahead[(dates > as_of) & (dates <= until)]
        months = max(1, round(asked / (365.25 / 12)))
        assert len(held) == months
        assert clock.ahead(day(as_of), horizon) == sum(held.days_in_month)
        assert abs(horizon - asked) <= 18 or asked < 28


@pytest.mark.parametrize("asked", [90, 365])
def test_days_asked_stay_where_they_hold_as_many_months(asked):
    assert monthly(MONTHS, "2023-12-20").horizon(day("2023-12-20"), asked) == asked
    assert clock_of(YEARS).horizon(day("2023-12-31"), asked) == asked
    assert clock_of(YEARS).ahead(day("2023-12-31"), asked) == asked
