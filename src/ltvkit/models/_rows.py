"""Between frames and formulas: unpack a summary to the papers' symbols, and work on distinct rows.

Customers with equal (x, t_x, T) have equal likelihoods and equal predictions: a fit computes on
distinct rows and weights them by their count, and where a prediction takes long, it is made once
for each of them and spread back.
"""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.errors import DataError, NotEnoughDataError, SchemaError, offenders
from ltvkit.units import DAYS_PER_YEAR, Floats

_STEPS = 64
"""Of the coarse grid: a choice, as the first look only has to start the second near its top."""


class Histories(NamedTuple):
    """Purchase histories in the papers' symbols, times in one unit; `weight` counts customers."""

    x: Floats
    t_x: Floats
    T: Floats
    weight: Floats


def check_columns(frame: object, names: Sequence[str], *, what: str, built_by: str) -> None:
    """See to it that somebody's frame is one, with each of some columns once.

    Raises
    ------
    SchemaError
        When it is something else, or has no such column or two.
    """
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(
            f"{what}: got a {type(frame).__name__}, expected a DataFrame of pandas; build the "
            f"frame with {built_by}"
        )
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise SchemaError(
            f"{what}: got no column {offenders(missing)}, expected it beside "
            f"{offenders(frame.columns)}; build the frame with {built_by}"
        )
    repeated = set(frame.columns[frame.columns.duplicated()]).intersection(names)
    if repeated:
        raise SchemaError(
            f"{what}: got several columns {offenders(sorted(repeated))}, expected one of each "
            f"name; build the frame with {built_by}"
        )


