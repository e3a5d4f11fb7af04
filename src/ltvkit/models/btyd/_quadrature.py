"""Integrals of the form ∫ (a+u)^-p (b+u)^-q du, to full precision and without cancellation.

They stand wherever dropout can come at any moment. With z = log(c+u), c the smaller of a and b,
the logarithm of the integrand is concave and no steeper than p + q, so Gauss-Legendre on the
stretch where the integrand is not negligible needs few nodes, whatever the exponents are.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ltvkit.units import Floats

# The integrand is dropped where it is e^-40 of its value at the lower end.
DROP = 40.0
# Nodes that leave an error below 1e-11: where the integrand falls by less than e^10 on a stretch
# of less than 2 (most customers), and in general.
_EASY, _EASY_DROP, _EASY_STRETCH = 12, 10.0, 2.0
_COUNT = 32
# Rows worked on at once: their nodes stay in the processor's cache.
_CHUNK = 2048


class Means(NamedTuple):
    """Averages under the density proportional to the integrand: the integral's derivatives."""

    log_a: Floats
    log_b: Floats
    one_over_a: Floats
    one_over_b: Floats


@cache
def _nodes(count: int) -> tuple[Floats, Floats]:
    """Gauss and Legendre's nodes on [-1, 1] and their weights."""
    return np.polynomial.legendre.leggauss(count)


def power_nodes(
    a: Floats | float, b: Floats | float, low: Floats, high: Floats, *, count: int
) -> tuple[Floats, Floats]:
    """Nodes and weights for ∫ f(u) du from `low` to `high`, along a last axis."""
    point, part = _nodes(count)
    c = np.minimum(a, b)
    stretch = np.log1p((high - low) / (c + low))[..., None]
    grown = (c + low)[..., None] * np.exp(stretch * (point + 1) / 2)
    return grown - np.broadcast_to(c, low.shape)[..., None], grown * stretch * part / 2


def log_power_integral(
    a: Floats | float,
    p: Floats,
    b: Floats | float,
    q: Floats | float,
    low: Floats,
    high: Floats,
) -> Floats:
    """Logarithm of ∫ (a+u)^-p (b+u)^-q du from `low` to `high`; -inf where they are equal.

    Examples
    --------
    >>> one = np.ones(1)
    >>> log_power_integral(1.0, one, 1.0, one, 0 * one, one).round(6).tolist()  # log(1/2)
    [-0.693147]
    """
    return log_power_integral_with_means(a, p, b, q, low, high)[0]


def log_power_integral_with_means(
    a: Floats | float,
    p: Floats,
    b: Floats | float,
    q: Floats | float,
    low: Floats,
    high: Floats,
) -> tuple[Floats, Means]:
    """The same, with the averages that its derivatives by p, q, a and b are made of."""
    arrays = np.broadcast_arrays(a, p, b, q, low, high)
    a, p, b, q, low, high = (np.ravel(values) for values in arrays)
    # c+u needs no logarithm at the nodes, so a and b change places where b is the smaller.
    swap = b < a
    rows = _Rows(
        c=np.where(swap, b, a),
        gap=np.abs(a - b),
        k=np.where(swap, q, p),
        j=np.where(swap, p, q),
        low=low,
    )
    stretch, easy = _stretch(rows, np.log1p((high - low) / (rows.c + low)))
    results = np.empty((5, len(swap)))
    for some, count in ((easy, _EASY), (~easy, _COUNT)):
        places = np.flatnonzero(some)
        for begin in range(0, len(places), _CHUNK):
            part = places[begin : begin + _CHUNK]
            results[:, part] = _gauss(_Rows(*(v[part] for v in rows)), stretch[part], count)
    log_integral, log_c, log_d, over_c, over_d = (row.reshape(arrays[0].shape) for row in results)
    swap = swap.reshape(arrays[0].shape)
    means = Means(
        log_a=np.where(swap, log_d, log_c),
        log_b=np.where(swap, log_c, log_d),
        one_over_a=np.where(swap, over_d, over_c),
        one_over_b=np.where(swap, over_c, over_d),
    )
    return log_integral, means


class _Rows(NamedTuple):
    """The integrand (c+u)^-k (c+gap+u)^-j from `low` on."""

    c: Floats
    gap: Floats
    k: Floats
    j: Floats
    low: Floats


def _gauss(rows: _Rows, stretch: Floats, count: int) -> Floats:
    """Logarithm of the integral, and the means of log(c+u), log(c+gap+u) and their inverses."""
    point, part = _nodes(count)
    log_c = np.log(rows.c + rows.low)[:, None] + stretch[:, None] * ((point + 1) / 2)
    grown = np.exp(log_c)
    above = grown + rows.gap[:, None]
    log_d = np.log(above)
    height = (1 - rows.k)[:, None] * log_c - rows.j[:, None] * log_d
    top = height.max(axis=1)
    share = np.exp(height - top[:, None]) * part
    total = share.sum(axis=1)
    with np.errstate(divide="ignore"):
        log_integral = top + np.log(total) + np.log(stretch / 2)
    sums = [(share * log_c).sum(axis=1), (share * log_d).sum(axis=1)]
    sums += [(share / grown).sum(axis=1), (share / above).sum(axis=1)]
    return np.stack([log_integral, *(values / total for values in sums)])


def _stretch(rows: _Rows, whole: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """How far in z = log(c+u) the integrand matters, from the lower end; and where it is tame."""

    def height(z: Floats, some: _Rows) -> Floats:
        # Logarithm of the integrand, as a ratio to its value at the lower end.
        start = some.c + some.low
        rise = np.log1p(np.expm1(z) * start / (start + some.gap))
        return np.asarray((1 - some.k) * z - some.j * rise, dtype=float)

    drop = -height(whole, rows)
    easy = (drop < _EASY_DROP) & (whole < _EASY_STRETCH)
    steep = np.flatnonzero(drop > DROP)
    if not steep.size:
        return whole, easy
    # Newton's method on a concave function, from the right: every iterate covers the root.
    some, z = _Rows(*(values[steep] for values in rows)), whole[steep]
    for _ in range(12):
        grown = np.exp(z) * (some.c + some.low)
        slope = 1 - some.k - some.j * grown / (grown + some.gap)
        z = np.minimum(z, z - (height(z, some) + DROP) / slope)
    stretch = whole.copy()
    stretch[steep] = z
    return stretch, easy
