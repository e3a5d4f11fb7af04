"""The first guess at a shop's columns, in eight languages, and what it leaves to fill in."""

import numpy as np
import pandas as pd
import pytest
import yaml
from guessed_shop import LANGUAGES, shop

from ltvkit.data import ColumnMap, guess_columns
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


def test_columns_without_telling_names_are_found_by_what_is_in_them(guessed):
    columns = guessed(shop(customer="c1", date="c2", amount="c3")).columns
    assert (columns.customer_id, columns.ordered_at, columns.revenue) == ("c1", "c2", "c3")


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


def test_of_two_dates_the_one_that_every_row_has_is_taken(guessed):
    log = shop(shipped="Paid at", date="Created at", customer="Email", amount="Total")
    log.loc[::5, "Paid at"] = pd.NaT
    assert guessed(log).columns.ordered_at == "Created at"


def test_a_date_may_stand_once_an_order(guessed):
    """As in the orders of Squarespace, of which further lines say what was bought alone."""
    once = shop(customer="Email", date="Paid at", order="Order ID", amount="Subtotal")
    lines = once.loc[once.index.repeat(3)].reset_index(drop=True)
    lines.loc[lines.index % 3 > 0, ["Email", "Paid at", "Subtotal"]] = None
    assert guessed(lines.assign(quantity=1)).columns.ordered_at == "Paid at"
    assert "ordered_at" in guessed(lines.drop(columns="Order ID")).missing


@pytest.mark.parametrize("number", ["#{}", "#B{}", "PARIS{}", "{}-EU"])
def test_the_orders_of_shopify_are_those_of_its_names_and_not_of_addresses(guessed, number):
    log = shop(date="Created at", amount="Subtotal", quantity="Lineitem quantity")
    log.insert(0, "Name", [number.format(1000 + row) for row in range(len(log))])
    log["Email"] = [f"a{row % 80}@shop.org" for row in range(len(log))]
    log["Billing Address1"] = [f"{row % 90} Main St" for row in range(len(log))]
    assert guessed(log).columns.order_id == "Name"
    # Elsewhere a name is no number.
    log = log.rename(columns={"Lineitem quantity": "Quantity"})
    assert guessed(log).columns.order_id == ("Name" if number.startswith("#") else None)


@pytest.mark.parametrize("date", ["FKDAT", "AUDAT", "BUDAT", "ERDAT"])
def test_columns_are_found_under_the_names_of_sap(guessed, date):
    log = shop(shipped="WADAT", order="VBELN", date=date, customer="KUNNR", amount="NETWR")
    assert guessed(log).columns == ColumnMap(
        customer_id="KUNNR", ordered_at=date, revenue="NETWR", order_id="VBELN"
    )


def test_a_table_without_rows_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount\n")
    with pytest.raises(DataError, match="got no rows"):
        guess_columns(path)


def test_a_table_below_a_line_of_other_fields_is_refused_with_what_to_do(tmp_path):
    """As the batches of DATEV, which begin with a line about themselves."""
    path = tmp_path / "batch.csv"
    shop(customer="Kunde", date="Datum", amount="Umsatz").to_csv(path, index=False, sep=";")
    path.write_text('"EXTF";700;21;"Buchungsstapel";13\n' + path.read_text())
    with pytest.raises(DataError, match=r"401 lines .* delete what stands above the header"):
        guess_columns(path)


def test_the_shipped_sample_is_guessed_as_its_config_maps_it():
    assert guess_columns("sample:cdnow").columns == ColumnMap(
        customer_id="customer_id", ordered_at="date", revenue="dollar_value"
    )


@pytest.mark.parametrize("name", ["Billing Zip", "receipt_email", "Billing Phone", "Bill-to Name"])
def test_an_address_is_no_order_and_a_name_that_is_only_like_one_says_nothing(guessed, name):
    log = shop(customer="customer", date="date", amount="amount")
    assert (
        guessed(log.assign(**{name: [f"{row % 90}@x" for row in range(len(log))]})).columns.order_id
        is None
    )
    assert (
        "order_id is 'billing': 200 different values"
        in guessed(log.assign(billing=log.index // 2)).reasons
    )


def test_lines_that_sell_no_goods_are_pointed_at(guessed):
    log = shop(customer="Email", date="Date", amount="Line Total")
    log["Line Type"] = np.resize(["product", "Shipping", "gift card", "product"], len(log))
    guess = guessed(log)
    assert any("with 'Shipping' (100), 'gift card' (100)" in doubt for doubt in guess.doubts)
    assert guess.leave_out == {}


def test_what_customers_paid_is_taken_and_not_what_fees_left_of_it(tmp_path):
    path = tmp_path / "payments.csv"
    log = shop(customer="Email", date="Date", amount="Gross")
    log["Fee"] = -(log["Gross"] * 0.03 + 0.3).round(2)
    log["Net"] = (log["Gross"] + log["Fee"]).round(2)
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.revenue == "Gross"
    assert any("'Net' is what 'Fee' left of it" in reason for reason in guess.reasons)
    log.assign(Net=log["Gross"] * 0.8).to_csv(path, index=False)  # Of tax.
    assert guess_columns(path).columns.revenue == "Net"


def test_of_an_order_and_the_transactions_of_its_lines_the_order_is_taken(guessed):
    """As in the sold items of Etsy."""
    log = shop(customer="Buyer", date="Sale Date", amount="Item Total", order="Transaction ID")
    assert guessed(log.assign(**{"Order ID": log.index // 2})).columns.order_id == "Order ID"


def test_parts_of_a_date_are_no_customers(guessed):
    log = shop(date="date", amount="amount")
    parts = log.assign(Day=log["date"].dt.day, Month=log["date"].dt.month, Year=log["date"].dt.year)
    assert "customer_id" in guessed(parts.drop(columns="date")).missing
