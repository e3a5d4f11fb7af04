"""Whether new customers still come, against counts in plain pandas."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import continuity, order_days_from_frame

BEGAN, DAYS = pd.Timestamp("2022-01-01"), 900


def shop(share_of_day) -> pd.DataFrame:
    """Two new customers a day, times the share of the day, who order for a year now and then."""
    generator = np.random.default_rng(5)
    came = np.repeat(np.arange(DAYS), generator.poisson(2 * share_of_day(np.arange(DAYS))))
    gaps = np.cumsum(generator.exponential(60, (len(came), 6)).round(), axis=1)
    day = np.column_stack([came, came[:, None] + gaps])
    orders = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(len(came)), 7).astype(str),
            "ordered_at": BEGAN + pd.to_timedelta(day.ravel(), unit="D"),
            "revenue": 10.0,
        }
    )
    return orders[orders["ordered_at"] < BEGAN + pd.Timedelta(days=DAYS)]


def steady(day):
    return np.ones_like(day)


def first_days(orders: pd.DataFrame) -> pd.Series:
    return orders.groupby("customer_id")["ordered_at"].transform("min")


def found(orders: pd.DataFrame):
    return continuity(order_days_from_frame(orders))


def test_new_customers_are_those_of_plain_pandas():
    orders = shop(steady)
    told = found(orders)
    first = orders.groupby("customer_id")["ordered_at"].min()
    last = orders["ordered_at"].max()
    blocks = [
        int(first.between(*(last - pd.Timedelta(days=d) for d in (past + 27, past))).sum())
        for past in (0, 28, 56, 84, 364)
    ]
    assert (told.new_days, told.new_customers) == (28, blocks[0])
    assert told.new_usual == min(np.median(blocks[1:4]), blocks[4])
    assert told.new_customers >= told.few_new


@pytest.mark.parametrize("days", [28, 90])
def test_an_export_of_customers_known_before_is_found_out(days):
    orders = shop(steady)
    known = first_days(orders) <= BEGAN + pd.Timedelta(days=DAYS - days)
    told = found(orders[known])
    assert told.new_customers < told.few_new


def test_fewer_new_customers_after_each_christmas_are_the_seasons():
    def before_christmas(day):
        return np.where((day - 330) % 365 < 35, 4.0, 0.1)

    orders = shop(before_christmas)
    january = orders[orders["ordered_at"] <= "2024-02-01"]
    told = found(january)
    assert told.new_customers >= told.few_new


def test_of_one_cohort_nobody_new_is_what_is_usual():
    told = found(shop(lambda day: np.where(day < 60, 10.0, 0.0)))
    assert (told.new_days, told.new_customers, told.new_usual) == (0, 0, 0)


def test_small_or_young_shops_are_not_judged_by_the_few_who_come():
    few = found(shop(lambda day: np.full(len(day), 0.05)))
    young = shop(steady)
    young = found(young[young["ordered_at"] < BEGAN + pd.Timedelta(days=480)])
    assert few.new_usual == young.new_usual == 0
