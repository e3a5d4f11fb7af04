"""A list by rule and budget: "the 500 most valuable at risk", from a run's scored customers."""

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ltvkit.audience.dictionary import list_columns
from ltvkit.audience.lists import AUDIENCES, LIST_NAMES, value_at_stake
from ltvkit.consent import as_flag
from ltvkit.errors import UserError, offenders

SortBy = Literal["value_at_stake", "predicted_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRule:
    """Who is to be contacted, who first, and for how much.

    Parameters
    ----------
    lists : tuple of str
        Only customers of these lists; of all of them when empty.
    churn_from, churn_to : float
        Only customers whose `churn_risk` lies between, both ends included.
    sort_by : {"value_at_stake", "predicted_value"}
        Who comes first; see `value_at_stake`.
    most_contacts : int or None
        At most so many customers.
    budget : float or None
        At most so much money, at `contact_cost` a customer.
    contact_cost : float
        What one contact costs.
    """

    lists: tuple[str, ...] = ()
    churn_from: float = 0.0
    churn_to: float = 1.0
    sort_by: SortBy = "value_at_stake"
    most_contacts: int | None = None
    budget: float | None = None
    contact_cost: float = 0.0

    def __post_init__(self) -> None:
        unknown = [name for name in self.lists if name not in LIST_NAMES]
        if unknown:
            raise UserError(
                f"got list {offenders(unknown)}, expected one of {', '.join(LIST_NAMES)}; "
                "correct the name"
            )
        if not 0 <= self.churn_from <= self.churn_to <= 1:
            raise UserError(
                f"got a churn risk from {self.churn_from:g} to {self.churn_to:g}, expected "
                "0 <= from <= to <= 1; swap or correct them"
            )
        if self.budget is not None and not self.contact_cost > 0:
            raise UserError(
                f"got a budget in money with a contact cost of {self.contact_cost:g}, expected a "
                "cost above 0; say what a contact costs, or how many contacts to make"
            )

    @property
    def places(self) -> int | None:
        """How many customers there is room for; None without a limit.

        >>> CampaignRule(budget=1.0, contact_cost=0.1, most_contacts=500).places
        10
        """
        limits = [] if self.most_contacts is None else [self.most_contacts]
        if self.budget is not None:
            # 0.3 / 0.1 is a hair below 3; a billionth of a contact is no contact too many.
            limits.append(math.floor(self.budget / self.contact_cost + 1e-9))
        return max(min(limits), 0) if limits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A list made by a rule, and who is not on it.

    Parameters
    ----------
    customers : DataFrame
        `place` (1 = first), the columns of a list file, `churn_risk` and `value_at_stake`.
    matching : int
        Customers whom the rule describes, before anybody was left out.
    held_out, not_permitted, over_budget : int
        Left out of those, counted under the first reason that holds.
    cost : float
        Of contacting everybody on the list.
    value_at_stake, predicted_value : float
        Sums over the list, in margin.
    """

    customers: pd.DataFrame
    matching: int
    held_out: int
    not_permitted: int
    over_budget: int
    cost: float
    value_at_stake: float
    predicted_value: float


def plan_campaign(scored: pd.DataFrame, rule: CampaignRule) -> Campaign:
    """The customers whom a rule describes, the best first, as far as the budget goes.

    Those held out are left alone, and so is everybody without a plain yes in `contact_ok` where
    the shop keeps permissions.

    Parameters
    ----------
    scored : DataFrame
        From `scored_customers`, in any order.
    rule : CampaignRule

    Examples
    --------
    >>> scored = pd.DataFrame({
    ...     "customer_id": ["a", "b", "c"], "list": "win_back", "holdout": [False, False, True],
    ...     "contact_ok": pd.array([True, None, True], "boolean"),
    ...     "churn_risk": 0.8, "predicted_value": 5.0, "value_at_risk": [9.0, 30.0, 70.0],
    ... })
    >>> campaign = plan_campaign(scored, CampaignRule(most_contacts=500))
    >>> campaign.customers["customer_id"].tolist(), campaign.held_out, campaign.not_permitted
    (['a'], 1, 1)
    """
    described = scored["churn_risk"].between(rule.churn_from, rule.churn_to)
    if rule.lists:
        described &= scored["list"].isin(rule.lists)
    held_out = described & scored["holdout"].astype(bool)
    open_to_us = described & ~held_out
    allowed = open_to_us & _permitted(scored)
    at_stake = value_at_stake(scored)
    worth = at_stake if rule.sort_by == "value_at_stake" else scored["predicted_value"]
    best_first = (
        pd.DataFrame({"worth": worth, "id": scored["customer_id"]})[allowed]
        .sort_values(["worth", "id"], ascending=[False, True], kind="stable")
        .index
    )
    chosen = best_first if rule.places is None else best_first[: rule.places]
    shown = list_columns(scored.columns)
    rows = scored.assign(value_at_stake=at_stake).loc[
        chosen, [*shown, "churn_risk", "value_at_stake"]
    ]
    rows.insert(0, "place", range(1, len(rows) + 1))
    return Campaign(
        customers=rows.reset_index(drop=True),
        matching=int(described.sum()),
        held_out=int(held_out.sum()),
        not_permitted=int((open_to_us & ~allowed).sum()),
        over_budget=len(best_first) - len(chosen),
        cost=round(len(chosen) * rule.contact_cost, 2),
        value_at_stake=round(float(at_stake[chosen].sum()), 2),
        predicted_value=round(float(scored.loc[chosen, "predicted_value"].sum()), 2),
    )


def _permitted(scored: pd.DataFrame) -> pd.Series:
    """Who may be contacted: a plain yes where permissions are kept, else everybody."""
    everybody = pd.Series(True, index=scored.index)
    asked = as_flag(scored["contact_ok"])
    if asked.notna().any():
        return asked.fillna(False).astype(bool)
    # No permission is known. Where the shop keeps them and none is a yes, nobody has got a date.
    dated = [audience.name for audience in AUDIENCES if audience.contact_within_days is not None]
    due = scored["list"].isin(dated) & ~scored["holdout"].astype(bool)
    if due.any() and scored.loc[due, "contact_by"].isna().all():
        return ~everybody
    return everybody
