"""Shared by the metrics: arrays that fit together, and ties that share evenly."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

DECILES = 10


def aligned(*columns: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Turn columns into float arrays of one length, or say what does not fit."""
    arrays = tuple(np.asarray(column, dtype=np.float64) for column in columns)
    for array in arrays:
        if array.ndim != 1 or array.size != arrays[0].size:
            raise ValueError(
                f"got arrays of shapes {[a.shape for a in arrays]}, expected one value per "
                "customer in each; align them by customer_id first"
            )
        if not np.isfinite(array).all():
            raise ValueError(
                f"got {int((~np.isfinite(array)).sum())} missing or infinite values, expected "
                "none; a customer without a forecast cannot be judged, put it aside first"
            )
    return arrays


def require_outcomes(outcome: FloatArray) -> None:
    """Refuse anything but 0 and 1."""
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError(
            "active: got values other than 0 and 1, expected whether an order came; compare "
            "revenue or orders with 0 first"
        )


def require_probabilities(probability: FloatArray) -> None:
    """Refuse anything outside 0 to 1."""
    if ((probability < 0.0) | (probability > 1.0)).any():
        raise ValueError(
            f"got probabilities from {probability.min()} to {probability.max()}, expected 0 to 1; "
            "pass probabilities, not scores"
        )


def ratio(numerator: float, denominator: float) -> float:
    """Divide, `nan` where the denominator is 0."""
    return numerator / denominator if denominator != 0.0 else float("nan")


def mean(values: FloatArray) -> float:
    """The mean, `nan` of nothing."""
    return float(values.mean()) if values.size else float("nan")


def equal_count_edges(count: int, groups: int) -> npt.NDArray[np.int64]:
    """Positions that cut `count` customers into groups that differ by at most one."""
    return np.arange(groups + 1, dtype=np.int64) * count // groups


def cumulative(amount: FloatArray, *, by: FloatArray, at: npt.ArrayLike) -> FloatArray:
    """Total `amount` of the first `at` customers by descending `by`, ties shared evenly."""
    order = np.argsort(-by, kind="stable")
    return cumulative_when_sorted(amount[order], by=by[order], at=at)


def cumulative_when_sorted(amount: FloatArray, *, by: FloatArray, at: npt.ArrayLike) -> FloatArray:
    """The same for customers that already stand in descending order of `by`."""
    # The curve has a knot only where `by` changes; between knots, inside a tie, it is straight.
    ends = np.flatnonzero(by[1:] != by[:-1]) + 1
    knots = np.concatenate(([0], ends, [by.size]))
    totals = np.concatenate(([0.0], np.cumsum(amount)))[knots]
    return np.asarray(np.interp(np.asarray(at, dtype=np.float64), knots, totals), dtype=np.float64)
