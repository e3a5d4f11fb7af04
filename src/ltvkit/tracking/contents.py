"""What the tracker is told of a run: figures, settings and tables, nothing that reaches a person.

Lists go with customer ids and scores only. Where the ids are e-mail addresses or phone numbers,
lists and report stay in the run folder.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from ltvkit.panel import PART, RECORD_ROW
from ltvkit.run_facts import RecordedVerdict, Run

ModelKind = Literal["record", "part", "peer"]

LIST_COLUMNS = (
    "customer_id",
    "priority",
    "holdout",
    "contact_by",
    "predicted_value",
    "predicted_value_low",
    "predicted_value_high",
    "value_score",
    "value_tier",
    "prob_active",
    "churn_risk",
    "churn_level",
    "value_at_risk",
    "expected_orders",
    "next_order_expected",
    "rfm_segment",
    "confidence",
)
"""The columns of a list that may leave the run folder; all others, contacts first, stay."""

TABLES = (
    "backtest.csv",
    "backtest_deciles.csv",
    "channels.csv",
    "kpis.csv",
    "cohorts.csv",
    "payback.csv",
    "cohort_values.csv",
    "cac_by_month.csv",
    "allocations.csv",
    "budget.csv",
    "benchmarks.csv",
    "data_dictionary.csv",
)
"""Files of a run folder that hold no row of a customer, `run.json` apart."""


_PLAIN_KEY = re.compile(r"\w{1,60}", re.ASCII)
"""Keys of settings that MLflow takes as parts of a name (it keeps 250 characters of one)."""


@dataclass(frozen=True, slots=True)
class FoldMetric:
    """A metric of one model at one fold."""

    metric: str
    fold: int
    cutoff: str
    value: float


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model of the backtest.

    Parameters
    ----------
    name : str
        As the backtest calls it.
    kind : {"record", "part", "peer"}
        The model of record, a part of it, or one that it is compared with.
    means : mapping
        Metrics, means over folds.
    folds : tuple of FoldMetric
        Finite values only; empty when the model could not be fitted.
    weight : float or None
        Of a part, in the model of record.
    """

    name: str
    kind: ModelKind
    means: Mapping[str, float]
    folds: tuple[FoldMetric, ...]
    weight: float | None


def may_be_champion(verdict: RecordedVerdict) -> bool:
    """Whether the registry may call the model its champion: no check fails.

    `ltv score models:/<name>@champion` and whoever serves the model trust this alias, so a total
    that cannot be relied on ("ranking only", whose check of the total fails) keeps it off as well;
    such a version is scored by its number, `models:/<name>/3`. The champion before it stays.
    """
    failed = any(check.status == "FAIL" for check in verdict.checks)
    return verdict.decision != "do not use" and not failed


def record_metrics(run: Run) -> Mapping[str, float]:
    """The backtest's means of the model of record."""
    return run.metrics.get(RECORD_ROW, {})


def model_rows(run: Run) -> tuple[ModelRow, ...]:
    """Every model of the backtest, in its order."""
    rows = []
    for name in dict.fromkeys([*run.backtest["model"], *run.metrics]):
        part = str(name).removeprefix(PART)
        weight = run.model.weights.get(part) if name != RECORD_ROW else None
        kind: ModelKind = "peer"
        if name == RECORD_ROW:
            kind = "record"
        elif weight is not None or str(name).startswith(PART):
            kind = "part"
        mine = run.backtest[(run.backtest["model"] == name) & run.backtest["value"].notna()]
        rows.append(
            ModelRow(
                name=str(name),
                kind=kind,
                means=run.metrics.get(str(name), {}),
                folds=tuple(
                    FoldMetric(str(row["metric"]), int(row["fold"]), str(row["cutoff"]), value)
                    for row in mine.to_dict("records")
                    if math.isfinite(value := float(row["value"]))
                ),
                weight=weight,
            )
        )
    return tuple(rows)


