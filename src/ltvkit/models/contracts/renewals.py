"""How many renewals a customer makes in the coming days: the law, and how it is learned.

Who has made n renewals and cancelled c times makes the next renewal with probability
(beta + n)/(alpha + c + beta + n) (sBG, `ltvkit.models.contracts.sbg`), some days before or after
the due date, as the gaps of the past scatter. Who has not paid by day e of the period is the less
likely to, the later it is. Who left may begin another contract: in each period of the silence
before it with the share that did in the past, held together by sBG.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import betaln

from ltvkit.contracts import ContractHistory, ContractTerms, renewals_due
from ltvkit.models._rows import column, distinct, dot
from ltvkit.models.contracts.sbg import ShiftedBetaGeometric, most_likely
from ltvkit.units import Floats

FEWEST_RETURNS = 10
"""Contracts begun again, below which nobody who left is expected back."""

RETURNS_PRIOR = 100.0
"""Silent contracts' worth of sBG in the share that comes back in a period."""

CROWDED_OPENING = 2.0
"""So many times the usual new contracts in the log's first period, and most of them are older."""

FEWEST_NEW = 50
"""Contracts begun later, from which the opening ones are told apart."""

LONGEST_HEAD_START = 200.0
"""Renewals before the log, the most that are looked for: a choice, nearly four years of weeks."""

UNLIKELY_EARLY = 0.05
"""A renewal that is not due yet counts from this chance to come early: below, nothing is due."""

SMALLEST = 1e-12
"""In place of 0 where one divides."""

Rate = Callable[[Floats, Floats], Floats]
"""The chance of the next renewal by the number of renewals made and of contracts ended."""


