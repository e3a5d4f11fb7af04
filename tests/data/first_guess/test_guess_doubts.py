"""What a first guess puts aside, and what it leaves its user to look at."""

import numpy as np
import pandas as pd
import pytest
from guessed_shop import payments, shop

from ltvkit.config import load_config
from ltvkit.data import clean, guess_columns, read_transactions


def test_cancellations_currencies_tax_and_missing_ids_are_pointed_at(guessed):
    frame = shop(customer="customer", date="date", amount="gross_total", currency="currency",
                 cancelled="is_cancelled")  # fmt: skip
    frame.loc[frame.index[:100], "customer"] = None
    doubts = "\n".join(guessed(frame).doubts)
    assert "25.0% of the rows have no 'customer'" in doubts
    assert (
        "'is_cancelled' marks orders that brought nothing by 'True': they are put aside" in doubts
    )
    assert "'currency' has 2 currencies" in doubts
    assert "'gross_total' seems to include tax" in doubts
    assert any(
        "'Total (VAT included)' seems" in doubt
        for doubt in guessed(frame.rename(columns={"gross_total": "Total (VAT included)"})).doubts
    )


def test_rows_that_are_no_sales_are_counted_and_what_is_known_later_is_not_learned_from(guessed):
    log = payments().assign(state=np.resize(["partially_refunded", "storniert"], 400))
    log[["Cancelled at", "Fee Refunded"]] = [None, 0.0]  # Blank; and of what is taken off anyway.
    guess = guessed(log)
    doubts = "\n".join(guess.doubts)
    # What was paid back is taken off the amounts, so that such orders stay, at nothing.
    assert (
        "'Status' has rows with 'Failed' (100), 'Refunded' (100): name those that are no sales in "
        "data.leave_out (Failed so far)" in doubts
    )
    assert "'state' has rows with 'storniert' (200): they are put aside" in doubts
    assert guess.leave_out == {"Status": ("Failed",), "state": ("storniert",)}
    assert guess.candidates == ("Country",)
    assert not any("Cancelled at" in doubt or "paid back" in doubt for doubt in guess.doubts)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Status", "Denied"),
        ("Order Status", "Incomplete"),
        ("Order Status", "Returned"),
        ("Statut", "Retournée"),
        ("Bestellstatus", "Storniert / Abgelehnt"),
        ("Zahlungsstatus", "Wiedergutschrift"),
        ("Estado", "Cancelado"),
        ("Stato", "Rimborsato"),
        ("Estado", "Devolvido"),
        ("Status", "Geannuleerd"),
        ("Status", "Payment Due"),
        ("Status", "wc-on-hold"),
        ("statusName", "Stornována"),
        ("Státusz", "Törölve"),
        ("Stage", "Closed Lost"),
        ("Stage", "Withdrawn"),
        ("Status", "Payment error"),
        ("État", "Erreur de paiement"),
        ("Status", "Błąd płatności"),
        ("Order Status", "Awaiting Payment"),
        ("Status", "Awaiting check payment"),
        ("Status", "requires_payment_method"),
        ("Status", "Nieopłacone"),
        ("Zahlungsstatus", "unbezahlt"),
        ("Zahlungsstatus", "Nicht bezahlt"),
        ("Invoice Status", "Not Paid"),
        ("Invoice Status", "NotPaid"),
        ("Statut", "Non payée"),
        ("Stan", "nie opłacone"),
        ("Status", "uncollectible"),
        ("Status", "Quotation"),
        ("Status", "Draft"),
        ("État", "Devis"),
        ("Balance Impact", "Memo"),
        ("Auswirkung auf Guthaben", "Memo"),
    ],
)
def test_what_shops_and_banks_call_no_sale_is_put_aside(guessed, column, value):
    log = shop(customer="customer", date="date", amount="amount")
    assert guessed(log.assign(**{column: np.resize(["ok", value], len(log))})).leave_out == {
        column: (value,)
    }


