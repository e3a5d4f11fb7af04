"""What a fitted model remembers, and how it is written down as plain JSON.

Parameters, their covariance and the diagnostics: no customers, nothing that runs when it is read.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ltvkit.errors import SchemaError
from ltvkit.models._likelihood import Diagnostics, Optimum, parameter_covariance
from ltvkit.models._rows import Histories, dot
from ltvkit.units import Floats

SCHEMA = 1
"""Version of the written form; a reader refuses any other."""

# From this share of repeat buyers alive, there is no dropout to speak of.
_ALL = 0.995


class Estimator(BaseEstimator):
    """A model that says so when it is asked for what only a fit can tell.

    Raises
    ------
    NotFittedError
        Of scikit-learn, when an attribute that `fit` sets is read before it.
    """

    if not TYPE_CHECKING:  # A name that nobody set is to be found by the type checker.

        def __getattr__(self, name: str) -> Any:
            """Called for what is not there alone."""
            if name.endswith("_") and not name.startswith("_"):
                check_is_fitted(self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class Model(Protocol):
    """What the estimators of this room have in common, seen from here."""

    params_: Any
    log_likelihood_: float
    covariance_: Floats
    standard_errors_: Floats
    diagnostics_: Diagnostics

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of `__init__`, as scikit-learn names them."""


M = TypeVar("M", bound=Model)


def remember(model: Model, optimum: Optimum, *, weight: Floats, notes: tuple[str, ...]) -> None:
    """Set what a fit leaves beside `params_`.

    `weight` is the customers that each distinct row of the fit stands for.
    """
    if optimum.regularised and not notes:
        notes = ("the data leave some parameters open: a weak prior decides between them",)
    model.log_likelihood_ = optimum.log_likelihood
    model.covariance_ = parameter_covariance(optimum)
    model.standard_errors_ = np.sqrt(np.diag(model.covariance_))
    model.diagnostics_ = Diagnostics(
        customers=float(weight.sum()),
        distinct_rows=len(weight),
        evaluations=optimum.evaluations,
        regularised=optimum.regularised,
        notes=notes,
    )


def notes_on_orders(rows: Histories, prob_alive: Floats | None = None) -> tuple[str, ...]:
    """Sentences on what an order model could not learn from these histories."""
    if not dot(rows.weight, rows.x) > 0:
        return ("nobody ordered twice: rates rest on a weak prior",)
    repeated = rows.weight * (rows.x > 0)
    if prob_alive is not None and dot(repeated, prob_alive) > _ALL * float(repeated.sum()):
        return ("no dropout is visible: the fit is the limit in which nobody drops out",)
    return ()


def to_dict(model: Model) -> dict[str, Any]:
    """Plain JSON values; what was never fitted is left out."""
    state: dict[str, Any] = {
        "schema": SCHEMA,
        "model": type(model).__name__,
        "settings": model.get_params(),
        "params": {
            name: value if isinstance(value, int) else float(value)
            for name, value in model.params_._asdict().items()
        },
    }
    if hasattr(model, "diagnostics_"):
        state["log_likelihood"] = float(model.log_likelihood_)
        state["covariance"] = np.asarray(model.covariance_).tolist()
        state["diagnostics"] = {
            **asdict(model.diagnostics_),
            "notes": list(model.diagnostics_.notes),
        }
    return state


def from_dict(make: type[M], params: Callable[..., Any], state: dict[str, Any]) -> M:
    """The model that `to_dict` described.

    Raises
    ------
    SchemaError
        When the state is another model's, or of another version.
    """
    if (state.get("schema"), state.get("model")) != (SCHEMA, make.__name__):
        raise SchemaError(
            f"got the state of model {state.get('model')!r}, schema {state.get('schema')!r}, "
            f"expected {make.__name__!r}, schema {SCHEMA}; read it with the class that wrote it"
        )
    model = make(**state["settings"])
    model.params_ = params(**state["params"])
    if "diagnostics" in state:
        model.log_likelihood_ = state["log_likelihood"]
        model.covariance_ = np.asarray(state["covariance"], dtype=float)
        model.standard_errors_ = np.sqrt(np.diag(model.covariance_))
        written = state["diagnostics"]
        model.diagnostics_ = Diagnostics(**{**written, "notes": tuple(written["notes"])})
    return model
