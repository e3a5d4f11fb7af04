"""The model as MLflow serves it: MLflow runs this file instead of reading a pickle.

Features of customers at a snapshot in, predictions out; `horizon_days`, `as_of`, the day of the
features, and `interval_level`, how often the truth should lie in an interval, may be passed along.
"""

from typing import Any

import pandas as pd

from ltvkit.errors import LtvkitError
from ltvkit.models.artifact import TrainedModel, read_artifact
from ltvkit.tracking.stores import import_mlflow
from ltvkit.units import USUAL_INTERVAL

mlflow = import_mlflow()

from mlflow.pyfunc.model import PythonModel  # noqa: E402 - once it is there, quietly


class ServedLtv(PythonModel):
    """A model folder behind MLflow's interface."""

    trained: TrainedModel

    def load_context(self, context: Any) -> None:
        """Read the model folder among the artifacts."""
        self.trained = read_artifact(context.artifacts["model"])

    def predict(
        self,
        context: Any,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """One row of predictions per customer; what is not known is None, JSON's null."""
        asked = params or {}
        horizon_days, as_of = asked.get("horizon_days"), asked.get("as_of")
        level = asked.get("interval_level", USUAL_INTERVAL)
        features = model_input.assign(customer_id=model_input["customer_id"].astype("str"))
        try:
            predictions = self.trained.predict(
                features, horizon_days, interval_level=level, as_of=as_of
            )
        except LtvkitError as error:
            # The only errors whose words reach the one who asked over HTTP.
            raise mlflow.MlflowException.invalid_parameter_value(str(error)) from error
        unknown = [name for name in predictions if predictions[name].isna().any()]
        objects = predictions[unknown].astype(object)
        return predictions.assign(**objects.where(objects.notna(), None))


mlflow.models.set_model(ServedLtv())
