"""What the project set out to reach, held against the study's table line by line.

A peer here is a model of `kind` peer: `lifetimes`, the LightGBM script, past spend, naive rate.
The best peer is the best for that log and that metric: no single model has to be it twice. All
bars are read strictly; where a bar says "three logs of four" the line counts logs. What ltvkit
claims of itself (intervals, verdict, costs) is in `claims`.
"""

import numpy as np
import pandas as pd
from benchmarks.accuracy.bar import (
    ALL,
    TINY,
    Bar,
    beats_chance,
    best_peer,
    figure,
    figures_of_peers,
    mean_figure,
    mean_of_best,
    name_of,
    passed,
)
from benchmarks.accuracy.claims import costs, intervals, small_logs, verdicts

RANKING = {"gini": "Gini", "spearman": "Spearman", "top10_capture": "top-10 % capture"}
ERRORS = {"mae_at_level": "MAE at level", "rmse_at_level": "RMSE at level"}

LEAST_RATIO = 0.99
MEAN_GINI_GAIN = 1.05
MEAN_TOTAL_ERROR = 0.12
MOST_ERROR_RATIO = 1.02
SHARE_OF_LOGS = 0.75

NO_LEVEL = ("past spend",)
"""Ranks customers and forecasts nothing: it has no total to be wrong."""


def bars(table: pd.DataFrame) -> pd.DataFrame:
    """Every bar on every log, and over logs.

    Parameters
    ----------
    table : pandas.DataFrame
        From `study.run_log`, of all logs.
    """
    logs = [rows.set_index("model") for _, rows in table.groupby("log", sort=False)]
    lines = [
        *_ranking(logs),
        *_level(logs),
        *_errors(logs),
        *_churn(logs),
        *intervals(logs),
        *verdicts(logs),
        *small_logs(logs),
        *costs(logs),
    ]
    return pd.DataFrame(lines)


def _ranking(logs: list[pd.DataFrame]) -> list[Bar]:
    """Of each log, then over those where anything beats chance."""
    told_apart = [rows for rows in logs if beats_chance(rows)]
    lines = []
    for metric, label in RANKING.items():
        at_best = []
        for rows in logs:
            own, (best, name) = figure(rows, metric), best_peer(rows, metric, most=True)
            asked = beats_chance(rows)
            lines.append(
                Bar(
                    group="1 ranking",
                    bar=f"{label} >= .99 best peer",
                    log=name_of(rows),
                    value=own,
                    against=best,
                    status=passed(own >= LEAST_RATIO * best) if asked else "-",
                    words=name if asked else f"{name}; nothing beats chance",
                )
            )
            if asked:
                at_best.append(own >= best - TINY)
        if told_apart:
            lines.append(
                Bar(
                    group="1 ranking",
                    bar=f"{label} >= best peer",
                    log=ALL,
                    value=mean_figure(told_apart, metric),
                    against=mean_of_best(told_apart, metric),
                    status=passed(all(at_best)),
                    words=f"on {sum(at_best)} of {len(at_best)} logs",
                )
            )
    if not told_apart:
        return lines
    own, best = mean_figure(told_apart, "gini"), mean_of_best(told_apart, "gini")
    return [
        *lines,
        Bar(
            group="1 ranking",
            bar="mean Gini >= 1.05 best",
            log=ALL,
            value=own,
            against=best,
            status=passed(own >= MEAN_GINI_GAIN * best),
            words=f"{own / best - 1:+.1%} over the mean of the per-log best",
        ),
    ]


def _level(logs: list[pd.DataFrame]) -> list[Bar]:
    lines, own_errors, by_peer = [], [], []
    for rows in logs:
        of_peers = figures_of_peers(rows, "bias").drop(labels=list(NO_LEVEL), errors="ignore").abs()
        own, middle = abs(figure(rows, "bias")), float(of_peers.median())
        own_errors.append(own)
        by_peer.append(of_peers)
        lines.append(
            Bar(
                group="2 level",
                bar="|total error| <= median peer",
                log=name_of(rows),
                value=own,
                against=middle,
                status=passed(own <= middle + TINY),
                words="median peer",
            )
        )
    of_each = pd.concat(by_peer, axis=1).dropna().mean(axis=1)
    single = f"best single peer {of_each.min():.2f}, {of_each.idxmin()}" if len(of_each) else ""
    own = float(np.mean(own_errors))
    return [
        *lines,
        Bar(
            group="2 level",
            bar="mean |total error|",
            log=ALL,
            value=own,
            against=MEAN_TOTAL_ERROR,
            status=passed(own <= MEAN_TOTAL_ERROR),
            words=single,
        ),
    ]


def _errors(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for metric, label in ERRORS.items():
        ratios = []
        for rows in logs:
            own, (best, name) = figure(rows, metric), best_peer(rows, metric, most=False)
            ratios.append(own / best)
            lines.append(
                Bar(
                    group="3 error",
                    bar=f"{label} <= 1.02 best peer",
                    log=name_of(rows),
                    value=own,
                    against=best,
                    status=passed(own <= MOST_ERROR_RATIO * best),
                    words=name,
                )
            )
        at_best = float(np.mean(np.array(ratios) <= 1 + TINY))
        lines.append(
            Bar(
                group="3 error",
                bar=f"{label} <= best peer, share of logs",
                log=ALL,
                value=at_best,
                against=SHARE_OF_LOGS,
                status=passed(at_best >= SHARE_OF_LOGS),
                words=f"mean ratio {np.mean(ratios):.3f}",
            )
        )
    return lines


def _churn(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for rows in logs:
        for metric, label, most in (("auc", "AUC", True), ("brier", "Brier", False)):
            own, (best, name) = figure(rows, metric), best_peer(rows, metric, most=most)
            holds = own >= best - TINY if most else own <= best + TINY
            sign = ">=" if most else "<="
            lines.append(
                Bar(
                    group="4 churn",
                    bar=f"{label} {sign} best peer",
                    log=name_of(rows),
                    value=own,
                    against=best,
                    status=passed(holds),
                    words=name,
                )
            )
        lines.append(
            Bar(
                group="4 churn",
                bar="calibration error beside its floor",
                log=name_of(rows),
                value=figure(rows, "calibration_error"),
                against=figure(rows, "calibration_floor"),
                status="-",
                words="the error of a perfect forecast",
            )
        )
    return lines
