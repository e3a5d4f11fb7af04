"""What marketers receive: segments, lists, reasons, the scored list and the files made of it.

Everything here is a function of predictions and of what customers did; nothing is fitted but the
cut points of RFM. Files for machines (`exports`) and files for people (`spreadsheets`) are two
families with opposite rules, and are written by different functions.
"""

from ltvkit.audience.dictionary import (
    CONTACT_COLUMNS,
    SCORED_COLUMNS,
    SHORT_VIEW,
    Column,
    data_dictionary,
    scored_columns,
)
from ltvkit.audience.history import HISTORY, customer_history, usual_days_to_second_order
from ltvkit.audience.lists import (
    AUDIENCES,
    LIST_NAMES,
    Audience,
    ListRules,
    assign_lists,
    hold_out,
    plan_contacts,
    summarise_lists,
    value_at_stake,
)
from ltvkit.audience.ranking import top_share, value_score, value_tier
from ltvkit.audience.reasons import driver_label, explain
from ltvkit.audience.scored import (
    VALUED_PREDICTIONS,
    churn_level,
    confidence,
    scored_customers,
    value_if_kept,
)
from ltvkit.audience.segments import RfmCuts, rfm_cuts, score_rfm, segment_name, value_cuts

__all__ = [
    "AUDIENCES",
    "CONTACT_COLUMNS",
    "HISTORY",
    "LIST_NAMES",
    "SCORED_COLUMNS",
    "SHORT_VIEW",
    "VALUED_PREDICTIONS",
    "Audience",
    "Column",
    "ListRules",
    "RfmCuts",
    "assign_lists",
    "churn_level",
    "confidence",
    "customer_history",
    "data_dictionary",
    "driver_label",
    "explain",
    "hold_out",
    "plan_contacts",
    "rfm_cuts",
    "score_rfm",
    "scored_columns",
    "scored_customers",
    "segment_name",
    "summarise_lists",
    "top_share",
    "usual_days_to_second_order",
    "value_at_stake",
    "value_cuts",
    "value_if_kept",
    "value_score",
    "value_tier",
]
