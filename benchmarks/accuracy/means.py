"""What the study says of each model over all logs, in one row."""

import numpy as np
import pandas as pd
from benchmarks.accuracy.bar import beats_chance, best_peer, figure

MORE_IS_BETTER = ("gini", "spearman", "top10_capture", "auc")
AS_THEY_ARE = (*MORE_IS_BETTER, "brier")
OVER_LTVKIT = ("mae_at_level", "rmse_at_level")
"""Errors are of the currency and the customers of a log: shares of ltvkit's can be averaged."""

BEST_PEER = "best peer"


def mean_figures(table: pd.DataFrame) -> pd.DataFrame:
    """The mean of each model's figures over the logs where anything beats chance.

    A model that fails on a log is judged by the others: see `logs` beside its figures.

    Parameters
    ----------
    table : pandas.DataFrame
        From `study.run_log`, of all logs.

    Returns
    -------
    pandas.DataFrame
        By model, in the order of the study: `logs` it has figures of, the ranking and the chances
        as they are, `mae_at_level` and `rmse_at_level` over ltvkit's, and `total`, the mean of
        |total error|. The last row is the best peer of each log and figure, picked afterwards; it
        forecasts no total.
    """
    asked = [rows for _, rows in table.groupby("log", sort=False) if beats_chance(rows)]
    judged = [_shares(rows) for rows in asked]
    best = [_best_of(rows) for rows in asked]
    if not judged:
        return pd.DataFrame(columns=["logs", *AS_THEY_ARE, *OVER_LTVKIT, "total"])
    of_models = pd.concat([*judged, *best])
    columns = [*AS_THEY_ARE, *OVER_LTVKIT, "total"]
    means = of_models.groupby("model", sort=False)[columns].mean()
    means.insert(0, "logs", of_models.groupby("model", sort=False)["known"].sum())
    return means


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """The models of a log, errors as shares of ltvkit's."""
    return rows.assign(
        known=rows[["gini", "auc"]].notna().any(axis=1),
        total=rows["bias"].abs(),
        **{name: rows[name] / figure(rows, name) for name in OVER_LTVKIT},
    )


def _best_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The best peer's figures of a log."""
    shares = _shares(rows)
    figures = {
        name: best_peer(shares.set_index("model"), name, most=name in MORE_IS_BETTER)[0]
        for name in (*AS_THEY_ARE, *OVER_LTVKIT)
    }
    return pd.DataFrame([{"model": BEST_PEER, "known": True, "total": np.nan, **figures}])
