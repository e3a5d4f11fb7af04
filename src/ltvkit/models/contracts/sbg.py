"""The shifted-beta-geometric model: contracts that are renewed or cancelled, period by period."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln, digamma

from ltvkit.errors import DataError, NotEnoughDataError, offenders
from ltvkit.models._likelihood import Objective, Optimum, maximise
from ltvkit.models._rows import column, distinct, dot, on_distinct, tally
from ltvkit.models._state import ParametricModel
from ltvkit.units import Floats


class ShiftedBetaGeometricParams(NamedTuple):
    """The probability to cancel at a renewal, theta ~ Beta(alpha, beta) over customers."""

    alpha: float
    beta: float


class ShiftedBetaGeometric(ParametricModel[ShiftedBetaGeometricParams]):
    """How long contracts last: cancelling at each renewal with a customer's own probability (sBG).

    Retention rates rise with age although nobody changes: who is likely to cancel leaves first.
    With theta ~ Beta(alpha, beta),

        P(still there after n renewals) = B(alpha, beta+n)/B(alpha, beta).

    Attributes
    ----------
    params_ : ShiftedBetaGeometricParams
        alpha, beta.
    log_likelihood_ : float
        Sum over customers.
    covariance_, standard_errors_ : ndarray
        Of the parameters, by the delta method.
    diagnostics_ : Diagnostics
        What there is to know about the fit.

    References
    ----------
    Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21.

    Examples
    --------
    The paper's regular customers, seven renewals seen, and the survival after twelve:

    >>> regular = [1000, 631, 468, 382, 326, 289, 262, 241]
    >>> model = ShiftedBetaGeometric().fit(contracts_from_survivors(regular), weight="customers")
    >>> [round(value, 3) for value in model.params_]
    [0.704, 1.182]
    >>> model.survival(12).round(2)
    np.float64(0.17)
    """

    parameters = ShiftedBetaGeometricParams

    def __init__(self) -> None:
        pass

    def fit(self, contracts: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        contracts : DataFrame
            One row per customer: `renewals`, how often the contract was renewed, and `active`,
            whether it still runs (True) or was cancelled at the following renewal (False).
        weight : str, optional
            Column that says how many customers a row stands for.

        Raises
        ------
        ConvergenceError
            When there is no optimum, not even with a weak prior.
        """
        n, active = _contracts(contracts)
        count = np.ones_like(n) if weight is None else column(contracts, weight)
        (n, active), place = distinct([n, active])
        count = tally(place, count)
        if not count.sum() > 0:
            raise NotEnoughDataError(
                "contracts: got no customers, expected at least one; check the snapshot date"
            )
        optimum = most_likely(n, 1 - active, count)
        notes: tuple[str, ...] = ()
        if not dot(count, 1 - active) > 0:
            notes = ("nobody has cancelled yet: survival rests on the weak prior",)
        self.params_ = ShiftedBetaGeometricParams(*np.exp(optimum.theta).tolist())
        self.remember(optimum, weight=count, notes=notes)
        return self

    @classmethod
    def from_params(cls, params: ShiftedBetaGeometricParams) -> Self:
        """A model with known parameters."""
        model = cls()
        model.params_ = params
        return model

    def survival(self, renewals: npt.ArrayLike) -> Floats:
        """P(a new contract outlasts so many renewals); 1 after none."""
        alpha, beta = self.params_
        n = np.asarray(renewals, dtype=float)
        return np.asarray(np.exp(betaln(alpha, beta + n) - betaln(alpha, beta)))[()]

    def retention_rate(self, renewals: npt.ArrayLike) -> Floats:
        """P(the next renewal | so many made): (beta + n)/(alpha + beta + n)."""
        alpha, beta = self.params_
        n = np.asarray(renewals, dtype=float)
        return np.asarray((beta + n) / (alpha + beta + n))[()]

    def prob_active(self, contracts: pd.DataFrame, renewals_ahead: int) -> Floats:
        """P(still active after `renewals_ahead` further renewals); 0 for a cancelled contract."""
        n, active = _contracts(contracts)
        alpha, beta = self.params_
        log_ratio = betaln(alpha, beta + n + renewals_ahead) - betaln(alpha, beta + n)
        return np.asarray(active * np.exp(log_ratio), dtype=float)

    def expected_renewals(
        self, contracts: pd.DataFrame, renewals_ahead: int, *, discount_rate: float = 0.0
    ) -> Floats:
        """Expected number of renewals made at the next `renewals_ahead` occasions.

        Each discounted by (1 + discount_rate) per renewal period to the snapshot, the first
        occasion by a whole period. Fader and Hardie (2010), Customer-base valuation in a
        contractual setting.
        """
        n, active = _contracts(contracts)
        alpha, beta = self.params_
        ahead = np.arange(1, renewals_ahead + 1)
        discount = (1 + discount_rate) ** -ahead.astype(float)

        def total(n: Floats) -> Floats:
            start = (beta + n)[:, None]
            log_ratio = betaln(alpha, start + ahead) - betaln(alpha, start)
            return np.asarray((np.exp(log_ratio) * discount).sum(axis=1), dtype=float)

        return active * on_distinct(total, n)


