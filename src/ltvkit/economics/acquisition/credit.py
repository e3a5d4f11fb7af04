"""Who is credited with a new customer, and which customers a ledger can be held against."""

from datetime import date

import pandas as pd

from ltvkit.economics.acquisition.costs import ledger_span
from ltvkit.economics.inputs import channel_names, checked_weights, dates, same_ids
from ltvkit.schemas import CUSTOMERS, UNATTRIBUTED, check_frame
from ltvkit.snapshot import as_date


def credited_customers(
    customers: pd.DataFrame,
    *,
    costs: pd.DataFrame | None = None,
    weights: pd.DataFrame | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> pd.DataFrame:
    """One row per customer and channel credited, with a weight; weights of a customer sum to 1.

    Customers without a first order are leads and left out. With `costs`, so are those whose first
    order lies outside the days that the ledger covers: to divide its cost by customers of other
    months would flatter the CAC. (A ledger of a single period names no span; then everyone given
    counts.) `start` and `end`, both included, name the span instead.

    Parameters
    ----------
    customers : DataFrame
        `customer_id`, `channel` (blank = unattributed), `first_order_at`.
    weights : DataFrame, optional
        `customer_id`, `channel`, `weight`; takes the place of `channel`. Customers without a row
        here are unattributed.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["a", "b"], "channel": None, "first_order_at": "2024-01-02",
    ... })
    >>> weights = pd.DataFrame({
    ...     "customer_id": ["a", "a"], "channel": ["seo", "ads"], "weight": [0.4, 0.6],
    ... })
    >>> credited_customers(customers, weights=weights)[["customer_id", "channel", "weight"]]
      customer_id       channel  weight
    0           a           seo     0.4
    1           a           ads     0.6
    2           b  unattributed     1.0
    """
    check_frame(customers, CUSTOMERS)
    first = dates(customers, "first_order_at", table="customers")
    credit = pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "channel": channel_names(customers["channel"], blank=UNATTRIBUTED, table="customers"),
            "first_order_at": first,
            "weight": 1.0,
        }
    )[first.notna()]
    if start is None and end is None and costs is not None and len(costs["period"].unique()) > 1:
        span = ledger_span(costs)
        start, end = span.start, span.end
    credit = within(credit, "first_order_at", start=start, end=end)
    if weights is None:
        return credit.reset_index(drop=True)
    shares = checked_weights(weights)
    same_ids(
        credit["customer_id"], shares["customer_id"], table="customers", other="attribution weights"
    )
    spread = credit[["customer_id", "first_order_at"]].merge(shares, on="customer_id", how="left")
    spread["channel"] = spread["channel"].fillna(UNATTRIBUTED)
    spread["weight"] = spread["weight"].fillna(1.0)
    return spread[["customer_id", "channel", "first_order_at", "weight"]]


def within(
    frame: pd.DataFrame,
    column: str,
    *,
    start: date | str | None,
    end: date | str | None,
) -> pd.DataFrame:
    """The rows whose day lies in [start, end]; a limit of None is open."""
    keep = pd.Series(True, index=frame.index)
    if start is not None:
        keep &= frame[column] >= pd.Timestamp(as_date(start, name="start"))
    if end is not None:
        keep &= frame[column] <= pd.Timestamp(as_date(end, name="end"))
    return frame[keep]
