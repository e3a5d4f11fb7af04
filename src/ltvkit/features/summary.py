"""A customer summary from a table of transactions, for use from Python without a configuration."""

from datetime import date

import numpy as np
import pandas as pd

from ltvkit.data import order_days_from_frame
from ltvkit.features.engine import fetch
from ltvkit.features.orders import with_history
from ltvkit.features.snapshots import customer_summary, seen_at, snapshot_days
from ltvkit.schemas import SUMMARY, check_frame
from ltvkit.snapshot import as_day_number


def summarise(transactions: pd.DataFrame, *, as_of: date | str | None = None) -> pd.DataFrame:
    """Summarise each customer's orders up to a day, as the probabilistic models read them.

    Parameters
    ----------
    transactions : DataFrame
        A row per order or order line: `customer_id`, `ordered_at`, `revenue`. Orders of one day
        count once; refunds are netted; what cannot be read is left out.
    as_of : date or str, optional
        The snapshot, ISO if text; the last order day when not given.

    Returns
    -------
    DataFrame
        `ltvkit.schemas.SUMMARY`, one row per customer: `repeat_orders` (x),
        `age_at_last_order_days` (t_x), `age_days` (T), `mean_order_value` (all order days) and
        `mean_repeat_order_value` (without the first). Beside it `sum_log_gap_days`, the sum of the
        logarithms of the days between orders, by which `MbgCnbdK` knows how regular they are.

    Raises
    ------
    DataError
        When a column is missing or cannot be read.
    ConfigError
        When `as_of` is no day.

    Examples
    --------
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["007", "007", "008"],
    ...     "ordered_at": ["2024-01-05", "2024-01-19", "2024-01-08"],
    ...     "revenue": [20.0, 30.0, 15.0]})
    >>> summarise(orders, as_of="2024-01-31").iloc[0, 1:].astype(float).round(3).tolist()
    [1.0, 14.0, 26.0, 25.0, 30.0, 2.639]
    """
    log = order_days_from_frame(transactions, as_of=as_of)
    seen = seen_at(with_history(log.order_days), snapshot_days([as_day_number(log.as_of)]))
    summary = (
        fetch(customer_summary(seen))
        .drop(columns="as_of_day")
        .sort_values("customer_id", ignore_index=True)
    )
    check_frame(summary, SUMMARY)
    days = log.workspace.frame(f"SELECT ordered_on FROM {log.table}")["ordered_on"]
    gaps = _sum_log_gaps(days.to_numpy(), summary["repeat_orders"].to_numpy() + 1)
    return summary.assign(sum_log_gap_days=gaps)


def _sum_log_gaps(days: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """By customer, of order days sorted by customer and day; 0 where there is one order day."""
    first = np.cumsum(orders) - orders
    gaps = np.diff(days, prepend=days[:1]).astype("timedelta64[D]").astype(np.int64)
    gaps[first] = 1
    sums: np.ndarray = np.add.reduceat(np.log(gaps), first)
    return sums
