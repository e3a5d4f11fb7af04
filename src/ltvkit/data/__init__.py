"""Reading and cleaning: from a table of the user's to order days that models can trust.

`read_transactions` opens a file, URL, database or shipped sample; `clean` turns it into order days
and puts aside what cannot be used, with reasons; `check_data` says what the log is fit for, and
`guess_columns` which column means what. Costs, customers, touches and leads have readers of their
own.
The names of columns are the user's up to here (`ColumnMap`) and ours from here on. Everything runs
inside DuckDB; pandas appears at the border.

`reading` (places, formats, how values are written) knows none of the other folders; `cleaning`
and `tables` know reading, `first_guess` reading and cleaning, `checks` these two and tables.
`simulator` knows none. `samples`, `beginning` and `clock` fit in none and stand beside them.
"""

from ltvkit.data.checks.check import DataCheck, check_data, render_data_check
from ltvkit.data.checks.continuity import continuity
from ltvkit.data.checks.finding import DataFinding
from ltvkit.data.checks.mixture import mixture
from ltvkit.data.checks.months import orders_by_month
from ltvkit.data.cleaning.clean import clean, order_days_from_frame
from ltvkit.data.cleaning.clean_log import CleanLog, LogSummary
from ltvkit.data.cleaning.columns import ColumnMap
from ltvkit.data.first_guess.first_config import Guess
from ltvkit.data.first_guess.guess import guess_columns
from ltvkit.data.reading.sources import Source, read_transactions, source_from_frame
from ltvkit.data.reading.workspace import Workspace
from ltvkit.data.tables.costs import read_costs
from ltvkit.data.tables.customers import read_customers
from ltvkit.data.tables.leads import read_leads
from ltvkit.data.tables.opened import Table
from ltvkit.data.tables.touches import read_touches

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
    "mixture",
    "order_days_from_frame",
    "orders_by_month",
    "read_costs",
    "read_customers",
    "read_leads",
    "read_touches",
    "read_transactions",
    "render_data_check",
    "source_from_frame",
]
