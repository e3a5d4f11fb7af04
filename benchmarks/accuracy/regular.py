"""What a rhythm of their own says of regular customers, beside one curve for all."""

from copy import copy

import numpy as np
import pandas as pd
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import Asked, ask

from ltvkit.evaluation.chances import auc, brier
from ltvkit.models.rhythm import FEWEST_GAPS
from ltvkit.models.stack import StackedLtv

FOUND = ("brier", "auc", "days_off", "dates_held")
COLUMNS = ("log", "shape", *(f"{name}_{of}" for name in FOUND for of in ("curve", "rhythm")))


def ask_rhythm(log: Log, *, seed: int = 42, threads: int = 1) -> pd.DataFrame:
    """P(order) over a quarter of the horizon, and the date of the next order, both ways.

    Returns
    -------
    pandas.DataFrame
        A row where the shop's customers are regular, else none: `log, shape` (of the gaps), and for
        the `curve` of all and for the `rhythm`: `brier` and `auc` of P(order) over a quarter of the
        horizon, by how many days the date of the next order was off (`days_off`, the mean over
        customers with two gaps and a date who ordered in the horizon), and how often it lay between
        its 10 % and 90 % points (`dates_held`).
    """
    asked = ask(log)
    model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
    if model.rhythm_ is None:
        return pd.DataFrame(columns=COLUMNS)
    plain = copy(model)
    plain.rhythm_ = None
    row: dict[str, object] = {"log": log.name, "shape": model.rhythm_.shape}
    for of, asking in (("curve", plain), ("rhythm", model)):
        row |= {f"{name}_{of}": value for name, value in _judged(asking, asked).items()}
    return pd.DataFrame([row], columns=COLUMNS)


def _judged(model: StackedLtv, asked: Asked) -> dict[str, float]:
    now, horizon_days = asked.panel.now, asked.panel.snapshot.horizon_days
    soon = horizon_days // 4
    active = model.predict(now, soon)["prob_active"].to_numpy()
    came = asked.days_until_order <= soon
    dated = model.predict(now)
    regular = now["repeat_orders"].to_numpy() >= FEWEST_GAPS
    seen = np.isfinite(asked.days_until_order) & dated["next_order_days"].notna() & regular
    until, dated = asked.days_until_order[seen], dated[seen]
    held = (until >= dated["next_order_days_from"]) & (until <= dated["next_order_days_to"])
    return {
        "brier": brier(came, active),
        "auc": auc(came, active),
        "days_off": float(np.abs(until - dated["next_order_days"]).mean()),
        "dates_held": float(held.mean()),
    }
