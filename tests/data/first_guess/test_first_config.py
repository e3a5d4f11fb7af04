"""The first configuration that is written for a table."""

import sqlite3

import pytest
from guessed_shop import LANGUAGES, shop

from ltvkit.config import load_config
from ltvkit.data import ColumnMap, clean, guess_columns, read_transactions
from ltvkit.data.first_guess.first_config import stem_of


def test_the_config_it_writes_is_loaded_and_cleans_the_log(tmp_path):
    path = tmp_path / "our orders, 2023.csv"
    names = LANGUAGES[1] | {"amount": "Montant: net"}
    shop(**names).to_csv(path, index=False)
    guess = guess_columns(path)
    written = tmp_path / "shop.yaml"
    written.write_text(guess.to_yaml(folder=tmp_path), encoding="utf-8")
    config = load_config(written)
    mapped = ColumnMap(**config.data.columns.model_dump(exclude={"discount"}))
    assert config.name == "our_orders_2023"
    assert config.data.transactions == str(path)
    assert mapped.revenue == "Montant: net"
    assert clean(read_transactions(config.data.transactions), columns=mapped).summary.rejected == 0
    assert written.read_text(encoding="utf-8").count("# ") > 10


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("orders.csv.gz", "orders"),
        ("shop/*.csv", "shop"),
        ("shop/20??/*.csv", "shop"),
        ("shop/", "shop"),
        ("orders [1].csv", "orders [1]"),
        ("*.csv", "here"),
        (".", "here"),
        ("https://example.org/a/orders.csv?day=1", "orders"),
        ("sample:cdnow", "cdnow"),
    ],
)
def test_a_config_is_named_after_its_file_or_folder(tmp_path, monkeypatch, location, name):
    here = tmp_path / "here"
    here.mkdir()
    (here / "orders [1].csv").touch()
    monkeypatch.chdir(here)
    assert stem_of(location) == name


def test_a_config_is_written_for_a_pattern_of_files(tmp_path, ltv):
    (tmp_path / "orders").mkdir()
    shop(customer="customer", date="date", amount="amount").to_csv(
        tmp_path / "orders" / "2024.csv.gz", index=False
    )
    assert ltv("init", "orders/*.csv.gz", cwd=tmp_path).returncode == 0
    written = load_config(tmp_path / "orders.yaml")
    assert written.name == "orders"
    assert (
        clean(
            read_transactions(written.data.transactions),
            columns=ColumnMap(customer_id="customer", ordered_at="date", revenue="amount"),
        ).summary.rows
        == 400
    )


def test_a_config_is_written_for_a_table_of_a_database(tmp_path, ltv):
    with sqlite3.connect(tmp_path / "shop.db") as database:
        log = shop(customer="user_id", date="created_at", amount="total")
        log.astype({"created_at": "str"}).to_sql("orders", database, index=False)
    database.close()
    done = ltv("init", "sqlite:///shop.db?table=orders", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = load_config(tmp_path / "shop.yaml")
    assert written.data.columns.customer_id == "user_id"


@pytest.mark.parametrize(
    ("amount", "told", "currency"),
    [
        ("Total", {"Currency": "USD"}, "USD"),
        ("Total", {"Currency": "eur", "Currency Name": "Euro"}, "EUR"),
        ("Total (PLN)", {}, "PLN"),
        ("Montant (€)", {}, "EUR"),
        ("Total", {"Currency": "$"}, ""),  # Of which country?
        ("Total", {}, ""),
    ],
)
def test_the_currency_is_named_where_the_table_tells_of_one(tmp_path, amount, told, currency):
    path, written = tmp_path / "orders.csv", tmp_path / "orders.yaml"
    shop(customer="Customer ID", date="Date", amount=amount).assign(**told).to_csv(path)
    guess = guess_columns(path)
    written.write_text(guess.to_yaml(folder=tmp_path), encoding="utf-8")
    assert load_config(written).data.currency == currency
    assert any(reason.startswith("currency is") for reason in guess.reasons) == bool(currency)


def test_no_currency_is_named_where_amounts_are_of_several(tmp_path):
    path = tmp_path / "orders.csv"
    names = {"customer": "Customer ID", "date": "Date", "amount": "Total", "currency": "Currency"}
    shop(**names).to_csv(path)
    assert guess_columns(path).currency == ""
