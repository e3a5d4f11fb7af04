"""Payments read in their order: which begin a contract, which renew it, which are extras.

Every row keeps what is known after it and nothing more, so that a snapshot is the last row of each
customer up to its day.
"""

from dataclasses import dataclass
from itertools import pairwise

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.contracts import ContractTerms, usual_grace_days
from ltvkit.errors import DataError
from ltvkit.features.engine import fetch
from ltvkit.features.orders import day_number
from ltvkit.groups import is_first
from ltvkit.units import DAYS_PER_MONTH, DAYS_PER_YEAR, Floats, Integers

START, RENEWAL, EXTRA = 0, 1, 2

FEWEST_GAPS = 20
"""Gaps between payments, below which nothing can be said of how regular they are."""

USUAL_PERIODS = (
    7.0,
    14.0,
    28.0,
    DAYS_PER_MONTH,
    3 * DAYS_PER_MONTH,
    6 * DAYS_PER_MONTH,
    DAYS_PER_YEAR,
)
SAME = 0.03
"""A period that differs less than this from a usual one is the usual one: months differ."""

NEAR = 0.2
"""Gaps within a fifth of a period speak for it."""

REGULAR_SHARE = 0.5
"""So many gaps must speak for the period; the others are extras, and contracts begun again."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Payments in order of customer and day, each with what is known after it.

    Parameters
    ----------
    terms : ContractTerms
        As they were read.
    ids : Series
        Of the customers; `customer` counts in them.
    customer, day, kind, contract, period : ndarray of int
        `kind` is START, RENEWAL or EXTRA; contracts and periods are numbered through the log.
    renewals, anchor : ndarray of int
        Of the customer so far; the day of the payment that the next renewal is counted from.
    gap : ndarray
        Days from the anchor before to a renewal; missing for other rows.
    revenue, spent, charge, last_period, mean_period : ndarray
        Of the row; in all so far; of the anchor's payment, or the last before it that was more
        than nothing (0 where there is none): what was refunded, or free for a time, is no price; of
        the period before the running one (the charge where there is none); mean of all periods
        before it and the charge.
    moves_on : ndarray of bool
        Whether the payment is the first under another plan (`ltvkit.features.plans`).
    """

    terms: ContractTerms
    ids: pd.Series
    customer: Integers
    day: Integers
    kind: Integers
    contract: Integers
    period: Integers
    renewals: Integers
    anchor: Integers
    gap: Floats
    revenue: Floats
    spent: Floats
    charge: Floats
    last_period: Floats
    mean_period: Floats
    moves_on: npt.NDArray[np.bool_]


def payments_of(order_days: ir.Table) -> pd.DataFrame:
    """`customer_id`, `day` (since 1970-01-01) and `revenue`, sorted by customer and day."""
    rows = order_days.mutate(day=day_number(order_days.ordered_on))
    frame = fetch(rows.select("customer_id", "day", "revenue"))
    return frame.sort_values(["customer_id", "day"], ignore_index=True)


def find_terms(
    payments: pd.DataFrame, *, renewal_days: float | None = None, grace_days: int | None = None
) -> ContractTerms:
    """The terms of a shop: as they are said to be, where the log agrees; else as the log shows.

    Parameters
    ----------
    payments : DataFrame
        From `payments_of`.
    renewal_days : float, optional
        The period; the usual gap between payments when not given.
    grace_days : int, optional
        How late a payment may be; a quarter of the period, at most two weeks, when not given.

    Raises
    ------
    DataError
        When payments come at no regular period, or at another one than was said.
    """
    again = ~is_first(payments["customer_id"].to_numpy())[1:]
    gaps = np.diff(payments["day"].to_numpy(dtype=np.int64))[again].astype(float)
    usual, share = usual_gap(gaps)
    if renewal_days is None:
        if len(gaps) < FEWEST_GAPS or share < REGULAR_SHARE:
            raise DataError(
                f"kind: contractual: got {len(gaps):,} gaps between payments of a customer, "
                f"{share:.0%} of them alike, expected {REGULAR_SHARE:.0%} of at least "
                f"{FEWEST_GAPS}; say renewal_days, or leave kind out if there are no contracts"
            )
        renewal_days = usual
    terms = ContractTerms(
        float(renewal_days),
        usual_grace_days(renewal_days) if grace_days is None else grace_days,
    )
    long = gaps[gaps >= terms.extra_before_days]
    on_time = float((long <= terms.patience_days).mean()) if len(long) else 0.0
    rare = len(long) < NEAR * len(gaps)
    if len(gaps) >= FEWEST_GAPS and (on_time < REGULAR_SHARE or rare):
        raise DataError(
            f"renewal_days: got {terms.renewal_days:g}, expected what the payments show: usually "
            f"{usual:g} days lie between two of a customer; change it, or leave it out"
        )
    return terms


