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
            lines.append(
                Bar(
                    group="1 ranking",
                    bar=f"{label} >= .99 best peer",
                    log=_log(rows),
                    value=own,
                    against=best,
                    status=_status(own >= LEAST_RATIO * best) if asked else "-",
                    words=name if asked else f"{name}; nothing beats chance",
                )
            )
            if asked:
                at_best.append(own >= best - TINY)
        lines.append(
            Bar(
                group="1 ranking",
                bar=f"{label} >= best peer",
                log=ALL,
                value=_mean(logs, metric),
                against=_mean_best(logs, metric),
                status=_status(all(at_best)) if at_best else "-",
                words=f"on {sum(at_best)} of {len(at_best)} logs",
            )
        )
    own, best = _mean(logs, "gini"), _mean_best(logs, "gini")
    return [
        *lines,
        Bar(
            group="1 ranking",
            bar="mean Gini >= 1.05 best",
            log=ALL,
            value=own,
            against=best,
            status=_status(own >= MEAN_GINI_GAIN * best),
            words=f"{own / best - 1:+.1%} over the mean of the per-log best",
        ),
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
                group="2 level",
                bar="|total error| <= median peer",
                log=_log(rows),
                value=own,
                against=middle,
                status=_status(own <= middle + TINY),
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
            status=_status(own <= MEAN_TOTAL_ERROR),
            words=single,
        ),
    ]


def _errors(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for metric, label in ERRORS.items():
        ratios = []
        for rows in logs:
            own, (best, name) = _own(rows, metric), _best(rows, metric, most=False)
            ratios.append(own / best)
            lines.append(
                Bar(
                    group="3 error",
                    bar=f"{label} <= 1.02 best peer",
                    log=_log(rows),
                    value=own,
                    against=best,
                    status=_status(own <= MOST_ERROR_RATIO * best),
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
                status=_status(at_best >= SHARE_OF_LOGS),
                words=f"mean ratio {np.mean(ratios):.3f}",
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
                    group="4 churn",
                    bar=f"{label} {sign} best peer",
                    log=_log(rows),
                    value=own,
                    against=best,
                    status=_status(holds),
                    words=name,
                )
            )
        lines.append(
            Bar(
                group="4 churn",
                bar="calibration error beside its floor",
                log=_log(rows),
                value=_own(rows, "calibration_error"),
                against=_own(rows, "calibration_floor"),
                status="-",
                words="the error of a perfect forecast",
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
                group="5 intervals",
                bar="80 % interval where P0 < .8",
                log=_log(rows),
                value=own,
                against=0.8,
                status="-",
                words=f"{_own(rows, 'customers_attainable'):.0f} customers",
            )
        )
        inside.append(_own(rows, "deciles_held"))
        attainable.append(_own(rows, "deciles_attainable"))
        actual = _own(rows, "total_actual")
        hit = _own(rows, "total_low") <= actual <= _own(rows, "total_high")
        totals += [float(hit)]
        lines.append(
            Bar(
                group="5 intervals",
                bar="total within its interval",
                log=_log(rows),
                value=_own(rows, "total"),
                against=actual,
                status="-",
                words="inside" if hit else "outside",
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
            group="5 intervals",
            bar="80 % interval, mean within 76-84 %",
            log=ALL,
            value=own,
            against=0.8,
            status=_status(low <= own <= high),
        ),
        Bar(
            group="5 intervals",
            bar="80 % interval within 76-84 %, share of logs",
            log=ALL,
            value=share,
            against=SHARE_OF_LOGS,
            status=_status(share >= SHARE_OF_LOGS),
        ),
        Bar(
            group="5 intervals",
            bar="attainable deciles within 70-90 %, share",
            log=ALL,
            value=deciles / max(of, 1),
            against=SHARE_OF_LOGS,
            status=_status(deciles >= SHARE_OF_LOGS * of) if of else "-",
            words=f"{deciles:.0f} of {of:.0f}",
        ),
        Bar(
            group="5 intervals",
            bar="totals within their interval, logs and folds",
            log=ALL,
            value=reached,
            against=TOTALS_HELD,
            status=_status(reached >= TOTALS_HELD),
            words=f"{sum(totals) + folds_in:.0f} of {len(totals) + folds:.0f}",
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
        lines.append(
            Bar(
                group="6 verdict",
                bar="right",
                log=_log(rows),
                value=float(own["gini"]),
                against=_needed(rows),
                status=_status(bool(holds)),
                words=f"{said}: expects {truth}; {', '.join(found)}",
            )
        )
    return lines


def _costs(logs: list[pd.DataFrame]) -> list[Bar]:
    lines = []
    for rows in logs:
        own = rows.loc[rows["kind"] == "record"].iloc[0]
        note = own.get("note")
        if isinstance(note, str):
            lines.append(
                Bar(
                    group="7 no crash",
                    bar="runs",
                    log=_log(rows),
                    value=0.0,
                    against=1.0,
                    status="FAIL",
                    words=note,
                )
            )
        seconds, memory, fall = (
            float(own.get(name, np.nan)) for name in ("seconds", "peak_mb", "horizons_fall")
        )
        customers = f"{int(own['customers']):,} customers"
        lines += [
            Bar(
                group="8 horizons",
                bar="share that falls from 30 to 90 to 365 days",
                log=_log(rows),
                value=fall,
                against=0.0,
                status=_status(fall == 0),
            ),
            *(
                Bar(
                    group="9 costs",
                    bar=bar,
                    log=_log(rows),
                    value=cost,
                    against=most,
                    status=_status(cost <= most),
                    words=customers,
                )
                for bar, cost, most in (
                    ("seconds to train", seconds, MOST_SECONDS),
                    ("peak memory, MB", memory, MOST_MB),
                )
            ),
        ]
    return lines
