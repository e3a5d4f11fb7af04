"""Which column says who the customer is: ids, addresses, cards, phones, and what only looks so."""

import numpy as np
import pandas as pd
import pytest
from guessed_shop import shop

from ltvkit.data import clean, guess_columns, read_transactions


@pytest.mark.parametrize("mark", [".", ","])
def test_ids_that_a_spreadsheet_rounded_are_pointed_at(tmp_path, mark):
    path = tmp_path / "orders.csv"
    log = shop(customer="Kundennummer", date="Datum", amount="Umsatz")
    log["Kundennummer"] = [f"{n / 1e4:.2f}E+11".replace(".", mark) for n in log["Kundennummer"]]
    log.to_csv(path, index=False, sep=";")
    assert any("100% of 'Kundennummer' look like" in doubt for doubt in guess_columns(path).doubts)


def test_an_address_is_the_customer_where_no_column_is_called_so(tmp_path):
    log = shop(order="Name", date="Created at", amount="Total")
    log.insert(1, "Email", [f"a{n % 80}@shop.org" for n in range(len(log))])
    log["Name"] = log["Name"] // 2
    log.to_csv(tmp_path / "export.csv", index=False)
    found = guess_columns(tmp_path / "export.csv")
    assert found.columns.customer_id == "Email"
    assert not any("no column is called a customer" in doubt for doubt in found.doubts)
    log.drop(columns="Email").to_csv(tmp_path / "bare.csv", index=False)
    bare = guess_columns(tmp_path / "bare.csv")
    assert bare.columns.customer_id == "Name"
    assert any("no column is called a customer; 'Name'" in doubt for doubt in bare.doubts)


@pytest.mark.parametrize(
    "name",
    ["Auftraggeber", "Debitor", "Sold-To", "KUNNR", "KUNAG", "Constituent ID", "card_no", "E-Mail"],
)
def test_orders_of_several_lines_and_places_are_no_customers(guessed, name):
    log = shop(order="Faktura", date="Fakturadatum", amount="Nettowert").assign(customer_zip="1")
    log["Faktura"] = log["Faktura"] // 2
    log["customer_zip"] = np.resize(np.arange(90_000, 90_030), len(log))
    assert guessed(log).columns is None
    columns = guessed(log.assign(**{name: shop(customer="x")["x"]})).columns
    assert (columns.customer_id, columns.order_id) == (name, "Faktura")


@pytest.mark.parametrize("name", ["contributor", "Donator", "backer_id", "Supporter", "player_id"])
def test_givers_and_players_are_customers_by_name(tmp_path, name):
    path = tmp_path / "gifts.csv"
    shop(customer=name, date="date", amount="amount").to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.customer_id == name
    assert not any("no column is called a customer" in doubt for doubt in guess.doubts)


def test_a_column_that_holds_hardly_anybody_but_guests_is_no_customer(tmp_path):
    path = tmp_path / "gifts.csv"
    log = shop(customer="Name", date="Date", amount="Amount")
    log["Contributor ID"] = np.where(log.index % 20 == 0, log["Name"], 0)  # Known committees alone.
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.customer_id == "Name"


def test_a_phone_is_the_customer_where_nothing_else_says_who_it_was(tmp_path):
    path = tmp_path / "restaurant.csv"
    log = shop(order="Order Id", date="Opened", amount="Amount").assign(Server="Al")
    log["Check #"] = log.index % 90  # Begins again every night.
    log["Customer Phone"] = "206555" + (1000 + log["Order Id"] % 61).astype(str)
    log.loc[log.index % 3 == 0, "Customer Phone"] = None
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.customer_id == "Customer Phone"
    log.assign(**{"Customer Phone": "2065550000"}).to_csv(path, index=False)  # The restaurant's.
    assert guess_columns(path).columns.customer_id == "Check #"


def test_an_account_that_all_guests_share_is_no_customer(guessed):
    log = shop(customer="Customer User ID", date="Order Date", amount="Order Total Amount")
    log["Billing Email"] = "a" + log["Customer User ID"].astype("str") + "@shop.org"
    log.loc[log.index % 3 > 0, "Customer User ID"] = 0
    assert guessed(log).columns.customer_id == "Billing Email"
    guess = guessed(log.drop(columns="Billing Email").replace(0, 7))
    assert guess.columns.customer_id == "Customer User ID"
    assert any("66% of the values of 'Customer User ID'" in doubt for doubt in guess.doubts)


def test_an_id_that_stands_for_all_guests_is_no_customer(guessed):
    log = shop(customer="Customer Code", date="Sale Date", amount="Total")
    log["Customer Code"] = log["Customer Code"].astype("str")
    log.loc[log.index % 20 == 0, "Customer Code"] = "WALK-IN"
    guess = guessed(log)
    assert guess.leave_out == {"Customer Code": ("WALK-IN",)}
    assert any("'WALK-IN' in 5.0% of the rows" in doubt for doubt in guess.doubts)
    log["Email"] = "a" + (log.index % 80).astype("str") + "@shop.org"
    guess = guessed(log)
    assert (guess.columns.customer_id, guess.leave_out) == ("Email", {})
    log.loc[log.index % 3 > 0, "Email"] = None  # Hardly anybody gave one.
    assert guessed(log).columns.customer_id == "Customer Code"


def test_an_address_of_those_without_an_account_is_pointed_at(guessed):
    log = shop(customer="Customer ID", date="Created", amount="Amount")
    log["Customer Email"] = "a" + log["Customer ID"].astype("str") + "@shop.org"
    log["Customer ID"] = log["Customer ID"].where(log.index % 20 > 0)
    guess = guessed(log)
    assert guess.columns.customer_id == "Customer ID"
    assert any("'Customer Email' is in 100.0% of the rows" in doubt for doubt in guess.doubts)
    assert not any(
        "Customer Email" in doubt
        for doubt in guessed(log.assign(**{"Customer Email": "us@shop.org"})).doubts
    )