def summary_metrics(run: Run) -> dict[str, float]:
    """The figures that runs are compared by: accuracy, the total, economics, sizes, checks."""
    figures = {"total_revenue": run.total.revenue, "total_margin": run.total.margin}
    figures |= run.economics
    bounds = {
        f"{name}{ending}": value
        for name, figure in figures.items()
        for ending, value in (("", figure.value), ("_low", figure.low), ("_high", figure.high))
        if value is not None
    }
    statuses = [check.status for check in run.verdict.checks]
    return {
        **record_metrics(run),
        **bounds,
        "customers": run.data.customers,
        "orders": run.data.orders,
        "rejected_rows": run.data.rejected,
        "warnings": len(run.warnings),
        "checks_failed": statuses.count("FAIL"),
        "checks_to_review": statuses.count("REVIEW"),
    }


def verdict_tags(run: Run) -> dict[str, str]:
    """What the predictions may be used for, and each check, as tags."""
    checks = {
        f"check.{metric_name(check.name)}": f"{check.status} {check.recommendation}".strip()
        for check in run.verdict.checks
    }
    return {
        "verdict": run.verdict.decision,
        "verdict_reasons": " ".join(run.verdict.reasons),
        **checks,
    }


def flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Settings as flat text, sections joined by dots; lists and blanks as JSON.

    So is a section with a word of the shop's as a key, a channel or a column, of which MLflow
    might not take a name, or take two for one.

    >>> flat_settings({"data": {"currency": "EUR", "columns": ["a", "b"]}, "seed": None})
    {'data.currency': 'EUR', 'data.columns': '["a", "b"]', 'seed': 'null'}
    >>> flat_settings({"weights": {"Zażółć": 1.0, "TV/radio": 2.0}})
    {'weights': '{"Zażółć": 1.0, "TV/radio": 2.0}'}
    """
    flat: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and value and all(map(_PLAIN_KEY.fullmatch, value)):
            flat |= flat_settings(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            flat[f"{prefix}{key}"] = value
        else:
            flat[f"{prefix}{key}"] = json.dumps(value, ensure_ascii=False)
    return flat


def metric_name(name: str) -> str:
    """A name in the letters that MLflow allows.

    >>> metric_name("top10_capture"), metric_name("ratio (all)")
    ('top10_capture', 'ratio _all_')
    """
    return re.sub(r"[^\w\-. /:]", "_", name, flags=re.ASCII)


def ids_are_contacts(run: Run) -> bool:
    """Whether customers are called by how they are reached, so that an id is a contact.

    By e-mail address, or by phone number with + and its country code: without, it is a number as
    others.
    """
    ids = run.customers["customer_id"].astype("str")
    phones = ids.str.fullmatch(r"\+[1-9][\d\s().-]{6,20}").astype(bool)
    return bool((ids.str.contains("@", regex=False) | phones).any())


def shown_lists(run: Run) -> dict[str, pd.DataFrame]:
    """Each list with customer ids and scores only, by priority."""
    columns = [column for column in LIST_COLUMNS if column in run.customers.columns]
    return {
        facts.name: run.customers.loc[run.customers["list"] == facts.name, columns].sort_values(
            ["priority", "customer_id"], ignore_index=True
        )
        for facts in run.lists
    }


def list_counts(run: Run) -> pd.DataFrame:
    """How many customers are on each list, how many are held out, and what is at stake."""
    return pd.DataFrame(
        {
            "list": [row.name for row in run.lists],
            "count": [row.count for row in run.lists],
            "holdout": [row.holdout for row in run.lists],
            "value_at_stake": [row.value_at_stake for row in run.lists],
            "action": [row.action for row in run.lists],
        }
    )


def note(run: Run) -> str:
    """The run in a few lines of markdown."""
    lines = [f"**{run.verdict.decision}**: {' '.join(run.verdict.reasons)}"]
    total = run.total.revenue
    if total.value is not None:
        between = (
            f" ({total.low:,.0f} to {total.high:,.0f})"
            if total.low is not None and total.high is not None
            else ""
        )
        currency = f" {run.data.currency}" if run.data.currency else ""
        lines.append(
            f"Revenue of {run.data.customers:,} customers in the {run.snapshot.horizon_days} days "
            f"after {run.snapshot.as_of}: {total.value:,.0f}{between}{currency}."
        )
    if ids_are_contacts(run):
        lines.append("Customer ids are contacts: lists and report stay in the run folder.")
    return "\n\n".join(lines)
