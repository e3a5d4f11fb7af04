"""A model folder as an MLflow model: code, JSON and LightGBM's text, no pickle, no customer."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ltvkit._version import __version__
from ltvkit.models.artifact import TrainedModel, read_artifact
from ltvkit.tracking.stores import import_mlflow, quiet
from ltvkit.units import USUAL_INTERVAL

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

SERVED = Path(__file__).with_name("served_model.py")
CODE = Path(__file__).parents[1]

NEEDED = (
    "mlflow",
    "lightgbm",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "threadpoolctl",
    "filelock",
)
"""What a model needs beside the code of ltvkit, which travels with it."""

WHOLE_NUMBERS = ("repeat_orders", "renewals", "contracts", "opening")

EXAMPLE: dict[str, float] = {
    "repeat_orders": 2,
    "age_at_last_order_days": 100.0,
    "age_days": 130.0,
    "mean_order_value": 50.0,
    "mean_repeat_order_value": 50.0,
    "days_since_last": 30.0,
    "revenue_total": 150.0,
    "first_order_value": 50.0,
    "last_order_value": 50.0,
    "max_order_value": 50.0,
    "order_value_sd": 0.0,
    "lines_per_order": 1.0,
    "mean_gap_days": 50.0,
    "sd_gap_days": 10.0,
    "max_gap_days": 60.0,
    "last_gap_days": 60.0,
    "orders_recent_half": 1.0,
    "orders_year_ago": 0.0,
    "revenue_year_ago": 0.0,
    "orders_30d": 0.0,
    "revenue_30d": 0.0,
    "orders_60d": 1.0,
    "revenue_60d": 50.0,
    "orders_90d": 1.0,
    "revenue_90d": 50.0,
    "orders_180d": 3.0,
    "revenue_180d": 150.0,
    "orders_365d": 3.0,
    "revenue_365d": 150.0,
    "first_month": 3.0,
    "first_weekday": 2.0,
    "overdue_ratio": 0.6,
    "gap_variation": 0.2,
    "recency_share": 0.77,
    "order_rate": 0.019,
    "revenue_rate": 0.94,
    "recent_half_share": 0.33,
    "last_to_mean_value": 1.0,
    "renewals": 2,
    "contracts": 1,
    "opening": 0,
    "days_since_renewal": 20.0,
    "days_since_payment": 20.0,
    "last_payment": 50.0,
    "last_period": 50.0,
    "mean_period": 50.0,
}
"""A customer who never was: orders of 50 on the days 0, 40 and 100 of 130; or under contract, with
payments of 50."""


def feature_types(trained: TrainedModel) -> dict[str, str]:
    """Every column that the model reads, and its MLflow type; all must be there.

    Numbers other than counts may be missing in a row, texts too. Fewer columns than these would
    be answered by another model than the one that was checked, so there is no shorter form.
    """
    types = {"customer_id": "string"}
    for name, kind in trained.model.columns_read().items():
        number = "long" if name in WHOLE_NUMBERS else "double"
        types[name] = "string" if kind == "text" else number
    return types


def example_features(types: dict[str, str]) -> pd.DataFrame:
    """The made-up customer in the model's columns; for what only this shop keeps, nothing known.

    A text that was not seen in training counts as one of the rare ones.
    """
    unknown = {"string": "unknown", "double": 0.0, "long": 0}
    row = {name: EXAMPLE.get(name, unknown[kind]) for name, kind in types.items()}
    return pd.DataFrame([row | {"customer_id": "made-up"}])


def save_for_mlflow(model_folder: Path, path: Path, *, entry: "Model") -> None:
    """Write the MLflow model to `path`.

    Parameters
    ----------
    model_folder : Path
        As `ltvkit.models.artifact.save_model` wrote it.
    path : Path
        A folder that is not there yet.
    entry : mlflow.models.Model
        What MLflow already knows of it (ids of model and run).

    Raises
    ------
    UserError
        When there is no model in the folder.
    """
    trained = read_artifact(model_folder)
    mlflow = import_mlflow()
    types = feature_types(trained)
    with quiet():
        mlflow.pyfunc.save_model(
            path=str(path),
            mlflow_model=entry,
            python_model=str(SERVED),
            artifacts={"model": str(model_folder.absolute())},
            # With its code, a model can be served where ltvkit is not installed, and is still
            # served by the code that trained it after an upgrade.
            code_paths=[str(CODE)],
            signature=_signature(trained, types),
            input_example=(
                example_features(types),
                {
                    "horizon_days": trained.model.horizon_days_,
                    "as_of": trained.about["trained_to"],
                    "interval_level": USUAL_INTERVAL,
                },
            ),
            # Given, because MLflow would run the model to find out.
            pip_requirements=[f"{name}=={version(name)}" for name in NEEDED],
            metadata={"ltvkit": __version__},
        )


def _signature(trained: TrainedModel, types: dict[str, str]) -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

    predictions = trained.predict(example_features(types)).columns.drop("customer_id")
    return ModelSignature(
        inputs=Schema([ColSpec(DataType[kind], name) for name, kind in types.items()]),
        outputs=Schema(
            [
                ColSpec(DataType.string, "customer_id"),
                *(ColSpec(DataType.double, name) for name in predictions),
            ]
        ),
        params=ParamSchema(
            [
                ParamSpec("horizon_days", DataType.long, trained.model.horizon_days_),
                ParamSpec("as_of", DataType.string, trained.about["trained_to"]),
                ParamSpec("interval_level", DataType.double, USUAL_INTERVAL),
            ]
        ),
    )
