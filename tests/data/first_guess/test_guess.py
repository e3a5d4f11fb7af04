"""The first guess at a shop's columns, in four languages, and the config that it writes."""

import numpy as np
import pandas as pd
import pytest
import yaml
from guessed_shop import LANGUAGES, shop

from ltvkit.config import load_config
from ltvkit.data import ColumnMap, clean, guess_columns, read_transactions
from ltvkit.errors import DataError


@pytest.mark.parametrize(
    "names", LANGUAGES, ids=["en", "fr", "de", "pl", "web", "es", "it", "pt", "nl"]
)
@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_columns_are_found_under_the_names_of_eight_languages(tmp_path, names, kind):
    path = tmp_path / f"orders.{kind}"
    if kind == "csv":
        shop(**names).to_csv(path, index=False, sep=";", decimal=",")
    elif kind == "parquet":
        shop(**names).to_parquet(path)
    else:
        shop(**names).to_excel(path, index=False)
    assert guess_columns(path).columns == ColumnMap(
        customer_id=names["customer"],
        ordered_at=names["date"],
        revenue=names["amount"],
        order_id=names["order"],
        margin=names["margin"],
        channel=names["channel"],
    )


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
    ],
)
def test_of_two_amounts_the_one_that_sales_are_counted_in_is_taken(tmp_path, revenue, other):
    path = tmp_path / "orders.csv"
    log = shop(customer="customer", date="date", quantity=other, amount=revenue)
    if "count" not in other and not other.startswith("payment"):
        log[other] = log[revenue] * 1.2
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == revenue
    assert not any("tax" in doubt for doubt in guess.doubts)


def test_an_amount_that_can_be_read_comes_before_one_that_can_be_read_two_ways(tmp_path):
    path = tmp_path / "billing.csv"
    log = shop(customer="Kunde", date="Datum").assign(FKIMG="1.000")
    log["NETWR"] = np.resize(["13.81", "9.30-"], len(log))
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.revenue == "NETWR"
    log.rename(columns={"FKIMG": "x", "NETWR": "y"}).to_csv(path, index=False)
    assert guess_columns(path).columns.revenue == "y"


def test_columns_without_telling_names_are_found_by_what_is_in_them(tmp_path):
    path = tmp_path / "x.csv"
    shop(customer="c1", date="c2", amount="c3").to_csv(path, index=False)
    columns = guess_columns(path).columns
    assert (columns.customer_id, columns.ordered_at, columns.revenue) == ("c1", "c2", "c3")


def test_cancellations_currencies_tax_and_missing_ids_are_pointed_at(tmp_path):
    path = tmp_path / "orders.csv"
    frame = shop(customer="customer", date="date", amount="gross_total", currency="currency",
                 cancelled="is_cancelled")  # fmt: skip
    frame.loc[frame.index[:100], "customer"] = None
    frame.to_csv(path, index=False)
    doubts = "\n".join(guess_columns(path).doubts)
    assert "25.0% of the rows have no 'customer'" in doubts
    assert "'is_cancelled' seems to mark cancelled orders" in doubts
    assert "'currency' has 2 currencies" in doubts
    assert "'gross_total' seems to include tax" in doubts
    frame.rename(columns={"gross_total": "Total (VAT included)"}).to_csv(path, index=False)
    assert any("'Total (VAT included)' seems" in doubt for doubt in guess_columns(path).doubts)


def payments() -> pd.DataFrame:
    """An export of a payment provider: one in four failed, some were paid back."""
    log = shop(customer="Customer ID", date="Created (UTC)", amount="Amount", country="Country")
    status = np.resize(["Paid", "Failed", "Paid", "Refunded"], len(log))
    refunded = np.where(status == "Refunded", log["Amount"], 0.0)
    return log.assign(
        **{"Status": status, "Captured": status != "Failed", "Amount Refunded": refunded}
    )


