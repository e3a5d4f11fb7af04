"""What the order models share: a summary comes in, formulas see the papers' symbols."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.models._likelihood import Optimum
from ltvkit.models._rows import Histories, dot, histories, horizon, on_distinct
from ltvkit.models._state import P, ParametricModel
from ltvkit.units import Floats

# From this share of repeat buyers alive, there is no dropout to speak of.
_ALL = 0.995


class OrderModel(ParametricModel[P], ABC):
    """How often a customer still orders, given the history.

    A model of this kind adds its likelihood and its formulas, of (x, t_x, T) and a horizon t, all
    of them in units of `unit_days`.
    """

    takes_long: ClassVar[bool] = False
    """Whether to ask the formulas once for all customers of the same history."""

    def __init__(self, *, unit_days: float = 7.0) -> None:
        self.unit_days = unit_days

    @abstractmethod
    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame
            A customer summary; only `repeat_orders`, `age_at_last_order_days`, `age_days` are read.
        weight : str, optional
            Column that says how many customers a row stands for.

        Raises
        ------
        ConvergenceError
            When there is no optimum, not even with a weak prior.
        """

    @classmethod
    def from_params(cls, params: P, *, unit_days: float = 7.0) -> Self:
        """A model with known parameters, in units of `unit_days`."""
        model = cls(unit_days=unit_days)
        model.params_ = params
        return model

    def expected_orders(self, summary: pd.DataFrame, horizon_days: npt.ArrayLike) -> Floats:
        """Expected number of orders in the next `horizon_days` days, given the history.

        `horizon_days` is a number, or one per customer.
        """
        return self._ask(self._expected_orders, summary, horizon_days)

    def prob_alive(self, summary: pd.DataFrame) -> Floats:
        """P(not dropped out at the snapshot | history)."""
        return self._ask(self._prob_alive, summary)

    def prob_active(self, summary: pd.DataFrame, horizon_days: npt.ArrayLike) -> Floats:
        """P(at least one order in the next `horizon_days` days | history): 1 - churn risk."""
        return self._ask(self._prob_active, summary, horizon_days)

    @abstractmethod
    def expected_orders_new(self, horizon_days: npt.ArrayLike) -> Floats:
        """Expected repeat orders of a new customer in the first `horizon_days` days of age."""

    def _ask(
        self, formula: Callable[..., Floats], summary: pd.DataFrame, *horizon_days: npt.ArrayLike
    ) -> Floats:
        x, t_x, T, _ = histories(summary, unit_days=self.unit_days)
        t = (horizon(days, unit_days=self.unit_days) for days in horizon_days)
        if self.takes_long:
            return on_distinct(formula, x, t_x, T, *t)
        return formula(x, t_x, T, *t)

    @abstractmethod
    def _expected_orders(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats: ...

    @abstractmethod
    def _prob_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats: ...

    @abstractmethod
    def _prob_active(self, x: Floats, t_x: Floats, T: Floats, t: Floats) -> Floats: ...

    def _learn(self, rows: Histories, optimum: Optimum, *fixed: int) -> Self:
        """Take over what a fit found, with sentences on what it could not see."""
        self.params_ = self.parameters(*fixed, *np.exp(optimum.theta).tolist())
        self.remember(optimum, weight=rows.weight, notes=self._notes(rows))
        return self

    def _notes(self, rows: Histories) -> tuple[str, ...]:
        repeated = rows.weight * (rows.x > 0)
        alive = self._prob_alive(rows.x, rows.t_x, rows.T)
        if repeated.any() and dot(repeated, alive) > _ALL * float(repeated.sum()):
            return ("no dropout is visible: the fit is the limit in which nobody drops out",)
        return notes_on_repeats(rows)


def notes_on_repeats(rows: Histories) -> tuple[str, ...]:
    """A sentence where no history holds a repeat order."""
    if dot(rows.weight, rows.x) > 0:
        return ()
    return ("nobody ordered twice: rates rest on a weak prior",)
