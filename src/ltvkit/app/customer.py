"""One customer: what to do, what is expected and how surely, why, and what was ordered."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ltvkit.app.finding import find_customers
from ltvkit.app.launch import ACCENT
from ltvkit.app.text import plain
from ltvkit.pipeline.history import OrderHistory
from ltvkit.report.reader import BLANK, Reader, visible
from ltvkit.runs import Run

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
    typed = st.text_input("Customer", placeholder="an id, or a part of it")
    if not typed.strip():
        example = visible(run.customers["customer_id"].iloc[0]) if len(run.customers) else ""
        st.caption(f"Type an id, or a part of it, such as {plain(example)}")
        return
    found = find_customers(run.customers, typed, most=MOST_FOUND)
    if not found:
        st.info(f"No customer of this run has {plain(typed)} in the id.")
        return
    customer_id = found[0]
    if len(found) > 1:
        many = f"the first {MOST_FOUND}" if len(found) == MOST_FOUND else str(len(found))
        customer_id = st.selectbox(f"Matching ids ({many})", found, format_func=visible)
    ids = run.customers["customer_id"].astype("str")
    row = run.customers[ids == customer_id].iloc[0]
    customer = {str(name): value for name, value in row.items()}
    _show_action(customer, reader)
    _show_figures(customer, run, reader)
    why, past = st.columns(2, gap="large")
    with why:
        _show_reasons(customer)
    with past:
        _show_past(customer, reader)
    _show_orders(customer_id, run, reader, history())


def _show_action(customer: Mapping[str, Any], reader: Reader) -> None:
    st.subheader(plain(customer["customer_id"]), anchor=False)
    name = reader.plain(f"lists.{customer['list']}")
    st.markdown(
        f"**{plain(name)}**, place {int(customer['priority']):,} on this list"
        + (", held out" if customer["holdout"] else "")
    )
    action = plain(customer["recommended_action"])
    if pd.isna(customer["contact_by"]):
        st.warning(action)
    else:
        st.info(f"{action} By {plain(reader.day(customer['contact_by']))}.")


def _show_figures(customer: Mapping[str, Any], run: Run, reader: Reader) -> None:
    ahead = reader.horizon(run.snapshot.horizon_days)
    value, risk, stake, following = st.columns(4)
    low, high = customer["predicted_value_low"], customer["predicted_value_high"]
    span = reader.between(low, high, "money")
    _figure(
        value,
        f"Predicted value, {ahead}",
        reader.unit_money(customer["predicted_value"]),
        f"{reader.interval}: {span}; confidence {customer['confidence']}",
        _meaning(run, "predicted_value"),
    )
    _figure(
        risk,
        f"Chance of no order, {ahead}",
        reader.share(customer["churn_risk"]),
        f"{customer['churn_level']} risk; {reader.number(customer['expected_orders'], 1)} orders "
        "expected",
        _meaning(run, "churn_risk"),
    )
    _figure(
        stake,
        "Value at risk",
        reader.unit_money(customer["value_at_risk"]),
        f"value score {reader.number(customer['value_score'])} of 100",
        _meaning(run, "value_at_risk"),
    )
    known = not pd.isna(customer["next_order_expected"])
    _figure(
        following,
        "Next order expected",
        reader.day(customer["next_order_expected"]),
        f"{reader.day(customer['next_order_from'])} to {reader.day(customer['next_order_to'])}"
        if known
        else "unlikely to order, so no date",
        _meaning(run, "next_order_expected"),
    )


def _figure(place: Any, label: str, value: str, note: str, meaning: str) -> None:
    with place.container(border=True, height="stretch"):
        st.metric(plain(label), value, help=plain(meaning) or None)
        st.caption(plain(note))


def _meaning(run: Run, column: str) -> str:
    table = run.data_dictionary
    told = table.loc[table["name"] == column, "description"]
    return str(told.iloc[0]) if len(told) else ""


def _show_reasons(customer: Mapping[str, Any]) -> None:
    told = [customer.get(f"reason_{place}") for place in (1, 2, 3)]
    reasons = [f"- {plain(reason)}" for reason in told if isinstance(reason, str) and reason]
    if reasons:
        st.markdown("**What goes with this prediction**, strongest first\n" + "\n".join(reasons))


def _show_past(customer: Mapping[str, Any], reader: Reader) -> None:
    orders = int(customer["orders"])
    first, last = reader.day(customer["first_order"]), reader.day(customer["last_order"])
    since = f"since {first}, the last on {last}" if first != last else f"on {last}"
    usual = reader.number(customer["avg_days_between"])
    sentences = [
        f"{orders:,} order{'s' if orders != 1 else ''} {since}, "
        f"{int(customer['days_since_last']):,} days before the scoring"
        + (f"; {usual} days between orders on average." if usual != BLANK else "."),
        f"Revenue {reader.unit_money(customer['revenue'])}, margin "
        f"{reader.unit_money(customer['margin'])}. Segment: {customer['rfm_segment']}.",
    ]
    if isinstance(customer["channel"], str):
        cost = reader.unit_money(customer["cac"])
        paid = f", at {cost} a customer" if cost != BLANK else ""
        sentences.append(f"Came through {customer['channel']}{paid}.")
    st.markdown("**So far**  \n" + plain(" ".join(sentences)))


def _show_orders(customer_id: str, run: Run, reader: Reader, history: OrderHistory | str) -> None:
    st.markdown("**Orders**")
    if isinstance(history, str):
        st.info(f"The orders cannot be read any more: {plain(history)}")
        return
    orders = history.of(customer_id)
    if history.changed:
        st.caption(
            "The log has changed since the run: what is shown here can differ from the figures "
            "above."
        )
    if orders.empty:
        st.info("The log has no order of this customer any more.")
        return
    st.bar_chart(
        orders,
        x="ordered_on",
        y="revenue",
        x_label="",
        y_label=f"revenue{f', {run.data.currency}' if run.data.currency else ''}",
        height=220,
        color=ACCENT,
    )
    st.dataframe(
        pd.DataFrame(
            {
                "day": orders["ordered_on"].map(reader.day),
                "revenue": orders["revenue"],
                "margin": orders["margin"],
                "orders": orders["orders"],
            }
        ),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.2f") for name in ("revenue", "margin")
        },
        height=min(35 * (len(orders) + 1) + 3, 320),
    )
