"""What curves of their own, and a rhythm, say of customers sooner than the horizon."""

from copy import copy
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import Asked, ask

from ltvkit.evaluation.chances import auc, brier
from ltvkit.models.horizon import ahead
from ltvkit.models.stack import StackedLtv

SOON_DAYS = (7, 30, 90)
FOUND = (
    *(f"{name}_{days}" for days in SOON_DAYS for name in ("said", "came", "brier", "auc")),
    *("days_off", "came_before", "dates_held"),
)


def ask_sooner(log: Log, *, seed: int = 42, threads: int = 1) -> pd.DataFrame:
    """P(order) within 7, 30 and 90 days, and the date of the next order, both ways.

    Returns
    -------
    pandas.DataFrame
        A row with `way` "curve" (the same share of all customers) and one with "own": `log, shape`
        (of the gaps, where the shop's customers are regular); for each number of days below the
        horizon the mean of P(order) as it was `said`, the share that `came`, `brier` and `auc`; of
        the customers with a date who ordered in the horizon by how many days it was off
        (`days_off`), how often the order `came_before` it (.5 is right), and how often between its
        10 % and 90 % points (`dates_held`).
    """
    asked = ask(log)
    model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
    shape = np.nan if model.rhythm_ is None else model.rhythm_.shape
    plain = copy(model)
    plain.rhythm_ = None
    with patch.object(ahead, "share_by", _of_all):
        rows = [{"way": "curve", **_judged(plain, asked)}]
    rows.append({"way": "own", **_judged(model, asked)})
    return pd.DataFrame(
        [{"log": log.name, "shape": shape} | row for row in rows],
        columns=["log", "shape", "way", *FOUND],
    )


def _of_all(model: Any, summary: pd.DataFrame, days: float, *, label_days: float) -> np.ndarray:
    """`ltvkit.models.horizon.curves.share_by`, the same for everybody."""
    sooner, label = (model.prob_active(summary, t).mean() for t in (days, label_days))
    return np.full(len(summary), sooner / label)


def _judged(model: StackedLtv, asked: Asked) -> dict[str, float]:
    now, until = asked.panel.now, asked.days_until_order
    found: dict[str, float] = {}
    for days in SOON_DAYS:
        if days >= asked.panel.snapshot.horizon_days:
            continue
        active, came = model.predict(now, days)["prob_active"].to_numpy(), until <= days
        found |= {f"said_{days}": float(active.mean()), f"came_{days}": float(came.mean())}
        found |= {f"brier_{days}": brier(came, active), f"auc_{days}": auc(came, active)}
    dated = model.predict(now)
    seen = np.isfinite(until) & dated["next_order_days"].notna().to_numpy()
    until, dated = until[seen], dated[seen]
    held = (until >= dated["next_order_days_from"]) & (until <= dated["next_order_days_to"])
    return found | {
        "days_off": float(np.abs(until - dated["next_order_days"]).mean()),
        "came_before": float((until < dated["next_order_days"]).mean()),
        "dates_held": float(held.mean()),
    }
