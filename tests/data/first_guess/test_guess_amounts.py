"""Which columns of a log hold what sales are counted in, and what is to be taken off it."""

import numpy as np
import pandas as pd
import pytest
from guessed_shop import payments, shop

from ltvkit.data import clean, guess_columns, read_transactions


def test_without_a_total_the_amount_is_pieces_times_unit_price_and_says_so(tmp_path):
    path = tmp_path / "lines.csv"
    shop(order="Invoice", quantity="Quantity", date="InvoiceDate", price="Unit Price",
         customer="Customer ID").to_csv(path, index=False)  # fmt: skip
    guess = guess_columns(path)
    assert guess.columns.revenue == "Quantity * `Unit Price`"
    assert any("a number of pieces and a unit price" in reason for reason in guess.reasons)
    frame = pd.read_csv(path)
    log = clean(read_transactions(path), columns=guess.columns)
    expected = (frame["Quantity"] * frame["Unit Price"]).sum()
    assert log.summary.revenue == pytest.approx(expected)


@pytest.mark.parametrize("name", ["Total Price", "total_price", "Prix total", "Gesamtpreis"])
def test_a_price_of_the_whole_row_is_not_multiplied(tmp_path, name):
    path = tmp_path / "orders.csv"
    shop(customer="Buyer", date="Sale Date", quantity="Quantity", price=name).to_csv(
        path, index=False
    )
    assert guess_columns(path).columns.revenue == name


@pytest.mark.parametrize(
    ("revenue", "other"),
    [
        ("payment_value", "payment_installments"),
        ("payment_value", "payment_sequential"),
        ("total_paid", "paid_count"),
        ("order_value", "amount_paid"),
        ("Nettoumsatz", "Bestellsumme (brutto)"),
        ("Nettobetrag", "Bruttobetrag"),
        ("net_sales", "sales"),
        ("Subtotal", "Total"),
        ("Nettobetrag", "MwSt-Betrag"),
        ("Nettobetrag", "USt Betrag"),
        ("Subtotal (ex tax)", "Subtotal (inc tax)"),
        ("Total (IVA excl.)", "Total (IVA incl.)"),
        ("Amount", "Amount Including VAT"),
        ("Betrag exkl. MwSt", "Betrag inkl. MwSt"),
        ("Importe sin IVA", "Importe con IVA"),
        ("Bedrag excl. btw", "Bedrag incl. btw"),
        ("SKU Subtotal After Discount", "SKU Subtotal Before Discount"),
        ("LineAmount", "UnitAmount"),
    ],
)
def test_of_two_amounts_the_one_that_sales_are_counted_in_is_taken(guessed, revenue, other):
    log = shop(customer="customer", date="date", quantity=other, amount=revenue)
    if "count" not in other and not other.startswith("payment"):
        log[other] = log[revenue] * 1.2
    guess = guessed(log)
    assert guess.columns.revenue == revenue
    assert not any("tax" in doubt for doubt in guess.doubts)


def test_an_amount_that_can_be_read_comes_before_one_that_can_be_read_two_ways(guessed):
    log = shop(customer="Kunde", date="Datum").assign(FKIMG="1.000")
    log["NETWR"] = np.resize(["13.81", "9.30-"], len(log))
    assert guessed(log).columns.revenue == "NETWR"
    assert guessed(log.rename(columns={"FKIMG": "x", "NETWR": "y"})).columns.revenue == "y"


@pytest.mark.parametrize("name", ["Amount Refunded", "Rückerstattet", "montant remboursé"])
def test_what_was_paid_back_is_taken_off_the_amount(tmp_path, name):
    path = tmp_path / "payments.csv"
    log = payments().rename(columns={"Amount Refunded": name})
    log.to_csv(path, index=False)
    columns = guess_columns(path).columns
    assert columns.revenue == f"Amount - {name if name.isidentifier() else f'`{name}`'}"
    left = (log["Amount"] - log[name]).sum()
    assert clean(read_transactions(path), columns=columns).summary.revenue == pytest.approx(left)
    log[name] = log[name].replace(0.0, None)  # Blank where nothing was.
    log.assign(refunded=(log["Status"] == "Refunded").astype(int)).to_csv(path, index=False)
    assert guess_columns(path).columns == columns
    assert clean(read_transactions(path), columns=columns).summary.revenue == pytest.approx(left)
    # A yes or no is no amount; without one, the order is taken to be paid back in whole.
    pd.read_csv(path).drop(columns=name).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "Amount"
    assert guess.leave_out["refunded"] == ("1",)


