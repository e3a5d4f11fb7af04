"""Cohort tables: what the customers of each first month did at each age, and who came back.

Age is in calendar months since the month of the first order, as in every cohort heat map. What has
not been observed yet is blank, never zero.
"""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics.value.orders import active_months, month_names, read_orders, total_by

COHORT_COLUMNS = (
    "cohort",
    "age_months",
    "customers",
    "active_customers",
    "orders",
    "revenue",
    "margin",
    "complete",
)


def cohorts(
    order_days: pd.DataFrame, as_of: date | str, *, running_days: int | pd.Series = 0
) -> pd.DataFrame:
    """Customers, orders, revenue and margin of each first-order month, by age in months.

    Parameters
    ----------
    order_days : DataFrame
        One row per customer and order day: `customer_id, ordered_on, revenue, margin, orders`.
    as_of : date
        Last day of history.
    running_days : int or Series
        Of contracts, the days for which a payment keeps one running; see `active_months`.

    Returns
    -------
    DataFrame
        `cohort` (YYYY-MM), `age_months` (0 = the first month), `customers` (of the cohort),
        `active_customers` (who ordered, or had a contract, at that age), `orders`, `revenue`,
        `margin`, `complete` (whether the calendar month was over at the snapshot). Every cohort has
        all ages; those not yet observed are blank. The sums over all cells are those of the order
        days.

    Examples
    --------
    >>> order_days = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "ordered_on": pd.to_datetime(["2024-01-05", "2024-02-03", "2024-02-10"]),
    ...     "revenue": [20.0, 10.0, 30.0], "margin": [8.0, 4.0, 12.0], "orders": [1, 1, 2],
    ... })
    >>> cohorts(order_days, "2024-02-29")[["cohort", "age_months", "active_customers", "margin"]]
        cohort  age_months  active_customers  margin
    0  2024-01           0               1.0     8.0
    1  2024-01           1               1.0     4.0
    2  2024-02           0               1.0    12.0
    3  2024-02           1               NaN     NaN
    """
    orders = read_orders(order_days, as_of)
    if len(orders.customer) == 0:
        return pd.DataFrame({column: [] for column in COHORT_COLUMNS})
    first_month = int(orders.cohort.min())
    ages = orders.as_of_month - first_month + 1
    months = np.arange(first_month, orders.as_of_month + 1)
    size = ages * ages
    cell = (orders.cohort - first_month) * ages + (orders.month - orders.cohort)
    place, month = active_months(orders, running_days)
    active = (orders.cohort[place] - first_month) * ages + month - orders.cohort[place]
    age = np.tile(np.arange(ages), ages)
    cohort = np.repeat(months, ages)
    observed = cohort + age <= orders.as_of_month
    won = total_by(orders.cohort[orders.is_first] - first_month, None, ages)
    table = pd.DataFrame(
        {
            "cohort": np.repeat(month_names(months), ages),
            "age_months": age,
            "customers": np.repeat(won, ages).astype(np.int64),
            "active_customers": total_by(active, None, size),
            "orders": total_by(cell, orders.orders, size),
            "revenue": total_by(cell, orders.revenue, size),
            "margin": total_by(cell, orders.margin, size),
            "complete": (cohort + age < orders.as_of_month)
            | ((cohort + age == orders.as_of_month) & orders.as_of_month_complete),
        }
    )
    table.loc[~observed, ["active_customers", "orders", "revenue", "margin"]] = np.nan
    return table[table["customers"] > 0].reset_index(drop=True)
