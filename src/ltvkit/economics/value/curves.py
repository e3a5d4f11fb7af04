"""Mean cumulative margin by age (Nelson's mean cumulative function), observed and extended.

M(n) = sum over months s <= n of (margin in month s) / (customers observed through month s)

Customers who stopped buying stay in the denominator: they were observed, and brought nothing.
Where too few customers have been watched long enough, the curve goes on with the model's flows for
those who have not; that part is marked as predicted and never mixed into the observed one.

Source: W. Nelson, Recurrent Events Data Analysis (SIAM, 2003), chapter 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltvkit.economics.inputs import require_columns
from ltvkit.economics.value.bundles import MAX_BUNDLES, MAX_COHORT_BUNDLES, Bundles, bundle
from ltvkit.economics.value.ltv import discount_factors
from ltvkit.economics.value.resample import resampled
from ltvkit.errors import ConfigError
from ltvkit.schemas import ALL
from ltvkit.units import Floats, Integers

MIN_CUSTOMERS = 30
MIN_SHARE = 0.05
"""The observed curve stops where fewer than max(30, 5 %) of a group's customers were watched."""

_SOMEBODY = 1e-9

GroupKey = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class MarginCurve:
    """Margin by age of one group, with draws from its uncertainty.

    `credited` is how many of the `customers` it is credited with, shared ones in part.
    Over the first `observed_to_month` months (0 when too few were watched for even one)
    `cumulative` is observed, beyond it completed with predicted flows, NaN where there are none.
    `draws` has shape (draws, ages), `ltv_draws` (draws,). `ltv` is LTV at acquisition: what a new
    customer of the group brings over the horizon, discounted; NaN when the curve does not reach
    that far.
    """

    customers: int
    credited: float
    customers_observed: Floats
    cumulative: Floats
    draws: Floats
    ltv: float
    ltv_draws: Floats
    observed_to_month: int

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Which ages are observed rather than predicted."""
        return np.arange(len(self.cumulative)) < self.observed_to_month


def margin_curves(
    customers: pd.DataFrame,
    margins: pd.DataFrame,
    *,
    by: Literal["channel", "cohort"] = "channel",
    horizon_months: int = 12,
    annual_discount_rate: float = 0.0,
    flow_profile: Sequence[float] | None = None,
    level_sd_log: float = 0.0,
    seen_sd_log: float = 0.0,
    draws: int = 1_000,
    seed: int = 0,
    min_customers: int = MIN_CUSTOMERS,
    min_share: float = MIN_SHARE,
    max_bundles: int | None = None,
) -> dict[GroupKey, MarginCurve]:
    """The curve of every channel, or of every channel and cohort, and of all channels together.

    Parameters
    ----------
    customers : DataFrame
        `customer_id, channel, age_months` (observed, float), `cohort` for by="cohort"; optional
        `weight`, `first_margin`, and `residual_margin` (predicted margin of the coming
        `horizon_months`), without which the curves end where observation does.
    margins : DataFrame
        `customer_id, age_months, margin`, as `margin_by_age` gives it.
    by : {"channel", "cohort"}
        Groups: each channel, or each cohort of each channel.
    horizon_months : int
        H, the months that `residual_margin` covers; curves are extended to at least age H - 1.
    annual_discount_rate : float
        For `ltv`; the curves themselves are undiscounted.
    flow_profile : sequence of float, optional
        Share of the residual margin that falls in each of the H coming months; even without it.
    level_sd_log : float
        Standard deviation of the logarithm of true over predicted total: an error that all
        predictions share and that resampling customers cannot show.
    seen_sd_log : float
        The same of a usual year's repeat margin over that of the days on record: with less than a
        year of them nobody knows how busy they were. What was predicted from them errs alike.
    draws, seed : int
        Resamples of customers.
    min_customers, min_share
        Where the observed curve stops: fewer than max(min_customers, min_share x customers).
    max_bundles : int, optional
        Customers are resampled in at most this many bundles a group: 500 by channel and 200 by
        cohort, of which there are many more.

    Returns
    -------
    dict
        By (channel, cohort), cohort "" for all cohorts; channel "all" for all channels.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["a", "b"], "channel": ["seo", "seo"], "age_months": [3.0, 1.2],
    ... })
    >>> margins = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"], "age_months": [0, 2, 0], "margin": [10.0, 6.0, 20.0],
    ... })
    >>> curve = margin_curves(customers, margins, min_customers=1, draws=10)["seo", ""]
    >>> curve.cumulative[:3], curve.customers_observed[:3], curve.observed_to_month
    (array([15., 15., 21.]), array([2., 1., 1.]), 3)
    """
    require_columns(customers, ("customer_id", "channel", "age_months"), table="customers")
    profile = _checked_profile(flow_profile, horizon_months)
    rng = np.random.default_rng(seed)
    # The level is one number for the whole shop: draw b of every group shares it.
    shared = rng.standard_normal(draws)
    level, seen = np.exp(level_sd_log * shared), np.exp(seen_sd_log * shared)
    factors = discount_factors(horizon_months, annual_discount_rate)
    if max_bundles is None:
        max_bundles = MAX_BUNDLES if by == "channel" else MAX_COHORT_BUNDLES
    curves: dict[GroupKey, MarginCurve] = {}
    for everyone in (False, True):
        members = one_row_each(customers) if everyone else customers
        codes, keys = _groups(members, by, everyone=everyone)
        tables = bundle(members, margins, codes, groups=len(keys), rng=rng, max_bundles=max_bundles)
        for key, table in zip(keys, tables, strict=True):
            curves[key] = _curve(
                table,
                profile if "residual_margin" in customers else None,
                factors,
                level,
                seen,
                fewest=max(min_customers, min_share * table.weight.sum()),
                rng=rng,
            )
    return curves


def one_row_each(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers whose credit several channels share, in one row with all of their weight.

    They are resampled whole: parts of a customer drawn apart would look like several customers.

    Examples
    --------
    >>> shared = pd.DataFrame({"customer_id": ["a", "a", "b"], "weight": [0.25, 0.75, 1.0]})
    >>> one_row_each(shared)["weight"].tolist()
    [1.0, 1.0]
    """
    if "weight" not in customers or customers["customer_id"].is_unique:
        return customers
    whole = customers.groupby("customer_id", sort=False)["weight"].transform("sum")
    return customers.assign(weight=whole).drop_duplicates("customer_id")


