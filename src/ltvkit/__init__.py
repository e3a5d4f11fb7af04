"""Predictive customer lifetime value: from transactions to who is worth what, and how sure it is.

The names below are loaded when they are first used, so that `import ltvkit` costs nothing.

Examples
--------
>>> import ltvkit
>>> sorted(ltvkit.__all__)[:4]
['BetaGeo', 'GammaGamma', 'MbgCnbdK', 'ModifiedBetaGeo']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ltvkit._version import __version__

if TYPE_CHECKING:
    from ltvkit import audience, economics
    from ltvkit.evaluation import metrics
    from ltvkit.features.summary import summarise
    from ltvkit.models import (
        NBD,
        BetaGeo,
        GammaGamma,
        MbgCnbdK,
        ModifiedBetaGeo,
        ParetoNBD,
        ShiftedBetaGeometric,
        from_lifetimes,
    )
    from ltvkit.pipeline.modelling.trained import features_for, load_model

__all__ = [
    "NBD",
    "BetaGeo",
    "GammaGamma",
    "MbgCnbdK",
    "ModifiedBetaGeo",
    "ParetoNBD",
    "ShiftedBetaGeometric",
    "__version__",
    "audience",
    "economics",
    "features_for",
    "from_lifetimes",
    "load_model",
    "metrics",
    "summarise",
]

_HOMES = {
    "NBD": "ltvkit.models",
    "BetaGeo": "ltvkit.models",
    "GammaGamma": "ltvkit.models",
    "MbgCnbdK": "ltvkit.models",
    "ModifiedBetaGeo": "ltvkit.models",
    "ParetoNBD": "ltvkit.models",
    "ShiftedBetaGeometric": "ltvkit.models",
    "from_lifetimes": "ltvkit.models",
    "features_for": "ltvkit.pipeline.modelling.trained",
    "load_model": "ltvkit.pipeline.modelling.trained",
    "metrics": "ltvkit.evaluation",
    "summarise": "ltvkit.features.summary",
}


def __getattr__(name: str) -> Any:
    if name in ("audience", "economics"):
        return import_module(f"ltvkit.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ltvkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
