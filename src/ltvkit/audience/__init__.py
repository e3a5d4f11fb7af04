"""What marketers receive: segments, lists, reasons, the scored list and the files made of it.

Everything here is a function of predictions and of what customers did; nothing is fitted but the
cut points of RFM. Files for machines (`uploads`) and files for people (`spreadsheets`) are two
families with opposite rules, and are written by different functions; why somebody is worth that is
told by `reasons`.
"""

from ltvkit.audience.campaign import (
    Campaign,
    CampaignRule,
    SortBy,
    plan_campaign,
)
from ltvkit.audience.contacts import hold_out, plan_contacts
from ltvkit.audience.delimited import (
    ExcelLocale,
    people_csv,
    write_machine_csv,
    write_people_csv,
)
from ltvkit.audience.deliver import write_audience
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
    summarise_lists,
    value_at_stake,
)
from ltvkit.audience.ranking import top_share, value_score, value_tier
from ltvkit.audience.reasons.explain import explain
from ltvkit.audience.reasons.labels import feature_label
from ltvkit.audience.reasons.usual import usual_values
from ltvkit.audience.scored import (
    VALUED_PREDICTIONS,
    churn_level,
    confidence,
    scored_customers,
    value_if_kept,
)
from ltvkit.audience.segments import RfmCuts, rfm_cuts, score_rfm, value_cuts
from ltvkit.audience.spreadsheets import write_workbook
from ltvkit.audience.uploads.advertising import (
    google_customer_match,
    google_list,
    lifecycle_values,
    meta_value_based,
    tiktok_audience,
)
from ltvkit.audience.uploads.crm import hubspot_contacts, klaviyo_profiles
from ltvkit.audience.uploads.files import ExportResult
from ltvkit.audience.uploads.phones import check_region, clean_phones
from ltvkit.audience.uploads.platforms import (
    PLATFORMS,
    UPLOAD_COLUMNS,
    Platform,
    PlatformUpload,
    write_uploads,
)
from ltvkit.wording import Language

__all__ = [
    "AUDIENCES",
    "CONTACT_COLUMNS",
    "HISTORY",
    "LIST_NAMES",
    "PLATFORMS",
    "SCORED_COLUMNS",
    "SHORT_VIEW",
    "UPLOAD_COLUMNS",
    "VALUED_PREDICTIONS",
    "Audience",
    "Campaign",
    "CampaignRule",
    "Column",
    "ExcelLocale",
    "ExportResult",
    "Language",
    "ListRules",
    "Platform",
    "PlatformUpload",
    "RfmCuts",
    "SortBy",
    "assign_lists",
    "check_region",
    "churn_level",
    "clean_phones",
    "confidence",
    "customer_history",
    "data_dictionary",
    "explain",
    "feature_label",
    "google_customer_match",
    "google_list",
    "hold_out",
    "hubspot_contacts",
    "klaviyo_profiles",
    "lifecycle_values",
    "meta_value_based",
    "people_csv",
    "plan_campaign",
    "plan_contacts",
    "rfm_cuts",
    "score_rfm",
    "scored_columns",
    "scored_customers",
    "summarise_lists",
    "tiktok_audience",
    "top_share",
    "usual_days_to_second_order",
    "usual_values",
    "value_at_stake",
    "value_cuts",
    "value_if_kept",
    "value_score",
    "value_tier",
    "write_audience",
    "write_machine_csv",
    "write_people_csv",
    "write_uploads",
    "write_workbook",
]
