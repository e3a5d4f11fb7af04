"""Whose a refund is that names its sale."""

import pytest
from small_logs import ORDERS, log_of, revenues

COLUMNS = (*ORDERS, "Reference Txn ID")
SALES = (
    ("a", "2024-01-05", 60.0, "t1", None),
    ("b", "2024-01-06", 40.0, "t2", None),
)


def test_a_refund_under_the_shops_own_address_is_taken_off_the_sale_it_names():
    log = log_of(
        *SALES,
        ("shop", "2024-01-09", -25.0, "r1", "t2"),
        ("shop", "2024-01-10", -500.0, "w1", None),  # A withdrawal names nothing.
        ("shop", "2024-01-06", -7.0, "h1", "elsewhere"),
        ("b", "2024-01-11", 10.0, "t3", None),
        columns=COLUMNS,
    )
    assert revenues(log) == {
        ("a", "2024-01-05"): 60.0,
        ("b", "2024-01-06"): 15.0,
        ("b", "2024-01-11"): 10.0,
    }
    assert (log.summary.refund_rows, log.summary.refunded) == (1, 25.0)
    assert dict(log.summary.reasons) == {"the customer has refunds but no order": 2}
    told = "refunds given to whose sale they name, in 'Reference Txn ID': 1"
    assert told in log.readings["order_id"]


def test_what_else_a_shop_pays_under_its_name_is_its_own_and_no_refund():
    """Withdrawals and bills stand among the refunds in the activity of PayPal."""
    log = log_of(
        *((name, "2024-01-05", 60.0, f"t-{name}", None) for name in "abc"),
        *(("shop", "2024-01-05", -15.0, f"r-{name}", f"t-{name}") for name in "abc"),
        ("shop", "2024-01-05", -400.0, "w1", None),
        ("shop", "2024-01-05", -7.0, "r9", "t9"),  # Of a sale from before the log.
        columns=COLUMNS,
    )
    assert revenues(log) == {(name, "2024-01-05"): 45.0 for name in "abc"}
    assert dict(log.summary.reasons) == {
        "a payment of the shop's own, which names no sale": 1,
        "the customer has refunds but no order": 1,
    }


def test_nobodys_refund_belongs_to_the_customer_of_its_order():
    log = log_of(
        *(sale[:4] for sale in SALES),
        (None, "2024-01-06", -15.0, "t1"),
        (None, "2024-01-06", -5.0, "t9"),
        (None, None, -5.0, "t1"),
        (None, "2024-01-06", 5.0, "t1"),
        ("b", "2024-01-06", -4.0, "t1"),  # Somebody's refund stays theirs.
        columns=ORDERS,
    )
    assert revenues(log) == {("a", "2024-01-05"): 45.0, ("b", "2024-01-06"): 36.0}
    assert dict(log.summary.reasons) == {"the customer id is missing": 3}
    assert log.readings["order_id"] == "text; refunds given to whose sale they name: 1"


def test_a_refund_goes_with_a_sale_that_is_put_aside():
    log = log_of(
        *((*sale, "done") for sale in SALES),
        ("a", "2024-01-07", 30.0, "t3", None, "reversed"),
        ("shop", "2024-01-08", -30.0, "r3", "t3", "done"),
        columns=(*COLUMNS, "status"),
        leave_out={"status": ["reversed"]},
    )
    assert log.summary.revenue == 100.0
    assert dict(log.summary.reasons) == {"data.leave_out says that it is no sale": 2}


def test_refunds_of_a_shop_that_never_bought_belong_to_the_customers_of_their_orders():
    """As where an invoice number is the order, and the shop pays back under its own address."""
    sales = [(name, "2024-01-05", 60.0, f"t-{name}") for name in "abc"]
    refunds = [("shop", "2024-01-05", -15.0, f"t-{name}") for name in "abc"]
    withdrawal = ("shop", "2024-01-05", -9.0, "w1")
    log = log_of(*sales, *refunds, withdrawal, columns=ORDERS)
    assert revenues(log) == {(name, "2024-01-05"): 45.0 for name in "abc"}
    assert dict(log.summary.reasons) == {"the customer has refunds but no order": 1}
    # Of one or two the number of an order may be another one's by chance.
    few = log_of(*sales, *refunds[:2], columns=ORDERS)
    assert few.summary.revenue == 180.0
    assert dict(few.summary.reasons) == {"the customer has refunds but no order": 2}


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Zugehöriger Transaktionscode", True),
        ("original_order_id", True),
        ("RelatedInvoiceNumber", True),
        ("Original Price", False),
        ("Parent SKU", False),
        ("Note", False),
    ],
)
def test_a_column_that_names_another_order_is_known_by_its_name(name, is_one):
    refund = ("shop", "2024-01-06", -25.0, "r1", "t2")
    log = log_of(*SALES, refund, columns=(*ORDERS, name))
    assert log.summary.revenue == (75.0 if is_one else 100.0)


def test_a_sale_of_two_customers_is_not_guessed_between():
    shared = ("b", "2024-01-05", 20.0, "t1", None)
    refund = ("shop", "2024-01-06", -25.0, "r1", "t1")
    log = log_of(*SALES, shared, refund, columns=COLUMNS)
    assert log.summary.revenue == 120.0
    assert dict(log.summary.reasons) == {"the customer has refunds but no order": 1}


@pytest.mark.parametrize("called", ["original_order_total", "Parent ID"])
def test_numbers_that_are_orders_by_chance_take_no_refund_from_its_customer(called):
    """An amount of 15, or a category of number 15, is no order of number 15."""
    sales = [(f"c{n % 10}", "2024-01-05", 20.0, str(n), None) for n in range(1, 31)]
    refunds = [(f"c{n}", "2024-01-05", -15.0, str(90 + n), str(11 + n)) for n in range(4)]
    log = log_of(*sales, *refunds, columns=(*ORDERS, called))
    assert revenues(log) == {(f"c{n}", "2024-01-05"): 60.0 - 15 * (n < 4) for n in range(10)}
    assert "refunds" not in log.readings["order_id"]


def test_an_amount_that_is_an_order_by_chance_takes_nobodys_refund_either():
    sales = [("a", "2024-01-05", 20.0, "15", None), ("b", "2024-01-05", 20.0, "16", None)]
    nobodys = (None, "2024-01-05", -15.0, "90", "15")
    log = log_of(*sales, nobodys, columns=(*ORDERS, "original_order_total"))
    assert dict(log.summary.reasons) == {"the customer id is missing": 1}


def test_a_reference_that_only_refunds_have_may_be_a_column_of_fractions():
    """As a program makes of whole numbers where most are missing."""
    log = log_of(
        ("a", "2024-01-05", 60.0, 1, None),
        ("b", "2024-01-09", 40.0, 2, None),
        (None, "2024-01-08", -15.0, 3, 1),
        columns=(*ORDERS, "original_order_id"),
    )
    assert revenues(log) == {("a", "2024-01-05"): 45.0, ("b", "2024-01-09"): 40.0}
