"""Rows that stand group by group: where each group begins and where it ends."""

from typing import Any

import numpy as np
import numpy.typing as npt


def is_first(group: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each row is the first of its group; rows of a group stand together.

    Examples
    --------
    >>> customers = np.array([7, 7, 9])
    >>> is_first(customers).tolist(), is_last(customers).tolist()
    ([True, False, True], [False, True, True])
    """
    return np.append(True, group[1:] != group[:-1])[: len(group)]


def is_last(group: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each row is the last of its group."""
    return np.append(group[1:] != group[:-1], True)[: len(group)]
