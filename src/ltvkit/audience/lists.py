"""Who to do what with: exactly one list per customer, in an order, with a date and a hold-out.

The lists come from the model (value and risk), not from RFM. They are told apart by precedence:
the first rule that holds wins, so nobody is written to twice for two reasons.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.ranking import places_within, top_share
from ltvkit.audience.words import ACTIONS, Language
from ltvkit.consent import as_flag
from ltvkit.schemas import Schema, check_frame
from ltvkit.snapshot import as_date
from ltvkit.units import Floats

CHURN_MEDIUM = 1 / 3
CHURN_HIGH = 2 / 3

PROB_FLOOR = 0.05
"""Below a 5 % chance of an order, "value if kept" would divide two small, uncertain numbers."""

BEST_SHARE = 0.1
"""The share of the base that is thanked as the best where no list asks for anything else."""

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

CALL_BEFORE_DAYS = 14
"""How long before a renewal a contract at risk is to be talked about."""


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
"""The lists of whom nobody is to be contacted."""


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
        & (churn <= CHURN_HIGH),
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


def hold_out(
    customer_ids: pd.Series, lists: pd.Series, *, seed: int, share: float = 0.1
) -> pd.Series:
    """Who is left alone so that the effect of each list can be measured, on the given index.

    Every customer draws u = BLAKE2b(seed, customer_id) / 2^64; in each list the round(share x n)
    smallest draws are held out. The draw depends on nothing but the seed and the id: row order
    does not matter, and somebody held out in one run tends to be held out in the next, so that
    one campaign does not spoil the measurement of another. Change the seed to draw afresh. Of a
    list at rest nobody is held out: where nobody is contacted there is nothing to measure.

    Examples
    --------
    >>> ids = pd.Series([f"c{i}" for i in range(40)])
    >>> int(hold_out(ids, pd.Series(["nurture"] * 40), seed=1).sum())
    4
    """
    draws = pd.Series(_draws(customer_ids, seed), index=lists.index)
    sizes = lists.map(lists.value_counts())
    places = places_within(lists, -draws, customer_ids)
    drawn = places <= np.floor(share * sizes.astype(float) + 0.5)
    return drawn & ~lists.isin(AT_REST_LISTS)


def plan_contacts(
    customers: pd.DataFrame,
    *,
    rules: ListRules,
    as_of: date | str,
    seed: int,
    language: Language = "en",
) -> pd.DataFrame:
    """`priority`, `recommended_action`, `contact_by` and `holdout` of every customer.

    Parameters
    ----------
    customers : DataFrame
        `customer_id, list, predicted_value, value_at_risk, prob_active, churn_risk, first_order,
        last_order`, and `contact_ok` (yes, no or missing) where the shop keeps permissions. Of
        contracts `running` and `next_order_from`: a call comes before the renewal, not long before.
    rules : ListRules
        `holdout_share`; and the deadline of `second_order` is `usual_days_to_second` after the
        first order, if that is sooner.
    as_of : date or str
        The snapshot: deadlines count from it.
    seed : int
        See `hold_out`.
    language : {"en", "fr", "pl"}
        Language of the sentences.

    Returns
    -------
    DataFrame
        On the index of `customers`. Nobody who is held out, and nobody without a plain yes in
        `contact_ok` where that column is given, gets a date or is told to be contacted.
    """
    sentences = ACTIONS[language]
    contactable = (
        as_flag(customers["contact_ok"]).fillna(False).to_numpy(bool)
        if "contact_ok" in customers.columns
        else np.ones(len(customers), dtype=bool)
    )
    held_out = hold_out(
        customers["customer_id"], customers["list"], seed=seed, share=rules.holdout_share
    ).to_numpy(bool)
    by_list = dict(sentences.by_list)
    if "running" in customers.columns:
        by_list["protect_now"] = sentences.before_renewal
    action = customers["list"].map(by_list).to_numpy(dtype=object)
    if "running" not in customers.columns:
        hardly = (
            (customers["list"] == "win_back")
            & (customers["first_order"] == customers["last_order"])
            & (customers["prob_active"] < PROB_FLOOR)
        )
        action = np.where(hardly, sentences.hardly, action)
    best = (
        (customers["list"] == "nurture")
        & (top_share(customers["predicted_value"]) <= BEST_SHARE)
        & (customers["churn_risk"] <= CHURN_HIGH)
    )
    action = np.where(best, sentences.best, action)
    action = np.where(held_out, sentences.held_out, action)
    action = np.where(contactable, action, sentences.no_permission)
    deadline = _deadlines(customers, as_date(as_of), rules.usual_days_to_second)
    deadline[held_out | ~contactable] = np.datetime64("NaT")
    return pd.DataFrame(
        {
            "priority": places_within(
                customers["list"], value_at_stake(customers), customers["customer_id"]
            ),
            "recommended_action": pd.Series(action, index=customers.index, dtype=str),
            "contact_by": deadline,
            "holdout": held_out,
        },
        index=customers.index,
    )


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


def _draws(customer_ids: pd.Series, seed: int) -> Floats:
    key = str(seed).encode()
    digests = b"".join(
        hashlib.blake2b(str(i).encode(), digest_size=8, key=key).digest()
        for i in customer_ids.tolist()
    )
    return np.frombuffer(digests, dtype=">u8").astype(np.float64) / 2.0**64


def _deadlines(
    customers: pd.DataFrame, as_of: date, usual_days_to_second: float
) -> npt.NDArray[np.datetime64]:
    today = np.datetime64(as_of, "s")
    day = np.timedelta64(86_400, "s")
    deadline = np.full(len(customers), np.datetime64("NaT"), dtype="datetime64[s]")
    names = customers["list"].to_numpy(dtype=object)
    for audience in AUDIENCES:
        if audience.contact_within_days is not None:
            deadline[names == audience.name] = today + audience.contact_within_days * day
    if "running" in customers.columns:
        due = customers["next_order_from"].to_numpy().astype("datetime64[s]")
        protect = (names == "protect_now") & ~np.isnat(due)
        call = due[protect] - CALL_BEFORE_DAYS * day
        # No later than the renewal may come, which is what the call is for.
        deadline[protect] = np.minimum(np.maximum(deadline[protect], call), due[protect])
    second = names == "second_order"
    if second.any():
        first = customers["first_order"].to_numpy().astype("datetime64[s]")[second]
        usual = first + int(usual_days_to_second) * day
        deadline[second] = np.maximum(np.minimum(deadline[second], usual), today + day)
    return deadline
