"""The record of a model: what its run says of it, kept with it for those who score later."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from ltvkit._version import __version__
from ltvkit.audience import RfmCuts
from ltvkit.config import Config
from ltvkit.data import CleanLog, orders_by_month
from ltvkit.evaluation.backtest import Backtest
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.verdict import Verdict, when_scored
from ltvkit.log_facts import Continuity, Mixture
from ltvkit.models.artifact import TrainedModel
from ltvkit.panel import ModelOfRecord
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.modelling.attributes import kinds_of
from ltvkit.snapshot import Snapshot
from ltvkit.wording import Sentence


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


def record_of_training(
    config: Config,
    log: CleanLog,
    *,
    tables: Tables,
    model: ModelOfRecord,
    backtest: Backtest,
    verdict: Verdict,
) -> ModelRecord:
    """What a training found."""
    explanation = model.explanation()
    wide = backtest.wide()
    return ModelRecord(
        name=config.name,
        version=model_version(config, log, tables),
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


def model_version(config: Config, log: CleanLog, tables: Tables) -> str:
    """Twelve hex digits that name the model: of its data, its settings and this version."""
    settings = config.settings()
    asked = {key: settings[key] for key in ("data", "snapshot", "model")}
    asked["model"].pop("threads", None)
    # Data is known by what it holds, wherever it lies; costs, touches and leads are not learned.
    for table in ("transactions", "costs", "touches", "leads"):
        asked["data"].pop(table)
    (asked["data"]["customers"] or {}).pop("path", None)
    if config.kind == "contractual":
        asked |= {key: settings[key] for key in ("kind", "renewal_days", "grace_days")}
    read = [log.sha256, *([tables.customers.sha256] if tables.customers else [])]
    text = json.dumps([*read, asked, __version__], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def about_training(
    config: Config,
    log: CleanLog,
    *,
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
        "orders_by_month": orders_by_month(log),
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


def record_of_scoring(
    trained: TrainedModel,
    model: ModelOfRecord,
    as_of: date,
    *,
    continuity: Continuity,
    mixture: Mixture,
    same_shop: Check,
) -> ModelRecord:
    """What the training found, as the model carries it, and what its age and the log make of it."""
    about = trained.about
    explanation = model.explanation()
    verdict = when_scored(
        verdict_of(about["verdict"]),
        age_days=(as_of - date.fromisoformat(about["trained_to"])).days,
        log_half_width=model.level_.log_half_width,
        continuity=continuity,
        mixture=mixture,
        of_shop=(same_shop,),
    )
    return ModelRecord(
        name=about["name"],
        version=about["version"],
        weights=explanation.weights,
        btyd_share=explanation.btyd_share,
        said=explanation.said,
        metrics=about["metrics"],
        verdict=verdict,
        backtest=pd.DataFrame(**about["backtest"]),
        deciles=pd.DataFrame(**about["deciles"]),
        notes=about["notes"],
    )


def rfm_cuts_of(trained: TrainedModel) -> RfmCuts:
    """The training's cut points, so that R, F and M mean the same in every run scored with it."""
    return RfmCuts(**{name: tuple(cuts) for name, cuts in trained.about["rfm_cuts"].items()})


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
                "about": check.about,
            }
            for check in verdict.checks
        ],
    }


def verdict_of(facts: Mapping[str, Any]) -> Verdict:
    """What `verdict_facts` wrote; a value that is null was none."""
    return Verdict(
        facts["decision"],
        tuple(Sentence.from_json(raw) for raw in facts["said"]),
        tuple(
            Check(
                check["name"],
                check["status"],
                _number(check["value"]),
                _number(check["threshold"]),
                Sentence.from_json(check["said"]),
                check["about"],
            )
            for check in facts["checks"]
        ),
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
