"""A bar of the study, and how the rows of a log are read for it.

`rows` are those of one log, by model, from `study.run_log`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.evaluation.verdict import needed_gini

ALL = "all logs"
TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line: what was reached, against what, and whether that is enough.

    Attributes
    ----------
    group, bar, log : str
        What is asked, and of which log.
    value, against : float
        ltvkit's figure, and the peer's or the limit's.
    status : str
        PASS, FAIL, or "-" where the question does not arise.
    words : str
        Whose figure `against` is.
    """

    group: str
    bar: str
    log: str
    value: float
    against: float
    status: str
    words: str = ""


def name_of(rows: pd.DataFrame) -> str:
    """The log."""
    return str(rows["log"].iloc[0])


def figure(rows: pd.DataFrame, metric: str) -> float:
    """ltvkit's; missing where it has none."""
    own = rows.loc[rows["kind"] == "record"]
    return float(own[metric].iloc[0]) if metric in own.columns else float("nan")


def figures_of_peers(rows: pd.DataFrame, metric: str) -> pd.Series:
    """Those of the peers that have any."""
    return rows.loc[rows["kind"] == "peer", metric].dropna()


def best_peer(rows: pd.DataFrame, metric: str, *, most: bool) -> tuple[float, str]:
    """The largest figure of a peer, or the smallest, and whose it is."""
    of_peers = figures_of_peers(rows, metric)
    if of_peers.empty:
        return float("nan"), "no peer"
    name = of_peers.idxmax() if most else of_peers.idxmin()
    return float(of_peers[name]), str(name)


def mean_figure(logs: list[pd.DataFrame], metric: str) -> float:
    """ltvkit's, the mean of logs."""
    return float(np.mean([figure(rows, metric) for rows in logs]))


def mean_of_best(logs: list[pd.DataFrame], metric: str) -> float:
    """That of the best peer of each log, the mean of logs."""
    return float(np.mean([best_peer(rows, metric, most=True)[0] for rows in logs]))


def needed(rows: pd.DataFrame) -> float:
    """The Gini that a ranking of a log has to exceed."""
    return needed_gini(float(rows["chance_gini"].iloc[0]))


def beats_chance(rows: pd.DataFrame) -> bool:
    """Whether any model told the customers of a log apart."""
    return bool(rows["gini"].max() > needed(rows))


def passed(holds: bool) -> str:
    """PASS or FAIL."""
    return "PASS" if holds else "FAIL"
