"""The two kinds of shop: what each learns from, what with, and what it is compared with.

In a non-contractual shop customers order when they like and leave without a word; in a contractual
one they renew, and a renewal that does not come is the end.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import pandas as pd

from ltvkit.config import Config
from ltvkit.contracts import ContractTerms
from ltvkit.data import CleanLog
from ltvkit.data.clock import shop_clock
from ltvkit.evaluation.backtest import SHORTEST_HORIZON_DAYS, fold_snapshots
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.kind_checks import check_latest_renewals, check_newcomers, check_plans
from ltvkit.features.contracts import (
    build_contract_panel,
    contract_features,
    contract_terms,
    contracts_ended,
    days_to_learn,
    other_period,
)
from ltvkit.features.engine import fetch
from ltvkit.features.orders import OrderDays, with_history
from ltvkit.features.panel import build_panel, features_at
from ltvkit.features.snapshots import snapshot_days
from ltvkit.features.targets import targets
from ltvkit.models import BetaGeo, ModifiedBetaGeo, ParetoNBD
from ltvkit.models.baselines import BtydLtv, LifetimesLtv, Mean, NaiveRate, PastSpend
from ltvkit.models.contracts.retention import ConstantRetention, RetentionByAge
from ltvkit.models.contractual import ContractualLtv
from ltvkit.models.stack import StackedLtv
from ltvkit.panel import LtvModel, ModelOfRecord, Panel
from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import Snapshot, as_day_number

Models = Mapping[str, Callable[[], LtvModel]]

OTHERS: Models = {
    "BG/NBD + GG": lambda: BtydLtv(BetaGeo),
    "MBG/NBD + GG": lambda: BtydLtv(ModifiedBetaGeo),
    "Pareto/NBD + GG": lambda: BtydLtv(ParetoNBD),
    "lifetimes BG/NBD + GG": lambda: LifetimesLtv("bgnbd"),
    "lifetimes MBG/NBD + GG": lambda: LifetimesLtv("mbgnbd"),
    "lifetimes Pareto/NBD + GG": lambda: LifetimesLtv("pareto_nbd"),
    "naive rate": NaiveRate,
    "past spend": PastSpend,
    "mean": Mean,
}
"""The rows of the backtest of a non-contractual shop beside the model of record."""

OTHERS_OF_CONTRACTS: Models = {
    "retention by age": RetentionByAge,
    "constant retention": ConstantRetention,
    "naive rate": NaiveRate,
    "past spend": PastSpend,
    "mean": Mean,
}
"""The same of a contractual one."""


class Kind(Protocol):
    """What the pipeline asks of a kind of shop."""

    @property
    def others(self) -> Models:
        """The rows of every backtest beside the model of record."""

    def folds(self, log: CleanLog, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """The past dates of the backtest."""

    def panel(self, order_days: OrderDays, snapshot: Snapshot) -> Panel:
        """What a model may learn from at a snapshot."""

    def features(
        self, order_days: OrderDays, snapshot: Snapshot, *, model: ModelOfRecord
    ) -> pd.DataFrame:
        """The features of everybody at a snapshot, for a trained model."""

    def truth(self, order_days: OrderDays, fold: Snapshot) -> pd.DataFrame:
        """What came after a past date; see `ltvkit.evaluation.backtest.run_backtest`."""

    def checks(self, log: CleanLog, model: ModelOfRecord) -> tuple[Check, ...]:
        """What only this kind of shop and its trained model are asked, for the verdict."""

    def new_model(self) -> ModelOfRecord:
        """The model of record, unfitted."""


def kind_of(
    config: Config,
    log: CleanLog,
    customers: pd.DataFrame | None,
    *,
    trained: ModelOfRecord | None = None,
) -> Kind:
    """The kind of a shop, as its configuration says.

    Parameters
    ----------
    config : Config
        The run.
    log : CleanLog
        Contracts are read with the terms that it shows, where the configuration does not say.
    customers : DataFrame, optional
        Attributes of customers to learn from, where orders are.
    trained : ModelOfRecord, optional
        The model that will be asked: its terms go before those of the log.
    """
    match config.kind:
        case "non_contractual":
            return OrderShop(
                attributes=log.attributes,
                customers=customers,
                seed=config.model.seed,
                threads=config.model.threads or os.cpu_count() or 1,
            )
        case "contractual":
            if isinstance(trained, ContractualLtv):
                return ContractShop(trained.law_.terms)
            return ContractShop(
                contract_terms(
                    log.order_days,
                    renewal_days=config.renewal_days,
                    grace_days=config.grace_days,
                )
            )


@dataclass(frozen=True, slots=True)
class OrderShop:
    """Customers order when they like.

    Parameters
    ----------
    attributes : tuple of str
        Columns of the order days to learn from.
    customers : DataFrame, optional
        Attributes of customers.
    seed, threads : int
        Of the model.
    """

    attributes: tuple[str, ...]
    customers: pd.DataFrame | None
    seed: int
    threads: int

    @property
    def others(self) -> Models:
        """BTYD, ours and that of `lifetimes`, and no model."""
        return OTHERS

    def folds(self, log: CleanLog, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """The latest whose horizon is over, and one before."""
        clock = shop_clock(log.order_days, snapshot.as_of)
        return fold_snapshots(log.summary.begins, snapshot, clock)

    def panel(self, order_days: OrderDays, snapshot: Snapshot) -> Panel:
        """Rolling past snapshots."""
        return build_panel(
            order_days,
            snapshot,
            attribute_columns=self.attributes,
            customers=self.customers,
            seed=self.seed,
        )

    def features(
        self, order_days: OrderDays, snapshot: Snapshot, *, model: ModelOfRecord
    ) -> pd.DataFrame:
        """Summary, behaviour and attributes."""
        return features_at(
            with_history(order_days, shop_clock(order_days, snapshot.as_of)),
            [as_day_number(snapshot.as_of)],
            horizon_days=model.label_days_,
            attribute_columns=self.attributes,
            customers=self.customers,
        ).drop(columns="as_of_day")

    def truth(self, order_days: OrderDays, fold: Snapshot) -> pd.DataFrame:
        """Orders and revenue, over as many days on which the shop was open."""
        return _orders_after(order_days, fold, shop_clock(order_days, fold.as_of))

    def checks(self, log: CleanLog, model: ModelOfRecord) -> tuple[Check, ...]:
        """Whether more customers came of late than at any past date."""
        return (check_newcomers(model.level_.parts()["untried"]),)

    def new_model(self) -> ModelOfRecord:
        """The stack."""
        return StackedLtv(seed=self.seed, threads=self.threads)


@dataclass(frozen=True, slots=True)
class ContractShop:
    """Customers renew, or do not.

    Parameters
    ----------
    terms : ContractTerms
        When renewals are due, and how late a payment may be.
    """

    terms: ContractTerms

    @property
    def others(self) -> Models:
        """Retention rates counted by hand, and no model."""
        return OTHERS_OF_CONTRACTS

    def folds(self, log: CleanLog, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """Those at which renewals had been seen; else one as far back as there had."""
        first = log.summary.first_day
        needed = days_to_learn(log.order_days, self.terms)
        return contract_folds(first, snapshot, days_to_learn=needed)

    def panel(self, order_days: OrderDays, snapshot: Snapshot) -> Panel:
        """Contracts, and what earlier ones teach."""
        return build_contract_panel(order_days, snapshot, terms=self.terms)

    def features(
        self, order_days: OrderDays, snapshot: Snapshot, *, model: ModelOfRecord
    ) -> pd.DataFrame:
        """Contracts."""
        return contract_features(order_days, snapshot, terms=self.terms)

    def truth(self, order_days: OrderDays, fold: Snapshot) -> pd.DataFrame:
        """Payments and revenue, and which of the contracts then running had ended."""
        ended = contracts_ended(order_days, fold, terms=self.terms)
        return _orders_after(order_days, fold).merge(ended, on="customer_id", how="outer")

    def checks(self, log: CleanLog, model: ModelOfRecord) -> tuple[Check, ...]:
        """Whether there are plans of another period, and whether customers leave as they did."""
        assert isinstance(model, ContractualLtv)  # noqa: S101  (for the type checker)
        return self.plans(log), check_latest_renewals(**model.facts_.latest)

    def plans(self, log: CleanLog) -> Check:
        """Whether many contracts seem to have another period."""
        share, days = other_period(log.order_days, self.terms)
        return check_plans(share, days, renewal_days=self.terms.renewal_days)

    def new_model(self) -> ModelOfRecord:
        """Renewals by shifted-beta-geometric, times value."""
        return ContractualLtv()


def _orders_after(
    order_days: OrderDays, fold: Snapshot, clock: ShopClock = CALENDAR
) -> pd.DataFrame:
    day = snapshot_days([clock.at(as_day_number(fold.as_of))])
    return fetch(targets(with_history(order_days, clock), day, horizon_days=fold.horizon_days))


def clock_of(config: Config, log: CleanLog) -> ShopClock:
    """The clock that the models of a shop tell days by: contracts run on while it is shut."""
    return CALENDAR if config.kind == "contractual" else shop_clock(log.order_days, log.as_of)


def contracts_in_words(config: Config, log: CleanLog) -> str:
    """What the contracts of a log look like, for one who checks it before training."""
    shop = ContractShop(
        contract_terms(
            log.order_days, renewal_days=config.renewal_days, grace_days=config.grace_days
        )
    )
    snapshot = Snapshot(log.as_of, config.snapshot.horizon_days)
    now = contract_features(log.order_days, snapshot, terms=shop.terms)
    running = now["days_since_payment"] <= shop.terms.patience_days
    folds = len(shop.folds(log, snapshot))
    words = (
        f"Contracts: renewed every {shop.terms.renewal_days:.4g} days, payments up to "
        f"{shop.terms.grace_days} days late.\n"
        f"  {int(running.sum()):,} running, {int((~running).sum()):,} ended; renewals due in the "
        f"{snapshot.horizon_days} days ahead: {int((now['renewals_due'] > 0).sum()):,} contracts.\n"
        f"  Past dates at which predictions can be checked: {folds}."
    )
    plans = shop.plans(log)
    return words if plans.status == "PASS" else f"{words}\n  ! {plans.recommendation}"


def contract_folds(
    first_day: date, snapshot: Snapshot, *, days_to_learn: int | None
) -> tuple[Snapshot, ...]:
    """The folds of a log at which there had been renewals to learn from.

    Where yearly contracts leave none a whole horizon back, one looks ahead for as long as there
    was after they could first be learned from.

    >>> snapshot = Snapshot(date(2024, 12, 31), 365)
    >>> [fold.as_of.isoformat() for fold in
    ...  contract_folds(date(2020, 1, 1), snapshot, days_to_learn=460)]
    ['2024-01-01', '2023-07-03']
    >>> contract_folds(date(2023, 1, 1), snapshot, days_to_learn=460)
    (Snapshot(as_of=datetime.date(2024, 4, 5), horizon_days=270),)
    >>> contract_folds(date(2024, 1, 1), snapshot, days_to_learn=460)
    ()
    """
    if days_to_learn is None:
        return ()
    learned = first_day + timedelta(days=days_to_learn)
    folds = tuple(fold for fold in fold_snapshots(first_day, snapshot) if fold.as_of >= learned)
    left = (snapshot.as_of - learned).days
    if folds or left < SHORTEST_HORIZON_DAYS:
        return folds
    return (Snapshot(learned, min(left, snapshot.horizon_days)),)
