"""The key figures: each with its interval, its change since the last run, and its past."""

from dataclasses import dataclass

from ltvkit.report.reader import Reader, observed
from ltvkit.run_facts import Figure, Previous, Run
from ltvkit.runs import as_bool
from ltvkit.units import whole_months

CARDS = ("cac", "ltv", "ltv_to_cac", "payback_months", "repeat_rate")
BY_MONTH = ("cac", "ltv", "ltv_to_cac")
"""Figures that kpis.csv follows month by month under the same name and meaning."""
NEEDS_COSTS = ("cac", "ltv_to_cac", "payback_months")
PREDICTED = ("ltv", "ltv_to_cac")
"""Figures that rest on the model's level: greyed when only the ranking is proven."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval drawn to scale: positions in per cent of the width."""

    low: float
    high: float
    at: float
    target: float | None


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line of the past, in a box of 100 by 24."""

    points: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """One figure as it is shown; blank parts are empty strings or None."""

    name: str
    title: str
    subtitle: str
    value: str
    blank: bool
    words: str
    interval: str
    bar: Bar | None
    sign: str
    change: str
    noise: str
    spark: Spark | None
    greyed: bool


def cards(run: Run, previous: Previous | None, reader: Reader) -> tuple[Card, ...]:
    """The five figures of the first screen."""
    return tuple(_card(name, run, previous, reader) for name in CARDS)


def interval_bar(figure: Figure, target: float | None = None) -> Bar | None:
    """Where an interval lies: of a share on a scale to one, else from zero to beyond its target.

    None where there is no target to hold it against: on a scale of its own it would say nothing.

    >>> interval_bar(Figure(2.0, 1.0, 4.0), target=3.0)
    Bar(low=22.2, high=88.9, at=44.4, target=66.7)
    >>> interval_bar(Figure(0.5, 0.4, 0.6, "share"))
    Bar(low=40.0, high=60.0, at=50.0, target=None)
    """
    low, high, value = figure.low, figure.high, figure.value
    if not (observed(low) and observed(high) and observed(value)) or high <= 0:
        return None
    if target is None and figure.unit != "share":
        return None
    end = 1.0 if figure.unit == "share" else max(high, target or 0.0) * 1.125

    def place(x: float) -> float:
        return round(min(max(x / end, 0.0), 1.0) * 100, 1)

    return Bar(place(low), place(high), place(value), None if target is None else place(target))


def target_ratio(run: Run) -> float | None:
    """The LTV:CAC that the shop asks for."""
    return _setting(run, "target_ltv_to_cac")


def target_months(run: Run) -> float | None:
    """The month by which a customer should be paid back."""
    return _setting(run, "target_payback_months")


def _setting(run: Run, name: str) -> float | None:
    raw = run.setting("economics", name)
    return float(raw) if isinstance(raw, int | float) else None


def _card(name: str, run: Run, previous: Previous | None, reader: Reader) -> Card:
    figure = run.economics.get(name, Figure(None))
    unit = "months" if name == "payback_months" else figure.unit
    target = target_ratio(run) if name == "ltv_to_cac" else None
    key = "payback" if name == "payback_months" else name
    blank = not observed(figure.value)
    not_yet = name == "payback_months" and figure.status == "not_yet"
    sign, change, noise = _change(name, figure, run, previous, reader)
    return Card(
        name=name,
        title=reader.plain(f"cards.{key}"),
        subtitle=str(
            reader.say(
                f"cards.{key}_short",
                horizon=reader.count("count.months", whole_months(run.snapshot.horizon_days)),
                target=reader.number(target, 0 if target and target.is_integer() else 1),
            )
        ),
        value=_value(figure, unit, not_yet, reader),
        blank=blank and not not_yet,
        words=_words(name, figure, target, not_yet, reader),
        interval=_interval(figure, unit, reader),
        bar=interval_bar(figure, target),
        sign=sign,
        change=change,
        noise=noise,
        spark=_spark(name, run, reader),
        greyed=name in PREDICTED and run.verdict.decision != "use" and not blank,
    )


def _value(figure: Figure, unit: str, not_yet: bool, reader: Reader) -> str:
    if not_yet:
        return reader.plain("cards.not_yet")
    if unit == "months" and observed(figure.value):
        if figure.value <= 1:
            return reader.plain("cards.month_first")
        return str(reader.say("cards.month", n=reader.number(figure.value)))
    return reader.figure(figure.value, unit)


def _interval(figure: Figure, unit: str, reader: Reader) -> str:
    """The interval in words, unless it is unknown or says nothing beside the value."""
    if not (observed(figure.value) and observed(figure.low) and observed(figure.high)):
        return ""
    if unit == "months" and figure.low == figure.value == figure.high:
        return ""
    return reader.between(figure.low, figure.high, unit)


def _words(name: str, figure: Figure, target: float | None, not_yet: bool, reader: Reader) -> str:
    """What stands under the number: a reading of it, or what would make it appear."""
    if not_yet:
        return reader.plain("cards.not_yet_line")
    if not observed(figure.value):
        return reader.plain("cards.bring_costs") if name in NEEDS_COSTS else ""
    if name == "ltv_to_cac" and target and observed(figure.low) and observed(figure.high):
        if figure.low >= target:
            return reader.plain("cards.clears")
        return reader.plain("cards.below" if figure.high < target else "cards.cannot_tell")
    return ""


def _change(
    name: str, figure: Figure, run: Run, previous: Previous | None, reader: Reader
) -> tuple[str, str, str]:
    """Sign, change in words, and whether it is more than noise: the old value in the interval."""
    old = previous.economics.get(name, Figure(None)).value if previous else None
    if previous is None or not observed(old) or not observed(figure.value):
        return "", "", ""
    difference = figure.value - old
    ending = "_again" if previous.as_of == run.snapshot.as_of else ""
    since = reader.day(previous.as_of)
    if abs(difference) < 1e-9:
        return "=", str(reader.say(f"cards.no_change{ending}", date=since)), ""
    sign = "▲" if difference > 0 else "▼"
    if figure.unit == "share":
        amount = str(reader.say("cards.points", n=reader.number(100 * abs(difference), 1)))
    elif name == "payback_months" or not old:
        amount = reader.figure(abs(difference), "")
    else:
        amount = reader.share(abs(difference / old), 1)
    noise = ""
    if observed(figure.low) and observed(figure.high):
        inside = figure.low <= old <= figure.high
        noise = reader.plain("cards.within" if inside else "cards.beyond")
    change = ("+" if difference > 0 else "−") + amount
    said = reader.say(f"cards.change{ending}", change=change, date=since)
    return sign, str(said), noise


def _spark(name: str, run: Run, reader: Reader) -> Spark | None:
    """A line through the months observed, or None with fewer than three of them."""
    if name not in BY_MONTH or name not in run.kpis.columns:
        return None
    whole = run.kpis[as_bool(run.kpis["complete"])] if "complete" in run.kpis else run.kpis
    seen = whole[["month", name]].dropna().tail(24)
    if len(seen) < 3:
        return None
    values, months = seen[name].astype(float).tolist(), seen["month"].astype(str).tolist()
    low = min(values)
    span = max(values) - low or 1.0
    step = 100 / (len(values) - 1)
    points = " ".join(
        f"{round(i * step, 1)},{round(21 - 18 * (v - low) / span, 1)}" for i, v in enumerate(values)
    )
    ends = {"first": reader.month(months[0]), "last": reader.month(months[-1])}
    return Spark(points, str(reader.say("cards.trend", **ends)))
