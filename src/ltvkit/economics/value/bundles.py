"""Sums over random bundles of customers: what a bootstrap over customers is computed from.

Resampling a million customers a thousand times is slow and not needed: customers are dealt at
random into at most `MAX_BUNDLES` bundles a group, and bundles are resampled. Each bundle's sums are
independent draws of the same law, so means keep their distribution; a group with fewer customers
than bundles is resampled customer by customer.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltvkit.economics.inputs import numbers, require_columns
from ltvkit.economics.value.orders import total_by
from ltvkit.errors import DataError, offenders
from ltvkit.units import Floats, Integers

MAX_BUNDLES = 500
MAX_COHORT_BUNDLES = 200


@dataclass(frozen=True, slots=True)
class Bundles:
    """Sums per bundle of one group.

    Shape (bundles,): `weight`, `first_margin`. Shape (bundles, ages):
    `observed_margin` and `observed` over customers observed through that age; `partial_margin` of
    an age still running; `age_weight`, `residual_now`, `residual_next` by the customers' present
    age, the residual split over the running age and the next.
    """

    customers: int
    weight: Floats
    first_margin: Floats
    observed_margin: Floats
    observed: Floats
    partial_margin: Floats
    age_weight: Floats
    residual_now: Floats
    residual_next: Floats


def bundle(
    customers: pd.DataFrame,
    margins: pd.DataFrame,
    group: Integers,
    *,
    groups: int,
    rng: np.random.Generator,
    max_bundles: int = MAX_BUNDLES,
) -> list[Bundles]:
    """Deal the customers of each group into bundles and sum them, one `Bundles` per group.

    Parameters
    ----------
    customers : DataFrame
        `customer_id, age_months`, optional `weight, first_margin, residual_margin`.
    margins : DataFrame
        `customer_id, age_months, margin`.
    group : ndarray, shape (rows of customers,)
        Code of each row's group, 0 … groups - 1.
    """
    require_columns(customers, ("customer_id", "age_months"), table="customers")
    require_columns(margins, ("customer_id", "age_months", "margin"), table="margin by age")
    seen = numbers(customers, "age_months").to_numpy()
    age = np.floor(seen).astype(np.int64)
    running = seen - age
    weight = _optional(customers, "weight", 1.0)
    size = np.bincount(group, minlength=groups)
    deck = np.minimum(size, max_bundles)
    first = np.append(0, np.cumsum(deck))
    dealt = first[group] + _place(group, size, rng) % np.maximum(deck, 1)[group]
    cells = int(first[-1])
    ages = int(age.max(initial=0)) + 1

    def per_bundle(values: Floats) -> Floats:
        return total_by(dealt, weight * values, cells)

    def per_age(values: Floats) -> Floats:
        return total_by(dealt * ages + age, weight * values, cells * ages).reshape(cells, ages)

    residual = _optional(customers, "residual_margin", 0.0)
    row, month, amount = _joined(customers, margins)
    complete = month < age[row]
    partial = month == age[row]

    def margin_sum(rows: NDArray[np.bool_]) -> Floats:
        at, amounts = row[rows], amount[rows]
        cell = dealt[at] * ages + month[rows]
        return total_by(cell, weight[at] * amounts, cells * ages).reshape(cells, ages)

    by_age = per_age(np.ones_like(weight))
    # Observed through age s are the customers whose present age is above s.
    observed = by_age[:, ::-1].cumsum(axis=1)[:, ::-1] - by_age
    sums = (
        per_bundle(np.ones_like(weight)),
        per_bundle(_optional(customers, "first_margin", 0.0)),
        margin_sum(complete),
        observed,
        margin_sum(partial),
        by_age,
        per_age(residual * (1 - running)),
        per_age(residual * running),
    )
    return [
        Bundles(int(size[g]), *(table[first[g] : first[g + 1]] for table in sums))
        for g in range(groups)
    ]


def _place(group: Integers, size: Integers, rng: np.random.Generator) -> Integers:
    """A random place of each row within its group."""
    shuffled = rng.permutation(len(group))
    order = shuffled[np.argsort(group[shuffled], kind="stable")]
    start = np.append(0, np.cumsum(size))[:-1]
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - start[group[order]]
    return place


def _joined(customers: pd.DataFrame, margins: pd.DataFrame) -> tuple[Integers, Integers, Floats]:
    """Row of `customers`, age and margin for every row of `margins`, several where shared."""
    month = numbers(margins, "age_months").to_numpy().astype(np.int64)
    amount = numbers(margins, "margin").to_numpy()
    ids = pd.Index(customers["customer_id"])
    wanted = pd.Index(margins["customer_id"])
    if ids.is_unique:
        row = ids.get_indexer(wanted).astype(np.int64)
        unknown = row < 0
    else:
        unknown = ~wanted.isin(ids)
        pairs = pd.DataFrame({"id": wanted, "at": np.arange(len(wanted))}).merge(
            pd.DataFrame({"id": ids, "row": np.arange(len(ids))}), on="id"
        )
        at = pairs["at"].to_numpy()
        row, month, amount = pairs["row"].to_numpy(dtype=np.int64), month[at], amount[at]
    if unknown.any():
        raise DataError(
            f"margin by age: got customers {offenders(wanted[unknown])} who are not in the "
            "customers table, expected them there; add them with the months they were observed"
        )
    return row, month, amount


def _optional(customers: pd.DataFrame, column: str, otherwise: float) -> Floats:
    if column not in customers:
        return np.full(len(customers), otherwise)
    return numbers(customers, column, missing=otherwise).to_numpy()
