"""The only door to `lifetimes`: take over its fitted models, and fit them as a peer to beat.

`lifetimes` is archived and warns when it is imported; everything that touches it is here, so that
the day it no longer imports costs one row of a table.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from ltvkit.errors import ConvergenceError, DataError
from ltvkit.models._rows import column, distinct, histories, on_distinct
from ltvkit.models.btyd.bgnbd import BetaGeo, BetaGeoParams
from ltvkit.models.btyd.gamma_gamma import GammaGamma, GammaGammaParams
from ltvkit.models.btyd.mbgnbd import ModifiedBetaGeo, ModifiedBetaGeoParams
from ltvkit.models.btyd.pareto_nbd import ParetoNBD, ParetoNBDParams
from ltvkit.units import Floats

Kind = Literal["bgnbd", "mbgnbd", "pareto_nbd"]
"""Which order model of `lifetimes` to fit."""

_WEEK = 7.0
# Whole ages beyond this can hardly be weeks: it would be a history of four years.
_SURELY_DAYS = 200


class Fitter(Protocol):
    """What is read of a fitted `lifetimes` model."""

    params_: Any


def from_lifetimes(
    fitter: Fitter, *, unit_days: float | None = None
) -> BetaGeo | ModifiedBetaGeo | ParetoNBD | GammaGamma:
    """Take over a fitted `lifetimes` model: same parameters, our predictions.

    Parameters
    ----------
    fitter : BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter or GammaGammaFitter
        A fitted model. A Gamma-Gamma is taken to be fitted on repeat orders, as `lifetimes`
        documents it.
    unit_days : float, optional
        Days in the fitter's unit of time: 1 for days, 7 for weeks. When not given it is read off
        the ages that the fitter has seen: sevenths are weeks; whole numbers are days when some
        exceed 200. Not needed for Gamma-Gamma.

    Raises
    ------
    DataError
        When the fitter is not fitted, is of another kind, has parameters that predict no value
        (Gamma-Gamma with q <= 1), or when its unit of time cannot be told.

    Examples
    --------
    >>> class BetaGeoFitter:
    ...     params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    >>> from_lifetimes(BetaGeoFitter(), unit_days=7).params_
    BetaGeoParams(r=0.243, alpha=4.414, a=0.793, b=2.426)
    """
    if not hasattr(fitter, "params_"):
        raise DataError(
            f"got a {type(fitter).__name__} without params_, expected a fitted one; call its fit "
            "first"
        )
    params = {name: float(value) for name, value in dict(fitter.params_).items()}
    match type(fitter).__name__:
        case "GammaGammaFitter":
            if not params["q"] > 1:
                raise DataError(
                    f"got a Gamma-Gamma fit with q = {params['q']:.4g}, expected q above 1: its "
                    "mean order value is negative; fit ltvkit.GammaGamma on the data instead"
                )
            return GammaGamma.from_params(GammaGammaParams(**params), include_first_order=False)
        case "BetaGeoFitter":
            unit = _unit_days(fitter) if unit_days is None else unit_days
            return BetaGeo.from_params(BetaGeoParams(**params), unit_days=unit)
        case "ModifiedBetaGeoFitter":
            unit = _unit_days(fitter) if unit_days is None else unit_days
            return ModifiedBetaGeo.from_params(ModifiedBetaGeoParams(**params), unit_days=unit)
        case "ParetoNBDFitter":
            unit = _unit_days(fitter) if unit_days is None else unit_days
            return ParetoNBD.from_params(ParetoNBDParams(**params), unit_days=unit)
        case other:
            raise DataError(
                f"got a {other}, expected BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter or "
                "GammaGammaFitter; other models of lifetimes have no counterpart here"
            )


def _unit_days(fitter: Fitter) -> float:
    seen = getattr(fitter, "data", None)
    if isinstance(seen, pd.DataFrame) and len(seen):
        ages = seen["T"].to_numpy(dtype=float)
        if np.allclose(ages, np.round(ages), rtol=0, atol=1e-9):
            if ages.max() > _SURELY_DAYS:
                return 1.0
        elif np.allclose(ages * 7, np.round(ages * 7), rtol=0, atol=1e-6):
            return _WEEK
    raise DataError(
        f"got a {type(fitter).__name__} whose unit of time cannot be told from the ages it was "
        "fitted on, expected unit_days; pass unit_days=1 for days, unit_days=7 for weeks"
    )


@dataclass(frozen=True, slots=True)
class LifetimesFit:
    """An order model and the Gamma-Gamma of `lifetimes`, fitted in weeks: a peer in backtests."""

    kind: Kind
    orders: Any
    values: Any

    def predict(self, summary: pd.DataFrame, horizon_days: float) -> pd.DataFrame:
        """One row per customer, from the formulas of `lifetimes` itself.

        `prob_active` is not offered by `lifetimes`; it is computed here from its parameters.

        Returns
        -------
        DataFrame
            The columns of `Btyd.predict`.

        Raises
        ------
        ConvergenceError
            When a prediction is not finite.
        """
        x, t_x, T, _ = histories(summary, unit_days=_WEEK)
        value = column(summary, "mean_repeat_order_value")
        weeks = horizon_days / _WEEK
        ours = from_lifetimes(self.orders, unit_days=_WEEK)
        assert not isinstance(ours, GammaGamma)  # noqa: S101  (for the type checker)

        def expected(x: Floats, t_x: Floats, T: Floats) -> Floats:
            count = self.orders.conditional_expected_number_of_purchases_up_to_time
            return np.asarray(count(weeks, x, t_x, T), dtype=float)

        def alive(x: Floats, t_x: Floats, T: Floats) -> Floats:
            return np.asarray(self.orders.conditional_probability_alive(x, t_x, T), dtype=float)

        with _lifetimes():
            orders = on_distinct(expected, x, t_x, T)
            prob_alive = on_distinct(alive, x, t_x, T)
            order_value = np.asarray(
                self.values.conditional_expected_average_profit(x, value), dtype=float
            )
        broken = ~(np.isfinite(orders) & np.isfinite(prob_alive) & np.isfinite(order_value))
        if broken.any():
            raise ConvergenceError(
                f"lifetimes {self.kind}: got no finite prediction for {int(broken.sum())} of "
                f"{len(broken)} customers, expected one for each; its formulas overflow there"
            )
        return pd.DataFrame(
            {
                "customer_id": summary["customer_id"],
                "prob_alive": prob_alive,
                "prob_active": ours.prob_active(summary, horizon_days),
                "expected_orders": orders,
                "expected_order_value": order_value,
                "predicted_revenue": orders * order_value,
            },
            index=summary.index,
        )


def fit_lifetimes(summary: pd.DataFrame, *, kind: Kind) -> LifetimesFit:
    """Fit an order model of `lifetimes` and its Gamma-Gamma, as its users would, in weeks.

    Equal rows are given to it once, with a weight; its Pareto/NBD starts from the mean of its
    random start, so that two runs agree. Its Gamma-Gamma sees repeat orders above 0.

    Raises
    ------
    ConvergenceError
        With the reason, whenever `lifetimes` fails or ends in parameters that are no numbers.
    """
    x, t_x, T, _ = histories(summary, unit_days=_WEEK)
    z = column(summary, "mean_repeat_order_value")
    (xs, t_xs, Ts), place = distinct([x, t_x, T])
    weight = np.bincount(place)
    repeat = (x > 0) & (z > 0)
    (ns, zs), repeat_place = distinct([x[repeat], z[repeat]])
    with _lifetimes():
        import lifetimes

        try:
            match kind:
                case "bgnbd":
                    orders = lifetimes.BetaGeoFitter().fit(xs, t_xs, Ts, weights=weight)
                case "mbgnbd":
                    orders = lifetimes.ModifiedBetaGeoFitter().fit(xs, t_xs, Ts, weights=weight)
                case "pareto_nbd":
                    orders = lifetimes.ParetoNBDFitter().fit(
                        xs, t_xs, Ts, weights=weight, initial_params=np.ones(4)
                    )
            values = lifetimes.GammaGammaFitter().fit(ns, zs, weights=np.bincount(repeat_place))
        # Whatever happens inside, the reason goes into the table and the backtest goes on.
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ConvergenceError(f"lifetimes {kind}: {reason}") from error
    for fitted in (orders, values):
        if not np.isfinite(fitted.params_.to_numpy(dtype=float)).all():
            raise ConvergenceError(
                f"lifetimes {kind}: got parameters {dict(fitted.params_)}, expected finite ones; "
                "it stopped without an optimum"
            )
    return LifetimesFit(kind=kind, orders=orders, values=values)


@contextlib.contextmanager
def _lifetimes() -> Iterator[None]:
    """Keep its warnings, its prints and its changes of the warning filters inside."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield
