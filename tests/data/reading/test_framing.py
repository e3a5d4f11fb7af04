"""What stands around the rows of an export, and in its header, that is no data."""

import csv

import pandas as pd
import pytest
from guessed_shop import shop

from ltvkit.data import ColumnMap, clean, guess_columns, read_transactions
from ltvkit.errors import DataError

COLUMNS = ColumnMap(
    customer_id="client", ordered_at="date", revenue="amount", order_id="order", attributes=["note"]
)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
def test_french_spaces_are_plain_in_names_and_read_in_amounts_and_values(tmp_path, space):
    path = tmp_path / "commandes.csv"
    log = shop(customer="client", date="date", amount="montant")
    log["montant"] *= 100
    amounts = [f"{amount:,.2f} €" for amount in log["montant"]]
    log["montant"] = [text.translate({44: space, 46: ",", 32: space}) for text in amounts]
    log["statut"] = [f"En attente{space}: virement", *["Payée"] * (len(log) - 1)]
    log.columns = [f"N°{space}client", f"Date{space}:", f"Montant{space}:", "Statut"]
    log.to_csv(path, index=False, sep=";")
    guess = guess_columns(path)
    assert guess.columns.customer_id == "N° client"
    assert (guess.columns.ordered_at, guess.columns.revenue) == ("Date :", "Montant :")
    # Names and values may be typed as they look, or copied out of the file.
    copied = ColumnMap(
        customer_id=f"N°{space}client", ordered_at=f"Date{space}:", revenue=f"Montant{space}:"
    )
    for columns, value in (
        (guess.columns, "en attente : virement"),
        (copied, f"En attente{space}: virement"),
    ):
        summary = clean(
            read_transactions(path), columns=columns, leave_out={"Statut": [value]}
        ).summary
        assert dict(summary.reasons) == {"data.leave_out says that it is no sale": 1}
        expected = sum(float(text[:-2].replace(",", "")) for text in amounts[1:])
        assert summary.revenue == pytest.approx(expected)


def test_french_spaces_are_plain_in_names_whatever_holds_the_table(tmp_path):
    names = {"customer": "Client\u00a0:", "date": "Date\u00a0:", "amount": "Montant\u00a0:"}
    log = shop(**names)
    log.to_parquet(tmp_path / "commandes.parquet", index=False)
    log.to_excel(tmp_path / "commandes.xlsx", index=False, engine="xlsxwriter")
    for name in ("commandes.parquet", "commandes.xlsx"):
        assert read_transactions(tmp_path / name).names == ("Client :", "Date :", "Montant :")


def test_an_orders_report_of_ebay_counts_each_order_once_and_its_frame_as_no_order(tmp_path):
    """A line of commas, a row of blanks, rows of articles below the order's, and two footers."""
    path = tmp_path / "ebay.csv"
    orders = shop(customer="Buyer Username", date="Sale Date", amount="Total Price")
    orders["Total Price"] *= 90
    rows = ['"","","","","",""']
    for number, order in orders.iterrows():
        known = f'"{number}","{order["Buyer Username"]}"', f'"{order["Sale Date"]:%b-%d-%y}"'
        total = f"US ${order['Total Price']:,.2f}"
        rows.append(f'{known[0]},"","{total}","{total}",{known[1]}')
        if number % 3 == 0:
            line = f'{known[0]},"2200{number}","US ${order["Total Price"] / 2:,.2f}","",{known[1]}'
            rows += [line, line]
    header = '"Order Number","Buyer Username","Item Number","Sold For","Total Price","Sale Date"'
    footers = ["", f"{len(orders)},record(s) downloaded,", "Seller ID : a-seller"]
    path.write_text("\n".join([",,,,,", header, *rows, *footers]) + "\n")
    guess = guess_columns(path)
    assert guess.columns == ColumnMap(
        customer_id="Buyer Username",
        ordered_at="Sale Date",
        revenue="Total Price",
        order_id="Order Number",
    )
    summary = clean(read_transactions(path), columns=guess.columns).summary
    assert (summary.orders, summary.rejected) == (len(orders), 3)
    assert dict(summary.reasons) == {
        "the line cannot be parted into the columns of the header": 2,
        "customer, date and amount are missing": 1,
    }
    assert summary.revenue == pytest.approx(orders["Total Price"].sum(), abs=0.005 * len(orders))


def test_tabs_behind_values_are_no_part_of_them(tmp_path):
    """As behind the times of TikTok, which spreadsheets are to take for texts."""
    path = tmp_path / "orders.csv"
    log = shop(customer="Buyer Username", date="Created Time", amount="Order Amount")
    written = log["Created Time"].dt.strftime("%m/%d/%Y %I:%M:%S %p\t")
    log.assign(**{"Created Time": written}).to_csv(path, index=False)
    guess = guess_columns(path)
    assert guess.columns.ordered_at == "Created Time"
    assert clean(read_transactions(path), columns=guess.columns).summary.rejected == 0


