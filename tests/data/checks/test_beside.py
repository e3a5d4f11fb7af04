"""Tables beside a log: whether they speak of the same customers, channels and months."""

import pandas as pd
import pytest
from spoiled_logs import good, statuses

from ltvkit.data import (
    ColumnMap,
    Table,
    check_data,
    clean,
    order_days_from_frame,
    source_from_frame,
)


def test_tables_that_do_not_speak_of_the_same_customers_and_channels_are_told_of():
    log = order_days_from_frame(good())
    ids = log.to_pandas()["customer_id"].drop_duplicates()
    customers = pd.DataFrame({"customer_id": ids, "channel": "google"})
    costs = pd.DataFrame(
        {"channel": ["google", "gogle", None], "amount": 1.0, "period": pd.Timestamp("2022-01-01")}
    )

    def found(customers, costs):
        tables = {"customers": Table(customers, "c", ""), "costs": Table(costs, "k", "")}
        return {f.name: f for f in check_data(log, tables=tables).findings}

    wrong = found(customers, costs)
    assert wrong["customers table"].status == "PASS"
    assert wrong["channels with costs"].status == "REVIEW"
    assert wrong["channels with costs"].words == "costs but no customer: gogle"
    assert found(customers, costs.iloc[[0, 2]])["channels with costs"].status == "PASS"
    strangers = customers.assign(customer_id="x" + customers["customer_id"])
    assert found(strangers, costs)["customers table"].status == "REVIEW"
    assert "customers table" not in statuses(good())


def test_costs_are_held_against_no_customers_channel_where_touches_tell_it():
    log = order_days_from_frame(good())
    ids = log.to_pandas()["customer_id"].drop_duplicates()
    costs = {"channel": ["tv"], "amount": 1.0, "period": pd.Timestamp("2022-01-01")}
    tables = {
        "customers": Table(pd.DataFrame({"customer_id": ids, "channel": "google"}), "c", ""),
        "costs": Table(pd.DataFrame(costs), "k", ""),
    }
    touches = Table(pd.DataFrame({"customer_id": ids, "channel": "tv", "weight": 1.0}), "t", "")
    for given, asked in ((tables, True), (tables | {"touches": touches}, False)):
        found = {finding.name for finding in check_data(log, tables=given).findings}
        assert ("channels with costs" in found) == asked


def test_channels_with_costs_are_looked_for_among_who_ordered_and_in_any_spelling():
    frame = good().assign(source="Google Ads")
    spent = {"channel": ["google_ads", "tv"], "amount": 1.0, "period": pd.Timestamp("2022-01-01")}
    costs = {"costs": Table(pd.DataFrame(spent), "k", "")}
    log = clean(source_from_frame(frame), columns=ColumnMap(channel="source"))
    waiting = pd.DataFrame({"customer_id": ["new"], "channel": ["tv"]})
    contacts = pd.DataFrame({"customer_id": log.to_pandas()["customer_id"].unique()})
    for customers in (waiting, contacts):
        tables = costs | {"customers": Table(customers, "c", "")}
        found = {f.name: f.words for f in check_data(log, tables=tables).findings}
        assert found["channels with costs"] == "costs but no customer: tv"


@pytest.mark.parametrize(("every", "status"), [("MS", "PASS"), ("W-MON", "PASS"), ("QS", "REVIEW")])
def test_costs_of_quarters_are_asked_for_by_month(every, status):
    periods = pd.date_range("2022-01-03", "2023-12-31", freq=every)
    costs = Table(pd.DataFrame({"period": periods, "channel": "ads", "amount": 1.0}), "k", "")
    check = check_data(order_days_from_frame(good()), tables={"costs": costs})
    assert {f.name: f.status for f in check.findings}["months of costs"] == status
