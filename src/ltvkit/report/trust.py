"""Can you trust this? The backtest in words, against baselines, and what the model is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from ltvkit.audience import feature_label
from ltvkit.panel import PART, RECORD_ROW
from ltvkit.report.reader import Reader, observed, visible
from ltvkit.run_facts import Run
from ltvkit.wording import UNKNOWN, method_name

PAST_SPEND = "past spend"
"""The baseline that ranks by what customers have spent so far."""


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method of the backtest; `top` draws its top-tenth capture, 0 to 100."""

    label: str
    used: bool
    gini: str
    top10: str
    top: float
    total_error: str
    mae: str


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A feature that goes with high value; `width` draws its share against the largest."""

    label: str
    width: float
    share: str


def weights(run: Run, reader: Reader) -> str:
    """What the model used is made of, largest share first, in words."""
    shares = {method_name(name, reader): weight for name, weight in run.model.weights.items()}
    if observed(run.model.btyd_share):
        stack = 1.0 - run.model.btyd_share
        shares = {name: weight * stack for name, weight in shares.items()}
        label = reader.plain("trust.btyd")
        shares[label] = shares.get(label, 0.0) + run.model.btyd_share
    whole = dict(zip(shares, percentages(list(shares.values())), strict=True))
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    return ", ".join(f"{reader.share(whole[n] / 100)} {n}" for n in ranked if whole[n])


def percentages(shares: Sequence[float]) -> list[int]:
    """Shares of a whole as whole per cent that add up to 100: the largest remainders go up.

    Examples
    --------
    >>> percentages([0.335, 0.335, 0.33])
    [34, 33, 33]
    >>> percentages([])
    []
    """
    total = sum(shares)
    if not total:
        return [0] * len(shares)
    exact = [100 * share / total for share in shares]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for place in by_remainder[: 100 - sum(whole)]:
        whole[place] += 1
    return whole


def sentences(run: Run, reader: Reader) -> tuple[Markup, ...]:
    """The backtest in plain sentences, each only where its measure was taken."""
    metrics = run.metrics.get(RECORD_ROW, {})
    said = [_ranking(run, reader), _total(run, reader)]
    promised = metrics.get("coverage_attainable")
    coverage = promised if observed(promised) else metrics.get("coverage")
    if observed(coverage):
        said.append(
            reader.say(
                "trust.coverage_promised" if observed(promised) else "trust.coverage",
                share=reader.number(coverage * 100),
                level=reader.share(reader.level),
            )
        )
    churn = metrics.get("calibration_error")
    if observed(churn):
        said.append(reader.say("trust.churn", points=reader.number(churn * 100, 1)))
    said.append(_folds(run, reader))
    return tuple(text for text in said if text)


def method_rows(run: Run, reader: Reader) -> tuple[MethodRow, ...]:
    """Every method of the backtest, the one used first, then by ranking; its parts apart."""
    names = sorted(
        (name for name in run.metrics if not name.startswith(PART)),
        key=lambda n: (n != RECORD_ROW, -run.metrics[n].get("gini", -1.0), n),
    )
    return tuple(_method(name, run, reader) for name in names)


def why_model(run: Run, reader: Reader) -> str:
    """Why the model is made of what it is made of."""
    pairs = zip(run.model.said, run.model.why, strict=True)
    return " ".join(reader.tell(sentence, text) for sentence, text in pairs)


def driver_rows(run: Run, reader: Reader) -> tuple[DriverRow, ...]:
    """What goes with high value, most of it first."""
    most = max((driver.share for driver in run.drivers), default=1.0) or 1.0
    return tuple(
        DriverRow(
            label=visible(
                driver.label
                if reader.language == run.language
                else feature_label(driver.feature, language=reader.language)
            ),
            width=round(100 * driver.share / most, 1),
            share=reader.share(driver.share),
        )
        for driver in run.drivers
    )


def decile_means(run: Run) -> list[dict[str, float]]:
    """Predicted and actual value per customer by tenth, over all folds, for the model used."""
    frame = run.backtest_deciles
    mine = frame[frame["model"] == RECORD_ROW]
    sums = mine.groupby("decile")[["customers", "predicted", "actual"]].sum()
    rows = zip(sums.index, sums.to_numpy(float), strict=True)
    return [
        {
            "decile": int(decile),
            "predicted": round(float(predicted / customers), 4),
            "actual": round(float(actual / customers), 4),
        }
        for decile, (customers, predicted, actual) in rows
        if customers > 0
    ]


def baseline(run: Run) -> str | None:
    """What to measure the ranking against: past spend, else the best other method.

    Past spend is what a shop without a model would go by. Parts of the model used do not count.
    """
    others = {
        name: metrics["top10_capture"]
        for name, metrics in run.metrics.items()
        if name != RECORD_ROW
        and not name.startswith(PART)
        and observed(metrics.get("top10_capture"))
    }
    if PAST_SPEND in others:
        return PAST_SPEND
    return max(others, key=lambda name: (others[name], name), default=None)


def _ranking(run: Run, reader: Reader) -> Markup:
    capture = run.metrics.get(RECORD_ROW, {}).get("top10_capture")
    if not observed(capture):
        return Markup("")
    other = baseline(run)
    if other is None:
        return reader.say("trust.ranking_alone", share=reader.share(capture))
    return reader.say(
        "trust.ranking",
        share=reader.share(capture),
        baseline=reader.plain("trust.past_spend")
        if other == PAST_SPEND
        else method_name(other, reader),
        other=reader.share(run.metrics[other]["top10_capture"]),
    )


def _total(run: Run, reader: Reader) -> Markup:
    """By how much totals missed, and each of them: misses up and down must not cancel."""
    misses = _misses(run, RECORD_ROW)
    if misses.empty:
        return Markup("")
    each = ", ".join(_missed(miss, reader) for miss in misses)
    return reader.say("trust.total_missed", value=reader.share(misses.abs().mean(), 1), each=each)


def _misses(run: Run, name: str) -> pd.Series:
    """By how much a model's totals were too high, or too low where below 0, at each past date."""
    rows = run.backtest
    of_model = rows[(rows["model"] == name) & (rows["metric"] == "bias")]
    return of_model.sort_values("cutoff")["value"].dropna()


