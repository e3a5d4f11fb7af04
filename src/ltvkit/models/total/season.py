"""The season of repeat revenue, told apart from the age and the vintage of the customers.

Revenue per customer falls with age and differs between cohorts; what is left, and comes back at
the same time of the year, is the season. It needs more than one year to be told from age. How
strong seasons of this shop are is learned too; how far they are believed grows with the years seen.
In less than that the year of retail stands in, and no more of it is learned than its strength.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array
from scipy.special import xlogy

from ltvkit.models.total.order_values import VALUES_USUAL, changed_stretch
from ltvkit.panel import PERIOD_DAYS, YEAR_DAYS, Activity
from ltvkit.units import DAYS_PER_YEAR, Floats

SEASON_KNOTS = 13
AGE_KNOTS = np.array([3.5, 10, 21, 42, 84, 168, 336, 672, 1344, 2688, 5376])
"""Of the year, a month apart; and of the age in days, each about twice the one before."""

AGE_SD, COHORT_SD, SEASON_SDS = 0.35, 0.3, (0.05, 0.1, 0.2, 0.4, 0.8)
"""Standard deviations of the priors, on the log scale: of the second difference of the age curve,
of a cohort's effect and, the one of them under which the log is likeliest, of the season's."""

LEAST_DISPERSION = 1e-9
"""Of all repeat revenue: less, and what the priors say of it is lost in rounding. No log comes near
it whose cells are not fitted exactly, as where everybody orders every day: it is what a billion
orders drawn at random would leave."""

DOUBT_YEARS = 0.36
"""Of n years seen, n / (n + this) is believed to come back: no year is like another."""


@dataclass(frozen=True, slots=True)
class Season:
    """How the time of the year multiplies repeat revenue, as far as it is believed.

    Parameters
    ----------
    log_effect : tuple of float
        Log of the factor at each of the `SEASON_KNOTS` knots, a month apart, from the beginning to
        the end of a year of 365.25 days; linear between them. Gifts and Christmas buying end with
        the year: from its last day to the first of the next the factor may jump.
    seen : bool
        Whether the log shows it; else it stands in.
    """

    log_effect: tuple[float, ...]
    seen: bool = True

    def mean_effect(self, days: np.ndarray) -> float:
        """Mean factor over these days of the calendar, counted since 1970-01-01."""
        return float(np.exp(self.log_effects(days)).mean())

    def log_effects(self, days: np.ndarray) -> Floats:
        """Log of the factor on each of these days."""
        return np.asarray(_season_basis(days) @ np.array(self.log_effect))


NO_SEASON = Season(log_effect=(0.0,) * SEASON_KNOTS, seen=False)
"""Every day like any other."""

RETAIL_YEAR = (
    # From the first of January in months to the end of the year.
    *(0.15, -0.07, -0.06, -0.05, -0.06, -0.05, -0.06, -0.06, -0.04),
    *(-0.01, 0.08, 0.31, 0.15),
)
"""The year of retail in general: level for ten months, more in November, most before Christmas.

