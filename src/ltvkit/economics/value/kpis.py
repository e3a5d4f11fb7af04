"""KPIs month by month, from order days, with CAC and LTV beside them where they are given."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics.ratios import divide
from ltvkit.economics.value.orders import (
    Orders,
    active_months,
    month_names,
    months_of,
    read_orders,
    total_by,
)
from ltvkit.errors import ConfigError
from ltvkit.units import Floats, Integers

KPI_COLUMNS = (
    "month",
    "new_customers",
    "active_customers",
    "lapsed_customers",
    "returning_customers",
    "repeat_rate",
    "revenue",
    "margin",
    "revenue_per_active",
    "average_order_value",
    "orders_per_customer",
    "gross_margin_rate",
    "cac",
    "ltv",
    "ltv_to_cac",
    "complete",
)

LAPSE_DAYS = 365
"""A year without an order, a common definition of a lapsed customer in retail."""


def kpis(
    order_days: pd.DataFrame,
    as_of: date | str,
    *,
    newcomers: Collection[object] | None = None,
    lapse_days: int | pd.Series = LAPSE_DAYS,
    running_days: int | pd.Series = 0,
    cac_by_month: pd.Series | None = None,
    ltv_by_month: pd.Series | None = None,
) -> pd.DataFrame:
    """Customers, orders and money of every calendar month of the history.

    Parameters
    ----------
    order_days : DataFrame
        One row per customer and order day: `customer_id, ordered_on, revenue, margin, orders`.
    as_of : date
        Last day of history.
    newcomers : collection, optional
        Ids of the customers who were won in these days; of the others the first order that the
        log holds is a later one of theirs. Everybody when not given.
    lapse_days : int or Series
        Days without an order after which a customer has lapsed; by customer id where they differ.
    running_days : int or Series
        Of contracts, the days for which a payment keeps one running; see `active_months`.
    cac_by_month, ltv_by_month : Series, optional
        Indexed by month (YYYY-MM or timestamps): blended CAC of the month, and LTV at acquisition
        of its new customers.

    Returns
    -------
    DataFrame
        A row per month, months without orders included:

        - `month` (YYYY-MM); `complete` says whether it was over at the snapshot.
        - `new_customers`: newcomers whose first order is in the month; `active_customers`: ordered
          in it, or had a contract; `returning_customers`: active but not new; `repeat_rate` =
          returning / active.
        - `lapsed_customers`: reached `lapse_days` without an order in the month (once for each
          such silence; some come back later).
        - `revenue`, `margin`; `revenue_per_active`, `average_order_value` (revenue / orders),
          `orders_per_customer` (orders / active), `gross_margin_rate` (margin / revenue).
        - `cac`, `ltv`, `ltv_to_cac`; blank where not given. Rates without a base are blank.

    Examples
    --------
    >>> order_days = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "ordered_on": pd.to_datetime(["2024-01-05", "2024-02-03", "2024-02-10"]),
    ...     "revenue": [20.0, 10.0, 30.0], "margin": [8.0, 4.0, 12.0], "orders": [1, 1, 2],
    ... })
    >>> table = kpis(order_days, "2024-02-29", cac_by_month=pd.Series({"2024-02": 3.0}))
    >>> table[["month", "new_customers", "returning_customers", "average_order_value", "cac"]]
         month  new_customers  returning_customers  average_order_value  cac
    0  2024-01              1                    0            20.000000  NaN
    1  2024-02              1                    1            13.333333  3.0
    """
    shortest = lapse_days if isinstance(lapse_days, int) else lapse_days.min()
    if shortest < 1:
        raise ConfigError(f"lapse_days: got {shortest}, expected 1 or more")
    orders = read_orders(order_days, as_of)
    if len(orders.customer) == 0:
        return pd.DataFrame({column: [] for column in KPI_COLUMNS})
    first_month = int(orders.month.min())
    months = np.arange(first_month, orders.as_of_month + 1)
    at = orders.month - first_month
    size = len(months)
    won = orders.is_first
    if newcomers is not None:
        won = won & orders.ids.isin(list(newcomers))[orders.customer]
    new = total_by(at[won], None, size)
    active = total_by(active_months(orders, running_days)[1] - first_month, None, size)
    ordered = total_by(at, orders.orders, size)
    revenue = total_by(at, orders.revenue, size)
    margin = total_by(at, orders.margin, size)
    names = month_names(months)
    cac = _by_month(cac_by_month, names)
    ltv = _by_month(ltv_by_month, names)
    return pd.DataFrame(
        {
            "month": names,
            "new_customers": new.astype(np.int64),
            "active_customers": active.astype(np.int64),
            "lapsed_customers": _lapsed(orders, first_month, size, lapse_days),
            "returning_customers": (active - new).astype(np.int64),
            "repeat_rate": divide(active - new, active),
            "revenue": revenue,
            "margin": margin,
            "revenue_per_active": divide(revenue, active),
            "average_order_value": divide(revenue, ordered),
            "orders_per_customer": divide(ordered, active),
            "gross_margin_rate": divide(margin, revenue),
            "cac": cac,
            "ltv": ltv,
            "ltv_to_cac": divide(ltv, cac),
            "complete": [True] * (size - 1) + [orders.as_of_month_complete],
        }
    )


def _lapsed(orders: Orders, first_month: int, size: int, lapse_days: int | pd.Series) -> Integers:
    """Silences that reach `lapse_days` in each month and not after the snapshot."""
    next_day = np.append(orders.day[1:], 0)
    next_day[orders.is_last] = np.iinfo(np.int64).max
    lapses_on = orders.day + orders.days_of(lapse_days)
    lapsed = (next_day > lapses_on) & (lapses_on <= orders.as_of_day)
    months = months_of(lapses_on[lapsed]) - first_month
    return total_by(months, None, size).astype(np.int64)


def _by_month(values: pd.Series | None, names: list[str]) -> Floats:
    if values is None:
        return np.full(len(names), np.nan)
    index = values.index
    if isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)):
        index = index.strftime("%Y-%m")
    by_name = pd.Series(values.to_numpy(dtype=np.float64), index=index)
    return by_name.reindex(names).to_numpy(dtype=np.float64)
