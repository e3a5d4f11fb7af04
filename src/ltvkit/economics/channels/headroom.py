"""Room for one more customer: allowable over marginal CAC, with limits."""

import numpy as np
from scipy import special

from ltvkit.economics.acquisition.marginal import MarginalCac
from ltvkit.economics.channels.verdicts import LEAST_ELASTICITY
from ltvkit.economics.value.resample import limits_of_figure
from ltvkit.units import Floats


def room_at_the_margin(
    fit: MarginalCac, allowed_drawn: Floats, confidence: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Limits of allowable / marginal CAC = allowable CAC x min(b, 1) / average CAC, drawn jointly.

    Parameters
    ----------
    fit : MarginalCac
        Estimable, with elasticity b.
    allowed_drawn : ndarray
        Draws of the allowable CAC.
    confidence : float
        Of the limits.
    rng : Generator
        Draws b.
    """
    # The limits of b are those of Student's t with two parameters fitted.
    reach = (fit.elasticity_high - fit.elasticity_low) / 2
    degrees = fit.periods - 2
    quantile = float(special.stdtrit(degrees, (1 + confidence) / 2))
    b = fit.elasticity + reach * rng.standard_t(degrees, len(allowed_drawn)) / quantile
    return limits_of_figure(allowed_drawn * np.clip(b, 0.0, 1.0) / fit.average_cac, confidence)


def room_without_a_curve(
    room_drawn: Floats, confidence: float, rng: np.random.Generator
) -> tuple[float, float]:
    """The same where b is not estimable: from an assumed b at the lower end, 1 at the upper.

    Parameters
    ----------
    room_drawn : ndarray
        Draws of allowable CAC / average CAC.
    confidence, rng :
        As in `room_at_the_margin`.
    """
    b = rng.uniform(LEAST_ELASTICITY, 1.0, len(room_drawn))
    # An assumption can keep from raising, and never says by itself that the next one is too dear.
    low, _ = limits_of_figure(room_drawn * b, confidence)
    _, high = limits_of_figure(room_drawn, confidence)
    return low, high
