"""The study on a terminal."""

import math

import pandas as pd
from benchmarks.accuracy.ceiling import summarise_ceiling
from benchmarks.accuracy.damaged import summarise_damaged
from benchmarks.accuracy.later import summarise_later
from benchmarks.accuracy.means import AS_THEY_ARE, OVER_LTVKIT
from benchmarks.accuracy.sooner import SOON_DAYS
from benchmarks.accuracy.totals import PARTS, summarise_totals
from benchmarks.terminal import new_table, wide_console

from ltvkit.panel import RECORD_ROW

COLUMNS = {
    "gini": ("Gini", "{:.3f}"),
    "spearman": ("Spearman", "{:.3f}"),
    "top10_capture": ("top 10 %", "{:.1%}"),
    "mae_at_level": ("MAE at level", "{:,.2f}"),
    "rmse_at_level": ("RMSE at level", "{:,.2f}"),
    "bias": ("total error", "{:+.1%}"),
    "decile_error": ("tenths off", "{:.3f}"),
    "auc": ("churn AUC", "{:.3f}"),
    "brier": ("Brier", "{:.4f}"),
    "calibration_error": ("calibration", "{:.3f}"),
    "calibration_floor": ("floor", "{:.3f}"),
    "coverage_attainable": ("80 % held", "{:.1%}"),
    "seconds": ("seconds", "{:.1f}"),
    "peak_mb": ("MB", "{:,.0f}"),
}
STYLES = {"PASS": "green", "FAIL": "bold red"}


def print_log(rows: pd.DataFrame) -> None:
    """A log's models, the model of record first."""
    console = wide_console()
    first = rows.iloc[0]
    title = (
        f"{first['log']}: {first['customers']:,} customers, {first['history_days']} days of history"
        f", {first['horizon_days']} ahead; a random order hardly exceeds a Gini of "
        f"{first['chance_gini']:.3f}"
    )
    table = new_table(title, ("model",), (heading for heading, _ in COLUMNS.values()))
    for _, row in rows.iterrows():
        cells = [_cell(row.get(name), form) for name, (_, form) in COLUMNS.items()]
        table.add_row(row["model"], *cells, style="bold" if row["kind"] == "record" else None)
    console.print(table)
    for _, row in rows.iterrows():
        if isinstance(row.get("note"), str):
            console.print(f"  {row['model']}: {row['note']}")
    if isinstance(first.get("verdict"), str):
        console.print(
            f"  total {first['total']:,.0f} ({first['total_low']:,.0f} to "
            f"{first['total_high']:,.0f}), came {first['total_actual']:,.0f}; "
            f"folds inside {first['folds_inside']:.0f} of {first['folds']:.0f}; "
            f"attainable deciles held {first['deciles_held']:.0f} of "
            f"{first['deciles_attainable']:.0f}; learned share {first['learned_share']:.0%}\n"
            f"  verdict {first['verdict']}: {first['why']}\n",
        )


def print_means(means: pd.DataFrame) -> None:
    """Each model over all logs that tell customers apart."""
    console = wide_console()
    if means.empty:
        console.print("On none of these logs does any model beat chance.")
        return
    title = "Means over the logs where anything beats chance; errors as shares of ltvkit's"
    forms = {name: COLUMNS[name] for name in AS_THEY_ARE} | {
        name: (COLUMNS[name][0], "{:.2f}") for name in OVER_LTVKIT
    }
    headings = ("logs", *(heading for heading, _ in forms.values()), "|total error|")
    table = new_table(title, ("model",), headings)
    for model, row in means.iterrows():
        cells = [_cell(row[name], form) for name, (_, form) in forms.items()]
        total = _cell(row["total"], "{:.3f}")
        style = "bold" if model == RECORD_ROW else None
        table.add_row(str(model), f"{row['logs']:.0f}", *cells, total, style=style)
    console.print(table)


def print_bars(lines: pd.DataFrame) -> None:
    """Every bar, then how many hold."""
    console = wide_console()
    table = new_table(
        "Against the best peer and the bars",
        ("", "bar", "log"),
        ("ltvkit", "against", "ratio"),
        ("", "of"),
    )
    for _, line in lines.iterrows():
        against = line["against"]
        ratio = line["value"] / against if against else math.nan
        table.add_row(
            *(line["group"], line["bar"], line["log"]),
            *(_number(line["value"]), _number(against), _cell(ratio, "{:.3f}")),
            *(line["status"], line["words"]),
            style=STYLES.get(line["status"]),
        )
    console.print(table)
    asked = lines[lines["status"] != "-"]
    by_group = asked.assign(held=asked["status"] == "PASS").groupby("group")["held"]
    told = ", ".join(f"{name} {held.sum()}/{len(held)}" for name, held in by_group)
    console.print(f"Lines that hold: {told}")


def print_ablation(effects: pd.DataFrame) -> None:
    """What each part gives: worse without it is a gain of the part."""
    console = wide_console()
    title = "What a part gives: the change with it, mean over logs (+ = better with it)"
    metrics = [name for name in effects.columns if name not in ("part", "log")]
    table = new_table(title, ("part",), metrics)
    for part, rows in effects.groupby("part", sort=False):
        table.add_row(str(part), *(_cell(rows[name].mean(), "{:+.4f}") for name in metrics))
    console.print(table)


