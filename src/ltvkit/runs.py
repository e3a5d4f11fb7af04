"""A finished run read back from its folder: what a report, a comparison or a check starts from.

The pipeline writes `runs/<name>/`; this file is the only reader of it. Everything is typed and
nothing is recomputed. What a shop may not have (channels, costs, rows put aside) comes back as an
empty frame with its columns, never as a missing attribute.
"""

import json
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.errors import UserError
from ltvkit.files import is_text, unguarded, unreadable
from ltvkit.run_facts import (
    OPTIONAL,
    DataFacts,
    Driver,
    Figure,
    ListFacts,
    ModelFacts,
    Notice,
    Previous,
    RecordedCheck,
    RecordedVerdict,
    Run,
    Total,
    nothing,
)
from ltvkit.snapshot import Snapshot
from ltvkit.wording import Sentence

SCHEMA = 2
"""The version of the run folder that this reader understands."""

_TEXT = {
    "channels.csv": (
        *("channel", "payback_status", "verdict", "why", "payback_goal", "cohort_trend"),
    ),
    "budget.csv": ("channel", "note"),
    "leads_scored.csv": ("lead_id", "score_basis", "criteria_missing", "channel", "created_at"),
    "prospects_scored.csv": ("customer_id", "channel", "why"),
    "benchmarks.csv": ("segment", "metric", "position", "source"),
    "payback.csv": ("channel", "cohort"),
    "kpis.csv": ("month",),
    "cohorts.csv": ("cohort",),
    "backtest.csv": ("model", "cutoff", "metric"),
    "backtest_deciles.csv": ("model",),
    "data_dictionary.csv": ("name", "type", "unit", "description"),
}


def read_run(folder: Path) -> Run:
    """Read a run folder back.

    Parameters
    ----------
    folder : Path
        `runs/<name>`, as `ltv train` or `ltv score` left it.

    Returns
    -------
    Run

    Raises
    ------
    UserError
        When the folder is not a finished run, or another version of ltvkit wrote it.
    """
    facts = _facts(folder)
    try:
        return _run(folder, facts)
    except KeyError as missing:
        raise UserError(
            f"{folder / 'run.json'}: got no {missing}, expected it as this version writes it; "
            "read it with the version of ltvkit that wrote it, or train again"
        ) from None


def as_bool(values: pd.Series) -> pd.Series:
    """True and False as a csv writes them."""
    return values.astype(str).str.lower().isin(["true", "1", "1.0"])


def _run(folder: Path, facts: Mapping[str, Any]) -> Run:
    return Run(
        folder=folder,
        name=str(facts["name"]),
        seed=int(facts["seed"]),
        versions=facts["versions"],
        settings=facts["settings"],
        inputs=tuple(facts["inputs"]),
        data=_data_facts(facts["data"]),
        snapshot=Snapshot(_day(facts["snapshot"]["as_of"]), int(facts["snapshot"]["horizon_days"])),
        model=_model_facts(facts["model"]),
        total=_total(facts["total"]),
        metrics={
            str(name): {str(k): v for k, raw in row.items() if (v := _number(raw)) is not None}
            for name, row in facts["metrics"].items()
        },
        verdict=_verdict(facts["verdict"]),
        warnings=tuple(_notice(row) for row in facts["warnings"]),
        economics=_economics(facts),
        lists=tuple(_list_facts(row) for row in facts["lists"]),
        drivers=tuple(
            Driver(str(row["feature"]), str(row["label"]), float(row["share"]))
            for row in facts["drivers"]
        ),
        customers=_customers(folder),
        channels=_frame(folder, "channels.csv"),
        payback=_frame(folder, "payback.csv"),
        kpis=_frame(folder, "kpis.csv"),
        cohorts=_frame(folder, "cohorts.csv"),
        backtest=_frame(folder, "backtest.csv"),
        backtest_deciles=_frame(folder, "backtest_deciles.csv"),
        rejected_rows=_frame(folder, "rejected_rows.csv", text=True),
        data_dictionary=_frame(folder, "data_dictionary.csv"),
        channels_said={
            str(channel): {str(column): Sentence.from_json(raw) for column, raw in row.items()}
            for channel, row in facts["channels"].items()
        },
        budget=_sentences(facts["budget"]),
        leads=_sentences(facts["leads"]),
        previous=None
        if not (before := facts["previous"])
        else Previous(_day(before["as_of"]), _economics(before)),
        benchmarks=_frame(folder, "benchmarks.csv"),
        budget_sketch=_frame(folder, "budget.csv"),
        leads_scored=_frame(folder, "leads_scored.csv"),
        prospects=_frame(
            folder,
            "prospects_scored.csv",
            local=(facts["settings"].get("audience") or {}).get("excel_locale") in ("fr", "pl"),
        ),
        ledger={
            str(name): amount
            for name, raw in (facts["ledger"] or {}).items()
            if (amount := _number(raw)) is not None
        },
    )