Rounded from the seasonal factors of distance selling in western countries.
"""

USUAL_STRENGTH, STRENGTH_SD, MOST_STRENGTH = 0.75, 0.8, 4.0
"""How strong it is taken to be, believed as far as a season seen once is; by how much shops differ
in it, and the most of it that is believed."""

PEAK_BEGINS, PEAK_NEEDS_DAYS = 304, 14
"""Its peak is November and December: with fewer days of them a log does not tell its strength."""

WEAK_PRIOR = Season(tuple(USUAL_STRENGTH * effect for effect in RETAIL_YEAR), seen=False)
"""It stands in while a log shows less than a year and nothing of how strong it is there."""


def fit_season(activity: Activity, *, as_of_day: int) -> Season:
    """Estimate the season by penalised quasi-Poisson regression on cohorts and periods.

    Repeat revenue of a cell (cohort of customers x 28 days, counted back from the snapshot) has
    mean exposure x exp(age + cohort + season): age as hat functions in log age with a penalty on
    second differences, a ridge on cohorts, hat functions of the day of the year with a ridge, no
    trend over calendar time, which cannot be told from age and cohort. Where orders of late are
    worth far more or less than before, and than a year ago, it is of repeat orders: dearer months
    are no season. Its ridge is the one of greatest marginal likelihood (Laplace's approximation, as
    in Wood, 2011, Fast stable restricted maximum likelihood and marginal likelihood estimation,
    JRSS B 73).

    Parameters
    ----------
    activity : Activity
        The log summed over customers.
    as_of_day : int
        Last day of history; later rows are not read.

    Returns
    -------
    Season
        `NO_SEASON` when there is no repeat revenue to learn from.
    """
    steady = abs(changed_stretch(activity, as_of_day).change) <= VALUES_USUAL
    cells = _cells(activity, as_of_day, of="repeat_revenue" if steady else "repeat_orders")
    if cells["outcome"].sum() <= 0:
        return NO_SEASON
    design, penalty = _design(cells, _time_of_year(cells, activity, as_of_day))
    came, exposure = cells["outcome"].to_numpy(), cells["exposure"].to_numpy()
    fitted, dispersion = np.zeros(design.shape[1]), None
    likeliest, coefficients = -np.inf, fitted
    for sd in SEASON_SDS:
        penalty[-SEASON_KNOTS:, -SEASON_KNOTS:] = np.eye(SEASON_KNOTS) / sd**2
        # Of the calmest season: what a stronger one explains must show against it.
        fitted, dispersion, evidence = _quasi_poisson(
            design,
            came,
            exposure,
            penalty,
            begin=fitted,
            dispersion=dispersion,
            least=LEAST_DISPERSION * float(came.sum()),
        )
        evidence -= SEASON_KNOTS * np.log(sd)
        if evidence > likeliest:
            likeliest, coefficients = evidence, fitted
    effect = coefficients[-SEASON_KNOTS:]
    years = (as_of_day - max(activity.repeats["day"].min(), activity.begins)) / YEAR_DAYS
    believed = years / (years + DOUBT_YEARS)
    return Season(log_effect=tuple((believed * (effect - effect.mean())).tolist()))


def retail_season(activity: Activity, *, as_of_day: int) -> Season:
    """`RETAIL_YEAR` as strong as a log too short for a season of its own shows it.

    Repeat orders of the cells of `fit_season` have mean exposure x exp(age + cohort + k profile),
    with one coefficient in place of a season's knots, k ~ N(`USUAL_STRENGTH`, `STRENGTH_SD`^2),
    and dispersion as there. Orders, as what they are worth is less steady. Without enough days of
    the profile's peak k is what is usual: in other months the profile is level, and January alone
    is not told from the first days of a shop. What was tried is in docs/decisions/, number 14.

    Parameters
    ----------
    activity : Activity
        The log summed over customers.
    as_of_day : int
        Last day of history; later rows are not read.

    Returns
    -------
    Season
        Not `seen`.
    """
    if not _holds_peak(activity, as_of_day):
        return WEAK_PRIOR
    cells = _cells(activity, as_of_day, of="repeat_orders")
    profile = _time_of_year(cells, activity, as_of_day) @ np.array(RETAIL_YEAR)
    design, penalty = _design(cells, profile[:, None])
    penalty[-1, -1] = 1 / STRENGTH_SD**2
    coefficients, _, _ = _quasi_poisson(
        design,
        cells["outcome"].to_numpy(),
        cells["exposure"].to_numpy() * np.exp(USUAL_STRENGTH * profile),
        penalty,
        begin=np.zeros(design.shape[1]),
        dispersion=None,
        least=1.0,  # Of counts. Few cells can fit by chance, and would look sure.
    )
    strength = np.clip(USUAL_STRENGTH + coefficients[-1], 0.0, MOST_STRENGTH)
    return Season(tuple((strength * np.array(RETAIL_YEAR)).tolist()), seen=False)


def _holds_peak(activity: Activity, as_of_day: int) -> bool:
    """Whether repeat orders were looked for on enough days of November and December."""
    first = activity.repeats["day"].min()
    if not first <= as_of_day:
        return False
    of_year = activity.calendar(max(int(first), activity.begins), as_of_day) % DAYS_PER_YEAR
    return int((of_year >= PEAK_BEGINS).sum()) >= PEAK_NEEDS_DAYS


def _cells(activity: Activity, as_of_day: int, *, of: str) -> pd.DataFrame:
    """Exposure (customer-days after the first), mean age and outcome per cell of any exposure.

    Since repeat buying began.
    """
    repeats, arrivals = activity.repeats, activity.arrivals
    known = arrivals[arrivals["first_day"] <= as_of_day]
    first = known["first_day"].to_numpy()[:, None]
    customers = known["customers"].to_numpy(dtype=float)[:, None]
    periods = np.arange(max(as_of_day - activity.begins, 0) // PERIOD_DAYS + 1)
    end = as_of_day - PERIOD_DAYS * periods[None, :]
    # Exclusive: the first day is left out.
    begin = np.maximum(end - PERIOD_DAYS, np.maximum(first, activity.begins))
    days = np.maximum(end - begin, 0)
    exposure = customers * days
    age = np.maximum((begin + end) / 2 - first, 1.0)
    frame = pd.DataFrame(
        {
            "cohort": np.repeat(known["first_day"].to_numpy() // PERIOD_DAYS, len(periods)),
            "period": np.tile(periods, len(known)),
            "exposure": exposure.ravel(),
            "aged": (exposure * age).ravel(),
        }
    )
    cells = frame.groupby(["cohort", "period"], as_index=False).sum()
    cells = cells[cells["exposure"] > 0].assign(age=lambda cells: cells["aged"] / cells["exposure"])
    seen = repeats[(repeats["day"] > activity.begins) & (repeats["day"] <= as_of_day)]
    outcome = (
        seen.assign(period=(as_of_day - seen["day"]) // PERIOD_DAYS, outcome=seen[of].astype(float))
        .groupby(["cohort", "period"])["outcome"]
        .sum()
        .reset_index()
    )
    return cells.merge(outcome, on=["cohort", "period"], how="left").fillna({"outcome": 0.0})


def _time_of_year(cells: pd.DataFrame, activity: Activity, as_of_day: int) -> Floats:
    """`_season_basis` of each cell, the mean over the days of its period."""
    periods, period = np.unique(cells["period"].to_numpy(), return_inverse=True)
    period_end = as_of_day - PERIOD_DAYS * periods
    daily = [activity.clock.calendar(period_end - back) for back in range(PERIOD_DAYS)]
    return np.asarray(np.mean([_season_basis(days) for days in daily], axis=0)[period])


def _design(cells: pd.DataFrame, season: Floats) -> tuple[csr_array, Floats]:
    """Columns of age, cohort and season, and their penalty; that of the season is yet to be set."""
    age = _hat_basis(np.log(cells["age"].to_numpy()), np.log(AGE_KNOTS))
    cohorts, cohort = np.unique(cells["cohort"].to_numpy(), return_inverse=True)
    # A cell is of one cohort, two ages and a few knots: most of the design is nothing.
    design = csr_array(np.hstack([age, np.eye(len(cohorts))[cohort], season]))
    bend = np.diff(np.eye(len(AGE_KNOTS)), n=2, axis=0)
    penalty = np.zeros((design.shape[1],) * 2)
    a, c = len(AGE_KNOTS), len(cohorts)
    penalty[:a, :a] = bend.T @ bend / AGE_SD**2 + 1e-6 * np.eye(a)
    penalty[a : a + c, a : a + c] = np.eye(c) / COHORT_SD**2
    return design, penalty


def _quasi_poisson(
    design: csr_array,
    outcome: Floats,
    exposure: Floats,
    penalty: Floats,
    *,
    begin: Floats,
    dispersion: float | None,
    least: float,
) -> tuple[Floats, float, float]:
    """Penalised iteratively re-weighted least squares.

    Returns
    -------
    tuple
        Coefficients; the dispersion, where none is given that of Pearson, `least` at least; and the
        log of the marginal likelihood without the determinant of the penalty.
    """
    rate = outcome.sum() / exposure.sum()
    offset = np.log(exposure) + np.log(rate)
    coefficients, transposed = begin, design.T.tocsr()
    spread = dispersion or max(
        float(((outcome - exposure * rate) ** 2 / (exposure * rate)).mean()), least
    )
    for _ in range(50):
        mean = np.exp(np.clip(offset + design @ coefficients, -50, 50))
        score = transposed @ (outcome - mean) / spread - penalty @ coefficients
        information = (transposed @ (diags_array(mean / spread) @ design)).toarray() + penalty
        step = np.linalg.solve(information, score)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        coefficients = coefficients + step
        if dispersion is None:
            freedom = len(outcome) - np.trace(np.linalg.solve(information, information - penalty))
            pearson = float(((outcome - mean) ** 2 / np.maximum(mean, 1e-12)).sum())
            spread = max(pearson / max(freedom, 1), least)
        if np.abs(step).max() < 1e-6:
            break
    deviance = 2 * float((xlogy(outcome, outcome / mean) - (outcome - mean)).sum()) / spread
    bend = float(coefficients @ penalty @ coefficients)
    evidence = -(deviance + bend + np.linalg.slogdet(information).logabsdet) / 2
    return coefficients, spread, float(evidence)


def _hat_basis(at: Floats, knots: Floats) -> Floats:
    """Weights of the piecewise linear functions on `knots`, constant beyond the ends."""
    place = np.clip(np.interp(at, knots, np.arange(len(knots))), 0, len(knots) - 1)
    low = np.minimum(place.astype(int), len(knots) - 2)
    basis = np.zeros((len(at), len(knots)))
    rows = np.arange(len(at))
    basis[rows, low] = 1 - (place - low)
    basis[rows, low + 1] = place - low
    return basis


def _season_basis(days: Sequence[int] | np.ndarray) -> Floats:
    """Weights of the piecewise linear functions of the time of the year."""
    return _hat_basis(np.asarray(days) % DAYS_PER_YEAR, np.linspace(0, DAYS_PER_YEAR, SEASON_KNOTS))
