"""One log: every model sees the same history, and is judged by what came after it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pandas as pd
from benchmarks.accuracy.lifetimes_script import LifetimesScript
from benchmarks.accuracy.lightgbm_script import LightGbmScript
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.pymc_script import PymcScript
from benchmarks.speed.meter import Meter

from ltvkit.data import CleanLog, continuity, mixture, order_days_from_frame
from ltvkit.data.clock import shop_clock
from ltvkit.evaluation.backtest import Backtest, run_backtest
from ltvkit.evaluation.coverage import attainable_coverage
from ltvkit.evaluation.judging import judge
from ltvkit.evaluation.metrics import chance_gini
from ltvkit.evaluation.verdict import review
from ltvkit.features.panel import build_panel
from ltvkit.models import BetaGeo, ModifiedBetaGeo, ParetoNBD
from ltvkit.models.baselines import BtydLtv, Mean, NaiveRate, PastSpend
from ltvkit.models.stack import StackedLtv
from ltvkit.panel import RECORD_ROW, LtvModel, Panel, say_nothing
from ltvkit.pipeline.modelling.order_shop import OrderShop
from ltvkit.snapshot import Snapshot, as_day_number

DECILE_RANGE = (0.70, 0.90)
OTHER_HORIZONS = (30, 90, 365)

OF_CHANCES = ("auc", "brier", "calibration_error", "calibration_floor")
"""Metrics of who came back, whatever they spent."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A log made ready: what may be seen, and what came.

    Attributes
    ----------
    name : str
    history : CleanLog
        The order days up to the snapshot.
    panel : Panel
        What models learn from.
    revenue, active : numpy.ndarray
        Of the customers of `panel.now`, in the horizon.
    days_until_order : numpy.ndarray
        Of the same, from the snapshot; missing where none came in the horizon.
    meter : Meter
        What building the panel cost.
    """

    name: str
    history: CleanLog
    panel: Panel
    revenue: np.ndarray
    active: np.ndarray
    days_until_order: np.ndarray
    meter: Meter


def peers(threads: int) -> dict[str, Callable[[], LtvModel]]:
    """What users have today; `pymc-marketing` where it is installed."""
    bayesian: dict[str, Callable[[], LtvModel]] = {
        "pymc BG/NBD + GG": lambda: PymcScript("bgnbd"),
        "pymc Pareto/NBD + GG": lambda: PymcScript("pareto_nbd"),
    }
    return {
        "lifetimes BG/NBD + GG": lambda: LifetimesScript("bgnbd"),
        "lifetimes MBG/NBD + GG": lambda: LifetimesScript("mbgnbd"),
        "lifetimes Pareto/NBD + GG": lambda: LifetimesScript("pareto_nbd"),
        "LightGBM L2": lambda: LightGbmScript("l2", threads=threads),
        "LightGBM Tweedie": lambda: LightGbmScript("tweedie", threads=threads),
        "LightGBM churn": lambda: LightGbmScript("binary", threads=threads),
        "past spend": PastSpend,
        "naive rate": NaiveRate,
        **(bayesian if find_spec("pymc_marketing") else {}),
    }


OWN: dict[str, Callable[[], LtvModel]] = {
    "BG/NBD + GG": lambda: BtydLtv(BetaGeo),
    "MBG/NBD + GG": lambda: BtydLtv(ModifiedBetaGeo),
    "Pareto/NBD + GG": lambda: BtydLtv(ParetoNBD),
}
"""ltvkit's own BTYD models, each alone."""


def run_log(log: Log, *, seed: int = 42, threads: int = 1) -> pd.DataFrame:
    """Fit and judge every model on a log.

    Returns
    -------
    pandas.DataFrame
        A row per model: `log, model, kind` (record, own, peer, reference), `customers,
        history_days, horizon_days, chance_gini` (what a random order hardly exceeds), the metrics
        of `ltvkit.evaluation`, `seconds, peak_mb` and `note` (why a model has no figures). The row
        of the record also has its total and interval, the folds whose total was inside, the
        attainable deciles, and the verdict.
    """
    asked = ask(log)
    shared = {
        "log": log.name,
        "customers": len(asked.panel.now),
        "history_days": asked.panel.history_days,
        "horizon_days": asked.panel.snapshot.horizon_days,
        "chance_gini": chance_gini(asked.revenue),
        "total_actual": float(asked.revenue.sum()),
    }
    others = [
        *(("own", name, make) for name, make in OWN.items()),
        *(("peer", name, make) for name, make in peers(threads).items()),
        ("reference", "mean", Mean),
    ]
    rows = [
        {"model": RECORD_ROW, "kind": "record", **_record(asked, seed=seed, threads=threads)},
        *(
            {"model": name, "kind": kind, **_other(make, asked, seed=seed)}
            for kind, name, make in others
        ),
    ]
    return pd.DataFrame([shared | row for row in rows])


