"""What a log is fit for: each check passes on a good log and speaks up on a bad one."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ltvkit.data import (
    ColumnMap,
    Table,
    check_data,
    clean,
    continuity,
    mixture,
    order_days_from_frame,
    read_transactions,
    source_from_frame,
)
from ltvkit.data import render_data_check as render
from ltvkit.data.checks.findings import SHEET_ROWS
from ltvkit.data.checks.over_time import findings_over_time
from ltvkit.data.clock import shop_clock


def good(rows: int = 6000, customers: int = 600) -> pd.DataFrame:
    generator = np.random.default_rng(11)
    customer = generator.integers(0, customers, rows)
    joined = generator.integers(0, 730, customers)[customer]
    after = generator.integers(0, 300, rows) % (730 - joined)
    moment = pd.Timestamp("2022-01-01") + pd.to_timedelta(joined + after, unit="D")
    return pd.DataFrame(
        {
            "customer_id": customer.astype(str),
            "ordered_at": moment,
            "revenue": np.round(generator.gamma(2, 20, rows) + 0.01, 2),
            "line": np.arange(rows),
        }
    )


def statuses(frame: pd.DataFrame, *, horizon_days: int = 365, **options) -> dict[str, str]:
    log = order_days_from_frame(frame, margin_rate=0.4, **options)
    check = check_data(log, horizon_days=horizon_days)
    return {finding.name: finding.status for finding in check.findings}


def test_a_good_log_passes_every_check():
    assert set(statuses(good()).values()) == {"PASS"}


def test_the_longest_pause_is_told_with_the_day_it_ended():
    days = pd.to_datetime(["2024-01-01", "2024-01-03", "2024-02-01", "2024-02-02"])
    log = pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    quiet = continuity(order_days_from_frame(log, as_of=date(2024, 2, 5)))
    assert (quiet.longest_days, quiet.longest_to) == (28, date(2024, 2, 1))
    assert (quiet.last_days, quiet.usual_days) == (3, pytest.approx((1 + 28 + 0) / 3))
    one_day = continuity(order_days_from_frame(log.head(1)))
    assert (one_day.longest_days, one_day.longest_to, one_day.usual_days) == (0, None, 0.0)


def test_the_longest_pause_is_told_to_be_out_of_time_where_the_clock_says_so():
    days = pd.date_range("2024-01-01", "2024-12-31")
    days = days[(days < "2024-05-01") | (days >= "2024-06-01")]
    log = order_days_from_frame(
        pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    )
    assert continuity(log, shop_clock(log.order_days, log.as_of)).taken_out
    assert not continuity(log).taken_out
    steady = order_days_from_frame(good())
    assert not continuity(steady, shop_clock(steady.order_days, steady.as_of)).taken_out


def test_the_days_ahead_of_dates_of_months_are_told_to_the_end_of_the_last_of_them():
    dates = good()["ordered_at"] + pd.offsets.MonthEnd(0)
    log = order_days_from_frame(good().assign(ordered_at=dates))
    told = {finding.name: finding for finding in findings_over_time(log, horizon_days=90)}
    assert told["dates"].status == "REVIEW"
    assert "91 days to 2024-03-31" in told["dates"].words


def test_a_pause_with_a_few_orders_is_told_with_its_days():
    days = pd.date_range("2024-01-01", "2024-12-31")
    shut = (days >= "2024-05-01") & (days < "2024-06-12")
    days = days[~shut].repeat(5).append(pd.DatetimeIndex(["2024-05-08", "2024-05-20"]))
    customers = [f"c{n % 40}" for n in range(len(days))]
    log = order_days_from_frame(
        pd.DataFrame({"customer_id": customers, "ordered_at": days, "revenue": 1.0})
    )
    found = continuity(log, shop_clock(log.order_days, log.as_of))
    assert (found.few_days, found.few_to) == (42, date(2024, 6, 12))
    assert (found.longest_days, found.taken_out) == (22, False)
    assert continuity(log).few_days == 0
    said = {one.name: one for one in findings_over_time(log, horizon_days=90)}["gaps"]
    assert (said.status, said.value) == ("REVIEW", 42)
    assert said.words == "hardly anybody ordered for 42 days, up to 2024-06-12"


def several_rows_without_id(frame):
    return frame.assign(customer_id=frame["customer_id"].where(frame["line"] % 10 > 0))


def few_customers(frame):
    return frame[frame["customer_id"].astype(int) < 40]


def nobody_comes_back(frame):
    return frame.drop_duplicates("customer_id")


def a_hole(frame):
    return frame[~frame["ordered_at"].between("2022-06-01", "2022-08-01")]


def everything_twice(frame):
    return pd.concat([frame, frame])


def refunds_of_unknown_orders(frame):
    first = frame.sort_values("ordered_at").drop_duplicates("customer_id")
    early = first.assign(
        ordered_at=first["ordered_at"] - pd.Timedelta(days=1), revenue=-100.0, line=-1
    )
    return pd.concat([frame, early])


def refunds_under_the_shops_own_address(frame):
    paid_back = frame[frame["line"] % 20 == 0].copy()
    paid_back["revenue"] *= -1
    return pd.concat([frame, paid_back.assign(customer_id="shop@example.org")])


def many_gifts(frame):
    return frame.assign(revenue=frame["revenue"].where(frame["line"] % 5 > 0, 0.0))


def a_till(frame):
    return frame.assign(customer_id=frame["customer_id"].where(frame["line"] % 4 > 0, "till"))


def one_giant_order(frame):
    return frame.assign(revenue=frame["revenue"].where(frame["line"] != 7, 168_469.6))


def one_customer_who_buys_much(frame):
    """A twentieth of the orders, each worth ten of others'."""
    large = frame["line"] % 20 == 0
    return frame.assign(
        customer_id=frame["customer_id"].mask(large, "large"),
        revenue=frame["revenue"].mask(large, 10 * frame["revenue"].mean()),
    )


