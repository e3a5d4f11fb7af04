"""A trained model, and the features that it is asked with: built as at its training."""

import warnings
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ltvkit.config import Config, restore_config_at
from ltvkit.data import CleanLog, orders_by_month
from ltvkit.errors import ConfigError, UserError
from ltvkit.evaluation.check import Check
from ltvkit.evaluation.log_checks import check_shop
from ltvkit.features.attributes import read_as_trained
from ltvkit.models import artifact
from ltvkit.models.artifact import TrainedModel
from ltvkit.pipeline.inputs.load import Tables, open_log, open_tables
from ltvkit.pipeline.modelling.attributes import customer_attributes
from ltvkit.pipeline.modelling.kinds import kind_of, snapshot_of
from ltvkit.snapshot import Snapshot, as_date

LEAST_HISTORY = 0.5
"""The part of the days trained on that a log must have to be scored: shops keep the last years."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenedShop:
    """A log, opened with the settings of a trained model.

    Parameters
    ----------
    config : Config
        That of the training, at the day that is asked.
    log : CleanLog
        The order days.
    tables : Tables
        The tables beside it.
    """

    config: Config
    log: CleanLog
    tables: Tables

    @property
    def snapshot(self) -> Snapshot:
        """The day, and the horizon trained for."""
        return snapshot_of(self.config, self.log)

    def features(self, trained: TrainedModel) -> pd.DataFrame:
        """Of everybody, for the model.

        Raises
        ------
        UserError
            When the log has other further columns than the training's, or such values in them,
            or is of the new orders alone.
        """
        _check(trained, self.log)
        order_days = read_as_trained(
            self.log.order_days, self.log.attributes, features=trained.model.columns_read()
        )
        known = customer_attributes(
            self.config, self.tables, kinds=trained.about["customer_attributes"]
        )
        kind = kind_of(self.config, self.log, known, trained=trained.model)
        return kind.features(order_days, self.snapshot, model=trained.model)


def load_model(location: str | Path) -> TrainedModel:
    """Load a model that `ltv train` saved.

    Parameters
    ----------
    location : str or Path
        A model folder, or an MLflow model URI like `models:/shop@champion`.

    Raises
    ------
    UserError
        When there is no model there, or one of another schema.
    """
    if not isinstance(location, str | PathLike):
        raise ConfigError(
            f"got a {type(location).__name__}, expected the folder of a model or an MLflow URI "
            "like models:/shop@champion; name one"
        )
    if str(location).startswith(("models:/", "runs:/")):
        from ltvkit.tracking import fetch_model

        return artifact.read_artifact(fetch_model(str(location), tracking_uri=None))
    return artifact.read_artifact(location)


def features_for(
    trained: TrainedModel,
    transactions: str | Path | pd.DataFrame,
    *,
    customers: str | None = None,
    as_of: date | str | None = None,
) -> pd.DataFrame:
    """The features of a log's customers that a trained model predicts from.

    The columns of the log are called, read and cleaned as at the training.

    Parameters
    ----------
    trained : TrainedModel
        From `load_model`.
    transactions : str, Path or DataFrame
        The whole log to the day that is asked.
    customers : str, optional
        Where the table of its customers is; that of the training, read again, when not given.
    as_of : date or str, optional
        The day that is asked; the last order day of the log when not given. Pass the same day to
        the model's `predict`.

    Returns
    -------
    DataFrame
        One row per customer, for `trained.predict`.

    Raises
    ------
    UserError, DataError
        When the log cannot be read so, or is of the new orders alone; when `as_of` is no day.

    Warns
    -----
    UserWarning
        When the log seems to be of another shop, or to hold other orders of it.
    """
    config = configured(trained, customers=customers, as_of=as_of)
    alone = config.model_copy(
        update={
            "data": config.data.model_copy(update=dict.fromkeys(("costs", "touches", "leads"))),
            "economics": config.economics.model_copy(update={"benchmarks": None}),
        }
    )
    opened = open_data(alone, transactions)
    same = check_same_shop(trained, opened.log)
    if same.status != "PASS":
        warnings.warn(same.recommendation, stacklevel=2)
    return opened.features(trained)


def check_same_shop(trained: TrainedModel, log: CleanLog) -> Check:
    """Whether a log has the orders of the months that a model was trained on."""
    return check_shop(trained.about["orders_by_month"], orders_by_month(log))


def configured(trained: TrainedModel, *, customers: str | None, as_of: date | str | None) -> Config:
    """The settings of the training, for another day and perhaps another table of customers."""
    settings = trained.about["settings"]
    return restore_config_at(
        {**settings, "data": _with_customers(settings["data"], customers)},
        None if as_of is None else as_date(as_of),
    )


def open_data(config: Config, transactions: str | Path | pd.DataFrame | None) -> OpenedShop:
    """Read a log, that of the configuration when none is given, and the tables beside it."""
    return OpenedShop(config, open_log(config, transactions=transactions), open_tables(config))


def _check(trained: TrainedModel, log: CleanLog) -> None:
    attributes = tuple(trained.about["attributes"])
    if log.attributes != attributes:
        raise UserError(
            f"got the further columns {log.attributes}, expected {attributes}, which the model was "
            "trained with; map the same columns"
        )
    # Of a log of the new orders only, every customer would look new.
    first = date.fromisoformat(trained.about["trained_from"])
    seen = (date.fromisoformat(trained.about["trained_to"]) - first).days
    given = (log.as_of - log.summary.first_day).days
    if given < LEAST_HISTORY * seen:
        raise UserError(
            f"got a log of {given} days, from {log.summary.first_day} to {log.as_of}, expected "
            f"about the {seen} days that the model was trained on, from {first}, and those since; "
            "give the whole history, not the new orders alone"
        )


def _with_customers(data: dict[str, Any], location: str | None) -> dict[str, Any]:
    """The settings with the customers table at another place, its columns called the same."""
    if location is None:
        return data
    return {**data, "customers": {**(data["customers"] or {}), "path": location}}
