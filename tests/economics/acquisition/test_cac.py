"""CAC and allocation: worked examples 1 to 5, and money conserved under every rule."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvkit.economics import (
    CAC_COLUMNS,
    RULES,
    allocations,
    cac,
    cac_by_period,
    cac_overview,
    reconcile,
)
from ltvkit.errors import ConfigError, DataError, SchemaError

ECO_COSTS = pd.DataFrame(
    {
        "period": "2024-01-01",
        "channel": ["Google", "Facebook", None, None],
        "category": [
            "ads_performance",
            "ads_performance",
            "marketing_salaries",
            "sales_salaries",
        ],
        "amount": [7_500.0, 3_000.0, 20_000.0, 25_000.0],
    }
)
ECO_CUSTOMERS = pd.DataFrame(
    {
        "customer_id": [f"c{i}" for i in range(200)],
        "channel": ["Google"] * 50 + ["Facebook"] * 30 + ["other"] * 120,
        "first_order_at": pd.Timestamp("2024-01-15"),
    }
)


def by_channel(table):
    return table.set_index("channel")


def test_example_1_10000_spent_on_100_customers_is_a_cac_of_100():
    costs = ECO_COSTS.head(1).assign(amount=10_000.0)
    customers = ECO_CUSTOMERS.head(100).assign(channel="Google")
    assert by_channel(cac(costs, customers)).loc["all", "loaded_cac"] == 100


def test_example_2_ecosolutions_media_cac_is_150_for_google_and_100_for_facebook():
    table = by_channel(cac(ECO_COSTS, ECO_CUSTOMERS))
    assert table.loc["Google", "media_cac"] == 150
    assert table.loc["Facebook", "media_cac"] == 100


def test_example_3_blended_fully_loaded_cac_is_277_50():
    table = cac(ECO_COSTS, ECO_CUSTOMERS)
    assert table.iloc[-1]["channel"] == "all"
    assert table.iloc[-1]["loaded_cac"] == 277.50


def test_example_4_media_only_blended_52_50_paid_131_25_and_120_customers_without_media():
    overview = cac_overview(ECO_COSTS, ECO_CUSTOMERS)
    assert overview.blended_media_cac == 52.50
    assert overview.paid_media_cac == 131.25
    assert overview.customers_without_media == 120
    assert cac(ECO_COSTS, ECO_CUSTOMERS).iloc[-1]["media_cac"] == 52.50


@pytest.mark.parametrize(
    ("rule", "google", "facebook", "other"),
    [
        ("customers", 375.00, 325.00, 225.00),
        ("spend", 792.86, 528.57, 0.00),
        ("paid_customers", 712.50, 662.50, 0.00),
    ],
)
def test_example_5_shared_45000_by_each_rule_always_55500_in_all(rule, google, facebook, other):
    table = by_channel(cac(ECO_COSTS, ECO_CUSTOMERS, allocation=rule))
    loaded = table["loaded_cac"].round(2)
    assert (loaded["Google"], loaded["Facebook"], loaded["other"]) == (google, facebook, other)
    assert table.drop("all")["loaded_cost"].sum() == pytest.approx(55_500, abs=0.005)
    assert table.loc["all", "loaded_cost"] == pytest.approx(55_500, abs=0.005)


def test_the_frame_has_the_contracts_columns_and_whole_numbers_of_customers():
    table = cac(ECO_COSTS, ECO_CUSTOMERS)
    assert tuple(table.columns) == CAC_COLUMNS
    assert table["new_customers"].dtype == "int64"


AMOUNTS = st.floats(-1e3, 1e6).map(lambda x: round(x, 2))
LEDGER_ROWS = st.tuples(
    st.sampled_from(["2024-01-01", "2024-02-01", "2024-03-01"]),
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from(["ads_branding", "ads_performance", "software", "sales_salaries"]),
    AMOUNTS,
    st.sampled_from([None, 0.0, 0.35, 1.0]),
)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(LEDGER_ROWS, min_size=1, max_size=12),
    st.lists(st.sampled_from(["a", "b", "d", None]), max_size=12),
    st.sampled_from([*RULES, "weights"]),
    st.booleans(),
)
def test_money_is_conserved_under_every_rule_share_and_attribution(rows, channels, rule, weighted):
    columns = ["period", "channel", "category", "amount", "acquisition_share"]
    costs = pd.DataFrame(rows, columns=columns)
    costs["acquisition_share"] = costs["acquisition_share"].astype("float64")
    customers = pd.DataFrame(
        {
            "customer_id": range(len(channels)),
            "channel": pd.Series(channels, dtype="str"),
            "first_order_at": pd.Timestamp("2024-02-10"),
        }
    )
    weights = None
    if weighted:
        weights = pd.DataFrame(
            {
                "customer_id": np.repeat(np.arange(len(channels) // 2), 2),
                "channel": ["a", "e"] * (len(channels) // 2),
                "weight": [0.3, 0.7] * (len(channels) // 2),
            }
        )
    given_weights = {"a": 1.0} if rule == "weights" else None
    known = set(costs["channel"].dropna()) | set(customers["channel"].fillna("unattributed"))
    if rule == "weights" and ("a" not in known or weighted):
        rule, given_weights = "customers", None
    ledger = (costs["amount"] * costs["acquisition_share"].fillna(1.0)).sum()
    table = cac(costs, customers, rule, weights=weights, channel_weights=given_weights)
    assert table["loaded_cost"].iloc[:-1].sum() == pytest.approx(ledger, abs=0.005)
    assert table["loaded_cost"].iloc[-1] == pytest.approx(ledger, abs=0.005)
    assert table["new_customers"].iloc[-1] == pytest.approx(len(channels))
    monthly = cac_by_period(costs, customers, rule, weights=weights, channel_weights=given_weights)
    for rows_of in (monthly["channel"] == "all", monthly["channel"] != "all"):
        assert monthly.loc[rows_of, "loaded_cost"].sum() == pytest.approx(ledger, abs=0.005)
    assert reconcile(costs, customers, weights=weights).holds


def test_side_by_side_allocations_reconcile_to_the_cent():
    table = by_channel(allocations(ECO_COSTS, ECO_CUSTOMERS))
    for rule in RULES:
        one = by_channel(cac(ECO_COSTS, ECO_CUSTOMERS, allocation=rule))
        pd.testing.assert_series_equal(
            table[f"loaded_cac_{rule}"], one["loaded_cac"], check_names=False
        )
    result = reconcile(ECO_COSTS, ECO_CUSTOMERS)
    assert result.differences == dict.fromkeys(RULES, 0.0)
    assert (result.ledger, result.not_acquisition) == (55_500, 0)


def test_customers_from_before_the_ledger_do_not_lower_the_cac():
    costs = pd.DataFrame(
        {
            "period": pd.to_datetime(["2024-01-01", "2024-02-01"]),
            "channel": "Google",
            "category": "ads_performance",
            "amount": [100.0, 100.0],
        }
    )
    customers = pd.DataFrame(
        {
            "customer_id": range(4),
            "channel": "Google",
            "first_order_at": ["2023-05-01", "2024-01-31", "2024-02-29 18:30", "2024-03-01"],
        }
    )
    assert cac(costs, customers).loc[0, "new_customers"] == 2
    assert cac(costs, customers).loc[0, "media_cac"] == 100
    whole = cac(costs, customers, start="2023-01-01", end="2024-12-31")
    assert whole.loc[0, "new_customers"] == 4


def test_attribution_weights_split_customers_between_channels():
    weights = pd.DataFrame(
        {
            "customer_id": ["c0", "c0", "c1"],
            "channel": ["Google", "Facebook", "Google"],
            "weight": [0.25, 0.75, 1.0],
        }
    )
    table = by_channel(cac(ECO_COSTS, ECO_CUSTOMERS.head(3), weights=weights))
    assert table["new_customers"].to_dict() == {
        "Facebook": 0.75,
        "Google": 1.25,
        "unattributed": 1.0,
        "all": 3.0,
    }


def test_a_channel_that_cost_something_and_brought_nobody_keeps_its_cost_and_has_no_cac():
    table = by_channel(cac(ECO_COSTS, ECO_CUSTOMERS[ECO_CUSTOMERS["channel"] != "Facebook"]))
    assert table.loc["Facebook", "loaded_cost"] == 3_000
    assert np.isnan(table.loc["Facebook", "loaded_cac"])


def test_cac_by_period_has_a_row_all_in_each_period_that_sums_the_channels():
    costs = pd.concat([ECO_COSTS, ECO_COSTS.assign(period="2024-02-01")])
    monthly = cac_by_period(costs, ECO_CUSTOMERS, "spend")
    for _, rows in monthly.groupby("period"):
        assert rows["channel"].iloc[-1] == "all"
        assert rows["loaded_cost"].iloc[:-1].sum() == pytest.approx(55_500)
    assert np.isnan(monthly.iloc[-1]["loaded_cac"])


def test_paid_cac_of_a_period_leaves_out_customers_of_channels_without_media():
    costs = pd.concat([ECO_COSTS, ECO_COSTS.assign(period="2024-02-01")])
    monthly = cac_by_period(costs, ECO_CUSTOMERS)
    january = monthly[monthly["period"] == "2024-01-01"].set_index("channel")["paid_media_cac"]
    # 10 500 for the 80 customers of Google and Facebook: example 4, by month.
    assert january["all"] == 131.25
    assert january[["Google", "Facebook"]].tolist() == [150, 100]
    assert np.isnan(january["other"])


def test_weekly_and_daily_ledgers_are_recognised():
    weekly = ECO_COSTS.assign(
        period=pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-29"])
    )
    in_last_week = ECO_CUSTOMERS.head(1).assign(first_order_at=pd.Timestamp("2024-02-04"))
    assert cac(weekly, in_last_week).iloc[-1]["new_customers"] == 1
    daily = ECO_COSTS.assign(period=pd.date_range("2024-01-03", periods=4))
    assert cac(daily, in_last_week).iloc[-1]["new_customers"] == 0


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("category", "rent of the moon", "got category rent of the moon, expected one of"),
        ("amount", "lots", "got amount 'lots', expected numbers"),
        ("period", "someday", "got period 'someday', expected dates"),
        ("period", 202401, "got period 202401, expected dates"),
        ("channel", "all", "as the blended row has this one; rename it"),
        ("acquisition_share", 50, "expected 0 to 1; write 50 % as 0.5"),
    ],
)
def test_a_ledger_that_cannot_be_read_says_what_and_what_to_do(column, value, message):
    with pytest.raises(DataError, match=message):
        cac(ECO_COSTS.assign(**{column: value}), ECO_CUSTOMERS)


def test_of_many_unknown_categories_five_are_named_as_of_all_offenders():
    costs = pd.concat([ECO_COSTS.head(1)] * 7).assign(category=[f"rent {i}" for i in range(7)])
    named = "got category rent 0, rent 1, rent 2, rent 3, rent 4 and more, expected one of"
    with pytest.raises(DataError, match=named):
        cac(costs, ECO_CUSTOMERS)


def test_a_missing_column_and_weights_that_do_not_sum_to_one_are_refused():
    with pytest.raises(SchemaError, match="costs: got no column 'amount'"):
        cac(ECO_COSTS.drop(columns="amount"), ECO_CUSTOMERS)
    weights = pd.DataFrame({"customer_id": ["c0"], "channel": ["Google"], "weight": [0.5]})
    with pytest.raises(DataError, match="customers 'c0' with negative weights or a sum other"):
        cac(ECO_COSTS, ECO_CUSTOMERS, weights=weights)
    with pytest.raises(ConfigError, match="expected one of customers, spend, paid_customers"):
        cac(ECO_COSTS, ECO_CUSTOMERS, allocation="fair")


@pytest.mark.parametrize(
    "period",
    [
        "2024-01",
        "2024-01-01T00:00:00Z",
        pd.Period("2024-01", "M"),
        pd.Timestamp("2024-01-01", tz="Europe/Paris"),
        pd.Timestamp("2024-01-01").date(),
    ],
)
def test_periods_are_read_in_the_forms_that_ledgers_come_in(period):
    monthly = cac_by_period(ECO_COSTS.assign(period=period), ECO_CUSTOMERS)
    assert set(monthly["period"]) == {pd.Timestamp("2024-01-01")}


def test_inputs_are_not_changed():
    costs, customers = ECO_COSTS.copy(), ECO_CUSTOMERS.copy()
    cac(costs, customers, "spend")
    pd.testing.assert_frame_equal(costs, ECO_COSTS)
    pd.testing.assert_frame_equal(customers, ECO_CUSTOMERS)


def test_months_of_a_weekly_ledger_are_those_of_the_same_money_by_days():
    days = pd.date_range("2024-01-01", periods=7 * 12)
    daily = pd.DataFrame(
        {
            "period": days,
            "channel": "Google",
            "category": "ads_performance",
            "amount": np.repeat(np.arange(1.0, 13), 7),
        }
    )
    weekly = daily.groupby(daily.index // 7).agg(
        {"period": "first", "channel": "first", "category": "first", "amount": "sum"}
    )
    won = pd.DataFrame(
        {"customer_id": range(len(days)), "channel": "Google", "first_order_at": days}
    )
    pd.testing.assert_frame_equal(cac_by_period(weekly, won), cac_by_period(daily, won))
    by_weeks = cac_by_period(weekly, won, unit="week")
    assert len(by_weeks) == 24
    assert by_weeks.loc[by_weeks["channel"] == "all", "media_spend"].sum() == daily["amount"].sum()
