"""Contracts at a snapshot: who has one, for how long, what is due, and what earlier ones teach."""

from dataclasses import replace

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from ltvkit.contracts import ContractCut, ContractHistory, Contracts, Plans, renewals_due
from ltvkit.features.activity import activity_of
from ltvkit.features.engine import quiet
from ltvkit.features.orders import with_history
from ltvkit.features.payments import RENEWAL, Trace, payments_of
from ltvkit.features.plans import begins_contract, plan_of_payments, read_by_plan
from ltvkit.groups import is_first, is_last
from ltvkit.panel import Panel
from ltvkit.past_dates import cut_days, label_length
from ltvkit.snapshot import Snapshot, as_day_number
from ltvkit.units import Floats, Integers

LATEST_DAYS = 30
"""Renewals decided in so many days before a day show whether customers leave as they did."""

FEWEST_RENEWALS = 30
"""Renewals from which their own mean gap is taken for the period."""

MOST_PERIODS = 20_000
"""Renewals, the latest, that teach what the next period is worth."""


def contract_features(order_days: ir.Table, snapshot: Snapshot, *, plans: Plans) -> pd.DataFrame:
    """What is known at a snapshot of each customer's contract; see `features_on`.

    Of several plans `plan` is the period of the one that the customer is on, and what is known of
    contracts is of those under it.
    """
    payments = payments_of(order_days.filter(order_days.ordered_on <= snapshot.as_of))
    traces = read_by_plan(payments, plans)
    return _features_of_all(traces, payments, snapshot)


def contracts_ended(order_days: ir.Table, snapshot: Snapshot, *, plans: Plans) -> pd.DataFrame:
    """Whose contract ran at a snapshot, and whether it had ended when the horizon was over.

    Returns
    -------
    DataFrame
        `customer_id`, `ended`.
    """
    as_of_day = as_day_number(snapshot.as_of)
    last_day = as_of_day + snapshot.horizon_days
    payments = payments_of(order_days.filter(order_days.ordered_on <= snapshot.horizon_end))
    known = (payments["day"] <= as_of_day).to_numpy()
    plan = plan_of_payments(payments, plans)
    plan[known] = plan_of_payments(payments[known], plans)
    patience = np.array([terms.patience_days for terms in plans])[plan]
    day, customer = payments["day"].to_numpy(), payments["customer_id"].to_numpy()
    contract = np.cumsum(begins_contract(payments, plan, plans))
    now = np.flatnonzero(known)[is_last(customer[known])]
    now = now[as_of_day - day[now] <= patience[now]]
    # The last payment of each contract within the horizon.
    until = np.flatnonzero(is_last(contract))[contract[now] - 1]
    ended = last_day - day[until] > patience[until]
    frame = pd.DataFrame({"customer_id": customer[now], "ended": ended})
    return frame.astype({"customer_id": "str"})


def days_to_learn(order_days: ir.Table, plans: Plans) -> int | None:
    """Days of history after which renewals of some plan could be learned from; None without any.

    When the days of grace of 30 renewals were over (of all of them, where there are fewer).
    """
    payments = payments_of(order_days)
    needed = []
    for trace in read_by_plan(payments, plans):
        made = trace.kind == RENEWAL
        over = np.sort(trace.day[made] - trace.gap[made] + trace.terms.patience_days)
        if len(over):
            enough = over[min(FEWEST_RENEWALS, len(over)) - 1]
            needed.append(int(enough - payments["day"].min()) + 1)
    return min(needed, default=None)


