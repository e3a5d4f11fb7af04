"""Leads: a quality score from 0 to 100, and what leads and clicks cost and may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.economics.acquisition.costs import acquisition_costs
from ltvkit.economics.acquisition.credit import credited_customers, within
from ltvkit.economics.inputs import numbers, require_columns
from ltvkit.economics.ratios import Money, divide
from ltvkit.errors import ConfigError, NotEnoughDataError, offenders
from ltvkit.units import Floats

FEWEST_OUTCOMES = 25
"""Leads of each outcome that a calibrated score needs: five folds with five of each."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that makes a lead good.

    A number scores (x - low) / (high - low), clamped to 0-1; with high below low, less is better.
    With `points`, a text scores what it is given there, in capitals or not, and 0 when it is not.
    """

    column: str
    weight: float
    low: float = 0.0
    high: float = 1.0
    points: Mapping[str, float] = field(default_factory=dict)


def score_leads(leads: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """Lead quality from weighted criteria: 100 x sum of w s / sum of w, over criteria known.

    Returns
    -------
    DataFrame
        In the order of `leads`: `lead_score` (0-100; NaN when nothing is known) and
        `criteria_missing` (names, comma-separated), which flags that the weights of the others were
        renormalised.

    Examples
    --------
    >>> leads = pd.DataFrame({
    ...     "pages": [20.0, 5.0, 900.0, None], "source": ["demo", "blog", "demo", "demo"],
    ... })
    >>> criteria = [
    ...     Criterion("pages", weight=3, low=0, high=20),
    ...     Criterion("source", weight=1, points={"demo": 1.0, "blog": 0.2}),
    ... ]
    >>> scored = score_leads(leads, criteria)
    >>> scored["lead_score"].tolist(), scored["criteria_missing"].tolist()
    ([100.0, 23.8, 100.0, 100.0], ['', '', '', 'pages'])
    """
    weights = np.array([criterion.weight for criterion in criteria], dtype=np.float64)
    if len(criteria) == 0 or (weights < 0).any() or weights.sum() <= 0:
        raise ConfigError(
            f"lead criteria: got weights {weights.tolist()}, expected one or more of 0 or more and "
            "a sum above 0"
        )
    require_columns(leads, [criterion.column for criterion in criteria], table="leads")
    scores = np.column_stack([_score(leads, criterion) for criterion in criteria])
    known = ~np.isnan(scores)
    total = divide(np.where(known, scores, 0.0) @ weights, known @ weights)
    names = [criterion.column for criterion in criteria]
    missing = [
        ", ".join(name for name, there in zip(names, row, strict=True) if not there)
        for row in known
    ]
    return pd.DataFrame(
        {
            "lead_score": (100 * np.clip(total, 0.0, 1.0)).round(1),
            "criteria_missing": pd.Series(missing, index=leads.index, dtype="str"),
        },
        index=leads.index,
    )


def calibrated_lead_score(
    history: pd.DataFrame, became_customer: pd.Series, leads: pd.DataFrame, *, seed: int = 0
) -> Floats:
    """Lead quality from outcomes: 100 x calibrated probability of becoming a customer.

    Logistic regression on all columns of `history` (texts as categories, missing values imputed),
    calibrated by Platt scaling on held-out folds.

    Parameters
    ----------
    history : DataFrame
        Leads whose outcome is known; attributes only.
    became_customer : Series of bool
        Their outcome, row by row.
    leads : DataFrame
        Leads to score, with the same columns.

    Returns
    -------
    ndarray, shape (rows of leads,)
        0-100.

    Raises
    ------
    NotEnoughDataError
        With fewer than 25 leads of either outcome.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> history = pd.DataFrame({"pages": rng.poisson(5, 400).astype(float)})
    >>> outcome = pd.Series(rng.random(400) < history["pages"] / 20)
    >>> low, high = calibrated_lead_score(history, outcome, pd.DataFrame({"pages": [1.0, 12.0]}))
    >>> bool(low < 25 < high)
    True
    """
    # Imported here: scikit-learn takes seconds, and only this function needs it.
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    require_columns(leads, history.columns, table="leads")
    outcome = became_customer.to_numpy(dtype=bool)
    fewest = min(int(outcome.sum()), int((~outcome).sum()))
    if fewest < FEWEST_OUTCOMES:
        raise NotEnoughDataError(
            f"lead outcomes: got {int(outcome.sum())} customers and {int((~outcome).sum())} "
            f"others, expected {FEWEST_OUTCOMES} of each; score by criteria until then"
        )
    columns = [str(column) for column in history]
    numeric = [c for c in columns if pd.api.types.is_numeric_dtype(history[c])]
    texts = [c for c in columns if c not in numeric]
    model = CalibratedClassifierCV(
        make_pipeline(
            make_column_transformer(
                (make_pipeline(SimpleImputer(), StandardScaler()), numeric),
                (OneHotEncoder(handle_unknown="ignore", min_frequency=10), texts),
            ),
            LogisticRegression(max_iter=1_000),
        ),
        method="sigmoid",
        cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=seed),
    )
    model.fit(_plain(history, texts), outcome)
    scores: Floats = 100 * model.predict_proba(_plain(leads[history.columns], texts))[:, 1]
    return scores


def lead_costs(
    costs: pd.DataFrame,
    customers: pd.DataFrame,
    allowable_cac: Mapping[str, float],
    *,
    weights: pd.DataFrame | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
) -> pd.DataFrame:
    """What leads and clicks of each channel cost, and what they may cost at most.

    CPL = S / leads; max CPL = P(customer | lead) x allowable CAC; likewise for clicks.

    Parameters
    ----------
    costs, customers, weights, start, end
        As for `cac`; the ledger carries `leads` and `clicks`.
    allowable_cac : mapping
        By channel.

    Returns
    -------
    DataFrame
        `channel, media_spend, leads, clicks, customers_per_lead, customers_per_click,
        cost_per_lead, max_cpl, cost_per_click, max_cpc`; NaN without leads or clicks.

    Examples
    --------
    >>> costs = pd.DataFrame({
    ...     "period": "2024-01-01", "channel": ["Google"], "category": "ads_performance",
    ...     "amount": [500.0], "leads": [50], "clicks": [1000],
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(5), "channel": "Google", "first_order_at": "2024-01-15",
    ... })
    >>> table = lead_costs(costs, customers, {"Google": 120.0})
    >>> table[["cost_per_lead", "max_cpl", "cost_per_click", "max_cpc"]]
       cost_per_lead  max_cpl  cost_per_click  max_cpc
    0           10.0     12.0             0.5      0.6
    """
    ledger = within(acquisition_costs(costs), "period", start=start, end=end)
    own = ledger[ledger["channel"] != ""]
    table = own.groupby("channel")[["leads", "clicks"]].sum()
    table.insert(0, "media_spend", own[own["is_media"]].groupby("channel")["amount"].sum())
    table = table.fillna({"media_spend": 0.0})
    credit = credited_customers(customers, costs=costs, weights=weights, start=start, end=end)
    new = credit.groupby("channel")["weight"].sum().reindex(table.index, fill_value=0.0)
    allowed = pd.Series(allowable_cac, dtype="float64").reindex(table.index)
    for thing, each, cost, most in (
        ("leads", "customers_per_lead", "cost_per_lead", "max_cpl"),
        ("clicks", "customers_per_click", "cost_per_click", "max_cpc"),
    ):
        count = table[thing].where(table[thing] > 0)
        table[each] = new / count
        table[cost] = cost_per_lead(table["media_spend"].to_numpy(), table[thing].to_numpy())
        # Not `max_cpl`, which refuses more customers than leads: a ledger may count too few.
        table[most] = table[each] * allowed
    order = ["media_spend", "leads", "clicks", "customers_per_lead", "customers_per_click"]
    order += ["cost_per_lead", "max_cpl", "cost_per_click", "max_cpc"]
    return table[order].reset_index()


def cost_per_lead(spend: Money, leads: Money) -> Money:
    """CPL = S / leads; NaN without leads.

    Examples
    --------
    >>> cost_per_lead(3_000, 150)
    20.0
    """
    return divide(spend, leads)


def _score(leads: pd.DataFrame, criterion: Criterion) -> Floats:
    if criterion.points:
        text = _told(leads[criterion.column])
        worth = {key.strip().casefold(): value for key, value in criterion.points.items()}
        points = text.map(worth).fillna(0.0).where(text.notna())
        return np.clip(points.to_numpy(dtype=np.float64), 0.0, 1.0)
    if criterion.high == criterion.low:
        raise ConfigError(
            f"criterion {criterion.column!r}: got low and high both {criterion.low}, expected two "
            f"different numbers, or points for {offenders(leads[criterion.column])}"
        )
    x = numbers(leads, criterion.column, missing=np.nan).to_numpy()
    return np.clip((x - criterion.low) / (criterion.high - criterion.low), 0.0, 1.0)


def _told(answers: pd.Series) -> pd.Series:
    """Answers as one would write them for a criterion: 1 of a column where blanks made it 1.0."""
    if pd.api.types.is_float_dtype(answers):
        answers = answers.map("{:.15g}".format, na_action="ignore")
    text: pd.Series = answers.astype("str").str.strip().str.casefold()
    return text


def _plain(frame: pd.DataFrame, texts: list[str]) -> pd.DataFrame:
    """Texts as objects, missing ones as a category of their own."""
    return frame.assign(
        **{c: frame[c].astype("str").fillna("missing").astype("object") for c in texts}
    )
