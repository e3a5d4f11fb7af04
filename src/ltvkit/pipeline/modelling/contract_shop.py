"""A contractual shop: customers renew, and a renewal that does not come is the end."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from ltvkit.config import Config
from ltvkit.contracts import Plans
from ltvkit.data import CleanLog
from ltvkit.evaluation.backtest import Others
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.folds import SHORTEST_HORIZON_DAYS, fold_snapshots
from ltvkit.evaluation.kind_checks import check_latest_renewals, check_plans
from ltvkit.features.contracts import (
    build_contract_panel,
    contract_features,
    contracts_ended,
    days_to_learn,
)
from ltvkit.features.orders import OrderDays
from ltvkit.features.payments import payments_of
from ltvkit.features.plans import find_plans, other_period
from ltvkit.features.targets import orders_after
from ltvkit.models.baselines import Mean, NaiveRate, PastSpend
from ltvkit.models.contracts.by_plan import EachPlan
from ltvkit.models.contracts.retention import ConstantRetention, RetentionByAge
from ltvkit.models.contractual import ContractualLtv
from ltvkit.models.plans import PlansLtv
from ltvkit.panel import ModelOfRecord, Panel
from ltvkit.snapshot import Snapshot

OTHERS: Others = {
    "retention by age": RetentionByAge,
    "constant retention": ConstantRetention,
    "naive rate": NaiveRate,
    "past spend": PastSpend,
    "mean": Mean,
}
"""The rows of the backtest beside the model of record."""

OTHERS_BY_PLAN: Others = {
    **OTHERS,
    "retention by age": lambda: EachPlan(RetentionByAge),
    "constant retention": lambda: EachPlan(ConstantRetention),
}
"""The same where there are several plans."""


@dataclass(frozen=True, slots=True)
class ContractShop:
    """Customers renew, or do not.

    Parameters
    ----------
    plans : tuple of ContractTerms
        When renewals are due, and how late a payment may be, under each plan.
    """

    plans: Plans

    @property
    def others(self) -> Others:
        """Retention rates counted by hand, and no model."""
        return OTHERS if len(self.plans) == 1 else OTHERS_BY_PLAN

    def folds(self, log: CleanLog, snapshot: Snapshot) -> tuple[Snapshot, ...]:
        """Those at which renewals had been seen; else one as far back as there had."""
        first = log.summary.first_day
        needed = days_to_learn(log.order_days, self.plans)
        return contract_folds(first, snapshot, days_to_learn=needed)

    def panel(self, order_days: OrderDays, snapshot: Snapshot) -> Panel:
        """Contracts, and what earlier ones teach."""
        return build_contract_panel(order_days, snapshot, plans=self.plans)

    def features(
        self, order_days: OrderDays, snapshot: Snapshot, *, model: ModelOfRecord
    ) -> pd.DataFrame:
        """Contracts."""
        return contract_features(order_days, snapshot, plans=self.plans)

    def truth(self, order_days: OrderDays, fold: Snapshot) -> pd.DataFrame:
        """Payments and revenue, and which of the contracts then running had ended."""
        ended = contracts_ended(order_days, fold, plans=self.plans)
        return orders_after(order_days, fold).merge(ended, on="customer_id", how="outer")

    def checks(self, log: CleanLog, model: ModelOfRecord) -> tuple[Check, ...]:
        """Whether there are plans of another period, and whether customers leave as they did."""
        assert isinstance(model, ContractualLtv | PlansLtv)  # noqa: S101  (for the type checker)
        return self.other_plans(log), check_latest_renewals(**model.latest_)

    def other_plans(self, log: CleanLog) -> Check:
        """Whether many contracts seem to have a period that is none of the plans'."""
        share, days = other_period(payments_of(log.order_days), self.plans)
        return check_plans(share, days, periods=[terms.renewal_days for terms in self.plans])

    def new_model(self) -> ModelOfRecord:
        """Renewals by shifted-beta-geometric, times value; of each plan by itself."""
        return ContractualLtv() if len(self.plans) == 1 else PlansLtv()


def contract_shop(config: Config, log: CleanLog) -> ContractShop:
    """The contracts of a log; its payments tell the terms that the configuration does not."""
    return ContractShop(
        find_plans(
            payments_of(log.order_days),
            renewal_days=config.renewal_days,
            grace_days=config.grace_days,
        )
    )


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
    folds = fold_snapshots(first_day, snapshot, days_to_learn=days_to_learn)
    folds = tuple(fold for fold in folds if fold.as_of >= learned)
    left = (snapshot.as_of - learned).days
    if folds or left < SHORTEST_HORIZON_DAYS:
        return folds
    return (Snapshot(learned, min(left, snapshot.horizon_days)),)


def contracts_in_words(config: Config, log: CleanLog) -> str:
    """What the contracts of a log look like, for one who checks it before training."""
    shop = contract_shop(config, log)
    snapshot = Snapshot(log.as_of, config.snapshot.horizon_days)
    now = contract_features(log.order_days, snapshot, plans=shop.plans)
    lines = []
    for terms in shop.plans:
        own = now if len(shop.plans) == 1 else now[now["plan"] == terms.renewal_days]
        running = own["days_since_payment"] <= terms.patience_days
        lines += [
            f"Contracts: renewed every {terms.renewal_days:.4g} days, payments up to "
            f"{terms.grace_days} days late.",
            f"  {int(running.sum()):,} running, {int((~running).sum()):,} ended; renewals due in "
            f"the {snapshot.horizon_days} days ahead: {int((own['renewals_due'] > 0).sum()):,} "
            "contracts.",
        ]
    folds = len(shop.folds(log, snapshot))
    lines.append(f"  Past dates at which predictions can be checked: {folds}.")
    others = shop.other_plans(log)
    return "\n".join(lines if others.status == "PASS" else [*lines, f"  ! {others.recommendation}"])