def build_contract_panel(order_days: ir.Table, snapshot: Snapshot, *, plans: Plans) -> Panel:
    """Everything a contractual model may learn from at a snapshot; nothing after it is read.

    Parameters
    ----------
    order_days : ibis table
        One row per customer and day with a payment.
    snapshot : Snapshot
        The day it is, and the horizon to predict.
    plans : tuple of ContractTerms
        When renewals are due, and how late a payment may be. Of several plans, each has a panel of
        its own (`Panel.plans`).

    Raises
    ------
    NotEnoughDataError
        When nobody had paid by then.
    """
    past = order_days.filter(order_days.ordered_on <= snapshot.as_of)
    with quiet():
        history = with_history(past)
    activity = activity_of(history, snapshot.as_of)
    as_of_day = as_day_number(snapshot.as_of)
    payments = payments_of(past)
    traces = read_by_plan(payments, plans)
    now = _features_of_all(traces, payments, snapshot)
    history_days = as_of_day - activity.first_day
    label_days = label_length(history_days, snapshot.horizon_days)
    days = cut_days(as_of_day, history_days, snapshot.horizon_days)
    cuts = [_cuts(payments, traces, plans, day, label_days) for day in days]
    learned_from = [
        Contracts(
            terms=trace.terms,
            history=history_on(trace, as_of_day),
            cuts=tuple(cut[place] for cut in cuts if len(cut[place].history.gaps)),
            cut_days=label_days,
            latest=latest_renewals(trace, as_of_day),
        )
        for place, trace in enumerate(traces)
    ]
    panel = Panel(
        snapshot=snapshot,
        as_of_day=as_of_day,
        history_days=history_days,
        label_days=snapshot.horizon_days,
        rows=now.iloc[:0],
        now=now,
        activity=activity,
        cuts=(),
    )
    if len(plans) == 1:
        return replace(panel, contracts=learned_from[0])
    of_plans = [
        replace(panel, now=now[now["plan"] == own.terms.renewal_days], contracts=own)
        for own in learned_from
    ]
    return replace(panel, plans=tuple(of_plans))


def features_on(trace: Trace, day: int, *, horizon_days: int) -> pd.DataFrame:
    """Each customer known at a day who has not moved on to another plan, one row, by customer.

    Returns
    -------
    DataFrame
        `contracts` so far and `renewals` in all of them; `opening`, whether the first began within
        the first period of the log (1) and so perhaps before; `days_since_renewal` and
        `days_since_payment` (an extra is no renewal); `renewals_due` within the horizon and
        `days_overdue` (both 0 where the contract has ended); `last_payment`, `last_period`,
        `mean_period` in money, see `Trace`; and `repeat_orders`, `age_days`, `revenue_total` as in
        other shops.
    """
    known, last = _known_on(trace, day)
    stays = ~trace.moves_on[last]
    known, last = known[stays], last[stays]
    first = np.flatnonzero(is_first(trace.customer))[known]
    since_renewal = (day - trace.anchor[last]).astype(float)
    since_payment = (day - trace.day[last]).astype(float)
    running = since_payment <= trace.terms.patience_days
    period = _mean_gap(trace, day)
    due = renewals_due(since_renewal, horizon_days, period)
    return pd.DataFrame(
        {
            "customer_id": trace.ids.iloc[known].to_numpy(),
            "repeat_orders": last - first,
            "age_days": (day - trace.day[first]).astype(float),
            "revenue_total": trace.spent[last],
            "contracts": trace.contract[last] - trace.contract[first] + 1,
            "renewals": trace.renewals[last],
            "opening": _is_opening(trace)[known].astype(np.int64),
            "days_since_renewal": since_renewal,
            "days_since_payment": since_payment,
            "renewals_due": np.where(running, due, 0.0),
            "days_overdue": np.where(running, np.maximum(since_renewal - np.round(period), 0), 0.0),
            "last_payment": trace.charge[last],
            "last_period": trace.last_period[last],
            "mean_period": trace.mean_period[last],
        }
    ).astype({"customer_id": "str"})