def test_rows_that_are_no_sales_are_counted_and_what_is_known_later_is_not_learned_from(tmp_path):
    path = tmp_path / "payments.csv"
    log = payments().assign(state=np.resize(["partially_refunded", "storniert"], 400))
    log[["Cancelled at", "Fee Refunded"]] = [None, 0.0]  # Blank; and of what is taken off anyway.
    log.to_csv(path, index=False)
    guess = guess_columns(path)
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
        ("Stage", "Closed Lost"),
        ("Stage", "Withdrawn"),
        ("Status", "Payment error"),
        ("État", "Erreur de paiement"),
        ("Status", "Błąd płatności"),
        ("Order Status", "Awaiting Payment"),
        ("Status", "Awaiting check payment"),
        ("Status", "requires_payment_method"),
    ],
)
def test_what_shops_and_banks_call_no_sale_is_put_aside(tmp_path, column, value):
    path = tmp_path / "orders.csv"
    log = shop(customer="customer", date="date", amount="amount")
    log.assign(**{column: np.resize(["ok", value], len(log))}).to_csv(path, index=False)
    assert guess_columns(path).leave_out == {column: (value,)}


@pytest.mark.parametrize("value", ["Awaiting Shipment", "Awaiting Fulfillment", "Closed Won"])
def test_what_is_paid_and_not_yet_sent_is_sold(tmp_path, value):
    path = tmp_path / "orders.csv"
    log = shop(customer="customer", date="date", amount="amount")
    log.assign(Status=np.resize(["Completed", value], len(log))).to_csv(path, index=False)
    assert guess_columns(path).leave_out == {}


@pytest.mark.parametrize("name", ["Bestellnr", "Belegnr.", "RechnungsNr", "Auftragsnummer"])
def test_a_number_of_an_order_written_together_is_one(tmp_path, name):
    path = tmp_path / "orders.csv"
    shop(customer="Kunde", date="Datum", amount="Summe", order=name).to_csv(path, index=False)
    assert guess_columns(path).columns.order_id == name


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
    # A yes or no is no amount.
    pd.read_csv(path).drop(columns=name).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "Amount"
    assert any("'refunded' seems to hold what was paid back" in doubt for doubt in guess.doubts)


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
def test_amounts_in_cents_are_told_of(tmp_path, name, cents, told):
    path = tmp_path / "orders.csv"
    frame = shop(customer="customer", date="date", amount=name)
    if cents:
        frame[name] = (frame[name] * 100).round().astype(int)
    frame.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == name
    doubts = [doubt for doubt in guess.doubts if "in cents" in doubt]
    assert bool(doubts) == told
    assert all(f"write `{name}` / 100 in its place" in doubt for doubt in doubts)


def test_of_amounts_in_several_currencies_the_converted_one_is_taken(tmp_path):
    path = tmp_path / "payments.csv"
    log = shop(customer="Customer ID", date="Created (UTC)", amount="Amount", currency="Currency")
    log["Amount Refunded"] = np.where(log.index % 9 == 0, log["Amount"], 0.0)
    for name in ("Amount", "Amount Refunded"):
        log[f"Converted {name}"] = log[name] * 1.1
    log.assign(**{"Converted Currency": "usd"}).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "`Converted Amount` - `Converted Amount Refunded`"
    assert not any("currency" in doubt for doubt in guess.doubts)
    log.assign(**{"Converted Currency": log["Currency"]}).to_csv(path, index=False)
    assert any("'Converted Currency' has 2" in doubt for doubt in guess_columns(path).doubts)


