"""Have the customers changed? The population stability index, with the noise it has anyway."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.units import Integers

BINS = 10
"""As many as is usual for the index, so that it compares with what others report."""

NOISE_LEVEL = 0.99

_SMOOTHING = 0.5
"""Added to every count, so that an empty bin gives a large index and not an infinite one."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one column of the base has moved between two runs.

    Parameters
    ----------
    name : str
        The column.
    psi : float
        Population stability index, sum over bins of (p - q) ln(p/q).
    expected, noise : float
        Its mean, and its 99 % quantile, when both bases are samples of the same customers.
    """

    name: str
    psi: float
    expected: float
    noise: float


def psi(old: pd.Series, new: pd.Series, *, name: str = "") -> Drift:
    """The population stability index of a column, and what chance alone would give.

    Numbers are put into ten bins by the old base's quantiles (ties together), texts into their
    categories; missing values are a bin. With no change, PSI x n m/(n + m) follows a chi-square
    with B - 1 degrees of freedom (Yurdakul and Naranjo 2020), n and m being the numbers of
    customers and B that of bins, so PSI averages (B - 1)(1/n + 1/m). Two runs on much the same
    customers vary less than that: the band errs on the side of silence.

    Examples
    --------
    >>> same = psi(pd.Series(range(1000)), pd.Series(range(1000)))
    >>> round(same.psi, 6), round(same.expected, 3), round(same.noise, 3)
    (0.0, 0.018, 0.043)
    >>> psi(pd.Series(["a"] * 50), pd.Series(["a"] * 25 + ["b"] * 25)).psi > 0.25
    True
    """
    from scipy.special import chdtri

    old_bins, new_bins = _binned(old, new)
    count = int(max(old_bins.max(initial=0), new_bins.max(initial=0))) + 1
    n, m = max(len(old), 1), max(len(new), 1)
    p = (np.bincount(old_bins, minlength=count) + _SMOOTHING) / (n + _SMOOTHING * count)
    q = (np.bincount(new_bins, minlength=count) + _SMOOTHING) / (m + _SMOOTHING * count)
    index = float(((p - q) * np.log(p / q)).sum())
    scale = 1 / n + 1 / m
    free = count - 1
    return Drift(
        name=name,
        psi=index,
        expected=free * scale,
        noise=float(chdtri(free, 1 - NOISE_LEVEL)) * scale if free else 0.0,
    )


def _binned(old: pd.Series, new: pd.Series) -> tuple[Integers, Integers]:
    """The bin of every value, numbered from 0 without gaps over both bases."""
    if pd.api.types.is_numeric_dtype(old.dtype) and pd.api.types.is_numeric_dtype(new.dtype):
        a, b = (values.to_numpy(dtype=float, na_value=np.nan) for values in (old, new))
        seen = a[~np.isnan(a)]
        inner = np.arange(1, BINS) / BINS
        cuts = np.unique(np.quantile(seen, inner, method="inverted_cdf")) if seen.size else seen
        labels = [
            np.where(np.isnan(values), -1, np.searchsorted(cuts, values, side="left"))
            for values in (a, b)
        ]
        joined = np.concatenate(labels)
    else:
        joined = pd.factorize(pd.concat([old.astype("str"), new.astype("str")]))[0]
    _, numbered = np.unique(joined, return_inverse=True)
    return numbered[: len(old)].astype(np.int64), numbered[len(old) :].astype(np.int64)