def another_currency_of_late(frame):
    late = frame["ordered_at"] > frame["ordered_at"].max() - pd.Timedelta(days=60)
    return frame.assign(revenue=frame["revenue"].where(~late, frame["revenue"] / 100))


def old_customers_at_the_start(frame):
    old = pd.DataFrame(
        {
            "customer_id": [f"old{number}" for number in range(300)],
            "ordered_at": pd.Timestamp("2022-01-05"),
            "revenue": 5.0,
            "line": range(10_000, 10_300),
        }
    )
    return pd.concat([frame, old])


def ids_out_of_a_spreadsheet(frame):
    long = 790_000_000_000 + 7_000_000 * frame["customer_id"].astype(int)
    return frame.assign(customer_id=[f"{number:.2E}" for number in long])


@pytest.mark.parametrize(
    ("spoil", "name", "status"),
    [
        (several_rows_without_id, "rows put aside", "REVIEW"),
        (few_customers, "customers", "FAIL"),
        (nobody_comes_back, "customers who came back", "FAIL"),
        (a_hole, "gaps", "REVIEW"),
        (everything_twice, "duplicate rows", "FAIL"),
        (refunds_of_unknown_orders, "refunds without an order", "REVIEW"),
        (refunds_under_the_shops_own_address, "refunds without an order", "REVIEW"),
        (many_gifts, "orders worth nothing", "REVIEW"),
        (a_till, "largest customer", "REVIEW"),
        (one_customer_who_buys_much, "largest spender", "REVIEW"),
        (one_giant_order, "largest order", "REVIEW"),
        (another_currency_of_late, "order values of late", "REVIEW"),
        (old_customers_at_the_start, "start of the log", "REVIEW"),
        (ids_out_of_a_spreadsheet, "ids cut short", "FAIL"),
    ],
)
def test_a_spoiled_log_is_found_out(spoil, name, status):
    assert statuses(spoil(good()))[name] == status


@pytest.mark.parametrize("rows", [SHEET_ROWS - 2, SHEET_ROWS - 1, SHEET_ROWS])
def test_a_log_that_ends_where_a_sheet_does_is_found_out(rows):
    log = order_days_from_frame(good())
    full = replace(log, summary=replace(log.summary, rows=rows))
    found = {finding.name: finding.status for finding in check_data(full).findings}
    assert found.get("rows of a sheet") == ("REVIEW" if rows == SHEET_ROWS - 1 else None)


