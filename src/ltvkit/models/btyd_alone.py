"""What stands in for the stack where there is too little to learn from: BTYD alone."""

import math

import numpy as np

from ltvkit.errors import NotEnoughDataError
from ltvkit.models.btyd.family import BtydFamily
from ltvkit.models.intervals import scatter_ratios
from ltvkit.models.learners.blend import Blend
from ltvkit.models.learners.candidates import BTYD, from_columns
from ltvkit.panel import Panel
from ltvkit.past_dates import shortest_history
from ltvkit.units import Floats

BLEND = Blend(
    levels={BTYD: 1.0},
    weights={BTYD: 1.0},
    geometric=(),
    largest=(),
    btyd=BTYD,
    learned_share=0.0,
)
"""Pareto/NBD times Gamma-Gamma, at its own level."""


def scatter_at_cuts(panel: Panel) -> Floats:
    """How revenue scattered around this blend at past cuts; see `scatter_ratios`.

    Raises
    ------
    NotEnoughDataError
        When nobody had ordered again before any of them, or the log is too short for any.
    """
    revenue, predicted, active = [], [], []
    for cut in panel.cuts:
        if not cut.teaches:
            continue
        family = BtydFamily.fit(cut.summary)
        described = family.describe(cut.summary.assign(revenue_total=0.0), panel.label_days)
        revenue.append(cut.future_revenue)
        predicted.append(BLEND.combine(from_columns(described)))
        active.append(described["btyd_prob_active"].to_numpy(dtype=float))
    if not panel.now["repeat_orders"].any():
        raise NotEnoughDataError(
            "got nobody who ordered on two days, expected repeat orders to learn from; make sure "
            "that data.columns.customer_id names customers and not orders, or wait for more orders"
        )
    before, after = math.ceil(shortest_history(panel.label_days)), panel.label_days
    if panel.history_days < before + after:
        or_else = " or shorten the horizon" if panel.history_days > before else ""
        raise NotEnoughDataError(
            f"got {panel.history_days} days of history, expected {before + after} or more: "
            f"{before} before a past date and {after} seen after it; wait for more orders{or_else}"
        )
    if not revenue:
        raise NotEnoughDataError(
            f"got {panel.history_days} days of history, expected a past date with repeat "
            f"orders before it and {panel.label_days} days seen after it; wait for more orders "
            "or shorten the horizon"
        )
    came = np.concatenate(revenue)
    return scatter_ratios(came, np.concatenate(predicted), np.concatenate(active), came=came > 0)
