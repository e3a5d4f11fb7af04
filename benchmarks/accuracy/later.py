"""What a model loses by being asked later: one trained weeks ago beside one trained on the day."""

from datetime import timedelta

import numpy as np
import pandas as pd
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import ask

from ltvkit.errors import NotEnoughDataError
from ltvkit.features.panel import build_panel
from ltvkit.models.stack import StackedLtv
from ltvkit.panel import Panel
from ltvkit.snapshot import Snapshot

AGES_DAYS = (28, 56, 91)


def ask_later(log: Log, *, seed: int = 42, threads: int = 1) -> pd.DataFrame:
    """Totals of models that were trained 28, 56 and 91 days before the day they are asked.

    Returns
    -------
    pandas.DataFrame
        A row per age for which there was history enough: `log, age_days, fresh` (the total of a
        model trained on the day), `moved` (of the older one, asked for this day, which moves it to
        the season of the day), `unmoved` (of the older one as it is) and `actual`.
    """
    asked = ask(log)
    snapshot = asked.panel.snapshot

    def train(panel: Panel) -> StackedLtv:
        return StackedLtv(seed=seed, threads=threads).fit(panel)

    def total(model: StackedLtv) -> float:
        return float(model.predict(asked.panel.now)["predicted_revenue"].sum())

    shared = {"log": log.name, "fresh": total(train(asked.panel)), "actual": asked.revenue.sum()}
    rows = []
    for age in AGES_DAYS:
        then = Snapshot(snapshot.as_of - timedelta(days=age), snapshot.horizon_days)
        try:
            older = train(build_panel(asked.history.known_at(then.as_of), then))
        except NotEnoughDataError:
            continue
        moved, unmoved = total(older.at(snapshot.as_of)), total(older)
        rows.append(shared | {"age_days": age, "moved": moved, "unmoved": unmoved})
    return pd.DataFrame(rows, columns=["log", "age_days", "fresh", "moved", "unmoved", "actual"])


def summarise_later(asked: pd.DataFrame) -> pd.DataFrame:
    """Per age, root mean squares of logs of one total over another.

    Returns
    -------
    pandas.DataFrame
        `age_days, logs`, how far from the fresh total (`moved_from_fresh`, `unmoved_from_fresh`)
        and how far from what came (`fresh_from_actual`, `moved_from_actual`,
        `unmoved_from_actual`), of logs where anything came.
    """

    def apart(rows: pd.DataFrame, one: str, other: str) -> float:
        met = rows[rows[other] > 0]
        return float(np.sqrt(np.square(np.log(met[one] / met[other])).mean()))

    pairs = [
        *(("moved", "fresh"), ("unmoved", "fresh")),
        *(("fresh", "actual"), ("moved", "actual"), ("unmoved", "actual")),
    ]
    return pd.DataFrame(
        {
            "age_days": age,
            "logs": len(rows),
            **{f"{one}_from_{other}": apart(rows, one, other) for one, other in pairs},
        }
        for age, rows in asked.groupby("age_days")
    )
