"""The main job: transactions in; a model, a scored list, a report and an experiment out."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltvkit._version import __version__
from ltvkit.audience import RfmCuts
from ltvkit.config import Config
from ltvkit.data import CleanLog, continuity
from ltvkit.errors import UserError
from ltvkit.evaluation.backtest import Backtest, run_backtest
from ltvkit.evaluation.verdict import Verdict, review
from ltvkit.files import claimed
from ltvkit.models.artifact import TrainedModel, save_model
from ltvkit.panel import ModelOfRecord
from ltvkit.pipeline.decisions.decide import decide
from ltvkit.pipeline.inputs.load import Tables, open_log, open_tables
from ltvkit.pipeline.modelling.attributes import customer_attributes, kinds_of
from ltvkit.pipeline.modelling.kinds import clock_of, kind_of
from ltvkit.pipeline.run_folder.write import ModelRecord, verdict_facts, write_run
from ltvkit.pipeline.unit_economics.beforehand import check_economics
from ltvkit.progress import Progress
from ltvkit.snapshot import Snapshot

if TYPE_CHECKING:
    from ltvkit.tracking import Recorded


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training left behind, for whoever called it to tell."""

    run_folder: Path
    model_folder: Path
    backtest: Backtest
    verdict: Verdict
    recorded: "Recorded | None"


def train(
    config: Config,
    *,
    runs: Path,
    models: Path,
    progress: Progress,
    with_contacts: bool = False,
) -> Trained:
    """Run the main job.

    Parameters
    ----------
    config : Config
        The run.
    runs, models : Path
        Folders below which `<name>/` is written.
    progress : Progress
        Told what is being done.
    with_contacts : bool
        Put contact columns of the customers table into the lists.

    Raises
    ------
    UserError
        When the input cannot be used, or another training writes there at this moment.
    """
    model_folder, run_folder = models / config.name, runs / config.name
    if model_folder.resolve() == run_folder.resolve():
        raise UserError(
            f"got {run_folder} for the results and for the model, expected two folders: one would "
            "replace the other; give --out and --model-dir apart"
        )
    # Of two trainings of one name, the model of one and the results of the other could stay.
    with claimed(model_folder, holds="model.json"), claimed(run_folder, holds="run.json"):
        return _train(config, model_folder, run_folder, progress, with_contacts=with_contacts)


def _train(
    config: Config,
    model_folder: Path,
    run_folder: Path,
    progress: Progress,
    *,
    with_contacts: bool,
) -> Trained:
    started = time.time()
    if config.tracking.enabled:
        from ltvkit.tracking import check_tracker

        check_tracker(config.tracking.uri, experiment=config.tracking.experiment)
    progress.step(f"Reading {config.data.transactions}")
    log, tables = open_log(config), open_tables(config)
    snapshot = Snapshot(log.as_of, config.snapshot.horizon_days)
    summary = log.summary
    progress.step(
        f"{summary.rows:,} rows: {summary.customers:,} customers, {summary.order_days:,} order days"
        f", {summary.rejected:,} rows put aside"
    )
    for table in tables.all().values():
        for note in table.notes:
            progress.step(note)
    customers = customer_attributes(config, tables)
    check_economics(config, log, tables)
    progress.step("Backtest at past dates")
    backtest = backtest_log(config, log, snapshot, progress, customers=customers)
    progress.step(f"Training on all of the history to {snapshot.as_of}")
    kind = kind_of(config, log, customers)
    panel = kind.panel(log.order_days, snapshot)
    model = kind.new_model().fit(panel, report=progress.advance)
    verdict = review(
        backtest,
        horizon_days=snapshot.horizon_days,
        log_half_width=model.level_.log_half_width,
        total_is_forecast=model.level_.grade != "none",
        customers=len(panel.now),
        continuity=continuity(log, clock_of(config, log)),
        of_kind=kind.checks(log, model),
    )
    record = _record(config, log, tables, model, backtest, verdict)

    progress.step("Value, lists and report")
    decisions = decide(
        config,
        log,
        tables,
        snapshot=snapshot,
        model=model,
        features=panel.now,
        model_version=record.version,
        with_contacts=with_contacts,
    )
    save_model(
        TrainedModel(
            model, about=_about(config, log, customers, snapshot, record, decisions.rfm_cuts)
        ),
        model_folder,
    )
    write_run(
        run_folder,
        config=config,
        snapshot=snapshot,
        log=log,
        tables=tables,
        model=record,
        decisions=decisions,
        started=started,
    )
    recorded = None
    if config.tracking.enabled:
        progress.step("Recording in MLflow")
        recorded = _record_in_mlflow(config, run_folder, model_folder)
    return Trained(run_folder, model_folder, backtest, verdict, recorded)


