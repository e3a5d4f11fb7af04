"""Did acting on a list pay? Customers who were to be contacted against those held out.

The hold-out was drawn by chance when the lists were made, so the difference between the two
groups is the effect of acting, up to chance; the interval says how much chance.
"""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.monitoring.difference import Difference, difference_of_means
from ltvkit.monitoring.outcome import Outcome, by_decile, outcome_after
from ltvkit.monitoring.promise import Promise, check_promise
from ltvkit.run_facts import Figure
from ltvkit.units import DAYS_PER_YEAR
from ltvkit.wording import PlainVoice

FEWEST_HELD_OUT = 20
"""Under 20 customers in a group, one order decides the mean."""

LEVEL = 0.95
"""Of the interval of all lists together; and of those of the lists jointly, so that where nothing
helps one measurement in twenty names any list (Bonferroni: with k lists each is at
1 - (1 - LEVEL) / k)."""


@dataclass(frozen=True, slots=True)
class ListEffect:
    """What acting on one list changed.

    Parameters
    ----------
    name : str
        The list.
    treated, held_out : int
        Customers with a date to be contacted by; customers held out. Those without permission
        are in neither, since nobody could have contacted them.
    margin, orders : Difference
        Per customer, within the days observed.
    conclusion : str
        `more`, `less` or `cannot tell yet`.
    words : str
        The same in a sentence.
    """

    name: str
    treated: int
    held_out: int
    margin: Difference
    orders: Difference
    conclusion: str
    words: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """A run held against what came after it.

    Parameters
    ----------
    lists : tuple of ListEffect
        Lists on which something was to be done, in their order.
    overall : ListEffect
        All of these lists together, which a small shop can tell sooner than any of them.
    promise : Promise
        The whole base's total against the margin that came.
    deciles : DataFrame
        See `by_decile`.
    active_predicted, active_observed : float
        Share of customers expected to order within the horizon, and share that did so far.
    observed_days, horizon_days : int
    new_customers : int
        Customers in the later log whom the run did not know.
    level : float
        Level of the interval of all lists together, and of those of the lists jointly.
    currency : str
        Of all amounts; blank where the run names none.
    basis : str
        What all amounts are: `margin`, or `revenue` where the run was given no margin.
    """

    lists: tuple[ListEffect, ...]
    overall: ListEffect
    promise: Promise
    deciles: pd.DataFrame
    active_predicted: float
    active_observed: float
    observed_days: int
    horizon_days: int
    new_customers: int
    level: float
    currency: str
    basis: str


def measure(
    scored: pd.DataFrame,
    later_order_days: pd.DataFrame,
    *,
    predicted_total: Figure | None = None,
    observed_to: date | str | None = None,
    daily_discount_rate: float = 0.0,
    basis: str = "margin",
) -> Measurement:
    """Hold a run, and every list on which something was to be done, against the orders after it.

    Parameters
    ----------
    scored : DataFrame
        The run's `customers_scored`.
    later_order_days : DataFrame
        `customer_id, ordered_on, margin`: order days that go on after the run, margin as the run
        counted it.
    predicted_total : Figure, optional
        The run's total margin with its 80 % interval (`Run.total.margin`); by default the sum of
        `predicted_value`, without interval.
    observed_to : date or str, optional
        The last day that the log covers; its last order day by default.
    daily_discount_rate : float
        At the run's `economics.annual_discount_rate`, by which `predicted_value` is discounted.
    basis : str
        What margin is in this run: `revenue` where it was given none.

    Raises
    ------
    DataError
        When the log holds nothing after the run.
    """
    outcome = outcome_after(
        scored,
        later_order_days,
        observed_to=observed_to,
        daily_discount_rate=daily_discount_rate,
    )
    acted_on = set(scored.loc[scored["contact_by"].notna(), "list"])
    wanted = [name for name in dict.fromkeys(scored["list"]) if name in acted_on]
    # Each list at 95 % would find an effect that is not there in one of four measurements.
    each = 1 - (1 - LEVEL) / max(len(wanted), 1)
    total = predicted_total or Figure(float(scored["predicted_value"].sum()))
    return Measurement(
        lists=tuple(
            _effect(name, scored["list"] == name, scored, outcome, each, basis) for name in wanted
        ),
        overall=_effect("all lists", scored["list"].isin(wanted), scored, outcome, LEVEL, basis),
        promise=check_promise(
            predicted=total,
            realised=float(outcome.by_customer["margin"].sum()),
            customers=len(scored),
            observed_days=outcome.observed_days,
            horizon_days=outcome.horizon_days,
            annual_discount_rate=(1 + daily_discount_rate) ** DAYS_PER_YEAR - 1,
        ),
        deciles=by_decile(scored, outcome),
        active_predicted=float(scored["prob_active"].mean()),
        active_observed=float((outcome.by_customer["orders"] > 0).mean()),
        observed_days=outcome.observed_days,
        horizon_days=outcome.horizon_days,
        new_customers=outcome.new_customers,
        level=LEVEL,
        currency=str(scored["currency"].iloc[0] or "") if len(scored) else "",
        basis=basis,
    )


