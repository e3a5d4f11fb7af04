"""Orders that are worth more or less of late: prices and assortments change, seasons come back."""

import io
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import check_data, order_days_from_frame
from ltvkit.data.checks.values import values_of_late
from ltvkit.data.samples import sample_csv
from ltvkit.log_facts import OTHER_VALUES


def shop(days=1095, *, a_day=3, spread=0.6, seed=5):
    """Three orders a day by customers of their own, of amounts that go by chance."""
    generator = np.random.default_rng(seed)
    day = pd.date_range("2021-01-01", periods=days).repeat(a_day)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(len(day))],
            "ordered_at": day,
            "revenue": np.exp(generator.normal(3.5, spread, len(day))),
        }
    )


def dearer(frame, factor, *, since):
    return frame.assign(
        revenue=frame["revenue"] * np.where(frame["ordered_at"] >= since, factor, 1.0)
    )


def finding(frame, **told):
    log = order_days_from_frame(frame, **told)
    return next(f for f in check_data(log).findings if f.name == "order values of late")


@pytest.mark.parametrize("factor", [1.7, 1 / 1.7])
def test_prices_that_changed_are_told_with_both_values_and_what_the_forecast_makes_of_it(factor):
    found = finding(dearer(shop(), factor, since="2023-10-01"))
    assert found.status == "REVIEW"
    assert ("(+" if factor > 1 else "(-") in found.words
    assert "the forecast follows only in part" in found.recommendation


def test_what_is_worth_more_at_this_time_of_every_year_is_a_season():
    frame = shop()
    winter = frame["ordered_at"].dt.month >= 10
    seasonal = frame.assign(revenue=frame["revenue"] * np.where(winter, 1.7, 1.0))
    assert finding(seasonal).status == "PASS"
    assert finding(dearer(seasonal, 1.7, since="2023-10-01")).status == "REVIEW"


@pytest.mark.parametrize("seed", range(12))
def test_chance_alone_is_no_change_even_where_amounts_differ_by_much(seed):
    assert finding(shop(600, a_day=1, spread=1.5, seed=seed)).status == "PASS"


def test_means_and_the_sure_change_are_those_of_plain_pandas():
    frame = dearer(shop(a_day=1), 1.5, since="2023-08-01")
    log = np.log(frame["revenue"])
    days = (frame["ordered_at"].max() - frame["ordered_at"]).dt.days
    late, before, ago = (log[part] for part in (days < 90, days >= 90, days.between(364, 364 + 89)))
    sure = min(
        late.mean()
        - other.mean()
        - 2 * np.sqrt(late.var(ddof=0) / len(late) + other.var(ddof=0) / len(other))
        for other in (before, ago)
    )
    found = values_of_late(order_days_from_frame(frame))
    assert found == pytest.approx((np.exp(before.mean()), np.exp(late.mean()), sure))


def test_too_few_orders_on_one_side_say_nothing():
    frame = shop(109, a_day=1)
    assert values_of_late(order_days_from_frame(frame)) == (0.0, 0.0, 0.0)
    assert finding(frame).words.startswith("too few order days")


@pytest.mark.parametrize("as_of", [date(1997, 12, 31), date(1998, 1, 31), date(1998, 6, 30)])
def test_a_real_shop_at_and_after_christmas_has_no_change(as_of):
    orders = pd.read_csv(io.StringIO(sample_csv("cdnow_sample")), dtype=str)
    orders = orders.rename(columns={"date": "ordered_at", "dollar_value": "revenue"})
    found = finding(orders, as_of=as_of)
    assert found.status == "PASS"
    assert found.value < OTHER_VALUES
