"""The cohort heat map: how each month's new customers came back, and what they brought."""

from dataclasses import dataclass

import pandas as pd

from ltvkit.report.reader import Reader
from ltvkit.run_facts import Run
from ltvkit.runs import as_bool

MAX_COHORTS = 18
MAX_AGES = 19
"""As many as fit the width of a page; cohorts.csv holds them all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A month in a cohort's life; `text` is empty where it has not happened yet."""

    text: str
    label: str
    heat: float


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One cohort: its month, its size and its life so far."""

    label: str
    size: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One view of the cohorts."""

    name: str
    title: str
    note: str
    ages: tuple[int, ...]
    rows: tuple[CohortRow, ...]


def heat_maps(run: Run, reader: Reader) -> tuple[HeatMap, ...]:
    """Two views: the share that came back, and money per customer since the first order."""
    frame = run.cohorts
    if frame.empty:
        return ()
    money = "margin" if run.data.margin_basis == "margin" else "revenue"
    sized = frame[frame["customers"] > 0].sort_values(["cohort", "age_months"])
    if "complete" in sized:
        # A month that still runs is not observed yet: its few orders so far would look like a fall.
        over = as_bool(sized["complete"])
        sized = sized.assign(
            **{name: sized[name].where(over) for name in ("active_customers", "orders", money)}
        )
    back = sized.assign(shown=sized["active_customers"] / sized["customers"])
    total = sized.groupby("cohort")[money].cumsum().where(sized[money].notna())
    worth = sized.assign(shown=total / sized["customers"])
    title = str(reader.say("cohorts.money", basis=reader.plain(f"page.{money}")))
    return (
        _map("retention", reader.plain("cohorts.retention"), back, reader),
        _map("money", title, worth, reader),
    )


def is_cut(run: Run) -> bool:
    """Whether the page shows fewer cohorts or months than there are."""
    frame = run.cohorts
    return bool(
        not frame.empty
        and (
            frame["cohort"].nunique() > MAX_COHORTS
            or int(frame.loc[frame["orders"].notna(), "age_months"].max()) >= MAX_AGES
        )
    )


def _map(name: str, title: str, frame: pd.DataFrame, reader: Reader) -> HeatMap:
    cohorts = sorted(frame["cohort"].unique())[-MAX_COHORTS:]
    kept = frame[frame["cohort"].isin(cohorts)]
    seen = kept[kept["shown"].notna()]
    last = min(int(seen["age_months"].max()) if len(seen) else 0, MAX_AGES - 1)
    ages = tuple(range(last + 1))
    # The first month is 100 % by definition and would wash out the rest.
    scale = seen.loc[seen["age_months"] > 0, "shown"] if name == "retention" else seen["shown"]
    top = float(scale.max()) if len(scale) and scale.max() > 0 else 1.0
    grid = kept.pivot_table(index="cohort", columns="age_months", values="shown", dropna=False)
    sizes = kept.groupby("cohort")["customers"].first()
    return HeatMap(
        name=name,
        title=title,
        note=reader.plain(f"cohorts.{name}_note"),
        ages=ages,
        rows=tuple(
            CohortRow(
                label=reader.month(str(cohort), short=True),
                size=reader.number(float(sizes[cohort])),
                cells=tuple(
                    _cell(name, str(cohort), age, _value(grid, str(cohort), age), top, reader)
                    for age in ages
                ),
            )
            for cohort in cohorts
        ),
    )


def _value(grid: pd.DataFrame, cohort: str, age: int) -> float | None:
    if age not in grid.columns:
        return None
    value = grid[age][cohort]
    return None if pd.isna(value) else float(value)


def _cell(
    name: str, cohort: str, age: int, value: float | None, top: float, reader: Reader
) -> Cell:
    if value is None:
        words = reader.plain("cohorts.future")
    else:
        words = reader.share(value) if name == "retention" else reader.unit_money(value)
    label = reader.say("cohorts.cell", cohort=reader.month(cohort), age=age, value=words)
    text = "" if value is None else _short(name, value, reader)
    heat = 0.0 if value is None else round(min(max(value / top, 0.0), 1.0), 3)
    return Cell(text, str(label), heat)


def _short(name: str, value: float, reader: Reader) -> str:
    return reader.number(value * 100) if name == "retention" else reader.number(value)
