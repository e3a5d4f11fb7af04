"""Order days as arrays: the one place where ids become codes and days become calendar months.

Everything over time (KPIs, cohorts, margin by age) starts here, so that ten million order days are
sorted and coded once and no function loops over customers.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltvkit.economics.inputs import dates
from ltvkit.errors import DataError
from ltvkit.groups import is_first, is_last
from ltvkit.schemas import ORDER_DAYS, Schema, check_frame
from ltvkit.snapshot import as_date, as_day_number
from ltvkit.units import Floats, Integers

# The key is checked below, on codes: a frame of ten million text ids is slow to compare twice.
_WITHOUT_KEY = Schema(
    name=ORDER_DAYS.name,
    key=(),
    columns=("customer_id", "ordered_on", "revenue", "margin", "orders"),
)


@dataclass(frozen=True, slots=True)
class Orders:
    """Order days up to a snapshot, sorted by customer and day.

    `customer` codes `ids`; `day` and `first_day` count days, `month` and `cohort` calendar months
    since 1970. The arrays have one entry per order day, `first_day` and `cohort` likewise.
    """

    ids: pd.Index
    customer: Integers
    day: Integers
    month: Integers
    first_day: Integers
    cohort: Integers
    revenue: Floats
    margin: Floats
    orders: Floats
    as_of_day: int
    as_of_month: int
    as_of_month_complete: bool

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Whether an order day is its customer's first."""
        return is_first(self.customer)

    @property
    def is_last(self) -> NDArray[np.bool_]:
        """Whether an order day is its customer's last."""
        return is_last(self.customer)

    def days_of(self, days: int | pd.Series) -> int | Integers:
        """The same days for each order day, or those of its customer, by id."""
        if isinstance(days, int):
            return days
        return days.reindex(self.ids).to_numpy(dtype=np.int64)[self.customer]


def read_orders(order_days: pd.DataFrame, as_of: date | str) -> Orders:
    """Code the order days on or before `as_of`; later ones are the future and left out.

    Raises
    ------
    DataError
        When a customer has two rows on a day: aggregate to order days first.
    """
    check_frame(order_days, _WITHOUT_KEY)
    snapshot = as_date(as_of)
    last = as_day_number(snapshot)
    ordered_on = dates(order_days, "ordered_on", table="order days")
    day = ordered_on.to_numpy().astype("datetime64[D]").astype(np.int64)
    history = day <= last
    codes, ids = pd.factorize(order_days["customer_id"].to_numpy()[history])
    customer, day = codes.astype(np.int64), day[history]
    if len(day) > 1 and not _is_sorted(customer, day):
        order = np.lexsort((day, customer))
    else:
        order = np.arange(len(day))
    customer, day = customer[order], day[order]
    twice = (np.diff(customer) == 0) & (np.diff(day) == 0)
    if twice.any():
        raise DataError(
            f"order days: got {int(twice.sum())} rows of the same customer and day, such as "
            f"{ids[customer[1:][twice][0]]!r}, expected one; sum them first"
        )
    first = is_first(customer)
    first_day = day[first][np.cumsum(first) - 1]
    return Orders(
        ids=pd.Index(ids),
        customer=customer,
        day=day,
        month=months_of(day),
        first_day=first_day,
        cohort=months_of(first_day),
        revenue=_column(order_days, "revenue", history, order),
        margin=_column(order_days, "margin", history, order),
        orders=_column(order_days, "orders", history, order),
        as_of_day=last,
        as_of_month=int(months_of(np.array([last]))[0]),
        as_of_month_complete=pd.Timestamp(snapshot).is_month_end,
    )


def months_of(days: Integers) -> Integers:
    """Calendar months since 1970-01 of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_names(months: Integers) -> list[str]:
    """Calendar months as YYYY-MM."""
    return [str(month) for month in months.astype("datetime64[M]")]


def active_months(orders: Orders, running_days: int | pd.Series = 0) -> tuple[Integers, Integers]:
    """Who is active in which calendar month: those who order in it, and whose contract runs.

    Parameters
    ----------
    orders : Orders
        From `read_orders`.
    running_days : int or Series
        Of contracts, the days for which a payment keeps one running, by customer id where they
        differ: it runs in a month when it does so at its end (or at the snapshot).

    Returns
    -------
    tuple of ndarray
        One entry per customer and month in which the customer is active: the place of an order day
        of the customer, and the month.
    """
    until = orders.day + orders.days_of(running_days)
    # The last month whose end a payment reaches; that of the snapshot ends with it.
    last = np.where(until >= orders.as_of_day, orders.as_of_month, months_of(until + 1) - 1)
    last = np.maximum(last, orders.month)
    # Each order day adds the months that the one before it did not reach.
    reached = np.where(orders.is_first, orders.month, np.append(0, last[:-1] + 1)[: len(last)])
    begin = np.maximum(orders.month, reached)
    months = np.maximum(last - begin + 1, 0)
    place = np.repeat(np.arange(len(months)), months)
    earlier = np.repeat(np.cumsum(months) - months, months)
    return place, begin[place] + np.arange(len(place)) - earlier


def total_by(cell: Integers, values: Floats | None, size: int) -> Floats:
    """Sum of `values` (count, without) in each of `size` cells."""
    return np.bincount(cell, weights=values, minlength=size).astype(np.float64)


def _is_sorted(customer: Integers, day: Integers) -> bool:
    # Codes are given by first appearance, so a sorted frame has codes that never fall.
    step = np.diff(customer)
    return bool(((step > 0) | ((step == 0) & (np.diff(day) >= 0))).all())


def _column(
    order_days: pd.DataFrame, name: str, history: NDArray[np.bool_], order: Integers
) -> Floats:
    return order_days[name].to_numpy(dtype=np.float64)[history][order]
