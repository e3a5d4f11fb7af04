"""What is told of the contracts learned from: who runs, what is typical, what came of late."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltvkit.contracts import Contracts
from ltvkit.models._rows import column
from ltvkit.models.contracts.renewals import RenewalLaw
from ltvkit.units import DAYS_PER_YEAR, Floats
from ltvkit.wording import Sentence

PAST = ("renewals", "contracts", "opening")
"""What is typical of the past of a running contract."""


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What the explanation tells of the contracts trained on.

    Parameters
    ----------
    running : int
        Contracts running at the snapshot.
    not_due : int
        Those of them of which no renewal falls due in the horizon.
    opening : int
        Contracts that began within the first period of the log.
    typical : dict
        Of running contracts: the median `renewals`, `contracts` and `opening`, the mean expected
        `payments` and `value` of a period; what contributions are counted from.
    latest : dict
        Of the renewals decided in the last month: how many were `due`, how many `made`, and how
        many were `expected`, with their standard deviation `sd`.
    """

    running: int
    not_due: int
    opening: int
    typical: dict[str, float]
    latest: dict[str, float]


def gather_contract_facts(
    contracts: Contracts,
    law: RenewalLaw,
    now: pd.DataFrame,
    *,
    payments: Floats,
    value: Floats,
    horizon_days: int,
) -> ContractFacts:
    """Gather them at the snapshot.

    Parameters
    ----------
    contracts : Contracts
        Their history, and the latest renewals.
    law : RenewalLaw
        The chance of a renewal.
    now : DataFrame
        Contracts at the snapshot.
    payments, value : ndarray
        Expected of each in the horizon, and what a period of each brings.
    horizon_days : int
        The horizon.
    """
    history, latest = contracts.history, contracts.latest
    made = column(latest, "renewals") + law.head_start * column(latest, "opening")
    rate = law.rate(made, column(latest, "cancels"))
    running = law.is_running(now)
    waiting = running & (law.due(now, horizon_days) == 0)
    opening = history.customers.loc[history.customers["opening"].astype(bool), "customers"]
    whose = running if running.any() else np.ones(len(now), dtype=bool)
    typical = {name: float(np.median(column(now[whose], name))) for name in PAST}
    typical["payments"] = float(payments[whose].mean())
    typical["value"] = float(value[whose].mean())
    return ContractFacts(
        running=int(running.sum()),
        not_due=int(waiting.sum()),
        opening=int(opening.sum()),
        typical=typical,
        latest={
            "due": float(len(latest)),
            "made": float(latest["made"].sum()),
            "expected": float(rate.sum()),
            "sd": float(np.sqrt((rate * (1 - rate)).sum())),
        },
    )


def facts_in_words(
    facts: ContractFacts, law: RenewalLaw, *, horizon_days: int
) -> tuple[Sentence, ...]:
    """What is known of renewals here."""
    later = max(1, round(DAYS_PER_YEAR / law.renewal_days))
    told = {
        "days": law.renewal_days,
        "grace": law.terms.grace_days,
        "first": float(law.rate(np.zeros(1), np.zeros(1))[0]),
        "later": float(law.rate(np.full(1, float(later)), np.zeros(1))[0]),
        "renewals": later,
    }
    said = [Sentence("contract.renewals", told)]
    if law.head_start > 0:
        start = {"contracts": facts.opening, "renewals": law.head_start}
        said.append(Sentence("contract.head_start", start))
    if law.returns is not None:
        said.append(Sentence("contract.returns", {"share": law.returns[0]}))
    if facts.not_due:
        waiting = {"contracts": facts.not_due, "running": facts.running}
        said.append(Sentence("contract.not_due", waiting | {"days": horizon_days}))
    return tuple(said)
