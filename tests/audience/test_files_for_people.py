"""Files for people and for machines, read back: nothing is lost, nothing runs."""

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience_cases import HOSTILE_IDS, listed, simulated_base
from ltvkit.audience.delimited import write_machine_csv, write_people_csv
from ltvkit.audience.deliver import write_audience
from ltvkit.audience.dictionary import SHORT_VIEW, data_dictionary
from ltvkit.audience.lists import LIST_NAMES
from ltvkit.audience.spreadsheets import write_workbook
from ltvkit.files import guard_text

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
DICTIONARY = data_dictionary(currency="EUR", horizon_days=365)


def scored(customers: int = 120) -> pd.DataFrame:
    predictions, history, people = simulated_base(customers)
    return listed(predictions, history, customers=people)


def read_back(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8), st.tuples(texts, texts))
def test_machine_csv_gives_every_text_back_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], names: tuple[str, str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "machine.csv"
    write_machine_csv(pd.DataFrame(rows, columns=list(names), dtype="str"), path)
    assert read_back(path) == [list(names), *map(list, rows)]


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8), st.sampled_from([None, "pl"]))
def test_people_csv_gives_every_text_back_and_no_cell_can_run(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], locale: str | None
) -> None:
    path = tmp_path_factory.mktemp("csv") / "people.csv"
    write_people_csv(
        pd.DataFrame(rows, columns=["a", "b"], dtype="str"),
        path,
        excel_locale=locale,  # type: ignore[arg-type]
    )
    back = read_back(path, ";" if locale else ",", "utf-8-sig")[1:]
    assert back == [[guard_text(a), guard_text(b)] for a, b in rows]
    assert not any(cell.startswith(FORMULA_STARTS) for row in back for cell in row)


def test_the_two_families_differ_where_they_must(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "text": ["+48501", "plain, with comma", 'say "hi"'],
            "amount": [-1234.5, 0.1, np.nan],
            "day": pd.to_datetime(["2024-01-31", None, "2024-02-01"]),
            "yes": pd.array([True, None, False], dtype="boolean"),
            "count": pd.array([1, None, 3], dtype="Int64"),
        }
    )
    write_machine_csv(frame, tmp_path / "m.csv")
    write_people_csv(frame, tmp_path / "p.csv")
    write_people_csv(frame, tmp_path / "pl.csv", excel_locale="pl")
    assert (tmp_path / "m.csv").read_bytes().decode() == (
        "text,amount,day,yes,count\n"
        "+48501,-1234.5,2024-01-31,true,1\n"
        '"plain, with comma",0.1,,,\n'
        '"say ""hi""",,2024-02-01,false,3\n'
    )
    assert "'+48501,-1234.5," in (tmp_path / "p.csv").read_text()
    polish = (tmp_path / "pl.csv").read_bytes()
    assert polish.startswith(b"\xef\xbb\xbftext;amount;day;yes;count\n'+48501;-1234,5;2024-01-31;")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_come_back_exactly_and_without_powers_of_ten(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "numbers.csv"
    write_machine_csv(pd.DataFrame({"x": numbers, "y": 1}), path)
    cells = [row[0] for row in read_back(path)[1:]]
    assert [float(cell) for cell in cells] == numbers
    assert not any("e" in cell for cell in cells)


def test_columns_put_together_from_pieces_are_written_whole(tmp_path: Path) -> None:
    pieces = pd.concat([pd.DataFrame({"id": [name], "x": 1.5}) for name in ("a", "b,", "c")])
    write_machine_csv(pieces, tmp_path / "pieces.csv")
    assert (tmp_path / "pieces.csv").read_text() == 'id,x\na,1.5\n"b,",1.5\nc,1.5\n'


def test_a_file_of_many_blocks_is_whole(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [str(i) for i in range(250_001)], "x": np.arange(250_001) / 4})
    write_machine_csv(frame, tmp_path / "big.csv")
    back = pd.read_csv(tmp_path / "big.csv", dtype={"id": "str"})
    pd.testing.assert_frame_equal(back, frame)