def _effect(
    name: str, members: pd.Series, scored: pd.DataFrame, outcome: Outcome, level: float, basis: str
) -> ListEffect:
    on_it = members.to_numpy(bool)
    held_out = scored["holdout"].to_numpy(bool)
    contactable = np.ones(len(scored), dtype=bool)
    if "contact_ok" in scored.columns and scored["contact_ok"].notna().any():
        contactable = scored["contact_ok"].astype("boolean").to_numpy(bool, na_value=False)
    treated = on_it & contactable & ~held_out
    control = on_it & contactable & held_out
    margin, orders = (
        difference_of_means(values[treated], values[control], level=level)
        for values in (outcome.by_customer[name].to_numpy(float) for name in ("margin", "orders"))
    )
    counts = (int(treated.sum()), int(control.sum()))
    conclusion = "cannot tell yet"
    if min(counts) >= FEWEST_HELD_OUT and margin.clear:
        conclusion = "more" if margin.value > 0 else "less"
    return ListEffect(
        name=name,
        treated=counts[0],
        held_out=counts[1],
        margin=margin,
        orders=orders,
        conclusion=conclusion,
        words=_words(
            name,
            margin,
            counts,
            conclusion,
            level,
            basis=basis,
            needed=_needed(margin, orders, held_out=counts[1], customers=len(scored)),
        ),
    )


def _words(
    name: str,
    margin: Difference,
    counts: tuple[int, int],
    conclusion: str,
    level: float,
    *,
    basis: str,
    needed: str,
) -> str:
    treated, held_out = counts
    if min(counts) < FEWEST_HELD_OUT:
        return (
            f"{name}: cannot tell yet: {treated:,} treated and {held_out:,} held out are too few; "
            f"{FEWEST_HELD_OUT} of each are the least"
        )
    between = f"{PlainVoice().share(level)} interval {margin.low:,.2f} to {margin.high:,.2f}"
    if conclusion == "cannot tell yet":
        return (
            f"{name}: cannot tell yet: the difference of {margin.value:,.2f} {basis} per customer "
            f"may be chance ({between}); {needed}"
        )
    return (
        f"{name}: acting brought {abs(margin.value):,.2f} {conclusion} {basis} per customer "
        f"({between}), {margin.value * treated:,.0f} in all over {treated:,} treated"
    )


def _needed(margin: Difference, orders: Difference, *, held_out: int, customers: int) -> str:
    """What would settle it: a limit comes nearer with the root of the number held out.

    n (distance / difference)^2 are needed, where the distance is that of the limit beyond zero, and
    one more at least. Where nobody held out has ordered, the limit tells whom the dice might have
    hit, and nothing of a larger group.
    """
    if margin.value == 0:
        return "the two groups did equally well so far"
    if orders.held_out == 0:
        return "nobody held out has ordered: more orders are needed"
    beyond = margin.value - margin.low if margin.value > 0 else margin.high - margin.value
    wanted = held_out * (beyond / margin.value) ** 2
    if not wanted <= customers:
        return (
            "so small beside what chance makes that no campaign of a shop of "
            f"{customers:,} customers would settle it"
        )
    wanted = max(math.ceil(wanted), held_out + 1)
    return f"about {wanted:,} held-out customers would settle one of that size"
