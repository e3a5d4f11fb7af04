"""Contracts of a contractual shop, as a log of payments shows them.

A contract begins with a payment and is renewed by the next ones. A payment that comes much before
the renewal is an extra of the running period; a contract whose renewal is overdue by more than the
days of grace has ended, and a later payment begins another one. `features` fills these frames,
`models` learns from them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.units import Floats

EXTRA_BEFORE = 2 / 3
"""A payment in the first two thirds of a period is an extra, not the renewal come early."""

NEVER_BEFORE = 1 / 3
"""One in the first third is an extra however long the days of grace are."""

GRACE_SHARE, SHORTEST_GRACE_DAYS, LONGEST_GRACE_DAYS = 0.25, 3, 14

MANY_OF_A_PLAN = 0.03
"""Of those who paid again, so many who do it at a period of their own make a plan: they are told of
where nobody reads them as one."""


def usual_grace_days(renewal_days: float) -> int:
    """Days by which a payment may be late: a quarter of the period, from three days to 14.

    >>> [usual_grace_days(days) for days in (7, 30, 365)]
    [3, 7, 14]
    """
    return max(SHORTEST_GRACE_DAYS, int(min(GRACE_SHARE * renewal_days, LONGEST_GRACE_DAYS)))


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """When renewals are due, and how late a payment may be.

    Parameters
    ----------
    renewal_days : float
        Days from one payment to the next.
    grace_days : int
        A renewal that is overdue by more days than these has not been made.
    """

    renewal_days: float
    grace_days: int

    @property
    def patience_days(self) -> float:
        """Days without a payment after which a contract has ended."""
        return self.renewal_days + self.grace_days

    @property
    def extra_before_days(self) -> float:
        """Days since a renewal before which a payment is an extra.

        One who paid as late as grace allows, and then on time again, has renewed.
        """
        on_time_again = self.renewal_days - self.grace_days - 0.5
        earliest = NEVER_BEFORE * self.renewal_days
        return max(min(EXTRA_BEFORE * self.renewal_days, on_time_again), earliest)


Plans = tuple[ContractTerms, ...]
"""The terms of each plan of a shop, the shortest period first; of most shops one."""


@dataclass(frozen=True, slots=True)
class ContractHistory:
    """What the contracts of a log teach at a day; only renewals whose days of grace are over count.

    Parameters
    ----------
    customers : DataFrame
        `renewals` made and `cancels` (contracts ended), over all contracts of a customer; whether
        the first is `opening` (it began within the first period of the log, or before); and how
        many `customers` are like this.
    silences : DataFrame
        Whole `periods` since a contract ended, whether the customer is `silent` still or began
        another contract in the period after these, and how many `contracts` are like this.
    gaps : DataFrame
        `days` from a payment to the renewal, and how many `renewals` came after so many.
    periods : DataFrame
        For each renewal, `next_period` (all payments of the period it began) and what had been
        known of its customer: `last_payment`, `last_period`, `mean_period`, as in the features.
    renewal_days : float
        Mean days between renewals.
    new_contracts : float
        Contracts begun in a usual period after the first.
    """

    customers: pd.DataFrame
    silences: pd.DataFrame
    gaps: pd.DataFrame
    periods: pd.DataFrame
    renewal_days: float
    new_contracts: float


@dataclass(frozen=True, slots=True)
class ContractCut:
    """A past date: customers and contracts as known then, and what each customer went on to pay.

    Parameters
    ----------
    day : int
        Days since 1970-01-01.
    features : DataFrame
        Of the customers known then.
    history : ContractHistory
        What the log had taught.
    future_revenue, future_renewals : ndarray
        Revenue, and renewals and new contracts, of each of them in the days that are checked.
    """

    day: int
    features: pd.DataFrame
    history: ContractHistory
    future_revenue: Floats
    future_renewals: Floats


@dataclass(frozen=True, slots=True)
class Contracts:
    """Everything a contractual model may learn from at a snapshot.

    Parameters
    ----------
    terms : ContractTerms
        When renewals are due.
    history : ContractHistory
        Up to the snapshot.
    cuts : tuple of ContractCut
        Past dates at which the forecast of the total is checked, the most recent first.
    cut_days : int
        The days that they look ahead.
    latest : DataFrame
        The renewals whose days of grace ended in the last month: `renewals` made and `cancels`
        (contracts ended) before, `opening` as in the features, and whether it was `made`.
    """

    terms: ContractTerms
    history: ContractHistory
    cuts: tuple[ContractCut, ...]
    cut_days: int
    latest: pd.DataFrame


def renewals_due(
    days_since_renewal: npt.ArrayLike, horizon_days: float, renewal_days: float
) -> Floats:
    """Renewals that a running contract is due in the coming days; an overdue one is due now.

    >>> renewals_due([0, 29, 33], 30, 30.4).tolist(), renewals_due([0, 100], 200, 365.25).tolist()
    ([1.0, 1.0, 2.0], [0.0, 0.0])
    """
    ahead = np.asarray(days_since_renewal, dtype=float) + horizon_days
    # The k-th falls on the whole day nearest to k periods.
    return np.floor((ahead + 0.5) / renewal_days)