def _curve(
    table: Bundles,
    profile: Floats | None,
    factors: Floats,
    level: Floats,
    seen: Floats,
    *,
    fewest: float,
    rng: np.random.Generator,
) -> MarginCurve:
    """The curve's statistics are M(1), M(2), … and, last, the LTV."""
    ages = max(len(factors), table.observed.shape[1])
    at_risk = _padded(table.observed, ages)
    watched = at_risk.sum(axis=0)
    observed_to = int((watched >= max(fewest, _SOMEBODY)).sum())
    margin, base, flows = _padded(table.observed_margin, ages), at_risk, np.zeros_like(at_risk)
    beyond = np.arange(ages) >= observed_to
    if profile is None:
        base = np.where(beyond, 0.0, base)
    else:
        flows, covered = _flows(table, profile, ages)
        flows = np.where(beyond, flows, 0.0)
        margin = margin + np.where(beyond, _padded(table.partial_margin, ages), 0.0) + flows
        base = base + np.where(beyond, covered, 0.0)
    # A young cohort has nothing at later ages: its statistics stop where its base does.
    ages = max(len(factors), int(np.flatnonzero(base.sum(axis=0)).max(initial=0)) + 1)
    margin, base, flows, beyond = margin[:, :ages], base[:, :ages], flows[:, :ages], beyond[:ages]
    weight = np.zeros((ages + 1, ages + 1))
    weight[:ages, :ages] = np.triu(np.ones((ages, ages)))
    weight[: len(factors), ages] = factors
    # Age 0 holds the first order, which is undiscounted.
    weight[ages, ages] = 1 - factors[0]
    value, drawn = resampled(
        np.column_stack([margin, table.first_margin]),
        np.column_stack([base, table.weight]),
        weight,
        draws=len(level),
        rng=rng,
    )
    per_customer = np.zeros(ages + 1)
    total = base.sum(axis=0)
    np.divide(flows.sum(axis=0), total, out=per_customer[:ages], where=total > 0)
    predicted = per_customer @ weight
    drawn = drawn + (level[:, None] - 1) * predicted
    # The first order is no question of how busy the time after it was.
    first = table.first_margin.sum() / max(float(table.weight.sum()), _SOMEBODY)
    drawn = drawn + (seen[:, None] - 1) * np.maximum(value - predicted - first, 0.0)
    return MarginCurve(
        customers=table.customers,
        credited=float(table.weight.sum()),
        customers_observed=watched[:ages],
        cumulative=value[:ages],
        draws=drawn[:, :ages],
        ltv=float(value[ages]),
        ltv_draws=drawn[:, ages],
        observed_to_month=observed_to,
    )


