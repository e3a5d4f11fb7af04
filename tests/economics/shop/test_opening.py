"""Where a log begins: the day from which customers are new, by simulated shops of known opening."""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics import opening


def first_orders(by_month, start="2023-01-01"):
    """The given number of first orders in each month, on days drawn by lot."""
    rng = np.random.default_rng(0)
    months = pd.date_range(start, periods=len(by_month), freq="MS")
    days = [
        month + pd.to_timedelta(rng.integers(0, 28, n), unit="D")
        for month, n in zip(months, by_month, strict=True)
    ]
    return pd.Series(np.concatenate(days))


def test_months_of_customers_who_had_bought_before_the_log_are_left_out():
    rng = np.random.default_rng(1)
    left_out = 0
    for _ in range(20):
        # 1,500 customers of before, who order every 20 days in the mean, and 100 new ones a month.
        old = pd.to_timedelta(rng.exponential(20, 1_500), unit="D").floor("D")
        seen = pd.Series(pd.Timestamp("2023-01-01") + old)
        found = opening(pd.concat([seen, first_orders([100] * 12)]), "2023-12-31")
        truly_new = pd.Timestamp(found.new_from)
        assert found.left_out
        assert (seen >= truly_new).mean() < 0.1
        left_out = max(left_out, (truly_new - pd.Timestamp("2023-01-01")).days)
    assert left_out <= 31 + 28 + 31


def test_in_a_steady_a_growing_and_a_fading_shop_everybody_is_new():
    for by_month in ([100] * 12, range(20, 140, 10), (150 * 0.95 ** np.arange(12)).astype(int)):
        found = opening(first_orders(by_month), "2023-12-31")
        assert found.new_from is None
        assert not found.left_out


def test_a_day_that_is_asked_for_is_kept_and_the_first_month_from_it_is_told():
    days = first_orders([500, 300, 100, 100, 100, 100])
    asked = opening(days, "2023-06-30", new_from="2023-02-01")
    assert asked == (300, 100, date(2023, 2, 1), False)
    assert opening(days, "2023-06-30").new_from == date(2023, 3, 1)


def test_of_a_month_still_running_and_of_three_months_nothing_is_said():
    days = first_orders([500, 100, 100, 5])
    assert opening(days, "2023-04-10") == (None, None, None, False)
    assert opening(days, "2023-04-30").new_from == date(2023, 2, 1)


def test_a_log_that_won_nobody_after_its_first_months_keeps_them():
    assert opening(first_orders([500, 400, 0, 0, 0, 0, 0, 0]), "2023-08-31").new_from is None


def test_a_shop_that_stopped_winning_customers_after_a_year_had_no_old_ones():
    found = opening(first_orders([250, *[240] * 14, *[2] * 15]), "2025-06-30")
    assert found.new_from is None
    assert found.usual_month_new == 240
