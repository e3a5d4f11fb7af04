"""Amounts that follow from one another: which of them revenue is, by how they add up."""

import numpy as np
import pandas as pd
import pytest
from guessed_shop import shop

from ltvkit.data import clean, guess_columns, read_transactions


def lines_of_orders(**totals: str) -> pd.DataFrame:
    """Orders of one to three lines, each of which repeats totals of its order."""
    once = shop(customer="Email", date="Order Date", order="Order Number")
    lines = once.loc[once.index.repeat(1 + once.index % 3)].reset_index(drop=True)
    generator = np.random.default_rng(5)
    lines["Qty"] = generator.integers(1, 4, len(lines))
    lines["Item Price"] = generator.gamma(2, 20, len(lines)).round(2)
    paid = (lines["Qty"] * lines["Item Price"]).groupby(lines["Order Number"]).transform("sum")
    amounts = {"subtotal": paid, "total": paid * 1.07 + 4.95}
    return lines.assign(**{theirs: amounts[ours].round(2) for ours, theirs in totals.items()})


@pytest.mark.parametrize(
    "totals",
    [
        {"subtotal": "Order Subtotal", "total": "Order Total"},
        {"subtotal": "Order Subtotal"},
        {"total": "Order Total"},  # With tax and shipping, which lines have not.
    ],
)
def test_lines_are_taken_that_add_up_to_a_total_which_each_repeats(tmp_path, totals):
    path = tmp_path / "lines.csv"
    log = lines_of_orders(**totals).assign(**{"Total order quantity": 3})
    log["Tax Amount"] = (log["Qty"] * log["Item Price"] * 0.07).round(2)
    log["Tax Total"] = log.groupby("Order Number")["Tax Amount"].transform("sum").round(2)
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "Qty * `Item Price`"
    assert any("is repeated in each line of an order" in reason for reason in guess.reasons)
    assert not any("orders with several rows" in doubt for doubt in guess.doubts)
    summary = clean(read_transactions(path), columns=guess.columns).summary
    assert summary.revenue == pytest.approx((log["Qty"] * log["Item Price"]).sum())


def test_a_column_of_lines_is_taken_by_itself_where_it_adds_up_to_the_total(guessed):
    log = lines_of_orders(total="Order Total")
    log = log.assign(**{"Line Value": log.pop("Qty") * log.pop("Item Price")})
    assert guessed(log).columns.revenue == "Line Value"


def test_amounts_that_can_be_read_two_ways_are_asked_about_and_nothing_is_made_of_them(guessed):
    log = lines_of_orders(total="Order Total").drop(columns=["Qty", "Item Price"])
    log["Order Total"] = [f"{'-' * (n % 9 == 0)}1,{50 + n % 900:03d}" for n in range(len(log))]
    log.loc[log.index % 11 == 0, "Email"] = None
    doubts = guessed(log).doubts
    assert any("the mark can part decimals or thousands" in doubt for doubt in doubts)
    assert not any("orders with several rows" in doubt for doubt in doubts)
    assert not any("negative" in doubt for doubt in doubts)


def test_a_repeated_total_that_no_lines_add_up_to_is_left_to_the_user(guessed):
    log = lines_of_orders(total="Order Total")
    log["Item Price"] = log["Item Price"] * 7  # Of something else.
    guess = guessed(log)
    assert guess.columns.revenue == "Order Total"
    assert any("orders with several rows" in doubt for doubt in guess.doubts)


def test_the_name_says_whether_a_line_is_multiplied_where_all_are_single_pieces(guessed):
    log = lines_of_orders(total="Order Total").assign(Qty=1)
    paid = log.groupby("Order Number")["Item Price"].transform("sum")
    log["Order Total"] = paid
    for name, revenue in (("Item Price", "Qty * `Item Price`"), ("Line Total", "Line Total")):
        assert guessed(log.rename(columns={"Item Price": name})).columns.revenue == revenue


def test_what_refunds_left_is_not_lessened_by_them_again(tmp_path):
    """As in the orders of Wix: Total, Refunded amount, and Net amount, which is what is left."""
    path = tmp_path / "orders.csv"
    log = shop(customer="Contact email", date="Date created", amount="Total")
    log["Refunded amount"] = np.where(log.index % 9 == 0, (log["Total"] / 3).round(2), 0.0)
    log["Net amount"] = (log["Total"] - log["Refunded amount"]).round(2)
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "Net amount"
    assert any("it is what 'Refunded amount' left of 'Total'" in why for why in guess.reasons)
    assert not any("paid back" in doubt for doubt in guess.doubts)
    log.assign(**{"Net amount": log["Total"] / 1.2}).to_csv(path, index=False)  # Of tax.
    assert guess_columns(path).columns.revenue == "`Net amount` - `Refunded amount`"