def _facts(folder: Path) -> Mapping[str, Any]:
    path = folder / "run.json"
    if not path.is_file():
        raise UserError(
            f"got no run.json in {folder}, expected the folder of a finished run; "
            "make one with `ltv train`"
        )
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise unreadable(path, error) from None
    if not isinstance(facts, dict):
        raise unreadable(path, f"a {type(facts).__name__} is no run")
    if facts.get("schema") != SCHEMA:
        raise UserError(
            f"{path}: got schema {facts.get('schema')!r}, expected {SCHEMA}; "
            "read it with the version of ltvkit that wrote it, or train again"
        )
    return facts


def _customers(folder: Path) -> pd.DataFrame:
    path = folder / "customers_scored.parquet"
    if not path.is_file():
        raise UserError(
            f"got no customers_scored.parquet in {folder}, expected it beside run.json; train again"
        )
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def _frame(folder: Path, name: str, *, text: bool = False, local: bool = False) -> pd.DataFrame:
    """A csv of the run; only an empty field is missing, so a channel may be called "NA".

    `local`: written for a spreadsheet that wants `;` and a comma in decimals.
    """
    path = folder / name
    if not path.is_file():
        if name not in OPTIONAL:
            raise UserError(f"got no {name} in {folder}, expected it beside run.json; train again")
        return nothing(name)
    kinds = dict.fromkeys(_TEXT.get(name, ()), str)
    try:
        table = pd.read_csv(
            path,
            dtype=str if text else kinds,
            keep_default_na=False,
            na_values=[""],
            sep=";" if local else ",",
            decimal="," if local else ".",
            encoding="utf-8-sig",
        )
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    for column in table.columns[[is_text(table[column]) for column in table.columns]]:
        table[column] = unguarded(table[column].astype("str"))
    return table


def _data_facts(data: Mapping[str, Any]) -> DataFacts:
    return DataFacts(
        customers=int(data["customers"]),
        orders=int(data["orders"]),
        rows=int(data["rows"]),
        first_day=_day(data["first_day"]),
        last_day=_day(data["last_day"]),
        duplicates=int(data["duplicates"]),
        rejected=int(data["rejected"]),
        refund_rows=int(data["refund_rows"]),
        unmatched_refunds=int(data["unmatched_refunds"]),
        zero_value_orders=int(data["zero_value_orders"]),
        revenue=float(data["revenue"]),
        currency=str(data["currency"]),
        margin_basis=str(data["margin_basis"]),
        readings={str(k): str(v) for k, v in data["readings"].items()},
    )


def _model_facts(model: Mapping[str, Any]) -> ModelFacts:
    return ModelFacts(
        name=str(model["name"]),
        version=str(model["version"]),
        weights={str(k): float(v) for k, v in model["weights"].items()},
        btyd_share=_number(model["btyd_share"]),
        why=tuple(map(str, model["why"])),
        said=_sentences(model),
    )


def _total(total: Mapping[str, Any]) -> Total:
    return Total(
        revenue=_figure(total, "revenue", "low", "high"),
        margin=_figure(total, "margin", "margin_low", "margin_high"),
        words=str(total["words"]),
        said=_sentences(total),
        grade=str(total["grade"]),
    )


def _verdict(verdict: Mapping[str, Any]) -> RecordedVerdict:
    return RecordedVerdict(
        decision=str(verdict["decision"]),
        reasons=tuple(map(str, verdict["reasons"])),
        checks=tuple(_check(row) for row in verdict["checks"]),
        said=_sentences(verdict),
    )


def _notice(row: Mapping[str, Any]) -> Notice:
    return Notice(
        id=str(row["id"]),
        title=str(row["title"]),
        text=str(row["text"]),
        said=Sentence.from_json(row["said"]),
    )


def _figure(row: Mapping[str, Any], value: str, low: str, high: str) -> Figure:
    return Figure(_number(row[value]), _number(row[low]), _number(row[high]), "money")


def _check(row: Mapping[str, Any]) -> RecordedCheck:
    return RecordedCheck(
        name=str(row["name"]),
        status=str(row["status"]),
        value=_number(row["value"]),
        threshold=_number(row["threshold"]),
        recommendation=str(row["recommendation"]),
        said=Sentence.from_json(row["said"]),
    )


def _economics(facts: Mapping[str, Any]) -> dict[str, Figure]:
    return {
        str(name): Figure(
            value=_number(row["value"]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            unit=str(row["unit"]),
            status=str(row.get("status", "")),
        )
        for name, row in facts["economics"].items()
    }


def _sentences(section: Mapping[str, Any] | None) -> tuple[Sentence, ...]:
    """What a section says; without costs there is no budget, and without leads no scores."""
    return tuple(Sentence.from_json(raw) for raw in section["said"]) if section else ()


def _list_facts(row: Mapping[str, Any]) -> ListFacts:
    return ListFacts(
        name=str(row["name"]),
        count=int(row["count"]),
        holdout=int(row["holdout"]),
        to_contact=int(row["to_contact"]),
        value_at_stake=_number(row["value_at_stake"]),
        action=str(row["action"]),
        file=str(row["file"]),
    )


def _number(raw: object) -> float | None:
    """A finite number, or None: JSON's null and NaN both mean "not observed"."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return float(raw) if math.isfinite(raw) else None


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