def test_the_same_footer_in_each_file_of_a_folder_is_a_row_put_aside_in_each(tmp_path):
    """An export in pages of as many rows each: rows in are rows used and rows put aside."""
    header, footer = "customer_id,ordered_at,revenue\n", "--- end of page ---\n"
    pages = [
        header + "a,2024-01-01,1\n[b],2024-01-02,2\n" + footer,
        header + "c,2024-01-03,3\nd,2024-01-04,4\n" + footer,
        "Orders\nof January\n" + header + "e,2024-01-05,5\n" * 20 + "f,,6,what\ng,never,7\n",
    ]
    for number, page in enumerate(pages):
        (tmp_path / f"page [{number}].csv").write_text(page)
    log = clean(read_transactions(tmp_path))
    assert (log.summary.rows, log.summary.accepted, log.summary.rejected) == (28, 24, 4)
    assert log.rejected["row"].tolist() == [3, 6, 27, 28]
    assert log.rejected["customer_id"].tolist() == [
        "--- end of page ---",
        "--- end of page ---",
        "f,,6,what",
        "g",
    ]


def texts_of(path):
    """The cells of a table, row by row."""
    source = read_transactions(path)
    rows = source.workspace.rows(f"SELECT * FROM {source.relation}")
    return [cell for row in rows for cell in row]


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_letter_that_was_cut_in_the_middle_does_not_break_all_others(tmp_path, end):
    """As a database cuts texts at so many bytes; ids have to be those of the other tables."""
    path = tmp_path / "orders.csv"
    rows = "".join(f"Zoé {number},x\n" for number in range(30))
    path.write_bytes(f"id,note\n{rows}".encode() + b"last,caf" + b"\xc3" + end.encode())
    found = texts_of(path)[0::2]
    assert found[:30] == [f"Zoé {number}" for number in range(30)]
    path.write_bytes("id,note\n1,Zo\xe9".encode("cp1252"))
    assert texts_of(path) == ["1", "Zo\xe9"]


def test_a_quote_in_the_header_that_is_never_closed_is_refused_however_long_the_file(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text('customer_id,"ordered_at,revenue\n' + "a,2024-01-01,1\n" * 20_000)
    with pytest.raises(
        DataError, match=r"got a quote in the first line of orders\.csv that is nev"
    ):
        read_transactions(path)


@pytest.mark.parametrize(("outer", "inner"), [(";", ","), (",", ","), (",", ";"), ("\t", ",")])
def test_a_table_that_a_spreadsheet_saved_in_one_column_is_what_it_was(tmp_path, outer, inner):
    """As Excel does with a comma file where its own delimiter is another one."""
    log = shop(customer="client", date="date", amount="amount", order="order")
    log["note"] = ['says "yes, please"', "one line\nand another", "", "plain"] * 100
    log.to_csv(tmp_path / "before.csv", index=False, sep=inner)
    lines = (tmp_path / "before.csv").read_text().splitlines()
    cells = pd.DataFrame({"a": lines, "b": ""})
    cells.to_csv(tmp_path / "after.csv", index=False, header=False, sep=outer)
    found, before = (
        clean(read_transactions(tmp_path / name), columns=COLUMNS).summary
        for name in ("after.csv", "before.csv")
    )
    assert found.accepted == before.accepted == found.rows == len(log)
    assert found.revenue == before.revenue
    assert read_transactions(tmp_path / "after.csv").names == tuple(log.columns)


def test_a_table_whose_values_are_all_quoted_is_read_as_it_stands(tmp_path):
    log = shop(customer="client", date="date", amount="amount", order="order")
    log["note"] = ['12" pipe, long', "so; what"] * 200
    log.to_csv(tmp_path / "orders.csv", index=False, quoting=csv.QUOTE_ALL)
    source = read_transactions(tmp_path / "orders.csv")
    found = source.workspace.rows(f"SELECT {source.columns[-1].sql} FROM {source.relation}")
    assert [note for (note,) in found] == log["note"].tolist()


def test_a_quote_that_is_never_closed_in_a_table_of_one_column_is_told(tmp_path):
    row = '"7,2023-01-02,""9.5"""\n'
    (tmp_path / "orders.csv").write_text(
        "client,date,amount\n" + row * 300 + '"8,2023-01-03\n' + row.replace('"', "") * 9000
    )
    with pytest.raises(DataError, match=r"got a quote in orders\.csv that is never closed"):
        read_transactions(tmp_path / "orders.csv")


def test_dates_for_names_above_other_values_are_a_header(tmp_path):
    (tmp_path / "wide.csv").write_text("client,2023-01-01,2023-02-01\na,1.5,2.5\nb,0.5,1.5\n")
    assert read_transactions(tmp_path / "wide.csv").names == ("client", "2023-01-01", "2023-02-01")
