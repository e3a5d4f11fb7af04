"""Shared by the metrics: arrays that fit together."""

import numpy as np
import numpy.typing as npt

from ltvkit.units import Floats


def aligned(*columns: npt.ArrayLike) -> tuple[Floats, ...]:
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


def require_outcomes(outcome: Floats) -> None:
    """Refuse anything but 0 and 1."""
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError(
            "active: got values other than 0 and 1, expected whether an order came; compare "
            "revenue or orders with 0 first"
        )


def require_probabilities(probability: Floats) -> None:
    """Refuse anything outside 0 to 1."""
    if ((probability < 0.0) | (probability > 1.0)).any():
        raise ValueError(
            f"got probabilities from {probability.min()} to {probability.max()}, expected 0 to 1; "
            "pass probabilities, not scores"
        )


def ratio(numerator: float, denominator: float) -> float:
    """Divide, `nan` where the denominator is 0."""
    return numerator / denominator if denominator != 0.0 else float("nan")


def mean(values: Floats) -> float:
    """The mean, `nan` of nothing."""
    return float(values.mean()) if values.size else float("nan")