def history_on(trace: Trace, day: int) -> ContractHistory:
    """What the contracts up to a day teach.

    A renewal counts, made or not, when its days of grace are over: to count those already made
    and leave out those still open would flatter the retention rate.
    """
    seen = trace.day <= day
    closed = _closed(trace, day)
    first, last = _contract_rows(trace, seen)
    silent_days = day - trace.day[last] - trace.terms.patience_days
    active = (silent_days <= 0) | trace.moves_on[last]
    owner = trace.customer[first]
    known = np.unique(owner)
    customers = pd.DataFrame(
        {
            "renewals": np.bincount(trace.customer[closed], minlength=len(trace.ids))[known],
            "cancels": np.bincount(owner[~active], minlength=len(trace.ids))[known],
            "opening": _is_opening(trace)[known],
        }
    )
    follows = ~is_last(owner)
    began = np.append(trace.day[first[1:]], 0)
    waited = np.where(follows, began - trace.day[last] - trace.terms.patience_days, silent_days)
    silences = pd.DataFrame(
        {
            "periods": np.floor(waited / trace.terms.renewal_days).astype(np.int64),
            "silent": ~follows,
        }
    )[~active]
    gaps = pd.Series(trace.gap[closed].astype(np.int64), name="days")
    return ContractHistory(
        customers=_counted(customers, "customers"),
        silences=_counted(silences, "contracts"),
        gaps=_counted(gaps.to_frame(), "renewals"),
        periods=_periods(trace, day),
        renewal_days=_mean_gap(trace, day),
        new_contracts=_new_contracts(trace, first, day),
    )


def latest_renewals(trace: Trace, day: int) -> pd.DataFrame:
    """The renewals whose days of grace ended in the last month, made or not.

    Returns
    -------
    DataFrame
        See `ltvkit.contracts.Contracts`.
    """
    begins = np.flatnonzero((trace.kind <= RENEWAL) & (trace.day <= day))
    last = is_last(trace.contract[begins])
    decided = trace.day[begins] + trace.terms.patience_days
    rows = (decided >= day - LATEST_DAYS) & (decided < day)
    first, end = _contract_rows(trace, trace.day <= day)
    moved = trace.moves_on[end][np.searchsorted(first, begins, side="right") - 1]
    rows &= ~(last & moved)
    asked = begins[rows]
    starts = np.flatnonzero(is_first(trace.customer))
    before = trace.contract[asked] - trace.contract[starts[trace.customer[asked]]]
    return pd.DataFrame(
        {
            "renewals": trace.renewals[asked].astype(float),
            "cancels": before.astype(float),
            "opening": _is_opening(trace)[trace.customer[asked]].astype(float),
            "made": ~last[rows],
        }
    )


def _features_of_all(
    traces: tuple[Trace, ...], payments: pd.DataFrame, snapshot: Snapshot
) -> pd.DataFrame:
    """The features of each plan's customers in one frame, by customer."""
    day = as_day_number(snapshot.as_of)
    frames = [features_on(trace, day, horizon_days=snapshot.horizon_days) for trace in traces]
    if len(traces) == 1:
        return frames[0]
    told = [
        frame.assign(plan=trace.terms.renewal_days)
        for frame, trace in zip(frames, traces, strict=True)
    ]
    joined = pd.concat(told).sort_values("customer_id", ignore_index=True)
    # What is known of customers apart from their contracts is of all plans they were on.
    whole = payments.groupby("customer_id", as_index=False).agg(
        first=("day", "min"), payments=("day", "size"), spent=("revenue", "sum")
    )
    return joined.assign(
        repeat_orders=whole["payments"] - 1,
        age_days=(day - whole["first"]).astype(float),
        revenue_total=whole["spent"],
    )


def _cuts(
    payments: pd.DataFrame, traces: tuple[Trace, ...], plans: Plans, day: int, label_days: int
) -> tuple[ContractCut, ...]:
    """Each plan at a past date, with the customers who were on it as far as was known then."""
    then = traces
    if len(plans) > 1:
        then = read_by_plan(payments[payments["day"] <= day].reset_index(drop=True), plans)
    return tuple(_cut(trace, traces, day, label_days) for trace in then)


def _cut(then: Trace, traces: tuple[Trace, ...], day: int, label_days: int) -> ContractCut:
    """One plan at a past date; `traces` are all plans as known later, and tell what came."""
    features = features_on(then, day, horizon_days=label_days)
    revenue, renewals = np.zeros(len(features)), np.zeros(len(features))
    known = pd.Index(features["customer_id"])
    for trace in traces:
        place = known.get_indexer(trace.ids)[trace.customer]
        ahead = (trace.day > day) & (trace.day <= day + label_days)
        ahead &= ~trace.moves_on & (place >= 0)
        paid = ahead & (trace.kind <= RENEWAL)
        revenue += np.bincount(place[ahead], trace.revenue[ahead], minlength=len(known))
        renewals += np.bincount(place[paid], minlength=len(known))
    return ContractCut(
        day=day,
        features=features,
        history=history_on(then, day),
        future_revenue=revenue,
        future_renewals=renewals,
    )


