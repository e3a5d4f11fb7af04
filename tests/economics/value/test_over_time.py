"""KPIs and cohort tables against a plain pandas oracle, on a made log."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.economics import COHORT_COLUMNS, KPI_COLUMNS, cohorts, kpis
from ltvkit.errors import DataError

AS_OF = pd.Timestamp("2024-09-17")


def made_log(customers=400, seed=5):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 7, customers)
    ids = np.repeat(np.arange(customers), n)
    days = rng.integers(0, 700, n.sum())
    log = pd.DataFrame(
        {
            "customer_id": pd.Series(ids).map("c{:04d}".format),
            "ordered_on": pd.Timestamp("2022-11-03") + pd.to_timedelta(days, unit="D"),
            "revenue": rng.gamma(2, 20, n.sum()).round(2),
            "orders": rng.integers(1, 3, n.sum()),
            "lines": 1,
        }
    ).drop_duplicates(["customer_id", "ordered_on"])
    return log.assign(margin=log["revenue"] * 0.4).sample(frac=1, random_state=seed)


LOG = made_log()
HISTORY = LOG[LOG["ordered_on"] <= AS_OF]


def oracle():
    log = HISTORY.copy()
    log["month"] = log["ordered_on"].dt.to_period("M")
    log["cohort"] = log.groupby("customer_id")["month"].transform("min")
    log["age_months"] = (log["month"] - log["cohort"]).map(lambda gap: gap.n)
    return log


def test_cohort_cells_equal_a_plain_group_by():
    expected = (
        oracle()
        .groupby(["cohort", "age_months"])
        .agg(
            active_customers=("customer_id", "nunique"),
            orders=("orders", "sum"),
            revenue=("revenue", "sum"),
            margin=("margin", "sum"),
        )
    )
    expected.index = expected.index.set_levels(expected.index.levels[0].astype("str"), level=0)
    table = cohorts(LOG, AS_OF)
    assert tuple(table.columns) == COHORT_COLUMNS
    cells = table.set_index(["cohort", "age_months"])
    np.testing.assert_allclose(
        cells.loc[expected.index, expected.columns].to_numpy(dtype=float), expected.to_numpy()
    )
    rest = cells.drop(expected.index)["revenue"]
    assert set(rest.dropna()) <= {0.0}


def test_cells_after_the_snapshot_are_blank_and_those_before_are_not():
    table = cohorts(LOG, AS_OF)
    month = pd.PeriodIndex(table["cohort"], freq="M") + table["age_months"].to_numpy()
    future = month > AS_OF.to_period("M")
    measures = ["active_customers", "orders", "revenue", "margin"]
    assert table.loc[future, measures].isna().all(axis=None)
    assert table.loc[~future, measures].notna().all(axis=None)
    assert (table["complete"] == (month < AS_OF.to_period("M"))).all()


def test_the_cohort_table_keeps_all_the_money_and_all_the_customers():
    table = cohorts(LOG, AS_OF)
    assert table["revenue"].sum() == pytest.approx(HISTORY["revenue"].sum())
    first = table[table["age_months"] == 0]
    assert first["customers"].sum() == HISTORY["customer_id"].nunique()
    assert (first["customers"] == first["active_customers"]).all()


def test_monthly_counts_and_money_equal_a_plain_group_by():
    log = oracle()
    table = kpis(LOG, AS_OF).set_index("month")
    assert ("month", *table.columns) == KPI_COLUMNS
    for period, rows in log.groupby("month"):
        row = table.loc[str(period)]
        new = rows.loc[rows["cohort"] == period, "customer_id"].nunique()
        active = rows["customer_id"].nunique()
        assert (row["new_customers"], row["active_customers"]) == (new, active)
        assert row["returning_customers"] == active - new
        assert row["repeat_rate"] == pytest.approx((active - new) / active)
        assert row["average_order_value"] == pytest.approx(
            rows["revenue"].sum() / rows["orders"].sum()
        )
        assert row["orders_per_customer"] == pytest.approx(rows["orders"].sum() / active)
        assert row["gross_margin_rate"] == pytest.approx(0.4)
    assert table["revenue"].sum() == pytest.approx(HISTORY["revenue"].sum())
    assert table["new_customers"].sum() == HISTORY["customer_id"].nunique()


def test_a_customer_lapses_in_the_month_in_which_the_silence_gets_long_enough():
    def log(*days):
        return pd.DataFrame(
            {
                "customer_id": "a",
                "ordered_on": pd.to_datetime(list(days)),
                "revenue": 1.0,
                "margin": 1.0,
                "orders": 1,
                "lines": 1,
            }
        )

    def lapsed(table):
        return table.query("lapsed_customers > 0")["month"].tolist()

    assert lapsed(kpis(log("2024-01-10"), "2024-04-09", lapse_days=90)) == ["2024-04"]
    assert lapsed(kpis(log("2024-01-10"), "2024-04-08", lapse_days=90)) == []
    back = log("2024-01-10", "2024-04-09")
    assert lapsed(kpis(back, "2024-04-30", lapse_days=90)) == []
    late = log("2024-01-10", "2024-04-10")
    assert lapsed(kpis(late, "2024-04-30", lapse_days=90)) == ["2024-04"]
    twice = log("2024-01-01", "2024-06-01")
    assert lapsed(kpis(twice, "2024-12-31", lapse_days=60)) == ["2024-03", "2024-07"]


def test_months_without_orders_are_rows_of_zero_with_blank_rates():
    few = LOG.iloc[:2].assign(ordered_on=pd.to_datetime(["2024-01-31", "2024-04-01"]))
    table = kpis(few, "2024-05-15")
    assert table["month"].tolist() == ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]
    assert table.loc[1, "active_customers"] == 0
    assert np.isnan(table.loc[1, "repeat_rate"])
    assert table["complete"].tolist() == [True, True, True, True, False]


def test_cac_and_ltv_are_joined_by_month_and_their_ratio_formed():
    months = pd.Series({pd.Timestamp("2024-01-01"): 20.0, pd.Timestamp("2024-02-01"): 25.0})
    ltv = pd.Series({"2024-01": 60.0})
    table = kpis(LOG, AS_OF, cac_by_month=months, ltv_by_month=ltv).set_index("month")
    assert table.loc["2024-01", ["cac", "ltv", "ltv_to_cac"]].tolist() == [20.0, 60.0, 3.0]
    assert np.isnan(table.loc["2024-02", "ltv_to_cac"])


def test_order_of_rows_and_a_future_make_no_difference():
    pd.testing.assert_frame_equal(cohorts(LOG, AS_OF), cohorts(HISTORY.sort_index(), AS_OF))
    pd.testing.assert_frame_equal(kpis(LOG, AS_OF), kpis(HISTORY.sort_index(), AS_OF))


def test_two_rows_of_one_customer_and_day_are_refused():
    doubled = pd.concat([LOG, LOG.iloc[[0]]])
    with pytest.raises(DataError, match="1 rows of the same customer and day"):
        cohorts(doubled, "2025-01-01")


def test_an_empty_history_gives_empty_tables_with_their_columns():
    assert tuple(cohorts(LOG, "2020-01-01").columns) == COHORT_COLUMNS
    assert len(kpis(LOG, "2020-01-01")) == 0


def test_a_yearly_contract_runs_in_the_months_between_its_payments():
    paid = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c"],
            "ordered_on": pd.to_datetime(["2022-01-15", "2023-01-20", "2022-01-10", "2022-01-05"]),
            "revenue": 50.0,
            "margin": 25.0,
            "orders": 1,
        }
    )
    table = cohorts(paid, "2023-03-15", running_days=372)
    active = table.set_index("age_months")["active_customers"]
    assert active[list(range(12))].tolist() == [3.0] * 12
    # b ran to 17 January and c to the 12th; a renewed late, within the days of grace.
    assert active[[12, 13, 14]].tolist() == [1.0, 1.0, 1.0]
    assert cohorts(paid, "2023-03-15").set_index("age_months")["active_customers"][6] == 0
    months = kpis(paid, "2023-03-15", lapse_days=372, running_days=372)
    assert months["active_customers"].tolist() == [3] * 12 + [1] * 3
    assert months["lapsed_customers"].tolist() == [0] * 12 + [2] + [0] * 2
    assert months["returning_customers"].tolist() == [0] + [3] * 11 + [1] * 3
    of_own_plans = pd.Series({"a": 372, "c": 38, "b": 38})
    months = kpis(paid, "2023-03-15", lapse_days=of_own_plans, running_days=of_own_plans).set_index(
        "month"
    )
    assert months["active_customers"].tolist() == [3] + [1] * 14
    assert months["lapsed_customers"].tolist() == [0, 2] + [0] * 13
    weekly = cohorts(paid.iloc[2:], "2022-02-15", running_days=9)
    # Both ended before January did, and paid in it.
    assert weekly["active_customers"].tolist() == [2.0, 0.0]
    monthly = paid.assign(
        ordered_on=pd.to_datetime(["2022-01-15", "2022-02-14", "2022-01-10", "2022-01-31"])
    )
    active = cohorts(monthly, "2022-03-20", running_days=37).set_index("age_months")
    assert active["active_customers"].tolist() == [3.0, 2.0, 1.0]
    assert active["orders"].tolist() == [3.0, 1.0, 0.0]
