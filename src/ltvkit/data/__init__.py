"""Reading and cleaning: from a table of the user's to order days that models can trust.

`read_transactions` opens a file, URL, database or shipped sample; `clean` turns it into order days
and puts aside what cannot be used, with reasons; `check_data` says what the log is fit for, and
`guess_columns` which column means what. Costs, customers, touches and leads have readers of their
own.
The names of columns are the user's up to here (`ColumnMap`) and ours from here on. Everything runs
inside DuckDB; pandas appears at the border.
"""

from ltvkit.data.checks import DataCheck, check_data, render_data_check
from ltvkit.data.clean_log import CleanLog, LogSummary
from ltvkit.data.cleaning import clean, order_days_from_frame
from ltvkit.data.columns import ColumnMap
from ltvkit.data.continuity import continuity
from ltvkit.data.costs import read_costs
from ltvkit.data.customers import read_customers
from ltvkit.data.finding import DataFinding
from ltvkit.data.first_config import Guess
from ltvkit.data.guess import guess_columns
from ltvkit.data.leads import read_leads
from ltvkit.data.opened import Table
from ltvkit.data.sources import Source, read_transactions, source_from_frame
from ltvkit.data.touches import read_touches
from ltvkit.data.workspace import Workspace

__all__ = [
    "CleanLog",
    "ColumnMap",
    "DataCheck",
    "DataFinding",
    "Guess",
    "LogSummary",
    "Source",
    "Table",
    "Workspace",
    "check_data",
    "clean",
    "continuity",
    "guess_columns",
    "order_days_from_frame",
    "read_costs",
    "read_customers",
    "read_leads",
    "read_touches",
    "read_transactions",
    "render_data_check",
    "source_from_frame",
]
