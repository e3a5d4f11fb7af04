"""Ratios of figures and of columns: missing where there is nothing to divide by."""

import math
from typing import TypeVar

import numpy as np

from ltvkit.units import Floats

Money = TypeVar("Money", float, Floats)
"""A figure, or one a row: a ratio of two figures is one, of two columns a column."""


def divide(part: Money, whole: Money) -> Money:
    """`part` a unit of `whole`; NaN where `whole` is not above 0, never zero or infinite.

    Examples
    --------
    >>> divide(np.array([6.0, 6.0]), np.array([3.0, 0.0]))
    array([ 2., nan])
    >>> divide(6, 3)
    2.0
    """
    if isinstance(whole, np.ndarray):
        each: Floats = np.full(whole.shape, np.nan)
        np.divide(part, whole, out=each, where=whole > 0)
        return each
    return part / whole if whole > 0 else math.nan