@pytest.mark.parametrize(
    ("column", "values", "out"),
    [
        ("Voided", ["true", "false"], ("true",)),
        ("Void?", ["No", "Yes"], ("Yes",)),
        ("is_cancelled", ["0", "1"], ("1",)),
        ("Annulé", ["oui", "non"], ("oui",)),
        ("Fully Refunded?", ["0", "1"], ("1",)),
        ("Remboursé", ["Oui", "Non"], ("Oui",)),
        ("Partially refunded?", ["0", "1"], ()),
        ("Refunded", ["0", "12.50"], ()),
        ("Voided", ["false", "false"], ()),
        ("Cancellation reason", ["", "none in stock"], ()),
    ],
)
def test_orders_that_a_column_calls_cancelled_or_refunded_by_yes_or_no_are_put_aside(
    guessed, column, values, out
):
    log = shop(customer="customer", date="date", amount="amount")
    assert guessed(log.assign(**{column: np.resize(values, len(log))})).leave_out == (
        {column: out} if out else {}
    )
    log.loc[log.index % 7 == 0, "amount"] *= -1  # They are taken off by rows of their own.
    assert guessed(log.assign(**{column: np.resize(values, len(log))})).leave_out == {}


def test_the_shops_own_address_is_told_and_its_refunds_are_no_doubt(tmp_path):
    """As in the activity of PayPal, where the shop is paid and pays back."""
    path = tmp_path / "activity.csv"
    log = shop(date="Date", amount="Gross", order="Transaction ID")
    buyers = [f"buyer{row % 70}@x.org" for row in range(len(log))]
    sales = log.assign(**{"From Email": buyers, "To Email": "shop@x.org", "Type": "Payment"})
    back = sales.iloc[::5].rename(columns={"From Email": "To Email", "To Email": "From Email"})
    back = back.assign(Type="Payment Refund", Gross=-back["Gross"], named=back["Transaction ID"])
    back["Transaction ID"] += 10_000
    both = pd.concat([sales, back]).rename(columns={"named": "Reference Txn ID"})
    both.astype({"Reference Txn ID": "Int64"}).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.customer_id == "From Email"
    doubts = "\n".join(guess.doubts)
    assert "'shop@x.org' is the commonest value of several addresses" in doubts
    assert "'Type' has rows" not in doubts
    log = clean(read_transactions(path), columns=guess.columns)
    assert log.summary.customers == 70
    assert log.summary.revenue == pytest.approx(both["Gross"].sum())


@pytest.mark.parametrize("value", ["Awaiting Shipment", "Awaiting Fulfillment", "Closed Won"])
def test_what_is_paid_and_not_yet_sent_is_sold(guessed, value):
    log = shop(customer="customer", date="date", amount="amount")
    assert guessed(log.assign(Status=np.resize(["Completed", value], len(log)))).leave_out == {}


@pytest.mark.parametrize("name", ["Bestellnr", "Belegnr.", "RechnungsNr", "Auftragsnummer"])
def test_a_number_of_an_order_written_together_is_one(guessed, name):
    assert (
        guessed(shop(customer="Kunde", date="Datum", amount="Summe", order=name)).columns.order_id
        == name
    )


def test_goods_still_to_be_sent_are_sold_and_an_unknown_column_is_left_to_its_user(tmp_path):
    path = tmp_path / "orders.csv"
    log = shop().assign(
        **{
            "Fulfillment Status": np.resize(["pending", "fulfilled", "cancelled"], 400),
            "plan": np.resize(["trial", "gold"], 400),
            "Product Type": np.resize(["Trial size", "full size"], 400),
            "Financial, Status": np.resize(["paid", "voided", "refunded"], 400),
        }
    )
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.leave_out == {
        "Fulfillment Status": ("cancelled",),
        "Financial, Status": ("refunded", "voided"),
    }
    assert any("'plan' has rows with 'trial' (200): name those" in doubt for doubt in guess.doubts)
    (tmp_path / "shop.yaml").write_text(guess.to_yaml(folder=tmp_path), encoding="utf-8")
    data = load_config(tmp_path / "shop.yaml").data
    assert {name: set(values) for name, values in data.leave_out.items()} == {
        name: set(values) for name, values in guess.leave_out.items()
    }