def test_hostile_customers_come_through_every_file_unharmed_and_harmless(tmp_path: Path) -> None:
    frame = scored()
    summary = write_audience(frame, tmp_path, dictionary=DICTIONARY)
    parquet = pd.read_parquet(tmp_path / "customers_scored.parquet")
    pd.testing.assert_frame_equal(parquet.astype(frame.dtypes.to_dict()), frame)
    cells = read_back(tmp_path / "customers_scored.csv")
    assert cells[0] == list(frame.columns)
    ids = [row[0] for row in cells[1:]]
    assert ids == [guard_text(name) for name in frame["customer_id"]]
    assert not any(name.startswith(FORMULA_STARTS) for name in ids)
    assert {name.removeprefix("'") for name in ids} >= set(HOSTILE_IDS)
    workbook = openpyxl.load_workbook(tmp_path / "customers_scored.xlsx")
    column = next(workbook["All columns"].iter_cols(min_row=2, max_col=1))
    assert [cell.value for cell in column] == frame["customer_id"].tolist()
    assert {cell.data_type for cell in column} <= {"s", "inlineStr"}
    assert all(cell.quotePrefix for cell in column)
    listed = [row[0] for file in summary["file"] for row in read_back(tmp_path / file)[1:]]
    assert sorted(listed) == sorted(ids)


def test_each_list_has_its_file_in_order_of_priority(tmp_path: Path) -> None:
    frame = scored()
    summary = write_audience(frame, tmp_path, dictionary=DICTIONARY)
    assert summary["file"].tolist() == [f"lists/{name}.csv" for name in LIST_NAMES]
    for name, file, count in zip(summary["name"], summary["file"], summary["count"], strict=True):
        table = pd.read_csv(tmp_path / file, dtype={"customer_id": "str"})
        assert len(table) == count == (frame["list"] == name).sum()
        assert table["priority"].tolist() == list(range(1, count + 1))
        assert list(table.columns) == [*SHORT_VIEW, "contact_ok", "contacts_last_30d"]


def test_the_workbook_is_typed_frozen_filtered_and_explains_itself(tmp_path: Path) -> None:
    frame = scored(60)
    written = write_workbook(frame, tmp_path / "w.xlsx", dictionary=DICTIONARY)
    assert written == 60
    workbook = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert workbook.sheetnames == ["Short view", "All columns", "Columns explained"]
    short, everything, explained = workbook.worksheets
    assert "60 customers, scored on 2024-06-30" in short["A1"].value
    assert [cell.value for cell in short[2]] == list(SHORT_VIEW)
    assert short.freeze_panes == "B3"
    assert everything.freeze_panes == "B2"
    assert everything.auto_filter.ref == "A1:AX61"
    assert [cell.value for cell in everything[1]] == list(frame.columns)
    first = dict(zip(frame.columns, everything[2], strict=True))
    assert first["predicted_value"].data_type == "n"
    assert first["predicted_value"].value == frame["predicted_value"].iloc[0]
    assert first["last_order"].is_date
    assert first["last_order"].value == frame["last_order"].iloc[0]
    assert first["holdout"].data_type == "b"
    assert explained.max_row == len(DICTIONARY) + 1
    assert next(cell.value for cell in explained[2]) == "customer_id"


def test_a_capped_workbook_keeps_lists_that_ask_for_action_whole_and_says_who_is_left_out(
    tmp_path: Path,
) -> None:
    frame = scored(200)
    sizes = frame["list"].value_counts()
    room = int(sizes["protect_now"] + sizes["win_back"] + sizes["second_order"]) + 3
    write_workbook(frame, tmp_path / "w.xlsx", dictionary=DICTIONARY, max_rows=room)
    short = openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets[0]
    assert f"holds the first {room} of them" in short["A1"].value
    assert f"{sizes['high_potential'] - 3} of high_potential" in short["A1"].value
    assert "protect_now" not in short["A1"].value
    rows = list(short.iter_rows(min_row=3, values_only=True))
    assert len(rows) == room
    kept = pd.DataFrame(rows, columns=list(SHORT_VIEW))
    found = kept["list"].value_counts()
    for name in ("protect_now", "win_back", "second_order"):
        assert found[name] == sizes[name]
    assert sorted(kept.loc[kept["list"] == "high_potential", "priority"]) == [1, 2, 3]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = scored(40)
    for folder in ("one", "two"):
        write_audience(frame, tmp_path / folder, dictionary=DICTIONARY)
    written = sorted((tmp_path / "one").rglob("*.*"))
    assert len(written) > 5
    for path in written:
        assert (
            path.read_bytes()
            == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
        )


def test_texts_with_control_characters_and_of_any_length_fit_into_cells(tmp_path: Path) -> None:
    frame = scored(20)
    frame["reason_1"] = ["\x01bell" + "x" * 40_000] + ["fine"] * 19
    write_workbook(frame, tmp_path / "w.xlsx", dictionary=DICTIONARY)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["All columns"]
    place = list(frame.columns).index("reason_1") + 1
    assert str(sheet.cell(2, place).value).endswith("x" * 1000)
    assert sheet.cell(3, place).value == "fine"
