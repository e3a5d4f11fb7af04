"""What customers did, against a plain loop."""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ltvkit.audience.history import customer_history, usual_days_to_second_order

AS_OF = date(2024, 6, 30)


def some_order_days() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    days = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 60, 400).astype(str),
            "ordered_on": pd.Timestamp("2023-09-01").as_unit("s")
            + pd.to_timedelta(rng.integers(0, 400, 400), unit="D").as_unit("s"),
        }
    ).drop_duplicates()
    return days.assign(
        revenue=rng.gamma(2, 20, len(days)),
        margin=rng.gamma(2, 8, len(days)),
        orders=rng.integers(1, 3, len(days)),
        lines=1,
    )


def test_history_and_days_to_second_agree_with_a_plain_loop() -> None:
    order_days = some_order_days()
    history = customer_history(order_days, as_of=AS_OF).set_index("customer_id")
    past = order_days[order_days["ordered_on"] <= "2024-06-30"]
    seconds = []
    assert set(history.index) == set(past["customer_id"])
    for customer, rows in past.groupby("customer_id"):
        days = sorted(rows["ordered_on"])
        line = history.loc[customer]
        assert line["orders"] == rows["orders"].sum()
        assert line["revenue"] == pytest.approx(rows["revenue"].sum())
        assert line["margin"] == pytest.approx(rows["margin"].sum())
        assert (line["first_order"], line["last_order"]) == (days[0], days[-1])
        gaps = [(b - a).days for a, b in pairwise(days)]
        if gaps:
            assert line["avg_days_between"] == pytest.approx(np.mean(gaps))
            seconds.append(gaps[0])
        else:
            assert np.isnan(line["avg_days_between"])
    usual = usual_days_to_second_order(order_days, as_of=AS_OF)
    assert usual == np.quantile(seconds, 0.8, method="inverted_cdf")


def test_nobody_ordered_twice_means_no_usual_time() -> None:
    once = some_order_days().drop_duplicates("customer_id")
    assert np.isnan(usual_days_to_second_order(once, as_of=AS_OF))
