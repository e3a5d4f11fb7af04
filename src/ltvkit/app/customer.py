"""One customer: what to do, what is expected and how surely, why, and what was ordered."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ltvkit.app.finding import find_customers
from ltvkit.app.launch import ACCENT
from ltvkit.app.text import plain, said
from ltvkit.pipeline.inputs.history import OrderHistory
from ltvkit.report.customers import value_range
from ltvkit.report.labels import channel_label, list_label, segment_label
from ltvkit.report.reader import Reader, visible
from ltvkit.run_facts import Run
from ltvkit.wording import UNKNOWN

MOST_FOUND = 50


def show_customer(run: Run, reader: Reader, history: Callable[[], OrderHistory | str]) -> None:
    """The search box and whom it finds.

    Parameters
    ----------
    run : Run
    reader : Reader
        Writes numbers and dates.
    history : callable
        Gives the orders, or says why there are none; called only when a customer is shown.
    """
    typed = st.text_input(reader.plain("app.customer"), placeholder=reader.plain("app.an_id"))
    if not typed.strip():
        example = visible(run.customers["customer_id"].iloc[0]) if len(run.customers) else ""
        st.caption(said(reader, "type_an_id", example=example))
        return
    found = find_customers(run.customers, typed, most=MOST_FOUND)
    if not found:
        st.info(said(reader, "nobody", typed=typed))
        return
    customer_id = found[0]
    if len(found) > 1:
        many = reader.number(len(found))
        if len(found) == MOST_FOUND:
            many = reader.plain("app.the_first").format(n=many)
        customer_id = st.selectbox(said(reader, "matching", n=many), found, format_func=visible)
    ids = run.customers["customer_id"].astype("str")
    row = run.customers[ids == customer_id].iloc[0]
    customer = {str(name): value for name, value in row.items()}
    _show_action(customer, reader)
    _show_figures(customer, run, reader)
    why, past = st.columns(2, gap="large")
    with why:
        _show_reasons(customer, reader)
    with past:
        _show_past(customer, reader)
    _show_orders(customer_id, run, reader, history())


def _show_action(customer: Mapping[str, Any], reader: Reader) -> None:
    st.subheader(plain(customer["customer_id"]), anchor=False)
    name = list_label(str(customer["list"]), reader)
    place = said(reader, "place", n=reader.number(int(customer["priority"])))
    held_out = f", {said(reader, 'held_out')}" if customer["holdout"] else ""
    st.markdown(f"**{plain(name)}**, {place}{held_out}")
    action = plain(customer["recommended_action"])
    if pd.isna(customer["contact_by"]):
        st.warning(action)
    else:
        st.info(f"{action} {said(reader, 'by', date=reader.day(customer['contact_by']))}")


def _show_figures(customer: Mapping[str, Any], run: Run, reader: Reader) -> None:
    ahead = reader.horizon(run.snapshot.horizon_days)
    value, risk, stake, following = st.columns(4)
    _figure(
        value,
        said(reader, "predicted", horizon=ahead),
        reader.unit_money(customer["predicted_value"]),
        said(
            reader,
            "predicted_note",
            interval=reader.interval,
            span=value_range(customer, reader),
            confidence=_level(customer["confidence"], "confidence_", reader),
        ),
        _meaning(run, "predicted_value", reader),
    )
    _figure(
        risk,
        said(reader, "contract_ends" if run.contractual else "no_order", horizon=ahead),
        reader.share(customer["churn_risk"]),
        said(
            reader,
            "contract_ends_note" if run.contractual else "no_order_note",
            level=_level(customer["churn_level"], "", reader),
            orders=reader.number(customer["expected_orders"], 1),
        ),
        _meaning(run, "churn_risk", reader),
    )
    _figure(
        stake,
        said(reader, "at_risk"),
        reader.unit_money(customer["value_at_risk"]),
        said(reader, "at_risk_note", score=reader.number(customer["value_score"])),
        _meaning(run, "value_at_risk", reader),
    )
    days = [reader.day(customer[f"next_order_{name}"]) for name in ("from", "to")]
    _figure(
        following,
        reader.plain("top.next_payment") if run.contractual else said(reader, "next_order"),
        reader.day(customer["next_order_expected"]),
        said(reader, "unlikely_payment" if run.contractual else "unlikely")
        if pd.isna(customer["next_order_expected"])
        else said(reader, "next_order_note", first=days[0], last=days[1]),
        _meaning(run, "next_order_expected", reader),
    )


def _level(name: object, kind: str, reader: Reader) -> str:
    return reader.called(f"top.{kind}{name}", name)


def _figure(place: Any, label: str, value: str, note: str, meaning: str) -> None:
    with place.container(border=True, height="stretch"):
        st.metric(label, value, help=plain(meaning) or None)
        st.caption(note)


def _meaning(run: Run, column: str, reader: Reader) -> str:
    """What a figure means: the run's own words in English, the page's in other languages."""
    if reader.language != "en":
        known = f"definitions.{column}_text"
        return reader.plain(known if reader.has(known) else "app.next_order_help")
    table = run.data_dictionary
    told = table.loc[table["name"] == column, "description"]
    return str(told.iloc[0]) if len(told) else ""


def _show_reasons(customer: Mapping[str, Any], reader: Reader) -> None:
    told = [customer.get(f"reason_{place}") for place in (1, 2, 3)]
    reasons = [
        f"- {plain(reader.with_sign(reason))}"
        for reason in told
        if isinstance(reason, str) and reason
    ]
    if reasons:
        heading = f"**{said(reader, 'why')}**, {said(reader, 'strongest_first')}"
        st.markdown(heading + "\n" + "\n".join(reasons))


def _show_past(customer: Mapping[str, Any], reader: Reader) -> None:
    first, last = reader.day(customer["first_order"]), reader.day(customer["last_order"])
    told = said(
        reader,
        "since" if first != last else "once",
        orders=reader.count("count.orders", int(customer["orders"])),
        first=first,
        last=last,
        days=reader.number(int(customer["days_since_last"])),
    )
    usual = reader.number(customer["avg_days_between"])
    gap = "" if usual == UNKNOWN else "; " + said(reader, "usual_gap", days=usual)
    sentences = [
        f"{told}{gap}.",
        said(
            reader,
            "brought",
            revenue=reader.unit_money(customer["revenue"]),
            margin=reader.unit_money(customer["margin"]),
            segment=segment_label(str(customer["rfm_segment"]), reader),
        ),
    ]
    if isinstance(customer["channel"], str):
        cost = reader.unit_money(customer["cac"])
        channel = channel_label(customer["channel"], reader)
        key = "came" if cost == UNKNOWN else "came_at"
        sentences.append(said(reader, key, channel=channel, cost=cost))
    st.markdown(f"**{said(reader, 'so_far')}**  \n" + " ".join(sentences))


def order_chart(title: str, reader: Reader) -> dict[str, Any]:
    """A bar for each order day, as Vega-Lite: of Streamlit's own, months are in English."""
    axes = {"x": ("ordered_on", "temporal", None), "y": ("revenue", "quantitative", title)}
    return {
        "height": 220,
        "mark": {"type": "bar", "color": ACCENT, "tooltip": True},
        "encoding": {
            axis: {"field": field, "type": kind, "title": told}
            for axis, (field, kind, told) in axes.items()
        },
        "config": {"locale": {"number": reader.number_locale(), "time": reader.time_locale()}},
    }


def _show_orders(customer_id: str, run: Run, reader: Reader, history: OrderHistory | str) -> None:
    st.markdown(f"**{said(reader, 'orders')}**")
    if isinstance(history, str):
        st.info(said(reader, "no_orders", reason=history))
        return
    orders = history.of(customer_id)
    if history.changed:
        st.caption(said(reader, "changed"))
    if orders.empty:
        st.info(said(reader, "gone"))
        return
    revenue, margin = reader.plain("app.revenue_word"), reader.plain("app.margin_word")
    unit = f", {run.data.currency}" if run.data.currency else ""
    st.vega_lite_chart(orders, order_chart(revenue + unit, reader), width="stretch")
    st.dataframe(
        pd.DataFrame(
            {
                reader.plain("app.day"): orders["ordered_on"].map(reader.day),
                revenue: orders["revenue"],
                margin: orders["margin"],
                reader.plain("app.orders_word"): orders["orders"],
            }
        ),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.2f") for name in (revenue, margin)
        },
        height=min(35 * (len(orders) + 1) + 3, 320),
    )
