"""Write a run folder: every frame and `run.json`, whole or not at all.

`ltvkit.runs` reads it back; the report, MLflow and `ltv compare` start from the folder alone.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
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
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.verdict import Verdict
from ltvkit.files import whole_folder, write_guarded_csv, write_text
from ltvkit.pipeline.decisions.decide import Decisions
from ltvkit.pipeline.decisions.leads import ScoredLeads
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.run_folder.previous import previous_figures
from ltvkit.pipeline.unit_economics.budget import Budget
from ltvkit.report import render_report
from ltvkit.runs import SCHEMA, read_run
from ltvkit.snapshot import Snapshot
from ltvkit.wording import Sentence

LIBRARIES = ("lightgbm", "scikit-learn", "pandas", "numpy", "duckdb", "lifetimes", "mlflow")


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What the run says of its model: shared by the run that trained it and those it scores.

    Parameters
    ----------
    name, version : str
        The model's name, and a digest of what it was trained on and with.
    weights : dict
        Of the candidates.
    btyd_share : float
        What is left to the BTYD models.
    said : tuple of Sentence
        Why these weights.
    metrics : dict
        Of every model of the backtest, means over folds.
    verdict : Verdict
        What the predictions may be used for.
    backtest, deciles : DataFrame
        The tables of the backtest.
    notes : dict
        Models of the backtest that could not be fitted, and why.
    """

    name: str
    version: str
    weights: dict[str, float]
    btyd_share: float
    said: tuple[Sentence, ...]
    metrics: dict[str, dict[str, float]]
    verdict: Verdict
    backtest: pd.DataFrame
    deciles: pd.DataFrame
    notes: dict[str, str]


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
) -> None:
    """Write everything into `folder`, which is replaced when all of it is there.

    A run that stood there before leaves its key figures in `previous`, so that the report says how
    they changed. `started` is when the run began, by `time.time`.
    """
    settings = config.settings()
    inputs = _inputs(log, tables)
    data = data_facts(log, currency=config.data.currency)
    before = previous_figures(
        folder / "run.json",
        version=model.version,
        snapshot=snapshot,
        inputs=inputs,
        data=data,
    )
    with whole_folder(folder, holds="run.json") as fresh:
        lists = _write_tables(fresh, config, snapshot, log, model, decisions)
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
            **_model_facts(model),
            "total": _told(decisions.total, model.verdict),
            **_decision_facts(decisions),
            "previous": before,
            "lists": lists.drop(columns=["rule"]).to_dict("records"),
        }
        write_text(as_json(facts), fresh / "run.json")
        write_text(render_report(read_run(fresh)), fresh / "report.html")


def _write_tables(
    folder: Path,
    config: Config,
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


def _model_facts(model: ModelRecord) -> dict[str, Any]:
    """The model, how it did at past dates, and what it may be used for."""
    return {
        "model": {
            "name": model.name,
            "version": model.version,
            "weights": model.weights,
            "btyd_share": model.btyd_share,
            "why": [str(sentence) for sentence in model.said],
            "said": [sentence.as_json() for sentence in model.said],
            "not_fitted": model.notes,
        },
        "metrics": model.metrics,
        "verdict": verdict_facts(model.verdict),
    }


def _decision_facts(decisions: Decisions) -> dict[str, Any]:
    """Unit economics, and what to keep in mind."""
    economics = decisions.economics
    return {
        "warnings": [
            {
                "id": warning.id,
                "title": warning.title,
                "text": warning.text,
                "said": warning.said.as_json(),
            }
            for warning in decisions.warnings
        ],
        "channels": {
            channel: {column: sentence.as_json() for column, sentence in row.items()}
            for channel, row in economics.said.items()
        },
        "economics": economics.figures,
        "ledger": economics.ledger,
        "budget": _budget(economics.budget),
        "leads": _leads(decisions.leads),
        "drivers": decisions.drivers,
    }


def _inputs(log: CleanLog, tables: Tables) -> list[dict[str, Any]]:
    """What was read, with digests."""
    return [
        {
            "name": "transactions",
            "location": log.location,
            "rows": log.summary.rows,
            "sha256": log.sha256,
        },
        *(
            {
                "name": name,
                "location": table.location,
                "rows": len(table.frame),
                "sha256": table.sha256,
            }
            for name, table in tables.all().items()
        ),
    ]


def _told(total: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    """The total, and in words what it may be used for: what the verdict says, where that is no."""
    if verdict.decision == "use":
        return dict(total)
    said = [sentence.as_json() for sentence in verdict.said]
    return {**total, "words": " ".join(verdict.reasons), "said": said}


def _times(started: float) -> dict[str, Any]:
    """When the run began and ended: the only part of a run that differs between equal runs."""
    first = datetime.fromtimestamp(started, tz=UTC)
    seconds = time.time() - started
    return {
        "started_at": first.isoformat(timespec="seconds"),
        "finished_at": (first + timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
    }


def _budget(budget: Budget | None) -> dict[str, Any] | None:
    if budget is None:
        return None
    return {
        "extra": budget.extra,
        "period": budget.period,
        "words": [str(sentence) for sentence in budget.said],
        "said": [sentence.as_json() for sentence in budget.said],
    }


def _leads(leads: ScoredLeads | None) -> dict[str, Any] | None:
    if leads is None:
        return None
    return {
        "scored": 0 if leads.table is None else len(leads.table),
        "auc": leads.auc,
        "calibration_error": leads.calibration_error,
        "words": [str(sentence) for sentence in leads.said],
        "said": [sentence.as_json() for sentence in leads.said],
    }


def verdict_facts(verdict: Verdict) -> dict[str, Any]:
    """A verdict for a file: in English, and as sentences for readers of other languages."""
    return {
        "decision": verdict.decision,
        "reasons": list(verdict.reasons),
        "said": [sentence.as_json() for sentence in verdict.said],
        "checks": [
            {
                "name": check.name,
                "status": check.status,
                "value": check.value,
                "threshold": check.threshold,
                "recommendation": check.recommendation,
                "said": check.said.as_json(),
            }
            for check in verdict.checks
        ],
    }


def verdict_of(facts: Mapping[str, Any]) -> Verdict:
    """What `verdict_facts` wrote."""
    return Verdict(
        facts["decision"],
        tuple(Sentence.from_json(raw) for raw in facts["said"]),
        tuple(
            Check(
                check["name"],
                check["status"],
                check["value"],
                check["threshold"],
                Sentence.from_json(check["said"]),
            )
            for check in facts["checks"]
        ),
    )


def as_json(facts: Mapping[str, Any]) -> str:
    """JSON text with a stable form; what is not a number is null."""
    return json.dumps(_plain(facts), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return value


def _versions() -> dict[str, str]:
    found = {name: version_of(name) for name in LIBRARIES}
    return {"ltvkit": __version__, "python": python_version(), **found}


def data_facts(log: CleanLog, *, currency: str) -> dict[str, Any]:
    """What was read, for `run.json`, and whether its money is margin or revenue."""
    summary = log.summary
    return {
        "customers": summary.customers,
        "orders": summary.orders,
        "rows": summary.rows,
        "first_day": summary.first_day.isoformat(),
        "last_day": summary.last_day.isoformat(),
        "duplicates": summary.duplicates,
        "rejected": summary.rejected,
        "refund_rows": summary.refund_rows,
        "zero_value_orders": summary.zero_value_orders,
        "unmatched_refunds": summary.unmatched_refunds,
        "revenue": summary.revenue,
        "currency": currency,
        "margin_basis": "margin" if log.is_margin else "revenue",
        "readings": dict(log.readings),
        "reasons": dict(summary.reasons),
    }
