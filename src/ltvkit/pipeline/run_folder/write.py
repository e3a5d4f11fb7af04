"""Write a run folder: every frame and `run.json`, whole or not at all.

`ltvkit.runs` reads it back; the report, MLflow and `ltv compare` start from the folder alone.
"""

import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as version_of
from pathlib import Path
from platform import python_version
from typing import Any

import pandas as pd

from ltvkit._version import __version__
from ltvkit.audience import data_dictionary, write_audience
from ltvkit.audience.delimited import write_people_csv
from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.errors import offenders
from ltvkit.files import whole_folder, write_guarded_csv, write_text
from ltvkit.pipeline.decisions.decide import Decisions
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.modelling.record import ModelRecord
from ltvkit.pipeline.run_folder.previous import previous_figures
from ltvkit.pipeline.run_folder.run_json import (
    as_json,
    data_facts,
    decision_facts,
    input_facts,
    model_facts,
    total_facts,
)
from ltvkit.progress import Progress
from ltvkit.report import render_report
from ltvkit.runs import SCHEMA, read_run
from ltvkit.snapshot import Snapshot

LIBRARIES = ("lightgbm", "scikit-learn", "pandas", "numpy", "duckdb", "lifetimes", "mlflow")


def write_run(
    folder: Path,
    *,
    config: Config,
    snapshot: Snapshot,
    log: CleanLog,
    tables: Tables,
    model: ModelRecord,
    decisions: Decisions,
    started: float,
    progress: Progress,
) -> None:
    """Write everything into `folder`, which is replaced when all of it is there.

    A run that stood there before leaves its key figures in `previous`, so that the report says how
    they changed; what else goes with it, as the uploads made of it, is told. `started` is when the
    run began, by `time.time`.
    """
    settings = config.settings()
    inputs = input_facts(log, tables)
    data = data_facts(log, currency=config.data.currency)
    before = previous_figures(
        folder / "run.json",
        version=model.version,
        as_of=snapshot.as_of,
        settings=settings,
        inputs=inputs,
        data=data,
    )
    with whole_folder(folder, holds="run.json") as fresh:
        lists = _write_tables(
            fresh, config, snapshot=snapshot, log=log, model=model, decisions=decisions
        )
        facts = {
            "schema": SCHEMA,
            "name": config.name,
            "times": _times(started),
            "versions": _versions(),
            "seed": config.model.seed,
            "settings": settings,
            "inputs": inputs,
            "data": data,
            "snapshot": {
                "as_of": snapshot.as_of.isoformat(),
                "horizon_days": snapshot.horizon_days,
            },
            **model_facts(model),
            "total": total_facts(decisions.total, model.verdict),
            **decision_facts(decisions),
            "previous": before,
            "lists": lists.drop(columns=["rule"]).to_dict("records"),
        }
        write_text(as_json(facts), fresh / "run.json")
        write_text(render_report(read_run(fresh)), fresh / "report.html")
        gone = _names_in(folder) - _names_in(fresh)
    if gone:
        progress.step(f"Gone with the run that was in {folder}: {offenders(sorted(gone))}")


def _names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _write_tables(
    folder: Path,
    config: Config,
    *,
    snapshot: Snapshot,
    log: CleanLog,
    model: ModelRecord,
    decisions: Decisions,
) -> pd.DataFrame:
    """Every frame of the run; how long each list is, and by which rule."""
    # None where plain csv will do for people.
    locale = None if config.audience.excel_locale == "en" else config.audience.excel_locale
    lists = write_audience(
        decisions.scored,
        folder,
        dictionary=data_dictionary(
            currency=config.data.currency,
            horizon_days=snapshot.horizon_days,
            interval_level=config.model.interval,
            with_contacts="email" in decisions.scored.columns,
            with_prospects=decisions.prospects is not None,
            contractual=config.kind == "contractual",
        ),
        excel_locale=locale,
    )
    economics, leads = decisions.economics, decisions.leads
    tables = {
        "channels.csv": economics.channels,
        "kpis.csv": economics.kpis,
        "cohorts.csv": economics.cohorts,
        "payback.csv": economics.payback,
        "backtest.csv": model.backtest,
        "backtest_deciles.csv": model.deciles,
        "rejected_rows.csv": log.rejected,
        **economics.further,
    }
    if leads is not None and leads.table is not None:
        tables["leads_scored.csv"] = leads.table
    for file, frame in tables.items():
        write_guarded_csv(frame, folder / file)
    if decisions.prospects is not None:
        file = "prospects_scored.csv"
        write_people_csv(decisions.prospects, folder / file, excel_locale=locale)
    return lists


def _times(started: float) -> dict[str, Any]:
    """When the run began and ended: the only part of a run that differs between equal runs."""
    first = datetime.fromtimestamp(started, tz=UTC)
    seconds = time.time() - started
    return {
        "started_at": first.isoformat(timespec="seconds"),
        "finished_at": (first + timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
    }


def _versions() -> dict[str, str]:
    found = {name: version_of(name) for name in LIBRARIES}
    return {"ltvkit": __version__, "python": python_version(), **found}
