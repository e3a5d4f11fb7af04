"""The past dates of a backtest: over by the snapshot, and with a history before them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltvkit.evaluation.folds import fold_snapshots
from ltvkit.shop_clock import Pause, ShopClock
from ltvkit.snapshot import Snapshot, as_day_number

FIRST_DAY = date(2020, 1, 1)


@given(st.integers(0, 3000), st.integers(1, 1000))
def test_every_fold_is_over_by_the_snapshot_and_has_a_history(history, horizon):
    as_of = FIRST_DAY + timedelta(days=history)
    folds = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon))
    assert len(folds) <= 2
    for fold in folds:
        assert fold.horizon_end <= as_of
        assert fold.horizon_days <= max(horizon, int(0.4 * history))
        assert (fold.as_of - FIRST_DAY).days >= min(60, int(0.5 * history))
    assert [f.as_of for f in folds] == sorted((f.as_of for f in folds), reverse=True)
    if folds:
        assert folds[0].horizon_end == as_of


@given(st.integers(1, 1000), st.integers(0, 2000))
def test_where_history_holds_a_horizon_and_half_of_another_the_folds_look_as_far(horizon, more):
    history = horizon + max(60, horizon // 2) + more
    folds = fold_snapshots(FIRST_DAY, Snapshot(FIRST_DAY + timedelta(days=history), horizon))
    assert folds
    assert {fold.horizon_days for fold in folds} == {horizon}


def test_the_horizons_of_folds_are_as_many_days_on_which_the_shop_was_open():
    as_of, horizon = date(2023, 1, 1), 90
    clock = ShopClock((Pause(ended=as_day_number(date(2022, 12, 1)), days=28),))
    a_year = as_of - timedelta(days=300)
    latest, before = fold_snapshots(a_year, Snapshot(as_of, horizon), clock)
    assert as_of - latest.as_of == timedelta(days=horizon + 28)
    assert latest.as_of - before.as_of == timedelta(days=45)
    assert latest.horizon_days == before.horizon_days == horizon
    # The last days of an open shop hold no horizon and half of another once the pause is out.
    just_long_enough = as_of - timedelta(days=horizon + 60)
    assert fold_snapshots(just_long_enough, Snapshot(as_of, horizon))[0].horizon_days == horizon
    shorter = fold_snapshots(just_long_enough, Snapshot(as_of, horizon), clock)
    assert shorter[0].horizon_days == int(0.4 * (horizon + 60 - 28))


@given(st.integers(14, 182), st.integers(0, 2000))
def test_the_second_fold_asks_for_the_same_days_of_the_year_where_history_holds_them(horizon, more):
    as_of = FIRST_DAY + timedelta(days=364 + max(60, horizon // 2) + more)
    latest, before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon))
    assert (as_of - latest.as_of).days == horizon
    assert (as_of - before.as_of).days == 364


@pytest.mark.parametrize(("horizon", "history"), [(183, 2000), (100, 364 + 59)])
def test_the_second_fold_is_half_a_horizon_back_where_a_year_is_no_season_or_too_far(
    horizon, history
):
    as_of = FIRST_DAY + timedelta(days=history)
    latest, before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon))
    assert (latest.as_of - before.as_of).days == horizon // 2


def test_a_year_back_is_told_by_the_calendar_and_has_room_by_the_clock():
    as_of, horizon = date(2023, 1, 1), 90
    a_month = ShopClock((Pause(ended=as_day_number(date(2022, 12, 1)), days=28),))
    before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon), a_month)[1]
    assert before == Snapshot(date(2022, 1, 2), horizon)
    # Open for hardly more than a horizon since then: half a horizon before lies further back.
    long = ShopClock((Pause(ended=as_day_number(date(2022, 12, 1)), days=252),))
    latest, before = fold_snapshots(FIRST_DAY, Snapshot(as_of, horizon), long)
    assert long.at(as_day_number(latest.as_of)) == as_day_number(as_of) - horizon
    assert latest.as_of - before.as_of == timedelta(days=45)
    months = ShopClock(months_moved=0)
    told = fold_snapshots(FIRST_DAY, Snapshot(date(2022, 12, 31), horizon), months)
    assert told[1].as_of == date(2021, 12, 31)


@pytest.mark.parametrize("asked", [30, 90, 365])
@pytest.mark.parametrize("history", [300, 2000])
def test_folds_of_dates_that_tell_the_month_are_of_whole_months_up_to_the_snapshot(asked, history):
    as_of = date(2023, 6, 30)
    folds = fold_snapshots(
        as_of - timedelta(days=history), Snapshot(as_of, asked), ShopClock(months_moved=0)
    )
    assert len(folds) == 2
    for fold in folds:
        assert (fold.as_of + timedelta(days=1)).day == 1
        assert (fold.horizon_end + timedelta(days=1)).day == 1
        assert fold.horizon_end <= as_of