def column(frame: pd.DataFrame, name: str, *, where: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Give one column as floats, or say what is wrong with it; 0 but `where` it has a meaning.

    Raises
    ------
    SchemaError
        As of `check_columns`.
    DataError
        When it holds something that is not a finite number.
    """
    check_columns(frame, (name,), what="customer summary", built_by="ltvkit.summarise")
    values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if where is not None:
        values = np.where(where, values, 0.0)
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise DataError(
            f"column '{name}': got {offenders(frame[name][wrong])} in {int(wrong.sum())} rows, "
            "expected finite numbers; put such rows aside first"
        )
    return values


def histories(summary: pd.DataFrame, *, unit_days: float, weight: str | None = None) -> Histories:
    """Unpack a customer summary to (x, t_x, T) in units of `unit_days`, one row per customer.

    Raises
    ------
    DataError
        When a history cannot be: x negative or not whole, t_x after T, t_x without repeat orders,
        or repeat orders at age 0; or a unit of time is none.
    """
    _check_unit(unit_days)
    x = column(summary, "repeat_orders")
    t_x = column(summary, "age_at_last_order_days")
    T = column(summary, "age_days")
    count = np.ones_like(x) if weight is None else column(summary, weight)
    for wrong, name, values, expected in (
        ((x < 0) | (x != np.floor(x)), "repeat_orders", x, "whole numbers from 0"),
        (T < 0, "age_days", T, "numbers from 0"),
        ((t_x < 0) | (t_x > T), "age_at_last_order_days", t_x, "numbers from 0 to 'age_days'"),
        ((x == 0) & (t_x > 0), "age_at_last_order_days", t_x, "0 where 'repeat_orders' is 0"),
        ((x > 0) & (t_x <= 0), "age_at_last_order_days", t_x, "more than 0 after a repeat order"),
        (count < 0, str(weight), count, "numbers from 0"),
    ):
        if wrong.any():
            raise DataError(
                f"column '{name}': got {offenders(values[wrong].tolist())} in {int(wrong.sum())} "
                f"rows, expected {expected}; count the orders of one day once and ages from the "
                "first order day"
            )
    return Histories(x, t_x / unit_days, T / unit_days, count)


def _check_unit(unit_days: object) -> None:
    if not (isinstance(unit_days, Real) and 0 < float(unit_days) < np.inf):
        raise DataError(
            f"unit_days: got {unit_days!r}, expected a number of days above 0; 7 counts in weeks"
        )


def distinct(columns: Sequence[Floats]) -> tuple[list[Floats], npt.NDArray[np.intp]]:
    """Distinct rows of some columns, in sorted order, and for each given row where it went.

    Examples
    --------
    >>> rows, place = distinct([np.array([2.0, 1.0, 2.0]), np.array([5.0, 4.0, 5.0])])
    >>> [values.tolist() for values in rows], place.tolist()
    ([[1.0, 2.0], [4.0, 5.0]], [1, 0, 1])
    """
    # Hashing column after column is some ten times quicker than np.unique(axis=0) on a million
    # rows; after each column the code is dense again, so the product cannot overflow.
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:
        place, _ = pd.factorize(values, sort=True)
        code = code * (int(place.max(initial=0)) + 1) + place
        code, _ = pd.factorize(code, sort=True)
    rows = int(code.max(initial=-1)) + 1
    where = np.empty(rows, dtype=np.intp)
    where[code] = np.arange(len(code))
    return [values[where] for values in columns], code.astype(np.intp, copy=False)


def tally(place: npt.NDArray[np.intp], weight: Floats) -> Floats:
    """Joint weight of the rows that went to the same place."""
    return np.bincount(place, weights=weight).astype(float)


def dot(weight: Floats, values: Floats) -> float:
    """Weighted sum, the same on any machine.

    BLAS would split long sums over threads: the last digits would depend on their number, and on
    a busy machine they wait for each other a hundred times longer than they compute.
    """
    return float(np.sum(weight * values))


def compress(rows: Histories) -> Histories:
    """Merge equal histories into one with their joint weight; the likelihood stays what it was."""
    if not rows.weight.sum() > 0:
        raise NotEnoughDataError(
            "customer summary: got no customers, expected at least one; check the snapshot date"
        )
    if not dot(rows.weight, rows.T) > 0:
        raise NotEnoughDataError(
            "column 'age_days': got 0 for every customer, expected some history; choose a later "
            "snapshot date"
        )
    (x, t_x, T), place = distinct([rows.x, rows.t_x, rows.T])
    return Histories(x, t_x, T, tally(place, rows.weight))


def mean_age(rows: Histories) -> float:
    """The customers' mean age: the data's own scale of time.

    Fits start around it, so that days, weeks or hours lead to the same one.
    """
    return float(np.average(rows.T, weights=rows.weight))


def coarsen(rows: Histories) -> Histories:
    """Round the times to a grid of `_STEPS` steps and merge what has become equal.

    For a first look at a large shop: its likelihood has nearly the same top, at a fraction of the
    rows.
    """
    grid = float(rows.T.max()) / _STEPS
    t_x = np.where(rows.x > 0, np.maximum(np.round(rows.t_x / grid), 1.0), 0.0) * grid
    T = np.maximum(np.round(rows.T / grid) * grid, t_x)
    return compress(Histories(rows.x, t_x, T, rows.weight))


def on_distinct(function: Callable[..., Floats], *columns: Floats | float) -> Floats:
    """Evaluate a vectorised function once per distinct row and spread the values back."""
    arrays = np.broadcast_arrays(*(np.asarray(values, dtype=float) for values in columns))
    rows, place = distinct([np.ravel(values) for values in arrays])
    return np.asarray(function(*rows), dtype=float)[place].reshape(arrays[0].shape)


def annual_to_unit_rate(annual_discount_rate: float, *, unit_days: float) -> float:
    """The continuous discount rate per unit of time, log(1 + r) · unit_days / 365.25.

    Raises
    ------
    DataError
        When the rate is not above 0: an endless future has a finite value only when discounted.
    """
    if not (np.isfinite(annual_discount_rate) and annual_discount_rate > 0):
        raise DataError(
            f"annual_discount_rate: got {annual_discount_rate}, expected a rate above 0 such as "
            "0.1; give the rate of a year"
        )
    return float(np.log1p(annual_discount_rate) * unit_days / DAYS_PER_YEAR)


def horizon(horizon_days: npt.ArrayLike, *, unit_days: float) -> Floats:
    """A horizon, or one per customer, in units of `unit_days`.

    Raises
    ------
    DataError
        When a horizon is negative or not a number.
    """
    days = np.asarray(horizon_days, dtype=float)
    wrong = ~(np.isfinite(days) & (days >= 0))
    if wrong.any():
        raise DataError(
            f"horizon_days: got {offenders(np.atleast_1d(days)[np.atleast_1d(wrong)].tolist())}, "
            "expected days from 0; name how far ahead to look"
        )
    return np.asarray(days / unit_days, dtype=float)
