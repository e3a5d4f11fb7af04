"""Orders by month: what a shop is known by when its log is read again, without a customer in it."""

import pandas as pd

from ltvkit.data.cleaning.clean_log import CleanLog


def orders_by_month(log: CleanLog) -> dict[str, int]:
    """Order days of each month that a log surely covers whole: all but its first, and one running.

    Neither refunds nor rows that are there twice change them.

    Examples
    --------
    >>> from ltvkit.data import order_days_from_frame
    >>> orders_by_month(order_days_from_frame(pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "ordered_at": ["2024-01-05", "2024-02-03", "2024-04-12"],
    ...     "revenue": [20.0, 10.0, 30.0],
    ... })))
    {'2024-02': 1, '2024-03': 0}
    """
    first = pd.Period(log.summary.first_day, "M") + 1
    last = pd.Period(pd.Timestamp(log.as_of) + pd.Timedelta(days=1), "M") - 1
    counted = log.workspace.frame(
        "SELECT strftime(ordered_on, '%Y-%m') AS month, count(*) AS orders "
        f"FROM {log.table} GROUP BY 1"
    ).set_index("month")["orders"]
    months = pd.period_range(first, last, freq="M").strftime("%Y-%m")
    return {str(month): int(n) for month, n in counted.reindex(months, fill_value=0).items()}
