"""Laws of the shop's clock."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ltvkit.shop_clock import CALENDAR, Pause, ShopClock, month_of

PAUSES = ShopClock((Pause(ended=100, days=21), Pause(ended=300, days=49)))
days = st.integers(-500, 500)


@given(days)
def test_without_pauses_the_clock_is_the_calendar(day):
    assert CALENDAR.at(day) == day
    assert CALENDAR.calendar(day) == day


@given(days)
def test_a_day_told_by_the_clock_comes_back_to_the_calendar_but_within_a_pause(day):
    shut = 79 <= day < 100 or 251 <= day < 300
    assert (PAUSES.calendar(PAUSES.at(day)) == day) is not shut


@given(st.lists(days, min_size=1))
def test_many_days_are_told_as_each_is(many):
    assert PAUSES.calendar(np.array(many)).tolist() == [PAUSES.calendar(day) for day in many]


def test_time_before_a_pause_is_nearer_by_all_pauses_since():
    assert [PAUSES.at(day) for day in (0, 78, 100, 250, 300, 400)] == [70, 148, 149, 299, 300, 400]


@given(days)
def test_days_within_a_pause_are_the_day_before_its_end_and_time_never_goes_back(day):
    assert PAUSES.at(day) <= PAUSES.at(day + 1)
    if 79 <= day < 100:
        assert PAUSES.at(day) == PAUSES.at(100) - 1


@given(st.integers(0, 40_000))
def test_a_month_is_the_days_between_two_firsts(day):
    first, last = month_of(day)
    assert first <= day <= last
    assert month_of(first - 1)[1] == first - 1
    assert month_of(last + 1)[0] == last + 1


@given(st.integers(0, 40_000), st.integers(-40, 40))
def test_of_months_all_is_told_when_they_are_over(day, moved):
    start, end = month_of(day)
    clock = ShopClock(months_moved=moved)
    assert clock.at(day) == (end if day == end else start - 1) + moved
    assert clock.since(day) == start + moved
    assert clock.calendar(day) == day - moved
    cutoff = clock.cutoff(day)
    assert clock.at(cutoff) == cutoff + moved <= day
    assert cutoff == month_of(cutoff)[1]
