"""The model of record of a contractual shop: renewals by shifted-beta-geometric, times value.

payments -> contracts -> chance of each renewal, value of a period -> revenue, intervals -> total
"""

from copy import copy
from dataclasses import asdict
from datetime import date
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from ltvkit.contracts import ContractHistory, ContractTerms, Plans
from ltvkit.errors import NotEnoughDataError, SchemaError
from ltvkit.models._rows import column
from ltvkit.models._state import Estimator
from ltvkit.models.contracts.facts import PAST, ContractFacts, facts_in_words, gather_contract_facts
from ltvkit.models.contracts.payments import KNOWN, PeriodValue, intervals, share_below
from ltvkit.models.contracts.renewals import PaymentsAhead, RenewalLaw, kept, outlook
from ltvkit.models.contracts.supposed import if_all_made, if_paid
from ltvkit.models.contracts.total import ContractForecast, forecast_contracts, learn
from ltvkit.models.total.level import LevelForecast
from ltvkit.panel import UNLIKELY, Explanation, Panel, Report, say_nothing
from ltvkit.snapshot import as_date, as_day_number
from ltvkit.units import USUAL_INTERVAL, Floats

NEXT_SHARES = (0.1, 0.5, 0.9)
"""Of those who renew, who have by the first, the usual and the last day that is told."""

READ = (*PAST, "days_since_renewal", "days_since_payment", *KNOWN)
"""The features that the model reads."""


