"""The contractual shops that the model of record is held against, and the model fitted to one."""

from ltvkit.models.contractual import ContractualLtv
from simulated_contracts import ContractShop, contract_panel, payments

MONTHLY = (ContractShop(customers=1000), 365)
USAGE = (ContractShop(customers=1000, price_sd=0.4, extra=0.1, back=0.3), 180)
YEARLY = (ContractShop(beta=2.0, customers=1000, renewal_days=365.25, history_days=1900), 365)
WEEKLY = (ContractShop(beta=8.0, customers=600, renewal_days=7.0, history_days=500), 120)


def fitted(shop, horizon, seed):
    log = payments(shop, seed=seed)
    panel = contract_panel(log, history_days=shop.history_days, horizon_days=horizon)
    return log, panel, ContractualLtv().fit(panel)
