"""Labels and sums over customers against loops."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from order_logs import FIRST_DAY, as_table, day_number, histories, messy_log

from ltvkit.data.clock import shop_clock
from ltvkit.features.activity import arrivals, repeats
from ltvkit.features.engine import fetch
from ltvkit.features.orders import with_history
from ltvkit.features.snapshots import snapshot_days
from ltvkit.features.targets import orders_after, targets
from ltvkit.snapshot import Snapshot

FOREVER = FIRST_DAY + timedelta(days=10_000)


@pytest.mark.parametrize("horizon_days", [1, 45, 200])
def test_targets_are_the_orders_of_known_customers_in_the_days_after(horizon_days):
    log = messy_log(1)
    days = [day_number(FIRST_DAY) + d for d in (10, 200, 450)]
    found = fetch(
        targets(with_history(as_table(log)), snapshot_days(days), horizon_days=horizon_days)
    )
    assert not found.duplicated(["as_of_day", "customer_id"]).any()
    expected = {}
    for as_of in days:
        for customer_id, orders in histories(log, FOREVER).items():
            ahead = [o for o in orders if as_of < o["day"] <= as_of + horizon_days]
            if ahead and orders[0]["day"] <= as_of:
                expected[as_of, customer_id] = (
                    len(ahead),
                    sum(o["revenue"] for o in ahead),
                    ahead[0]["day"] - as_of,
                )
    rows = found.set_index(["as_of_day", "customer_id"])
    assert set(rows.index) == set(expected)
    columns = ["future_orders", "future_revenue", "days_until_order"]
    np.testing.assert_allclose(
        rows[columns].to_numpy(dtype=float), [expected[key] for key in rows.index], rtol=1e-9
    )


@pytest.mark.parametrize("asked", [28, 45, 90, 180])
def test_what_came_after_dates_of_months_is_what_their_owner_counts_by_the_dates(asked):
    log, as_of = messy_log(3, customers=80), date(2023, 6, 30)
    booked = (log["ordered_on"] + pd.offsets.MonthEnd(0)).astype("datetime64[s]")
    log = log.assign(ordered_on=booked).drop_duplicates(["customer_id", "ordered_on"])
    clock = shop_clock(as_table(log), as_of)
    ahead = Snapshot(as_of, clock.horizon(day_number(as_of), asked))
    came = orders_after(as_table(log), ahead, clock)
    known = log.loc[booked <= pd.Timestamp(as_of), "customer_id"]
    counted = log[
        (log["ordered_on"] > pd.Timestamp(as_of))
        & (log["ordered_on"] <= pd.Timestamp(ahead.horizon_end))
        & log["customer_id"].isin(known)
    ]
    assert len(counted) > 5
    assert came["future_orders"].sum() == len(counted)
    assert came["future_revenue"].sum() == pytest.approx(counted["revenue"].sum())


def test_a_customer_who_comes_only_after_the_snapshot_has_no_target():
    log = messy_log(2).iloc[:1]
    day = day_number(log["ordered_on"].iloc[0].date()) - 1
    found = fetch(targets(with_history(as_table(log)), snapshot_days([day]), horizon_days=30))
    assert found.empty


def test_arrivals_and_repeats_add_up_to_the_log():
    log = messy_log(3)
    history = with_history(as_table(log))
    orders = histories(log, FOREVER)
    came = fetch(arrivals(history))
    assert dict(zip(came["first_day"], came["customers"], strict=True)) == Counter(
        rows[0]["day"] for rows in orders.values()
    )
    again = fetch(repeats(history))
    expected = defaultdict(lambda: [0, 0.0])
    for rows in orders.values():
        for order in rows[1:]:
            cell = expected[rows[0]["day"] // 28, order["day"]]
            cell[0] += 1
            cell[1] += order["revenue"]
    found = again.set_index(["cohort", "day"])
    assert set(found.index) == set(expected)
    np.testing.assert_allclose(
        found[["repeat_orders", "repeat_revenue"]].to_numpy(dtype=float),
        [expected[key] for key in found.index],
        rtol=1e-9,
    )
