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
from ltvkit.errors import offenders


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
        else read_transactions(config.data.transactions if transactions is None else transactions),
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
    formatted = {"date_format": data.date_format}
    dated = {**formatted, "timezone": data.timezone}

    def opened(
        read: Callable[..., Table], table: TableConfig | None, **reading: str | None
    ) -> Table | None:
        return read(table.path, columns=dict(table.columns), **reading) if table else None

    tables = Tables(
        costs=opened(read_costs, data.costs, **formatted, **marked),
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