@dataclass(frozen=True, slots=True)
class RenewalLaw:
    """What governs renewals.

    Parameters
    ----------
    alpha, beta : float
        The chance to cancel at a renewal, over contracts: Beta(alpha, beta).
    renewal_days : float
        Mean days from a payment to the renewal.
    terms : ContractTerms
        As the log was read.
    gap_days, gap_shares : tuple
        Days from a payment to the renewal, and the share of renewals made within them.
    head_start : float
        Renewals that the contracts found running at the log's beginning had made before it.
    returns : tuple of float or None
        P(another contract begins in the period | silent so far), for each period since one ended,
        the last for all later ones; None where hardly anybody comes back.
    """

    alpha: float
    beta: float
    renewal_days: float
    terms: ContractTerms
    gap_days: tuple[int, ...]
    gap_shares: tuple[float, ...]
    head_start: float
    returns: tuple[float, ...] | None

    def rate(self, renewals: Floats, cancels: Floats) -> Floats:
        """P(the next renewal | so many made, so many contracts ended before)."""
        stay = self.beta + renewals
        return np.asarray(stay / (self.alpha + cancels + stay))

    def paid_within(self, days: Floats | float) -> Floats:
        """Share of the renewals, of those made at all, that come within so many days."""
        known = (self.gap_days[0] - 1, *self.gap_days)
        return np.asarray(np.interp(days, known, (0.0, *self.gap_shares)))

    def is_running(self, features: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Whether the contract has not ended."""
        return column(features, "days_since_payment") <= self.terms.patience_days

    def past(self, features: pd.DataFrame) -> tuple[Floats, Floats]:
        """Renewals made, those before the log included, and contracts ended."""
        made = column(features, "renewals") + self.head_start * column(features, "opening")
        return made, column(features, "contracts") - self.is_running(features)

    def due(self, features: pd.DataFrame, horizon_days: float) -> Floats:
        """Renewals that fall due in the coming days; 0 where the contract has ended."""
        due = renewals_due(column(features, "days_since_renewal"), horizon_days, self.renewal_days)
        return np.where(self.is_running(features), due, 0.0)


@dataclass(frozen=True, slots=True)
class PaymentsAhead:
    """How many payments come: `tail[place[i], k - 1]` = P(customer i makes k payments or more)."""

    tail: Floats
    place: npt.NDArray[np.intp]

    @property
    def expected(self) -> Floats:
        """E[payments] of each customer."""
        return np.asarray(self.tail.sum(axis=1)[self.place])

    @property
    def expected_square(self) -> Floats:
        """E[payments squared], from sum over k of (2k - 1) P(k or more)."""
        odd = 2.0 * np.arange(1, self.tail.shape[1] + 1) - 1
        return np.asarray((self.tail * odd).sum(axis=1)[self.place])

    @property
    def any(self) -> Floats:
        """P(at least one payment) of each customer."""
        return np.asarray(self.tail[:, 0][self.place])

    def shares(self) -> Floats:
        """P(exactly 0, 1, 2, … payments), a row for each distinct outlook."""
        padded = np.pad(self.tail, ((0, 0), (1, 1)), constant_values=((0, 0), (1.0, 0.0)))
        return np.maximum(padded[:, :-1] - padded[:, 1:], 0.0)


def outlook(
    law: RenewalLaw,
    features: pd.DataFrame,
    horizon_days: float,
    *,
    rate: Rate | None = None,
    made: bool = False,
) -> PaymentsAhead:
    """The payments of the coming `horizon_days` days.

    A running contract that was renewed n times, last e days ago, makes k or more renewals with

        P(N >= k) = r_n [F(e + H - (k-1) D) - F(e)] / [r_n (1 - F(e)) + 1 - r_n] r_{n+1} … r_{n+k-1}

    where r is the chance of the next renewal, F the distribution of the gaps between renewals
    (those that are made) and D its mean: the first factor is the chance that the renewal now due
    is made and comes within the days, given that it has not come yet. Whoever misses a renewal may
    come back in what is left of the days after the grace, as those who left before did
    (`RenewalLaw.returns`).

    Parameters
    ----------
    law : RenewalLaw
        From `learn_law`.
    features : DataFrame
        Contracts at a snapshot.
    horizon_days : float
        Length of the future.
    rate : callable, optional
        The chance of the next renewal, instead of the law's.
    made : bool
        The renewal that is due now is made, within the days ahead or after them.
    """
    chance = rate or law.rate
    running = law.is_running(features)
    renewals, cancels = law.past(features)
    silent = (column(features, "days_since_payment") - law.terms.patience_days).clip(0)
    # What does not matter to a customer's outlook is set aside, so that few rows are distinct.
    (n, c, e, periods), place = distinct(
        [
            renewals,
            cancels,
            np.where(running, column(features, "days_since_renewal"), -1.0),
            np.where(running, -1.0, np.floor(silent / law.terms.renewal_days)),
        ]
    )
    latest = float(e.max(initial=0.0)) + horizon_days - law.gap_days[0]
    count = 1 + max(int(latest // law.renewal_days), 0)
    tail = np.zeros((len(n), count + 1))
    open_ = e >= 0
    ahead = np.arange(count + 1)
    if open_.any():
        first = np.maximum(chance(n[open_], c[open_]), float(made))[:, None]
        since = e[open_][:, None]
        within = law.paid_within(since + horizon_days - ahead * law.renewal_days)
        already = law.paid_within(since)
        not_yet = np.maximum(first * (1 - already) + 1 - first, SMALLEST)
        pays = first * np.maximum(within - already, 0.0) / not_yet
        not_due = renewals_due(since, horizon_days, law.renewal_days) == 0
        pays[(not_due & (pays[:, :1] < UNLIKELY_EARLY))[:, 0]] = 0.0
        tail[open_] = pays * _chain(chance, n[open_] + 1, c[open_], count)
        if rate is None and law.returns is not None:
            missed = (1 - first[:, 0]) / not_yet[:, 0]
            tail[open_] += _after_a_miss(
                law,
                n=n[open_],
                c=c[open_],
                e=e[open_],
                missed=missed,
                horizon_days=horizon_days,
                count=count,
            )
    if law.returns is not None and (~open_).any():
        renewed = _chain(chance, n[~open_], c[~open_], count)
        tail[~open_] = _beginning(law, periods[~open_], horizon_days, count + 1) * renewed
    return PaymentsAhead(tail, place)


def kept(
    law: RenewalLaw, features: pd.DataFrame, horizon_days: float, *, rate: Rate | None = None
) -> Floats:
    """P(the running contract does not end in the coming days); 0 where it has ended already.

    A contract ends when a renewal's days of grace run out without it. Of a contract renewed n
    times, last e days ago, that happens at the next J = floor((e + H - grace) / D) renewals, and

        P(kept) = r_n (1 - F(e)) / [r_n (1 - F(e)) + 1 - r_n] r_{n+1} … r_{n+J-1}

    or 1 where J is 0.

    Parameters
    ----------
    law, features, horizon_days, rate
        See `outlook`.
    """
    chance = rate or law.rate
    made, cancels = law.past(features)
    running = law.is_running(features)
    since = column(features, "days_since_renewal")
    over = np.floor((since + horizon_days - law.terms.grace_days) / law.renewal_days)
    (n, c, e, j), place = distinct([made, cancels, since, np.where(running, over.clip(0), 0.0)])
    first = chance(n, c)
    late = first * (1 - law.paid_within(e))
    later = _chain(chance, n + 1, c, max(int(j.max(initial=0.0)) - 1, 0))
    made_all = later[np.arange(len(n)), np.maximum(j.astype(int) - 1, 0)]
    all_made = np.where(j > 0, late / np.maximum(late + 1 - first, SMALLEST) * made_all, 1.0)
    return np.where(running, all_made[place], 0.0)


def learn_law(history: ContractHistory, terms: ContractTerms) -> tuple[RenewalLaw, Floats]:
    """The law that a history shows, and the covariance of ln alpha, ln beta.

    Contracts that began within the log's first period have perhaps run for long. Where these are
    many times the usual number, alpha and beta are of the others, and one number, by maximum
    likelihood, says how many renewals the crowd had made before.
    """
    customers = history.customers
    opening = customers["opening"].to_numpy(dtype=bool)
    count = column(customers, "customers")
    crowd, later = float(count[opening].sum()), float(count[~opening].sum())
    told_apart = crowd > CROWDED_OPENING * history.new_contracts and later >= FEWEST_NEW
    dated = customers[~opening] if told_apart else customers
    optimum = most_likely(
        column(dated, "renewals"), column(dated, "cancels"), column(dated, "customers")
    )
    alpha, beta = np.exp(optimum.theta).tolist()
    gaps, shares = _gap_shares(history.gaps, terms)
    law = RenewalLaw(
        alpha=alpha,
        beta=beta,
        renewal_days=history.renewal_days,
        terms=terms,
        gap_days=gaps,
        gap_shares=shares,
        head_start=_head_start(customers[opening], alpha, beta) if told_apart else 0.0,
        returns=_returns(history.silences),
    )
    return law, optimum.covariance


def _chain(chance: Rate, made: Floats, cancels: Floats, count: int) -> Floats:
    """P(at least 0, 1, …, count renewals in a row | so many made and contracts ended)."""
    rates = chance(made[:, None] + np.arange(count), cancels[:, None])
    steps = np.column_stack([np.ones(len(made)), rates])
    return np.asarray(np.cumprod(steps, axis=1), dtype=float)


def _beginning(law: RenewalLaw, periods: Floats, horizon_days: float, count: int) -> Floats:
    """P(another contract begins early enough for 1, …, count payments), after so many periods.

    It begins in the middle of the j-th period to come with the chance that `returns` has for it.
    """
    rates = np.array(law.returns or (0.0,))
    ahead = horizon_days / law.renewal_days
    whole = max(int(np.ceil(ahead)), 1)
    waiting = periods[:, None] + np.arange(whole + 1)
    needed = np.minimum(np.arange(int(waiting.max())), len(rates) - 1)
    still = np.append(1.0, np.cumprod(1 - rates[needed]))[waiting.astype(int)]
    silent = still / np.maximum(still[:, :1], SMALLEST)
    begins = silent[:, :-1] - silent[:, 1:]
    begins[:, -1] *= ahead - (whole - 1)
    room = np.maximum(np.floor(ahead - np.arange(1, whole + 1) + 0.5), 0.0)
    fits = (room[:, None] >= np.arange(count)).astype(float)
    return np.asarray(begins @ fits, dtype=float)


def _after_a_miss(
    law: RenewalLaw,
    *,
    n: Floats,
    c: Floats,
    e: Floats,
    missed: Floats,
    horizon_days: float,
    count: int,
) -> Floats:
    """What contracts add to P(k payments or more) that end in the coming days and begin again.

    The j-th renewal from now is missed with chance m_j; grace is over patience - e + j D days from
    now, and j payments were made: P(N >= k) rises by m_j P(k - j or more | back by then).
    """
    added = np.zeros((len(n), count + 1))
    ages, whose = np.unique(e, return_inverse=True)
    stays = 1 - missed
    for j in range(count + 1):
        left = horizon_days - np.maximum(law.terms.patience_days - ages, 0.0) - j * law.renewal_days
        if left.max(initial=0.0) <= 0:
            break
        if j:
            rate = law.rate(n + j, c)
            missed, stays = stays * (1 - rate), stays * rate
        begun = np.vstack(
            [
                _beginning(law, np.zeros(1), days, count + 1 - j)
                if days > 0
                else np.zeros((1, count + 1 - j))
                for days in left
            ]
        )
        again = _chain(law.rate, n + j, c + 1, count - j)
        added[:, j:] += missed[:, None] * begun[whose] * again
    return added


def _gap_shares(
    gaps: pd.DataFrame, terms: ContractTerms
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The distribution of the gaps; one renewal spread evenly is added, so that none is certain."""
    days = np.arange(int(np.ceil(terms.extra_before_days)), int(terms.patience_days) + 1)
    # After an extra, a renewal may come later than grace allows.
    days = np.union1d(days, gaps["days"].to_numpy(dtype=int))
    known = gaps.set_index("days")["renewals"].reindex(days, fill_value=0).to_numpy(dtype=float)
    shares = np.cumsum(known + 1 / len(days)) / (known.sum() + 1)
    return tuple(days.tolist()), tuple(np.minimum(shares, 1.0).tolist())


def _head_start(opening: pd.DataFrame, alpha: float, beta: float) -> float:
    """Renewals before the log, one number for all contracts found running; maximum likelihood."""
    made, count = column(opening, "renewals"), column(opening, "customers")
    lost = column(opening, "cancels")

    def loss(log_start: float) -> float:
        before = np.expm1(log_start)
        value = betaln(alpha + lost, beta + before + made) - betaln(alpha, beta + before)
        return -dot(count, value)

    found = minimize_scalar(loss, bounds=(0.0, np.log1p(LONGEST_HEAD_START)), method="bounded")
    return float(np.expm1(found.x))


def _returns(silences: pd.DataFrame) -> tuple[float, ...] | None:
    """Shares of those silent so far who came back in each period, drawn to sBG's.

    sBG alone has a heavy tail: most come back soon or never, and of those silent for a year it
    expects several times as many as come.
    """
    silent = silences["silent"].to_numpy(dtype=bool)
    waited, count = column(silences, "periods").astype(int), column(silences, "contracts")
    if float(count[~silent].sum()) < FEWEST_RETURNS:
        return None
    rows = silences.rename(columns={"periods": "renewals", "silent": "active"})
    alpha, beta = ShiftedBetaGeometric().fit(rows, weight="contracts").params_
    periods = np.arange(max(int(waited.max()), 1))
    back = np.array([count[~silent & (waited == j)].sum() for j in periods])
    there = np.array([count[np.where(silent, waited > j, waited >= j)].sum() for j in periods])
    usual = alpha / (alpha + beta + periods)
    shares = (back + RETURNS_PRIOR * usual) / (there + RETURNS_PRIOR)
    return tuple(shares.tolist())
