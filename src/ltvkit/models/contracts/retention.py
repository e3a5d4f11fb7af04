"""What a contractual model must beat: retention rates counted by hand.

Both know who is under contract, what is due and what was paid last; they differ from the model of
record in the chance of the next renewal alone.
"""

from dataclasses import replace
from typing import Self

import numpy as np
import pandas as pd

from ltvkit.errors import NotEnoughDataError, SchemaError
from ltvkit.models._rows import column
from ltvkit.models.contracts.renewals import Rate, RenewalLaw, kept, learn_law, outlook
from ltvkit.panel import Panel
from ltvkit.units import Floats

FEWEST_AT_RISK = 50
"""Renewals due at an age, below which that age has the rate of all ages from it on."""


class ConstantRetention:
    """Everybody renews with the shop's mean rate, whatever the age of the contract."""

    def fit(self, panel: Panel) -> Self:
        """Count renewals made and due."""
        self.horizon_days_ = panel.snapshot.horizon_days
        self.law_, made, due = _counted(panel)
        self.rate_ = float(made.sum() / due.sum())
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Renewals at that rate, each worth the last payment."""

        def rate(renewals: Floats, cancels: Floats) -> Floats:
            return np.full(np.broadcast(renewals, cancels).shape, self.rate_)

        days = self.horizon_days_ if horizon_days is None else horizon_days
        return _predicted(self.law_, features, days, rate)


class RetentionByAge:
    """Everybody renews with the mean rate of contracts of the same age: the retention curve."""

    def fit(self, panel: Panel) -> Self:
        """Count renewals made and due by the number made before."""
        self.horizon_days_ = panel.snapshot.horizon_days
        self.law_, made, due = _counted(panel)
        last = int(np.flatnonzero(due >= FEWEST_AT_RISK).max(initial=0))
        made, due = (np.append(n[:last], n[last:].sum()) for n in (made, due))
        self.rates_ = made / np.maximum(due, 1)
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Renewals at these rates, each worth the last payment."""

        def rate(renewals: Floats, cancels: Floats) -> Floats:
            age = np.broadcast_arrays(renewals, cancels)[0].astype(int)
            return np.asarray(self.rates_[np.minimum(age, len(self.rates_) - 1)], dtype=float)

        days = self.horizon_days_ if horizon_days is None else horizon_days
        return _predicted(self.law_, features, days, rate)


def _counted(panel: Panel) -> tuple[RenewalLaw, Floats, Floats]:
    """When renewals come, and how many were made and due by the number made before.

    Those who came back are counted as if their contracts had ended when the last of them did.
    """
    if panel.contracts is None:
        raise SchemaError("got a panel without contracts, expected one; use build_contract_panel")
    history = panel.contracts.history
    if not len(history.gaps):
        raise NotEnoughDataError("got no renewal so far, expected some; wait for them")
    rows = history.customers
    renewals, count = column(rows, "renewals").astype(int), column(rows, "customers")
    ages = int(renewals.max()) + 1
    # Whoever made n renewals was due one at 0, 1, …, n - 1 and made it.
    reached = np.bincount(renewals, count, minlength=ages).astype(float)
    made = reached[::-1].cumsum()[::-1] - reached
    lost = np.bincount(renewals, count * column(rows, "cancels"), minlength=ages).astype(float)
    law, _ = learn_law(history, panel.contracts.terms)
    return replace(law, head_start=0.0, returns=None), made, made + lost


def _predicted(
    law: RenewalLaw, features: pd.DataFrame, horizon_days: float, rate: Rate
) -> pd.DataFrame:
    ahead = outlook(law, features, horizon_days, rate=rate)
    due = law.due(features, horizon_days)
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"],
            "predicted_revenue": ahead.expected * column(features, "last_payment"),
            "prob_active": np.where(law.is_running(features) & (due == 0), 1.0, ahead.any),
            "prob_kept": kept(law, features, horizon_days, rate=rate),
            "renewals_due": due,
        },
        index=features.index,
    )
