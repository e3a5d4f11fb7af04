"""What every customer did up to the snapshot, and how long a second order usually takes."""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.schemas import ORDER_DAYS, Schema, check_frame
from ltvkit.snapshot import as_date

HISTORY = Schema(
    name="customer history",
    key=("customer_id",),
    columns=("orders", "revenue", "margin", "first_order", "last_order", "avg_days_between"),
    may_be_missing=("avg_days_between",),
)
"""One row per customer: totals to date, first and last order day, mean days between order days
(missing while all orders fell on one day)."""

_DAY = np.timedelta64(1, "D")
_USUAL_SHARE = 0.8


def customer_history(order_days: pd.DataFrame, *, as_of: date | str) -> pd.DataFrame:
    """Totals, first and last order and usual gap of every customer, up to and including `as_of`.

    `avg_days_between` = (last - first order day) / (order days - 1), in days.

    Examples
    --------
    >>> days = pd.DataFrame({
    ...     "customer_id": ["a", "a", "a"],
    ...     "ordered_on": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-03-01"]),
    ...     "revenue": [10.0, 20.0, 5.0], "margin": [4.0, 8.0, 2.0], "orders": 1, "lines": 1})
    >>> row = customer_history(days, as_of=date(2024, 1, 31)).iloc[0]
    >>> int(row.orders), float(row.margin), float(row.avg_days_between)
    (2, 12.0, 10.0)
    """
    check_frame(order_days, ORDER_DAYS)
    past = order_days[order_days["ordered_on"] <= pd.Timestamp(as_date(as_of))]
    grouped = past.groupby("customer_id", sort=True)
    history = grouped.agg(
        orders=("orders", "sum"),
        revenue=("revenue", "sum"),
        margin=("margin", "sum"),
        first_order=("ordered_on", "min"),
        last_order=("ordered_on", "max"),
    )
    gaps = grouped.size().to_numpy() - 1
    span = (history["last_order"] - history["first_order"]).to_numpy() / _DAY
    history["avg_days_between"] = np.where(gaps > 0, span / np.maximum(gaps, 1), np.nan)
    return history.reset_index()


def usual_days_to_second_order(order_days: pd.DataFrame, *, as_of: date | str) -> float:
    """Days after the first order by which four in five of those who came back had come back.

    The smallest observed number of days with at least 80 % of the second orders at or below it;
    NaN when nobody has ordered on a second day. It describes those who did come back, so it is a
    deadline for a reminder, not a forecast.

    Examples
    --------
    >>> days = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b", "b", "c"],
    ...     "ordered_on": pd.to_datetime(
    ...         ["2024-01-01", "2024-01-11", "2024-01-01", "2024-01-31", "2024-01-05"]),
    ...     "revenue": 1.0, "margin": 1.0, "orders": 1, "lines": 1})
    >>> usual_days_to_second_order(days, as_of=date(2024, 6, 30))
    30.0
    """
    check_frame(order_days, ORDER_DAYS)
    past = order_days.loc[
        order_days["ordered_on"] <= pd.Timestamp(as_date(as_of)), ["customer_id", "ordered_on"]
    ].sort_values(["customer_id", "ordered_on"])
    number = past.groupby("customer_id").cumcount().to_numpy()
    second = number == 1
    if not second.any():
        return float("nan")
    days = past["ordered_on"].to_numpy()
    first_before = np.roll(days, 1)[second]
    return float(
        np.quantile((days[second] - first_before) / _DAY, _USUAL_SHARE, method="inverted_cdf")
    )
