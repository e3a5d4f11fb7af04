"""The page in a real browser: what a marketer searches, builds and takes along."""

import re
import socket
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files

import pandas as pd
import psutil
import pytest
from app_pages import PATIENCE

from demo_shop import HOSTILE_IDS
from ltvkit.audience import value_at_stake
from ltvkit.files import FORMULA_STARTS
from ltvkit.report.reader import Reader, visible
from ltvkit.wording import read_texts

pytestmark = pytest.mark.browser

STRINGS = files("ltvkit.report") / "strings.toml"


def of_the_page():
    """Every text of the page that has no blank, by language."""
    texts = read_texts(STRINGS.read_text(encoding="utf-8"))
    return [
        text
        for key, text in texts.items()
        if key.startswith("app.") and key != "app.run" and "{" not in text["en"]
    ]


@pytest.fixture(scope="module")
def scored(runs):
    return pd.read_parquet(runs / "demo_shop" / "customers_scored.parquet")


@pytest.fixture(scope="module")
def plain_customer(scored):
    """Somebody with a date to be contacted by and three orders."""
    able = scored[scored["contact_by"].notna() & (scored["orders"] >= 3)]
    return able[~able["customer_id"].isin(HOSTILE_IDS)].iloc[0]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_customer_is_found_and_shown_with_figures_interval_reasons_and_orders(
    open_app, plain_customer, width
):
    app = open_app(width=width)
    app.search(plain_customer["customer_id"])
    app.is_about(plain_customer["customer_id"])
    app.page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for(
        timeout=PATIENCE
    )
    app.shows("Predicted value", f"€{plain_customer['predicted_value']:,.2f}")
    risk = Decimal(str(plain_customer["churn_risk"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
    app.shows("Chance of no order", f"{risk:.0%}")
    app.shows("Value at risk", f"€{plain_customer['value_at_risk']:,.2f}")
    shown = app.text()
    low, high = (plain_customer[f"predicted_value_{end}"] for end in ("low", "high"))
    span = f"€{low:,.2f} to €{high:,.2f}" if low else f"up to €{high:,.2f}"
    assert f"80% interval: {span}; confidence" in shown
    assert plain_customer["recommended_action"] in shown
    for place in (1, 2, 3):
        reason = re.sub(r"([\d.,]+) EUR", r"€\1", plain_customer[f"reason_{place}"])
        assert reason in shown
    assert f"{plain_customer['orders']} orders since" in shown
    assert "cannot be read" not in shown
    assert app.page.evaluate("document.documentElement.scrollWidth") <= width
    assert app.complaints == []
    assert {url.split("/")[2].partition(":")[0] for url in app.requests} == {"127.0.0.1"}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_list_is_built_by_rule_and_budget_and_taken_along(open_app, scored, width):
    app = open_app(width=width)
    app.build()
    app.type_number("How many contacts", "7")
    able = scored[
        scored["list"].isin(["protect_now", "win_back"])
        & ~scored["holdout"]
        & scored["contact_ok"].fillna(False)
    ]
    expected = able.nlargest(7, "value_at_risk")
    app.shows("Customers", "7")
    name, text, rows = app.download(7)
    assert name == "demo_shop_7.csv"
    assert [row["customer_id"].removeprefix("'") for row in rows] == expected[
        "customer_id"
    ].tolist()
    app.shows("At stake", f"€{expected['value_at_risk'].sum():,.0f}")
    app.shows("Cost", "€4")
    assert not any(line.startswith(("=", "+", "-", "@")) for line in text.splitlines())
    assert app.page.evaluate("document.documentElement.scrollWidth") <= width
    assert app.complaints == []
    assert {url.split("/")[2].partition(":")[0] for url in app.requests} == {"127.0.0.1"}


def test_all_lists_by_money_and_risk_are_those_of_the_rule(open_app, scored):
    able = scored[~scored["holdout"] & scored["contact_ok"].fillna(False)]
    best_first = able.sort_values(["predicted_value", "customer_id"], ascending=[False, True])
    assert len(able) > 120
    app = open_app()
    app.build()
    app.clear_lists()
    app.says(f"{len(scored):,} match")
    app.page.get_by_text("highest predicted value").click()
    app.page.get_by_text("money", exact=True).click()
    app.type_number("How much", "60")
    app.shows("Customers", "120")
    app.type_number("Cost of a contact", "1.5")
    app.shows("Predicted value", f"€{best_first['predicted_value'].head(40).sum():,.0f}")
    _, _, rows = app.download(40)
    ids = [row["customer_id"].removeprefix("'") for row in rows]
    assert ids == best_first["customer_id"].head(40).tolist()
    app.type_number("Cost of a contact", "0")
    app.says("expected a cost above 0")
    assert app.complaints == []


def test_the_file_holds_hostile_ids_guarded_and_whole(open_app, scored):
    app = open_app()
    app.build()
    able = scored[~scored["holdout"] & scored["contact_ok"].fillna(False)]
    app.clear_lists()
    app.type_number("How many contacts", "100000")
    app.shows("Customers", str(len(able)))
    _, _, rows = app.download(len(able))
    hostile = set(able["customer_id"]) & set(HOSTILE_IDS)
    assert len(hostile) >= 3
    assert len(rows) == len(able)
    ids = {row["customer_id"] for row in rows}
    assert {f"'{each}" if each[0] in FORMULA_STARTS else each for each in hostile} <= ids
    assert value_at_stake(able).sum() == pytest.approx(
        sum(float(row["value_at_stake"]) for row in rows), abs=0.5
    )


def test_hostile_ids_are_found_and_shown_as_text(open_app):
    app = open_app()
    for customer in HOSTILE_IDS:
        # What a keyboard cannot type into one line is left out.
        app.search("".join(sign for sign in customer if sign.isprintable() or sign == "\u202e"))
        app.is_about(visible(customer))
        app.says("days before the scoring")
        assert app.page.evaluate("window.stolen") is None
        assert app.page.get_by_test_id("stMain").locator("img").count() == 0
    assert app.complaints == []
    assert {url.split("/")[2].partition(":")[0] for url in app.requests} == {"127.0.0.1"}


def test_a_part_of_an_id_offers_those_that_hold_it_and_nobody_is_said_to_be_nobody(
    open_app, scored, plain_customer
):
    app = open_app()
    part = plain_customer["customer_id"][:5]
    app.search(part)
    number = min(scored["customer_id"].str.contains(part, regex=False).sum(), 50)
    assert number > 1
    app.says(f"Matching ids ({number if number < 50 else 'the first 50'})")
    app.search("nobody *has* this")
    app.says("No customer of this run has nobody *has* this in the id.")


def test_orders_that_cannot_be_read_any_more_are_said_to_be_so(open_app, plain_customer):
    app = open_app()
    app.choose_run("gone")
    app.search(plain_customer["customer_id"])
    app.says("The orders cannot be read any more: got no file")
    app.shows("Predicted value", f"€{plain_customer['predicted_value']:,.2f}")


def test_a_run_that_may_not_be_used_gives_no_list(open_app):
    app = open_app()
    app.choose_run("unusable")
    app.says("Verdict: do not use.")
    app.page.get_by_role("tab", name="Build a list").click()
    app.page.get_by_text("No list can be built").wait_for()
    assert app.page.get_by_role("button", name="Download").count() == 0


@pytest.mark.parametrize(("language", "width"), [("fr", 1440), ("pl", 390)])
def test_the_page_speaks_the_language_of_the_run(open_app, plain_customer, language, width):
    reader = Reader(language, "EUR")
    app = open_app(width=width)
    app.choose_run(language)
    app.says(reader.plain("app.use"))
    box = app.page.get_by_label(reader.plain("app.customer"), exact=True)
    box.wait_for(timeout=PATIENCE)
    box.fill(plain_customer["customer_id"])
    app.page.keyboard.press("Enter")
    app.is_about(plain_customer["customer_id"])
    app.shows(
        reader.plain("app.predicted").split(",")[0],
        reader.unit_money(plain_customer["predicted_value"]),
    )
    app.says(reader.plain("app.so_far"))
    app.says(reader.day(plain_customer["last_order"]))
    app.page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for(
        timeout=PATIENCE
    )
    app.page.get_by_role("tab", name=reader.plain("app.build")).click()
    app.says(reader.plain("app.caution"))
    assert app.page.evaluate("document.documentElement.scrollWidth") <= width
    shown = app.text().splitlines()
    assert not {text["en"] for text in of_the_page() if text["en"] != text[language]} & set(shown)
    assert app.complaints == []


def test_the_table_on_the_page_offers_no_csv_without_guard(open_app):
    app = open_app()
    app.build()
    table = app.page.get_by_test_id("stDataFrame").last
    table.hover()
    app.page.get_by_role("button", name="Search").last.wait_for(timeout=PATIENCE)
    labels = app.page.get_by_test_id("stElementToolbarButton").locator("button").all()
    names = [label.get_attribute("aria-label") or "" for label in labels]
    assert "Search" in names
    assert not any("ownload" in name for name in names)


def test_the_server_listens_and_talks_on_this_machine_alone(server, open_app, plain_customer):
    app = open_app()
    app.search(plain_customer["customer_id"])
    app.is_about(plain_customer["customer_id"])
    listening = [
        wire.laddr.ip
        for wire in psutil.Process(server.pid).net_connections("inet")
        if wire.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]
    asked = server.asked.read_text(encoding="utf-8").splitlines()
    assert any("socket.bind" in line and str(server.port) in line for line in asked)
    for line in asked:
        assert "127.0.0.1" in line or "'localhost'" in line or "None" in line, line
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("host", "answer"), [("127.0.0.1", b"101"), ("localhost", b"101"), ("evil.example", b"403")]
)
def test_a_foreign_name_for_this_address_is_turned_away(server, host, answer):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        wire.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{server.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://{host}:{server.port}"
            "\r\n\r\n".encode()
        )
        assert wire.recv(200).split(b" ")[1] == answer
