"""What a log is fit for, before anything is trained on it: PASS, REVIEW or FAIL, with words.

Every check carries its figure, its threshold and what to do. Nothing is decided here that the
backtest can decide better; these are the reasons why a backtest would be misleading or impossible.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ltvkit.data.checks.beside import findings_beside
from ltvkit.data.checks.finding import DataFinding, Status
from ltvkit.data.checks.findings import findings_of
from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.data.tables.opened import Table

EXAMPLES_PER_REASON = 3


@dataclass(frozen=True, slots=True)
class DataCheck:
    """All checks of a log, and what they speak about.

    Parameters
    ----------
    log : CleanLog
    findings : tuple of DataFinding
    examples : DataFrame
        A few of the rejected rows of every reason.
    notes : tuple of str
        How columns were read, and what happened to other tables.
    currency : str
    """

    log: CleanLog
    findings: tuple[DataFinding, ...]
    examples: pd.DataFrame
    notes: tuple[str, ...]
    currency: str

    @property
    def status(self) -> Status:
        """The worst of all findings."""
        found = {finding.status for finding in self.findings}
        return "FAIL" if "FAIL" in found else "REVIEW" if "REVIEW" in found else "PASS"


def check_data(
    log: CleanLog,
    *,
    horizon_days: int = 365,
    currency: str = "",
    tables: Mapping[str, Table] | None = None,
) -> DataCheck:
    """Check a cleaned log.

    Parameters
    ----------
    log : CleanLog
    horizon_days : int
        How far ahead predictions are wanted.
    currency : str
        Printed beside amounts.
    tables : mapping, optional
        `costs`, `customers`, `touches` and `leads`, as far as there are.

    Examples
    --------
    >>> from ltvkit.data import ColumnMap, clean, read_transactions
    >>> columns = ColumnMap(ordered_at="date", revenue="dollar_value")
    >>> check = check_data(clean(read_transactions("sample:cdnow"), columns=columns))
    >>> [finding.name for finding in check.findings if finding.status == "FAIL"]
    []
    """
    findings = (
        *findings_of(log, horizon_days=horizon_days),
        *findings_beside(log, tables or {}),
    )
    per_reason = log.rejected.groupby("reason", sort=False).head(EXAMPLES_PER_REASON)
    examples = per_reason.sort_values(["reason", "row"], ignore_index=True)
    notes = [f"{key} was read as {words}" for key, words in log.readings.items()]
    for table in (tables or {}).values():
        notes += [f"{table.location}: {len(table.frame):,} rows", *table.notes]
    return DataCheck(log, findings, examples, tuple(notes), currency)


def render_data_check(check: DataCheck) -> str:
    """The check as plain text: counts, findings, examples of rejected rows."""
    log, summary = check.log, check.log.summary
    money = f" {check.currency}" if check.currency else ""
    lines = [
        f"{log.location}: {check.status}",
        "",
        f"  rows            {summary.rows:>14,}   accepted {summary.accepted:,}, "
        f"put aside {summary.rejected:,}",
        f"  customers       {summary.customers:>14,}",
        f"  order days      {summary.order_days:>14,}   with {summary.orders:,} orders",
        f"  revenue         {summary.revenue:>14,.2f}{money}",
        f"  days            {summary.first_day} to {summary.last_day}; snapshot {log.as_of}",
        f"  duplicates      {summary.duplicates:>14,}   "
        + ("dropped" if summary.duplicates_dropped else "kept"),
        f"  refund rows     {summary.refund_rows:>14,}   "
        f"{summary.unmatched_amount:,.2f}{money} of them beyond what was bought",
        f"  orders worth 0  {summary.zero_value_orders:>14,}",
        "",
    ]
    width = max(len(finding.name) for finding in check.findings)
    for finding in check.findings:
        lines.append(f"  {finding.status:<6}  {finding.name:<{width}}  {finding.words}")
        if finding.recommendation:
            lines.append(f"  {'':<6}  {'':<{width}}  -> {finding.recommendation}")
    if summary.reasons:
        lines += ["", "  Rows put aside:"]
        lines += [f"  {count:>14,}  {reason}" for reason, count in summary.reasons.items()]
        lines += ["", "  Some of them:"]
        for row in check.examples.itertuples(index=False, name=None):
            values = ", ".join("" if _is_missing(value) else str(value) for value in row[2:])
            lines.append(f"  row {row[0]}: {row[1]}: {values}"[:160])
    lines += ["", *(f"  {note}" for note in check.notes)]
    return "\n".join(lines) + "\n"


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value != value