def test_a_date_that_can_be_read_two_ways_is_found_and_left_to_the_user(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount\n" + "a,01/02/2020,1.5\nb,03/04/2020,2.5\n" * 20)
    guess = guess_columns(path)
    assert guess.columns.ordered_at == "date"
    assert any("day first or month first" in doubt for doubt in guess.doubts)
    assert "# date_format: '%d/%m/%Y'" in guess.to_yaml()


def test_what_is_not_found_is_left_to_fill_in(tmp_path):
    path = tmp_path / "articles.csv"
    path.write_text("article,colour\nx,red\ny,blue\n")
    guess = guess_columns(path)
    assert guess.columns is None
    assert "customer_id: FILL_IN" in guess.to_yaml()


def test_what_was_found_is_kept_where_something_else_was_not(tmp_path, ltv):
    log = shop(customer="customer", amount="amount", order="order_id", margin="margin")
    log.assign(day="Tuesday").to_csv(tmp_path / "orders.csv", index=False)
    done = ltv("init", "orders.csv", cwd=tmp_path)
    assert "Fill in ordered_at, then: ltv train orders.yaml" in done.stdout
    columns = yaml.safe_load((tmp_path / "orders.yaml").read_text())["data"]["columns"]
    assert columns == {
        "customer_id": "customer",
        "ordered_at": "FILL_IN",
        "revenue": "amount",
        "order_id": "order_id",
        "margin": "margin",
    }


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


@pytest.mark.parametrize(("days", "horizon_days"), [(90, 30), (400, 133), (2000, 365)])
def test_the_horizon_is_a_year_and_at_most_a_third_of_the_log(tmp_path, days, horizon_days):
    log = shop(customer="customer", amount="amount")
    since = np.linspace(0, days - 1, len(log)).round()
    log["date"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(since, unit="D")
    log.to_csv(tmp_path / "orders.csv", index=False)
    guess = guess_columns(tmp_path / "orders.csv")
    (tmp_path / "orders.yaml").write_text(guess.to_yaml(folder=tmp_path))
    assert load_config(tmp_path / "orders.yaml").snapshot.horizon_days == horizon_days


def test_days_as_a_spreadsheet_counts_them_are_dates_where_they_are_called_so(tmp_path):
    path = tmp_path / "sheet.csv"
    log = shop(customer="Customer", date="Order Date", amount="Total", order="Order")
    log["Article"] = log["Order"] - 10_000
    log["Order Date"] = (log["Order Date"] - pd.Timestamp("1899-12-30")).dt.days
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.ordered_at == "Order Date"
    log.rename(columns={"Order Date": "Code"}).to_csv(path, index=False)
    assert "ordered_at" in guess_columns(path).missing


@pytest.mark.parametrize("began", ["1931-02-03", "1965-01-01"])
def test_dates_of_before_1970_are_dates(tmp_path, began):
    days = pd.date_range(began, periods=600).astype(str)
    log = pd.DataFrame({"name": [f"c{n % 90}" for n in range(600)], "when": days, "paid": 5.5})
    log.to_csv(tmp_path / "orders.csv", index=False)
    guess = guess_columns(tmp_path / "orders.csv")
    assert guess.columns.ordered_at == "when"
    assert guess.horizon_days == 200


@pytest.mark.parametrize("unknown", ["1900-01-01", "1970-01-01"])
def test_a_date_that_stands_for_none_does_not_make_the_log_longer(tmp_path, unknown):
    days = [*pd.date_range("2023-01-01", periods=600).astype(str), unknown]
    log = pd.DataFrame({"customer": "c", "date": days, "amount": 5.5})
    log.to_csv(tmp_path / "orders.csv", index=False)
    assert guess_columns(tmp_path / "orders.csv").horizon_days == 200


def test_the_horizon_is_that_of_all_rows_of_a_log_too_long_to_be_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr("ltvkit.data.first_guess.facts.SAMPLE_ROWS", 100)
    log = shop(customer="customer", date="date", amount="amount")
    log["date"] = pd.date_range("2020-01-01", periods=len(log), freq="12h").strftime("%d/%m/%Y")
    log.to_csv(tmp_path / "orders.csv", index=False)
    assert guess_columns(tmp_path / "orders.csv").horizon_days == len(log) // 2 // 3


def test_of_two_dates_the_one_that_every_row_has_is_taken(tmp_path):
    path = tmp_path / "orders.csv"
    log = shop(shipped="Paid at", date="Created at", customer="Email", amount="Total")
    log.loc[::5, "Paid at"] = pd.NaT
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.ordered_at == "Created at"


@pytest.mark.parametrize("date", ["FKDAT", "AUDAT", "BUDAT", "ERDAT"])
def test_columns_are_found_under_the_names_of_sap(tmp_path, date):
    path = tmp_path / "billing.csv"
    log = shop(shipped="WADAT", order="VBELN", date=date, customer="KUNNR", amount="NETWR")
    log.to_csv(path, index=False)
    assert guess_columns(path).columns == ColumnMap(
        customer_id="KUNNR", ordered_at=date, revenue="NETWR", order_id="VBELN"
    )


def test_a_table_without_rows_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount\n")
    with pytest.raises(DataError, match="got no rows"):
        guess_columns(path)


def test_the_shipped_sample_is_guessed_as_its_config_maps_it():
    assert guess_columns("sample:cdnow").columns == ColumnMap(
        customer_id="customer_id", ordered_at="date", revenue="dollar_value"
    )


def test_where_an_order_has_several_lines_its_customer_and_total_stand_in_the_first(tmp_path):
    path = tmp_path / "shopify.csv"
    log = shop(
        date="Created at", amount="Total", quantity="Lineitem quantity", price="Lineitem price"
    )
    log.insert(0, "Name", [f"#{1000 + row // 3}" for row in range(len(log))])
    log.insert(1, "Email", [f"a{row % 80}@shop.org" for row in range(len(log))])
    log.loc[log.index % 3 > 0, ["Email", "Total"]] = None
    log.to_csv(path, index=False)
    columns = guess_columns(path).columns
    assert (columns.customer_id, columns.revenue, columns.order_id) == ("Email", "Total", "Name")
    log.drop(columns="Email").to_csv(path, index=False)
    assert guess_columns(path).columns is None


@pytest.mark.parametrize("name", ["Billing Zip", "receipt_email", "Billing Phone", "Bill-to Name"])
def test_an_address_is_no_order_and_a_name_that_is_only_like_one_says_nothing(tmp_path, name):
    path = tmp_path / "orders.csv"
    log = shop(customer="customer", date="date", amount="amount")
    log.assign(**{name: [f"{row % 90}@x" for row in range(len(log))]}).to_csv(path, index=False)
    assert guess_columns(path).columns.order_id is None
    log.assign(billing=log.index // 2).to_csv(path, index=False)
    assert "order_id is 'billing': 200 different values" in guess_columns(path).reasons


def test_lines_that_sell_no_goods_are_pointed_at(tmp_path):
    path = tmp_path / "lines.csv"
    log = shop(customer="Email", date="Date", amount="Line Total")
    log["Line Type"] = np.resize(["product", "Shipping", "gift card", "product"], len(log))
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert any("with 'Shipping' (100), 'gift card' (100)" in doubt for doubt in guess.doubts)
    assert guess.leave_out == {}


def test_an_amount_after_fees_is_pointed_at(tmp_path):
    path = tmp_path / "payments.csv"
    log = shop(customer="Email", date="Date", amount="Gross")
    log["Fee"] = -(log["Gross"] * 0.03 + 0.3).round(2)
    log["Net"] = (log["Gross"] + log["Fee"]).round(2)
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "Net"
    assert any("'Net' is 'Gross' less 'Fee'" in doubt for doubt in guess.doubts)
    log.assign(Net=log["Gross"] * 0.8).to_csv(path, index=False)  # Of tax.
    assert not any("less" in doubt for doubt in guess_columns(path).doubts)


def test_a_total_that_every_line_of_an_order_repeats_is_pointed_at(tmp_path):
    path = tmp_path / "woocommerce.csv"
    once = shop(customer="Email", date="Order Date", amount="Order Total", order="Order Number")
    lines = once.loc[once.index.repeat(2)].reset_index(drop=True)
    lines.assign(Item=lines.index % 2).to_csv(path, index=False)
    assert any("400 of 400 orders" in doubt for doubt in guess_columns(path).doubts)
    lines["Order Total"] *= 1 + lines.index % 2  # Amounts of the lines.
    lines.to_csv(path, index=False)
    assert not any("several rows" in doubt for doubt in guess_columns(path).doubts)
    pieces = lines.drop(columns="Order Total").assign(Quantity=1, Price=lines.index % 7 + 0.5)
    pieces.to_csv(path, index=False)
    assert not any("several rows" in doubt for doubt in guess_columns(path).doubts)


def test_a_row_with_the_total_beside_the_lines_of_an_order_is_pointed_at(tmp_path):
    path = tmp_path / "till.csv"
    sales = shop(customer="Customer Code", date="Date", amount="Subtotal", order="Receipt Number")
    halves = sales.loc[sales.index.repeat(2)].reset_index(drop=True)
    halves["Subtotal"] *= np.where(halves.index % 2, 0.25, 0.75)
    lines = pd.concat([sales.assign(Type="Sale"), halves.assign(Type="Line")])
    lines["Subtotal"] = [f"${amount:,.2f}" for amount in lines["Subtotal"]]
    lines.to_csv(path, index=False)
    assert any("400 of 400 orders" in doubt for doubt in guess_columns(path).doubts)


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
