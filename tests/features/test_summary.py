"""A summary from Python: what the models read, by a second computation of it."""

import numpy as np
import pandas as pd
import pytest

import ltvkit


@pytest.fixture(scope="module")
def refills():
    """Who orders every six weeks or so, until they stop; some order twice a day."""
    dice = np.random.default_rng(3)
    rows = []
    for customer in range(400):
        day, rate = dice.integers(0, 100), dice.gamma(8.0, 1 / 8)
        while day < 500 and dice.random() < 0.92:
            rows += [(f"c{customer:03d}", int(day))] * dice.integers(1, 3)
            day += 1 + 42 / rate * dice.gamma(3.0, 1 / 3)
    orders = pd.DataFrame(rows, columns=["customer_id", "day"]).sample(frac=1, random_state=1)
    return orders.assign(
        ordered_at=pd.Timestamp("2023-01-02") + pd.to_timedelta(orders.pop("day"), "D"),
        revenue=20.0,
    )


def test_gaps_between_order_days_up_to_the_snapshot_are_summed_in_logs(refills):
    summary = ltvkit.summarise(refills, as_of="2024-03-01").set_index("customer_id")
    seen = refills[refills["ordered_at"] <= "2024-03-01"]
    for customer, orders in seen.groupby("customer_id"):
        days = np.unique(orders["ordered_at"].to_numpy()).astype("datetime64[D]").astype(int)
        expected = np.log(np.diff(days)).sum()
        assert summary.loc[customer, "sum_log_gap_days"] == pytest.approx(expected)
    assert len(summary) == seen["customer_id"].nunique()


def test_by_its_gaps_a_shop_of_refills_is_known_to_be_regular(refills):
    summary = ltvkit.summarise(refills, as_of="2024-03-01")
    assert ltvkit.MbgCnbdK().fit(summary).params_.k == 3
