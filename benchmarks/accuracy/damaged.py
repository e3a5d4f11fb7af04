"""Whether a total, and what is said of it, hold on logs that are not what they seem."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
from benchmarks.accuracy.damages import DAMAGES, Damage
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.study import Asked, ask, judge_record, order_shop

from ltvkit.data import continuity, mixture
from ltvkit.errors import LtvkitError
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.log_checks import checks_of_the_log
from ltvkit.models.stack import StackedLtv

SERIOUS = {"PASS": 0, "REVIEW": 1, "FAIL": 2}
UNTRUSTED = ("unsure", "none")
"""Grades of a total that is not to be planned with."""


def ask_damaged(
    log: Log, *, seed: int = 42, threads: int = 1, damages: tuple[Damage, ...] = DAMAGES
) -> pd.DataFrame:
    """Fit and judge the model of record on a log as it is, and on each damaged one.

    Returns
    -------
    pandas.DataFrame
        A row per damage that the history is long enough for, the log as it is first: `log,
        damage, gini, brier, total, total_low, total_high, actual, grade`; `told`, the checks of
        the log that are worse than those of the log as it is, and `refused`, the reason of a log
        that no model was fitted to.
    """
    rows: list[dict[str, object]] = []
    usual: dict[str, str] = {}
    for damage in damages:
        if not damage.fits(log.transactions, log.snapshot):
            continue
        row: dict[str, object] = {"log": log.name, "damage": damage.name}
        damaged = damage.do(log.transactions, log.snapshot, np.random.default_rng(seed))
        try:
            asked = ask(replace(log, transactions=damaged))
            model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
        except LtvkitError as error:
            rows.append(row | {"refused": str(error)})
            continue
        _, judged = judge_record(model, asked, seed=seed)
        checks = _checks(asked, model)
        usual = usual or {check.name: check.status for check in checks}
        worse = [
            one.name for one in checks if SERIOUS[one.status] > SERIOUS[usual.get(one.name, "PASS")]
        ]
        kept = ("gini", "brier", "total", "total_low", "total_high")
        row |= {name: judged[name] for name in kept}
        row |= {"actual": float(asked.revenue.sum()), "grade": model.level_.grade}
        rows.append(row | {"told": ", ".join(worse)})
    columns = ["log", "damage", "gini", "brier", "total", "total_low", "total_high"]
    return pd.DataFrame(rows, columns=[*columns, "actual", "grade", "told", "refused"])


def _checks(asked: Asked, model: StackedLtv) -> tuple[Check, ...]:
    """What is said of a log before any past date is looked at."""
    history = asked.history
    found = continuity(history, asked.panel.activity.clock)
    of_shop = order_shop(model.seed, model.threads).checks(history, model)
    return (*checks_of_the_log(found, mixture(history)), *of_shop)


def summarise_damaged(asked: pd.DataFrame) -> pd.DataFrame:
    """Per damage, over the logs where anything came, beside the same logs as they are.

    Returns
    -------
    pandas.DataFrame
        `damage, logs`; mean |ln(total / actual)|, `error`, and that of the same logs as they are,
        `as_is`; totals `inside` their interval; the median half width of it, as a logarithm; the
        mean changes of Gini and Brier; of how many logs a check `told`, which one mostly
        (`mostly`), and `unsaid`: totals outside that no check and no grade spoke of.
    """
    judged = asked[asked["refused"].isna() & (asked["actual"] > 0)]
    judged = judged.assign(
        error=np.log(judged["total"] / judged["actual"]).abs(),
        inside=judged["actual"].between(judged["total_low"], judged["total_high"]),
        half_width=np.log(judged["total_high"] / judged["total"]),
        told=judged["told"].fillna(""),
    )
    as_is = judged[judged["damage"] == asked["damage"].iloc[0]].set_index("log")
    found = []
    for damage, rows in judged.groupby("damage", sort=False):
        usual = as_is.reindex(rows["log"])
        said = (rows["told"] != "") | rows["grade"].isin(UNTRUSTED)
        names = Counter(name for told in rows["told"] if told for name in told.split(", "))
        found.append(
            {
                "damage": damage,
                "logs": len(rows),
                "error": rows["error"].mean(),
                "as_is": usual["error"].mean(),
                "inside": int(rows["inside"].sum()),
                "half_width": rows["half_width"].median(),
                "gini": (rows["gini"].to_numpy() - usual["gini"].to_numpy()).mean(),
                "brier": (rows["brier"].to_numpy() - usual["brier"].to_numpy()).mean(),
                "told": int((rows["told"] != "").sum()),
                "mostly": names.most_common(1)[0][0] if names else "",
                "unsaid": int((~rows["inside"] & ~said).sum()),
            }
        )
    return pd.DataFrame(found)
