"""Unit economics: what a customer is worth, what one cost, and whether that was worth it.

Pure functions of pandas frames and numbers; nothing here reads a file, a clock or a configuration,
so each can be called from a notebook alone.

`acquisition` (costs, credit, CAC, leads) and `value` (cohorts, margin by age, LTV) know none of the
others; `profitability` (allowable CAC, LTV:CAC, payback) knows value; `channels` (verdicts, budget)
and `shop` (headlines, benchmarks, warnings) know these three. `inputs` and `ratios` are for all.
"""

from ltvkit.economics.acquisition.allocation import (
    RULES,
    Allocation,
    Reconciliation,
    allocation_shares,
    allocations,
    reconcile,
)
from ltvkit.economics.acquisition.attribution import AttributionRule, attribute
from ltvkit.economics.acquisition.cac import (
    CAC_COLUMNS,
    CacOverview,
    cac,
    cac_by_period,
    cac_overview,
)
from ltvkit.economics.acquisition.costs import (
    MEDIA_CATEGORIES,
    LedgerSpan,
    Unit,
    acquisition_costs,
    ledger_span,
)
from ltvkit.economics.acquisition.credit import credited_customers
from ltvkit.economics.acquisition.lag import (
    ChargedCosts,
    charge_with_lag,
    charge_with_lag_days,
    lag_weights_of_days,
)
from ltvkit.economics.acquisition.leads import (
    Criterion,
    calibrated_lead_score,
    cost_per_lead,
    lead_costs,
    score_leads,
)
from ltvkit.economics.acquisition.marginal import MarginalCac, marginal_cac
from ltvkit.economics.acquisition.rates import (
    Interval,
    RateRatio,
    cac_interval,
    poisson_interval,
    rate_ratio,
)
from ltvkit.economics.channels.budget import BUDGET_COLUMNS, budget_sketch, budget_words
from ltvkit.economics.channels.collected import collected
from ltvkit.economics.channels.shrinkage import Shrunk, shrink
from ltvkit.economics.channels.table import CHANNELS_COLUMNS, channels_table
from ltvkit.economics.channels.values import ChannelValues, channel_values, compare_channels
from ltvkit.economics.channels.verdicts import (
    ChannelEvidence,
    ChannelVerdict,
    channel_verdict,
    customers_to_settle,
    read_ratio,
)
from ltvkit.economics.profitability.allowable import (
    allowable_cac,
    amer,
    left_for_media,
    ltv_to_cac,
    max_cpc,
    max_cpl,
    mer,
    revenue_ltv_to_cac,
    roas,
    roi,
)
from ltvkit.economics.profitability.amortisation import amortise, unamortised_share
from ltvkit.economics.profitability.cohort_values import COHORT_VALUE_COLUMNS, cohort_values
from ltvkit.economics.profitability.payback import (
    PAYBACK_COLUMNS,
    GoalVerdict,
    Payback,
    against_goal,
    payback,
    payback_of,
    payback_table,
)
from ltvkit.economics.shop.benchmarks import BENCHMARK_COLUMNS, compare_benchmarks
from ltvkit.economics.shop.facts import economics_facts, mix_shift, top_customer_shares
from ltvkit.economics.shop.headlines import Headline, headlines
from ltvkit.economics.shop.opening import Opening, opening
from ltvkit.economics.shop.warnings import EconomicsFacts, EconomicsWarning, raise_warnings
from ltvkit.economics.value.ages import margin_by_age, observed_customers
from ltvkit.economics.value.cohorts import COHORT_COLUMNS, cohorts
from ltvkit.economics.value.curves import MarginCurve, margin_curves
from ltvkit.economics.value.existing import values_there
from ltvkit.economics.value.kpis import KPI_COLUMNS, kpis
from ltvkit.economics.value.ltv import (
    daily_discount_rate,
    discount_factors,
    formula_ltv,
    ltv_at_acquisition,
    monthly_discount_rate,
    residual_value,
    simple_payback_months,
    total_value,
)
from ltvkit.economics.value.trend import CohortTrend, cohort_trend
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
    "Opening",
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
    "opening",
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
