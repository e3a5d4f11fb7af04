"""Margin collected within some months: what a goal of payback lets a new customer cost.

The curve of a small channel is as unsure as its LTV is, and drawn towards the mean of all in the
same way; the payback itself is read from the raw curve (`ltvkit.economics.profitability.payback`).
"""

import numpy as np
import pandas as pd

from ltvkit.economics.channels.shrinkage import shrunk_draws
from ltvkit.economics.channels.values import ChannelValues
from ltvkit.economics.value.resample import limits_of_figure
from ltvkit.errors import DataError
from ltvkit.schemas import ALL
from ltvkit.units import Floats

COLLECTED_COLUMNS = ("channel", "months", "collected", "collected_low", "collected_high")

_STREAM = 4


def collected_within(
    values: ChannelValues, months: int, *, seed: int = 0
) -> dict[str, tuple[float, Floats]]:
    """Mean margin of the first months, shrunk as the LTV is, with draws, by channel.

    Parameters
    ----------
    values : ChannelValues
        Channels whose curve is shorter are left out.
    months : int
        Since the first order, 1 or more.
    seed : int
        A month has draws of its own, so that it is the same whichever others are asked for.

    Raises
    ------
    DataError
        When no curve is as long.
    """
    curves = {
        name: curve
        for (name, cohort), curve in values.curves.items()
        if not cohort and months <= len(curve.cumulative)
    }
    if not curves:
        raise DataError(
            f"target_payback_months: got {months}, beyond the curves; extend horizon_months or "
            "shorten the target"
        )
    last = months - 1
    reached = {n: (float(c.cumulative[last]), c.draws[:, last]) for n, c in curves.items()}
    channels = {name: reached[name] for name in reached if name != ALL}
    size = {name: curves[name].customers for name in channels}
    rng = np.random.default_rng([seed, _STREAM, months])
    _, shrunk, _ = shrunk_draws(channels, size, rng)
    return shrunk | ({ALL: reached[ALL]} if ALL in reached else {})


def growth_until(values: ChannelValues, months: int) -> float:
    """How many times its LTV a customer of the shop may have brought by a month, at the most.

    The margin curve of all customers; where it ends before, it goes on at the mean pace of the
    months after the first. Customers buy less as they age, so that less will come.

    Examples
    --------
    >>> from ltvkit.economics import channel_values
    >>> margins = pd.DataFrame({
    ...     "customer_id": [*range(60)] * 2, "age_months": [0] * 60 + [1] * 60,
    ...     "margin": [50.0] * 60 + [10.0] * 60,
    ... })
    >>> customers = pd.DataFrame({"customer_id": range(60), "channel": "ads", "age_months": 2})
    >>> growth_until(channel_values(customers, margins, horizon_months=2, draws=10), 6)
    1.6666666666666667
    """
    curve = values.curves[ALL, ""]
    known = curve.cumulative[np.isfinite(curve.cumulative)]
    if not curve.ltv > 0:
        return 1.0
    pace = (known[-1] - known[0]) / (len(known) - 1) if len(known) > 1 else known[0]
    later = known[min(months, len(known)) - 1] + pace * max(months - len(known), 0)
    return max(float(later) / curve.ltv, 1.0)


def collected(values: ChannelValues, *, seed: int = 0) -> pd.DataFrame:
    """`collected_within` every number of months that a curve reaches, with limits.

    Returns
    -------
    DataFrame
        `channel, months, collected, collected_low, collected_high`.

    Examples
    --------
    >>> from ltvkit.economics import channel_values
    >>> margins = pd.DataFrame({"customer_id": range(60), "age_months": 0, "margin": 50.0})
    >>> customers = margins.assign(channel=["seo"] * 30 + ["ads"] * 30, age_months=2)
    >>> collected(channel_values(customers, margins, horizon_months=1, draws=10)).head(2)
      channel  months  collected  collected_low  collected_high
    0     ads       1       50.0           50.0            50.0
    1     seo       1       50.0           50.0            50.0
    """
    longest = max(len(curve.cumulative) for curve in values.curves.values())
    rows = []
    for months in range(1, longest + 1):
        for name, (value, drawn) in collected_within(values, months, seed=seed).items():
            rows.append((name, months, value, *limits_of_figure(drawn, values.confidence)))
    return pd.DataFrame(rows, columns=list(COLLECTED_COLUMNS))
