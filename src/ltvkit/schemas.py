"""The frames that change hands, each with its key and columns.

Frames speak business (`repeat_orders`, `age_days`); the model files unpack them to the papers'
symbols in their first lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ltvkit.errors import MOST_OFFENDERS, DataError, SchemaError, did_you_mean, offenders


@dataclass(frozen=True, slots=True)
class Schema:
    """A frame's contract.

    Parameters
    ----------
    name : str
        What the frame is called in messages.
    key : tuple of str
        Columns that together identify a row; never missing, never repeated.
    columns : tuple of str
        Further columns that must be there. More columns than these are welcome.
    may_be_missing : tuple of str
        Those of `columns` that need not hold a value in every row.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    may_be_missing: tuple[str, ...] = ()

    @property
    def filled(self) -> tuple[str, ...]:
        """The columns that hold a value in every row."""
        return (*self.key, *(name for name in self.columns if name not in self.may_be_missing))


ORDER_DAYS = Schema(
    name="order days",
    key=("customer_id", "ordered_on"),
    columns=("revenue", "margin", "orders", "lines"),
)
"""One row per customer and order day: refunds netted (revenue >= 0), one currency."""

SUMMARY = Schema(
    name="customer summary",
    key=("customer_id",),
    columns=(
        "repeat_orders",
        "age_at_last_order_days",
        "age_days",
        "mean_order_value",
        "mean_repeat_order_value",
    ),
    may_be_missing=("mean_order_value", "mean_repeat_order_value"),
)
"""One row per customer at a snapshot: x, t_x, T and mean order values."""

PREDICTIONS = Schema(
    name="predictions",
    key=("customer_id",),
    columns=(
        "prob_active",
        "expected_orders",
        "expected_order_value",
        "predicted_revenue",
        "low",
        "high",
        "low_if_order",
        "high_if_order",
    ),
    may_be_missing=("expected_order_value", "low_if_order", "high_if_order"),
)
"""One row per customer: the coming horizon, with an interval for the revenue."""

COSTS = Schema(
    name="costs",
    key=(),
    columns=("period", "channel", "category", "amount"),
    may_be_missing=("channel",),
)
"""Acquisition costs; a blank channel is shared by all."""

COST_CATEGORIES = (
    "ads_branding",
    "ads_performance",
    "content",
    "seo",
    "pr_influence",
    "events",
    "marketing_salaries",
    "sales_salaries",
    "commissions",
    "sales_tools",
    "travel",
    "software",
    "overheads",
    "other",
)
"""Categories of acquisition cost: all that makes a CAC fully loaded."""

COST_CATEGORY_WORDS = {
    "ads": "ads_performance",
    "ad_spend": "ads_performance",
    "advertising": "ads_performance",
    "media": "ads_performance",
    "paid_media": "ads_performance",
}
"""Plain words of a ledger that can only mean paid advertising."""

NAMES_A_PERSON = ("email", "phone", "first_name", "last_name", "zip")
"""Columns of customers and leads that say who somebody is."""

CONTACTS = (*NAMES_A_PERSON, "city", "state", "country")
"""With where they live: text, whatever it looks like."""

ALL = "all"
"""The name of the blended row in tables of channels."""

UNATTRIBUTED = "unattributed"
"""The channel of a customer of whom none is known, so that no customer is lost from the sums."""

CUSTOMERS = Schema(
    name="customers",
    key=("customer_id",),
    columns=("channel", "first_order_at"),
    may_be_missing=("channel", "first_order_at"),
)
"""One row per customer: where it came from, and when it first ordered."""

BACKTEST = Schema(
    name="backtest",
    key=("model", "fold", "metric"),
    columns=("cutoff", "horizon_days", "value"),
    may_be_missing=("value",),
)
"""One row per model, fold and metric."""


def cost_categories(written: pd.Series) -> pd.Series:
    """The categories of a ledger in our spelling: small letters, underscores, plain words told.

    Raises
    ------
    DataError
        On an unknown category, with the nearest known.

    Examples
    --------
    >>> cost_categories(pd.Series(["Paid media", "sales-tools"])).tolist()
    ['ads_performance', 'sales_tools']
    """
    as_text = written.astype("str")
    tidy = as_text.str.strip().str.lower().str.replace(r"[\s-]+", "_", regex=True)
    category = tidy.replace(COST_CATEGORY_WORDS)
    unknown = as_text[~category.isin(COST_CATEGORIES)].unique()
    if len(unknown):
        named = unknown[:MOST_OFFENDERS]
        hints = ", ".join(f"{word}{did_you_mean(word, COST_CATEGORIES)}" for word in named)
        more = " and more" if len(unknown) > len(named) else ""
        raise DataError(
            f"costs: got category {hints}{more}, expected one of "
            f"{', '.join(COST_CATEGORIES)}; use one of these, or 'other'"
        )
    return category


def check_frame(frame: pd.DataFrame, schema: Schema) -> None:
    """Hold a frame against its contract.

    Raises
    ------
    SchemaError
        When a column is missing, a key repeats, or a column that must not be missing is.

    Examples
    --------
    >>> check_frame(pd.DataFrame({"customer_id": ["a"]}), SUMMARY)
    Traceback (most recent call last):
    ...
    ltvkit.errors.SchemaError: customer summary: got no column 'repeat_orders', \
'age_at_last_order_days', 'age_days', 'mean_order_value', 'mean_repeat_order_value', expected \
them beside 'customer_id'; build the frame with the function that its contract names
    """
    missing = [c for c in (*schema.key, *schema.columns) if c not in frame.columns]
    if missing:
        raise SchemaError(
            f"{schema.name}: got no column {offenders(missing)}, expected them beside "
            f"{offenders(frame.columns)}; build the frame with the function that its contract names"
        )
    for column in schema.filled:
        if frame[column].isna().any():
            raise SchemaError(
                f"{schema.name}: got {int(frame[column].isna().sum())} missing values in "
                f"'{column}', expected none; put such rows aside first"
            )
    if schema.key and frame.duplicated(list(schema.key)).any():
        repeated = _keys(frame[frame.duplicated(list(schema.key))], schema.key)
        raise SchemaError(
            f"{schema.name}: got repeated keys {offenders(repeated)} in {schema.key}, expected "
            "each once; aggregate first"
        )


def _keys(frame: pd.DataFrame, key: Sequence[str]) -> list[object]:
    return list(frame[list(key)].itertuples(index=False, name=None))
