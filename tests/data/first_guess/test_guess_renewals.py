"""Payments that renew contracts are told from orders that come about as often."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import guess_columns
from simulated_contracts import FIRST_DAY, ContractShop, of_several_plans, payments

HINT = "set kind: contractual"


def told(log: pd.DataFrame, folder) -> list[str]:
    log.to_csv(folder / "log.csv", index=False)
    return [doubt for doubt in guess_columns(folder / "log.csv").doubts if HINT in doubt]


def bought(gap_days, amounts, *, customers: int = 150, days: int = 700, last: float = 0.95):
    """Customers who come again after some days, and pay something each time."""
    dice = np.random.default_rng(5)
    rows = []
    for number in range(customers):
        day, own = dice.integers(0, 300), dice.choice([12.9, 24.9])
        while day < days:
            rows.append((f"c{number}", day, round(amounts(dice, own), 2)))
            day += max(2, round(gap_days(dice)))
            if dice.random() > last:
                break
    log = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return log.assign(date=pd.Timestamp("2022-01-01") + pd.to_timedelta(log["date"], unit="D"))


@pytest.mark.parametrize(
    ("renewal_days", "history_days", "period"),
    [(365.25 / 12, 600, "a month"), (365.25 / 4, 900, "a quarter"), (365.25, 1500, "a year")],
)
def test_equal_payments_a_period_apart_point_to_contracts(
    tmp_path, renewal_days, history_days, period
):
    shop = ContractShop(
        customers=300, renewal_days=renewal_days, history_days=history_days, extra=0.02, late=0.4
    )
    paid = payments(shop, seed=1)
    paid = paid[paid["day"] < history_days]
    day = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(paid["day"], unit="D")
    (hint,) = told(paid.assign(day=day.dt.strftime("%Y-%m-%d")), tmp_path)
    assert f"came {period} after the last one, with the same amount" in hint
    config = guess_columns(tmp_path / "log.csv").to_yaml(folder=tmp_path)
    assert hint in config
    assert "\nkind:" not in config


def test_plans_of_several_periods_are_both_named_and_pauses_are_none(tmp_path):
    monthly = ContractShop(customers=300, history_days=1300, back=0.3, late=0.4)
    yearly = ContractShop(customers=60, history_days=1300, beta=2.0, renewal_days=365.25)
    logs = (of_several_plans(monthly, yearly, seed=1), payments(monthly, seed=1))
    for log, period in zip(logs, ("a month or a year", "a month"), strict=True):
        day = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(log["day"], unit="D")
        (hint,) = told(log.assign(day=day.dt.strftime("%Y-%m-%d")), tmp_path)
        assert f"came {period} after the last one" in hint


@pytest.mark.parametrize(
    "log",
    [
        # Coffee: a bag of one price about every month.
        bought(lambda dice: dice.normal(30, 6), lambda dice, own: own),
        # Pet food, sent every month, as much as is needed.
        bought(lambda dice: dice.integers(28, 33), lambda dice, own: dice.gamma(9, 5)),
        # Groceries every week, counted as one.
        bought(lambda dice: dice.normal(7, 1), lambda dice, own: 1.0, days=330),
        # Furniture, paid at once by most and by instalments by some.
        pd.concat(
            [
                bought(lambda dice: 30, lambda dice, own: own, customers=40),
                bought(lambda dice: 30, lambda dice, own: dice.gamma(9, 50), last=0.0).assign(
                    customer_id=lambda one: "at_once_" + one["customer_id"]
                ),
            ]
        ),
    ],
    ids=["coffee", "pet food", "groceries", "instalments"],
)
def test_orders_that_come_about_as_often_do_not(tmp_path, log):
    assert told(log, tmp_path) == []


def test_a_handful_of_payments_says_nothing(tmp_path):
    assert told(bought(lambda _: 30, lambda _, own: own, customers=19), tmp_path) == []
    assert len(told(bought(lambda _: 30, lambda _, own: own, customers=60), tmp_path)) == 1
