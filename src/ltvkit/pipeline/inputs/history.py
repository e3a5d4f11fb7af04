"""The orders behind a run, read again for whoever wants to look at one customer."""

import threading
from dataclasses import dataclass, field

import pandas as pd

from ltvkit.config import restore_config_at
from ltvkit.data import CleanLog
from ltvkit.data.reading.locations import FILE_DATABASES, SAMPLE, scheme_of
from ltvkit.data.reading.workspace import literal
from ltvkit.errors import DataError
from ltvkit.pipeline.inputs.load import open_log
from ltvkit.run_facts import Run


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """The log of a run, up to its snapshot.

    Parameters
    ----------
    log : CleanLog
    changed : bool
        Whether the log is no longer the one that the run was made of.
    """

    log: CleanLog
    changed: bool
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def of(self, customer_id: str) -> pd.DataFrame:
        """A customer's order days, the latest first: `ordered_on, revenue, margin, orders`."""
        # A connection answers one question at a time, and pages ask from several threads.
        with self._one_at_a_time:
            return self.log.workspace.frame(
                f"SELECT ordered_on, revenue, margin, orders FROM {self.log.table} "
                f"WHERE customer_id = {literal(customer_id)} ORDER BY ordered_on DESC"
            )


def read_order_history(run: Run) -> OrderHistory:
    """Read the transactions of a run again, where they lie on this machine.

    Raises
    ------
    UserError
        When the log lies elsewhere, is gone, or cannot be read any more.
    """
    transactions = next(row for row in run.inputs if row["name"] == "transactions")
    location = str(transactions["location"])
    if scheme_of(location) not in ("", SAMPLE.rstrip(":"), *FILE_DATABASES):
        raise DataError(
            f"got orders at {location}, expected a file on this machine: nothing is fetched from "
            "elsewhere to look at a customer"
        )
    config = restore_config_at(run.settings, run.snapshot.as_of)
    log = open_log(config, transactions=location)
    return OrderHistory(log, changed=log.sha256 != transactions["sha256"])
