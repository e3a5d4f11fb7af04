"""A list by rule and budget: the controls, what comes of them, and the file."""

import re

import pandas as pd
import streamlit as st

from ltvkit.app.text import plain, said
from ltvkit.audience import LIST_NAMES, Campaign, CampaignRule, SortBy, people_csv, plan_campaign
from ltvkit.audience.delimited import ExcelLocale
from ltvkit.audience.lists import AT_RISK_LISTS
from ltvkit.errors import UserError
from ltvkit.report.labels import list_label
from ltvkit.report.reader import Reader, visible
from ltvkit.run_facts import Run

PREVIEW = 200
SORTS: dict[SortBy, str] = {
    "value_at_stake": "app.most_at_stake",
    "predicted_value": "app.highest_value",
}
"""Who comes first, and how the page calls it."""


def show_builder(run: Run, reader: Reader) -> None:
    """Controls on the left, the list on the right; below each other on a phone."""
    if run.verdict.decision not in ("use", "ranking only"):
        st.info(said(reader, "no_list"))
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
        said(reader, "lists"),
        LIST_NAMES,
        default=AT_RISK_LISTS,
        format_func=lambda name: reader.plain(f"lists.{name}"),
        placeholder=reader.plain("app.all_lists"),
    )
    low, high = st.slider(said(reader, "churn"), 0, 100, (0, 100), format="%d%%")
    sort_by = st.radio(
        said(reader, "first_come"), list(SORTS), format_func=lambda by: reader.plain(SORTS[by])
    )
    limit = st.radio(
        said(reader, "budget"),
        ["contacts", "money"],
        format_func=lambda kind: reader.plain(f"app.{kind}"),
        horizontal=True,
    )
    most, budget = None, None
    if limit == "contacts":
        most = int(st.number_input(said(reader, "how_many"), min_value=0, value=500, step=50))
    else:
        budget = st.number_input(
            _in_currency(said(reader, "how_much"), run), min_value=0.0, value=500.0
        )
    usual = float(run.setting("economics", "contact_cost") or 0.0)
    cost = st.number_input(
        _in_currency(said(reader, "contact_cost"), run), min_value=0.0, value=usual, format="%.2f"
    )
    if budget is not None and cost <= 0:
        return reader.plain("app.no_cost")
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
    return label + (plain(f", {run.data.currency}") if run.data.currency else "")


def _show_campaign(campaign: Campaign, run: Run, reader: Reader) -> None:
    found = reader.number(len(campaign.customers))
    count, cost, stake, value = st.columns(4)
    count.metric(said(reader, "customers"), found)
    cost.metric(said(reader, "cost"), reader.short_money(campaign.cost))
    stake.metric(said(reader, "at_stake"), reader.short_money(campaign.value_at_stake))
    value.metric(said(reader, "predicted_value"), reader.short_money(campaign.predicted_value))
    left_out = {
        "left_held_out": campaign.held_out,
        "left_no_permission": campaign.not_permitted,
        "left_over_budget": campaign.over_budget,
    }
    reasons = ", ".join(
        reader.plain(f"app.{why}").format(n=reader.number(number))
        for why, number in left_out.items()
        if number
    )
    sentences = [
        said(reader, "match", n=reader.number(campaign.matching)),
        said(reader, "left_out", reasons=reasons) if reasons else "",
        said(reader, "caution"),
    ]
    st.caption(" ".join(sentence for sentence in sentences if sentence))
    locale = run.setting("audience", "excel_locale")
    excel: ExcelLocale | None = locale if locale in ("fr", "pl") else None
    st.download_button(
        said(
            reader, "download", customers=reader.count("count.customers", len(campaign.customers))
        ),
        # Bytes, not a function: one that is asked for while the page runs again is not found.
        people_csv(campaign.customers, excel_locale=excel),
        file_name=f"{re.sub(r'[^A-Za-z0-9._-]', '_', run.name)}_{len(campaign.customers)}.csv",
        mime="text/csv",
        type="primary",
        disabled=campaign.customers.empty,
    )
    if len(campaign.customers) > PREVIEW:
        st.caption(said(reader, "preview", shown=reader.number(PREVIEW), n=found))
    columns = {name: reader.plain(f"app.column_{name}") for name in _COLUMNS}
    st.dataframe(
        _preview(campaign.customers.head(PREVIEW), reader).rename(columns=columns),
        hide_index=True,
        height=420,
        column_config={
            columns["at_stake"]: st.column_config.NumberColumn(format="%.2f"),
            columns["predicted"]: st.column_config.NumberColumn(format="%.2f"),
            columns["churn"]: st.column_config.NumberColumn(format="percent"),
            columns["contact_by"]: st.column_config.DateColumn(format="YYYY-MM-DD"),
        },
    )


_COLUMNS = ("place", "customer", "list", "at_stake", "predicted", "churn", "contact_by", "why")


def _preview(rows: pd.DataFrame, reader: Reader) -> pd.DataFrame:
    """What fits a screen, with names as they may be shown."""
    return pd.DataFrame(
        {
            "place": rows["place"],
            "customer": rows["customer_id"].map(visible),
            "list": rows["list"].map(lambda name: list_label(str(name), reader)),
            "at_stake": rows["value_at_stake"],
            "predicted": rows["predicted_value"],
            "churn": rows["churn_risk"],
            "contact_by": rows["contact_by"],
            "why": rows["reason_1"]
            .map(reader.with_sign, na_action="ignore")
            .map(visible, na_action="ignore"),
        }
    )
