"""The panel: it joins features and labels, and nothing after a day reaches what is known at it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_logs import EPOCH, FIRST_DAY, as_table, day_number, histories, messy_log

from ltvkit.contracts import ContractTerms
from ltvkit.errors import NotEnoughDataError
from ltvkit.features.contracts import build_contract_panel
from ltvkit.features.engine import fetch
from ltvkit.features.orders import with_history
from ltvkit.features.panel import build_panel, features_at
from ltvkit.past_dates import cut_days, earlier_panel_dates, panel_dates
from ltvkit.shop_clock import CALENDAR, Pause, ShopClock
from ltvkit.snapshot import Snapshot, as_day_number

AS_OF = FIRST_DAY + timedelta(days=420)
SNAPSHOT = Snapshot(AS_OF, 120)
OWN = ("country", "discount", "online")


def panel_of(log, snapshot=SNAPSHOT):
    return build_panel(as_table(log), snapshot, attribute_columns=OWN)


def test_before_the_first_order_there_is_no_panel():
    log = messy_log(3)
    early = Snapshot(log["ordered_on"].min().date() - timedelta(days=1), 30)
    with pytest.raises(NotEnoughDataError, match=f"got no order up to {early.as_of}, .* later"):
        panel_of(log, early)


def test_before_the_first_payment_there_are_no_contracts():
    log = messy_log(3)
    early = Snapshot(log["ordered_on"].min().date() - timedelta(days=1), 30)
    terms = ContractTerms(renewal_days=30.0, grace_days=7)
    with pytest.raises(NotEnoughDataError, match=f"got no order up to {early.as_of}, .* later"):
        build_contract_panel(as_table(log), early, plans=(terms,))


def frames_of(panel):
    return {
        "rows": panel.rows,
        "now": panel.now,
        "arrivals": panel.activity.arrivals,
        "repeats": panel.activity.repeats,
        **{
            f"cut {cut.day}": cut.summary.assign(y=cut.future_revenue)
            for cut in (*panel.cuts, *panel.earlier_cuts)
        },
    }


def assert_same_panel(found, expected):
    found, expected = frames_of(found), frames_of(expected)
    assert list(found) == list(expected)
    for name, frame in found.items():
        pd.testing.assert_frame_equal(frame, expected[name], rtol=1e-6, obj=name)


def test_orders_within_a_pause_are_one_on_the_day_before_its_end():
    ordered_on = pd.to_datetime(["2024-01-01", "2024-02-05", "2024-02-19", "2024-03-01"])
    log = pd.DataFrame(
        {"customer_id": ["a"] * 4, "ordered_on": ordered_on, "revenue": [1.0, 2.0, 4.0, 8.0]}
    ).assign(margin=1.0, orders=1, lines=2, country=["DE", "FR", "PL", "DE"])
    clock = ShopClock((Pause(ended=as_day_number(date(2024, 3, 1)), days=28),))
    told = fetch(with_history(as_table(log), clock)).sort_values("day")
    assert told["revenue"].tolist() == [1.0, 6.0, 8.0]
    assert told[["margin", "orders", "lines"]].iloc[1].tolist() == [2.0, 2, 4]
    assert told["country"].tolist() == ["DE", "FR", "DE"]
    assert told["number"].tolist() == [1, 2, 3]
    assert told["gap_days"].tolist()[1:] == [31.0, 1.0]
    assert told[["orders", "lines"]].dtypes.tolist() == [np.int64] * 2


def test_a_shop_that_was_shut_has_the_panel_of_one_that_was_not():
    """But for the month of the first orders, which stay where the calendar has them."""
    log = messy_log(3, customers=80)
    early = log["ordered_on"] <= pd.Timestamp(FIRST_DAY + timedelta(days=250))
    moved = log["ordered_on"].where(~early, log["ordered_on"] - pd.Timedelta(days=56))
    shut, going_on = panel_of(log.assign(ordered_on=moved)), panel_of(log)
    assert [pause.days for pause in shut.activity.clock.pauses] == [56]
    assert going_on.activity.clock == CALENDAR
    assert shut.history_days == going_on.history_days
    months = {"rows": shut.rows.pop("first_month"), "now": shut.now.pop("first_month")}
    assert (months["now"] != going_on.now.pop("first_month")).mean() > 0.5
    assert (months["rows"] != going_on.rows.pop("first_month")).mean() > 0.5
    assert_same_panel(shut, going_on)


def of_months(log, *, last):
    month = log["ordered_on"].dt.to_period("M")
    day = (month.dt.end_time if last else month.dt.start_time).dt.normalize()
    summed = log.assign(ordered_on=day.astype("datetime64[s]"))
    return summed.drop_duplicates(["customer_id", "ordered_on"])


def test_months_are_the_same_whether_their_first_or_their_last_day_stands_for_them():
    log = messy_log(3, customers=80)
    end = Snapshot(date(2023, 12, 31), 121)  # to the end of April
    first, last = (panel_of(of_months(log, last=which), end) for which in (False, True))
    for panel in (first, last):
        assert panel.activity.repeats["day"].max() <= panel.as_of_day
        panel.now.pop("first_weekday")
        panel.rows.pop("first_weekday")
    assert_same_panel(first, last)


@pytest.mark.parametrize("last", [False, True])
def test_of_months_each_customer_has_one_day_and_all_days_have_customers(last):
    log = of_months(messy_log(3, customers=200), last=last)
    log = log[log["ordered_on"] <= pd.Timestamp(AS_OF)]
    now = panel_of(log).now
    assert now["days_since_last"].min() >= 0
    gaps = now["mean_gap_days"].dropna()
    told = log.groupby("customer_id")["ordered_on"].agg(["min", "max", "size"])
    told = told[told["size"] > 1].loc[now.loc[gaps.index, "customer_id"]]
    months = (told["max"] - told["min"]).dt.days / (told["size"] - 1)
    np.testing.assert_allclose(gaps, months, atol=3)
    assert now["days_since_last"].nunique() > 50


def test_a_few_customers_of_another_time_are_known_but_lengthen_no_history():
    log = messy_log(3)
    early = log.head(4).assign(
        customer_id=["e1", "e1", "e2", "e3"],
        ordered_on=pd.to_datetime(["2018-01-05", "2018-01-20", "2018-02-01", "2018-02-03"]),
    )
    with_them, without = panel_of(pd.concat([early, log])), panel_of(log)
    assert len(with_them.now) == len(without.now) + 3
    # The shop of the fixture has few orders a day: its pace tells the first of them to a few days.
    assert with_them.history_days == pytest.approx(without.history_days, abs=14)
    assert set(with_them.rows["as_of_day"]) == set(without.rows["as_of_day"])
    assert [cut.day for cut in with_them.cuts] == [cut.day for cut in without.cuts]
    ordered = with_them.activity.arrivals["first_day"].min()
    assert ordered > day_number(date(2018, 2, 3)) + 182


def spoiled(log, how):
    after = log["ordered_on"].dt.date > AS_OF
    assert after.sum() > 20
    match how:
        case "deleted":
            return log[~after]
        case "made dearer":
            return log.assign(revenue=log["revenue"].where(~after, log["revenue"] * 1e6))
        case "moved":
            later = log["ordered_on"] + pd.Timedelta(days=900)
            return log.assign(ordered_on=log["ordered_on"].where(~after, later))
        case "given to newcomers":
            return log.assign(customer_id=log["customer_id"].where(~after, "newcomer"))
        case "relabelled":
            return log.assign(
                country=log["country"].where(~after, "XX"),
                discount=log["discount"].where(~after, 99.0),
            )


@pytest.mark.parametrize(
    "how", ["deleted", "made dearer", "moved", "given to newcomers", "relabelled"]
)
def test_whatever_happens_after_the_snapshot_changes_nothing_in_the_panel(how):
    log = messy_log(1, customers=80)
    changed = spoiled(log, how).drop_duplicates(["customer_id", "ordered_on"])
    assert_same_panel(panel_of(changed), panel_of(log))


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    back=st.integers(1, 400),
    share=st.floats(0, 1),
)
def test_features_at_a_past_day_know_nothing_of_the_days_after_it(seed, back, share):
    log = messy_log(seed, customers=15)
    as_of = AS_OF - timedelta(days=back)
    after = log["ordered_on"].dt.date > as_of
    dice = np.random.default_rng(seed)
    kept = ~after | (dice.random(len(log)) < share)
    changed = log.assign(revenue=log["revenue"].where(~after, 1e9))[kept]
    days = [day_number(as_of)]
    if not (~after).any():
        return
    found, expected = (
        features_at(with_history(as_table(frame)), days, horizon_days=90, attribute_columns=OWN)
        for frame in (changed, log)
    )
    pd.testing.assert_frame_equal(found, expected)


def test_a_label_is_what_the_customer_did_and_never_reaches_beyond_the_snapshot():
    log = messy_log(2, customers=60)
    panel = panel_of(log)
    orders = histories(log, AS_OF)
    assert len(panel.rows) > 200
    assert (panel.rows["as_of_day"] + panel.rows["label_days"]).max() <= panel.as_of_day
    for row in panel.rows.to_dict("records"):
        ahead = [
            o["revenue"]
            for o in orders[row["customer_id"]]
            if row["as_of_day"] < o["day"] <= row["as_of_day"] + row["label_days"]
        ]
        assert row["future_orders"] == len(ahead)
        assert row["future_revenue"] == pytest.approx(sum(ahead), rel=1e-9)


def test_the_panel_holds_every_known_customer_once_at_each_of_the_planned_dates():
    log = messy_log(3, customers=60)
    panel = panel_of(log)
    first = day_number(log["ordered_on"].min().date())
    assert panel.as_of_day == day_number(AS_OF)
    assert panel.history_days == panel.as_of_day - first
    ahead = (panel.as_of_day, panel.history_days, SNAPSHOT.horizon_days)
    planned = sorted(panel_dates(*ahead) + earlier_panel_dates(*ahead))
    assert not panel.rows.duplicated(["as_of_day", "label_days", "customer_id"]).any()
    sizes = panel.rows.groupby(["as_of_day", "label_days"]).size()
    assert sorted(sizes.index) == planned
    for (day, _), size in sizes.items():
        assert size == len(histories(log, EPOCH + timedelta(days=day)))
    assert panel.now["customer_id"].is_unique
    assert set(panel.now["customer_id"]) == set(histories(log, AS_OF))
    assert "as_of_day" not in panel.now


def test_cuts_hold_the_known_customers_and_what_they_went_on_to_spend():
    log = messy_log(4, customers=60)
    panel = panel_of(log)
    orders = histories(log, AS_OF)
    days = [cut.day for cut in panel.cuts]
    assert days == list(cut_days(panel.as_of_day, panel.history_days, SNAPSHOT.horizon_days))
    for cut in panel.cuts:
        known = {c for c, rows in orders.items() if rows[0]["day"] <= cut.day}
        assert set(cut.summary["customer_id"]) == known
        expected = [
            sum(
                o["revenue"]
                for o in orders[customer_id]
                if cut.day < o["day"] <= cut.day + panel.label_days
            )
            for customer_id in cut.summary["customer_id"]
        ]
        np.testing.assert_allclose(cut.future_revenue, expected, rtol=1e-9)


def test_the_order_of_the_rows_does_not_matter_to_the_panel():
    log = messy_log(5)
    assert_same_panel(panel_of(log.sample(frac=1, random_state=2)), panel_of(log))


def test_features_now_are_the_features_that_a_later_panel_sees_at_that_day():
    log = messy_log(6, customers=60)
    now = panel_of(log).now
    later = panel_of(log, Snapshot(AS_OF + timedelta(days=60), 60))
    days = {day for day, label in panel_dates(later.as_of_day, later.history_days, 60)}
    assert day_number(AS_OF) in days
    then = later.rows[later.rows["as_of_day"] == day_number(AS_OF)].drop_duplicates("customer_id")
    then = then.set_index("customer_id").loc[now["customer_id"]].reset_index()
    # Columns that look one year back over the length of the label differ by that length.
    shared = [c for c in now.columns if not c.endswith("_year_ago")]
    pd.testing.assert_frame_equal(then[shared], now[shared], check_dtype=False, rtol=1e-6)


def test_a_log_too_young_for_any_label_has_a_panel_without_rows():
    log = messy_log(7)
    panel = panel_of(log, Snapshot(FIRST_DAY + timedelta(days=20), 365))
    assert panel.rows.empty
    assert {"label_days", "future_orders", "future_revenue"} <= set(panel.rows.columns)
    assert panel.cuts == ()
    assert len(panel.now) > 0


def test_the_log_is_not_changed():
    log = messy_log(8)
    before = log.copy()
    panel_of(log, Snapshot(date(2023, 12, 1), 90))
    pd.testing.assert_frame_equal(log, before)


def test_snapshots_long_ago_are_those_that_a_panel_has_room_for_the_latest_first(monkeypatch):
    log = messy_log(5)
    ahead = Snapshot(AS_OF, 30)
    whole = panel_of(log, ahead)
    dates = (whole.as_of_day, whole.history_days, 30)
    latest, earlier = panel_dates(*dates), earlier_panel_dates(*dates)
    sizes = whole.rows.groupby(["as_of_day", "label_days"]).size()
    assert len(earlier) > 4
    room = sizes[latest].sum() + sizes[earlier[:3]].sum()
    for rows, held in ((room, 3), (room - 1, 2), (sizes[latest].sum(), 0)):
        monkeypatch.setattr("ltvkit.features.panel.MOST_ROWS", rows)
        few = panel_of(log, ahead)
        found = few.rows.groupby(["as_of_day", "label_days"]).size()
        assert sorted(found.index) == sorted(latest + earlier[:held])
        assert (found == sizes[found.index]).all(), "everybody is there, nobody is drawn"


def test_whole_customers_are_drawn_for_the_past_of_a_large_log(monkeypatch):
    log = messy_log(5)
    monkeypatch.setattr("ltvkit.past_dates.EARLIER_SNAPSHOTS", 0)
    whole = panel_of(log)
    monkeypatch.setattr("ltvkit.features.panel.MOST_ROWS", len(whole.rows) // 3)
    few = panel_of(log)
    assert 0.2 < len(few.rows) / len(whole.rows) < 0.5
    drawn = set(few.rows["customer_id"])
    expected = whole.rows[whole.rows["customer_id"].isin(drawn)].reset_index(drop=True)
    whole = replace(whole, rows=expected)
    assert_same_panel(few, whole)
    assert_same_panel(panel_of(log.sample(frac=1, random_state=1)), few)