def _known_on(trace: Trace, day: int) -> tuple[Integers, Integers]:
    """The customers known at a day, and the row of the last payment of each."""
    seen = np.flatnonzero(trace.day <= day)
    customer = trace.customer[seen]
    last = is_last(customer)
    return customer[last], seen[last]


def _contract_rows(trace: Trace, seen: np.ndarray) -> tuple[Integers, Integers]:
    """The first and the last row, among those seen, of each contract."""
    rows = np.flatnonzero(seen)
    contract = trace.contract[rows]
    return rows[is_first(contract)], rows[is_last(contract)]


def _is_opening(trace: Trace) -> np.ndarray:
    """Whether each customer's first contract began within the first period of the log."""
    began: np.ndarray = (
        trace.day[is_first(trace.customer)] < _first_day(trace) + trace.terms.patience_days
    )
    return began


def _first_day(trace: Trace) -> int:
    """The day of the first payment; any where a plan has none yet."""
    return int(trace.day.min()) if len(trace.day) else 0


def _new_contracts(trace: Trace, first: Integers, day: int) -> float:
    """Contracts begun in the median period after the first one; 0 where none is over."""
    opening = _first_day(trace) + trace.terms.patience_days
    after = trace.day[first] - opening
    periods = int((day - opening) // trace.terms.renewal_days)
    if periods < 1:
        return 0.0
    period = (after[after >= 0] // trace.terms.renewal_days).astype(np.int64)
    return float(np.median(np.bincount(period, minlength=periods)[:periods]))


def _periods(trace: Trace, day: int) -> pd.DataFrame:
    """Of the latest renewals: the period each began, and what had been known before it."""
    begins = np.flatnonzero(trace.kind <= RENEWAL)
    seen = (trace.day <= day) & ~trace.moves_on
    total = np.bincount(trace.period[seen], trace.revenue[seen], minlength=len(begins))
    over = trace.day[begins] + trace.terms.renewal_days <= day
    stays = ~trace.moves_on[begins]
    taken = np.flatnonzero((trace.kind[begins] == RENEWAL) & over & stays)
    if len(taken) > MOST_PERIODS:
        latest = np.argsort(-trace.day[begins[taken]], kind="stable")[:MOST_PERIODS]
        taken = np.sort(taken[latest])
    before = begins[taken] - 1
    return pd.DataFrame(
        {
            "last_payment": trace.charge[before],
            "last_period": trace.last_period[before],
            "mean_period": trace.mean_period[before],
            "next_period": total[taken],
        }
    )


def _closed(trace: Trace, day: int) -> np.ndarray:
    """The rows of renewals made whose days of grace are over at a day."""
    due: Floats = trace.day - trace.gap + trace.terms.patience_days
    closed: np.ndarray = (trace.kind == RENEWAL) & (trace.day <= day) & (due < day)
    return closed


def _mean_gap(trace: Trace, day: int) -> float:
    """Mean days from one renewal to the next.

    The first payment is out: it is never late, so that the gap after it is longer than others.
    """
    begins = np.flatnonzero(trace.kind <= RENEWAL)
    after_renewal = np.append(False, trace.kind[begins][:-1] == RENEWAL)[: len(begins)]
    gap: Floats = trace.gap[begins[after_renewal & _closed(trace, day)[begins]]]
    return float(gap.mean()) if len(gap) >= FEWEST_RENEWALS else trace.terms.renewal_days


def _counted(rows: pd.DataFrame, count: str) -> pd.DataFrame:
    """Equal rows once, with how many they are."""
    return rows.groupby(list(rows.columns), as_index=False).size().rename(columns={"size": count})