def trace_payments(
    payments: pd.DataFrame,
    terms: ContractTerms,
    *,
    moves_on: npt.NDArray[np.bool_] | None = None,
) -> Trace:
    """Read payments in their order.

    A payment more than a period and the days of grace after the one before begins a contract. Any
    other is a renewal if two thirds of a period (less where grace is long) have passed since the
    payment that the renewal is counted from, else an extra. `moves_on` are those under another plan
    already; none when not given.
    """
    customer, ids = pd.factorize(payments["customer_id"])
    customer = customer.astype(np.int64)
    day = payments["day"].to_numpy(dtype=np.int64)
    revenue = payments["revenue"].to_numpy(dtype=float)
    kind, anchor, gap = _read_in_order(customer, day, terms)
    contract = np.cumsum(kind == START) - 1
    period = np.cumsum(kind != EXTRA) - 1

    made = (kind == RENEWAL).astype(float)
    begins = np.flatnonzero(kind != EXTRA)
    total = np.bincount(period, revenue, minlength=len(begins)).astype(float)
    owner = customer[begins]
    priced = pd.Series(revenue[begins]).where(revenue[begins] > 0)
    charge = priced.groupby(owner).ffill().fillna(0.0).to_numpy()
    follows = ~is_first(owner)
    before = np.where(follows, np.append(0.0, total[:-1])[: len(begins)], charge)
    number = count_within(owner)
    completed = _sum_before(total, owner)
    mean = (completed + charge) / (number + 1)
    return Trace(
        terms=terms,
        ids=pd.Series(ids, dtype="str"),
        customer=customer,
        day=day,
        kind=kind,
        contract=contract,
        period=period,
        renewals=_sum_before(made, customer).astype(np.int64) + (kind == RENEWAL),
        anchor=anchor,
        gap=gap,
        revenue=revenue,
        spent=_sum_before(revenue, customer) + revenue,
        charge=charge[period],
        last_period=before[period],
        mean_period=mean[period],
        moves_on=np.zeros(len(day), dtype=bool) if moves_on is None else moves_on,
    )


def usual_gap(gaps: Floats) -> tuple[float, float]:
    """The gap with the most others near it, and the share of these."""
    if not len(gaps):
        return float("nan"), 0.0
    lengths, counts = np.unique(gaps, return_counts=True)
    reach = np.append(0, np.cumsum(counts))
    upper = reach[np.searchsorted(lengths, lengths * (1 + NEAR), side="right")]
    near = upper - reach[np.searchsorted(lengths, lengths * (1 - NEAR))]
    best = lengths[int(np.argmax(near))]
    middle = float(np.median(gaps[(gaps >= best * (1 - NEAR)) & (gaps <= best * (1 + NEAR))]))
    nearest = min(USUAL_PERIODS, key=lambda period: abs(np.log(period / middle)))
    same = abs(nearest / middle - 1) < SAME
    return (nearest if same else middle), float(near.max() / len(gaps))


def _read_in_order(
    customer: Integers, day: Integers, terms: ContractTerms
) -> tuple[Integers, Integers, Floats]:
    """Kind, anchor and gap of each payment; all customers' k-th payments at once."""
    rows = len(customer)
    kind = np.zeros(rows, dtype=np.int64)
    anchor = day.copy()
    gap = np.full(rows, np.nan)
    place = count_within(customer)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place)) if rows else np.zeros(0, dtype=np.int64)
    for start, end in pairwise(ends):
        row = order[start:end]
        since = day[row] - anchor[row - 1]
        lapsed = day[row] - day[row - 1] > terms.patience_days
        renewed = ~lapsed & (since >= terms.extra_before_days)
        extra = ~lapsed & ~renewed
        kind[row] = np.select([lapsed, renewed], [START, RENEWAL], EXTRA)
        anchor[row[extra]] = anchor[row[extra] - 1]
        gap[row[renewed]] = since[renewed]
    return kind, anchor, gap


def count_within(group: Integers) -> Integers:
    """0, 1, 2, … within each run of equal values."""
    here = np.arange(len(group))
    return here - np.maximum.accumulate(np.where(is_first(group), here, 0))


def _sum_before(values: Floats, group: Integers) -> Floats:
    """Sum of the earlier values of the same run."""
    series = pd.Series(values)
    before: Floats = np.asarray(series.groupby(group).cumsum() - series, dtype=np.float64)
    return before
