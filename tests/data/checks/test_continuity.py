"""Customers who got new ids, and shops where hardly anybody comes back for other reasons."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import check_data, continuity, order_days_from_frame

MOVED = pd.Timestamp("2023-09-30")


def shop(days=540, *, customers=300, a_day=8):
    generator = np.random.default_rng(3)
    day = pd.date_range("2023-01-01", periods=days).repeat(a_day)
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in generator.integers(0, customers, len(day))],
            "ordered_at": day,
            "revenue": 20.0,
        }
    )


def renamed(frame, after=MOVED):
    later = frame["ordered_at"] > after
    return frame.assign(
        customer_id=frame["customer_id"].where(~later, "shop2-" + frame["customer_id"])
    )


def found_in(frame, **told):
    return continuity(order_days_from_frame(frame, **told))


def festivals(years=3):
    """Orders in three weeks of May and of October alone, as of a shop of tickets."""
    frame = shop(365 * years)
    month, day = frame["ordered_at"].dt.month, frame["ordered_at"].dt.day
    return frame[month.isin([5, 10]) & (day <= 21)]


def test_pauses_at_the_same_time_of_each_year_are_a_habit():
    found = found_in(festivals())
    assert found.longest_days == (date(2024, 5, 1) - date(2023, 10, 21)).days - 1 == 192
    assert (found.odd_days, found.odd_to) == (0, None)
    (gaps,) = (
        f for f in check_data(order_days_from_frame(festivals())).findings if f.name == "gaps"
    )
    assert gaps.status == "PASS"
    assert gaps.words.endswith("192 days, at the same time of the year again and again")


def test_a_pause_beside_habits_that_does_not_come_back_is_told():
    frame = festivals()
    found = found_in(frame[~frame["ordered_at"].between("2024-10-01", "2024-10-31")])
    assert found.longest_days == found.odd_days > 300
    first = found_in(festivals(1))
    assert (first.odd_days, first.odd_to) == (132, date(2023, 10, 1))


@pytest.mark.parametrize("days", [300, 400, 540])
def test_the_last_day_of_old_ids_is_found(days):
    found = found_in(renamed(shop(days)))
    assert found.renamed_after == MOVED.date()
    assert found.returned == 0
    assert found.expected > 100


def test_a_few_customers_who_kept_their_ids_do_not_hide_it():
    frame = shop()
    kept = frame["customer_id"].isin([f"c{n}" for n in range(9)])
    found = found_in(renamed(frame).where(~kept, frame))
    assert abs((found.renamed_after - MOVED.date()).days) <= 7
    assert 0 < found.returned < 0.05 * found.expected


def test_orders_of_known_customers_are_counted_as_a_loop_counts_them():
    frame = renamed(shop(400))
    found = found_in(frame)
    first = frame.groupby("customer_id")["ordered_at"].transform("min")
    days = frame.assign(first=first).drop_duplicates(["customer_id", "ordered_at"])
    back = (MOVED - days["ordered_at"]).dt.days
    before, after = days[back.between(0, 90)], days[back.between(-91, -1)]
    share = (before["first"] < before["ordered_at"]).mean()
    assert found.returned == (after["first"] <= MOVED).sum()
    assert found.expected == round(share * len(after))


@pytest.mark.parametrize(
    "frame",
    [
        shop(),
        # Open in summer alone.
        shop()[lambda log: log["ordered_at"].dt.month.between(5, 9)],
        # A giveaway: twenty times as many orders, nearly all of people who come once.
        pd.concat(
            [
                shop(),
                pd.DataFrame(
                    {
                        "customer_id": [f"once{n}" for n in range(14_000)],
                        "ordered_at": pd.Timestamp("2023-10-15"),
                        "revenue": 1.0,
                    }
                ),
            ]
        ),
        # Known customers order in December, new ones come in spring.
        pd.concat(
            [
                pd.DataFrame(
                    {
                        "customer_id": [f"{came}-{n}" for n in range(120)],
                        "ordered_at": pd.Timestamp(f"{year}-{'03' if year == came else '12'}-01")
                        + pd.to_timedelta([n % 28 for n in range(120)], unit="D"),
                        "revenue": 1.0,
                    }
                )
                for year in range(2020, 2025)
                for came in range(2020, year + 1)
            ]
        ),
        # Everybody comes once.
        shop().assign(customer_id=lambda log: [f"c{n}" for n in range(len(log))]),
    ],
    ids=["steady", "summer", "giveaway", "december", "once"],
)
def test_where_customers_keep_their_ids_none_is_said_to_be_renamed(frame):
    assert found_in(frame).renamed_after is None


def test_the_check_of_a_log_says_what_to_do_about_new_ids():
    checks = {
        name: next(
            finding
            for finding in check_data(order_days_from_frame(frame), horizon_days=90).findings
            if finding.name == "ids over time"
        )
        for name, frame in {"kept": shop(), "renamed": renamed(shop())}.items()
    }
    assert checks["kept"].status == "PASS"
    assert checks["renamed"].status == "REVIEW"
    assert f"after {date(2023, 9, 30)} customers known before" in checks["renamed"].words
    assert "give the earlier orders the new ids" in checks["renamed"].recommendation


def test_early_customers_who_have_been_silent_are_counted_as_a_loop_counts_them():
    frame = shop(400, customers=900, a_day=3)
    as_of = frame["ordered_at"].max()
    days = frame.groupby("customer_id")["ordered_at"].agg(["min", "max"])
    back = (as_of - days).apply(lambda times: times.dt.days)
    length = int(back["min"].max())
    early = back["min"] >= length - length // 3
    found = found_in(frame)
    assert found.early == early.sum() > 100
    assert found.silent_early == (early & (back["max"] > length - length // 2)).sum() > 20
    assert not found.nobody_left


def test_an_export_of_active_customers_alone_is_told():
    frame = shop(400, customers=900, a_day=5)
    last = frame.groupby("customer_id")["ordered_at"].transform("max")
    active = found_in(frame[last > frame["ordered_at"].max() - pd.Timedelta(days=100)])
    assert active.early > 100
    assert active.silent_early == 0
    assert active.nobody_left


def test_a_short_or_a_small_log_says_nothing_of_who_left():
    assert not found_in(shop(150)).nobody_left
    assert not found_in(shop(400, customers=40)).nobody_left
