"""What `run.json` says: inputs, model, total and decisions, as JSON that always looks the same."""

import json
from collections.abc import Mapping
from typing import Any

from ltvkit.data import CleanLog
from ltvkit.evaluation.verdict import Verdict
from ltvkit.files import plain
from ltvkit.pipeline.decisions.decide import Decisions
from ltvkit.pipeline.decisions.leads import ScoredLeads
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.modelling.record import ModelRecord, verdict_facts
from ltvkit.pipeline.unit_economics.budget import Budget

DIGITS = 10
"""Of numbers: the last bits of sums are of the order in which threads add up."""


def input_facts(log: CleanLog, tables: Tables) -> list[dict[str, Any]]:
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


def model_facts(model: ModelRecord) -> dict[str, Any]:
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


def decision_facts(decisions: Decisions) -> dict[str, Any]:
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


def total_facts(total: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    """The total, and in words what it may be used for: what the verdict says, where that is no."""
    if verdict.decision == "use":
        return dict(total)
    said = [sentence.as_json() for sentence in verdict.said]
    return {**total, "words": " ".join(verdict.reasons), "said": said}


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


def as_json(facts: Mapping[str, Any]) -> str:
    """JSON text with a stable form; what is not a number is null."""
    return (
        json.dumps(plain(facts, digits=DIGITS), indent=1, ensure_ascii=False, allow_nan=False)
        + "\n"
    )
