"""Unit economics: what a customer is worth, what one cost, and whether that was worth it.

Pure functions of pandas frames and numbers; nothing here reads a file, a clock or a configuration,
so each can be called from a notebook alone.
"""

from ltvkit.economics.ages import margin_by_age, observed_customers
from ltvkit.economics.allocation import (
    RULES,
    Allocation,
    Reconciliation,
    allocation_shares,
    allocations,
    reconcile,
)
from ltvkit.economics.allowable import (
    allowable_cac,
    amer,
    cost_per_lead,
    left_for_media,
    ltv_to_cac,
    max_cpc,
    max_cpl,
    mer,
    revenue_ltv_to_cac,
    roas,
    roi,
)
from ltvkit.economics.amortisation import amortise, unamortised_share
from ltvkit.economics.attribution import AttributionRule, attribute
from ltvkit.economics.benchmarks import BENCHMARK_COLUMNS, compare_benchmarks
from ltvkit.economics.budget import BUDGET_COLUMNS, budget_sketch, budget_words
from ltvkit.economics.cac import CAC_COLUMNS, CacOverview, cac, cac_by_period, cac_overview
from ltvkit.economics.channels import ChannelValues, channel_values, compare_channels
from ltvkit.economics.channels_table import CHANNELS_COLUMNS, channels_table
from ltvkit.economics.cohort_values import COHORT_VALUE_COLUMNS, cohort_values
from ltvkit.economics.cohorts import COHORT_COLUMNS, cohorts
from ltvkit.economics.collected import collected
from ltvkit.economics.costs import (
    MEDIA_CATEGORIES,
    LedgerSpan,
    Unit,
    acquisition_costs,
    ledger_span,
)
from ltvkit.economics.credit import credited_customers
from ltvkit.economics.curves import MarginCurve, margin_curves
from ltvkit.economics.existing import values_there
from ltvkit.economics.facts import economics_facts, mix_shift, top_customer_shares
from ltvkit.economics.headlines import Headline, headlines
from ltvkit.economics.kpis import KPI_COLUMNS, kpis
from ltvkit.economics.lag import (
    ChargedCosts,
    charge_with_lag,
    charge_with_lag_days,
    lag_weights_of_days,
)
from ltvkit.economics.leads import Criterion, calibrated_lead_score, lead_costs, score_leads
from ltvkit.economics.marginal import MarginalCac, marginal_cac
from ltvkit.economics.payback import (
    PAYBACK_COLUMNS,
    GoalVerdict,
    Payback,
    against_goal,
    payback,
    payback_of,
    payback_table,
)
from ltvkit.economics.rates import Interval, RateRatio, cac_interval, poisson_interval, rate_ratio
from ltvkit.economics.shrinkage import Shrunk, shrink
from ltvkit.economics.trend import CohortTrend, cohort_trend
from ltvkit.economics.value import (
    daily_discount_rate,
    discount_factors,
    formula_ltv,
    ltv_at_acquisition,
    monthly_discount_rate,
    residual_value,
    simple_payback_months,
    total_value,
)
from ltvkit.economics.verdicts import (
    ChannelEvidence,
    ChannelVerdict,
    channel_verdict,
    customers_to_settle,
    read_ratio,
)
from ltvkit.economics.warnings import EconomicsFacts, EconomicsWarning, raise_warnings
from ltvkit.schemas import COST_CATEGORIES

__all__ = [
    "BENCHMARK_COLUMNS",
    "BUDGET_COLUMNS",
    "CAC_COLUMNS",
    "CHANNELS_COLUMNS",
    "COHORT_COLUMNS",
    "COHORT_VALUE_COLUMNS",
    "COST_CATEGORIES",
    "KPI_COLUMNS",
    "MEDIA_CATEGORIES",
    "PAYBACK_COLUMNS",
    "RULES",
    "Allocation",
    "AttributionRule",
    "CacOverview",
    "ChannelEvidence",
    "ChannelValues",
    "ChannelVerdict",
    "ChargedCosts",
    "CohortTrend",
    "Criterion",
    "EconomicsFacts",
    "EconomicsWarning",
    "GoalVerdict",
    "Headline",
    "Interval",
    "LedgerSpan",
    "MarginCurve",
    "MarginalCac",
    "Payback",
    "RateRatio",
    "Reconciliation",
    "Shrunk",
    "Unit",
    "acquisition_costs",
    "against_goal",
    "allocation_shares",
    "allocations",
    "allowable_cac",
    "amer",
    "amortise",
    "attribute",
    "budget_sketch",
    "budget_words",
    "cac",
    "cac_by_period",
    "cac_interval",
    "cac_overview",
    "calibrated_lead_score",
    "channel_values",
    "channel_verdict",
    "channels_table",
    "charge_with_lag",
    "charge_with_lag_days",
    "cohort_trend",
    "cohort_values",
    "cohorts",
    "collected",
    "compare_benchmarks",
    "compare_channels",
    "cost_per_lead",
    "credited_customers",
    "customers_to_settle",
    "daily_discount_rate",
    "discount_factors",
    "economics_facts",
    "formula_ltv",
    "headlines",
    "kpis",
    "lag_weights_of_days",
    "lead_costs",
    "ledger_span",
    "left_for_media",
    "ltv_at_acquisition",
    "ltv_to_cac",
    "margin_by_age",
    "margin_curves",
    "marginal_cac",
    "max_cpc",
    "max_cpl",
    "mer",
    "mix_shift",
    "monthly_discount_rate",
    "observed_customers",
    "payback",
    "payback_of",
    "payback_table",
    "poisson_interval",
    "raise_warnings",
    "rate_ratio",
    "read_ratio",
    "reconcile",
    "residual_value",
    "revenue_ltv_to_cac",
    "roas",
    "roi",
    "score_leads",
    "shrink",
    "simple_payback_months",
    "top_customer_shares",
    "total_value",
    "unamortised_share",
    "values_there",
]