def _signed(share: float, reader: Reader) -> str:
    return ("+" if share > 0 else "") + reader.share(share, 1)


def _missed(share: float, reader: Reader) -> str:
    key = "trust.too_high" if share >= 0 else "trust.too_low"
    return str(reader.say(key, value=reader.share(abs(share), 1)))


def _folds(run: Run, reader: Reader) -> Markup:
    cutoffs = sorted(run.backtest["cutoff"].dropna().astype(str).unique())
    if not cutoffs:
        return Markup("")
    if len(cutoffs) == 1:
        return reader.say("trust.fold", day=reader.day(cutoffs[0]))
    return reader.say(
        "trust.folds",
        n=reader.number(len(cutoffs)),
        first=reader.day(cutoffs[0]),
        last=reader.day(cutoffs[-1]),
    )


def _method(name: str, run: Run, reader: Reader) -> MethodRow:
    metrics = run.metrics[name]
    capture = metrics.get("top10_capture")
    return MethodRow(
        label=reader.plain("trust.record") if name == RECORD_ROW else method_name(name, reader),
        used=name == RECORD_ROW,
        gini=reader.number(metrics.get("gini"), 2),
        top10=reader.share(capture),
        top=round(min(max(capture, 0.0), 1.0) * 100, 1) if observed(capture) else 0.0,
        total_error=", ".join(_signed(miss, reader) for miss in _misses(run, name)) or UNKNOWN,
        mae=reader.unit_money(metrics.get("mae")),
    )
