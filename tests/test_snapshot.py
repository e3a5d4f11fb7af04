"""A day is a day, however it is written, wherever it is asked for."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

import ltvkit
from ltvkit import audience, economics
from ltvkit.data import order_days_from_frame
from ltvkit.errors import ConfigError
from ltvkit.monitoring import outcome_after
from ltvkit.snapshot import Snapshot, as_date

ORDERS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "a", "c", "b", "a"],
        "ordered_at": [f"2024-0{month}-0{day}" for month in (1, 2, 3) for day in (5, 7)],
        "revenue": 10.0,
    }
)
LOG = order_days_from_frame(ORDERS)
DAYS = LOG.to_pandas()
COSTS = pd.DataFrame(
    {
        "period": [f"2024-0{month}-01" for month in (1, 2, 3)],
        "channel": "ads",
        "category": "ads_performance",
        "amount": 100.0,
    }
)
CUSTOMERS = pd.DataFrame(
    {"customer_id": ["a", "b", "c"], "channel": "ads", "first_order_at": ["2024-02-05"] * 3}
)
SCORED = pd.DataFrame({"customer_id": ["a"], "scored_at": pd.Timestamp("2024-01-31")}).assign(
    horizon_days=90
)

ASKED = {
    "summarise": lambda day: ltvkit.summarise(ORDERS, as_of=day)["age_days"].tolist(),
    "order_days": lambda day: order_days_from_frame(ORDERS, as_of=day).as_of,
    "known_at": lambda day: LOG.known_at(day).count().to_pyarrow().as_py(),
    "snapshot": lambda day: Snapshot(day, 30).horizon_end,
    "ages": lambda day: economics.observed_customers(DAYS, day)["age_months"].tolist(),
    "start": lambda day: economics.cac(COSTS, CUSTOMERS, start=day)["loaded_cac"].tolist(),
    "end": lambda day: economics.cac(COSTS, CUSTOMERS, end=day)["loaded_cac"].tolist(),
    "until": lambda day: economics.charge_with_lag_days(COSTS, 14, until=day).in_flight_spend,
    "history": lambda day: audience.customer_history(DAYS, as_of=day)["orders"].tolist(),
    "second": lambda day: audience.usual_days_to_second_order(DAYS, as_of=day),
    "outcome": lambda day: outcome_after(SCORED, DAYS, observed_to=day).observed_days,
}
SAME = (
    "2024-02-05",
    "2024-02-05 18:05",
    datetime(2024, 2, 5, 18, 5, tzinfo=UTC),
    pd.Timestamp("2024-02-05 18:05"),
    pd.Timestamp("2024-02-05 00:30", tz="Europe/Paris"),
    np.datetime64("2024-02-05T18:05", "ns"),
)
NO_DAY = ("31/01/2024", "02/03/2024", "2024-02", "", 20240205, pd.NaT, np.datetime64("NaT"))


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_day_means_the_same_however_it_is_written(asked):
    expected = asked(date(2024, 2, 5))
    assert [asked(day) for day in SAME] == [expected] * len(SAME)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_what_is_no_day_is_told_with_how_to_write_one(asked):
    for wrong in NO_DAY:
        with pytest.raises(ConfigError, match=r": got .*, expected a day such as 2024-01-31; wri"):
            asked(wrong)


def test_a_day_is_told_by_what_it_is_called():
    with pytest.raises(ConfigError, match=r"until: got '31/01/2024', expected"):
        as_date("31/01/2024", name="until")
    with pytest.raises(ConfigError, match=r"start: got '31/01/2024', expected"):
        ASKED["start"]("31/01/2024")