def _flows(table: Bundles, profile: Floats, ages: int) -> tuple[Floats, Floats]:
    """Predicted margin by age, and the customers it is predicted for, per bundle.

    Customers now at age A have flows for ages A … A + H - 1. One who is a part p into the running
    month gets (1 - p) of the coming month's flow at that age, and p of it at the next.
    """
    now_at = np.arange(table.observed.shape[1])
    ahead = np.arange(ages)[None, :] - now_at[:, None]
    covers = (ahead >= 0) & (ahead < len(profile))
    now = np.where(covers, profile[np.clip(ahead, 0, len(profile) - 1)], 0.0)
    later = np.where(covers & (ahead > 0), profile[np.clip(ahead - 1, 0, len(profile) - 1)], 0.0)
    flows = table.residual_now @ now + table.residual_next @ later
    return flows, table.age_weight @ covers.astype(np.float64)


def _groups(
    customers: pd.DataFrame, by: Literal["channel", "cohort"], *, everyone: bool
) -> tuple[Integers, list[GroupKey]]:
    channel = (
        pd.Series(ALL, index=customers.index, dtype="str")
        if everyone
        else customers["channel"].astype("str")
    )
    if by == "channel":
        codes, names = pd.factorize(channel, sort=True)
        return codes.astype(np.int64), [(str(name), "") for name in names]
    if by != "cohort":
        raise ConfigError(f"by: got {by!r}, expected 'channel' or 'cohort'")
    require_columns(customers, ("cohort",), table="customers")
    pairs = pd.MultiIndex.from_arrays([channel, customers["cohort"].astype("str")])
    codes, keys = pd.factorize(pairs, sort=True)
    return codes.astype(np.int64), [(str(a), str(b)) for a, b in keys]


def _checked_profile(flow_profile: Sequence[float] | None, horizon_months: int) -> Floats:
    if horizon_months < 1:
        raise ConfigError(f"horizon_months: got {horizon_months}, expected 1 or more")
    if flow_profile is None:
        return np.full(horizon_months, 1 / horizon_months)
    profile = np.asarray(flow_profile, dtype=np.float64)
    if len(profile) != horizon_months or (profile < 0).any() or not profile.sum() > 0:
        raise ConfigError(
            f"flow_profile: got {len(profile)} shares, expected {horizon_months} of 0 or more, one "
            "per month of the horizon"
        )
    normalised: Floats = profile / profile.sum()
    return normalised


def _padded(table: Floats, ages: int) -> Floats:
    return np.pad(table, ((0, 0), (0, ages - table.shape[1])))
