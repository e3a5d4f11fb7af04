"""The study on a terminal."""

import math

import pandas as pd
from benchmarks.accuracy.later import summarise_later
from rich.console import Console
from rich.table import Table

COLUMNS = {
    "gini": ("Gini", "{:.3f}"),
    "spearman": ("Spearman", "{:.3f}"),
    "top10_capture": ("top 10 %", "{:.1%}"),
    "mae_at_level": ("MAE at level", "{:,.2f}"),
    "rmse_at_level": ("RMSE at level", "{:,.2f}"),
    "bias": ("total error", "{:+.1%}"),
    "auc": ("churn AUC", "{:.3f}"),
    "brier": ("Brier", "{:.4f}"),
    "calibration_error": ("calibration", "{:.3f}"),
    "calibration_floor": ("floor", "{:.3f}"),
    "coverage_attainable": ("80 % held", "{:.1%}"),
    "seconds": ("seconds", "{:.1f}"),
    "peak_mb": ("MB", "{:,.0f}"),
}
STYLES = {"PASS": "green", "FAIL": "bold red"}
WIDTH = 150


def print_log(rows: pd.DataFrame) -> None:
    """A log's models, the model of record first."""
    console = Console(width=max(Console().width, WIDTH))
    first = rows.iloc[0]
    title = (
        f"{first['log']}: {first['customers']:,} customers, {first['history_days']} days of history"
        f", {first['horizon_days']} ahead; a random order hardly exceeds a Gini of "
        f"{first['chance_gini']:.3f}"
    )
    table = Table(title=title, title_justify="left", pad_edge=False)
    table.add_column("model", no_wrap=True)
    for heading, _ in COLUMNS.values():
        table.add_column(heading, justify="right")
    for _, row in rows.iterrows():
        cells = [_cell(row.get(name), form) for name, (_, form) in COLUMNS.items()]
        table.add_row(row["model"], *cells, style="bold" if row["kind"] == "record" else None)
    console.print(table)
    for _, row in rows.iterrows():
        if isinstance(row.get("note"), str):
            console.print(f"  {row['model']}: {row['note']}", highlight=False)
    if isinstance(first.get("verdict"), str):
        console.print(
            f"  total {first['total']:,.0f} ({first['total_low']:,.0f} to "
            f"{first['total_high']:,.0f}), came {first['total_actual']:,.0f}; "
            f"folds inside {first['folds_inside']:.0f} of {first['folds']:.0f}; "
            f"attainable deciles held {first['deciles_held']:.0f} of "
            f"{first['deciles_attainable']:.0f}; learned share {first['learned_share']:.0%}\n"
            f"  verdict {first['verdict']}: {first['why']}\n",
            highlight=False,
        )


def print_bars(lines: pd.DataFrame) -> None:
    """Every bar, then how many hold."""
    console = Console(width=max(Console().width, WIDTH))
    table = Table(title="Against the best peer and the bars", title_justify="left", pad_edge=False)
    for heading in ("", "bar", "log"):
        table.add_column(heading, no_wrap=True)
    for heading in ("ltvkit", "against", "ratio"):
        table.add_column(heading, justify="right")
    for heading in ("", "of"):
        table.add_column(heading)
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
    console.print(f"Lines that hold: {told}", highlight=False)


def print_ablation(effects: pd.DataFrame) -> None:
    """What each part gives: worse without it is a gain of the part."""
    console = Console(width=max(Console().width, WIDTH))
    title = "What a part gives: the change with it, mean over logs (+ = better with it)"
    table = Table(title=title, title_justify="left", pad_edge=False)
    table.add_column("part", no_wrap=True)
    metrics = [name for name in effects.columns if name not in ("part", "log")]
    for name in metrics:
        table.add_column(name, justify="right")
    for part, rows in effects.groupby("part", sort=False):
        table.add_row(str(part), *(_cell(rows[name].mean(), "{:+.4f}") for name in metrics))
    console.print(table)


def print_later(totals: pd.DataFrame) -> None:
    """How far totals of older models are from those of fresh ones, and from what came."""
    ages = summarise_later(totals)
    console = Console(width=max(Console().width, WIDTH))
    title = "A model asked later: root mean square of ln(one total / another), over logs"
    table = Table(title=title, title_justify="left", pad_edge=False)
    for heading in ages.columns:
        table.add_column(heading.replace("_", " "), justify="right")
    for _, row in ages.iterrows():
        apart = [_cell(value, "{:.3f}") for value in row.iloc[2:]]
        table.add_row(f"{row['age_days']:.0f}", f"{row['logs']:.0f}", *apart)
    console.print(table)


def print_rhythm(shops: pd.DataFrame) -> None:
    """Shops of regular customers, with one curve for all and with a rhythm of their own."""
    console = Console(width=max(Console().width, WIDTH))
    title = "Regular customers: one curve for all -> a rhythm of their own"
    table = Table(title=title, title_justify="left", pad_edge=False)
    table.add_column("log", no_wrap=True)
    for heading in ("shape", "Brier", "AUC", "date off by (days)", "dates held"):
        table.add_column(heading, justify="right")
    for _, row in shops.iterrows():
        cells = [
            f"{row[f'{name}_curve']:{form}} -> {row[f'{name}_rhythm']:{form}}"
            for name, form in (
                *(("brier", ".3f"), ("auc", ".3f")),
                *(("days_off", ".1f"), ("dates_held", ".0%")),
            )
        ]
        table.add_row(row["log"], f"{row['shape']:.1f}", *cells)
    console.print(table)


def _cell(value: object, form: str) -> str:
    return form.format(value) if isinstance(value, float) and math.isfinite(value) else ""


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
