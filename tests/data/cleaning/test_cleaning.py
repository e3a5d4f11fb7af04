"""Cleaning against an oracle in plain Python, laws over random logs, and known figures."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_logs import log_of, revenues

from ltvkit.data import (
    ColumnMap,
    Workspace,
    clean,
    order_days_from_frame,
    read_transactions,
    source_from_frame,
)
from ltvkit.errors import DataError
from ltvkit.schemas import ORDER_DAYS, check_frame

START = date(2024, 1, 1)


# --- the oracle ---------------------------------------------------------------------------------


@dataclass
class Day:
    ordered: float = 0.0
    refunded: float = 0.0
    orders: set = field(default_factory=set)
    lines: int = 0


def oracle(rows: list[tuple]) -> tuple[dict, float, int]:
    """Order days by loops over a stack: (revenue, orders, lines), unmatched, rows of refunds only.

    `rows` are (customer, day, cents, order id).
    """
    days: dict[str, dict[date, Day]] = defaultdict(lambda: defaultdict(Day))
    for customer, day, cents, order in rows:
        entry = days[customer][day]
        if cents < 0:
            entry.refunded -= cents
        else:
            entry.ordered += cents
            entry.orders.add(order)
            entry.lines += 1
    result, unmatched, put_aside = {}, 0, 0
    for customer, history in days.items():
        if not any(entry.lines for entry in history.values()):
            put_aside += sum(1 for row in rows if row[0] == customer)
            continue
        pile: list[date] = []
        left: dict[date, float] = {}
        for day in sorted(history):
            entry = history[day]
            open_refund = max(0.0, entry.refunded - entry.ordered)
            if entry.lines:
                left[day] = max(0.0, entry.ordered - entry.refunded)
                pile.append(day)
            for earlier in reversed(pile):
                taken = min(open_refund, left[earlier])
                left[earlier] -= taken
                open_refund -= taken
            unmatched += open_refund
        for day, revenue in left.items():
            entry = history[day]
            result[customer, day] = (revenue, len(entry.orders), entry.lines)
    return result, unmatched, put_aside


rows_of_logs = st.lists(
    st.tuples(
        st.sampled_from(["007", "7", "ü", "18446744073709551615"]),
        st.integers(0, 6).map(lambda days: START + timedelta(days)),
        st.one_of(st.integers(-3000, 3000), st.just(0), st.just(16_846_900), st.just(-16_846_900)),
        st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=25,
)


def frame_of(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "ordered_at": [row[1].isoformat() for row in rows],
            "revenue": [row[2] / 100 for row in rows],
            "order_id": [row[3] for row in rows],
        }
    )


@settings(max_examples=40, deadline=None)
@given(rows_of_logs)
def test_order_days_equal_those_of_a_loop_over_a_stack(rows):
    expected, unmatched, put_aside = oracle(rows)
    last = START + timedelta(10)
    if not expected:
        with pytest.raises(DataError, match="got no usable order"):
            order_days_from_frame(frame_of(rows), as_of=last)
        return
    log = order_days_from_frame(frame_of(rows), as_of=last)
    frame = log.to_pandas()
    found = {
        (row.customer_id, row.ordered_on.date()): (round(row.revenue * 100), row.orders, row.lines)
        for row in frame.itertuples()
    }
    assert found == expected
    assert log.summary.unmatched_amount == pytest.approx(unmatched / 100, abs=1e-9)
    assert log.summary.rejected == put_aside


@settings(max_examples=40, deadline=None)
@given(rows_of_logs, st.integers(0, 8))
def test_money_and_rows_are_conserved_and_refunds_move_no_date(rows, seen_days):
    frame, as_of = frame_of(rows), START + timedelta(seen_days)
    try:
        log = order_days_from_frame(frame, as_of=as_of)
    except DataError:
        seen = [row for row in rows if row[1] <= as_of]
        assert not oracle(seen)[0]
        return
    summary, days = log.summary, log.to_pandas()
    check_frame(days, ORDER_DAYS)
    assert summary.accepted + summary.rejected == summary.rows == len(rows)
    assert len(log.rejected) == summary.rejected
    taken = frame.drop(index=log.rejected["row"] - 1)
    assert days["revenue"].sum() == pytest.approx(
        taken["revenue"].sum() + summary.unmatched_amount, abs=1e-6
    )
    assert summary.accepted_revenue == pytest.approx(taken["revenue"].sum(), abs=1e-6)
    assert summary.refunded == pytest.approx(-taken["revenue"].clip(upper=0).sum(), abs=1e-6)
    assert (days["revenue"] >= 0).all()
    ordered = taken[taken["revenue"] >= 0]
    assert set(zip(days["customer_id"], days["ordered_on"].astype(str), strict=True)) == set(
        zip(ordered["customer_id"], ordered["ordered_at"], strict=True)
    )
    assert days["lines"].sum() == len(ordered)


# --- known figures ------------------------------------------------------------------------------


def test_cdnow_has_its_255_duplicates_kept_and_its_published_size():
    log = clean(
        read_transactions("sample:cdnow"),
        columns=ColumnMap(ordered_at="date", revenue="dollar_value"),
    )
    summary = log.summary
    assert (summary.rows, summary.customers, summary.rejected) == (69_659, 23_570, 0)
    assert (summary.duplicates, summary.duplicates_dropped) == (255, 0)
    assert (str(summary.first_day), str(summary.last_day)) == ("1997-01-01", "1998-06-30")
    assert str(log.as_of) == "1998-06-30"
    assert summary.revenue == pytest.approx(2_500_315.63)
    assert summary.order_days == 67_591


def test_cdnow_without_duplicates_equals_pandas_drop_duplicates():
    source = read_transactions("sample:cdnow")
    raw = source.workspace.frame(f"SELECT * FROM {source.relation}")
    raw.columns = list(source.names)
    log = clean(
        source,
        columns=ColumnMap(ordered_at="date", revenue="dollar_value"),
        drop_exact_duplicates=True,
    )
    once = raw.drop_duplicates()
    assert log.summary.duplicates_dropped == len(raw) - len(once) == 255
    assert log.summary.reasons == {"an exact duplicate of an earlier row": 255}
    assert log.summary.revenue == pytest.approx(once["dollar_value"].astype(float).sum())
    assert log.rejected["row"].tolist() == (raw.index[raw.duplicated()] + 1).tolist()


def test_cdnow_order_days_equal_a_pandas_group_by():
    source = read_transactions("sample:cdnow_sample")
    raw = source.workspace.frame(f"SELECT * FROM {source.relation}")
    raw.columns = list(source.names)
    days = clean(source, columns=ColumnMap(ordered_at="date", revenue="dollar_value")).to_pandas()
    expected = (
        raw.assign(
            ordered_on=pd.to_datetime(raw["date"], format="%Y%m%d").astype("datetime64[s]"),
            revenue=raw["dollar_value"].astype(float),
        )
        .groupby(["customer_id", "ordered_on"], as_index=False)
        .agg(revenue=("revenue", "sum"), lines=("revenue", "size"))
    )
    pd.testing.assert_frame_equal(
        days[["customer_id", "ordered_on", "revenue", "lines"]], expected, rtol=1e-12
    )


def test_the_types_of_order_days_are_those_of_the_contract():
    log = log_of(("a", "2024-01-01", 1.0), ("b", "2024-01-02", 2.0))
    assert {name: str(kind) for name, kind in log.order_days.schema().items()} == {
        "customer_id": "string",
        "ordered_on": "date",
        "revenue": "float64",
        "margin": "float64",
        "orders": "int64",
        "lines": "int64",
    }
    assert {name: str(kind) for name, kind in log.to_pandas().dtypes.items()} == {
        "customer_id": "str",
        "ordered_on": "datetime64[s]",
        "revenue": "float64",
        "margin": "float64",
        "orders": "int64",
        "lines": "int64",
    }


def test_the_input_frame_is_not_changed():
    frame = frame_of([("a", START, 500, "x"), ("a", START, -200, "x")])
    before = frame.copy(deep=True)
    order_days_from_frame(frame)
    pd.testing.assert_frame_equal(frame, before)


# --- columns ------------------------------------------------------------------------------------


def test_attributes_are_those_of_the_first_row_of_the_day_in_their_own_type():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "ordered_at": [
                "2024-01-01 12:00", "2024-01-01 09:00", "2024-01-01 09:00", "2024-01-01",
            ],
            "revenue": [1.0, 1.0, 1.0, 1.0],
            "store": ["noon", "morning", "late morning", None],
            "zip": ["01234", "05678", "05678", "99999"],
            "items": [3, 1, 2, 9],
            "gift": [False, True, False, False],
        }
    )  # fmt: skip
    log = order_days_from_frame(
        frame, columns=ColumnMap(channel="store", attributes=["zip", "items", "gift"])
    )
    days = log.to_pandas()
    assert days["channel"].tolist()[0] == "morning"
    assert days["channel"].isna().tolist() == [False, True]
    assert days["zip"].tolist() == ["05678", "99999"]
    assert days["items"].tolist() == [1, 9]
    assert days["gift"].tolist() == [True, False]
    assert days["items"].dtype == np.int64
    assert log.attributes == ("channel", "zip", "items", "gift")


def test_attributes_of_a_csv_are_numbers_or_flags_only_when_every_value_is_one(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer_id,ordered_at,revenue,zip,size,share,gift,size2\n"
        "a,2024-01-01,1,01234,3,0.5,true,3\nb,2024-01-01,1,99999,,1,false,x\n"
    )
    names = ["zip", "size", "share", "gift", "size2"]
    days = clean(read_transactions(path), columns=ColumnMap(attributes=names)).to_pandas()
    assert days["zip"].tolist() == ["01234", "99999"]
    assert days["size"].tolist()[0] == 3
    assert days["share"].tolist() == [0.5, 1.0]
    assert days["gift"].tolist() == [True, False]
    assert days["size2"].tolist() == ["3", "x"]


def test_revenue_can_be_quantity_times_unit_price():
    log = order_days_from_frame(
        pd.DataFrame(
            {
                "customer_id": ["a", "a", "b"],
                "ordered_at": ["2024-01-01", "2024-01-02", "2024-01-02"],
                "Menge": [3, -1, 2],
                "Einzel Preis": ["2,50", "2,50", "1.000,00"],
            }
        ),
        columns=ColumnMap(revenue="Menge * `Einzel Preis`"),
    )
    assert log.to_pandas()["revenue"].tolist() == [5.0, 2000.0]


def test_missing_columns_are_all_named_with_the_nearest_there_is():
    frame = pd.DataFrame({"CustomerID": ["a"], "when": ["2024-01-01"], "amount": [1.0]})
    with pytest.raises(DataError) as caught:
        order_days_from_frame(frame, columns=ColumnMap(revenue="amont"))
    text = str(caught.value)
    assert "data.columns.customer_id: got no column 'customer_id'" in text
    assert "did you mean 'CustomerID'?" in text
    assert "data.columns.ordered_at" in text
    assert "did you mean 'amount'?" in text


def test_an_attribute_cannot_take_the_name_of_a_column_of_order_days():
    frame = frame_of([("a", START, 1, "x")]).assign(lines=3)
    with pytest.raises(DataError, match="attributes: got 'lines', expected a name"):
        order_days_from_frame(frame, columns=ColumnMap(attributes=["lines"]))


def test_a_log_can_be_cleaned_for_several_snapshots_from_one_source():
    frame = frame_of([("a", START, 500, "x"), ("a", START + timedelta(5), 300, "x")])
    source = source_from_frame(frame)
    early = clean(source, as_of=START)
    late = clean(source)
    assert early.to_pandas()["revenue"].tolist() == [5.0]
    assert late.to_pandas()["revenue"].tolist() == [5.0, 3.0]
    assert early.order_days.count().to_pyarrow().as_py() == 1


def test_the_same_log_gives_the_same_bytes_however_many_threads_there_are(tmp_path):
    generator = np.random.default_rng(5)
    rows = 150_000
    frame = pd.DataFrame(
        {
            "customer_id": generator.integers(0, 20_000, rows).astype(str),
            "ordered_at": (
                pd.Timestamp("2024-01-01")
                + pd.to_timedelta(generator.integers(0, 300, rows), unit="D")
            ).astype(str),
            "revenue": np.round(generator.normal(30, 20, rows), 3),
            "store": generator.choice(["x", "y", "z"], rows),
        }
    )
    path = tmp_path / "log.csv"
    frame.to_csv(path, index=False)
    results = []
    for threads in (1, 2):
        log = clean(
            read_transactions(path, workspace=Workspace(threads=threads)),
            columns=ColumnMap(attributes=["store"]),
        )
        results.append((log.to_pandas(), log.rejected, log.summary, log.sha256))
    pd.testing.assert_frame_equal(results[0][0], results[1][0], check_exact=True)
    pd.testing.assert_frame_equal(results[0][1], results[1][1])
    assert results[0][2:] == results[1][2:]
    assert results[0][0]["customer_id"].is_monotonic_increasing


def test_an_ibis_table_outlives_the_log_it_came_from():
    order_days = log_of(("a", "2024-01-01", 1.0)).order_days
    assert order_days.count().to_pyarrow().as_py() == 1


def test_closing_a_workspace_removes_its_folder():
    with Workspace() as workspace:
        workspace.new_path("x.csv").write_text("a")
        folder = workspace.folder
    assert not folder.exists()


@settings(max_examples=40, deadline=None)
@given(rows_of_logs, st.integers(0, 6))
def test_what_was_known_at_a_day_is_the_log_cleaned_at_that_day(rows, seen_days):
    frame = frame_of(rows).assign(margin=lambda log: log["revenue"] * 0.3)
    cutoff, as_of = START + timedelta(seen_days), START + timedelta(10)
    try:
        log = order_days_from_frame(frame, as_of=as_of)
    except DataError:
        return
    known = log.known_at(cutoff).to_pyarrow().to_pandas(date_as_object=False)
    try:
        expected = order_days_from_frame(frame, as_of=cutoff).to_pandas()
    except DataError:
        assert known.empty
        return
    known = known.astype(expected.dtypes.to_dict())
    pd.testing.assert_frame_equal(known, expected, check_exact=False, atol=1e-6)


def test_a_refund_after_the_cutoff_is_not_known_at_it():
    log = log_of(("a", "2024-01-01", 20.0), ("a", "2024-02-01", -20.0), ("b", "2024-03-01", 1.0))
    assert revenues(log)["a", "2024-01-01"] == 0
    assert log.known_at(date(2024, 1, 31)).revenue.to_pyarrow().to_pylist() == [20.0]
    assert log.known_at(date(2024, 2, 1)).revenue.to_pyarrow().to_pylist() == [0.0]


def test_a_snapshot_may_be_a_time():
    log = log_of(("a", "2024-01-01", 20.0), as_of=pd.Timestamp("2024-01-05 10:00"))
    assert log.as_of == date(2024, 1, 5)
