"""What a command says on the terminal when it is done."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ltvkit.audience.uploads.files import UNREAD_PHONE
from ltvkit.panel import RECORD_ROW
from ltvkit.run_facts import Run
from ltvkit.runs import read_run

if TYPE_CHECKING:
    from ltvkit.evaluation.backtest import Backtest
    from ltvkit.pipeline.export import Exported
    from ltvkit.pipeline.train import Trained
    from ltvkit.tracking import Recorded

COLUMNS = {
    "gini": ("Gini", "{:.3f}"),
    "spearman": ("Spearman", "{:.3f}"),
    "top10_capture": ("top 10 %", "{:.1%}"),
    "total_error": ("total error", "{:.1%}"),
    "mae_at_level": ("MAE at level", "{:,.2f}"),
    "rmse_at_level": ("RMSE at level", "{:,.2f}"),
    "auc": ("churn AUC", "{:.3f}"),
    "brier": ("Brier", "{:.3f}"),
    "coverage_attainable": ("80 % held", "{:.0%}"),
}
COLOURS = {"use": "green", "ranking only": "yellow", "do not use": "red"}


def print_trained(trained: "Trained") -> None:
    """The backtest, the verdict and the files of a training."""
    print_backtest(trained.backtest)
    print_run(trained.run_folder)
    console = _console()
    console.print(f"  model       {trained.model_folder}/")
    if trained.recorded is not None:
        champion = ", the champion" if trained.recorded.champion else ""
        console.print(
            f"  MLflow      {trained.recorded.model_name} version "
            f"{trained.recorded.model_version}{champion}; see it {_place(trained.recorded)}",
        )


def _place(recorded: "Recorded") -> str:
    """Where a run is seen: on its server, or on one that is started for the store."""
    return f"at {recorded.url}" if recorded.url else "with: make ui"


def print_backtest(backtest: "Backtest") -> None:
    """Models as rows, means over folds."""
    console = _console()
    wide = backtest.wide()
    if wide.empty:
        console.print("The history is too short for a backtest.")
        return
    folds = backtest.table.drop_duplicates("fold")
    spans = ", ".join(
        f"{row.cutoff} + {row.horizon_days} days" for row in folds.itertuples(index=False)
    )
    table = Table(title=f"Backtest: {spans}", title_justify="left", pad_edge=False)
    table.add_column("model", no_wrap=True)
    shown = {name: told for name, told in COLUMNS.items() if name in wide.columns}
    for heading, _ in shown.values():
        table.add_column(heading, justify="right")
    for model, row in wide.iterrows():
        if str(model) in backtest.notes:
            table.add_row(str(model), "did not fit", *[""] * (len(shown) - 1), style="dim")
            continue
        cells = [
            ""
            if not np.isfinite(row[name])
            else _misses(backtest, str(model), "bias")
            if name == "total_error"
            else form.format(row[name])
            for name, (_, form) in shown.items()
        ]
        style = "bold" if model == RECORD_ROW else None
        table.add_row(str(model), *cells, style=style)
    _wide_console().print(table)
    if told := _new_customers(backtest):
        console.print(told)
    for model, why in backtest.notes.items():
        console.print(f"  {model}: {why}", style="dim")


def _new_customers(backtest: "Backtest") -> str:
    """A line about those who were new at the folds; blank where they were too few to judge by."""
    wide = backtest.wide()
    if "gini_new" not in wide.columns or wide["gini_new"].isna()[RECORD_ROW]:
        return ""
    mine, others = wide.loc[RECORD_ROW], wide["gini_new"].drop(RECORD_ROW).dropna()
    best = f"; the best other {others.max():.3f}, {others.idxmax()}" if len(others) else ""
    return (
        f"New customers (first order in the last 30 days, {mine['customers_new']:,.0f} of them): "
        f"Gini {mine['gini_new']:.3f}{best}; forecast of their total against what came: "
        f"{_misses(backtest, RECORD_ROW, 'bias_new')}"
    )


def _misses(backtest: "Backtest", model: str, metric: str) -> str:
    """By how much totals were too high or too low, one by one: a mean would let them cancel."""
    rows = backtest.table
    errors = rows.loc[(rows["model"] == model) & (rows["metric"] == metric), "value"]
    return ", ".join(f"{error:+.1%}" for error in errors.dropna())


def print_run(folder: Path) -> None:
    """The verdict, the total and the files of a run."""
    run = read_run(folder)
    console = _console()
    colour = COLOURS.get(run.verdict.decision, "white")
    console.print(Text.assemble("\nVerdict: ", (run.verdict.decision, f"bold {colour}")))
    for reason in run.verdict.reasons:
        console.print(f"  {reason}")
    console.print(_total(run))
    for heading, sentences in (("Budget", run.budget), ("Leads", run.leads)):
        if sentences:
            console.print(heading)
        for sentence in sentences:
            console.print(f"  {sentence}")
    console.print("Lists")
    for told in run.lists:
        console.print(f"  {told.name:15s} {told.count:>8,}")
    console.print("Files")
    console.print(f"  report      {folder / 'report.html'}")
    console.print(f"  customers   {folder / 'customers_scored.csv'} (.parquet, .xlsx)")
    console.print(f"  lists       {folder / 'lists'}/")
    if (folder / "prospects_scored.csv").is_file():
        console.print(f"  no order    {folder / 'prospects_scored.csv'}")
    if run.data.rejected:
        console.print(
            f"  put aside   {run.data.rejected:,} rows: {folder / 'rejected_rows.csv'}",
        )


def print_exported(exported: "Exported") -> None:
    """What went into each upload file, what was left out and why, and what to know before."""
    console = _console()
    run = exported.run
    table = Table(
        title=f"Uploads of {run.folder}: contacts of {exported.known:,} of its "
        f"{len(run.customers):,} customers",
        title_justify="left",
        pad_edge=False,
    )
    table.add_column("to", no_wrap=True)
    table.add_column("file", no_wrap=True)
    table.add_column("rows", justify="right")
    table.add_column("left out")
    any_unused = any(result.unused for up in exported.uploads for result in up.results)
    if any_unused:
        table.add_column("values not used")
    for upload in exported.uploads:
        for place, result in enumerate(upload.results):
            cells = [_counts(result.dropped), _counts(result.unused)]
            table.add_row(
                upload.platform if place == 0 else "",
                result.file.name,
                f"{result.rows:,}",
                *cells[: 1 + any_unused],
            )
        if upload.lacks:
            table.add_row(upload.platform, "(none)", "", f"needs {upload.lacks}")
        table.add_section()
    _wide_console().print(table)
    for line in _to_know(exported):
        console.print(f"! {line}", style="yellow")
    for note in exported.notes:
        console.print(f"  {note}")
    console.print(
        f"Files in {exported.folder}/<platform>/. They are for machines: do not open and save "
        "them in a spreadsheet."
    )


def _to_know(exported: "Exported") -> list[str]:
    lines = []
    decision = exported.run.verdict.decision
    if decision != "use":
        lines.append(
            f"the verdict of this run is '{decision}': "
            + (
                "trust the order of customers, not the amounts sent along"
                if decision == "ranking only"
                else "there is nothing to act on yet; the report says why"
            )
        )
    names = {result.file.name for upload in exported.uploads for result in upload.results}
    if "google_customer_match_existing.csv" in names:
        lines.append(
            "google_lifecycle_values.json holds the two amounts for Google's customer lifecycle "
            "goal, as Customer Match has no column for values"
        )
    by_warning: dict[str, list[str]] = {}
    for upload in exported.uploads:
        for result in upload.results:
            for warning in result.warnings:
                by_warning.setdefault(warning, []).append(result.file.name)
    lines += [f"{warning} ({', '.join(files)})" for warning, files in by_warning.items()]
    unread = any(UNREAD_PHONE in r.unused for u in exported.uploads for r in u.results)
    if unread and exported.region is None:
        lines.append(
            "phones without country code could not be read: give the shop's country with --region "
            "or audience.phone_region, or map a two-letter country"
        )
    return lines


def _counts(counts: Mapping[str, int]) -> str:
    return "\n".join(f"{count:,} {why}" for why, count in counts.items())


def _console() -> Console:
    """A console for lines: paths and names may hold brackets, and stay whole in a log."""
    return Console(markup=False, highlight=False, soft_wrap=True)


def _wide_console() -> Console:
    """A console for tables: the terminal, or 140 columns, so that a log keeps them whole."""
    console = Console(markup=False, highlight=False)
    return console if console.is_terminal else Console(width=140, markup=False, highlight=False)


def _total(run: Run) -> str:
    figure, days = run.total.revenue, run.snapshot.horizon_days
    if figure.value is None or figure.low is None or figure.high is None:
        return "No total could be forecast."
    if run.verdict.decision == "do not use":
        return "No total is told: these predictions are not to be used."
    if run.total.grade == "none":
        return "No total could be forecast: too few repeat orders, or no past date to check it at."
    words = run.total.words if run.verdict.decision == "use" else "Not to be planned with."
    currency = f" {run.data.currency}" if run.data.currency else ""
    return (
        f"Revenue of today's {run.data.customers:,} customers in {days} days: "
        f"{figure.value:,.0f}{currency} ({figure.low:,.0f} to {figure.high:,.0f}). "
        f"{words}"
    )