@pytest.mark.parametrize(
    ("name", "cents", "told"),
    [
        ("Line total (cents)", True, True),
        ("amount_in_cents", True, True),
        ("Amount in cents", False, False),
        ("total", True, False),
        ("accent_total", True, False),
    ],
)
def test_amounts_in_cents_are_told_of(guessed, name, cents, told):
    frame = shop(customer="customer", date="date", amount=name)
    if cents:
        frame[name] = (frame[name] * 100).round().astype(int)
    guess = guessed(frame)
    assert guess.columns.revenue == name
    doubts = [doubt for doubt in guess.doubts if "in cents" in doubt]
    assert bool(doubts) == told
    assert all(f"write `{name}` / 100 in its place" in doubt for doubt in doubts)


def test_of_amounts_in_several_currencies_the_converted_one_is_taken(guessed):
    log = shop(customer="Customer ID", date="Created (UTC)", amount="Amount", currency="Currency")
    log["Amount Refunded"] = np.where(log.index % 9 == 0, log["Amount"], 0.0)
    for name in ("Amount", "Amount Refunded"):
        log[f"Converted {name}"] = log[name] * 1.1
    guess = guessed(log.assign(**{"Converted Currency": "usd"}))
    assert guess.columns.revenue == "`Converted Amount` - `Converted Amount Refunded`"
    assert not any("currency" in doubt for doubt in guess.doubts)
    assert any(
        "'Converted Currency' has 2" in doubt
        for doubt in guessed(log.assign(**{"Converted Currency": log["Currency"]})).doubts
    )


def test_where_an_order_has_several_lines_its_customer_and_total_stand_in_the_first(guessed):
    log = shop(
        date="Created at", amount="Total", quantity="Lineitem quantity", price="Lineitem price"
    )
    log.insert(0, "Name", [f"#{1000 + row // 3}" for row in range(len(log))])
    log.insert(1, "Email", [f"a{row % 80}@shop.org" for row in range(len(log))])
    log.loc[log.index % 3 > 0, ["Email", "Total"]] = None
    columns = guessed(log).columns
    assert (columns.customer_id, columns.revenue, columns.order_id) == ("Email", "Total", "Name")
    assert guessed(log.drop(columns="Email")).columns is None


def test_a_total_that_every_line_of_an_order_repeats_is_pointed_at(guessed):
    once = shop(customer="Email", date="Order Date", amount="Order Total", order="Order Number")
    lines = once.loc[once.index.repeat(2)].reset_index(drop=True)
    assert any(
        "400 of 400 orders" in doubt for doubt in guessed(lines.assign(Item=lines.index % 2)).doubts
    )
    lines["Order Total"] *= 1 + lines.index % 2  # Amounts of the lines.
    assert not any("several rows" in doubt for doubt in guessed(lines).doubts)
    pieces = lines.drop(columns="Order Total").assign(Quantity=1, Price=lines.index % 7 + 0.5)
    assert not any("several rows" in doubt for doubt in guessed(pieces).doubts)


def test_a_row_with_the_total_beside_the_lines_of_an_order_is_put_aside(tmp_path):
    """As in the sales of a till of Vend, where payments have a row without an amount, too."""
    path = tmp_path / "till.csv"
    sales = shop(customer="Customer Code", date="Date", amount="Subtotal", order="Receipt Number")
    halves = sales.loc[sales.index.repeat(2)].reset_index(drop=True)
    halves["Subtotal"] *= np.where(halves.index % 2, 0.25, 0.75)
    lines = pd.concat([sales.assign(Type="Sale"), halves.assign(Type="Line")])
    lines["Subtotal"] = [f"${amount:,.2f}" for amount in lines["Subtotal"]]
    lines = pd.concat([lines, sales.assign(Type="Payment", Subtotal=None)])
    lines.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.leave_out == {"Type": ("Sale", "Payment")}
    assert any("rows of 'Type' with 'Sale', 'Payment' are totals" in why for why in guess.doubts)
    log = clean(read_transactions(path), columns=guess.columns, leave_out=guess.leave_out)
    assert log.summary.revenue == pytest.approx(sales["Subtotal"].sum(), abs=0.01 * len(halves))
    lines.drop(columns="Type").to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.leave_out == {}
    assert any("400 of 400 orders" in doubt for doubt in guess.doubts)


