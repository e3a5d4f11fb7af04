"""What ltvkit claims of itself, held against what came: intervals, verdict, costs."""

import numpy as np
import pandas as pd
from benchmarks.accuracy.bar import ALL, Bar, beats_chance, figure, name_of, needed, passed

LEVEL, COVERAGE = 0.8, (0.76, 0.84)
SHARE_OF_LOGS = 0.75
TOTALS_HELD = 0.80
FEW_CUSTOMERS = 300
MOST_SECONDS, MOST_MB = 180.0, 2000.0


def intervals(logs: list[pd.DataFrame]) -> list[Bar]:
    """How often intervals of customers and of totals held: of each log, then over logs."""
    return [*(line for rows in logs for line in _intervals_of(rows)), *_intervals_over(logs)]


def _intervals_of(rows: pd.DataFrame) -> tuple[Bar, Bar]:
    return (
        Bar(
            group="5 intervals",
            bar="80 % interval where P0 < .8",
            log=name_of(rows),
            value=figure(rows, "coverage_attainable"),
            against=LEVEL,
            status="-",
            words=f"{figure(rows, 'customers_attainable'):.0f} customers",
        ),
        Bar(
            group="5 intervals",
            bar="total within its interval",
            log=name_of(rows),
            value=figure(rows, "total"),
            against=figure(rows, "total_actual"),
            status="-",
            words="inside" if _total_inside(rows) else "outside",
        ),
    )


def _intervals_over(logs: list[pd.DataFrame]) -> list[Bar]:
    low, high = COVERAGE
    held = [figure(rows, "coverage_attainable") for rows in logs]
    mean = float(np.mean(held))
    share = float(np.mean([low <= one <= high for one in held]))
    inside, of = (
        float(np.nansum([figure(rows, name) for rows in logs]))
        for name in ("deciles_held", "deciles_attainable")
    )
    folds, folds_inside = (
        float(np.nansum([figure(rows, name) for rows in logs]))
        for name in ("folds", "folds_inside")
    )
    totals, reached = len(logs) + folds, sum(map(_total_inside, logs)) + folds_inside
    return [
        Bar(
            group="5 intervals",
            bar="80 % interval, mean within 76-84 %",
            log=ALL,
            value=mean,
            against=LEVEL,
            status=passed(low <= mean <= high),
        ),
        Bar(
            group="5 intervals",
            bar="80 % interval within 76-84 %, share of logs",
            log=ALL,
            value=share,
            against=SHARE_OF_LOGS,
            status=passed(share >= SHARE_OF_LOGS),
        ),
        Bar(
            group="5 intervals",
            bar="attainable deciles within 70-90 %, share",
            log=ALL,
            value=inside / max(of, 1),
            against=SHARE_OF_LOGS,
            status=passed(inside >= SHARE_OF_LOGS * of) if of else "-",
            words=f"{inside:.0f} of {of:.0f}",
        ),
        Bar(
            group="5 intervals",
            bar="totals within their interval, logs and folds",
            log=ALL,
            value=reached / totals,
            against=TOTALS_HELD,
            status=passed(reached / totals >= TOTALS_HELD),
            words=f"{reached:.0f} of {totals:.0f}",
        ),
    ]


def _total_inside(rows: pd.DataFrame) -> bool:
    low, high = figure(rows, "total_low"), figure(rows, "total_high")
    return low <= figure(rows, "total_actual") <= high


def verdicts(logs: list[pd.DataFrame]) -> list[Bar]:
    """Whether what the package says of its own predictions turned out right."""
    lines = []
    for rows in logs:
        own = rows.loc[rows["kind"] == "record"].iloc[0]
        said, told_apart, inside = own.get("verdict"), beats_chance(rows), _total_inside(rows)
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
                log=name_of(rows),
                value=float(own["gini"]),
                against=needed(rows),
                status=passed(holds),
                words=f"{said}: expects {truth}; {', '.join(found)}",
            )
        )
    return lines


def small_logs(logs: list[pd.DataFrame]) -> list[Bar]:
    """Whether logs of few customers, and any that failed, gave a result, and how much is BTYD's."""
    lines = []
    for rows in logs:
        own = rows.loc[rows["kind"] == "record"].iloc[0]
        note, customers = own.get("note"), int(own["customers"])
        failed = isinstance(note, str)
        if customers > FEW_CUSTOMERS and not failed:
            continue
        told = "" if failed else f"{1 - own['learned_share']:.0%} BTYD; {own['verdict']}"
        lines.append(
            Bar(
                group="7 small logs",
                bar="gives a result",
                log=name_of(rows),
                value=float(not failed),
                against=1.0,
                status=passed(not failed),
                words=str(note) if failed else f"{customers} customers, {told}",
            )
        )
    return lines


def costs(logs: list[pd.DataFrame]) -> list[Bar]:
    """No prediction that falls with the days ahead, seconds and memory."""
    lines = []
    for rows in logs:
        own = rows.loc[rows["kind"] == "record"].iloc[0]
        seconds, memory, fall = (
            float(own.get(name, np.nan)) for name in ("seconds", "peak_mb", "horizons_fall")
        )
        customers = f"{int(own['customers']):,} customers"
        lines += [
            Bar(
                group="8 horizons",
                bar="share that falls from 30 to 90 to 365 days",
                log=name_of(rows),
                value=fall,
                against=0.0,
                status=passed(fall == 0),
            ),
            *(
                Bar(
                    group="9 costs",
                    bar=bar,
                    log=name_of(rows),
                    value=cost,
                    against=most,
                    status=passed(cost <= most),
                    words=customers,
                )
                for bar, cost, most in (
                    ("seconds to train", seconds, MOST_SECONDS),
                    ("peak memory, MB", memory, MOST_MB),
                )
            ),
        ]
    return lines
