"""Totals at many dates of a log: which are asked, and how what parts give is counted."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from benchmarks.accuracy import logs, tables, totals
from made_orders import made_orders

from ltvkit.data import order_days_from_frame
from ltvkit.features.panel import build_panel
from ltvkit.models.stack import StackedLtv
from ltvkit.snapshot import Snapshot

PARTS = ("regularity", "season", "values", "tracking", "correction", "misfit")


@pytest.fixture(scope="module")
def shop():
    """A year of 250 customers."""
    orders = made_orders(250, seed=3, begin=300, least_gap=8, mean_gap=30.0, life=300, days=360)
    return logs.Log("shop", orders, Snapshot(date(2022, 6, 1), 91))


@pytest.fixture(scope="module")
def asked(shop):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(totals, "DATES", 4)
        return totals.ask_totals(shop)


def test_dates_have_as_many_days_before_them_as_are_asked_and_all_after(shop, asked):
    first, last = shop.transactions["ordered_at"].agg(["min", "max"])
    ages, days = (pd.to_datetime(asked["as_of"]) - first).dt.days, (last - first).days
    assert (asked["horizon_days"] <= np.minimum(ages, days - ages)).all()
    # Half a year is more than half of this log.
    assert ages.tolist() == [120, 179, 239]
    assert set(asked["horizon_days"]) == {91}


def test_a_row_is_what_the_model_of_that_day_says_and_what_came(shop, asked):
    row = asked.iloc[1]
    orders = shop.transactions.assign(day=shop.transactions["ordered_at"].dt.date)
    known = set(orders.loc[orders["day"] <= row["as_of"], "customer_id"])
    end = row["as_of"] + pd.Timedelta(row["horizon_days"], "D")
    after = orders["day"].gt(row["as_of"]) & orders["day"].le(end)
    came = orders.loc[after & orders["customer_id"].isin(known), "revenue"].sum()
    assert row["actual"] == pytest.approx(came)
    assert row["customers"] == len(known)
    then = Snapshot(row["as_of"], row["horizon_days"])
    history = order_days_from_frame(orders[orders["day"] <= then.as_of], as_of=then.as_of)
    model = StackedLtv().fit(build_panel(history.order_days, then))
    assert (row["total"], row["total_low"], row["total_high"]) == model.total_interval()
    base = math.log(row["total"]) - row[list(PARTS)].sum()
    assert base == pytest.approx(model.level_.base)


def test_parts_are_added_one_by_one_from_the_base_to_the_forecast(capsys):
    asked = pd.DataFrame(
        [
            {"log": "a", "grade": "plan", "total": math.exp(0.1), "season": 0.3, "misfit": 0.1},
            {"log": "a", "grade": "rough", "total": math.exp(-0.2), "season": -0.3, "misfit": 0.0},
        ]
    ).assign(**{name: 0.0 for name in PARTS if name not in ("season", "misfit")})
    asked = asked.assign(horizon_days=91, actual=1.0, total_low=0.9, total_high=2.0, held=0.8)
    told = totals.summarise_totals(asked, "log").set_index("log").loc["all"]
    # 0.1 - 0.3 - 0.1 and -0.2 + 0.3; with the season 0 and -0.2; with all 0.1 and -0.2.
    assert told["base"] == pytest.approx((0.3 + 0.1) / 2)
    assert told["regularity"] == pytest.approx(told["base"])
    assert told["season"] == pytest.approx((0.0 + 0.2) / 2)
    assert told["correction"] == pytest.approx(told["season"])
    assert told["misfit"] == pytest.approx((0.1 + 0.2) / 2)
    assert told["signed"] == pytest.approx((0.1 - 0.2) / 2)
    assert (told["totals"], told["inside"]) == (2, 2)
    by_grade = totals.summarise_totals(asked, "grade")
    assert by_grade["grade"].tolist() == ["plan", "rough", "all"]
    tables.print_totals(asked)
    assert "2 of 2" in capsys.readouterr().out
