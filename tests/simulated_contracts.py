"""Contract shops with a known truth: retention by age from a beta mixture, and their panels."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from ltvkit.contracts import ContractTerms, Plans
from ltvkit.features.contracts import build_contract_panel
from ltvkit.features.engine import quiet
from ltvkit.features.plans import find_plans
from ltvkit.panel import Panel
from ltvkit.snapshot import Snapshot

FIRST_DAY = date(2019, 1, 1)


@dataclass(frozen=True)
class ContractShop:
    """Contracts begin evenly; at each renewal one cancels with a probability of the own.

    `back` is the chance that one who cancelled begins another contract some periods later, `late`
    the chance that a renewal comes 1 to 3 days late, `extra` that of a small extra within a period,
    and `price_sd` the standard deviation of the log of single payments.
    """

    alpha: float = 0.8
    beta: float = 4.0
    customers: int = 1500
    renewal_days: float = 365.25 / 12
    history_days: int = 1095
    future_days: int = 400
    late: float = 0.2
    extra: float = 0.0
    back: float = 0.0
    price_sd: float = 0.0
    plans: tuple[float, ...] = (9.99, 19.99, 49.99)


def payments(shop: ContractShop, *, seed: int) -> pd.DataFrame:
    """`customer_id`, `day` (0 is the first) and `revenue`, over history and future."""
    dice = np.random.default_rng(seed)
    end = shop.history_days + shop.future_days
    begins = np.sort(dice.uniform(0, end, int(shop.customers * end / shop.history_days)))
    rows = []
    for number, begin in enumerate(begins):
        cancel = dice.beta(shop.alpha, shop.beta)
        price = dice.choice(np.array(shop.plans))
        period = 0
        while (due := begin + period * shop.renewal_days) < end:
            late = dice.integers(1, 4) if period and dice.random() < shop.late else 0
            paid = price * np.exp(dice.normal(0, shop.price_sd)) if shop.price_sd else price
            rows.append((f"payer-{number:05d}", int(due) + late, round(paid, 2)))
            if dice.random() < shop.extra:
                within = int(due) + int(dice.integers(1, int(0.5 * shop.renewal_days)))
                rows.append((f"payer-{number:05d}", within, 5.0))
            if dice.random() < cancel:
                if dice.random() >= shop.back:
                    break
                begin = due + shop.renewal_days * (1.5 + dice.exponential(3.0))
                period = -1
            period += 1
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "revenue"])
    frame = frame[frame["day"] < end].groupby(["customer_id", "day"], as_index=False).sum()
    return frame.astype({"customer_id": "str"})


def of_several_plans(*shops: ContractShop, seed: int) -> pd.DataFrame:
    """The payments of all these shops in one log; customers are called by the place of theirs."""
    logs = [
        payments(shop, seed=1000 * place + seed).assign(
            customer_id=lambda log, place=place: f"{place}-" + log["customer_id"]
        )
        for place, shop in enumerate(shops)
    ]
    return pd.concat(logs, ignore_index=True).astype({"customer_id": "str"})


def from_mid_life(shop: ContractShop, *, seed: int, lost_days: int) -> pd.DataFrame:
    """The same log as one sees it who kept no record of its first days."""
    whole = payments(replace(shop, history_days=shop.history_days + lost_days), seed=seed)
    kept = whole[whole["day"] >= lost_days]
    return kept.assign(day=kept["day"] - lost_days).reset_index(drop=True)


def as_order_days(log: pd.DataFrame) -> pd.DataFrame:
    """The log as cleaned order days."""
    ordered_on = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(log["day"], unit="D")
    return log.drop(columns="day").assign(
        ordered_on=ordered_on.astype("datetime64[s]"), margin=log["revenue"], orders=1, lines=1
    )


def order_table(log: pd.DataFrame) -> ir.Table:
    """The log as a cleaned log offers it."""
    with quiet():
        table = ibis.memtable(as_order_days(log))
    return table.mutate(ordered_on=table.ordered_on.cast("date"))


def contract_panel(
    log: pd.DataFrame,
    *,
    history_days: int,
    horizon_days: int,
    plans: Plans = (),
) -> Panel:
    """The panel at the end of history."""
    known = log[log["day"] <= history_days]
    return build_contract_panel(
        order_table(log),
        Snapshot(FIRST_DAY + timedelta(days=history_days), horizon_days),
        plans=plans or find_plans(known),
    )


def who_stayed(
    log: pd.DataFrame,
    customers: pd.Series,
    terms: ContractTerms,
    *,
    history_days: int,
    horizon_days: int,
) -> np.ndarray:
    """1 where a contract that ran at the end of history outlasted the horizon, 0 where it did not.

    Missing where none ran. Told payment by payment.
    """
    days = log.groupby("customer_id")["day"].apply(sorted)
    stayed = np.full(len(customers), np.nan)
    for place, customer in enumerate(customers):
        last = max(day for day in days[customer] if day <= history_days)
        if history_days - last > terms.patience_days:
            continue
        for day in days[customer]:
            if last < day <= min(last + terms.patience_days, history_days + horizon_days):
                last = day
        stayed[place] = history_days + horizon_days - last <= terms.patience_days
    return stayed


def what_came(
    log: pd.DataFrame, customers: pd.Series, *, history_days: int, horizon_days: int
) -> tuple[np.ndarray, np.ndarray]:
    """Revenue and payments of these customers in the horizon, in their order."""
    day = log["day"]
    ahead = log[(day > history_days) & (day <= history_days + horizon_days)]
    came = ahead.groupby("customer_id")["revenue"].agg(["sum", "size"])
    found = came.reindex(customers).fillna(0.0)
    return found["sum"].to_numpy(), found["size"].to_numpy()
