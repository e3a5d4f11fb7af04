"""What the project set out to reach, held against the study's table line by line.

A peer here is a model of `kind` peer: `lifetimes`, the LightGBM script, past spend, naive rate.
The best peer is the best for that log and that metric: no single model has to be it twice. All
bars are read strictly; where a bar says "three logs of four" the line counts logs.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.evaluation.verdict import needed_gini

RANKING = {"gini": "Gini", "spearman": "Spearman", "top10_capture": "top-10 % capture"}
ERRORS = {"mae_at_level": "MAE at level", "rmse_at_level": "RMSE at level"}

LEAST_RATIO = 0.99
MEAN_GINI_GAIN = 1.05
MEAN_TOTAL_ERROR = 0.12
MOST_ERROR_RATIO = 1.02
SHARE_OF_LOGS = 0.75
COVERAGE = (0.76, 0.84)
TOTALS_HELD = 0.80
MOST_SECONDS, MOST_MB = 180.0, 2000.0

NO_LEVEL = ("past spend",)
"""Ranks customers and forecasts nothing: it has no total to be wrong."""

ALL = "all logs"
TINY = 1e-9


@dataclass(frozen=True, slots=True)
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
        *_intervals(logs),
        *_verdicts(logs),
        *_costs(logs),
    ]
    return pd.DataFrame(lines)


def beats_chance(rows: pd.DataFrame) -> bool:
    """Whether any model told the customers of a log apart."""
    return bool(rows["gini"].max() > _needed(rows))


def _needed(rows: pd.DataFrame) -> float:
    return needed_gini(float(rows["chance_gini"].iloc[0]))


def _peers(rows: pd.DataFrame, metric: str) -> pd.Series:
    return rows.loc[rows["kind"] == "peer", metric].dropna()


def _own(rows: pd.DataFrame, metric: str) -> float:
    own = rows.loc[rows["kind"] == "record"]
    return float(own[metric].iloc[0]) if metric in own.columns else float("nan")


def _log(rows: pd.DataFrame) -> str:
    return str(rows["log"].iloc[0])


def _status(holds: bool) -> str:
    return "PASS" if holds else "FAIL"


def _best(rows: pd.DataFrame, metric: str, *, most: bool) -> tuple[float, str]:
    of_peers = _peers(rows, metric)
    if of_peers.empty:
        return float("nan"), "no peer"
    name = of_peers.idxmax() if most else of_peers.idxmin()
    return float(of_peers[name]), str(name)


def _ranking(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for metric, label in RANKING.items():
        at_best = []
        for rows in logs:
            own, (best, name) = _own(rows, metric), _best(rows, metric, most=True)
            asked = beats_chance(rows)
            status = _status(own >= LEAST_RATIO * best) if asked else "-"
            words = name if asked else f"{name}; nothing beats chance"
            lines.append(
                Bar("1 ranking", f"{label} >= .99 best peer", _log(rows), own, best, status, words)
            )
            if asked:
                at_best.append(own >= best - TINY)
        holds, words = all(at_best), f"on {sum(at_best)} of {len(at_best)} logs"
        lines.append(
            Bar(
                *("1 ranking", f"{label} >= best peer", ALL),
                *(_mean(logs, metric), _mean_best(logs, metric), _status(holds), words),
            )
        )
    own, best = _mean(logs, "gini"), _mean_best(logs, "gini")
    words = f"{own / best - 1:+.1%} over the mean of the per-log best"
    holds = own >= MEAN_GINI_GAIN * best
    return [
        *lines,
        Bar("1 ranking", "mean Gini >= 1.05 best", ALL, own, best, _status(holds), words),
    ]


def _mean(logs: list[pd.DataFrame], metric: str) -> float:
    return float(np.mean([_own(rows, metric) for rows in logs]))


def _mean_best(logs: list[pd.DataFrame], metric: str) -> float:
    return float(np.mean([_best(rows, metric, most=True)[0] for rows in logs]))


def _level(logs: list[pd.DataFrame]) -> list[Bar]:
    lines, own_errors, by_peer = [], [], []
    for rows in logs:
        of_peers = _peers(rows, "bias").drop(labels=list(NO_LEVEL), errors="ignore").abs()
        own, middle = abs(_own(rows, "bias")), float(of_peers.median())
        own_errors.append(own)
        by_peer.append(of_peers)
        lines.append(
            Bar(
                *("2 level", "|total error| <= median peer", _log(rows), own, middle),
                *(_status(own <= middle + TINY), "median peer"),
            )
        )
    of_each = pd.concat(by_peer, axis=1).dropna().mean(axis=1)
    single = f"best single peer {of_each.min():.2f}, {of_each.idxmin()}" if len(of_each) else ""
    own = float(np.mean(own_errors))
    holds = own <= MEAN_TOTAL_ERROR
    return [
        *lines,
        Bar("2 level", "mean |total error|", ALL, own, MEAN_TOTAL_ERROR, _status(holds), single),
    ]


def _errors(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for metric, label in ERRORS.items():
        ratios = []
        for rows in logs:
            own, (best, name) = _own(rows, metric), _best(rows, metric, most=False)
            ratios.append(own / best)
            holds = own <= MOST_ERROR_RATIO * best
            lines.append(
                Bar(
                    *("3 error", f"{label} <= 1.02 best peer", _log(rows), own, best),
                    *(_status(holds), name),
                )
            )
        at_best = float(np.mean(np.array(ratios) <= 1 + TINY))
        lines.append(
            Bar(
                *("3 error", f"{label} <= best peer, share of logs", ALL, at_best, SHARE_OF_LOGS),
                *(_status(at_best >= SHARE_OF_LOGS), f"mean ratio {np.mean(ratios):.3f}"),
            )
        )
    return lines


def _churn(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for rows in logs:
        for metric, label, most in (("auc", "AUC", True), ("brier", "Brier", False)):
            own, (best, name) = _own(rows, metric), _best(rows, metric, most=most)
            holds = own >= best - TINY if most else own <= best + TINY
            sign = ">=" if most else "<="
            lines.append(
                Bar(
                    *("4 churn", f"{label} {sign} best peer", _log(rows), own, best),
                    *(_status(holds), name),
                )
            )
        error, floor = _own(rows, "calibration_error"), _own(rows, "calibration_floor")
        lines.append(
            Bar(
                *("4 churn", "calibration error beside its floor", _log(rows), error, floor),
                *("-", "the error of a perfect forecast"),
            )
        )
    return lines


def _intervals(logs: list[pd.DataFrame]) -> list[Bar]:
    low, high = COVERAGE
    lines, held, inside, attainable, totals = [], [], [], [], []
    for rows in logs:
        own = _own(rows, "coverage_attainable")
        held.append(own)
        lines.append(
            Bar(
                *("5 intervals", "80 % interval where P0 < .8", _log(rows), own, 0.8, "-"),
                f"{_own(rows, 'customers_attainable'):.0f} customers",
            )
        )
        inside.append(_own(rows, "deciles_held"))
        attainable.append(_own(rows, "deciles_attainable"))
        actual = _own(rows, "total_actual")
        hit = _own(rows, "total_low") <= actual <= _own(rows, "total_high")
        totals += [float(hit)]
        lines.append(
            Bar(
                *("5 intervals", "total within its interval", _log(rows)),
                *(_own(rows, "total"), actual, "-", "inside" if hit else "outside"),
            )
        )
    within = [low <= share <= high for share in held]
    own = float(np.mean(held))
    share = float(np.mean(within))
    deciles, of = float(np.nansum(inside)), float(np.nansum(attainable))
    folds = sum(_nothing(_own(rows, "folds")) for rows in logs)
    folds_in = sum(_nothing(_own(rows, "folds_inside")) for rows in logs)
    reached = (sum(totals) + folds_in) / (len(totals) + folds)
    return [
        *lines,
        Bar(
            *("5 intervals", "80 % interval, mean within 76-84 %", ALL, own, 0.8),
            _status(low <= own <= high),
        ),
        Bar(
            *("5 intervals", "80 % interval within 76-84 %, share of logs", ALL, share),
            *(SHARE_OF_LOGS, _status(share >= SHARE_OF_LOGS)),
        ),
        Bar(
            *("5 intervals", "attainable deciles within 70-90 %, share", ALL, deciles / max(of, 1)),
            *(SHARE_OF_LOGS, _status(deciles >= SHARE_OF_LOGS * of), f"{deciles:.0f} of {of:.0f}"),
        ),
        Bar(
            *("5 intervals", "totals within their interval, logs and folds", ALL, reached),
            *(TOTALS_HELD, _status(reached >= TOTALS_HELD)),
            f"{sum(totals) + folds_in:.0f} of {len(totals) + folds:.0f}",
        ),
    ]


def _nothing(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _verdicts(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for rows in logs:
        own = rows.loc[rows["kind"] == "record"].iloc[0]
        said, told_apart = own.get("verdict"), beats_chance(rows)
        inside = (
            own.get("total_low", np.nan) <= own["total_actual"] <= own.get("total_high", np.nan)
        )
        match said:
            case "use":
                holds, truth = inside and told_apart, "total inside its interval"
            case "ranking only":
                holds, truth = told_apart, "ranking beats chance"
            case "do not use":
                holds, truth = not told_apart, "nothing beats chance"
            case _:
                holds, truth = False, "a verdict"
        found = [
            "something beats chance" if told_apart else "nothing beats chance",
            f"total {'inside' if inside else 'outside'}",
        ]
        words = f"{said}: expects {truth}; {', '.join(found)}"
        gini = float(own["gini"])
        needed = _needed(rows)
        lines.append(
            Bar("6 verdict", "right", _log(rows), gini, needed, _status(bool(holds)), words)
        )
    return lines


def _costs(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for rows in logs:
        own = rows.loc[rows["kind"] == "record"].iloc[0]
        note = own.get("note")
        if isinstance(note, str):
            lines.append(Bar("7 no crash", "runs", _log(rows), 0.0, 1.0, "FAIL", note))
        seconds, memory, fall = (
            float(own.get(name, np.nan)) for name in ("seconds", "peak_mb", "horizons_fall")
        )
        customers = f"{int(own['customers']):,} customers"
        lines += [
            Bar(
                *("8 horizons", "share that falls from 30 to 90 to 365 days", _log(rows)),
                *(fall, 0.0, _status(fall == 0)),
            ),
            Bar(
                *("9 costs", "seconds to train", _log(rows), seconds, MOST_SECONDS),
                *(_status(seconds <= MOST_SECONDS), customers),
            ),
            Bar(
                *("9 costs", "peak memory, MB", _log(rows), memory, MOST_MB),
                *(_status(memory <= MOST_MB), customers),
            ),
        ]
    return lines
