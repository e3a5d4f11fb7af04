"""What would stop a run after its training, told before it."""

from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.economics.inputs import channel_names
from ltvkit.pipeline.inputs.attribution import customer_channels
from ltvkit.pipeline.inputs.load import Tables
from ltvkit.pipeline.unit_economics.ledger import ledger_of
from ltvkit.pipeline.unit_economics.newcomers import first_orders_of, newcomers, opening_of
from ltvkit.schemas import UNATTRIBUTED


def check_economics(config: Config, log: CleanLog, tables: Tables) -> None:
    """Look for mistakes in what unit economics are made of; no model is needed for that.

    Parameters
    ----------
    config : Config
        Assumptions.
    log : CleanLog
        The cleaned log.
    tables : Tables
        Those beside it.

    Raises
    ------
    UserError
        When costs, touches or channels do not go with the log, a channel is called as the row of
        all is, shared cost is given to channels that are none, or nobody is a new customer.
    """
    order_days = log.to_pandas()
    credited = customer_channels(log, order_days, tables, attribution=config.economics.attribution)
    channel_names(credited["channel"], blank=UNATTRIBUTED, table="channels of customers")
    first_orders = first_orders_of(order_days, tables.customers.frame if tables.customers else None)
    new_from = opening_of(config, first_orders, log.as_of).new_from
    newcomers(order_days, first_orders, new_from)
    costs = tables.costs.frame if tables.costs else None
    ledger, _ = ledger_of(config, costs, credited, first_orders, log.as_of, new_from=new_from)
    if ledger is not None:
        ledger.cac(config.economics.allocation)