def test_of_two_addresses_the_one_that_more_orders_have_is_taken(guessed):
    log = shop(customer="customer_user", date="order_date", amount="order_total")
    log["billing_email"] = "a" + log["customer_user"].astype("str") + "@shop.org"
    log["customer_email"] = log["billing_email"].where(log.index % 20 > 0)  # Guests have none.
    log.loc[log.index % 20 == 0, "customer_user"] = 0
    columns = ["customer_user", "order_date", "order_total", "customer_email", "billing_email"]
    assert guessed(log[columns]).columns.customer_id == "billing_email"
    log = log[columns].drop(columns=["customer_user", "billing_email"])
    assert guessed(log.assign(shop_email="us@shop.org")).columns.customer_id == "customer_email"


def test_of_two_customers_the_one_that_comes_again_is_taken(guessed):
    log = shop(order="order_id", date="date", amount="amount")
    log["customer_id"] = log["order_id"] + 7  # A new one for every order, as some exports have it.
    log["customer_unique_id"] = shop(customer="x")["x"]
    assert guessed(pd.concat([log, log])).columns.customer_id == "customer_unique_id"


@pytest.mark.parametrize("flags", [("1", "0"), ("Yes", "No")])
def test_whether_a_customer_is_new_is_no_customer(guessed, flags):
    log = shop(order="ID", customer="Customer", date="Date", amount="Total")
    log.insert(1, "New client", np.where(log["Customer"].duplicated(), *reversed(flags)))
    assert guessed(log).columns.customer_id == "Customer"


def test_names_of_people_are_pointed_at(guessed):
    log = shop(customer="Customer", date="Date", amount="Total")
    given = log["Customer"].map(lambda number: "ABCDEFGH"[number % 8])
    family = log["Customer"].map(lambda number: ["Nowak", "O'Neill", "Müller"][number % 3])
    assert any(
        "names of people" in doubt
        for doubt in guessed(log.assign(Customer=given + ". " + family)).doubts
    )
    assert not any("names of people" in doubt for doubt in guessed(log).doubts)


def test_dates_and_articles_are_no_customers(guessed):
    once = shop(order="order-id", date="purchase-date", amount="item-price", customer="sku")
    lines = once.loc[once.index.repeat(2)].reset_index(drop=True)
    lines["last-updated-date"] = lines["purchase-date"] + pd.Timedelta(days=3)
    assert guessed(lines).missing == ("customer_id",)


def test_the_account_of_the_shop_itself_is_no_customer(guessed):
    log = shop(date="Creation Date", amount="Net Credit").assign(company_account="ACME")
    log["Shopper Reference"] = shop(customer="x")["x"]
    assert guessed(log).columns.customer_id == "Shopper Reference"


def test_an_address_comes_before_names_that_several_may_have(tmp_path):
    """As in the sales of Gumroad."""
    path = tmp_path / "sales.csv"
    log = shop(date="Purchase Date", amount="Subtotal ($)")
    log["Buyer Name"] = np.resize([f"Ann Sm{letter}th" for letter in "abcdefghijklm"], len(log))
    log["Purchase Email"] = [f"a{row % 70}@x.org" for row in range(len(log))]
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.customer_id == "Purchase Email"
    log.loc[log.index % 3 == 0, "Purchase Email"] = None  # Of some alone.
    log.to_csv(path, index=False)
    assert guess_columns(path).columns.customer_id == "Buyer Name"
    # They may be called otherwise, as in the receipts of Loyverse.
    log.assign(**{"Purchase Email": [f"a{row % 70}@x.org" for row in range(len(log))]}).rename(
        columns={"Buyer Name": "Customer name", "Purchase Email": "Customer contacts"}
    ).to_csv(path, index=False)
    assert guess_columns(path).columns.customer_id == "Customer contacts"


def test_ids_with_a_point_in_them_are_customers_where_they_are_called_so(tmp_path):
    """As user_pseudo_id of Google Analytics: a number, a point, and when it was given."""
    path = tmp_path / "events.csv"
    log = shop(customer="user_pseudo_id", date="event_date", amount="purchase_revenue")
    log["user_pseudo_id"] = [f"{n}.1672531{n % 1000:03d}" for n in log["user_pseudo_id"]]
    log.to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.customer_id == "user_pseudo_id"
    found = clean(read_transactions(path), columns=guess.columns).to_pandas()["customer_id"]
    assert set(found) == set(log["user_pseudo_id"])


def test_amounts_come_again_and_are_no_customers(guessed):
    log = shop(date="Created at", amount="Total", order="Name").assign(Email=None)
    log["Subtotal"] = np.resize([1500, 2000, 2500, *range(3000, 3020)], len(log))
    guess = guessed(log)
    assert guess.missing == ("customer_id",)
    assert guess.columns is None


def test_who_is_new_is_no_customer(guessed):
    log = shop(date="date", amount="amount", channel="customer_acquisition")
    assert "customer_id" in guessed(log).missing
    assert guessed(log[:10]).columns.customer_id == "customer_acquisition"


@pytest.mark.parametrize(
    "name", ["usuario_id", "Utilisateur", "Mitgliedsnummer", "id_utente", "Donante", "Assinante"]
)
def test_users_members_and_givers_are_customers_in_other_languages(guessed, name):
    log = shop(channel="menu_id", customer=name, date="date", amount="total")
    log["menu_id"] = np.resize(np.arange(30), len(log))
    assert guessed(log).columns.customer_id == name