def print_later(totals: pd.DataFrame) -> None:
    """How far totals of older models are from those of fresh ones, and from what came."""
    ages = summarise_later(totals)
    console = wide_console()
    title = "A model asked later: root mean square of ln(one total / another), over logs"
    table = new_table(title, (), (name.replace("_", " ") for name in ages.columns))
    for _, row in ages.iterrows():
        apart = [_cell(value, "{:.3f}") for value in row.iloc[2:]]
        table.add_row(f"{row['age_days']:.0f}", f"{row['logs']:.0f}", *apart)
    console.print(table)


def print_sooner(shops: pd.DataFrame) -> None:
    """Each log with the same share of all and with own curves; then the mean of logs."""
    console = wide_console()
    title = "Sooner than the horizon: the same share of all -> own curves, and a rhythm if any"
    figures = {
        **{f"brier_{days}": (f"Brier, {days} d", ".4f") for days in SOON_DAYS},
        **{f"off_{days}": (f"share off, {days} d", ".3f") for days in SOON_DAYS},
        "days_off": ("date off (days)", ".1f"),
        "came_before": ("came before", ".0%"),
        "dates_held": ("dates held", ".0%"),
    }
    table = new_table(title, ("log",), ("shape", *(heading for heading, _ in figures.values())))
    off = {f"off_{d}": (shops[f"said_{d}"] - shops[f"came_{d}"]).abs() for d in SOON_DAYS}
    ways = {way: rows.set_index("log") for way, rows in shops.assign(**off).groupby("way")}
    curve, own = ways["curve"], ways["own"]
    columns = list(figures)
    means = [way[columns].mean() for way in (curve, own)]
    lines = [
        *((str(log), own.loc[log, "shape"], curve.loc[log], own.loc[log]) for log in own.index),
        ("mean", math.nan, *means),
    ]
    for log, shape, before, after in lines:
        cells = [
            f"{before[name]:{form}} -> {after[name]:{form}}" if math.isfinite(after[name]) else ""
            for name, (_, form) in figures.items()
        ]
        table.add_row(log, _cell(float(shape), "{:.1f}"), *cells)
    console.print(table)


def print_ceiling(shops: pd.DataFrame) -> None:
    """What being told the future of other customers gives: per log, and the mean of logs."""
    console = wide_console()
    if shops.empty:
        console.print("On none of these logs did customers enough order to learn from them.")
        return
    gain = summarise_ceiling(shops)
    title = "Told what came of three customers in four: change against the forecast (+ = better)"
    table = new_table(title, ("log",), gain.columns)
    for log, row in gain.iterrows():
        table.add_row(str(log), *(_cell(value, "{:+.4f}") for value in row))
    console.print(table)


def print_damaged(asked: pd.DataFrame) -> None:
    """Per damage how totals fared, and whether anything was said; then the logs refused."""
    console = wide_console()
    title = "Logs that are not what they seem: mean |ln(total / actual)|, and what was said of it"
    headings = ("error", "as it is", "inside", "half width", "Gini", "Brier", "told", "unsaid")
    table = new_table(title, ("damage",), headings, ("mostly by",))
    for _, row in summarise_damaged(asked).iterrows():
        figures = [_cell(row[name], "{:.3f}") for name in ("error", "as_is", "half_width")]
        changes = [_cell(row[name], "{:+.4f}") for name in ("gini", "brier")]
        counts = [f"{row[name]} of {row['logs']}" for name in ("inside", "told", "unsaid")]
        table.add_row(
            *(row["damage"], *figures[:2], counts[0], figures[2], *changes, *counts[1:]),
            row["mostly"],
        )
    console.print(table)
    for _, row in asked[asked["refused"].notna()].iterrows():
        console.print(f"  {row['log']}, {row['damage']}: {row['refused']}")


def print_totals(asked: pd.DataFrame) -> None:
    """How far totals are off as each part is added, per log, horizon and grade."""
    console = wide_console()
    title = "Totals: mean |ln(total / actual)| of the base, and as parts are added"
    for by in ("log", "horizon_days", "grade"):
        figures = ("base", *PARTS, "signed", "inside", "half width", "80 % held")
        table = new_table(title, (by.replace("_", " "),), figures)
        for _, row in summarise_totals(asked, by).iterrows():
            table.add_row(
                row[by],
                *(_cell(row[name], "{:.3f}") for name in ("base", *PARTS)),
                _cell(row["signed"], "{:+.3f}"),
                f"{row['inside']} of {row['totals']}",
                _cell(row["half_width"], "{:.3f}"),
                _cell(row["held"], "{:.1%}"),
                style="bold" if row[by] == "all" else None,
            )
        console.print(table)


def _cell(value: object, form: str) -> str:
    return form.format(value) if isinstance(value, float) and math.isfinite(value) else ""


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