def _record_in_mlflow(config: Config, run_folder: Path, model_folder: Path) -> "Recorded":
    from ltvkit.runs import read_run
    from ltvkit.tracking import record_run

    return record_run(
        read_run(run_folder),
        model_folder=model_folder,
        uri=config.tracking.uri,
        experiment=config.tracking.experiment,
        report=run_folder / "report.html",
    )


def backtest_log(
    config: Config,
    log: CleanLog,
    snapshot: Snapshot,
    progress: Progress,
    *,
    customers: pd.DataFrame | None,
) -> Backtest:
    """Rolling origins over a cleaned log, with the attributes of its customers."""
    kind = kind_of(config, log, customers)
    return run_backtest(
        kind.folds(log, snapshot),
        # As it was known then: refunds that came later are not netted yet.
        make_panel=lambda fold: kind.panel(log.known_at(fold.as_of), fold),
        make_truth=lambda fold: kind.truth(log.order_days, fold),
        record=kind.new_model,
        others=kind.others,
        seed=config.model.seed,
        report=progress.advance,
    )


def _record(
    config: Config,
    log: CleanLog,
    tables: Tables,
    model: ModelOfRecord,
    backtest: Backtest,
    verdict: Verdict,
) -> ModelRecord:
    explanation = model.explanation()
    wide = backtest.wide()
    return ModelRecord(
        name=config.name,
        version=_digest(config, log, tables),
        weights=explanation.weights,
        btyd_share=explanation.btyd_share,
        said=explanation.said,
        metrics={
            str(name): {str(k): float(v) for k, v in row.dropna().items()}
            for name, row in wide.iterrows()
        },
        verdict=verdict,
        backtest=backtest.table,
        deciles=backtest.deciles,
        notes=backtest.notes,
    )


def _digest(config: Config, log: CleanLog, tables: Tables) -> str:
    """Twelve hex digits that name the model: of its data, its settings and this version."""
    settings = config.settings()
    told = {key: settings[key] for key in ("data", "snapshot", "model")}
    told["model"].pop("threads", None)
    # Data is known by what it holds, wherever it lies; costs, touches and leads are not learned.
    for table in ("transactions", "costs", "touches", "leads"):
        told["data"].pop(table)
    (told["data"]["customers"] or {}).pop("path", None)
    if config.kind == "contractual":
        told |= {key: settings[key] for key in ("kind", "renewal_days", "grace_days")}
    read = [log.sha256, *([tables.customers.sha256] if tables.customers else [])]
    text = json.dumps([*read, told, __version__], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _about(
    config: Config,
    log: CleanLog,
    customers: pd.DataFrame | None,
    snapshot: Snapshot,
    record: ModelRecord,
    rfm_cuts: RfmCuts,
) -> dict[str, Any]:
    """What a scorer needs beside the parameters; no customer in it."""
    return {
        "ltvkit": __version__,
        "name": record.name,
        "version": record.version,
        "settings": config.settings(),
        "trained_from": log.summary.first_day.isoformat(),
        "trained_to": snapshot.as_of.isoformat(),
        "attributes": list(log.attributes),
        "customer_attributes": kinds_of(customers),
        "rfm_cuts": asdict(rfm_cuts),
        "metrics": record.metrics,
        "verdict": verdict_facts(record.verdict),
        "notes": record.notes,
        "backtest": _rows(record.backtest),
        "deciles": _rows(record.deciles),
    }


def _rows(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """A small frame as JSON columns; what is not a number is null."""
    text = frame.assign(cutoff=frame["cutoff"].astype(str)) if "cutoff" in frame else frame
    plain = text.astype(object).where(text.notna(), None).to_dict(orient="split", index=False)
    return {"columns": plain["columns"], "data": plain["data"]}
