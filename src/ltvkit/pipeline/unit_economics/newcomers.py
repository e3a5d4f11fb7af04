"""Who was won in the days of the log: those whom costs and LTV at acquisition are of."""

from datetime import date

import pandas as pd

from ltvkit.config import Config
from ltvkit.economics import Opening, opening
from ltvkit.errors import DataError


def first_orders_of(order_days: pd.DataFrame, customers: pd.DataFrame | None) -> pd.Series:
    """The first order of each customer, by id, without those who bought before the log begins.

    Of them the customers table knows (`first_order_at`): they were won by what was spent then.
    """
    first_orders = order_days.groupby("customer_id", sort=True)["ordered_on"].min()
    if customers is None:
        return first_orders
    opened = first_orders.min()
    old = customers.loc[customers["first_order_at"] < opened, "customer_id"]
    new = first_orders[~first_orders.index.isin(old)]
    if new.empty:
        raise DataError(
            f"customers: got first_order_at before {opened:%Y-%m-%d}, the log's first order, for "
            "everybody, expected a later day for who came since; check the column, or leave it out"
        )
    return new


def opening_of(config: Config, first_orders: pd.Series, as_of: date) -> Opening:
    """Where the log begins, and from which day on first orders are those of new customers."""
    return opening(first_orders, as_of, new_from=config.economics.new_customers_from)


def newcomers(
    order_days: pd.DataFrame, first_orders: pd.Series, new_from: date | None
) -> pd.DataFrame:
    """The order days of those who count as new customers."""
    if new_from is None:
        return order_days[order_days["customer_id"].isin(first_orders.index)]
    new = first_orders.index[first_orders >= pd.Timestamp(new_from)]
    if len(new) == 0:
        raise DataError(
            f"economics.new_customers_from: got {new_from}, after every first order (the last is "
            f"of {first_orders.max():%Y-%m-%d}), expected an earlier day; change it"
        )
    return order_days[order_days["customer_id"].isin(new)]
