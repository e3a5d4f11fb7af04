"""Small channels borrow strength: estimates drawn towards the mean of all, by how unsure they are.

y_c ~ N(theta_c, v_c), theta_c ~ N(mu, tau^2). Few channels say little about tau, and its usual
estimate is often exactly zero, which would make all channels equal; so tau is averaged over its
posterior under a half-Cauchy prior instead of being estimated by one number.

The mu that they are drawn to is the mean of customers, so that the shop, which has that mean, lies
among its channels. The usual mean weighted by precision, 1 / (v_c + tau^2), is too low where a few
customers buy a lot: a channel that happens to have none of them has a low figure *and* a small
error. (Weights n_c v_c / (v_c + tau^2) would keep the sum of n_c theta_c at each tau, but leave a
small channel of wide spread where it is: the error of one of 30 customers rose from 3 to 20 %.)

Source: A. Gelman, Prior distributions for variance parameters in hierarchical models, Bayesian
Analysis 1 (2006), for the prior; C. Morris, Parametric empirical Bayes inference, JASA 78 (1983).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ltvkit.economics.value.resample import FEWEST_RESAMPLED
from ltvkit.units import Floats

PRIOR_SCALE = 0.5
"""Scale of the half-Cauchy prior of tau, as a share of the mean: channels whose value differs by
half of it are nothing unusual."""

SPREAD_PRIOR_CUSTOMERS = 10
"""How many customers' worth of the common spread a channel's own spread is mixed with: the spread
of a handful says little, and two equal customers do not make a certainty."""

_GRID = 400


class Shrunk(NamedTuple):
    """Posterior means and standard deviations, and the weight each keeps of its raw figure."""

    estimates: Floats
    errors: Floats
    weights: Floats


def shrink(raw: ArrayLike, errors: ArrayLike, *, customers: ArrayLike) -> Shrunk:
    """Draw each figure towards the mean of all, the more the less is known about it.

    theta_c = w_c y_c + (1 - w_c) mu,  w_c = E[tau^2 / (tau^2 + v_c)],  mu = sum n_c y_c / sum n_c

    Parameters
    ----------
    raw : array_like, shape (channels,)
        y: each channel's own estimate.
    errors : array_like, shape (channels,)
        sqrt(v): standard errors. A channel without estimate or error (NaN, or infinite) gets the
        mean of the others, as unsure as they differ.
    customers : array_like, shape (channels,)
        n: how many each figure is the mean of.

    Returns
    -------
    Shrunk
        With fewer than two usable figures, the raw ones.

    Examples
    --------
    >>> shrunk = shrink([100, 102, 98, 180], [2, 2, 2, 60], customers=[900, 900, 900, 1])
    >>> shrunk.estimates.round(0), shrunk.weights.round(2)
    (array([100., 101.,  99., 102.]), array([0.6 , 0.6 , 0.6 , 0.02]))
    """
    y, se = np.asarray(raw, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    usable = np.isfinite(y) & np.isfinite(se)
    scale = abs(float(np.median(y[usable]))) if usable.any() else 0.0
    if usable.sum() < 2 or scale == 0:
        return Shrunk(y.copy(), se.copy(), np.ones_like(y))
    # A variance of exactly zero would divide by zero at tau = 0.
    v = np.maximum(se[usable], 1e-9 * scale)[:, None] ** 2
    own = y[usable][:, None]
    # Cauchy quantiles as grid points: each carries the same prior mass.
    u = (np.arange(_GRID) + 0.5) / _GRID
    tau2 = (PRIOR_SCALE * scale * np.tan(np.pi / 2 * u))[None, :] ** 2
    precision = 1 / (v + tau2)
    total = precision.sum(axis=0)
    likeliest = (precision * own).sum(axis=0) / total
    log_evidence = 0.5 * (
        np.log(precision).sum(axis=0)
        - np.log(total)
        - (precision * (own - likeliest) ** 2).sum(axis=0)
    )
    mass = np.exp(log_evidence - log_evidence.max())
    mass /= mass.sum()
    keep = tau2 * precision
    share = np.asarray(customers, dtype=np.float64)[usable]
    share /= share.sum()
    mu = share @ own[:, 0]
    mu_variance = share**2 @ (1 / precision)
    centre = keep * own + (1 - keep) * mu
    # One very large buyer makes the mean of all unsure, not what others know of themselves.
    within = np.minimum(keep * v + (1 - keep) ** 2 * mu_variance, v)
    mean = centre @ mass
    values, spreads, weights = y.copy(), np.full_like(y, np.nan), np.zeros_like(y)
    values[usable] = mean
    spreads[usable] = np.sqrt((within + (centre - mean[:, None]) ** 2) @ mass)
    weights[usable] = keep @ mass
    values[~usable] = mu
    spreads[~usable] = np.sqrt((tau2 + mu_variance) @ mass)
    return Shrunk(values, spreads, weights)


def shrunk_draws(
    estimates: Mapping[str, tuple[float, Floats]],
    customers: Mapping[str, int],
    rng: np.random.Generator,
) -> tuple[dict[str, Floats], dict[str, tuple[float, Floats]], dict[str, float]]:
    """Shrink figures that come with draws; the draws keep their shape around the new figure.

    Returns
    -------
    tuple
        The raw draws with mended spread, the shrunk figure and its draws, and the weight that each
        keeps of its own figure, by channel.
    """
    names = list(estimates)
    value = np.array([estimates[name][0] for name in names])
    size = np.array([customers[name] for name in names], dtype=np.float64)
    # Half the central 68 % range: a few wild draws of a small group do not set it.
    error = np.array(
        [np.subtract(*np.quantile(estimates[name][1], [0.84, 0.16])) / 2 for name in names]
    )
    enough = np.isfinite(error) & (size > 1)
    if enough.any():
        own = np.where(enough, error, 0.0) ** 2 * size
        degrees = np.where(enough, size - 1, 0.0)
        common = (degrees * own).sum() / degrees.sum()
        mixed = (degrees * own + SPREAD_PRIOR_CUSTOMERS * common) / (
            degrees + SPREAD_PRIOR_CUSTOMERS
        )
        mended = np.where(
            np.isfinite(value) & (size > 0), np.sqrt(mixed / np.maximum(size, 1)), np.nan
        )
    else:
        mended = error
    shrunk = shrink(value, mended, customers=size)
    raw_draws, shrunk_by, kept = {}, {}, {}
    for i, name in enumerate(names):
        drawn = estimates[name][1]
        normal = rng.standard_normal(len(drawn))
        z = normal
        if size[i] >= FEWEST_RESAMPLED and error[i] > 0:
            z = (drawn - value[i]) / error[i]
        raw_draws[name] = value[i] + mended[i] * z
        kept[name] = float(shrunk.weights[i])
        # What a channel keeps of its own figure keeps that figure's skewness; the rest is normal.
        mixed_z = np.sqrt(kept[name]) * np.nan_to_num(z) + np.sqrt(1 - kept[name]) * normal
        shrunk_by[name] = (
            float(shrunk.estimates[i]),
            shrunk.estimates[i] + shrunk.errors[i] * mixed_z,
        )
    return raw_draws, shrunk_by, kept
