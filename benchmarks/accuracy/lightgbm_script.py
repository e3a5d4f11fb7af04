"""The peer that every tutorial builds: LightGBM on one past window, with its default parameters.

Features at `as_of - h`, labels in the h days after it, h the longest label that the history
allows; then features at `as_of`, and the prediction times H/h. The features are those of ltvkit
without its BTYD columns, so that the comparison is of methods and not of features.
"""

from typing import Literal, Self

import lightgbm as lgb
import numpy as np
import pandas as pd

from ltvkit.errors import NotEnoughDataError
from ltvkit.models.learners.candidates import KEYS
from ltvkit.panel import Panel


class LightGbmScript:
    """Revenue by one regressor.

    Parameters
    ----------
    objective : {"l2", "tweedie", "binary"}
        The loss of revenue; `binary` predicts only whether an order comes.
    threads : int
        Of LightGBM.
    """

    def __init__(self, objective: Literal["l2", "tweedie", "binary"], *, threads: int) -> None:
        self.objective = objective
        self.threads = threads

    def fit(self, panel: Panel) -> Self:
        """Learn from the latest snapshot whose label is over."""
        rows = panel.rows
        latest = panel.as_of_day - panel.label_days
        window = rows[(rows["label_days"] == panel.label_days) & (rows["as_of_day"] == latest)]
        came = window["future_orders"].to_numpy(dtype=float) > 0
        if came.all() or not came.any():
            raise NotEnoughDataError(
                f"LightGBM: got {int(came.sum())} of {len(window)} customers with an order in the "
                f"last {panel.label_days} days, expected some and not all; give a longer history"
            )
        self.stretch_ = panel.snapshot.horizon_days / panel.label_days
        names = window.columns.difference(KEYS, sort=False)
        self.names_ = window[names].select_dtypes("number").columns.tolist()
        binary = self.objective == "binary"
        kind = lgb.LGBMClassifier if binary else lgb.LGBMRegressor
        label = came.astype(float) if binary else window["future_revenue"].to_numpy(dtype=float)
        self.model_ = kind(objective=self.objective, n_jobs=self.threads, verbose=-1)
        self.model_.fit(self._matrix(window), label)
        return self

    def predict(self, features: pd.DataFrame, horizon_days: int | None = None) -> pd.DataFrame:
        """Revenue over the horizon that the panel was built for, or P(order), each scaled to it.

        P(no order) in h days to the power H/h is P(no order) in H days of a customer who orders at
        random times.
        """
        nothing = np.full(len(features), np.nan)
        revenue, active = nothing, nothing
        if self.objective == "binary":
            short = self.model_.predict_proba(self._matrix(features))[:, 1]
            active = 1 - (1 - short) ** self.stretch_
        else:
            revenue = self.model_.predict(self._matrix(features)) * self.stretch_
        return pd.DataFrame(
            {
                "customer_id": features["customer_id"],
                "predicted_revenue": revenue,
                "prob_active": active,
            },
            index=features.index,
        )

    def _matrix(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[self.names_].astype(float)
