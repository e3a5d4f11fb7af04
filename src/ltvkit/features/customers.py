"""Features from a table of customers: what the shop knows of them beside their orders."""

import pandas as pd

PREFIX = "customer_"


def with_customers(features: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """The features with a column `customer_<name>` for every column of a table of customers.

    The table has no dates, so a value is taken to have been there from the first order on: of a
    column that is filled later, past snapshots would know what only the future told.

    Parameters
    ----------
    features : DataFrame
        A row per customer, or per customer and snapshot.
    customers : DataFrame
        `customer_id`, each once, and further columns, numbers or text; a customer who is not in
        it has missing values.

    Examples
    --------
    >>> with_customers(
    ...     pd.DataFrame({"customer_id": ["b", "a"], "repeat_orders": [0, 3]}),
    ...     pd.DataFrame({"customer_id": ["a"], "tier": [2.0]}),
    ... )
      customer_id  repeat_orders  customer_tier
    0           b              0            NaN
    1           a              3            2.0
    """
    named = {name: PREFIX + name for name in customers.columns if name != "customer_id"}
    return features.merge(
        customers.rename(columns=named), on="customer_id", how="left", validate="m:1"
    )
