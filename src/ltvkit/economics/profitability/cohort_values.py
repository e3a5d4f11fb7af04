"""What each cohort of each channel cost, brought, and is still expected to bring."""

import math
from collections.abc import Mapping
from datetime import date

import pandas as pd

from ltvkit.economics.inputs import require_columns
from ltvkit.economics.profitability.allowable import ltv_to_cac
from ltvkit.economics.profitability.amortisation import amortise
from ltvkit.economics.profitability.payback import payback_of
from ltvkit.economics.value.curves import GroupKey, MarginCurve
from ltvkit.economics.value.existing import values_there
from ltvkit.economics.value.resample import limits_of_figure
from ltvkit.schemas import ALL
from ltvkit.snapshot import as_date
from ltvkit.units import DAYS_PER_MONTH, USUAL_INTERVAL

COHORT_VALUE_COLUMNS = (
    "channel",
    "cohort",
    "customers",
    "margin_to_date",
    "margin_to_date_low",
    "margin_to_date_high",
    "residual_margin",
    "residual_margin_low",
    "residual_margin_high",
    "total_value",
    "total_value_low",
    "total_value_high",
    "ltv",
    "ltv_low",
    "ltv_high",
    "acquisition_cost",
    "cac",
    "ltv_to_cac",
    "payback_month",
    "payback_status",
    "observed_to_month",
    "recovered_share",
    "cac_amortised",
    "cac_unamortised",
)


def cohort_values(
    curves: Mapping[GroupKey, MarginCurve],
    customers: pd.DataFrame,
    as_of: date | str,
    *,
    costs: pd.DataFrame | None = None,
    write_off_months: int = 12,
    level_sd_log: float = 0.0,
    draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Value to date and predicted, cost, payback and write-off of every cohort and channel.

    Parameters
    ----------
    curves : mapping
        By (channel, cohort), as `margin_curves(..., by="cohort")` gives it.
    customers : DataFrame
        `customer_id, channel, cohort, margin_to_date, residual_margin`, optional `weight`.
    as_of : date
        The snapshot.
    costs : DataFrame, optional
        `cohort, channel, loaded_cost, loaded_cac`; cohorts without a row have no cost.
    write_off_months : int
        L: acquisition cost is written off in a straight line over so many months.
    level_sd_log : float
        See `values_there`.
    draws, seed : int
        Resamples of customers, for intervals of 80 %; small cohorts have wide ones.

    Returns
    -------
    DataFrame
        `COHORT_VALUE_COLUMNS`: a row per channel and cohort, and per cohort of channel `all`.
        Values are means a customer; `acquisition_cost`, `cac_amortised` and `cac_unamortised` sums.

    Examples
    --------
    >>> from ltvkit.economics import margin_curves
    >>> customers = pd.DataFrame({
    ...     "customer_id": range(40), "channel": "seo", "cohort": "2024-01", "age_months": 3.0,
    ...     "margin_to_date": 30.0, "residual_margin": 12.0,
    ... })
    >>> margins = pd.DataFrame({"customer_id": range(40), "age_months": 0, "margin": 30.0})
    >>> costs = pd.DataFrame({
    ...     "cohort": "2024-01", "channel": ["seo", "all"],
    ...     "loaded_cost": 1200.0, "loaded_cac": 30.0,
    ... })
    >>> curves = margin_curves(customers, margins, by="cohort", draws=20)
    >>> table = cohort_values(curves, customers, "2024-04-15", costs=costs)
    >>> table[["channel", "total_value", "cac", "payback_month", "cac_unamortised"]].round(0)
      channel  total_value   cac  payback_month  cac_unamortised
    0     seo         42.0  30.0              1            905.0
    1     all         42.0  30.0              1            905.0
    """
    require_columns(customers, ("customer_id", "channel", "cohort"), table="customers")
    everybody = customers.drop_duplicates("customer_id").assign(channel=ALL, weight=1.0)
    parts = [
        values_there(
            group,
            by="cohort",
            level_sd_log=level_sd_log,
            draws=draws,
            seed=seed,
        )
        for group in (customers, everybody)
    ]
    # The last row of each is all cohorts together, which the channels' table has.
    there = pd.concat([part.iloc[:-1] for part in parts], ignore_index=True)
    known: dict[GroupKey, tuple[float, float]] = {}
    for row in [] if costs is None else costs.to_dict("records"):
        paid = (float(row["loaded_cost"]), float(row["loaded_cac"]))
        known[str(row["channel"]), str(row["cohort"])] = paid
    rows = []
    for row in there.to_dict("records"):
        key = (str(row["channel"]), str(row["cohort"]))
        cost, cac = known.get(key, (math.nan, math.nan))
        rows.append({str(k): v for k, v in row.items()} | _row(curves[key], cost, cac))
    table = pd.DataFrame(rows)
    age = _age_months(table["cohort"], pd.Timestamp(as_date(as_of)))
    spent = table["acquisition_cost"]
    written = amortise(
        pd.DataFrame({"cost": spent.fillna(0.0), "age_months": age}), months=write_off_months
    )
    for name in ("cac_amortised", "cac_unamortised"):
        table[name] = written[name].where(spent.notna())
    months = ["payback_month", "observed_to_month"]
    table[months] = table[months].astype("Int64")
    table["payback_status"] = table["payback_status"].astype("str")
    return table[list(COHORT_VALUE_COLUMNS)]


def _row(curve: MarginCurve, cost: float, cac: float) -> dict[str, float | int | str | None]:
    back = payback_of(curve, cac)
    low, high = limits_of_figure(curve.ltv_draws, USUAL_INTERVAL)
    return {
        "ltv": curve.ltv,
        "ltv_low": low,
        "ltv_high": high,
        "acquisition_cost": cost,
        "cac": cac,
        "ltv_to_cac": ltv_to_cac(curve.ltv, cac),
        "payback_month": back.payback_month,
        "payback_status": back.payback_status,
        "observed_to_month": back.observed_to_month,
        "recovered_share": back.recovered_share,
    }


def _age_months(cohorts: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Months since the middle of each cohort's month."""
    start = pd.to_datetime(cohorts, format="%Y-%m")
    middle = start + pd.to_timedelta(DAYS_PER_MONTH / 2, unit="D")
    age: pd.Series = ((as_of - middle) / pd.Timedelta(days=DAYS_PER_MONTH)).clip(lower=0)
    return age
