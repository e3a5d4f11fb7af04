"""What to do with the members of each list: in which order, until when, and whom to leave alone."""

import hashlib
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.lists import (
    AT_REST_LISTS,
    AUDIENCES,
    CHURN_HIGH,
    PROB_FLOOR,
    ListRules,
    value_at_stake,
)
from ltvkit.audience.ranking import places_within, top_share
from ltvkit.audience.words import ACTIONS, ActionWords
from ltvkit.consent import as_flag
from ltvkit.snapshot import as_date
from ltvkit.units import Floats
from ltvkit.wording import Language

BEST_SHARE = 0.1
"""The share of the base that is thanked as the best where no list asks for anything else."""

CALL_BEFORE_DAYS = 14
"""How long before a renewal a contract at risk is to be talked about."""


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
    action = np.where(held_out, sentences.held_out, _actions(customers, sentences))
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


def _actions(customers: pd.DataFrame, sentences: ActionWords) -> npt.NDArray[np.object_]:
    """What is recommended for each customer who may be contacted."""
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
    return np.where(best, sentences.best, action)


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
