"""A list by rule and budget: the controls, what comes of them, and the file."""

import re

import pandas as pd
import streamlit as st

from ltvkit.app.text import plain
from ltvkit.audience import LIST_NAMES, Campaign, CampaignRule, SortBy, people_csv, plan_campaign
from ltvkit.audience.delimited import ExcelLocale
from ltvkit.errors import UserError
from ltvkit.report.reader import Reader, visible
from ltvkit.runs import Run

PREVIEW = 200
AT_RISK = ("protect_now", "win_back")
SORTS: dict[SortBy, str] = {
    "value_at_stake": "most at stake",
    "predicted_value": "highest predicted value",
}


def show_builder(run: Run, reader: Reader) -> None:
    """Controls on the left, the list on the right; below each other on a phone."""
    if run.verdict.decision not in ("use", "ranking only"):
        st.info("No list can be built: there is nothing to act on yet, as the verdict says.")
        return
    controls, outcome = st.columns([1, 2], gap="large")
    with controls:
        rule = _ask_rule(run, reader)
    with outcome:
        if isinstance(rule, str):
            st.warning(plain(rule))
        else:
            _show_campaign(plan_campaign(run.customers, rule), run, reader)


def _ask_rule(run: Run, reader: Reader) -> CampaignRule | str:
    """What the controls say, or what is wrong with it."""
    lists = st.multiselect(
        "Lists",
        LIST_NAMES,
        default=AT_RISK,
        format_func=lambda name: reader.plain(f"lists.{name}"),
        placeholder="all of them",
    )
    low, high = st.slider("Churn risk", 0, 100, (0, 100), format="%d%%")
    sort_by = st.radio("First come those with the", list(SORTS), format_func=SORTS.__getitem__)
    limit = st.radio("Budget", ["contacts", "money"], horizontal=True)
    most, budget = None, None
    if limit == "contacts":
        most = int(st.number_input("How many contacts", min_value=0, value=500, step=50))
    else:
        budget = st.number_input(_in_currency("How much", run), min_value=0.0, value=500.0)
    usual = float(run.settings.get("economics", {}).get("contact_cost", 0.0))
    cost = st.number_input(
        _in_currency("Cost of a contact", run), min_value=0.0, value=usual, format="%.2f"
    )
    try:
        return CampaignRule(
            lists=tuple(lists),
            churn_from=low / 100,
            churn_to=high / 100,
            sort_by=sort_by,
            most_contacts=most,
            budget=budget,
            contact_cost=cost,
        )
    except UserError as error:
        return str(error)


def _in_currency(label: str, run: Run) -> str:
    return plain(f"{label}, {run.data.currency}" if run.data.currency else label)


def _show_campaign(campaign: Campaign, run: Run, reader: Reader) -> None:
    count, cost, stake, value = st.columns(4)
    count.metric("Customers", f"{len(campaign.customers):,}")
    cost.metric("Cost", reader.short_money(campaign.cost))
    stake.metric("At stake", reader.short_money(campaign.value_at_stake))
    value.metric("Predicted value", reader.short_money(campaign.predicted_value))
    left_out = {
        "held out for measurement": campaign.held_out,
        "without permission": campaign.not_permitted,
        "beyond the budget": campaign.over_budget,
    }
    reasons = ", ".join(f"{number:,} {why}" for why, number in left_out.items() if number)
    st.caption(
        plain(f"{campaign.matching:,} match." + (f" Left out: {reasons}." if reasons else ""))
        + " What they are expected to bring is not what contacting them brings: "
        "that is measured against the held-out."
    )
    locale = run.settings.get("audience", {}).get("excel_locale")
    excel: ExcelLocale | None = locale if locale in ("fr", "pl") else None
    st.download_button(
        f"Download {len(campaign.customers):,} customers as csv",
        # Bytes, not a function: one that is asked for while the page runs again is not found.
        people_csv(campaign.customers, excel_locale=excel),
        file_name=f"{re.sub(r'[^A-Za-z0-9._-]', '_', run.name)}_{len(campaign.customers)}.csv",
        mime="text/csv",
        type="primary",
        disabled=campaign.customers.empty,
    )
    if len(campaign.customers) > PREVIEW:
        st.caption(f"The first {PREVIEW} of {len(campaign.customers):,}; the file has all.")
    st.dataframe(
        _preview(campaign.customers.head(PREVIEW)),
        hide_index=True,
        height=420,
        column_config={
            "at stake": st.column_config.NumberColumn(format="%.2f"),
            "predicted": st.column_config.NumberColumn(format="%.2f"),
            "churn risk": st.column_config.NumberColumn(format="percent"),
            "contact by": st.column_config.DateColumn(format="YYYY-MM-DD"),
        },
    )


def _preview(rows: pd.DataFrame) -> pd.DataFrame:
    """What fits a screen, with names as they may be shown."""
    return pd.DataFrame(
        {
            "place": rows["place"],
            "customer": rows["customer_id"].map(visible),
            "list": rows["list"],
            "at stake": rows["value_at_stake"],
            "predicted": rows["predicted_value"],
            "churn risk": rows["churn_risk"],
            "contact by": rows["contact_by"],
            "why": rows["reason_1"].map(visible, na_action="ignore"),
        }
    )
