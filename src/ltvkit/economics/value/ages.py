"""Margin by age: what each customer brought in each month of its life, and how long it was watched.

Age here runs from the customer's own first order, in months of 365.25/12 days: age 0 is the first
30.4 days. A customer seen for 2.7 months has been observed through ages 0 and 1; age 2 is half
seen and does not count as observed.
"""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics.inputs import channel_names, checked_weights, require_columns, same_ids
from ltvkit.economics.value.orders import month_names, read_orders, total_by
from ltvkit.groups import is_first
from ltvkit.schemas import UNATTRIBUTED
from ltvkit.units import DAYS_PER_MONTH


def margin_by_age(order_days: pd.DataFrame, as_of: date | str) -> pd.DataFrame:
    """Margin of each customer in each month of its life in which it ordered.

    Parameters
    ----------
    order_days : DataFrame
        One row per customer and order day: `customer_id, ordered_on, revenue, margin, orders`.
    as_of : date
        Last day of history.

    Returns
    -------
    DataFrame
        `customer_id, age_months, margin`, sorted; ages without an order have no row.

    Examples
    --------
    >>> order_days = pd.DataFrame({
    ...     "customer_id": ["a", "a", "a"],
    ...     "ordered_on": pd.to_datetime(["2024-01-05", "2024-01-25", "2024-03-10"]),
    ...     "revenue": [20.0, 10.0, 30.0], "margin": [8.0, 4.0, 12.0], "orders": [1, 1, 2],
    ... })
    >>> margin_by_age(order_days, "2024-06-30")
      customer_id  age_months  margin
    0           a           0    12.0
    1           a           2    12.0
    """
    orders = read_orders(order_days, as_of)
    age = np.floor((orders.day - orders.first_day) / DAYS_PER_MONTH).astype(np.int64)
    new_cell = orders.is_first | is_first(age)
    cell = np.cumsum(new_cell) - 1
    return pd.DataFrame(
        {
            "customer_id": orders.ids[orders.customer[new_cell]],
            "age_months": age[new_cell],
            "margin": total_by(cell, orders.margin, int(new_cell.sum())),
        }
    )


def observed_customers(
    order_days: pd.DataFrame,
    as_of: date | str,
    *,
    channels: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every customer with its channel, cohort, the months it was observed, and its margin so far.

    Parameters
    ----------
    order_days : DataFrame
        One row per customer and order day: `customer_id, ordered_on, revenue, margin, orders`.
    as_of : date
        Last day of history.
    channels : DataFrame, optional
        `customer_id, channel`, or attribution weights `customer_id, channel, weight`; customers
        without a row are unattributed.

    Returns
    -------
    DataFrame
        `customer_id, channel, weight, cohort` (YYYY-MM), `age_months` (float), `first_margin`
        (of the first order day), `margin_to_date`; a row per customer and channel.

    Examples
    --------
    >>> order_days = pd.DataFrame({
    ...     "customer_id": ["a", "a"], "ordered_on": pd.to_datetime(["2024-01-05", "2024-02-03"]),
    ...     "revenue": [20.0, 10.0], "margin": [8.0, 4.0], "orders": [1, 1],
    ... })
    >>> observed_customers(order_days, "2024-06-30").round(2).T[0].tolist()
    ['a', 'unattributed', 1.0, '2024-01', 5.85, 8.0, 12.0]
    """
    orders = read_orders(order_days, as_of)
    first = orders.is_first
    watched = orders.as_of_day - orders.day[first] + 1
    customers = pd.DataFrame(
        {
            "customer_id": orders.ids[orders.customer[first]],
            "cohort": month_names(orders.cohort[first]),
            "age_months": watched / DAYS_PER_MONTH,
            "first_margin": orders.margin[first],
            "margin_to_date": total_by(np.cumsum(first) - 1, orders.margin, int(first.sum())),
        }
    )
    credit = _credit(channels)
    same_ids(
        customers["customer_id"],
        credit["customer_id"],
        table="order days",
        other="channels of customers",
    )
    customers = customers.merge(credit, on="customer_id", how="left")
    customers["channel"] = customers["channel"].fillna(UNATTRIBUTED)
    customers["weight"] = customers["weight"].fillna(1.0)
    front = ["customer_id", "channel", "weight"]
    return customers[front + [column for column in customers if column not in front]]


def _credit(channels: pd.DataFrame | None) -> pd.DataFrame:
    if channels is None:
        return pd.DataFrame({"customer_id": [], "channel": [], "weight": []}).astype(
            {"customer_id": "str", "channel": "str", "weight": "float64"}
        )
    require_columns(channels, ("customer_id", "channel"), table="channels of customers")
    if "weight" in channels:
        return checked_weights(channels)
    return pd.DataFrame(
        {
            "customer_id": channels["customer_id"],
            "channel": channel_names(
                channels["channel"], blank=UNATTRIBUTED, table="channels of customers"
            ),
            "weight": 1.0,
        }
    ).drop_duplicates("customer_id")