def test_what_was_paid_back_of_an_order_is_not_taken_off_each_of_its_lines(tmp_path):
    """As in the orders of TikTok."""
    path = tmp_path / "orders.csv"
    log = lines_of_orders().drop(columns=["Item Price", "Qty"])
    log["SKU Subtotal After Discount"] = np.linspace(5, 90, len(log)).round(2)
    back = np.where(log["Order Number"] % 9 == 1, 5.0, 0.0)
    log.assign(**{"Order Refund Amount": back}).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "SKU Subtotal After Discount"
    assert any("'Order Refund Amount' seems to hold what was" in doubt for doubt in guess.doubts)
    line = np.where(log.duplicated("Order Number"), 0.0, back)
    log.assign(**{"SKU Refund Amount": line}).to_csv(path, index=False)
    expected = "`SKU Subtotal After Discount` - `SKU Refund Amount`"
    assert guess_columns(path).columns.revenue == expected


def test_a_price_of_all_pieces_of_a_row_is_not_multiplied(guessed):
    """As the item-price of Amazon, which two pieces of a product double."""
    log = shop(customer="buyer-email", date="purchase-date", order="order-id")
    generator = np.random.default_rng(5)
    log["sku"] = generator.integers(1, 20, len(log))
    log["quantity-purchased"] = generator.integers(1, 4, len(log))
    one = log["sku"] * 7.35 + 4.6
    guess = guessed(log.assign(**{"item-price": one * log["quantity-purchased"]}))
    assert guess.columns.revenue == "item-price"
    assert any("that of all pieces, as two cost twice" in reason for reason in guess.reasons)
    for price in (one, 7.35):  # Of a piece, and one for all products.
        assert (
            guessed(log.assign(**{"item-price": price})).columns.revenue
            == "`quantity-purchased` * `item-price`"
        )


def test_prices_that_are_one_in_an_order_are_still_multiplied(guessed):
    log = lines_of_orders().assign(**{"Item Price": 7.5, "Unit Price": 9.95})
    assert guessed(log.drop(columns="Item Price")).columns.revenue == "Qty * `Unit Price`"


def test_amounts_of_few_prices_are_no_kinds_of_rows(guessed):
    log = shop(customer="Customer ID", date="Date", order="Transaction ID")
    prices = np.resize(["$1.00", "$1.00", "-$1.00"], len(log))
    assert (
        guessed(log.assign(**{"Gross Sales": prices, "Net Sales": prices})).columns.revenue
        == "Net Sales"
    )


def test_negative_payments_back_are_added_where_the_amount_is_still_without_them(tmp_path):
    """As refunded_total of WooCommerce, beside totals; and in rows of their own, as in Square."""
    path = tmp_path / "orders.csv"
    log = shop(customer="billing_email", date="order_date", amount="order_total")
    back = np.where(log.index % 9 == 0, -log["order_total"], 0.0)
    back = np.where(log.index % 9 == 1, (-log["order_total"] / 3).round(2), back)
    log.assign(refunded_total=back).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "order_total + refunded_total"
    summary = clean(read_transactions(path), columns=guess.columns).summary
    assert summary.revenue == pytest.approx((log["order_total"] + back).sum())
    own = log.loc[log.index % 9 == 1]
    rows = pd.concat([log.assign(partial_refunds=0.0), own.assign(order_total=0.0)])
    rows = rows.fillna({"partial_refunds": -5.25})
    rows.to_csv(path, index=False)
    assert guess_columns(path).columns.revenue == "order_total + partial_refunds"
    # What is left, and what was before.
    rows = log.assign(refunded_total=back, net_total=log["order_total"] + back)
    rows.to_csv(path, index=False)
    assert guess_columns(path).columns.revenue == "net_total"


def test_fees_are_not_taken_off_beside_payments_back(guessed):
    """As Net Amount of Donorbox beside Amount Refunded, and the credits and debits of Adyen."""
    log = shop(customer="Donor Id", date="Donated At", amount="Amount")
    fee = (log["Amount"] * 0.03).round(2)
    back = np.where(log.index % 9 == 0, log["Amount"], 0.0)
    log = log.assign(**{"Total Fee": fee, "Net Amount": log["Amount"] - fee})
    guess = guessed(log.assign(**{"Amount Refunded": back}))
    assert guess.columns.revenue == "Amount - `Amount Refunded`"
    assert any("is what 'Total Fee' left of it" in reason for reason in guess.reasons)
    sale = log.index % 9 != 0
    credit, debit = log["Amount"].where(sale), log["Amount"].where(~sale)
    settled = log[["Donor Id", "Donated At"]].assign(
        **{"Gross Debit (GC)": debit, "Gross Credit (GC)": credit, "Net Debit (NC)": debit},
        **{"Net Credit (NC)": (credit - fee).round(2), "Commission (NC)": fee.where(sale)},
    )
    assert guessed(settled).columns.revenue == "`Gross Credit (GC)` - `Gross Debit (GC)`"
