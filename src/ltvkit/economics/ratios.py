"""Ratios of columns: missing where there is nothing to divide by, never zero or infinite."""

import numpy as np

from ltvkit.units import Floats


def divide(part: Floats, whole: Floats) -> Floats:
    """`part` a unit of `whole`; NaN where `whole` is not above 0.

    Examples
    --------
    >>> divide(np.array([6.0, 6.0]), np.array([3.0, 0.0]))
    array([ 2., nan])
    """
    each: Floats = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=each, where=whole > 0)
    return each
