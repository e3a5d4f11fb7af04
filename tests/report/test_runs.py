"""A run folder read back: typed, whole, and tolerant only of what a shop may not have."""

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from run_folder import build_run_folder
from typer.testing import CliRunner

from ltvkit.cli import app
from ltvkit.errors import UserError
from ltvkit.run_facts import Figure
from ltvkit.runs import read_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_run_folder(tmp_path_factory.mktemp("run") / "shop", customers=120)


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Callable[[], Path]:
    def copy() -> Path:
        for path in folder.rglob("*"):
            if path.is_file():
                target = tmp_path / path.relative_to(folder)
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(path.read_bytes())
        return tmp_path

    return copy


def test_every_part_of_the_folder_comes_back_typed(folder: Path) -> None:
    run = read_run(folder)
    assert run.name == "shop"
    assert run.snapshot.as_of == date(2025, 6, 30)
    assert run.data.customers == len(run.customers) == 120
    assert run.economics["cac"].unit == "money"
    assert run.verdict.checks[0].status == "PASS"
    assert run.lists[0].name == "protect_now"
    assert run.channels["channel"].tolist()[-1] == "all"
    assert set(run.backtest["metric"]) >= {"gini", "bias"}
    frames = (run.payback, run.kpis, run.cohorts, run.backtest_deciles, run.data_dictionary)
    assert all(len(frame) for frame in frames)


def test_a_run_cannot_be_changed(folder: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        read_run(folder).name = "other"  # type: ignore[misc]


def test_months_not_yet_lived_are_missing_and_not_zero(folder: Path) -> None:
    cohorts = read_run(folder).cohorts
    youngest = cohorts[cohorts["cohort"] == cohorts["cohort"].max()]
    assert youngest.loc[youngest["age_months"] > 0, "revenue"].isna().all()


def test_a_channel_called_na_stays_a_channel(copied: Callable[[], Path]) -> None:
    place = copied()
    text = (place / "channels.csv").read_text()
    (place / "channels.csv").write_text(text.replace("Instagram", "NA"))
    assert "NA" in read_run(place).channels["channel"].tolist()


def test_null_and_nan_both_mean_not_observed(copied: Callable[[], Path]) -> None:
    place = copied()
    facts = json.loads((place / "run.json").read_text())
    facts["economics"]["cac"] = {"value": float("nan"), "low": None, "high": None, "unit": "money"}
    (place / "run.json").write_text(json.dumps(facts))
    assert read_run(place).economics["cac"] == Figure(None, None, None, "money", "")


@pytest.mark.parametrize("name", ["channels.csv", "payback.csv", "rejected_rows.csv"])
def test_what_a_shop_may_not_have_is_an_empty_frame_with_its_columns(
    copied: Callable[[], Path], name: str
) -> None:
    place = copied()
    columns = list(pd.read_csv(place / name).columns)
    (place / name).unlink()
    frame: pd.DataFrame = getattr(read_run(place), name.removesuffix(".csv"))
    assert frame.empty
    assert set(frame.columns) <= set(columns)


@pytest.mark.parametrize("name", ["run.json", "customers_scored.parquet", "cohorts.csv"])
def test_a_folder_that_lacks_a_required_file_is_the_users_to_mend(
    copied: Callable[[], Path], name: str
) -> None:
    place = copied()
    (place / name).unlink()
    with pytest.raises(UserError, match=f"got no {name}"):
        read_run(place)


def test_a_later_schema_is_refused_with_what_to_do(copied: Callable[[], Path]) -> None:
    place = copied()
    facts = json.loads((place / "run.json").read_text()) | {"schema": 3}
    (place / "run.json").write_text(json.dumps(facts))
    with pytest.raises(UserError, match="got schema 3, expected 2"):
        read_run(place)


def test_a_run_of_an_earlier_day_that_lacks_a_fact_is_refused_by_its_name(
    copied: Callable[[], Path],
) -> None:
    place = copied()
    facts = json.loads((place / "run.json").read_text())
    del facts["total"]["grade"]
    (place / "run.json").write_text(json.dumps(facts))
    with pytest.raises(UserError, match=r"run\.json: got no 'grade', expected it"):
        read_run(place)


@pytest.mark.parametrize(
    ("name", "written"),
    [("run.json", b'{"schema": 2, "na'), ("run.json", b"[]"), ("run.json", b"\xff\xfe")],
)
def test_a_record_that_was_cut_short_is_told_without_a_traceback(
    copied: Callable[[], Path], name: str, written: bytes
) -> None:
    place = copied()
    (place / name).write_bytes(written)
    with pytest.raises(UserError, match=r"run\.json, which cannot be read .* copy the whole"):
        read_run(place)


@pytest.mark.parametrize("written", [b"", b"channel,verdict\n\xff\xfe,keep\n", b'channel\n"keep'])
def test_a_table_that_was_cut_short_is_told_without_a_traceback(
    copied: Callable[[], Path], written: bytes
) -> None:
    place = copied()
    (place / "channels.csv").write_bytes(written)
    with pytest.raises(UserError, match=r"channels\.csv, which cannot be read .* copy the whole"):
        read_run(place)


def test_a_list_that_was_cut_short_is_told_without_a_traceback(copied: Callable[[], Path]) -> None:
    path = copied() / "customers_scored.parquet"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(UserError, match=r"customers_scored\.parquet, which cannot be read"):
        read_run(path.parent)


def test_a_report_says_no_change_since_a_run_whose_figures_mean_something_else(
    folder: Path, copied: Callable[[], Path]
) -> None:
    other = copied()
    facts = json.loads((other / "run.json").read_text())
    facts["data"]["currency"] = "JPY"
    (other / "run.json").write_text(json.dumps(facts))
    done = CliRunner().invoke(app, ["report", str(folder), "--previous", str(other)])
    assert isinstance(done.exception, UserError)
    assert "got runs of JPY margin" in str(done.exception)
    assert not (folder / "report.html").exists()
