"""Orders times value: an order model and a value model joined into predicted revenue."""

from typing import Any, Self

import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator

from ltvkit.errors import SchemaError
from ltvkit.models.btyd.bgnbd import BetaGeo
from ltvkit.models.btyd.gamma_gamma import GammaGamma
from ltvkit.models.btyd.mbg_cnbd_k import MbgCnbdK
from ltvkit.models.btyd.mbgnbd import ModifiedBetaGeo
from ltvkit.models.btyd.nbd import NBD
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.models.btyd.pareto_nbd import ParetoNBD


def order_model_from_dict(state: dict[str, Any]) -> OrderModel[Any]:
    """The order model that some `to_dict` described, whichever it was.

    Raises
    ------
    SchemaError
        When the state is of no order model known here.
    """
    match state.get("model"):
        case "BetaGeo":
            return BetaGeo.from_dict(state)
        case "ModifiedBetaGeo":
            return ModifiedBetaGeo.from_dict(state)
        case "ParetoNBD":
            return ParetoNBD.from_dict(state)
        case "NBD":
            return NBD.from_dict(state)
        case "MbgCnbdK":
            return MbgCnbdK.from_dict(state)
        case unknown:
            raise SchemaError(
                f"got the state of {unknown!r}, expected an order model; read it with the class "
                "that wrote it"
            )


class Btyd(BaseEstimator):
    """Predicted revenue as expected orders times expected order value ("buy till you die").

    Parameters
    ----------
    order_model : OrderModel
        How often customers still order, e.g. `BetaGeo()`.
    value_model : GammaGamma
        What an order is worth. Assumed independent of how often a customer orders.

    Examples
    --------
    >>> from ltvkit.models.btyd.bgnbd import BetaGeoParams
    >>> from ltvkit.models.btyd.gamma_gamma import GammaGammaParams
    >>> model = Btyd(
    ...     order_model=BetaGeo.from_params(BetaGeoParams(0.2426, 4.4136, 0.7929, 2.4259)),
    ...     value_model=GammaGamma.from_params(GammaGammaParams(9.88, 3.40, 7.93)),
    ... )
    >>> summary = pd.DataFrame({
    ...     "customer_id": ["a"], "repeat_orders": [2], "age_at_last_order_days": [213],
    ...     "age_days": [272], "mean_order_value": [22.0], "mean_repeat_order_value": [22.35]})
    >>> model.predict(summary, horizon_days=273).round(2).T
                              0
    customer_id               a
    prob_alive             0.73
    prob_active            0.55
    expected_orders        1.23
    expected_order_value   22.8
    predicted_revenue     27.95
    """

    def __init__(self, *, order_model: OrderModel[Any], value_model: GammaGamma) -> None:
        self.order_model = order_model
        self.value_model = value_model

    def fit(self, summary: pd.DataFrame, *, weight: str | None = None) -> Self:
        """Fit both parts on the same customer summary."""
        self.order_model.fit(summary, weight=weight)
        self.value_model.fit(summary, weight=weight)
        return self

    def predict(self, summary: pd.DataFrame, horizon_days: npt.ArrayLike) -> pd.DataFrame:
        """One row per customer for the next `horizon_days` days (a number, or one each).

        Returns
        -------
        DataFrame
            `customer_id, prob_alive, prob_active, expected_orders, expected_order_value,
            predicted_revenue`, in the order and with the index of `summary`.
        """
        orders = self.order_model.expected_orders(summary, horizon_days)
        value = self.value_model.expected_order_value(summary)
        return pd.DataFrame(
            {
                "customer_id": summary["customer_id"],
                "prob_alive": self.order_model.prob_alive(summary),
                "prob_active": self.order_model.prob_active(summary, horizon_days),
                "expected_orders": orders,
                "expected_order_value": value,
                "predicted_revenue": orders * value,
            },
            index=summary.index,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: both parts, no customers."""
        return {
            "schema": 1,
            "model": type(self).__name__,
            "order_model": self.order_model.to_dict(),
            "value_model": self.value_model.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Self:
        """The model that `to_dict` described."""
        return cls(
            order_model=order_model_from_dict(state["order_model"]),
            value_model=GammaGamma.from_dict(state["value_model"]),
        )
