"""A log of orders that passes every check, what spoils it, and what is found of it."""

import numpy as np
import pandas as pd

from ltvkit.data import check_data, order_days_from_frame


def good(rows: int = 6000, customers: int = 600) -> pd.DataFrame:
    generator = np.random.default_rng(11)
    customer = generator.integers(0, customers, rows)
    joined = generator.integers(0, 730, customers)[customer]
    after = generator.integers(0, 300, rows) % (730 - joined)
    moment = pd.Timestamp("2022-01-01") + pd.to_timedelta(joined + after, unit="D")
    return pd.DataFrame(
        {
            "customer_id": customer.astype(str),
            "ordered_at": moment,
            "revenue": np.round(generator.gamma(2, 20, rows) + 0.01, 2),
            "line": np.arange(rows),
        }
    )


def statuses(frame: pd.DataFrame, *, horizon_days: int = 365, **options) -> dict[str, str]:
    log = order_days_from_frame(frame, margin_rate=0.4, **options)
    check = check_data(log, horizon_days=horizon_days)
    return {finding.name: finding.status for finding in check.findings}


def several_rows_without_id(frame):
    return frame.assign(customer_id=frame["customer_id"].where(frame["line"] % 10 > 0))


def few_customers(frame):
    return frame[frame["customer_id"].astype(int) < 40]


def nobody_comes_back(frame):
    return frame.drop_duplicates("customer_id")


def a_hole(frame):
    return frame[~frame["ordered_at"].between("2022-06-01", "2022-08-01")]


def everything_twice(frame):
    return pd.concat([frame, frame])


def refunds_of_unknown_orders(frame):
    first = frame.sort_values("ordered_at").drop_duplicates("customer_id")
    early = first.assign(
        ordered_at=first["ordered_at"] - pd.Timedelta(days=1), revenue=-100.0, line=-1
    )
    return pd.concat([frame, early])


def refunds_under_the_shops_own_address(frame):
    paid_back = frame[frame["line"] % 20 == 0].copy()
    paid_back["revenue"] *= -1
    return pd.concat([frame, paid_back.assign(customer_id="shop@example.org")])


def many_gifts(frame):
    return frame.assign(revenue=frame["revenue"].where(frame["line"] % 5 > 0, 0.0))


def a_till(frame):
    return frame.assign(customer_id=frame["customer_id"].where(frame["line"] % 4 > 0, "till"))


def one_giant_order(frame):
    return frame.assign(revenue=frame["revenue"].where(frame["line"] != 7, 168_469.6))


def one_customer_who_buys_much(frame):
    """A twentieth of the orders, each worth ten of others'."""
    large = frame["line"] % 20 == 0
    return frame.assign(
        customer_id=frame["customer_id"].mask(large, "large"),
        revenue=frame["revenue"].mask(large, 10 * frame["revenue"].mean()),
    )


def another_currency_of_late(frame):
    late = frame["ordered_at"] > frame["ordered_at"].max() - pd.Timedelta(days=60)
    return frame.assign(revenue=frame["revenue"].where(~late, frame["revenue"] / 100))


def old_customers_at_the_start(frame):
    old = pd.DataFrame(
        {
            "customer_id": [f"old{number}" for number in range(300)],
            "ordered_at": pd.Timestamp("2022-01-05"),
            "revenue": 5.0,
            "line": range(10_000, 10_300),
        }
    )
    return pd.concat([frame, old])


def ids_out_of_a_spreadsheet(frame):
    long = 790_000_000_000 + 7_000_000 * frame["customer_id"].astype(int)
    return frame.assign(customer_id=[f"{number:.2E}" for number in long])