def ask(log: Log) -> Asked:
    """Clean the history, build the panel, and add up what came after it.

    The horizon is of whole months where dates tell no more, as it is for `ltv train`.
    """
    snapshot = log.snapshot
    day = pd.to_datetime(log.transactions["ordered_at"]).dt.normalize()
    past = log.transactions[day <= pd.Timestamp(snapshot.as_of)]
    history = order_days_from_frame(past, as_of=snapshot.as_of)
    clock = shop_clock(history.order_days, snapshot.as_of)
    horizon_days = clock.horizon(as_day_number(snapshot.as_of), snapshot.horizon_days)
    snapshot = Snapshot(snapshot.as_of, horizon_days)
    known = log.transactions[day <= pd.Timestamp(snapshot.horizon_end)]
    with Meter() as meter:
        panel = build_panel(history.order_days, snapshot)
    everything = order_days_from_frame(known, as_of=snapshot.horizon_end).to_pandas()
    after = everything[everything["ordered_on"] > pd.Timestamp(snapshot.as_of)]
    came = after.groupby("customer_id")["revenue"].agg(["sum", "size"])
    of_each = came.reindex(panel.now["customer_id"]).fillna(0.0)
    until = after.groupby("customer_id")["ordered_on"].min() - pd.Timestamp(snapshot.as_of)
    return Asked(
        name=log.name,
        history=history,
        panel=panel,
        revenue=of_each["sum"].to_numpy(dtype=float),
        active=(of_each["size"] > 0).to_numpy(dtype=float),
        days_until_order=until.dt.days.reindex(panel.now["customer_id"]).to_numpy(dtype=float),
        meter=meter,
    )


def judge_record(
    model: StackedLtv, asked: Asked, *, seed: int
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Predictions of a fitted model of record, and all that can be asked of them."""
    predicted = model.predict(asked.panel.now)
    total, low, high = model.total_interval()
    found = attainable_coverage(
        asked.revenue,
        predicted["low"],
        predicted["high"],
        1 - predicted["prob_active"],
        predicted=predicted["predicted_revenue"],
    )
    deciles = found.deciles.loc[found.deciles["attainable"], "coverage"]
    return predicted, judge(predicted, asked.revenue, asked.active, seed=seed) | {
        "coverage_limit": found.limit,
        "customers_attainable": found.customers_attainable,
        "deciles_attainable": len(deciles),
        "deciles_held": int(deciles.between(*DECILE_RANGE).sum()),
        "total": total,
        "total_low": low,
        "total_high": high,
    }


def _record(asked: Asked, *, seed: int, threads: int) -> dict[str, object]:
    """The row of the model of record; a crash is a finding, and is told in `note`."""
    row: dict[str, object] = {}
    try:
        with Meter() as meter:
            model = StackedLtv(seed=seed, threads=threads).fit(asked.panel)
            _, values = judge_record(model, asked, seed=seed)
        row = {
            **values,
            "seconds": asked.meter.seconds + meter.seconds,
            "peak_mb": max(asked.meter.peak_mb, meter.peak_mb),
            "horizons_fall": _horizons_fall(model, asked.panel.now),
        }
        return row | _verdict(model, asked, seed=seed, threads=threads)
    # Whatever fails is a line of the table with its reason: the study goes on.
    except Exception as error:
        return row | {"note": _reason(error)}


def _other(make: Callable[[], LtvModel], asked: Asked, *, seed: int) -> dict[str, object]:
    try:
        with Meter() as meter:
            predicted = make().fit(asked.panel).predict(asked.panel.now)
        if predicted["predicted_revenue"].isna().all():
            # Makes no claim about revenue.
            free = predicted.assign(predicted_revenue=0.0)
            judged = judge(free, asked.revenue, asked.active, seed=seed)
            values = {name: judged[name] for name in OF_CHANCES if name in judged}
        else:
            values = judge(predicted, asked.revenue, asked.active, seed=seed)
    # A peer that fails is a result too.
    except Exception as error:
        return {"note": _reason(error)}
    return {**values, "seconds": meter.seconds, "peak_mb": meter.peak_mb}


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


RISING = ("predicted_revenue", "prob_active", "high", "low_if_order", "high_if_order")


def _horizons_fall(model: StackedLtv, features: pd.DataFrame) -> float:
    """Share of customers of whom some prediction falls when the horizon gets longer."""
    frames = [model.predict(features, days) for days in OTHER_HORIZONS]
    fell = np.zeros(len(features), dtype=bool)
    for short, long in pairwise(frames):
        for name in RISING:
            shorter, longer = (one[name].to_numpy(dtype=float) for one in (short, long))
            fell |= longer < shorter * (1 - 1e-9) - 1e-12
    return float(fell.mean())


def _verdict(model: StackedLtv, asked: Asked, *, seed: int, threads: int) -> dict[str, object]:
    """What the package says about itself, from dates inside the history only."""
    backtest = backtest_history(asked, seed=seed, threads=threads)
    verdict = review(
        backtest,
        horizon_days=model.horizon_days_,
        log_half_width=model.level_.log_half_width,
        total_is_forecast=model.level_.grade != "none",
        customers=len(asked.panel.now),
        continuity=continuity(asked.history, asked.panel.activity.clock),
        mixture=mixture(asked.history),
        of_kind=order_shop(seed, threads).checks(asked.history, model),
    )
    return {
        "folds": len(backtest.totals),
        "folds_inside": sum(total.inside for total in backtest.totals),
        "fold_gini": backtest.mean(RECORD_ROW, "gini"),
        "learned_share": 1 - model.explanation().btyd_share,
        "verdict": verdict.decision,
        "why": " ".join(verdict.reasons),
    }


def order_shop(seed: int, threads: int) -> OrderShop:
    """The shop of a log: nothing is known of its customers but their orders."""
    return OrderShop(attributes=(), customers=None, seed=seed, threads=threads)


def backtest_history(asked: Asked, *, seed: int, threads: int) -> Backtest:
    """Rolling origins inside the history, beside the models that cost nothing."""
    history = asked.history
    shop = order_shop(seed, threads)
    return run_backtest(
        shop.folds(history, asked.panel.snapshot),
        make_panel=lambda fold: shop.panel(history.known_at(fold.as_of), fold),
        make_truth=lambda fold: shop.truth(history.order_days, fold),
        record=shop.new_model,
        others={"naive rate": NaiveRate, "past spend": PastSpend, "mean": Mean},
        seed=seed,
        report=say_nothing,
    )