def test_a_date_that_can_be_read_two_ways_is_found_and_left_to_the_user(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount\n" + "a,01/02/2020,1.5\nb,03/04/2020,2.5\n" * 20)
    guess = guess_columns(path)
    assert guess.columns.ordered_at == "date"
    assert any("day first or month first" in doubt for doubt in guess.doubts)
    assert "# date_format: '%d/%m/%Y'" in guess.to_yaml()


def test_a_date_of_another_calendar_is_found_and_no_format_is_proposed(guessed):
    log = shop(customer="customer", date="date", amount="amount")
    log["date"] = log["date"].dt.strftime("1402/%m/15")
    guess = guessed(log)
    assert guess.columns.ordered_at == "date"
    assert any("the Persian or the Islamic calendar" in doubt for doubt in guess.doubts)
    assert guess.settings == ()


def test_times_with_an_offset_ask_for_the_shops_time_zone(tmp_path):
    path = tmp_path / "orders.csv"
    log = shop(customer="customer", date="date", amount="amount")
    log.to_csv(path, index=False, date_format="%Y-%m-%d %H:%M:%S -0500")
    guess = guess_columns(path)
    assert any("set data.timezone" in doubt for doubt in guess.doubts)
    assert "# timezone: Europe/Paris" in guess.to_yaml()
    log.to_csv(path, index=False)
    assert "timezone" not in guess_columns(path).to_yaml()
    log["date"] = (log["date"] - pd.Timestamp("1970-01-01")).dt.total_seconds().astype(int) * 1000
    log.to_csv(path, index=False)
    assert "# timezone: Europe/Paris" in guess_columns(path).to_yaml()


def test_what_is_open_where_others_are_paid_is_not_paid(guessed):
    """As orders of Clover; elsewhere an open order may be paid, and still to be sent."""
    log = shop(customer="Customer ID", date="Order Date", amount="Order Total")
    for other, expected in (("Paid", {"Payment State": ("Open",)}), ("Closed", {})):
        states = np.resize([other, other, "Open"], len(log))
        assert guessed(log.assign(**{"Payment State": states})).leave_out == expected


@pytest.mark.parametrize(
    ("column", "sale", "back"),
    [
        ("type", "purchase", "refund"),
        ("Transaction type", "Invoice", "Credit Memo"),
        ("Tipo documento", "Fattura", "Nota di credito"),
    ],
    ids=["Recurly", "QuickBooks", "Italian"],
)
def test_payments_back_of_a_kind_whose_amounts_are_positive_are_no_sales(
    guessed, column, sale, back
):
    log = shop(customer="account_code", date="date", amount="amount")
    log[column] = np.resize([sale, sale, back], len(log))
    guess = guessed(log)
    assert guess.leave_out == {column: (back,)}
    assert any(doubt.endswith("taken off, write it with a minus") for doubt in guess.doubts)
    log["amount"] *= np.where(log[column] == back, -1, 1)
    assert guessed(log).leave_out == {}


def test_payments_back_to_nobody_are_pointed_at(tmp_path):
    """As in the balance of Stripe, whose refunds do not name the customer."""
    path = tmp_path / "balance.csv"
    log = shop(customer="Customer ID", date="Created", amount="Amount")
    back = log.iloc[::20].assign(Amount=-5.0, **{"Customer ID": None})
    pd.concat([log, back]).to_csv(path, index=False)
    told = "20 of the rows without 'Customer ID' have a negative 'Amount'"
    assert any(doubt.startswith(told) for doubt in guess_columns(path).doubts)
    pd.concat([log, back.assign(Amount=5.0)]).to_csv(path, index=False)
    assert not any("negative" in doubt for doubt in guess_columns(path).doubts)


def test_totals_beside_a_tax_and_totals_after_adjustments_are_pointed_at(guessed):
    """As in the orders of Etsy and of eBay."""
    log = shop(customer="Buyer", date="Sale Date", amount="Order Total", tax="Sales Tax")
    log["Adjusted Order Total"] = np.where(log.index % 9 == 0, log["Order Total"] / 2, 0.0)
    doubts = "\n".join(guessed(log).doubts)
    assert "such as `Order Total` - `Sales Tax`" in doubts
    assert "'Adjusted Order Total' may be what was left where something was paid back" in doubts
    assert "Sales Tax" not in "\n".join(
        guessed(log.rename(columns={"Order Total": "Net Total"})).doubts
    )


def test_another_account_that_more_rows_have_is_pointed_at(guessed):
    """As user_id and user_pseudo_id of Google Analytics."""
    log = shop(customer="user_id", date="event_date", amount="purchase_revenue")
    log["user_pseudo_id"] = "1600" + log["user_id"].astype("str")
    log["user_id"] = log["user_id"].where(log.index % 2 == 0)
    guess = guessed(log)
    assert guess.columns.customer_id == "user_id"
    assert any("'user_pseudo_id' is in 100.0% of the rows" in doubt for doubt in guess.doubts)


def test_a_state_that_most_orders_are_in_is_asked_about_and_not_put_aside(guessed):
    log = shop(customer="customer", date="date", amount="amount")
    log["status"] = np.resize(["pending", "pending", "pending", "cancelled"], len(log))
    guess = guessed(log)
    assert guess.leave_out == {"status": ("cancelled",)}
    assert any(
        "'pending' (300), 'cancelled' (100): name those that are no sales in data.leave_out "
        "(cancelled so far)" in doubt
        for doubt in guess.doubts
    )


def test_orders_with_a_date_of_cancellation_are_put_aside_whatever_it_is(tmp_path):
    log = shop(customer="customer", date="Created at", amount="amount")
    cancelled = log.index % 5 == 0
    log["Cancelled at"] = (log["Created at"] + pd.Timedelta(days=2)).where(cancelled)
    log.to_csv(tmp_path / "orders.csv", index=False)
    guess = guess_columns(tmp_path / "orders.csv")
    assert guess.leave_out == {"Cancelled at": ("*",)}
    assert any("marks orders that brought nothing by its dates" in doubt for doubt in guess.doubts)
    (tmp_path / "orders.yaml").write_text(guess.to_yaml(folder=tmp_path))
    data = load_config(tmp_path / "orders.yaml").data
    found = clean(
        read_transactions(tmp_path / "orders.csv"), columns=guess.columns, leave_out=data.leave_out
    )
    assert dict(found.summary.reasons) == {"data.leave_out says that it is no sale": 80}
    assert found.readings["leave_out"] == "any value of 'Cancelled at' in 80 rows"
    # Of most of the rows it would leave nothing.
    log["Cancelled at"] = log["Created at"]
    log.to_csv(tmp_path / "orders.csv", index=False)
    assert guess_columns(tmp_path / "orders.csv").leave_out == {}


def test_what_people_write_and_where_they_live_is_no_state_and_no_kind_of_goods(guessed):
    log = shop(customer="customer", date="date", amount="amount")
    note = "Hello. I ordered the grey one by accident, so please cancel that order and send another"
    log["Notes"] = [note] + ["thanks"] * (len(log) - 1)
    log["Billing Province Name"] = np.resize(["Porto", "Lisboa"], len(log))
    assert guessed(log).doubts == ()
    log["Shipping Method"] = np.resize(["porto", "Lisboa"], len(log))
    assert any("'Shipping Method' has rows with 'porto'" in doubt for doubt in guessed(log).doubts)
