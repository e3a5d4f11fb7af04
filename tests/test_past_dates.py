"""Laws of the plan of past dates."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltvkit.past_dates import (
    EARLIER_CUTS,
    EARLIER_SNAPSHOTS,
    cut_days,
    earlier_cut_days,
    earlier_panel_dates,
    label_length,
    panel_dates,
    shortest_history,
)

AS_OF = 19_000
history = st.integers(0, 5000)
horizon = st.integers(1, 1500)


@given(history, horizon)
def test_labels_are_as_long_as_the_horizon_where_history_holds_it_twice(days, ahead):
    label = label_length(days, ahead)
    if days >= 2.5 * ahead or days >= 2 * ahead + 28:
        assert label == max(7, ahead)
    assert label <= max(14, ahead)
    assert label <= max(14, days), "a label longer than history is never over"
    assert min(label, ahead) <= label_length(days + 30, ahead), "more history never shortens it"
    assert label_length(10_000, ahead) == max(7, ahead)


@given(history, horizon)
def test_every_label_of_the_panel_is_over_and_every_snapshot_has_a_history(days, ahead):
    dates = panel_dates(AS_OF, days, ahead)
    longest = label_length(days, ahead)
    assert dates == sorted(set(dates))
    for day, label in dates:
        assert day + label <= AS_OF
        assert 7 <= label <= longest
        assert day - (AS_OF - days) >= shortest_history(longest)
    assert len(dates) <= 16


@given(history, horizon)
def test_earlier_snapshots_are_half_a_label_apart_and_before_the_latest_of_their_label(days, ahead):
    earlier, longest = earlier_panel_dates(AS_OF, days, ahead), label_length(days, ahead)
    assert earlier == sorted(set(earlier), reverse=True)
    assert not set(earlier) & set(panel_dates(AS_OF, days, ahead))
    for length in {label for _, label in earlier}:
        own = [day for day, label in earlier if label == length]
        latest = [day for day, label in panel_dates(AS_OF, days, ahead) if label == length]
        assert max(own) < min(latest)
        assert len(own) <= EARLIER_SNAPSHOTS
        assert min(own) >= AS_OF - days + shortest_history(longest)
        assert all(later - day == max(longest // 2, 7) for later, day in pairwise(own))


@given(history, horizon)
def test_every_cut_is_over_has_a_history_and_the_most_recent_comes_first(days, ahead):
    cuts = cut_days(AS_OF, days, ahead)
    label = label_length(days, ahead)
    assert list(cuts) == sorted(set(cuts), reverse=True)
    for day in cuts:
        assert day + label <= AS_OF
        assert day - (AS_OF - days) >= shortest_history(label)
    assert len(cuts) <= 17


@given(st.integers(100, 5000), horizon)
def test_the_latest_date_whose_label_is_over_is_always_there(days, ahead):
    label = label_length(days, ahead)
    latest = [day for day, length in panel_dates(AS_OF, days, ahead) if length >= label]
    if days - label >= shortest_history(label):
        assert max(latest) == AS_OF - label
        assert cut_days(AS_OF, days, ahead)[0] == AS_OF - label


@pytest.mark.parametrize(("days", "there"), [(800, True), (300, False)])
def test_the_same_date_a_year_ago_is_a_cut_where_history_reaches_it(days, there):
    assert (AS_OF - 364 in cut_days(AS_OF, days, 90)) == there


@given(history, horizon)
def test_earlier_cuts_share_no_day_with_each_other_and_reach_back_to_the_beginning(days, ahead):
    earlier, label = earlier_cut_days(AS_OF, days, ahead), label_length(days, ahead)
    began = AS_OF - days + shortest_history(label)
    assert len(earlier) <= EARLIER_CUTS
    for later, day in pairwise(earlier):
        assert later - day >= label
    for day in earlier:
        assert began <= day <= AS_OF - 2 * label
        assert day not in cut_days(AS_OF, days, ahead)
    if len(earlier) > 1:
        assert earlier[-1] - began < 2 * label, "at most the same date a year ago is left out"
