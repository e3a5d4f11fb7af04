"""What customers already there have brought, and are still expected to bring, with intervals."""

from typing import Literal

import numpy as np
import pandas as pd

from ltvkit.economics.inputs import numbers, require_columns
from ltvkit.economics.value.bundles import MAX_BUNDLES
from ltvkit.economics.value.curves import GroupKey, one_row_each
from ltvkit.economics.value.ltv import total_value
from ltvkit.economics.value.resample import limits, resampled
from ltvkit.schemas import ALL
from ltvkit.units import USUAL_INTERVAL, Floats, Integers


def values_there(
    customers: pd.DataFrame,
    *,
    by: Literal["channel", "cohort"] = "channel",
    level_sd_log: float = 0.0,
    draws: int = 1_000,
    seed: int = 0,
) -> pd.DataFrame:
    """What the customers already in each channel (and cohort) brought, and are still expected to.

    Parameters
    ----------
    customers : DataFrame
        `customer_id, channel, margin_to_date, residual_margin`, `cohort` for by="cohort"; optional
        `weight`.
    level_sd_log : float
        Standard deviation of the log of true over predicted total: what is expected of all groups
        is too high or too low together.

    Returns
    -------
    DataFrame
        Per group: `channel, cohort` ("" = all), `customers`, and for `margin_to_date`,
        `residual_margin` and `total_value` the mean a customer with `_low` and `_high`.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(100), "channel": "seo",
    ...     "margin_to_date": np.tile([20.0, 60.0], 50), "residual_margin": 10.0,
    ... })
    >>> values_there(customers).round(1)[["channel", "margin_to_date", "total_value"]]
      channel  margin_to_date  total_value
    0     seo            40.0         50.0
    1     all            40.0         50.0
    """
    needed = ("customer_id", "channel", "margin_to_date", "residual_margin")
    require_columns(customers, needed, table="customers")
    rng = np.random.default_rng(seed)
    weight = (
        numbers(customers, "weight").to_numpy()
        if "weight" in customers
        else np.ones(len(customers))
    )
    to_date = numbers(customers, "margin_to_date").to_numpy()
    residual = numbers(customers, "residual_margin").to_numpy()
    off = np.expm1(level_sd_log * rng.standard_normal(draws))
    parts = np.column_stack([to_date, residual, total_value(to_date, residual)])
    rows = []
    for key, members, credit in _members(customers, by, weight):
        shuffled = rng.permutation(len(members))
        at, credit = members[shuffled], credit[shuffled]
        units = min(len(at), MAX_BUNDLES)
        first = np.linspace(0, len(at), units + 1)[:-1].astype(np.int64)
        money = np.add.reduceat(parts[at] * credit[:, None], first, axis=0)
        base = np.add.reduceat(credit, first)
        mean, drawn = resampled(
            money, np.repeat(base[:, None], 3, axis=1), np.eye(3), draws=draws, rng=rng
        )
        drawn[:, 1:] += (off * drawn[:, 1])[:, None]
        low, high = limits(drawn, USUAL_INTERVAL)
        row: dict[str, object] = {"channel": key[0], "cohort": key[1], "customers": len(at)}
        for i, name in enumerate(("margin_to_date", "residual_margin", "total_value")):
            row |= {name: mean[i], f"{name}_low": low[i], f"{name}_high": high[i]}
        rows.append(row)
    return pd.DataFrame(rows)


def _members(
    customers: pd.DataFrame, by: Literal["channel", "cohort"], weight: Floats
) -> list[tuple[GroupKey, Integers, Floats]]:
    """Each group's rows with their weights; of all together, each customer once."""
    channel = customers["channel"].astype("str").to_numpy()
    groups: list[tuple[GroupKey, Integers, Floats]] = []
    keys = [channel]
    if by == "cohort":
        require_columns(customers, ("cohort",), table="customers")
        keys.append(customers["cohort"].astype("str").to_numpy())
    grouped = pd.DataFrame({"at": np.arange(len(customers))}).groupby(keys, sort=True)["at"]
    for key, rows in grouped:
        name = key if isinstance(key, tuple) else (key,)
        cohort = str(name[1]) if len(name) > 1 else ""
        at = rows.to_numpy()
        groups.append(((str(name[0]), cohort), at, weight[at]))
    ids = customers["customer_id"].to_numpy()
    whole = one_row_each(pd.DataFrame({"customer_id": ids, "weight": weight}))
    groups.append(((ALL, ""), whole.index.to_numpy(), whole["weight"].to_numpy()))
    return groups