def contracts_from_survivors(survivors: Sequence[float]) -> pd.DataFrame:
    """The contracts of one cohort, from how many were left after 0, 1, 2, … renewals.

    Examples
    --------
    >>> contracts_from_survivors([10, 6, 5])
       renewals  active  customers
    0         0   False        4.0
    1         1   False        1.0
    2         2    True        5.0
    """
    left = np.asarray(survivors, dtype=float)
    if left.ndim != 1 or left.size < 2 or (np.diff(left) > 0).any() or not (left >= 0).all():
        raise DataError(
            f"survivors: got {offenders(left.ravel().tolist())}, expected at least two counts that "
            "never rise; count the active customers after 0, 1, 2, … renewals"
        )
    last = len(left) - 1
    return pd.DataFrame(
        {
            "renewals": np.arange(last + 1),
            "active": np.arange(last + 1) == last,
            "customers": np.append(-np.diff(left), left[-1]),
        }
    )


def most_likely(n: Floats, lost: Floats, weight: Floats) -> Optimum:
    """The maximum of `log_likelihood`."""
    centre = np.zeros(2)
    starts = [centre, np.log([0.5, 2.0])]
    return maximise(log_likelihood(n, lost, weight), starts=starts, centre=centre, model="sBG")


def log_likelihood(n: Floats, lost: Floats, weight: Floats) -> Objective:
    """The log-likelihood of theta = log(alpha, beta), and its gradient.

    An active contract has survived, B(alpha, beta+n)/B(alpha, beta); a cancelled one survived n
    renewals and not the next, B(alpha+1, beta+n)/B(alpha, beta). Fader and Hardie (2007). Who
    comes back meets further renewals with the same probability to cancel: n renewals made and
    `lost` ones not made have B(alpha+lost, beta+n)/B(alpha, beta).
    """

    def objective(theta: Floats) -> tuple[float, Floats]:
        alpha, beta = np.exp(theta).tolist()
        value = dot(weight, betaln(alpha + lost, beta + n) - betaln(alpha, beta))
        both = digamma(alpha + beta) - digamma(alpha + beta + n + lost)
        by_alpha = dot(weight, digamma(alpha + lost) - digamma(alpha) + both)
        by_beta = dot(weight, digamma(beta + n) - digamma(beta) + both)
        return value, np.array([alpha * by_alpha, beta * by_beta])

    return objective


def _contracts(contracts: pd.DataFrame) -> tuple[Floats, Floats]:
    n, active = column(contracts, "renewals"), column(contracts, "active")
    for wrong, name, values, expected in (
        ((n < 0) | (n != np.floor(n)), "renewals", n, "whole numbers from 0"),
        (~np.isin(active, (0.0, 1.0)), "active", active, "True or False"),
    ):
        if wrong.any():
            raise DataError(
                f"column '{name}': got {offenders(values[wrong].tolist())} in {int(wrong.sum())} "
                f"rows, expected {expected}; one row per contract"
            )
    return n, active
