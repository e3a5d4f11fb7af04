"""Tables wherever they lie: the same rows out of every kind of file and place."""

import gzip
import hashlib
import http.server
import sys
import threading
from functools import partial

import duckdb
import pandas as pd
import pytest
from read_cells import EXPECTED, HEADER, ROWS, read

from ltvkit.data import ColumnMap, clean, read_transactions
from ltvkit.data.cleaning.reasons import MALFORMED
from ltvkit.errors import DataError


def text(delimiter: str = ",", *, newline: str = "\n") -> str:
    def cell(value: str) -> str:
        quoted = value.replace('"', '""')
        return f'"{quoted}"' if set(value) & {delimiter, '"'} else value

    return "".join(
        delimiter.join(cell(value) for value in row) + newline for row in (HEADER, *ROWS)
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_delimiter_and_line_end_gives_the_same_rows(tmp_path, delimiter, newline):
    path = tmp_path / "orders.csv"
    path.write_bytes(text(delimiter, newline=newline).encode())
    pd.testing.assert_frame_equal(read(path), EXPECTED)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        *(("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "")),
        *((f"utf-16-{end}", mark) for end in ("le", "be") for mark in ("", "\ufeff")),
    ],
)
def test_every_unicode_encoding_gives_the_same_rows(tmp_path, encoding, mark):
    """With a byte order mark or without, as the bulk copy of SQL Server writes UTF-16."""
    path = tmp_path / "orders.csv"
    path.write_bytes((mark + text()).encode(encoding))
    pd.testing.assert_frame_equal(read(path), EXPECTED)


@pytest.mark.parametrize(
    ("encoding", "header", "value"),
    [
        ("cp1250", "Wartość zamówienia", "Łódź"),
        ("cp1250", "Kupujący", "Zażółć gęślą jaźń"),
        ("cp932", "注文番号", "山田 ﾀﾛｳ"),
        ("cp1252", "Prix payé", "¿Qué? 3 m³ à £5, cœur¹"),
    ],
)
def test_letters_of_before_unicode_are_those_of_their_language(tmp_path, encoding, header, value):
    path = tmp_path / "orders.csv"
    path.write_bytes(f'{header},x\n"{value}",1\n'.encode(encoding))
    found = read(path)
    assert (list(found), found[header].tolist()) == ([header, "x"], [value])


def test_what_is_no_utf_8_is_read_as_windows_1252(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes("customer_id,ordered_at,revenue\nZoé,2024-01-01,€ 5\n".encode("cp1252"))
    log = clean(read_transactions(path))
    assert log.to_pandas()["customer_id"].tolist() == ["Zoé"]
    assert log.summary.revenue == 5


def test_a_compressed_file_reads_like_the_plain_one_and_digests_as_it_came(tmp_path):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(text().encode(), mtime=0))
    pd.testing.assert_frame_equal(read(path), EXPECTED)
    assert read_transactions(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_delimiter_that_excel_wrote_into_the_first_line_is_obeyed(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("sep=;\n" + text(";"))
    pd.testing.assert_frame_equal(read(path), EXPECTED)


def test_a_header_stays_one_where_names_and_amounts_hold_commas(tmp_path):
    path = tmp_path / "orders.csv"
    rows = ["Meier, Ute;01.02.2024;12,50", "Kurz, Jo;15.02.2024;7,90", "Meier, Ute;20.03.2024;9,00"]
    path.write_text("\n".join(["Kunde;Datum;Betrag", *rows]) + "\n")
    found = read(path)
    assert list(found) == ["Kunde", "Datum", "Betrag"]
    assert found["Kunde"].tolist() == ["Meier, Ute", "Kurz, Jo", "Meier, Ute"]
    # A title that parts as its rows do, and not as their header, is a title.
    rows = [f"2024-01-{day:02d}\t{day},50" for day in range(1, 10)]
    path.write_text("\n".join(["Campaigns, all of them", "Day\tCost", *rows]) + "\n")
    assert list(read(path)) == ["Day", "Cost"]


def test_definitions_above_the_header_are_passed_over(tmp_path):
    path = tmp_path / "marketplace.csv"
    titles = [f'"Fees {n}: closing fees, referrals, and ""other"" ones"' for n in range(7)]
    rows = [f'"Jan {day}, 2024","A","{day}.50"' for day in range(1, 20)]
    path.write_text("\n".join([*titles, '"date/time","type","total"', *rows]) + "\n")
    assert list(read(path)) == ["date/time", "type", "total"]


@pytest.mark.parametrize("head", ["\n", "\ufeff\r\n\n", "Orders of all shops\n\n", "\nOrders\n \n"])
def test_blank_lines_above_the_header_are_passed_over(tmp_path, head):
    path = tmp_path / "orders.csv"
    # As marketplaces write them: more blank lines below, and a last line that counts the rows.
    rows = ["a,2024-01-05,5", "", *[f"b,2024-02-{day:02d},6" for day in range(1, 20)]]
    lines = ["customer_id,ordered_at,revenue", "", *rows, "", "20,record(s) downloaded,from,Jan-01"]
    path.write_text(head + "\n".join(lines) + "\n")
    log = clean(read_transactions(path))
    assert (log.summary.orders, log.summary.revenue) == (20, 119.0)
    assert log.summary.reasons == {MALFORMED: 1}


def test_columns_aligned_by_spaces_are_taken_apart(tmp_path):
    path = tmp_path / "orders.txt"
    path.write_text(" customer_id  ordered_at  revenue\n 001  20240105   5.00\n 02   20240106  6\n")
    log = clean(read_transactions(path))
    assert log.to_pandas()["customer_id"].tolist() == ["001", "02"]


def test_names_that_differ_in_case_only_are_different_columns(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("ID,id,ordered_at,revenue,revenue\na,b,2024-01-01,1,2\n")
    source = read_transactions(path)
    assert source.names == ("ID", "id", "ordered_at", "revenue", "revenue_1")
    log = clean(source, columns=ColumnMap(customer_id="id", revenue="revenue_1"))
    assert log.to_pandas()[["customer_id", "revenue"]].to_numpy().tolist() == [["b", 2.0]]


def test_files_of_two_makes_joined_into_one_are_read_whole(tmp_path):
    path = tmp_path / "orders.csv"
    lines = text().splitlines()
    ends = ["\r\n", "\n"] * len(lines)
    path.write_bytes("".join(line + end for line, end in zip(lines, ends, strict=False)).encode())
    pd.testing.assert_frame_equal(read(path), EXPECTED)


def test_line_breaks_inside_quotes_belong_to_the_value(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        'customer_id,ordered_at,revenue,note\na,2024-01-01,1,"two\nlines"\nb,2024-01-02,2,x\n'
    )
    assert read(path)["note"].tolist() == ["two\nlines", "x"]


def test_lines_that_do_not_fit_the_header_are_put_aside_and_the_others_keep_their_number(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer_id,ordered_at,revenue\na,2024-01-01,1\nb,2024-01-02,2,what\n"
        "c,2024-01-03\nd,never,4\ne,2024-01-05,5\n"
    )
    log = clean(read_transactions(path))
    assert (log.summary.rows, log.summary.accepted, log.summary.rejected) == (5, 2, 3)
    assert list(zip(log.rejected["row"], log.rejected["reason"], strict=True)) == [
        (2, "the line cannot be parted into the columns of the header"),
        (3, "the line cannot be parted into the columns of the header"),
        (4, "the date cannot be read"),
    ]
    assert log.rejected["customer_id"].tolist() == ["b,2024-01-02,2,what", "c,2024-01-03", "d"]


def test_a_quote_that_swallows_the_rest_of_the_file_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text('customer_id,ordered_at,revenue\na,2024-01-01,1\n"b,2024-01-02,2\n' * 50)
    with pytest.raises(DataError, match="got a quote in line 3 that is never closed"):
        clean(read_transactions(path))


def test_a_parquet_file_gives_the_same_order_days_as_its_csv(tmp_path):
    frame = EXPECTED.assign(
        ordered_at=pd.to_datetime(EXPECTED["ordered_at"]),
        revenue=EXPECTED["revenue"].astype(float),
    )
    frame.to_parquet(tmp_path / "orders.parquet")
    (tmp_path / "orders.csv").write_text(text())
    left = clean(read_transactions(tmp_path / "orders.parquet")).to_pandas()
    right = clean(read_transactions(tmp_path / "orders.csv")).to_pandas()
    pd.testing.assert_frame_equal(left, right)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_and_a_pattern_read_all_files_in_the_order_of_their_names(tmp_path, kind):
    folder = tmp_path / "orders"
    (folder / "2024").mkdir(parents=True)
    for name, part in (("b", EXPECTED[2:]), ("a", EXPECTED[:2])):
        path = folder / "2024" / f"{name}.{kind}"
        if kind == "csv":
            part[list(reversed(HEADER))].to_csv(path, index=False)
        else:
            part.to_parquet(path)
    (folder / ".hidden.csv").write_text("x\n1\n")
    for location in (folder, folder / "2024" / f"*.{kind}"):
        pd.testing.assert_frame_equal(read(location)[list(HEADER)], EXPECTED)


def test_files_with_other_columns_are_not_mixed(tmp_path):
    (tmp_path / "a.csv").write_text("customer_id,ordered_at,revenue\na,2024-01-01,1\n")
    (tmp_path / "b.csv").write_text("customer_id,ordered_at,amount\na,2024-01-01,1\n")
    with pytest.raises(DataError, match=r"b\.csv: got other columns than a\.csv \('amount', 'rev"):
        read_transactions(tmp_path)


def test_a_name_with_brackets_is_no_pattern(tmp_path):
    path = tmp_path / "orders [2024].csv"
    path.write_text(text())
    pd.testing.assert_frame_equal(read(path), EXPECTED)


@pytest.fixture
def served(tmp_path):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.server
def test_a_url_is_fetched_whole(served, tmp_path):
    (tmp_path / "orders.csv").write_text(text())
    EXPECTED.to_parquet(tmp_path / "orders.parquet")
    pd.testing.assert_frame_equal(read(f"{served}/orders.csv"), EXPECTED)
    pd.testing.assert_frame_equal(read(f"{served}/orders.parquet?version=2"), EXPECTED)


@pytest.mark.server
def test_a_url_without_a_table_behind_it_is_the_users_mistake(served):
    with pytest.raises(DataError, match="404"):
        read_transactions(f"{served}/none.csv")


@pytest.mark.server
def test_a_download_that_breaks_off_is_no_table(served, tmp_path, monkeypatch):
    (tmp_path / "orders.csv").write_text(text())
    whole = http.server.SimpleHTTPRequestHandler.send_header

    def promising(handler, name, value):
        more = 100 if name == "Content-Length" else 0
        whole(handler, name, str(int(value) + more) if more else value)

    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "send_header", promising)
    with pytest.raises(DataError, match=r"got \d+ of \d+ bytes from http://127"):
        read_transactions(f"{served}/orders.csv")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "got an empty file"),
        ("blank.csv", b"\n\n", "got an empty file"),
        ("unnamed.csv", b",,\n,,\n", "got an empty first line"),
        ("numbers.csv", b"1,2,3\n4,5,6\n", "got a first line without words"),
        ("dates.csv", b"a7,2024-10-19,6\nb8,2024-10-20,5\n", "got a first line of values"),
        ("amounts.csv", b"a7;19.10.2024;6066,78\nb8;20.10.2024;5\n", "got a first line of values"),
        ("sheet.xlsx", b"PK\x03\x04rest", "expected a whole Excel workbook"),
        (
            "orders.xls",
            b"\xef\xbb\xbf\n<table><tr><td>1</td></tr></table>",
            "JSON, XML or a web page",
        ),
        ("orders.json", b'[\n {"customer": 1}]', "JSON, XML or a web page"),
        ("broken.parquet", b"PAR1rest", "expected a table that can be read"),
        (
            "half.csv.gz",
            gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:40],
            "expected a whole gzip file",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "no names",
        "no header",
        "no header but dates",
        "no header but amounts",
        "spreadsheet",
        "web page",
        "json",
        "broken parquet",
        "half a gzip",
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_transactions(path)


def test_a_path_that_is_not_there_shows_what_is(tmp_path):
    (tmp_path / "orders.csv").write_text(text())
    with pytest.raises(DataError, match=r"got no file .*order\.csv.*there: 'orders\.csv'"):
        read_transactions(tmp_path / "order.csv")


def test_a_folder_without_a_table_is_refused(tmp_path):
    (tmp_path / "notes.md").write_text("orders come later")
    with pytest.raises(DataError, match="without a csv, parquet or xlsx file"):
        read_transactions(tmp_path)


def test_a_table_that_breaks_off_is_refused_when_it_is_read(tmp_path):
    path = tmp_path / "orders.parquet"
    pd.concat([EXPECTED] * 5_000).to_parquet(path, compression="zstd")
    whole = path.read_bytes()
    path.write_bytes(whole[:500] + bytes(500) + whole[1000:])
    with pytest.raises(DataError, match="expected a table that can be read to its end"):
        clean(read_transactions(path), columns=ColumnMap())


def test_packages_that_are_not_there_are_named_with_how_to_get_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DataError, match=r"pip install 'ltvkit\[postgres\]'"):
        read_transactions("postgresql://db.example.org/shop?table=orders")
    monkeypatch.setattr("ltvkit.data.samples.find_spec", lambda _: None)
    with pytest.raises(DataError, match="pip install lifetimes"):
        read_transactions("sample:cdnow")


def test_the_digest_is_of_the_bytes_as_they_came(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(text().encode("utf-16"))
    assert read_transactions(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (
        read_transactions("sample:cdnow").sha256
        == read_transactions("sample:cdnow").sha256
        != read_transactions("sample:cdnow_sample").sha256
    )


def test_the_sample_is_one_in_ten_of_the_whole():
    whole = read("sample:cdnow").groupby("customer_id")["dollar_value"].agg(list)
    sample = read("sample:cdnow_sample").groupby("customer_id")["dollar_value"].agg(list)
    assert len(sample) == 2357
    assert whole.loc[sample.index].tolist() == sample.tolist()


def test_columns_of_odd_types_and_names_beside_the_mapped_ones_do_no_harm(tmp_path):
    path = tmp_path / "orders.parquet"
    duckdb.execute(
        "COPY (SELECT 'a'::ENUM('a', 'b') AS customer_id, TIMESTAMP_NS '2024-01-01 10:00:00.1' AS "
        "ordered_at, 1.5::DECIMAL(9, 2) AS revenue, [1] AS list, {'a': 1} AS struct, "
        'INTERVAL 1 DAY AS gap, \'x\' AS "we""ird \' name;", 1 AS row, 2 AS place, 3 AS reason) '
        f"TO '{path}'"
    )
    names = ["we\"ird ' name;", "row", "place", "reason", "list"]
    log = clean(read_transactions(path), columns=ColumnMap(attributes=names))
    days = log.to_pandas()
    assert days[["customer_id", "revenue", *names]].to_numpy().tolist() == [
        ["a", 1.5, "x", 1, 2, 3, "[1]"]
    ]


def test_copies_that_a_notebook_or_a_program_keeps_are_not_read_again(tmp_path):
    for place in (".", ".ipynb_checkpoints", "_temporary/0", "2024"):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "orders.csv").write_text(text())
    assert clean(read_transactions(tmp_path)).summary.rows == 2 * len(ROWS)


def test_a_file_address_is_read_whether_its_signs_are_coded_or_not(tmp_path):
    for name in ("my orders.csv", "100%25.csv", "a#b?.csv"):
        path = tmp_path / name
        path.write_text(text())
        for location in (f"file://{path}", path.as_uri()):
            assert clean(read_transactions(location)).summary.rows == len(ROWS)
