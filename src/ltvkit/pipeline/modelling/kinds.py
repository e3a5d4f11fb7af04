"""The two kinds of shop: what each learns from, what with, and what it is compared with.

In a non-contractual shop customers order when they like and leave without a word; in a contractual
one they renew, and a renewal that does not come is the end.
"""

import os
from typing import Protocol

import pandas as pd

from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.data.clock import shop_clock
from ltvkit.evaluation.backtest import Others
from ltvkit.evaluation.check import Check
from ltvkit.features.orders import OrderDays
from ltvkit.models.contractual import ContractualLtv
from ltvkit.models.plans import PlansLtv
from ltvkit.panel import ModelOfRecord, Panel
from ltvkit.pipeline.modelling.contract_shop import ContractShop, contract_shop
from ltvkit.pipeline.modelling.order_shop import OrderShop
from ltvkit.shop_clock import CALENDAR, ShopClock
from ltvkit.snapshot import Snapshot, as_day_number


class Kind(Protocol):
    """What the pipeline asks of a kind of shop."""

    @property
    def others(self) -> Others:
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
            if isinstance(trained, ContractualLtv | PlansLtv):
                return ContractShop(trained.plans_)
            return contract_shop(config, log)


def clock_of(config: Config, log: CleanLog) -> ShopClock:
    """The clock that the models of a shop tell days by: contracts run on while it is shut."""
    return CALENDAR if config.kind == "contractual" else shop_clock(log.order_days, log.as_of)


def snapshot_of(config: Config, log: CleanLog) -> Snapshot:
    """The day of a log, and the horizon asked, of whole months where dates tell no more."""
    as_of_day = as_day_number(log.as_of)
    asked = config.snapshot.horizon_days
    return Snapshot(log.as_of, clock_of(config, log).horizon(as_of_day, asked))
