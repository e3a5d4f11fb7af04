"""Summary and behaviour against a loop over each customer's orders."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from order_logs import AWKWARD_IDS, EPOCH, FIRST_DAY, as_table, day_number, histories, messy_log

from ltvkit.features.engine import fetch
from ltvkit.features.orders import with_history
from ltvkit.features.snapshots import behaviour, customer_summary, seen_at, snapshot_days
from ltvkit.schemas import SUMMARY, check_frame

SNAPSHOTS = [FIRST_DAY + timedelta(days=d) for d in (3, 120, 365, 499, 650)]
HORIZON_DAYS = 90


def summary_of(orders, as_of):
    days = [o["day"] for o in orders]
    spent = [o["revenue"] for o in orders]
    return {
        "repeat_orders": len(orders) - 1,
        "age_at_last_order_days": days[-1] - days[0],
        "age_days": as_of - days[0],
        "mean_order_value": sum(spent) / len(spent),
        "mean_repeat_order_value": sum(spent[1:]) / len(spent[1:]) if spent[1:] else 0.0,
    }


def behaviour_of(orders, as_of):
    days = np.array([o["day"] for o in orders], dtype=float)
    spent = np.array([o["revenue"] for o in orders])
    gaps = np.diff(days)
    ago, age = as_of - days, as_of - days[0]
    year_ago = (ago < 365) & (ago >= 365 - HORIZON_DAYS)
    recent = ago * 2 < age
    first = EPOCH + timedelta(days=int(days[0]))
    found = {
        "days_since_last": ago[-1],
        "revenue_total": spent.sum(),
        "first_order_value": spent[0],
        "last_order_value": spent[-1],
        "max_order_value": spent.max(),
        "order_value_sd": np.sqrt(((spent - spent.mean()) ** 2).mean()),
        "lines_per_order": np.mean([o["lines"] for o in orders]),
        "mean_gap_days": gaps.mean() if len(gaps) else np.nan,
        "sd_gap_days": np.sqrt(((gaps - gaps.mean()) ** 2).mean()) if len(gaps) else np.nan,
        "max_gap_days": gaps.max() if len(gaps) else np.nan,
        "last_gap_days": gaps[-1] if len(gaps) else np.nan,
        "orders_recent_half": recent.sum(),
        "orders_year_ago": year_ago.sum(),
        "revenue_year_ago": spent[year_ago].sum(),
        "first_month": first.month,
        "first_weekday": first.weekday(),
        "recency_share": 1 - ago[-1] / max(age, 1),
        "order_rate": len(days) / (age + 30),
        "revenue_rate": spent.sum() / (age + 30),
        "recent_half_share": recent.mean(),
        "last_to_mean_value": spent[-1] * len(days) / spent.sum() if spent.sum() else 0.0,
    }
    if len(gaps):
        found["overdue_ratio"] = ago[-1] / max(gaps.mean(), 1)
        found["gap_variation"] = found["sd_gap_days"] / max(gaps.mean(), 1)
    else:
        found["overdue_ratio"] = found["gap_variation"] = np.nan
    for length in (30, 60, 90, 180, 365):
        found[f"orders_{length}d"] = (ago < length).sum()
        found[f"revenue_{length}d"] = spent[ago < length].sum()
    return found


def by_loop(log, describe):
    rows = [
        {"as_of_day": day_number(as_of), "customer_id": customer_id}
        | describe(orders, day_number(as_of))
        for as_of in SNAPSHOTS
        for customer_id, orders in histories(log, as_of).items()
    ]
    frame = pd.DataFrame(rows).astype({"customer_id": "str"})
    return frame.sort_values(["as_of_day", "customer_id"], ignore_index=True)


def assert_same(found, expected):
    keyed = [f.set_index(["as_of_day", "customer_id"]).sort_index() for f in (found, expected)]
    pd.testing.assert_frame_equal(
        keyed[0], keyed[1][keyed[0].columns], check_dtype=False, rtol=1e-9, atol=1e-6
    )


def seen(log):
    return seen_at(with_history(as_table(log)), snapshot_days(map(day_number, SNAPSHOTS)))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_summary_is_what_a_loop_over_each_customer_counts(seed):
    log = messy_log(seed)
    found = fetch(customer_summary(seen(log)))
    expected = by_loop(log, summary_of)
    assert set(found.columns) == set(expected.columns)
    assert_same(found, expected)
    for _, at_snapshot in found.groupby("as_of_day"):
        check_frame(at_snapshot, SUMMARY)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_column_of_behaviour_is_what_a_loop_over_each_customer_counts(seed):
    log = messy_log(seed)
    found = fetch(behaviour(seen(log), horizon_days=HORIZON_DAYS))
    expected = by_loop(log, behaviour_of)
    assert_same(found, expected)
    left = set(expected.columns) ^ set(found.columns)
    assert not left


def test_an_order_on_the_snapshot_day_is_history_and_one_a_day_later_is_not():
    log = (
        messy_log(3)
        .iloc[:2]
        .assign(
            customer_id="a",
            ordered_on=pd.to_datetime(["2024-03-01", "2024-03-02"]).astype("datetime64[s]"),
        )
    )
    table = with_history(as_table(log))
    on, before = (
        fetch(customer_summary(seen_at(table, snapshot_days([day_number(day)]))))
        for day in (date(2024, 3, 2), date(2024, 3, 1))
    )
    assert on["repeat_orders"].tolist() == [1]
    assert on["age_days"].tolist() == on["age_at_last_order_days"].tolist() == [1.0]
    assert before["repeat_orders"].tolist() == before["age_days"].tolist() == [0]


def test_awkward_customer_ids_come_out_as_they_went_in():
    log = messy_log(4)
    found = fetch(customer_summary(seen(log)))
    last = found[found["as_of_day"] == day_number(SNAPSHOTS[-1])]
    assert set(last["customer_id"]) == set(log["customer_id"])
    assert set(AWKWARD_IDS) <= set(last["customer_id"])
    assert last["customer_id"].is_unique


def test_the_order_of_the_rows_does_not_matter():
    log = messy_log(5)
    shuffled = log.sample(frac=1, random_state=1)
    for describe in (customer_summary, lambda rows: behaviour(rows, horizon_days=HORIZON_DAYS)):
        assert_same(fetch(describe(seen(shuffled))), fetch(describe(seen(log))))


def test_what_an_order_is_worth_beside_the_others_is_the_same_in_any_unit_of_money():
    log = messy_log(7)
    log["revenue"] = log["revenue"].round(2)
    ratios = [
        fetch(behaviour(seen(log.assign(revenue=log["revenue"] * unit)), horizon_days=HORIZON_DAYS))
        .set_index(["as_of_day", "customer_id"])
        .sort_index()["last_to_mean_value"]
        for unit in (1.0, 1e-4)
    ]
    pd.testing.assert_series_equal(ratios[1], ratios[0], rtol=1e-9)


def test_number_and_gap_of_an_order_are_counted_within_the_customer():
    log = messy_log(6)
    found = fetch(with_history(as_table(log))).set_index(["customer_id", "day"])
    for customer_id, orders in histories(log, date(2030, 1, 1)).items():
        rows = found.loc[customer_id]
        assert rows["number"].sort_index().tolist() == list(range(1, len(orders) + 1))
        gaps = rows["gap_days"].sort_index()
        days = [o["day"] for o in orders]
        assert np.isnan(gaps.iloc[0])
        assert gaps.iloc[1:].tolist() == np.diff(days).tolist()
        assert set(rows["first_day"]) == {days[0]}
