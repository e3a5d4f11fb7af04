"""A model that was saved and read again is the same model, and holds no customer."""

import json

import pandas as pd
import pytest
from simulated_panels import simulated_log, simulated_panel

from ltvkit.errors import LtvkitError, UserError
from ltvkit.models.artifact import TrainedModel, read_artifact, save_model
from ltvkit.models.stack import StackedLtv

SHOPS = {"learned": (250, 500, 90), "btyd alone": (25, 85, 365)}


@pytest.fixture(scope="module", params=SHOPS)
def trained(request):
    customers, days, horizon = SHOPS[request.param]
    log = simulated_log(customers=customers, days=days, seed=21)
    panel = simulated_panel(log, history_days=days - 5, horizon_days=horizon)
    model = StackedLtv(seed=3, threads=1).fit(panel)
    assert (model.candidates_ is None) == (request.param == "btyd alone")
    return TrainedModel(model, about={"name": "shop", "snapshot": {"as_of": "2023-07-01"}}), panel


@pytest.fixture
def folder(trained, tmp_path):
    save_model(trained[0], tmp_path / "shop")
    return tmp_path / "shop"


def test_a_model_read_again_predicts_the_same(trained, folder):
    before, panel = trained
    after = read_artifact(folder)
    assert after.about == before.about
    pd.testing.assert_frame_equal(
        after.predict(panel.now), before.predict(panel.now), check_exact=True
    )
    pd.testing.assert_frame_equal(
        after.model.contributions(panel.now),
        before.model.contributions(panel.now),
        check_exact=True,
    )
    assert after.model.explanation() == before.model.explanation()
    assert after.model.level_ == before.model.level_


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"horizon_days": 0}, "horizon_days: got 0, expected 1 or more"),
        ({"horizon_days": -30}, "horizon_days: got -30, expected 1 or more"),
        ({"interval_level": 90}, "interval_level: got 90, expected between 0 and 1"),
        ({"interval_level": 0.0}, r"interval_level: got 0\.0, expected between 0 and 1"),
        ({"horizon_days": float("nan")}, "horizon_days: got nan, expected 1 or more"),
        ({"horizon_days": "90"}, "horizon_days: got '90', expected 1 or more"),
        ({"interval_level": None}, "interval_level: got None, expected between 0 and 1"),
    ],
)
def test_no_days_ahead_and_a_level_in_percent_are_refused(trained, asked, expected):
    model, panel = trained
    with pytest.raises(UserError, match=expected):
        model.predict(panel.now, **asked)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda now: now.to_dict(), "features: got a dict, expected a DataFrame of pandas"),
        (lambda now: now.iloc[0], "features: got a Series, expected a DataFrame of pandas"),
        (lambda now: now.set_index("customer_id"), "features: got no column 'customer_id'"),
        (lambda now: now.drop(columns="revenue_30d"), "features: got no column 'revenue_30d'"),
        (lambda now: pd.concat([now, now[["age_days"]]], axis=1), "got several columns 'age_days'"),
        (lambda now: now.assign(revenue_30d="much"), "'revenue_30d': got 'much' in 2 rows"),
        (lambda now: now.assign(revenue_total=float("inf")), "'revenue_total': got inf in 2 rows"),
    ],
)
def test_what_are_no_features_of_the_model_is_told(trained, spoil, expected):
    model, panel = trained
    with pytest.raises(LtvkitError, match=expected):
        model.predict(spoil(panel.now.head(2)))


def test_features_of_any_pandas_types_and_index_are_predicted_from_alike(trained):
    model, panel = trained
    now = panel.now.head(20)
    expected = model.predict(now)
    renamed = now.set_axis([f"row {place}" for place in range(len(now))])
    for same in (
        now.astype(object),
        now.convert_dtypes(),
        now.convert_dtypes(dtype_backend="pyarrow"),
        now.astype({"customer_id": "category"}),
        now[now.columns[::-1]],
        renamed,
    ):
        got = model.predict(same)
        pd.testing.assert_index_equal(got.index, same.index)
        pd.testing.assert_series_equal(
            got["predicted_revenue"].reset_index(drop=True), expected["predicted_revenue"]
        )


def test_the_folder_holds_text_only_and_no_customer(trained, folder):
    _, panel = trained
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".txt"}
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    assert "buyer-" in panel.now["customer_id"].iloc[0]
    assert "buyer-" not in text
    assert "threads" not in text, "a model's bytes are not the machine's"


def test_saving_twice_gives_the_same_bytes(trained, folder, tmp_path):
    save_model(read_artifact(folder), tmp_path / "again")
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len(written) >= 2
    for path in written:
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(folder)).read_bytes()


def test_what_is_not_a_number_is_null_and_the_file_is_json(trained, tmp_path):
    checks = [{"value": float("nan"), "said": {"facts": {"gini": float("inf")}}}]
    save_model(TrainedModel(trained[0].model, about={"checks": checks}), tmp_path / "shop")
    text = (tmp_path / "shop" / "model.json").read_text(encoding="utf-8")
    state = json.loads(text, parse_constant=pytest.fail)
    assert state["about"] == {"checks": [{"value": None, "said": {"facts": {"gini": None}}}]}
    assert read_artifact(tmp_path / "shop").about == state["about"]


def test_saving_replaces_what_was_there_before(trained, folder):
    (folder / "boosters" / "old-0.txt").write_text("left over")
    save_model(trained[0], folder)
    assert not (folder / "boosters" / "old-0.txt").exists()


def test_another_schema_is_refused_with_what_to_do(folder):
    path = folder / "model.json"
    state = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**state, "schema": 99}), encoding="utf-8")
    with pytest.raises(UserError, match=r"schema 99.*train it again"):
        read_artifact(folder)


def test_a_model_that_was_cut_short_is_refused_by_its_file(folder):
    path = folder / "model.json"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(
        UserError, match=r"model\.json, which cannot be read.*copy the whole folder"
    ):
        read_artifact(folder)


def test_a_model_of_which_a_file_is_missing_is_refused_by_that_file(folder, tmp_path):
    for path in (folder / "boosters").iterdir():
        path.rename(tmp_path / "elsewhere")
        with pytest.raises(UserError, match=rf"{path.name}, which cannot be read .*No such file"):
            read_artifact(folder)
        (tmp_path / "elsewhere").rename(path)
    read_artifact(folder)


def test_a_folder_without_a_model_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(UserError, match="ltv train"):
        read_artifact(tmp_path)
