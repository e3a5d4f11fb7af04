"""A non-contractual shop: customers order when they like, and leave without a word."""

from dataclasses import dataclass

import pandas as pd

from ltvkit.data import CleanLog
from ltvkit.data.clock import shop_clock
from ltvkit.evaluation.backtest import Others
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.folds import fold_snapshots
from ltvkit.evaluation.kind_checks import (
    check_newcomers,
    check_recent_orders,
    check_repeat_buying,
)
from ltvkit.features.orders import OrderDays, with_history
from ltvkit.features.panel import activity_at, build_panel, features_at
from ltvkit.features.targets import orders_after
from ltvkit.models import BetaGeo, ModifiedBetaGeo, ParetoNBD
from ltvkit.models.baselines import BtydLtv, LifetimesLtv, Mean, NaiveRate, PastSpend
from ltvkit.models.stack import StackedLtv
from ltvkit.panel import Activity, ModelOfRecord, Panel
from ltvkit.snapshot import Snapshot, as_day_number

OTHERS: Others = {
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
"""The rows of the backtest beside the model of record."""


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
    def others(self) -> Others:
        """BTYD, ours and that of `lifetimes`, and no model."""
        return OTHERS

    def folds(self, log: CleanLog, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """The latest whose horizon is over, and one before; none before customers came back."""
        return _folds(activity_at(log.order_days, snapshot.as_of), log, snapshot)

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
        return orders_after(order_days, fold, shop_clock(order_days, fold.as_of))

    def checks(self, log: CleanLog, model: ModelOfRecord) -> tuple[Check, ...]:
        """Whether more customers came of late than at any past date, or other orders."""
        level = model.level_
        return (
            check_newcomers(level.untried),
            check_recent_orders(level.of_late),
            check_repeat_buying(level.begun_days),
        )

    def new_model(self) -> ModelOfRecord:
        """The stack."""
        return StackedLtv(seed=self.seed, threads=self.threads)


def orders_in_words(log: CleanLog, *, horizon_days: int) -> str:
    """How much of a log can be learned from, for one who checks it before training."""
    snapshot = Snapshot(log.as_of, horizon_days)
    seen = activity_at(log.order_days, snapshot.as_of)
    folds = len(_folds(seen, log, snapshot))
    words = f"Orders: past dates at which predictions can be checked: {folds}."
    repeats = check_repeat_buying(seen.begun_days(as_day_number(snapshot.as_of)))
    return words if repeats.status == "PASS" else f"{words}\n  ! {repeats.recommendation}"


def _folds(seen: Activity, log: CleanLog, snapshot: Snapshot) -> tuple[Snapshot, ...]:
    return fold_snapshots(seen.repeats_began_on or log.summary.begins, snapshot, seen.clock)
