"""Unit economics: what a customer is worth, what one cost, and whether that was worth it.

Pure functions of pandas frames and numbers; nothing here reads a file, a clock or a configuration,
so each can be called from a notebook alone.
"""

from ltvkit.economics.allocation import (
    RULES,
    Reconciliation,
    allocation_shares,
    allocations,
    reconcile,
)
from ltvkit.economics.cac import CAC_COLUMNS, CacOverview, cac, cac_by_period, cac_overview
from ltvkit.economics.costs import (
    COST_CATEGORIES,
    MEDIA_CATEGORIES,
    LedgerSpan,
    acquisition_costs,
    ledger_span,
)
from ltvkit.economics.credit import credited_customers
from ltvkit.economics.rates import Interval, RateRatio, cac_interval, poisson_interval, rate_ratio
from ltvkit.economics.value import (
    cumulative_margin,
    daily_discount_rate,
    discount_factors,
    formula_ltv,
    ltv_at_acquisition,
    monthly_discount_rate,
    residual_value,
    simple_payback_months,
    total_value,
)

__all__ = [
    "CAC_COLUMNS",
    "COST_CATEGORIES",
    "MEDIA_CATEGORIES",
    "RULES",
    "CacOverview",
    "Interval",
    "LedgerSpan",
    "RateRatio",
    "Reconciliation",
    "acquisition_costs",
    "allocation_shares",
    "allocations",
    "cac",
    "cac_by_period",
    "cac_interval",
    "cac_overview",
    "credited_customers",
    "cumulative_margin",
    "daily_discount_rate",
    "discount_factors",
    "formula_ltv",
    "ledger_span",
    "ltv_at_acquisition",
    "monthly_discount_rate",
    "poisson_interval",
    "rate_ratio",
    "reconcile",
    "residual_value",
    "simple_payback_months",
    "total_value",
]
