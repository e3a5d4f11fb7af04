"""The models: probabilistic ("buy till you die") ones, and what is built on them.

Order models (`BetaGeo`, `ModifiedBetaGeo`, …) say how often a customer still orders, value models
(`GammaGamma`) what an order is worth; `Btyd` joins one of each. They read a customer summary, never
the features.
"""

from ltvkit.models.bgnbd import BetaGeo, BetaGeoParams
from ltvkit.models.btyd import Btyd, OrderModel, order_model_from_dict
from ltvkit.models.from_lifetimes import LifetimesFit, fit_lifetimes, from_lifetimes
from ltvkit.models.gamma_gamma import GammaGamma, GammaGammaParams
from ltvkit.models.mbg_cnbd_k import MbgCnbdK, MbgCnbdKParams
from ltvkit.models.mbgnbd import ModifiedBetaGeo, ModifiedBetaGeoParams
from ltvkit.models.nbd import NBD, NBDParams
from ltvkit.models.pareto_nbd import ParetoNBD, ParetoNBDParams
from ltvkit.models.sbg import (
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
