"""Who is on which list: exactly one per customer.

The lists come from the model (value and risk), not from RFM. They are told apart by precedence:
the first rule that holds wins, so nobody is written to twice for two reasons.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.ranking import top_share
from ltvkit.schemas import Schema, check_frame
from ltvkit.units import Floats

CHURN_MEDIUM = 1 / 3
CHURN_HIGH = 2 / 3

PROB_FLOOR = 0.05
"""Below a 5 % chance of an order, "value if kept" would divide two small, uncertain numbers."""

LIST_INPUT = Schema(
    name="list input",
    key=("customer_id",),
    columns=(
        "predicted_value",
        "value_if_kept",
        "prob_active",
        "churn_risk",
        "margin",
        "first_order",
        "last_order",
        "days_since_last",
        "overdue_ratio",
    ),
    may_be_missing=("overdue_ratio",),
)
"""What the rules look at; one row per customer, money in margin. Of contracts also `running`
(whether the customer's runs), `value_at_risk` and `expected_order_value` (of a period)."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A list: its name, its rule in words, how soon to act, and what is at stake in it.

    Parameters
    ----------
    name : str
        The value of the column `list`, and the file's name.
    rule : str
        Who is on it, in words, with the default thresholds.
    contact_within_days : int or None
        Days after the snapshot by which to have acted; None where nothing is to be done.
    at_stake : str
        The column that orders the list: `value_at_risk` where customers are about to be lost,
        `predicted_value` elsewhere.
    """

    name: str
    rule: str
    contact_within_days: int | None
    at_stake: Literal["value_at_risk", "predicted_value"]


AUDIENCES: tuple[Audience, ...] = (
    Audience(
        "protect_now",
        "among the quarter worth most if kept, silent for longer than usual, at medium or high "
        "risk of not ordering again, and still likely enough to (30 % or more)",
        7,
        "value_at_risk",
    ),
    Audience(
        "win_back",
        "among the third that brought the most margin so far, now unlikely to order "
        "(below 30 %), and silent for longer than usual",
        14,
        "value_at_risk",
    ),
    Audience(
        "second_order",
        "ordered on one day only, and still within the usual time to a second order",
        14,
        "predicted_value",
    ),
    Audience(
        "high_potential",
        "predicted among the best fifth although not among the best fifth so far, and not at "
        "high risk",
        14,
        "predicted_value",
    ),
    Audience(
        "let_rest",
        "expected to bring less margin than a contact costs",
        None,
        "predicted_value",
    ),
    Audience("nurture", "everybody else", 30, "predicted_value"),
)
"""The lists in their order of precedence."""

LIST_NAMES: tuple[str, ...] = tuple(audience.name for audience in AUDIENCES)

AT_RISK_LISTS: tuple[str, ...] = tuple(a.name for a in AUDIENCES if a.at_stake == "value_at_risk")
"""The lists whose customers are on them because they may be lost."""

AT_REST_LISTS: tuple[str, ...] = tuple(a.name for a in AUDIENCES if a.contact_within_days is None)
"""The lists on which nobody is to be contacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """The thresholds of the lists.

    Parameters
    ----------
    usual_days_to_second : float
        Days within which a second order usually comes (`usual_days_to_second_order`); NaN when
        nobody has ordered twice, and `second_order` stays empty.
    contact_cost : float
        What one contact costs, in the currency of the values; `let_rest` lies below it.
    protect_value_share : float
        `protect_now`: the share of the base counted as worth most if kept.
    min_prob_active : float
        Below this probability of an order a customer is to be won back, not protected.
    win_back_margin_share : float
        `win_back`: the share of the base counted as best by margin to date.
    high_potential_share : float
        `high_potential`: the share of the base counted as best, predicted and to date.
    holdout_share : float
        The share of every list to contact that is left alone.
    """

    usual_days_to_second: float
    contact_cost: float = 0.0
    protect_value_share: float = 0.25
    min_prob_active: float = 0.3
    win_back_margin_share: float = 1 / 3
    high_potential_share: float = 0.2
    holdout_share: float = 0.1


def assign_lists(customers: pd.DataFrame, rules: ListRules) -> pd.Series:
    """The one list of every customer, on the index of `customers`.

    Parameters
    ----------
    customers : DataFrame
        The columns of `LIST_INPUT`: values in margin over the horizon, probabilities, history.
    rules : ListRules
        The thresholds.

    Notes
    -----
    "Top share s" means that at most s of the base is worth as much or more (`top_share`), so ties
    at the limit stay out together. Medium churn risk starts at 1/3, high risk lies above 2/3.
    Silent for longer than usual is who ordered last more than the own usual gap ago, or, after one
    order, longer ago than a second one usually takes: over a week hardly anybody is likely to
    order, and who did two days ago is neither to be won back nor slipping away.

    Of contracts, those that run and may end in the horizon are told apart by what is at risk with
    them, among themselves: one that has ended is not to be protected, and how high a risk is
    depends on how many renewals the horizon holds. Nor is a renewal that falls due a promise: best
    ahead are those who pay most a period.
    """
    check_frame(customers, LIST_INPUT)
    value = customers["predicted_value"].to_numpy(float)
    prob_active = customers["prob_active"].to_numpy(float)
    churn = customers["churn_risk"].to_numpy(float)
    best_so_far = top_share(customers["margin"])
    one_day = (customers["first_order"] == customers["last_order"]).to_numpy()
    since_first = customers["days_since_last"].to_numpy(float)
    soon_again = one_day & (since_first <= rules.usual_days_to_second)
    silent = ~(customers["overdue_ratio"].to_numpy(float) < 1) & ~soon_again
    tests = {
        "protect_now": _to_protect(customers, churn, silent, rules)
        & (prob_active >= rules.min_prob_active),
        "win_back": (prob_active < rules.min_prob_active)
        & (best_so_far <= rules.win_back_margin_share)
        & silent,
        "second_order": soon_again,
        "high_potential": (top_share(_promising(customers)) <= rules.high_potential_share)
        & (best_so_far > rules.high_potential_share)
        & (churn <= CHURN_HIGH)
        # Where every order loses money, the best ones are no reason to invest.
        & (value >= 0),
        "let_rest": value < rules.contact_cost,
    }
    named = np.select(list(tests.values()), [np.array(name, object) for name in tests], "nurture")
    return pd.Series(named, index=customers.index, name="list", dtype=str)


def _to_protect(
    customers: pd.DataFrame,
    churn: Floats,
    silent: npt.NDArray[np.bool_],
    rules: ListRules,
) -> npt.NDArray[np.bool_]:
    if "running" not in customers.columns:
        best = top_share(customers["value_if_kept"]) <= rules.protect_value_share
        return np.asarray(best & (churn >= CHURN_MEDIUM) & silent)
    may_end = customers["running"].to_numpy(bool) & (churn > 0)
    share = np.ones(len(customers))
    share[may_end] = top_share(customers.loc[may_end, "value_at_risk"])
    return may_end & (share <= rules.protect_value_share)


def _promising(customers: pd.DataFrame) -> pd.Series:
    """What is to be expected of each, whenever the next renewal is."""
    if "running" not in customers.columns:
        return customers["predicted_value"]
    return customers["expected_order_value"].where(customers["running"], 0.0)


def value_at_stake(customers: pd.DataFrame) -> pd.Series:
    """What acting on a customer is about: value at risk, or predicted value, as its list says.

    Predicted value also where nothing is at risk any more: of a contract that has ended.

    Examples
    --------
    >>> value_at_stake(pd.DataFrame({"list": ["win_back", "nurture"], "predicted_value": [2.0, 9.0],
    ...                              "value_at_risk": [30.0, 1.0]})).tolist()
    [30.0, 9.0]
    """
    at_risk = customers["list"].isin(AT_RISK_LISTS) & (customers["value_at_risk"] > 0)
    return customers["value_at_risk"].where(at_risk, customers["predicted_value"])


def summarise_lists(scored: pd.DataFrame) -> pd.DataFrame:
    """One row per list, in precedence: how many, how many held out, how much is at stake.

    Columns `name, count, holdout, to_contact, value_at_stake` (margin, summed over the list),
    `action` (the sentence of those who are to be contacted; blank when there is none) and `rule`.
    An empty list keeps its row.
    """
    at_stake = value_at_stake(scored)
    to_contact = scored["contact_by"].notna()
    rows = []
    for audience in AUDIENCES:
        on_it = scored["list"] == audience.name
        told = scored.loc[
            on_it & ~scored["holdout"] & (to_contact | (audience.contact_within_days is None)),
            "recommended_action",
        ]
        rows.append(
            {
                "name": audience.name,
                "count": int(on_it.sum()),
                "holdout": int((on_it & scored["holdout"]).sum()),
                "to_contact": int((on_it & to_contact).sum()),
                "value_at_stake": round(float(at_stake[on_it].sum()), 2),
                "action": told.mode().iloc[0] if len(told) else "",
                "rule": audience.rule,
            }
        )
    return pd.DataFrame(rows)
