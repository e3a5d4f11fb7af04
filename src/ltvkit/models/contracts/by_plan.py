"""Several plans: each customer is asked of the model of the plan that the customer is on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Self, TypeVar

import numpy as np
import pandas as pd

from ltvkit.errors import SchemaError
from ltvkit.models._rows import column
from ltvkit.panel import LtvModel, Panel
from ltvkit.units import Integers

M = TypeVar("M")


def ask_by_plan(
    models: Mapping[float, M],
    features: pd.DataFrame,
    ask: Callable[[M, pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """What the models of the plans answer, a row for each customer, in their order.

    Parameters
    ----------
    models : mapping of float to object
        By the period of the plan, in days.
    features : DataFrame
        Contracts at a snapshot; `plan` is the period of the one that a customer is on. The model of
        the nearest period is asked.
    ask : callable
        Given a model and the features of its customers.

    Examples
    --------
    >>> features = pd.DataFrame({"plan": [365.25, 30.4, 365.25]})
    >>> ask_by_plan({30.4: "monthly", 365.25: "yearly"}, features,
    ...             lambda name, rows: pd.DataFrame({"asked": name}, index=rows.index))
         asked
    0   yearly
    1  monthly
    2   yearly
    """
    nearest = _nearest(features, list(models))
    rows = [np.flatnonzero(nearest == place) for place in range(len(models))]
    told = [
        ask(model, features.iloc[own])
        for model, own in zip(models.values(), rows, strict=True)
        if len(own) or not len(features)
    ]
    back = np.argsort(np.concatenate(rows), kind="stable")
    return pd.concat(told).iloc[back]


class EachPlan:
    """One model for each plan, as if it were a shop of its own.

    Parameters
    ----------
    new_model : callable
        Makes an unfitted model of contracts.
    """

    def __init__(self, new_model: Callable[[], LtvModel]) -> None:
        self.new_model = new_model

    def fit(self, panel: Panel) -> Self:
        """Fit one to the contracts of each plan."""
        self.models_ = {days: self.new_model().fit(plan) for days, plan in by_period(panel).items()}
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """What the model of each customer's plan says."""
        return ask_by_plan(
            self.models_, features, lambda model, own: model.predict(own, horizon_days)
        )


def by_period(panel: Panel) -> dict[float, Panel]:
    """The panel of each plan that renewals can be learned of by its period, the shortest first.

    A plan of which none could be made yet has no model: its customers are asked of the nearest.

    Raises
    ------
    SchemaError
        When the panel is of another kind of shop.
    """
    plans = {
        plan.contracts.terms.renewal_days: plan
        for plan in panel.plans
        if plan.contracts is not None
    }
    if not plans:
        raise SchemaError(
            "got a panel without plans, expected build_contract_panel's with several; build it so"
        )
    learned = {days: plan for days, plan in plans.items() if _has_renewals(plan)} or plans
    nearest = _nearest(panel.now, list(learned))
    return {
        days: replace(plan, now=panel.now[nearest == place])
        for place, (days, plan) in enumerate(learned.items())
        if (nearest == place).any()
    }


def _has_renewals(plan: Panel) -> bool:
    return plan.contracts is not None and len(plan.contracts.history.gaps) > 0


def _nearest(features: pd.DataFrame, periods: list[float]) -> Integers:
    """The place of the period that is nearest to that of each customer's plan."""
    away = np.abs(column(features, "plan")[:, None] - np.array(periods))
    return np.asarray(np.argmin(away, axis=1), dtype=np.int64)
