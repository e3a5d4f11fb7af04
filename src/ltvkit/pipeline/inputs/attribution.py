"""Attribution: which channel each customer is credited to, from whatever the shop keeps."""

import pandas as pd

from ltvkit.data import CleanLog
from ltvkit.data.tables.channels import one_spelling
from ltvkit.economics import AttributionRule, attribute
from ltvkit.errors import DataError, offenders
from ltvkit.pipeline.inputs.load import Tables


def customer_channels(
    log: CleanLog,
    order_days: pd.DataFrame,
    tables: Tables,
    *,
    attribution: AttributionRule = "last",
) -> pd.DataFrame:
    """The channel each customer came through, or attribution weights where it was several.

    From the touches, by the rule of attribution unless they are weights already; else from the
    customers table, if it names any, else from the first order; `customer_id, channel` and perhaps
    `weight`. Empty when the shop keeps no channels.
    """
    if tables.touches is not None:
        return _credited(tables.touches.frame, order_days, attribution)
    if tables.customers is not None:
        named = tables.customers.frame[["customer_id", "channel"]].dropna(subset=["channel"])
        if len(named):
            return named
    if "channel" in log.attributes:
        first = order_days.drop_duplicates("customer_id")[["customer_id", "channel"]]
        costs = tables.costs
        paid = costs.frame["channel"].dropna() if costs else pd.Series(dtype="str")
        return first.assign(channel=one_spelling(first["channel"], known=paid)).dropna()
    return pd.DataFrame({"customer_id": [], "channel": []}, dtype="str")


def _credited(
    touches: pd.DataFrame, order_days: pd.DataFrame, rule: AttributionRule
) -> pd.DataFrame:
    """Weights of the touches up to each first order; a channel alone where that is all credit."""
    weights = touches
    if "weight" not in touches:
        # An order is known by its day, so every touch of that day counts as before it.
        last = order_days.groupby("customer_id")["ordered_on"].min() + pd.Timedelta("23:59:59.999")
        weights = attribute(touches, rule, converted_at=last)
        if weights.empty:
            raise DataError(
                f"touches: got customers {offenders(touches['customer_id'].unique())}, none of "
                "whom was touched before a first order of the transactions, expected most of "
                "their customers; check that customer_id means the same in both"
            )
    weights = weights[weights["weight"] > 0]
    if (weights["weight"] == 1).all():
        return weights[["customer_id", "channel"]]
    return weights


def main_channel_of(credited: pd.DataFrame) -> pd.DataFrame:
    """`customer_id, channel` of `customer_channels`: of several the one of highest weight."""
    main = credited
    if "weight" in credited.columns:
        main = credited.sort_values(["customer_id", "weight"], ascending=[True, False])
    return main.drop_duplicates("customer_id")[["customer_id", "channel"]]
