"""Reading and cleaning: from a table of the user's to order days that models can trust.

`read_transactions` opens a file, URL, database or shipped sample; `clean` turns it into order days
and puts aside what cannot be used, with reasons. The names of columns are the user's up to here
(`ColumnMap`) and ours from here on. Everything runs inside DuckDB; pandas appears at the border.
"""

from ltvkit.data.cleaning import CleanLog, LogSummary, clean, order_days_from_frame
from ltvkit.data.columns import ColumnMap
from ltvkit.data.sources import Source, read_transactions, source_from_frame
from ltvkit.data.workspace import Workspace

__all__ = [
    "CleanLog",
    "ColumnMap",
    "LogSummary",
    "Source",
    "Workspace",
    "clean",
    "order_days_from_frame",
    "read_transactions",
    "source_from_frame",
]
