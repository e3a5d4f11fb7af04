"""Credit for a new customer, shared between the touches that came before.

Simple rules only, each a convention and none a proof of cause. Data-driven attribution and
media-mix models are out of scope: bring their weights as a table instead.
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from ltvkit.economics.inputs import channel_names, moments, require_columns, same_ids
from ltvkit.errors import ConfigError
from ltvkit.schemas import UNATTRIBUTED
from ltvkit.units import Floats

AttributionRule = Literal["first", "last", "linear", "position", "time_decay"]

SECONDS_PER_DAY = 86_400

HALF_LIFE_DAYS = 7.0
"""Time decay: a touch a week earlier has half the credit, the usual convention."""

POSITION_ENDS = 0.4
"""Position rule (U-shaped): 40 % to the first touch, 40 % to the last, 20 % between them."""


def attribute(
    touches: pd.DataFrame,
    rule: AttributionRule = "last",
    *,
    converted_at: pd.Series | None = None,
) -> pd.DataFrame:
    """Attribution weights from a table of touches.

    `first`, `last`: all to one touch. `linear`: even. `position`: 40 / 20 / 40, two touches half
    each. `time_decay`: half as much for each `HALF_LIFE_DAYS` before the conversion.

    Parameters
    ----------
    touches : DataFrame
        `customer_id`, `touched_at`, `channel`; touches of one moment keep their order of rows.
    rule : {"first", "last", "linear", "position", "time_decay"}
        How credit is shared.
    converted_at : Series, optional
        First order, indexed by customer_id. Later touches are left out, and so are customers
        without one. Without it every touch counts and decay runs from the last.

    Returns
    -------
    DataFrame
        `customer_id, channel, weight`: a row per customer and channel, weights of a customer sum
        to 1.

    Examples
    --------
    >>> touches = pd.DataFrame({
    ...     "customer_id": ["a"] * 4,
    ...     "touched_at": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-10", "2024-01-15"]),
    ...     "channel": ["Google", "email", "Google", "Facebook"],
    ... })
    >>> attribute(touches, "position")
      customer_id   channel  weight
    0           a    Google     0.5
    1           a     email     0.1
    2           a  Facebook     0.4
    >>> decayed = attribute(touches.iloc[[0, 1, 3]], "time_decay")
    >>> decayed["weight"].round(3).tolist()
    [0.143, 0.286, 0.571]
    """
    require_columns(touches, ("customer_id", "touched_at", "channel"), table="touches")
    path = pd.DataFrame(
        {
            "customer_id": touches["customer_id"],
            "touched_at": moments(touches["touched_at"], table="touches", column="touched_at"),
            "channel": channel_names(touches["channel"], blank=UNATTRIBUTED, table="touches"),
        }
    )
    if converted_at is not None:
        ids = converted_at.index.to_series()
        same_ids(path["customer_id"], ids, table="touches", other="first orders")
        until = moments(converted_at, table="first orders", column="converted_at")
        path["until"] = path["customer_id"].map(until)
        path = path[path["touched_at"] <= path["until"]]
    path = path.sort_values("touched_at", kind="stable")
    by_customer = path.groupby("customer_id", sort=False)
    place = by_customer.cumcount().to_numpy()
    count = by_customer["channel"].transform("size").to_numpy()
    if rule == "first":
        credit = (place == 0).astype(np.float64)
    elif rule == "last":
        credit = (place == count - 1).astype(np.float64)
    elif rule == "linear":
        credit = np.ones(len(path))
    elif rule == "position":
        at_end = (place == 0) | (place == count - 1)
        between = (1 - 2 * POSITION_ENDS) / np.maximum(count - 2, 1)
        credit = np.where(at_end, POSITION_ENDS, between)
    elif rule == "time_decay":
        credit = _decayed(path)
    else:
        raise ConfigError(
            f"rule: got {rule!r}, expected one of {', '.join(get_args(AttributionRule))}"
        )
    path = path.assign(weight=credit)
    path["weight"] /= path.groupby("customer_id", sort=False)["weight"].transform("sum")
    keys = ["customer_id", "channel"]
    shares: pd.DataFrame = path.groupby(keys, sort=False)["weight"].sum().reset_index()
    return shares


def _decayed(path: pd.DataFrame) -> Floats:
    # From the last touch: the conversion's own delay cancels when weights are made to sum to 1,
    # and an old path does not vanish in rounding.
    last = path.groupby("customer_id", sort=False)["touched_at"].transform("max")
    days = (last - path["touched_at"]).dt.total_seconds() / SECONDS_PER_DAY
    decayed: Floats = np.exp2(-days.to_numpy(dtype=np.float64) / HALF_LIFE_DAYS)
    return decayed
