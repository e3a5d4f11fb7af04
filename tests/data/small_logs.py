"""Logs of a few rows, written in a test."""

import pandas as pd

from ltvkit.data import order_days_from_frame

ORDERS = ("customer_id", "ordered_at", "revenue", "order_id")


def log_of(*rows, columns=("customer_id", "ordered_at", "revenue"), **options):
    return order_days_from_frame(pd.DataFrame(rows, columns=list(columns)), **options)


def revenues(log) -> dict[tuple[str, str], float]:
    frame = log.to_pandas()
    return {
        (row.customer_id, str(row.ordered_on.date())): row.revenue for row in frame.itertuples()
    }
