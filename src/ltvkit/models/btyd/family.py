"""The BTYD models of one snapshot together: what they say as predictions, and as features."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.errors import NotEnoughDataError
from ltvkit.models.btyd.bgnbd import BetaGeo
from ltvkit.models.btyd.gamma_gamma import GammaGamma
from ltvkit.models.btyd.mbgnbd import ModifiedBetaGeo
from ltvkit.models.btyd.pareto_nbd import ParetoNBD
from ltvkit.units import Floats

COLUMNS = (
    "btyd_prob_alive",
    "btyd_prob_active",
    "pareto_prob_active",
    "btyd_expected_orders",
    "btyd_order_value",
    "btyd_expected_value",
    "bgnbd_expected_value",
    "pareto_expected_value",
    "pareto_repeat_expected_value",
)
"""What the models say, of what `BtydFamily.describe` adds to a frame of features."""


@dataclass(frozen=True, slots=True)
class BtydFamily:
    """BG/NBD, MBG/NBD and Pareto/NBD for orders, Gamma-Gamma for values, fitted at one snapshot.

    `value` knows all orders, `repeat_value` leaves the first one out.
    """

    bgnbd: BetaGeo
    mbgnbd: ModifiedBetaGeo
    pareto: ParetoNBD
    value: GammaGamma
    repeat_value: GammaGamma
    largest_value: float

    @classmethod
    def fit(cls, summary: pd.DataFrame) -> "BtydFamily":
        """Fit all parts on the same customer summary.

        Raises
        ------
        NotEnoughDataError, ConvergenceError
            As the parts do.
        """
        value = GammaGamma(include_first_order=True).fit(summary)
        return cls(
            bgnbd=BetaGeo().fit(summary),
            mbgnbd=ModifiedBetaGeo().fit(summary),
            pareto=ParetoNBD().fit(summary),
            value=value,
            repeat_value=_repeat_value(summary, value),
            largest_value=float(summary["mean_order_value"].max()),
        )

    def expected_orders(self, summary: pd.DataFrame, days: float) -> Floats:
        """The mean of BG/NBD's and MBG/NBD's expected orders; rises with `days`."""
        return np.asarray(
            (self.bgnbd.expected_orders(summary, days) + self.mbgnbd.expected_orders(summary, days))
            / 2
        )

    def order_value(self, summary: pd.DataFrame) -> Floats:
        """Expected value of an order, at most the largest customer mean that was ever seen."""
        return np.minimum(self.value.expected_order_value(summary), self.largest_value)

    def repeat_order_value(self, summary: pd.DataFrame) -> Floats:
        """The same, of a customer's repeat orders alone."""
        return np.minimum(self.repeat_value.expected_order_value(summary), self.largest_value)

    def describe(self, features: pd.DataFrame, label_days: float) -> pd.DataFrame:
        """The features with `COLUMNS` for the next `label_days` days, and `log_label_days`."""
        orders = self.mbgnbd.expected_orders(features, label_days)
        value = self.order_value(features)
        pareto_orders = self.pareto.expected_orders(features, label_days)
        return features.assign(
            btyd_prob_alive=self.mbgnbd.prob_alive(features),
            btyd_prob_active=self.mbgnbd.prob_active(features, label_days),
            pareto_prob_active=self.pareto.prob_active(features, label_days),
            btyd_expected_orders=orders,
            btyd_order_value=value,
            btyd_expected_value=orders * value,
            bgnbd_expected_value=self.bgnbd.expected_orders(features, label_days) * value,
            pareto_expected_value=pareto_orders * value,
            pareto_repeat_expected_value=pareto_orders * self.repeat_order_value(features),
            log_label_days=np.log(label_days),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, no customers."""
        return {
            "bgnbd": self.bgnbd.to_dict(),
            "mbgnbd": self.mbgnbd.to_dict(),
            "pareto": self.pareto.to_dict(),
            "value": self.value.to_dict(),
            "repeat_value": self.repeat_value.to_dict(),
            "largest_value": self.largest_value,
        }

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> "BtydFamily":
        """The family that `to_dict` described."""
        return cls(
            bgnbd=BetaGeo.from_dict(state["bgnbd"]),
            mbgnbd=ModifiedBetaGeo.from_dict(state["mbgnbd"]),
            pareto=ParetoNBD.from_dict(state["pareto"]),
            value=GammaGamma.from_dict(state["value"]),
            repeat_value=GammaGamma.from_dict(state["repeat_value"]),
            largest_value=float(state["largest_value"]),
        )


def _repeat_value(summary: pd.DataFrame, value: GammaGamma) -> GammaGamma:
    """Gamma-Gamma on repeat orders; with the parameters of all orders where nobody repeated."""
    try:
        return GammaGamma(include_first_order=False).fit(summary)
    except NotEnoughDataError:
        return GammaGamma.from_params(value.params_, include_first_order=False)


def describe_panel(rows: pd.DataFrame) -> pd.DataFrame:
    """Panel rows with the BTYD columns, each snapshot described by the models fitted at it."""
    described = []
    for _, at_snapshot in rows.groupby("as_of_day", sort=True):
        lengths = np.unique(at_snapshot["label_days"].to_numpy(dtype=float)).tolist()
        parts = [at_snapshot[at_snapshot["label_days"] == days] for days in lengths]
        family = BtydFamily.fit(parts[0])
        described += [
            family.describe(part, days) for days, part in zip(lengths, parts, strict=True)
        ]
    return pd.concat(described, ignore_index=True)
