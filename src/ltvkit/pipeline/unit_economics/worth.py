"""What new customers brought, and what the model expects of them, by channel and by cohort."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.config import Config
from ltvkit.economics.value.curves import GroupKey, MarginCurve
from ltvkit.pipeline.unit_economics.newcomers import newcomers

COHORT_DRAWS = 200
"""Resamples for a cohort's curve: there are many cohorts, and their bands are only looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What the model expects of today's customers.

    Parameters
    ----------
    residual : Series
        Predicted margin over the horizon by customer, undiscounted.
    profile : ndarray
        Share of it in each coming month.
    level_sd_log : float
        Standard deviation of the log of true over predicted total.
    seen_sd_log : float
        Standard deviation of the log of a usual year over the days on record.
    """

    residual: pd.Series
    profile: np.ndarray
    level_sd_log: float
    seen_sd_log: float

    @property
    def months(self) -> int:
        """Months that an LTV covers."""
        return len(self.profile)


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What new customers brought and will bring.

    `counted` holds the order days of those who count as new, `observed` a row for each with channel
    and value; `by_cohort` has curves by channel and cohort.
    """

    counted: pd.DataFrame
    observed: pd.DataFrame
    by_channel: economics.ChannelValues
    by_cohort: Mapping[GroupKey, MarginCurve]

    @property
    def newcomers(self) -> frozenset[str]:
        """Ids of those who count as new."""
        return frozenset(self.counted["customer_id"].astype(str))


def worth_of(
    config: Config,
    order_days: pd.DataFrame,
    *,
    first_orders: pd.Series,
    credited: pd.DataFrame,
    as_of: pd.Timestamp,
    outlook: Outlook,
    new_from: date | None,
) -> Worth:
    """Value at acquisition, observed and predicted, by channel and by cohort."""
    counted = newcomers(order_days, first_orders, new_from)
    observed = economics.observed_customers(
        counted, as_of, channels=credited if len(credited) else None
    )
    residual = observed["customer_id"].map(outlook.residual).to_numpy()
    observed = observed.assign(residual_margin=residual)
    margins = economics.margin_by_age(counted, as_of)
    ahead: dict[str, Any] = {
        "horizon_months": outlook.months,
        "annual_discount_rate": config.economics.annual_discount_rate,
        "flow_profile": outlook.profile.tolist(),
        "level_sd_log": outlook.level_sd_log,
        "seen_sd_log": outlook.seen_sd_log,
        "seed": config.model.seed,
    }
    return Worth(
        counted,
        observed,
        by_channel=economics.channel_values(observed, margins, **ahead),
        by_cohort=economics.margin_curves(
            observed, margins, by="cohort", draws=COHORT_DRAWS, **ahead
        ),
    )