def test_totals_that_each_row_of_an_order_repeats_are_found_out():
    lines = good().assign(order_id=lambda frame: frame["line"] // 3)
    assert statuses(lines)["amounts of lines"] == "PASS"
    totals = lines.assign(revenue=lines.groupby("order_id")["revenue"].transform("sum"))
    assert statuses(totals)["amounts of lines"] == "REVIEW"
    few = totals[totals["order_id"] < 10].drop(columns="line")
    for silent in (totals.drop(columns="order_id"), few):
        assert "amounts of lines" not in statuses(silent)


def test_totals_beside_the_lines_that_they_add_up_are_found_out():
    lines = good().assign(order_id=lambda frame: frame["line"] // 3)
    totals = lines.groupby("order_id", as_index=False).agg(
        {"customer_id": "first", "ordered_at": "first", "revenue": "sum"}
    )
    both = pd.concat([lines, totals.round({"revenue": 0})])  # As tills print them.
    assert statuses(both)["amounts of lines"] == "FAIL"


def test_a_snapshot_long_after_the_last_order_is_found_out():
    assert statuses(good(), as_of=date(2024, 3, 1))["last days"] == "REVIEW"


def test_a_history_shorter_than_what_is_asked_of_it_is_found_out():
    assert statuses(good(), horizon_days=600)["length of history"] == "REVIEW"
    assert statuses(good(), horizon_days=1600)["length of history"] == "FAIL"


def test_revenue_that_would_pass_for_profit_is_found_out():
    check = check_data(order_days_from_frame(good()))
    assert {finding.name: finding.status for finding in check.findings}["margin"] == "REVIEW"
    assert check.status == "REVIEW"


def test_every_finding_that_does_not_pass_says_what_to_do():
    check = check_data(order_days_from_frame(a_till(several_rows_without_id(good()))))
    for finding in check.findings:
        assert bool(finding.recommendation) == (finding.status != "PASS")


def test_the_text_shows_counts_findings_and_rejected_rows():
    frame = several_rows_without_id(good())
    text = render(check_data(order_days_from_frame(frame), currency="EUR"))
    assert "a frame: REVIEW" in text
    assert "6,000   accepted 5,400, put aside 600" in text
    assert "600  the customer id is missing" in text
    assert "row 1: the customer id is missing: , 2022-" in text
    assert "-> set economics.margin_rate" in text
    assert "EUR" in text


def test_a_single_row_or_day_is_told_in_the_singular():
    log = pd.DataFrame({"customer_id": ["a", "a", "A"], "revenue": 1.0})
    log["ordered_at"] = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-03"])
    checked = check_data(order_days_from_frame(log, margin_rate=0.4), horizon_days=30)
    words = "\n".join(finding.words for finding in checked.findings)
    for told in (
        "the longest time without any order is 1 day\n",
        "1 row repeats another one",
        "1 customer id differs from another one",
    ):
        assert told in words


def test_rows_left_out_on_purpose_are_counted_and_alarm_nobody():
    frame = good().assign(status=np.resize(["paid", "failed", "paid"], len(good())))
    log = order_days_from_frame(frame, leave_out={"status": ["failed"]})
    aside = {finding.name: finding for finding in check_data(log).findings}["rows put aside"]
    assert aside.status == "PASS"
    assert aside.words == "0.0% of the rows; 2,000 more by data.leave_out"
    as_of = date(2022, 12, 31)
    log = order_days_from_frame(frame, leave_out={"status": ["failed"]}, as_of=as_of)
    later = int(((frame["ordered_at"] > "2022-12-31") & (frame["status"] == "paid")).sum())
    aside = {finding.name: finding for finding in check_data(log).findings}["rows put aside"]
    assert later > 1000
    assert (aside.status, aside.value) == ("PASS", 0)
    assert aside.words.endswith(f"by data.leave_out; {later:,} more after the snapshot")


def test_cdnow_fails_no_check():
    log = clean(
        read_transactions("sample:cdnow"),
        columns=ColumnMap(ordered_at="date", revenue="dollar_value"),
    )
    check = check_data(log, horizon_days=273)
    assert check.status == "REVIEW"
    assert [f.name for f in check.findings if f.status != "PASS"] == ["margin"]
    assert "255 rows repeat another one" in render(check)


def test_ids_that_differ_by_capitals_only_are_told_of():
    frame = good().assign(customer_id=lambda f: "code" + f["customer_id"])
    mixed = frame["customer_id"].where(frame["line"] % 7 > 0, frame["customer_id"].str.upper())
    assert statuses(frame)["spelling of ids"] == "PASS"
    assert statuses(frame.assign(customer_id=mixed))["spelling of ids"] == "REVIEW"


@pytest.mark.parametrize(
    ("ids", "respelt"),
    [
        (["cust-1", "Cust-1", "CUST-1", "cust-2"], 2),
        (["Anna Nowak", "Anna  Nowak", "anna nowak", "AnnaNowak", "ANNA\tNOWAK"], 4),
        (["A 17", "A17", "a 17"], 2),
        # Each of two numbers may be another shop's customer.
        (["1 23", "12 3"], 0),
        # Codes that mean something by their capitals.
        (["0015Ab", "0015aB"], 0),
        (["a", "b"], 0),
    ],
)
def test_ids_are_respelt_by_capitals_and_blanks(ids, respelt):
    log = pd.DataFrame({"customer_id": ids, "ordered_at": "2024-01-01", "revenue": 1.0})
    found = mixture(order_days_from_frame(log))
    assert (found.ids, found.respelt) == (len(ids), respelt)


def test_the_largest_of_a_log_are_those_of_plain_pandas():
    frame = a_till(one_giant_order(good()))
    found = mixture(order_days_from_frame(frame))
    rows = frame["customer_id"].value_counts(normalize=True)
    assert (found.largest_customer, found.largest_customer_share) == ("till", rows.iloc[0])
    spent = frame.groupby("customer_id")["revenue"].sum()
    share = spent.max() / spent.sum()
    assert (found.largest_spender, found.largest_spender_share) == (
        spent.idxmax(),
        pytest.approx(share),
    )
    assert found.largest_spender != "till"
    days = frame.groupby(["customer_id", "ordered_at"])["revenue"].sum()
    customer, day = days.idxmax()
    assert found.largest_order == (customer, day.date(), pytest.approx(days.max()))
    assert found.largest_order_share == pytest.approx(days.max() / days.sum())
    assert found.order_days == len(days)


def test_rows_that_repeat_others_are_no_doubt_once_they_are_dropped():
    frame = everything_twice(good())
    assert mixture(order_days_from_frame(frame)).repeated_share == 0.5
    dropped = order_days_from_frame(frame, drop_exact_duplicates=True)
    assert mixture(dropped).repeated_share == 0
    assert statuses(frame, drop_exact_duplicates=True)["duplicate rows"] == "PASS"


def test_customers_who_came_back_and_orders_before_history_begins_are_counted():
    frame = good()
    days = pd.date_range("2020-11-01", periods=30)
    of_tests = frame.head(30).assign(ordered_at=days)
    found = continuity(order_days_from_frame(pd.concat([of_tests, frame])))
    days = frame.drop_duplicates(["customer_id", "ordered_at"])["customer_id"].value_counts()
    assert found.came_back == (days > 1).sum()
    before = pd.concat([of_tests, frame])["ordered_at"] < pd.Timestamp(found.begins)
    assert found.orders_before == before.sum() >= len(of_tests)


def test_amounts_of_several_currencies_are_told_of():
    frame = good().assign(currency=np.resize(["EUR", "EUR", "PLN", "JPY"], 6000))
    log = order_days_from_frame(frame)
    (found,) = (f for f in check_data(log).findings if f.name == "currencies")
    assert (found.status, found.value) == ("REVIEW", 0.5)
    assert found.words == "'currency' tells of several, in rows: EUR in 3,000, JPY in 1,500, " + (
        "PLN in 1,500"
    )
    assert statuses(frame, leave_out={"currency": ["PLN", "JPY"]})["currencies"] == "PASS"
    assert mixture(log).foreign_rows == 3000


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