class ContractualLtv(Estimator):
    """What each customer of a contractual shop will pay, how likely a renewal is, how sure both.

    Attributes
    ----------
    law_ : RenewalLaw
        The chance of a renewal, and when it comes.
    value_ : PeriodValue
        What a period brings.
    price_ : float
        By what factor periods of the days ahead are dearer than that, as past totals show.
    scatter_ : tuple of float
        By what factors a renewal's revenue scatters around it.
    level_ : LevelForecast
        The total, and how sure it is.
    forecast_ : ContractForecast
        The same with its past errors, for a total of several plans; not in the file.
    regained_ : float
        Of the payments that the law gives up, the share that comes after all, after pauses and
        later than the grace, as past dates show; below 0, the share of the expected ones that does
        not come.
    facts_ : ContractFacts
        For the explanation.
    as_of_day_ : int
        The snapshot, in days since 1970-01-01.
    horizon_days_, label_days_ : int
        The horizon trained for, both.

    References
    ----------
    Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21;
    (2010), Customer-base valuation in a contractual setting, Marketing Science 29.
    """

    law_: RenewalLaw
    value_: PeriodValue
    price_: float
    scatter_: tuple[float, ...]
    level_: LevelForecast
    forecast_: ContractForecast
    regained_: float
    facts_: ContractFacts
    as_of_day_: int
    horizon_days_: int
    label_days_: int

    def __init__(self) -> None:
        pass

    def fit(self, panel: Panel, *, report: Report = say_nothing) -> Self:
        """Learn from the contracts of a log.

        Parameters
        ----------
        panel : Panel
            Of a contractual shop.
        report : callable
            Told what is being done, how far it is, and of how much.

        Raises
        ------
        NotEnoughDataError
            When the history does not hold a single renewal whose days of grace are over.
        """
        contracts = panel.contracts
        if contracts is None:
            raise SchemaError(
                "got a panel without contracts, expected build_contract_panel's; build it so"
            )
        self.as_of_day_ = panel.as_of_day
        self.horizon_days_ = self.label_days_ = panel.snapshot.horizon_days
        report("renewals", 0, 1)
        _check(contracts.history, contracts.terms, panel.history_days)
        learned = learn(contracts.history, contracts.terms, panel.now)
        self.law_, self.value_ = learned.law, learned.value
        report("renewals", 1, 1)
        self.forecast_ = forecast_contracts(
            contracts, learned, panel.now, horizon_days=self.horizon_days_, report=report
        )
        self.level_, self.scatter_ = self.forecast_.level, self.forecast_.scatter
        self._meet_the_total(panel.now, self.forecast_.payments)
        self.facts_ = gather_contract_facts(
            contracts,
            self.law_,
            panel.now,
            payments=self._payments(panel.now, self.horizon_days_),
            value=self._value(panel.now),
            horizon_days=self.horizon_days_,
        )
        return self

    @property
    def plans_(self) -> Plans:
        """The terms of the only plan."""
        return (self.law_.terms,)

    @property
    def latest_(self) -> dict[str, float]:
        """The renewals of the last month; see `ContractFacts`."""
        return self.facts_.latest

    def running_days(self, features: pd.DataFrame) -> Floats:
        """The period and the days of grace."""
        return np.full(len(features), np.ceil(self.law_.terms.patience_days))

    def at(self, as_of: date | str) -> Self:
        """The same model asked on another day, its total less sure.

        A renewal falls due by its contract, whatever the season.
        """
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
        """The coming `horizon_days` days (the horizon trained for when not given).

        Parameters
        ----------
        features : DataFrame
            Contracts at a snapshot, one row per customer.
        horizon_days : int, optional
            Any number of days; revenue rises with it.
        interval_level : float
            How often the truth should lie in an interval.

        Returns
        -------
        DataFrame
            `ltvkit.schemas.PREDICTIONS`, `prob_alive`, `prob_order_90d`, the days until the next
            payment (`next_order_days`, `_from`, `_to`), `renewals_due`, `prob_kept` and
            `revenue_if_kept`. `prob_active` is the chance of a payment, and 1 where the contract
            runs and no renewal is due in the days ahead: nothing is expected then (`renewals_due`
            0, revenue 0). After a contract has ended, it is the chance of another one.
            `prob_order_90d` is the chance of a payment whatever is due: 0 where no renewal is due
            in 90 days, unless it may come early.
            `prob_kept` is the chance that the contract does not end in these days (after it has:
            of another one), `revenue_if_kept` the revenue in them if it does not (after it has:
            if another one begins today). `low_if_order` and `high_if_order` are of those whose
            renewal is made (after it has: who begin another one). All ends of
            intervals rise with the days.
        """
        days = self.horizon_days_ if horizon_days is None else horizon_days
        ahead = outlook(self.law_, features, days)
        whole = if_all_made(self.law_, features, days)
        expected = self._with_returns(features, ahead.expected, whole)
        value = self._value(features)
        due = self.law_.due(features, days)
        running = self.law_.is_running(features)
        nothing_due = running & (due == 0)
        pays = self._prob_paid(ahead)
        active = np.where(nothing_due, 1.0, pays)
        stays = kept(self.law_, features, days)
        # Prices are exact, and how they rose is in the scatter: no factor goes before them.
        paid = self.value_.predict(features)
        alive = self._prob_running(features)
        renews = np.minimum(alive, self.law_.rate(*self.law_.past(features)))
        below = share_below(renews, self.scatter_)
        holds = expected * self.price_
        low, high = intervals(ahead, self.scatter_, level=interval_level, below=below, holds=holds)
        ahead_if = if_paid(self.law_, features, days)
        low_if, high_if = intervals(ahead_if, self.scatter_, level=interval_level, below=below)
        paid_if = np.where(ahead.any > 0, paid, 0.0)
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "prob_active": active,
                "expected_orders": expected,
                "expected_order_value": value,
                "predicted_revenue": expected * value,
                "low": low * paid,
                "high": high * paid,
                "low_if_order": low_if * paid_if,
                "high_if_order": high_if * paid_if,
                "prob_alive": alive,
                "prob_order_90d": self._prob_paid(outlook(self.law_, features, 90)),
                **self._next_payment(features, running & (active >= UNLIKELY)),
                "renewals_due": due,
                "prob_kept": np.where(running, stays, pays),
                "revenue_if_kept": whole * value,
            },
            index=features.index,
        )

    def expected_orders(self, features: pd.DataFrame, horizon_days: float) -> Floats:
        """Payments expected of each customer."""
        return self._payments(features, horizon_days)

    def candidate_revenue(self, features: pd.DataFrame) -> dict[str, Floats]:
        """Nothing: the model is of one piece."""
        return {}

    def total_interval(self) -> tuple[float, float, float]:
        """Forecast of the total revenue of the customers trained on, its low and its high."""
        return self.level_.total, self.level_.low, self.level_.high

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Money that each fact adds to or takes from the mean running contract's prediction.

        Revenue is payments N times value v. What v adds is (v - v0)(N + N0)/2, what N adds
        (N - N0)(v + v0)/2, of which the renewals made have what is left when days are looked at
        with as many renewals as usual. What the days change is told by what they mean.

        Returns
        -------
        DataFrame
            `last_payment` (the value), `renewals`, `renewals_due` (how many fall into the horizon),
            `days_overdue`, `days_since_payment` (of a contract that has ended), `rest` (0) and
            `base` (the mean of running contracts); a row adds up to the predicted revenue.
        """
        running = self.law_.is_running(features)
        typical, days = dict(self.facts_.typical), self.horizon_days_
        usual, usual_value = typical.pop("payments"), typical.pop("value")
        usual_past = features.assign(**typical)
        since = column(features, "days_since_renewal")
        punctual = np.where(running, np.minimum(since, np.floor(self.law_.renewal_days)), since)
        on_time = usual_past.assign(
            days_since_renewal=punctual,
            days_since_payment=np.minimum(punctual, column(features, "days_since_payment")),
        )
        own = self._payments(features, days)
        by_days = self._payments(usual_past, days)
        by_due = self._payments(on_time, days)
        value = self._value(features)
        price = (value + usual_value) / 2
        return pd.DataFrame(
            {
                "last_payment": (value - usual_value) * (own + usual) / 2,
                "renewals": price * (own - by_days),
                "renewals_due": np.where(running, price * (by_due - usual), 0.0),
                "days_overdue": np.where(running, price * (by_days - by_due), 0.0),
                "days_since_payment": np.where(running, 0.0, price * (by_days - usual)),
                "rest": 0.0,
                "base": usual * usual_value,
            },
            index=features.index,
        )

    def explanation(self) -> Explanation:
        """What is known of renewals here, in words."""
        said = facts_in_words(self.facts_, self.law_, horizon_days=self.horizon_days_)
        return Explanation(weights={"sbg": 1.0}, btyd_share=0.0, said=said)

    def columns_read(self) -> dict[str, Literal["number", "text"]]:
        """The columns of the features that the model reads, the customer's id apart."""
        return dict.fromkeys(READ, "number")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: parameters and counts, no customer."""
        return {
            "law": asdict(self.law_),
            "value": asdict(self.value_),
            "price": self.price_,
            "scatter": list(self.scatter_),
            "level": asdict(self.level_),
            "regained": self.regained_,
            "facts": asdict(self.facts_),
            "as_of_day": self.as_of_day_,
            "horizon_days": self.horizon_days_,
        }

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Self:
        """The model that `to_dict` described."""
        model = cls()
        law = state["law"]
        model.law_ = RenewalLaw(
            **{
                **law,
                "terms": ContractTerms(**law["terms"]),
                "gap_days": tuple(law["gap_days"]),
                "gap_shares": tuple(law["gap_shares"]),
                "returns": law["returns"] and tuple(law["returns"]),
            }
        )
        value = state["value"]
        model.value_ = PeriodValue(tuple(value["weights"]), value["mean"], value["after_free"])
        model.price_ = state["price"]
        model.scatter_ = tuple(state["scatter"])
        model.level_ = LevelForecast.from_dict(state["level"])
        model.regained_ = state["regained"]
        model.facts_ = ContractFacts(**state["facts"])
        model.as_of_day_ = state["as_of_day"]
        model.horizon_days_ = model.label_days_ = state["horizon_days"]
        return model

    def _payments(self, features: pd.DataFrame, days: float) -> Floats:
        """Expected payments, those after pauses included."""
        expected = outlook(self.law_, features, days).expected
        whole = if_all_made(self.law_, features, days) if self.regained_ > 0 else expected
        return self._with_returns(features, expected, whole)

    def _with_returns(self, features: pd.DataFrame, expected: Floats, whole: Floats) -> Floats:
        """Payments by the law with those that come after all, of the `whole` if all were made."""
        if self.regained_ <= 0:
            return expected * (1 + self.regained_)
        running = self.law_.is_running(features)
        given_up = np.maximum(whole - expected, 0.0)
        return np.where(running, expected + self.regained_ * given_up, expected)

    def _prob_paid(self, ahead: PaymentsAhead) -> Floats:
        """P(a payment): where fewer come than the law says, no more than are expected."""
        return np.minimum(ahead.any, ahead.expected * (1 + min(self.regained_, 0.0)))

    def _value(self, features: pd.DataFrame) -> Floats:
        """Revenue of a period in the days ahead."""
        return self.price_ * self.value_.predict(features)

    def _meet_the_total(self, now: pd.DataFrame, payments: float) -> None:
        """Bring payments to so many, as far as renewals go, and what they bring to the total."""
        self.price_, self.regained_ = 1.0, 0.0
        expected = float(self._payments(now, self.horizon_days_).sum())
        missing = payments - expected
        if missing < 0 < expected:
            self.regained_ = missing / expected
        elif missing > 0:
            self.regained_ = 1.0
            most = float(self._payments(now, self.horizon_days_).sum()) - expected
            self.regained_ = min(missing / most, 1.0) if most > 0 else 0.0
        revenue = self._payments(now, self.horizon_days_) * self._value(now)
        if revenue.sum() > 0:
            self.price_ = self.level_.total / float(revenue.sum())

    def _prob_running(self, features: pd.DataFrame) -> Floats:
        """P(not cancelled): 1 until the renewal is due, 0 after the contract has ended."""
        since = column(features, "days_since_renewal")
        rate = self.law_.rate(*self.law_.past(features))
        late = rate * (1 - self.law_.paid_within(since))
        alive = np.where(since > self.law_.renewal_days, late / (late + 1 - rate), 1.0)
        return np.where(self.law_.is_running(features), alive, 0.0)

    def _next_payment(self, features: pd.DataFrame, likely: np.ndarray) -> dict[str, Floats]:
        """Days until the renewal, for running contracts that will probably make it."""
        since = column(features, "days_since_renewal")
        before = self.law_.paid_within(since)
        known = np.array((0.0, *self.law_.gap_shares))
        gaps = np.array((self.law_.gap_days[0] - 1, *self.law_.gap_days), dtype=float)
        low, middle, high = (
            np.where(
                likely,
                np.maximum(np.interp(before + share * (1 - before), known, gaps) - since, 1.0),
                np.nan,
            )
            for share in NEXT_SHARES
        )
        return {"next_order_days": middle, "next_order_days_from": low, "next_order_days_to": high}


def _check(history: ContractHistory, terms: ContractTerms, history_days: int) -> None:
    if not len(history.gaps):
        raise NotEnoughDataError(
            f"got {history_days} days of history without a renewal, expected some contracts that "
            f"were renewed after {terms.renewal_days:g} days and {terms.grace_days} days of grace; "
            "wait for them, or check renewal_days"
        )
