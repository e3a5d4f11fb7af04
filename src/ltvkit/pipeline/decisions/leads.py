"""The leads of a run: a score from 0 to 100 for each, learned from outcomes or made of criteria."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.config import Config, LeadCriterionConfig
from ltvkit.data.tables.leads import OUTCOME
from ltvkit.economics.acquisition.leads import FEWEST_OUTCOMES
from ltvkit.errors import DataError, offenders
from ltvkit.evaluation.chances import auc, calibration_error
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.schemas import CONTACTS
from ltvkit.wording import Sentence

HELD_OUT_SHARE = 0.2
"""Leads of known outcome that the score is judged by; it is then learned from all."""

MOST_VALUES = 50
"""A text with more different values than this, most of them rare, tells leads apart by name."""

_NOT_LEARNED_FROM = ("lead_id", "customer_id", "created_at", OUTCOME, *CONTACTS)
_SHOWN_BEHIND = ("channel", "created_at", OUTCOME)


@dataclass(frozen=True, slots=True)
class ScoredLeads:
    """Leads with a score, and what is to be known of it.

    Parameters
    ----------
    table : DataFrame or None
        `lead_id, lead_score` (0-100), `score_basis` ("outcomes" or "criteria"),
        `criteria_missing`, and as far as given `channel, created_at, became_customer`: leads whose
        outcome is not known first, the best before the others. None where there is nothing to
        score by.
    said : tuple of Sentence
        How they were scored, or why not.
    auc, calibration_error : float
        Of leads that were not learned from; NaN without outcomes.
    """

    table: pd.DataFrame | None
    said: tuple[Sentence, ...]
    auc: float = math.nan
    calibration_error: float = math.nan


def score_leads(config: Config, leads: pd.DataFrame, *, as_of: date) -> ScoredLeads:
    """Score every lead by the chance that it becomes a customer, else by weighted criteria.

    Learned from are the columns of `economics.lead_criteria`, or all without them: but not ids,
    contacts and dates, nor a column that is filled for customers only, which was filled afterwards.

    Parameters
    ----------
    config : Config
        The criteria, and the seed.
    leads : DataFrame
        What `read_leads` gives.
    as_of : date
        The snapshot: leads of a later day (`created_at`) are not known yet, and left out.
    """
    leads, later = _known_by(leads, as_of)
    scored = _score(config, leads)
    if not later:
        return scored
    return replace(scored, said=(*scored.said, Sentence("leads.later", {"count": later})))


def check_leads(config: Config, tables: Tables, *, as_of: date) -> None:
    """Look for mistakes in what leads are scored by; no model is needed for that.

    Raises
    ------
    DataError
        When a criterion is no column of the leads, or holds what it cannot score.
    """
    if tables.leads is None:
        return
    leads, _ = _known_by(tables.leads.frame, as_of)
    if _outcomes_suffice(leads):
        _refuse_unknown_criteria(config, leads)
    else:
        # By criteria this takes no time; learning from outcomes does.
        _score(config, leads)


def _known_by(leads: pd.DataFrame, as_of: date) -> tuple[pd.DataFrame, int]:
    """The leads of a day and before, and how many came later."""
    if "created_at" not in leads:
        return leads, 0
    later = leads["created_at"] >= pd.Timestamp(as_of) + pd.Timedelta(1, "D")
    return leads[~later], int(later.sum())


def _score(config: Config, leads: pd.DataFrame) -> ScoredLeads:
    criteria = config.economics.lead_criteria
    _refuse_unknown_criteria(config, leads)
    if _outcomes_suffice(leads):
        return _by_outcomes(config, leads, list(criteria))
    told: list[Sentence] = []
    if OUTCOME in leads:
        won, lost = _outcomes(leads)
        too_few = {"won": won, "lost": lost, "needed": FEWEST_OUTCOMES}
        told.append(Sentence("leads.too_few", too_few))
    if not criteria:
        return ScoredLeads(None, (*told, Sentence("leads.nothing")))
    scored = economics.score_leads(leads, _criteria(criteria))
    told.append(Sentence("leads.criteria", {"count": len(leads), "criteria": len(criteria)}))
    lacking = int((scored["criteria_missing"] != "").sum())
    if lacking:
        told.append(Sentence("leads.incomplete", {"count": lacking}))
    return ScoredLeads(_listed(leads, scored, "criteria"), tuple(told))


def _refuse_unknown_criteria(config: Config, leads: pd.DataFrame) -> None:
    missing = [name for name in config.economics.lead_criteria if name not in leads]
    if missing:
        raise DataError(
            f"economics.lead_criteria: got {offenders(missing)}, expected columns of data.leads "
            f"({offenders(leads.columns, limit=20)}); correct the names"
        )


def _outcomes(leads: pd.DataFrame) -> tuple[int, int]:
    """How many leads became customers, and how many surely did not."""
    outcome = leads[OUTCOME]
    return int(outcome.eq(True).sum()), int(outcome.eq(False).sum())


def _outcomes_suffice(leads: pd.DataFrame) -> bool:
    return OUTCOME in leads and min(_outcomes(leads)) >= FEWEST_OUTCOMES


def _by_outcomes(config: Config, leads: pd.DataFrame, named: list[str]) -> ScoredLeads:
    seed = config.model.seed
    known = leads[OUTCOME].notna().to_numpy(dtype=bool)
    outcome = leads.loc[known, OUTCOME].astype(bool)
    columns = named or _worth_learning(leads[known], outcome)
    if not columns:
        return ScoredLeads(None, (Sentence("leads.no_columns"),))
    answers = leads[columns]
    numbers = answers.select_dtypes(["number", "boolean", "bool"]).columns
    answers = answers.astype(dict.fromkeys(numbers, "float64"))
    score = economics.calibrated_lead_score(answers[known], outcome, answers, seed=seed)
    ranking, error = _judged(answers[known], outcome, seed)
    gaps = answers.isna()
    missing = gaps.to_numpy() @ np.array([f"{column}, " for column in columns], dtype=object)
    scored = pd.DataFrame(
        {
            "lead_score": np.round(score, 1),
            "criteria_missing": pd.Series(missing, index=leads.index, dtype="str").str[:-2],
        },
        index=leads.index,
    )
    facts = {"count": len(leads), "auc": ranking, "error": error}
    judged = Sentence("leads.outcomes", facts)
    if math.isnan(ranking):
        judged = Sentence("leads.outcomes_unjudged", {"count": len(leads)})
    return ScoredLeads(_listed(leads, scored, "outcomes"), (judged,), ranking, error)


def _judged(history: pd.DataFrame, outcome: pd.Series, seed: int) -> tuple[float, float]:
    """AUC and calibration error on leads held out; NaN where too few are left to learn from."""
    held = np.random.default_rng([seed, 4]).random(len(history)) < HELD_OUT_SHARE
    rest = outcome[~held]
    if min(int(rest.sum()), int((~rest).sum())) < FEWEST_OUTCOMES or outcome[held].nunique() < 2:
        return math.nan, math.nan
    chance = economics.calibrated_lead_score(history[~held], rest, history[held], seed=seed) / 100
    return auc(outcome[held], chance), calibration_error(outcome[held], chance)


def _worth_learning(history: pd.DataFrame, outcome: pd.Series) -> list[str]:
    """Columns that may tell who becomes a customer, and were known before."""
    kept = []
    for name in history.columns.drop(list(_NOT_LEARNED_FROM), errors="ignore"):
        column = history[name]
        filled = column.notna()
        among_won, among_lost = filled[outcome].mean(), filled[~outcome].mean()
        afterwards = among_lost == 0 or among_won == 0
        number = pd.api.types.is_numeric_dtype(column)
        dated = pd.api.types.is_datetime64_any_dtype(column)
        free_text = not number and column.nunique() > max(MOST_VALUES, len(history) / 100)
        if not (afterwards or dated or free_text) and len(column.unique()) > 1:
            kept.append(str(name))
    return kept


def _criteria(given: Mapping[str, LeadCriterionConfig]) -> list[economics.Criterion]:
    return [
        economics.Criterion(name, one.weight, one.low, one.high, dict(one.points))
        for name, one in given.items()
    ]


def _listed(leads: pd.DataFrame, scored: pd.DataFrame, basis: str) -> pd.DataFrame:
    table = pd.DataFrame({"lead_id": leads["lead_id"], "lead_score": scored["lead_score"]})
    table["score_basis"] = basis
    table["criteria_missing"] = scored["criteria_missing"]
    for name in _SHOWN_BEHIND:
        if name in leads:
            table[name] = leads[name]
    is_known = leads[OUTCOME].notna() if OUTCOME in leads else pd.Series(False, index=leads.index)
    # Two stable sorts: the open ones first, and within both the best.
    best_first = table.sort_values("lead_score", ascending=False, kind="stable")
    order = is_known.loc[best_first.index].astype(int).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)
