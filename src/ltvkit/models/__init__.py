"""The models: probabilistic ("buy till you die") ones, and what is built on them.

Two models of record stand at the top, `stack` and `contractual` (in `plans` one for each plan),
beside what they have to beat (`baselines`) and how they are saved (`artifact`). Their parts are in
groups: `btyd`, `learners`, `horizon` and `total` for the stack, `contracts` for the other.
`learned` is what past snapshots teach the stack, `btyd_alone` what stands in where they hold too
little, `intervals` its intervals.

Order models (`BetaGeo`, `ModifiedBetaGeo`, …) say how often a customer still orders, value models
(`GammaGamma`) what an order is worth; `Btyd` joins one of each. They read a customer summary, never
the features.
"""

from ltvkit.models.btyd.bgnbd import BetaGeo, BetaGeoParams
from ltvkit.models.btyd.from_lifetimes import LifetimesFit, fit_lifetimes, from_lifetimes
from ltvkit.models.btyd.gamma_gamma import GammaGamma, GammaGammaParams
from ltvkit.models.btyd.mbg_cnbd_k import MbgCnbdK, MbgCnbdKParams
from ltvkit.models.btyd.mbgnbd import ModifiedBetaGeo, ModifiedBetaGeoParams
from ltvkit.models.btyd.nbd import NBD, NBDParams
from ltvkit.models.btyd.order_model import OrderModel
from ltvkit.models.btyd.pareto_nbd import ParetoNBD, ParetoNBDParams
from ltvkit.models.btyd.revenue import Btyd, order_model_from_dict
from ltvkit.models.contracts.sbg import (
    ShiftedBetaGeometric,
    ShiftedBetaGeometricParams,
    contracts_from_survivors,
)

__all__ = [
    "NBD",
    "BetaGeo",
    "BetaGeoParams",
    "Btyd",
    "GammaGamma",
    "GammaGammaParams",
    "LifetimesFit",
    "MbgCnbdK",
    "MbgCnbdKParams",
    "ModifiedBetaGeo",
    "ModifiedBetaGeoParams",
    "NBDParams",
    "OrderModel",
    "ParetoNBD",
    "ParetoNBDParams",
    "ShiftedBetaGeometric",
    "ShiftedBetaGeometricParams",
    "contracts_from_survivors",
    "fit_lifetimes",
    "from_lifetimes",
    "order_model_from_dict",
]
