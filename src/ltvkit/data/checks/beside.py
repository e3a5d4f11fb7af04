"""Whether the tables beside a log speak of the same customers and channels."""

from collections.abc import Mapping

import pandas as pd

from ltvkit.data.checks.finding import DataFinding, by_threshold
from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.data.tables.channels import channel_key
from ltvkit.data.tables.opened import Table


def findings_beside(log: CleanLog, tables: Mapping[str, Table]) -> list[DataFinding]:
    """Findings about the customers table, the months of costs and their channels, where given."""
    findings = []
    ids = log.workspace.frame(f"SELECT DISTINCT customer_id FROM {log.table}")["customer_id"]
    if "customers" in tables:
        missing = 1 - float(ids.isin(tables["customers"].frame["customer_id"].astype("str")).mean())
        findings.append(
            by_threshold(
                "customers table",
                missing,
                f"{missing:.0%} of the customers with orders are not in it",
                "make sure that both tables write ids alike; who is not in it has no channel, no "
                "contact and no permission",
                review=0.2,
            )
        )
    if "costs" in tables and len(tables["costs"].frame):
        findings.append(_months_of_costs(tables["costs"].frame))
    named = _channels_of(log, ids, tables)
    if "costs" in tables and named is not None:
        paid = tables["costs"].frame["channel"].dropna().astype("str").drop_duplicates()
        nobody = sorted(paid[~channel_key(paid).isin(channel_key(named.astype("str")))])
        findings.append(
            by_threshold(
                "channels with costs",
                len(nobody) / max(len(paid), 1),
                f"costs but no customer: {', '.join(nobody) or 'none'}",
                "call channels the same in both tables; where nobody came from, the verdict is "
                "that it cannot tell",
                review=0.0,
            )
        )
    return findings


def _months_of_costs(costs: pd.DataFrame) -> DataFinding:
    """A ledger kept by quarters or years, whose amounts count as those of their first months."""
    spent = pd.PeriodIndex(pd.to_datetime(costs["period"]), freq="M")
    months = len(pd.period_range(spent.min(), spent.max(), freq="M"))
    idle = months - spent.nunique()
    return by_threshold(
        "months of costs",
        idle / months,
        f"{idle} of the {months} months from the first costs to the last have none",
        "an amount counts in the day, week or month that it is dated: divide what was paid for a "
        "quarter or a year among its months",
        review=0.5,
    )


def _channels_of(log: CleanLog, ids: pd.Series, tables: Mapping[str, Table]) -> pd.Series | None:
    """The channels of the customers with orders; None where touches tell them, or nothing does."""
    if "touches" in tables:
        return None
    if "customers" in tables and "channel" in tables["customers"].frame:
        known = tables["customers"].frame
        named: pd.Series = known.loc[known["customer_id"].astype("str").isin(ids), "channel"]
        if named.notna().any():
            return named.dropna()
    if "channel" not in log.attributes:
        return None
    return log.workspace.frame(f"SELECT DISTINCT channel FROM {log.table}")["channel"].dropna()
