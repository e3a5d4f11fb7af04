"""Integrals of the form ∫ (a+u)^-p (b+u)^-q du, to full precision and without cancellation.

They stand wherever dropout can come at any moment. With z = log(c+u), c the smaller of a and b,
the logarithm of the integrand is concave and no steeper than p + q, so Gauss-Legendre on the
stretch where the integrand is not negligible needs few nodes, whatever the exponents are.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ltvkit.models._rows import FloatArray

_COUNT = 32
# The integrand is dropped where it is e^-40 of its value at the lower end.
_DROP = 40.0
# Rows worked on at once: their nodes stay in the processor's cache.
_CHUNK = 2048


class Means(NamedTuple):
    """Averages under the density proportional to the integrand: the integral's derivatives."""

    log_a: FloatArray
    log_b: FloatArray
    one_over_a: FloatArray
    one_over_b: FloatArray


def power_nodes(
    a: FloatArray | float, b: FloatArray | float, low: FloatArray, high: FloatArray, *, count: int
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for ∫ f(u) du from `low` to `high`, along a last axis."""
    point, part = np.polynomial.legendre.leggauss(count)
    c = np.minimum(a, b)
    stretch = np.log1p((high - low) / (c + low))[..., None]
    grown = (c + low)[..., None] * np.exp(stretch * (point + 1) / 2)
    return grown - np.broadcast_to(c, low.shape)[..., None], grown * stretch * part / 2


def log_power_integral(
    a: FloatArray | float,
    p: FloatArray,
    b: FloatArray | float,
    q: FloatArray | float,
    low: FloatArray,
    high: FloatArray,
) -> FloatArray:
    """Logarithm of ∫ (a+u)^-p (b+u)^-q du from `low` to `high`; -inf where they are equal.

    Examples
    --------
    >>> one = np.ones(1)
    >>> log_power_integral(1.0, one, 1.0, one, 0 * one, one).round(6).tolist()  # log(1/2)
    [-0.693147]
    """
    return log_power_integral_with_means(a, p, b, q, low, high)[0]


def log_power_integral_with_means(
    a: FloatArray | float,
    p: FloatArray,
    b: FloatArray | float,
    q: FloatArray | float,
    low: FloatArray,
    high: FloatArray,
) -> tuple[FloatArray, Means]:
    """The same, with the averages that its derivatives by p, q, a and b are made of."""
    columns = [np.ravel(v) for v in np.broadcast_arrays(a, p, b, q, low, high)]
    results = np.empty((5, len(columns[0])))
    for begin in range(0, len(columns[0]), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        results[:, part] = _chunk(*(values[part] for values in columns))
    shape = np.broadcast_shapes(
        np.shape(a), np.shape(p), np.shape(b), np.shape(low), np.shape(high)
    )
    log_integral, *means = (row.reshape(shape) for row in results)
    return log_integral, Means(*means)


def _chunk(
    a: FloatArray, p: FloatArray, b: FloatArray, q: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Its logarithm, and the means of log(a+u), log(b+u), 1/(a+u), 1/(b+u); one row each."""
    # c+u needs no logarithm at the nodes, so a and b change places where b is the smaller.
    swap = b < a
    c, d = np.where(swap, b, a), np.where(swap, a, b)
    k, j = np.where(swap, q, p), np.where(swap, p, q)
    stretch = _stretch(c, k, d - c, j, low, high)
    point, part = np.polynomial.legendre.leggauss(_COUNT)
    log_c = np.log(c + low)[:, None] + stretch[:, None] * ((point + 1) / 2)
    grown = np.exp(log_c)
    above = grown + (d - c)[:, None]
    log_d = np.log(above)
    height = (1 - k)[:, None] * log_c - j[:, None] * log_d
    top = height.max(axis=1)
    share = np.exp(height - top[:, None]) * part
    total = share.sum(axis=1)
    share /= total[:, None]
    with np.errstate(divide="ignore"):
        log_integral = top + np.log(total) + np.log(stretch / 2)
    of_c = (share * log_c).sum(axis=1), (share / grown).sum(axis=1)
    of_d = (share * log_d).sum(axis=1), (share / above).sum(axis=1)
    return np.stack(
        [
            log_integral,
            np.where(swap, of_d[0], of_c[0]),
            np.where(swap, of_c[0], of_d[0]),
            np.where(swap, of_d[1], of_c[1]),
            np.where(swap, of_c[1], of_d[1]),
        ]
    )


def _stretch(
    c: FloatArray, k: FloatArray, gap: FloatArray, j: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """How far in z = log(c+u) the integrand matters, counted from the lower end."""
    whole = np.log1p((high - low) / (c + low))
    start = c + low

    def height(z: FloatArray, rows: npt.NDArray[np.intp]) -> FloatArray:
        # Logarithm of the integrand, as a ratio to its value at the lower end.
        grown = np.expm1(z) * start[rows]
        return np.asarray(
            (1 - k[rows]) * z - j[rows] * np.log1p(grown / (start[rows] + gap[rows])), dtype=float
        )

    steep = np.flatnonzero(height(whole, np.arange(len(c))) < -_DROP)
    if not steep.size:
        return whole
    # Newton's method on a concave function, from the right: every iterate covers the root.
    z = whole[steep]
    for _ in range(12):
        grown = np.exp(z) * start[steep]
        slope = 1 - k[steep] - j[steep] * grown / (grown + gap[steep])
        z = np.minimum(z, z - (height(z, steep) + _DROP) / slope)
    whole[steep] = z
    return whole
