"""Workbooks: the same order days and the same rows put aside as of the log in csv or parquet."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from ltvkit.data import (
    ColumnMap,
    clean,
    guess_columns,
    read_costs,
    read_customers,
    read_leads,
    read_touches,
    read_transactions,
)
from ltvkit.errors import DataError

HEADER = ("customer_id", "ordered_at", "revenue")
moment = datetime.fromisoformat


def write(path: Path, *rows, first: tuple[int, int] = (0, 0), **sheets) -> Path:
    """A workbook with a sheet of rows, or with sheets by their names; None is an empty cell."""
    with xlsxwriter.Workbook(
        path, {"default_date_format": "dd/mm/yyyy hh:mm", "strings_to_formulas": False}
    ) as workbook:
        for name, lines in (sheets or {"Orders": rows}).items():
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(lines, start=first[0]):
                sheet.write_row(number, first[1], line)
    return path


def types(path: Path) -> dict[str, str]:
    return {column.name: column.type for column in read_transactions(path).columns}


def cells(path: Path) -> list[tuple]:
    source = read_transactions(path)
    listed = ", ".join(column.sql for column in source.columns)
    return source.workspace.rows(f"SELECT {listed} FROM {source.relation}")


def log() -> pd.DataFrame:
    """Orders of a year with all that is put aside; ids are numbers, and numbers with letters."""
    days = pd.date_range("2023-01-01 08:26", periods=400, freq="21h")
    frame = pd.DataFrame(
        {
            "Invoice": [f"C{n}" if n % 40 == 0 else f"{n}" for n in range(536000, 536400)],
            "Customer": [float(12000 + n * n % 83) for n in range(400)],
            "Date": days,
            "Price": [round(0.07 * (n % 300) - 0.5 * (n % 40 == 0), 2) for n in range(400)],
            "Quantity": [n % 7 + 1 for n in range(400)],
            "Postcode": [f"{n % 90:05d}" for n in range(400)],
        }
    )
    frame.loc[::17, "Customer"] = None
    frame.loc[3, "Date"] = pd.Timestamp("2199-12-31") + pd.Timedelta("3650D")
    frame.loc[5::31, "Date"] = None
    frame.loc[7::29, "Price"] = None
    return frame


COLUMNS = ColumnMap(
    customer_id="Customer",
    ordered_at="Date",
    revenue="Price * Quantity",
    order_id="Invoice",
    attributes=("Postcode", "Quantity"),
)


def test_a_log_is_cleaned_alike_as_csv_parquet_and_xlsx(tmp_path):
    frame = log()
    frame.to_csv(tmp_path / "log.csv", index=False)
    frame.to_parquet(tmp_path / "log.parquet")
    numbers = frame["Invoice"].map(lambda text: int(text) if text.isdigit() else text)
    frame.assign(Invoice=numbers).to_excel(tmp_path / "log.xlsx", index=False)
    csv, parquet, xlsx = (
        clean(read_transactions(tmp_path / f"log.{kind}"), columns=COLUMNS)
        for kind in ("csv", "parquet", "xlsx")
    )
    assert len(xlsx.rejected) > 40
    for other in (csv, parquet):
        pd.testing.assert_frame_equal(xlsx.to_pandas(), other.to_pandas())
        assert xlsx.summary == other.summary
        for name in ("row", "reason", "Invoice", "Postcode", "Quantity"):
            assert xlsx.rejected[name].equals(other.rejected[name])


def test_a_column_has_the_type_of_its_cells(tmp_path):
    late, noon = moment("2024-02-29 23:59:58"), moment("1999-12-31 12:00")
    path = write(
        tmp_path / "types.xlsx",
        ("whole", "number", "day", "time", "yes", "text", "padded", "both", "none"),
        (536365, 2.5, date(2024, 2, 29), late, True, "a", "007", 7),
        (-3, 4, date(2024, 3, 1), date(2024, 3, 1), False, " ", "7", "C7"),
        (None,) * 9,
        (2**53, 0.1, None, noon, None, "=A1", "0", 7.5),
    )
    assert list(types(path).values()) == [
        *("BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN"),
        *("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"),
    ]
    assert cells(path) == [
        (536365, 2.5, date(2024, 2, 29), late, True, "a", "007", "7", None),
        (-3, 4.0, date(2024, 3, 1), moment("2024-03-01"), False, " ", "7", "C7", None),
        (2**53, 0.1, None, noon, None, "=A1", "0", "7.5", None),
    ]


@pytest.mark.parametrize("date_1904", [False, True])
def test_dates_count_from_1900_or_from_1904_as_the_workbook_says(tmp_path, date_1904):
    path = tmp_path / "dates.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        shown = workbook.add_format({"num_format": "[$-409]d-mmm-yy;@"})
        for row, day in enumerate((date(1904, 2, 29), date(2000, 2, 29), date(2024, 12, 31)), 1):
            sheet.write_row(row, 0, ["a", None, 1])
            sheet.write_datetime(row, 1, day, shown)
    assert [row[1] for row in cells(path)] == [
        *(date(1904, 2, 29), date(2000, 2, 29), date(2024, 12, 31))
    ]


def test_date_cells_and_dates_written_as_text_stand_in_one_column(tmp_path):
    path = write(
        tmp_path / "mixed.xlsx",
        HEADER,
        ("a", moment("2024-01-31 10:30"), 1),
        ("b", "14/02/2024", 2),
        ("c", "2024-03-05 09:00", 3),
        ("d", "soon", 4),
        ("e", time(10, 30), 5),
    )
    cleaned = clean(read_transactions(path))
    assert cleaned.to_pandas()["ordered_on"].dt.strftime("%Y-%m-%d").tolist() == [
        *("2024-01-31", "2024-02-14", "2024-03-05")
    ]
    assert cleaned.summary.reasons == {"the date cannot be read": 2}


def test_cells_with_an_error_are_empty_and_told(tmp_path):
    path = tmp_path / "errors.xlsx"
    book = openpyxl.Workbook()
    for row in (
        HEADER,
        *(("a", date(2024, 1, day), 5) for day in range(1, 10)),
        ("#N/A", date(2024, 1, 5), 5),
        ("a", "#REF!", 5),
        ("a", date(2024, 1, 5), "#DIV/0!"),
    ):
        book.active.append(row)
    book.save(path)
    cleaned = clean(read_transactions(path))
    assert cleaned.rejected["reason"].tolist() == [
        *("the customer id is missing", "the date is missing", "the amount is missing")
    ]
    assert cleaned.readings["transactions"] == (
        "a workbook, 3 cells with an error such as #N/A as empty"
    )
    assert cleaned.readings["ordered_at"] == "dates"
    noted = read_customers(write_errors(tmp_path / "customers.xlsx")).notes
    assert noted == (
        "customers was read as a workbook, 1 cell with an error such as #N/A as empty",
    )


def write_errors(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["customer_id", "channel"])
    book.active.append(["a", "#N/A"])
    book.save(path)
    return path


def test_ids_too_long_for_a_cell_are_found_out_as_rounded(tmp_path):
    rows = [(79024681357902468 + 64 * n, date(2024, 1, 1 + n % 28), 5) for n in range(200)]
    path = write(tmp_path / "orders.xlsx", HEADER, *rows)
    found = clean(read_transactions(path)).to_pandas()["customer_id"]
    assert found.nunique() == 200
    assert any("a spreadsheet rounded the ids" in doubt for doubt in guess_columns(path).doubts)


@pytest.mark.parametrize("first", [(0, 0), (3, 2)])
@pytest.mark.parametrize("title", [(), (("Orders of 2024",), (), (None, None, "by week"))])
def test_titles_and_blank_cells_around_a_table_are_passed_over(tmp_path, first, title):
    rows = [("a", date(2024, 1, 5), None, 5), (), ("b", None, None, None), ("c", "x", "y", 7)]
    header = ("customer_id", "ordered_at", None, "revenue")
    path = write(tmp_path / "orders.xlsx", *title, header, *rows, first=first)
    source = read_transactions(path)
    assert source.names == ("customer_id", "ordered_at", "column_3", "revenue")
    assert source.workspace.row(f"SELECT count(*) FROM {source.relation}") == (3,)
    nothing = [tuple(cell for place, cell in enumerate(row) if place != 2) for row in rows]
    write(path, *title, ("customer_id", "ordered_at", "revenue"), *nothing, first=first)
    assert read_transactions(path).names == HEADER


def test_sheets_with_the_same_columns_are_one_table(tmp_path):
    path = write(
        tmp_path / "orders.xlsx",
        **{
            "2009": [HEADER, ("a", date(2009, 12, 31), 5), (12, date(2009, 12, 31), 6)],
            "2010": [reversed(HEADER), (7.5, date(2010, 1, 4), 12)],
            "Notes": [["Ask Ann"], ["before May"]],
            "Chart": [],
        },
    )
    cleaned = clean(read_transactions(path))
    assert cleaned.to_pandas()["customer_id"].tolist() == ["12", "12", "a"]
    assert cleaned.summary.revenue == 18.5
    assert cleaned.readings["transactions"] == ("a workbook, its sheets '2009', '2010' together")


def test_sheets_with_different_columns_are_named(tmp_path):
    orders, other = [HEADER, ("a", date(2024, 1, 5), 5)], [("region", "sum"), ("north", 5)]
    path = write(tmp_path / "orders.xlsx", Orders=orders, Pivot=other)
    words = (
        "got the sheets 'Orders' and 'Pivot' with different columns .* save the sheet with the "
        "table as a file of its own"
    )
    with pytest.raises(DataError, match=words):
        read_transactions(path)
    book = openpyxl.load_workbook(path)
    book["Pivot"].sheet_state = "hidden"
    book.save(path)
    assert clean(read_transactions(path)).summary.rows == 1


def test_a_folder_of_workbooks_is_read_in_the_order_of_their_names(tmp_path):
    write(tmp_path / "b.xlsx", HEADER, ("b", date(2024, 1, 6), 6))
    write(tmp_path / "a.xlsx", HEADER, ("007", date(2024, 1, 5), 5))
    (tmp_path / "~$a.xlsx").write_bytes(b"\x03Ann")
    for location in (tmp_path, tmp_path / "*.xlsx"):
        assert [row[0] for row in cells(location)] == ["007", "b"]
    write(tmp_path / "c.xlsx", ("customer", "day"), ("b", date(2024, 1, 6)))
    with pytest.raises(DataError, match=r"c\.xlsx: got other columns than a\.xlsx"):
        read_transactions(tmp_path)
    (tmp_path / "d.csv").write_text("customer_id,ordered_at,revenue\n")
    with pytest.raises(DataError, match="got csv and xlsx files together"):
        read_transactions(tmp_path)


def test_what_a_file_holds_counts_and_not_what_it_is_called(tmp_path):
    write(tmp_path / "sheet.xlsx", HEADER, ("a", date(2024, 1, 5), 5)).rename(tmp_path / "1.csv")
    (tmp_path / "2.xlsx").write_text("customer_id,ordered_at,revenue\na,2024-01-05,5\n")
    one, two = (clean(read_transactions(tmp_path / name)) for name in ("1.csv", "2.xlsx"))
    pd.testing.assert_frame_equal(one.to_pandas(), two.to_pandas())


def test_a_file_that_is_no_whole_workbook_is_refused_with_what_to_do(tmp_path):
    whole = write(tmp_path / "whole.xlsx", HEADER, ("a", date(2024, 1, 5), 5)).read_bytes()
    old = b"\xd0\xcf\x11\xe0" + bytes(600)
    spoiled = {
        "half.xlsx": (whole[: len(whole) // 2], "got half.xlsx, expected a whole Excel workbook"),
        "orders.xls": (old, "a spreadsheet of the old kind"),
        "locked.xlsx": (old + "EncryptedPackage".encode("utf-16-le"), "without its password"),
    }
    for name, (content, words) in spoiled.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=words):
            read_transactions(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "orders.ods", "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(DataError, match=r"got orders\.ods, .* save the sheet as xlsx"):
        read_transactions(tmp_path / "orders.ods")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as parts,
        zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut,
    ):
        for name in parts.namelist():
            text = parts.read(name)
            cut.writestr(name, text[: len(text) // 2] if "sheet1" in name else text)
    with pytest.raises(DataError, match=r"got cut\.xlsx, expected a whole Excel workbook"):
        read_transactions(tmp_path / "cut.xlsx")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "got no table in orders.xlsx"),
        ([HEADER], "got no table in orders.xlsx"),
        ([["a,b,c"], ["1,2,3"], ["4,5,6"]], "a column for each value"),
        ([(1, 2), (3, 4)], "got a first line without words"),
        (
            [("From", "2024-01-01"), (*HEADER, "a", "b"), ("a", date(2024, 1, 5), 5, 6, 7)],
            "got names for 2 of 5 columns of sheet 'Orders' ('From', '2024-01-01')",
        ),
    ],
    ids=["nothing", "a header", "one column", "numbers", "a title of two cells"],
)
def test_a_sheet_without_a_table_is_refused(tmp_path, rows, words):
    path = write(tmp_path / "orders.xlsx", *rows)
    with pytest.raises(DataError) as caught:
        read_transactions(path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("read", "frame"),
    [
        (
            read_costs,
            pd.DataFrame(
                {
                    "period": [date(2024, 1, 1), date(2024, 2, 1), "Total"],
                    "channel": ["Google", "Meta", None],
                    "amount": [1200.5, 963, 2163.5],
                    "clicks": [10, 20, 30],
                }
            ),
        ),
        (
            read_customers,
            pd.DataFrame(
                {
                    "customer_id": ["007", "8"],
                    "phone": [48123456789, 48123456780],
                    "first_order_at": [date(2024, 1, 1), None],
                    "contact_ok": [True, False],
                    "age": [31, 44],
                }
            ),
        ),
        (
            read_leads,
            pd.DataFrame({"lead_id": [1, 2], "became_customer": [True, None], "size": [1.5, 2]}),
        ),
        (
            read_touches,
            pd.DataFrame(
                {"customer_id": [7], "channel": ["x"], "touched_at": [moment("2024-01-01 09:30")]}
            ),
        ),
    ],
)
def test_the_tables_beside_a_log_are_read_alike(tmp_path, read, frame):
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_excel(tmp_path / "table.xlsx", index=False)
    csv, xlsx = (read(tmp_path / f"table.{kind}") for kind in ("csv", "xlsx"))
    pd.testing.assert_frame_equal(xlsx.frame, csv.frame)
    assert xlsx.notes == csv.notes
