"""What a fitted model remembers, and how it is written down as plain JSON.

Parameters, their covariance and the diagnostics: no customers, nothing that runs when it is read.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ltvkit.errors import SchemaError
from ltvkit.models._likelihood import Diagnostics, Optimum, parameter_covariance
from ltvkit.units import Floats

SCHEMA = 1
"""Version of the written form; a reader refuses any other."""


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


P = TypeVar("P", bound=tuple[float, ...])


class ParametricModel(Estimator, Generic[P]):
    """A model that is a few parameters, fitted by maximum likelihood."""

    parameters: ClassVar[Callable[..., Any]]
    """The named tuple that `params_` is."""

    params_: P
    log_likelihood_: float
    covariance_: Floats
    standard_errors_: Floats
    diagnostics_: Diagnostics

    def remember(self, optimum: Optimum, *, weight: Floats, notes: tuple[str, ...]) -> None:
        """Set what a fit leaves beside `params_`.

        `weight` is the customers that each distinct row of the fit stands for.
        """
        if optimum.regularised and not notes:
            notes = ("the data leave some parameters open: a weak prior decides between them",)
        self.log_likelihood_ = optimum.log_likelihood
        self.covariance_ = parameter_covariance(optimum)
        self.standard_errors_ = np.sqrt(np.diag(self.covariance_))
        self.diagnostics_ = Diagnostics(
            customers=float(weight.sum()),
            distinct_rows=len(weight),
            evaluations=optimum.evaluations,
            regularised=optimum.regularised,
            notes=notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, no customers: the parameters and, of a fit, the diagnostics."""
        params: Any = self.params_
        state: dict[str, Any] = {
            "schema": SCHEMA,
            "model": type(self).__name__,
            "settings": self.get_params(),
            "params": {
                name: value if isinstance(value, int) else float(value)
                for name, value in params._asdict().items()
            },
        }
        if hasattr(self, "diagnostics_"):
            state["log_likelihood"] = float(self.log_likelihood_)
            state["covariance"] = np.asarray(self.covariance_).tolist()
            state["diagnostics"] = {
                **asdict(self.diagnostics_),
                "notes": list(self.diagnostics_.notes),
            }
        return state

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Self:
        """The model that `to_dict` described.

        Raises
        ------
        SchemaError
            When the state is another model's, or of another version.
        """
        if (state.get("schema"), state.get("model")) != (SCHEMA, cls.__name__):
            raise SchemaError(
                f"got the state of model {state.get('model')!r}, schema {state.get('schema')!r}, "
                f"expected {cls.__name__!r}, schema {SCHEMA}; read it with the class that wrote it"
            )
        model = cls(**state["settings"])
        model.params_ = cls.parameters(**state["params"])
        if "diagnostics" in state:
            model.log_likelihood_ = state["log_likelihood"]
            model.covariance_ = np.asarray(state["covariance"], dtype=float)
            model.standard_errors_ = np.sqrt(np.diag(model.covariance_))
            written = state["diagnostics"]
            model.diagnostics_ = Diagnostics(**{**written, "notes": tuple(written["notes"])})
        return model