def test_a_total_may_stand_once_an_order_with_the_customer_in_every_line(tmp_path):
    path = tmp_path / "orders.csv"
    once = shop(customer="Email", date="Created at", amount="Subtotal", order="Order")
    lines = once.loc[once.index.repeat(3)].reset_index(drop=True)
    lines["Subtotal"] = lines["Subtotal"].where(~lines.duplicated("Order"))
    lines.to_csv(path, index=False)
    columns = guess_columns(path).columns
    assert (columns.revenue, columns.order_id) == ("Subtotal", "Order")
    summary = clean(read_transactions(path), columns=columns).summary
    assert (summary.rejected, summary.orders) == (0, len(once))
    assert summary.revenue == pytest.approx(once["Subtotal"].sum())


def test_the_total_is_taken_where_further_lines_say_nothing_of_their_order(tmp_path):
    """As Odoo exports orders with their lines."""
    path = tmp_path / "sale_order.csv"
    once = shop(order="Order Reference", customer="Customer", date="Order Date", amount="Total")
    lines = once.loc[once.index.repeat(1 + once.index % 2)].reset_index(drop=True)
    lines["Order Lines/Subtotal"] = lines["Total"] / 2
    lines.loc[lines.duplicated("Order Reference"), list(once.columns)] = None
    lines.to_csv(path, index=False)
    columns = guess_columns(path).columns
    assert columns.revenue == "Total"
    summary = clean(read_transactions(path), columns=columns).summary
    assert summary.revenue == pytest.approx(once["Total"].sum())
    assert dict(summary.reasons) == {"customer, date and amount are missing": len(once) // 2}


@pytest.mark.parametrize(
    ("credit", "debit"),
    [("Gross Credit (GC)", "Gross Debit (GC)"), ("Credit", "Debit"), ("Haben", "Soll")],
)
def test_debits_are_taken_off_the_credits_beside_them(tmp_path, credit, debit):
    """As in the settlements of Adyen, and in ledgers."""
    path = tmp_path / "settlement.csv"
    log = shop(customer="Shopper Reference", date="Creation Date", amount="amount")
    back = log.index % 9 == 0
    log[credit], log[debit] = log["amount"].where(~back), log["amount"].where(back)
    log.drop(columns="amount").assign(Type=np.where(back, "Refunded", "Settled")).to_csv(
        path, index=False
    )
    guess = guess_columns(path)
    quoted = (name if name.isidentifier() else f"`{name}`" for name in (credit, debit))
    assert guess.columns.revenue == " - ".join(quoted)
    assert not any("'Type'" in doubt for doubt in guess.doubts)
    summary = clean(read_transactions(path), columns=guess.columns).summary
    assert summary.refund_rows == back.sum()


def test_of_amounts_in_several_currencies_that_named_by_one_is_taken(guessed):
    """As in the orders of Lemon Squeezy."""
    log = shop(customer="user_email", date="date_utc", amount="subtotal", currency="currency")
    guess = guessed(log.assign(subtotal_usd=log["subtotal"] * 1.1))
    assert guess.columns.revenue == "subtotal_usd"
    assert not any("currencies" in doubt for doubt in guess.doubts)
    assert (
        guessed(log.assign(currency="EUR", subtotal_usd=log["subtotal"] * 1.1)).columns.revenue
        == "subtotal"
    )


@pytest.mark.parametrize("price", ["Valor unitario venta", "Prix unitaire", "Kwota jednostkowa"])
def test_the_amount_of_one_piece_is_not_that_of_a_row(guessed, price):
    names = {"customer": "client", "date": "date", "price": price, "quantity": "quantity"}
    assert guessed(shop(**names, amount="total")).columns.revenue == "total"
    assert guessed(shop(**names)).columns.revenue == f"quantity * `{price}`"


def test_gifts_of_one_kind_are_what_was_received(guessed):
    """As in the transactions of Ko-fi."""
    log = shop(customer="BuyerEmail", date="DateTime (UTC)", amount="Received")
    log = log.assign(Given=0, TransactionType="Tip", SalesTax=None)
    guess = guessed(log)
    assert guess.columns.revenue == "Received"
    assert not any("TransactionType" in doubt for doubt in guess.doubts)


def test_a_discount_is_not_taken_for_the_only_amount(guessed):
    names = {"customer": "cliente", "date": "data"}
    assert guessed(shop(**names, amount="desconto_percentual")).missing == ("revenue",)
    assert guessed(shop(**names, amount="xyz")).columns.revenue == "xyz"
