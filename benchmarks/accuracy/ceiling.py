"""How much more there is to find: the same learners, told what came of three customers in four."""

import pandas as pd
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import ask

from ltvkit.evaluation.judging import judge
from ltvkit.models.learned import FEWEST_ACTIVE
from ltvkit.models.learners import candidates
from ltvkit.models.learners.blend import fit_blend
from ltvkit.models.learners.churn import fit_activity
from ltvkit.models.stack import StackedLtv
from ltvkit.panel import say_nothing

METRICS = (
    "gini", "spearman", "top10_capture", "mae_at_level", "rmse_at_level", "auc", "brier",
)  # fmt: skip


def ask_ceiling(log: Log, *, seed: int = 42, threads: int = 1) -> pd.DataFrame:
    """The model of record beside learners of the very future that is asked.

    The learners, features and blend are those of the model of record, fitted not to past
    snapshots but to what came of the customers of this one, in four folds: each customer is
    predicted by learners that were told the future of the other three quarters. No forecast can
    be told that; it knows the season, the level and the horizon. Weights of the blend and of the
    chances are of all customers, those predicted too.

    Returns
    -------
    pandas.DataFrame
        A row with `way` "forecast" (the model of record) and one with "told": `log, customers`,
        then ranking, errors at equal level and chances. A log of which fewer than
        `ltvkit.models.learned.FEWEST_ACTIVE` customers spent in the horizon has none.
    """
    asked = ask(log)
    shared = {"log": log.name, "customers": len(asked.panel.now)}
    columns = [*shared, "way", *METRICS]
    spent = int((asked.revenue > 0).sum())
    if spent < FEWEST_ACTIVE:
        return pd.DataFrame(columns=columns)
    model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
    if model.candidates_ is None:
        return pd.DataFrame(columns=columns)
    ways = {"forecast": model.predict(asked.panel.now)}
    rows = model.family_.describe(asked.panel.now, model.horizon_days_).assign(
        as_of_day=asked.panel.as_of_day,
        label_days=model.horizon_days_,
        future_orders=asked.active,
        future_revenue=asked.revenue,
    )
    _, revenue, chances = candidates.fit_candidates(
        rows, seed=seed, threads=threads, report=say_nothing
    )
    blend = fit_blend(
        revenue,
        asked.revenue,
        active_customers=spent,
        weighed=candidates.WEIGHED,
        geometric=candidates.LEARNED,
        largest=candidates.LARGEST,
        btyd=candidates.BTYD,
    )
    activity = fit_activity(asked.active > 0, chances, learned_share=1)
    ways["told"] = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "predicted_revenue": blend.combine(revenue),
            "prob_active": activity.predict(chances),
        }
    )
    return pd.DataFrame(
        [
            shared | {"way": way} | judge(predicted, asked.revenue, asked.active, seed=seed)
            for way, predicted in ways.items()
        ]
    )[columns]


def summarise_ceiling(shops: pd.DataFrame) -> pd.DataFrame:
    """What being told gives: a row per log, then the mean of logs.

    Returns
    -------
    pandas.DataFrame
        Index `log`; differences of Gini, Spearman, top 10 % and AUC, and by what share MAE, RMSE
        (at equal level) and Brier fall: positive where the told learners are better.
    """
    ways = {way: rows.set_index("log")[list(METRICS)] for way, rows in shops.groupby("way")}
    forecast, told = ways["forecast"], ways["told"]
    gain = told - forecast
    for name in ("mae_at_level", "rmse_at_level", "brier"):
        gain[name] = 1 - told[name] / forecast[name]
    gain.loc["mean"] = gain.mean()
    return gain
