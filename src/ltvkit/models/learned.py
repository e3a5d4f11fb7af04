"""What the stack learns from past snapshots: the learners, their blend, chances, and the scatter.

Where past snapshots hold too little, BTYD alone stands in (`btyd_alone`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.models import btyd_alone
from ltvkit.models.btyd.family import describe_panel
from ltvkit.models.horizon.rhythm import Rhythm, confirmed
from ltvkit.models.intervals import at_levels_met, scatter_ratios
from ltvkit.models.learners import candidates
from ltvkit.models.learners.blend import Blend, fit_blend
from ltvkit.models.learners.candidates import Candidates
from ltvkit.models.learners.churn import BTYD_ALONE, ActivityStack, fit_activity
from ltvkit.panel import Panel, Report
from ltvkit.units import Floats

FEWEST_ACTIVE = 30
"""Customers who spent in the labels, below which there is nothing to learn a tree from."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What past snapshots taught.

    Parameters
    ----------
    candidates : Candidates or None
        The learners; None where there was too little to learn from.
    blend : Blend
        For revenue.
    activity : ActivityStack
        For P(order).
    rhythm : Rhythm or None
        Believed as far as past days confirm it.
    ratios : ndarray
        Of `ltvkit.models.intervals.RankedScatter`.
    """

    candidates: Candidates | None
    blend: Blend
    activity: ActivityStack
    rhythm: Rhythm | None
    ratios: Floats


def learn_from_past(
    panel: Panel,
    *,
    rhythm: Rhythm | None,
    season_seen: bool,
    seed: int,
    threads: int,
    report: Report,
) -> Learned:
    """Fit candidates, blend and chances on past snapshots, out of fold.

    Parameters
    ----------
    panel : Panel
        Past snapshots, and what came after each.
    rhythm : Rhythm or None
        Of today.
    season_seen : bool
        Whether the log shows a season: then the total of a day is forecast, and how totals swung
        between past days is no part of the scatter.
    seed, threads : int
        Of the learners.
    report : callable
        Told what is being done, how far it is, and of how much.

    Raises
    ------
    NotEnoughDataError
        When past dates do not even tell how BTYD alone errs.
    """
    rows = panel.rows
    rows = rows[rows.groupby("as_of_day")["mean_order_value"].transform("max") > 0]
    if not _enough(rows, panel.label_days):
        ratios = btyd_alone.scatter_at_cuts(panel)
        return Learned(None, btyd_alone.BLEND, BTYD_ALONE, rhythm, ratios)
    report("BTYD at past snapshots", 0, 1)
    described = describe_panel(rows)
    report("BTYD at past snapshots", 1, 1)
    learners, revenue_by, chances = candidates.fit_candidates(
        described, seed=seed, threads=threads, report=report
    )
    longest = described["label_days"].to_numpy() == panel.label_days
    main = described[longest]
    revenue_by = {name: predicted[longest] for name, predicted in revenue_by.items()}
    chances = {name: chance[longest] for name, chance in chances.items()}
    revenue = main["future_revenue"].to_numpy(dtype=float)
    ordered = main["future_orders"].to_numpy() > 0
    day = main["as_of_day"].to_numpy()
    blend = _blend_of_late(revenue_by, revenue, day, label_days=panel.label_days)
    # On small logs chances are left to BTYD as far as amounts are.
    activity = fit_activity(ordered, chances, learned_share=blend.learned_share)
    blended, active = blend.combine(revenue_by), activity.predict(chances)
    if rhythm is not None:
        rhythm = confirmed(rhythm, main, active, label_days=panel.label_days)
    if season_seen:
        blended = at_levels_met(blended, revenue, day)
    ratios = scatter_ratios(revenue, blended, active, came=ordered)
    return Learned(learners, blend, activity, rhythm, ratios)


def _enough(rows: pd.DataFrame, label_days: int) -> bool:
    """Whether there is enough to learn from: in the longest labels, and of enough customers."""
    spent = rows[rows["future_revenue"] > 0]
    of_longest = int((spent["label_days"] == label_days).sum())
    return min(of_longest, spent["customer_id"].nunique()) >= FEWEST_ACTIVE


def _blend_of_late(
    revenue_by: dict[str, Floats], revenue: Floats, day: np.ndarray, *, label_days: int
) -> Blend:
    """Levels and weights of the latest snapshots."""
    latest = int(day.max())
    recent = day >= latest - label_days / 2
    if int((revenue[recent] > 0).sum()) < FEWEST_ACTIVE:
        # A shop that hardly sold of late, or closed: levels and weights are those of before.
        recent = np.ones(len(day), dtype=bool)
    return fit_blend(
        {name: predicted[recent] for name, predicted in revenue_by.items()},
        revenue[recent],
        active_customers=int((revenue[day == latest] > 0).sum()),
        weighed=candidates.WEIGHED,
        geometric=candidates.LEARNED,
        largest=candidates.LARGEST,
        btyd=candidates.BTYD,
    )
