"""From a configuration to cleaned order days and the tables beside them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ltvkit.config import Config, TableConfig
from ltvkit.data import (
    CleanLog,
    ColumnMap,
    Table,
    clean,
    read_costs,
    read_customers,
    read_leads,
    read_touches,
    read_transactions,
    source_from_frame,
)
from ltvkit.data.tables.benchmarks import read_benchmarks
from ltvkit.data.tables.channels import one_spelling
from ltvkit.economics import AttributionRule, attribute
from ltvkit.errors import DataError, offenders


@dataclass(frozen=True, slots=True)
class Tables:
    """The optional tables; None where the configuration names none."""

    costs: Table | None
    customers: Table | None
    touches: Table | None
    leads: Table | None = None
    benchmarks: Table | None = None

    def all(self) -> dict[str, Table]:
        """Those that are there, by name."""
        named = {
            "costs": self.costs,
            "customers": self.customers,
            "touches": self.touches,
            "leads": self.leads,
            "benchmarks": self.benchmarks,
        }
        return {name: table for name, table in named.items() if table is not None}


def open_log(config: Config, *, transactions: str | Path | pd.DataFrame | None = None) -> CleanLog:
    """Read and clean the transactions.

    Parameters
    ----------
    config : Config
        What the columns are called and how they are read.
    transactions : str, Path or DataFrame, optional
        Another log of the same form, instead of the configured one.
    """
    columns = config.data.columns
    return clean(
        source_from_frame(transactions)
        if isinstance(transactions, pd.DataFrame)
        else read_transactions(transactions or config.data.transactions),
        columns=ColumnMap(
            customer_id=columns.customer_id,
            ordered_at=columns.ordered_at,
            revenue=columns.revenue,
            order_id=columns.order_id,
            margin=columns.margin,
            channel=columns.channel,
            attributes=columns.attributes,
        ),
        as_of=config.snapshot.as_of,
        margin_rate=config.economics.margin_rate,
        leave_out=config.data.leave_out,
        drop_exact_duplicates=config.data.drop_exact_duplicates,
        date_format=config.data.date_format,
        decimal_mark=config.data.decimal_mark,
        timezone=config.data.timezone,
    )


def open_tables(config: Config) -> Tables:
    """Read the costs, customers, touches, leads and benchmarks that the configuration names.

    A channel is written in all of them as in the costs; see `one_spelling`.
    """
    data, benchmarks = config.data, config.economics.benchmarks
    marked = {"decimal_mark": data.decimal_mark}
    dated = {"date_format": data.date_format, "timezone": data.timezone}

    def opened(
        read: Callable[..., Table], table: TableConfig | None, **reading: str | None
    ) -> Table | None:
        return read(table.path, columns=dict(table.columns), **reading) if table else None

    tables = Tables(
        costs=opened(read_costs, data.costs, **marked),
        customers=opened(read_customers, data.customers, **dated),
        touches=opened(read_touches, data.touches, **dated),
        leads=opened(read_leads, data.leads, **dated),
        benchmarks=read_benchmarks(benchmarks, **marked) if benchmarks else None,
    )
    return _spelled_alike(tables)


def _spelled_alike(tables: Tables) -> Tables:
    known: dict[str, None] = {}
    alike: dict[str, Table] = {}
    for name, table in tables.all().items():
        if "channel" not in table.frame.columns:
            continue
        channel = one_spelling(table.frame["channel"], known=known)
        known |= dict.fromkeys(channel.dropna())
        changed = channel.notna() & (channel != table.frame["channel"])
        others = table.frame.loc[changed, "channel"].unique()
        said = (
            f"{name}: channels {offenders(others)} count as {offenders(channel[changed].unique())}"
        )
        alike[name] = replace(
            table,
            frame=table.frame.assign(channel=channel),
            notes=(*table.notes, *[said] * bool(changed.any())),
        )
    return replace(tables, **alike)


def customer_channels(
    log: CleanLog,
    order_days: pd.DataFrame,
    tables: Tables,
    *,
    attribution: AttributionRule = "last",
) -> pd.DataFrame:
    """The channel each customer came through, or attribution weights where it was several.

    From the touches, by the rule of attribution unless they are weights already; else from the
    customers table, if it names any, else from the first order; `customer_id, channel` and perhaps
    `weight`. Empty when the shop keeps no channels.
    """
    if tables.touches is not None:
        return _credited(tables.touches.frame, order_days, attribution)
    if tables.customers is not None:
        named = tables.customers.frame[["customer_id", "channel"]].dropna(subset=["channel"])
        if len(named):
            return named
    if "channel" in log.attributes:
        first = order_days.drop_duplicates("customer_id")[["customer_id", "channel"]]
        costs = tables.costs
        paid = costs.frame["channel"].dropna() if costs else pd.Series(dtype="str")
        return first.assign(channel=one_spelling(first["channel"], known=paid)).dropna()
    return pd.DataFrame({"customer_id": [], "channel": []}, dtype="str")


def _credited(
    touches: pd.DataFrame, order_days: pd.DataFrame, rule: AttributionRule
) -> pd.DataFrame:
    """Weights of the touches up to each first order; a channel alone where that is all credit."""
    weights = touches
    if "weight" not in touches:
        # An order is known by its day, so every touch of that day counts as before it.
        last = order_days.groupby("customer_id")["ordered_on"].min() + pd.Timedelta("23:59:59.999")
        weights = attribute(touches, rule, converted_at=last)
        if weights.empty:
            raise DataError(
                f"touches: got customers {offenders(touches['customer_id'].unique())}, none of "
                "whom was touched before a first order of the transactions, expected most of "
                "their customers; check that customer_id means the same in both"
            )
    weights = weights[weights["weight"] > 0]
    if (weights["weight"] == 1).all():
        return weights[["customer_id", "channel"]]
    return weights
