"""What a finished run is made of, typed: figures, verdict, lists and tables.

`ltvkit.runs` fills these from a folder; the report, a comparison and the local page read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.snapshot import Snapshot
from ltvkit.wording import LANGUAGES, Sentence

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "channels.csv": (
        *("channel", "new_customers", "media_spend", "loaded_cost", "media_cac", "loaded_cac"),
        *("ltv", "ltv_low", "ltv_high", "ltv_to_cac", "ltv_to_cac_low", "ltv_to_cac_high"),
        *("allowable_cac", "payback_month", "payback_status", "verdict", "why"),
    ),
    "payback.csv": (
        *("channel", "cohort", "months", "customers_observed"),
        *("cumulative_margin", "low", "high", "predicted", "cac"),
        *("collected", "collected_low", "collected_high"),
    ),
    "rejected_rows.csv": ("row", "reason"),
    "benchmarks.csv": (
        *("segment", "metric", "value", "benchmark", "difference", "position", "source", "year"),
    ),
    "budget.csv": (
        *("channel", "extra_spend", "extra_customers", "extra_value"),
        *("marginal_cac_before", "marginal_cac_after", "allowable_cac", "note"),
    ),
    "leads_scored.csv": ("lead_id", "lead_score", "score_basis", "criteria_missing"),
    "prospects_scored.csv": (
        *("customer_id", "channel", "predicted_value"),
        *("predicted_value_low", "predicted_value_high", "why"),
    ),
}
"""Tables that a run may not have, and their columns."""


def nothing(name: str) -> pd.DataFrame:
    """An empty frame with the columns of a table that the run does not have."""
    return pd.DataFrame(columns=list(OPTIONAL[name]))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 80 % interval; `None` where nothing was observed."""

    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What was read: sizes, span, what was put aside, and what money means here.

    `readings` says, by column, how dates and numbers were understood.
    """

    customers: int
    orders: int
    rows: int
    first_day: date
    last_day: date
    duplicates: int
    rejected: int
    refund_rows: int
    unmatched_refunds: int
    zero_value_orders: int
    revenue: float
    currency: str
    margin_basis: str
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Which model speaks, what it is made of, and why it was chosen (in English, and as said)."""

    name: str
    version: str
    weights: Mapping[str, float]
    btyd_share: float | None
    why: tuple[str, ...]
    said: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What the whole base will bring over the horizon, in revenue and in margin.

    `words` says in English what the total is good for, `said` in any language, and `grade` in one
    word: `plan`, `rough`, `unsure` or `none`.
    """

    revenue: Figure
    margin: Figure
    words: str
    said: tuple[Sentence, ...]
    grade: str


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """One question asked of the backtest, as it was written: PASS, REVIEW or FAIL.

    `recommendation` is what `said` said in English then: sentences change from version to version.
    """

    name: str
    status: str
    value: float | None
    threshold: float | None
    recommendation: str
    said: Sentence


@dataclass(frozen=True, slots=True)
class RecordedVerdict:
    """`use`, `ranking only` or `do not use`, with the reasons and the checks behind it.

    `reasons` are in English, as they were written; `said` the same in any language.
    """

    decision: str
    reasons: tuple[str, ...]
    checks: tuple[RecordedCheck, ...]
    said: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning raised by the run."""

    id: str
    title: str
    text: str
    said: Sentence


@dataclass(frozen=True, slots=True)
class ListFacts:
    """One list to act on: so many on it, so many of them to contact, so many to leave alone."""

    name: str
    count: int
    holdout: int
    value_at_stake: float | None
    action: str
    file: str
    to_contact: int


@dataclass(frozen=True, slots=True)
class Driver:
    """A feature that goes with high predicted value, and its share of all explanation."""

    feature: str
    label: str
    share: float


@dataclass(frozen=True, slots=True)
class Previous:
    """The key figures of the run before, and the day they stand for."""

    as_of: date
    economics: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything in a run folder.

    Parameters
    ----------
    folder : Path
        Where it was read from.
    settings : mapping
        The whole configuration that made the run.
    customers : DataFrame
        The scored list, one row per customer.
    channels, payback, kpis, cohorts, backtest, backtest_deciles, rejected_rows, data_dictionary
        The frames of the run; empty with their columns where the run had nothing to say.
    channels_said : mapping
        The sentences of each channel's row, by column: `why` and `worth_more`.
    budget : tuple of Sentence
        Where the next money goes; empty without costs.
    leads : tuple of Sentence
        How leads were scored, or why not; empty without leads.
    budget_sketch, leads_scored, prospects : DataFrame
        `budget.csv`, `leads_scored.csv` and `prospects_scored.csv`; empty without them.
    ledger : mapping
        Where every cent of the costs went: `total`, `charged`, `in_flight`, `left_out`; empty
        without a table of costs.
    previous : Previous, optional
        The run that stood in the folder before, where there was one.
    benchmarks : DataFrame
        Own figures beside the benchmarks that the user brought.
    """

    folder: Path
    name: str
    seed: int
    versions: Mapping[str, str]
    settings: Mapping[str, Any]
    inputs: tuple[Mapping[str, Any], ...]
    data: DataFacts
    snapshot: Snapshot
    model: ModelFacts
    total: Total
    metrics: Mapping[str, Mapping[str, float]]
    verdict: RecordedVerdict
    warnings: tuple[Notice, ...]
    economics: Mapping[str, Figure]
    lists: tuple[ListFacts, ...]
    drivers: tuple[Driver, ...]
    customers: pd.DataFrame
    channels: pd.DataFrame
    payback: pd.DataFrame
    kpis: pd.DataFrame
    cohorts: pd.DataFrame
    backtest: pd.DataFrame
    backtest_deciles: pd.DataFrame
    rejected_rows: pd.DataFrame
    data_dictionary: pd.DataFrame
    channels_said: Mapping[str, Mapping[str, Sentence]] = field(default_factory=dict)
    budget: tuple[Sentence, ...] = ()
    leads: tuple[Sentence, ...] = ()
    previous: Previous | None = None
    benchmarks: pd.DataFrame = field(default_factory=lambda: nothing("benchmarks.csv"))
    budget_sketch: pd.DataFrame = field(default_factory=lambda: nothing("budget.csv"))
    leads_scored: pd.DataFrame = field(default_factory=lambda: nothing("leads_scored.csv"))
    prospects: pd.DataFrame = field(default_factory=lambda: nothing("prospects_scored.csv"))
    ledger: Mapping[str, float] = field(default_factory=dict)

    @property
    def figures(self) -> Previous:
        """What a later run compares itself with."""
        return Previous(self.snapshot.as_of, self.economics)

    @property
    def language(self) -> str:
        """The language in which the run's files speak to marketers."""
        return str(self.setting("report", "language") or LANGUAGES[0])

    @property
    def contractual(self) -> bool:
        """Whether customers renew contracts: nobody is silent then, and payments fall due."""
        return self.settings.get("kind") == "contractual"

    def setting(self, section: str, key: str) -> Any:
        """What the configuration of the run says; None where it says nothing."""
        return (self.settings.get(section) or {}).get(key)
