"""The model of record of a contractual shop with plans of several periods.

Each plan is a contractual shop of its own (`ltvkit.models.contractual`): plan -> contracts -> law,
value -> predictions. Here they are put together: every customer is asked of the model of the own
plan, and the total is of all of them.
"""

import math
from collections.abc import Callable
from copy import copy
from dataclasses import asdict
from datetime import date
from typing import Any, Literal, Self

import pandas as pd

from ltvkit.contracts import ContractTerms, Plans
from ltvkit.models._state import Estimator
from ltvkit.models.contracts.by_plan import ask_by_plan, by_period
from ltvkit.models.contracts.total import total_of_plans
from ltvkit.models.contractual import ContractualLtv
from ltvkit.models.total.level import LevelForecast
from ltvkit.panel import Explanation, Panel, Report, say_nothing
from ltvkit.snapshot import as_date, as_day_number
from ltvkit.units import USUAL_INTERVAL, Floats
from ltvkit.wording import Sentence


class PlansLtv(Estimator):
    """What each customer of a shop with several plans will pay, as the model of the plan says.

    Attributes
    ----------
    plans_ : tuple of ContractTerms
        The terms of each plan.
    models_ : dict of float to ContractualLtv
        By the period of the plan in days, the shortest first; a plan that was never renewed yet has
        none.
    customers_ : dict of float to int
        How many customers are asked of each model at the snapshot.
    level_ : LevelForecast
        The total of all plans; how sure it is, their sum says at past dates.
    as_of_day_ : int
        The snapshot, in days since 1970-01-01.
    horizon_days_, label_days_ : int
        The horizon trained for, both.
    """

    plans_: Plans
    models_: dict[float, ContractualLtv]
    customers_: dict[float, int]
    level_: LevelForecast
    as_of_day_: int
    horizon_days_: int
    label_days_: int

    def __init__(self) -> None:
        pass

    def fit(self, panel: Panel, *, report: Report = say_nothing) -> Self:
        """Learn each plan from its own contracts.

        Parameters
        ----------
        panel : Panel
            Of a contractual shop with several plans.
        report : callable
            Told what is being done, how far it is, and of how much.

        Raises
        ------
        NotEnoughDataError
            When the history does not hold a single renewal whose days of grace are over.
        """
        self.as_of_day_ = panel.as_of_day
        self.horizon_days_ = self.label_days_ = panel.snapshot.horizon_days
        plans = by_period(panel)
        self.plans_ = tuple(plan.contracts.terms for plan in panel.plans if plan.contracts)
        self.models_ = {
            days: ContractualLtv().fit(plan, report=report) for days, plan in plans.items()
        }
        self.customers_ = {days: len(plan.now) for days, plan in plans.items()}
        self.level_ = total_of_plans([model.forecast_ for model in self.models_.values()])
        return self

    @property
    def latest_(self) -> dict[str, float]:
        """The renewals of the last month, of all plans; see `ContractFacts`."""
        told = [model.latest_ for model in self.models_.values()]
        summed = {name: sum(one[name] for one in told) for name in ("due", "made", "expected")}
        return summed | {"sd": math.hypot(*(one["sd"] for one in told))}

    def running_days(self, features: pd.DataFrame) -> Floats:
        """The period and the days of grace of each customer's plan."""
        return self._numbers(features, lambda model, own: model.running_days(own))

    def at(self, as_of: date | str) -> Self:
        """The same model asked on another day, its total less sure."""
        as_of_day = as_day_number(as_date(as_of))
        moved = copy(self)
        moved.as_of_day_ = as_of_day
        moved.level_ = self.level_.asked_later(as_of_day - self.as_of_day_, 0.0)
        return moved

    def predict(
        self,
        features: pd.DataFrame,
        horizon_days: int | None = None,
        *,
        interval_level: float = USUAL_INTERVAL,
    ) -> pd.DataFrame:
        """The coming `horizon_days` days, of each customer as `ContractualLtv.predict` tells it."""
        return ask_by_plan(
            self.models_,
            features,
            lambda model, own: model.predict(own, horizon_days, interval_level=interval_level),
        )

    def expected_orders(self, features: pd.DataFrame, horizon_days: float) -> Floats:
        """Payments expected of each customer."""
        return self._numbers(features, lambda model, own: model.expected_orders(own, horizon_days))

    def candidate_revenue(self, features: pd.DataFrame) -> dict[str, Floats]:
        """Nothing: the models are of one piece."""
        return {}

    def total_interval(self) -> tuple[float, float, float]:
        """Forecast of the total revenue of the customers trained on, its low and its high."""
        return self.level_.total, self.level_.low, self.level_.high

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Money that each fact adds to the mean running contract of the customer's plan."""
        return ask_by_plan(self.models_, features, lambda model, own: model.contributions(own))

    def explanation(self) -> Explanation:
        """What is known of renewals under each plan, in words."""
        said = [
            sentence
            for days, model in self.models_.items()
            for sentence in (
                Sentence("contract.plan", {"days": days, "customers": self.customers_[days]}),
                *model.explanation().said,
            )
        ]
        return Explanation(weights={"sbg": 1.0}, btyd_share=0.0, said=tuple(said))

    def columns_read(self) -> dict[str, Literal["number", "text"]]:
        """The columns of the features that the models read, the customer's id apart."""
        first = next(iter(self.models_.values()))
        return first.columns_read() | {"plan": "number"}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: parameters and counts, no customer."""
        return {
            "plans": [asdict(terms) for terms in self.plans_],
            "models": [model.to_dict() for model in self.models_.values()],
            "customers": list(self.customers_.values()),
            "level": asdict(self.level_),
            "as_of_day": self.as_of_day_,
            "horizon_days": self.horizon_days_,
        }

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Self:
        """The model that `to_dict` described."""
        model = cls()
        model.plans_ = tuple(ContractTerms(**terms) for terms in state["plans"])
        learned = [ContractualLtv.from_dict(plan) for plan in state["models"]]
        model.models_ = {plan.law_.terms.renewal_days: plan for plan in learned}
        model.customers_ = dict(zip(model.models_, state["customers"], strict=True))
        model.level_ = LevelForecast.from_dict(state["level"])
        model.as_of_day_ = state["as_of_day"]
        model.horizon_days_ = model.label_days_ = state["horizon_days"]
        return model

    def _numbers(
        self, features: pd.DataFrame, ask: Callable[[ContractualLtv, pd.DataFrame], Floats]
    ) -> Floats:
        told = ask_by_plan(
            self.models_,
            features,
            lambda model, own: pd.DataFrame({"told": ask(model, own)}, index=own.index),
        )
        return told["told"].to_numpy(dtype=float)
