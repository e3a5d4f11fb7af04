"""A model's version names what it was made of: the same data and settings, wherever they lie."""

import pytest
from small_shop import configured, sound

from ltvkit.pipeline.inputs.load import open_log, open_tables
from ltvkit.pipeline.modelling.record import model_version


def version(shop, folder):
    folder.mkdir()
    config = configured(shop, folder)
    return model_version(config, open_log(config), open_tables(config))


@pytest.fixture
def known(tmp_path):
    return version(sound(), tmp_path / "here")


def test_another_folder_does_not_change_it_nor_another_cost(known, tmp_path):
    assert version(sound(), tmp_path / "there") == known
    dearer = sound()
    dearer["costs"] = dearer["costs"].assign(amount=99.0)
    assert version(dearer, tmp_path / "dearer") == known


@pytest.mark.parametrize("changed", ["orders", "customers"])
def test_other_data_do(known, tmp_path, changed):
    shop = sound()
    shop[changed] = shop[changed].iloc[1:]
    assert version(shop, tmp_path / "fewer") != known


@pytest.mark.parametrize(
    "setting", [{"snapshot.horizon_days": 90}, {"model.seed": 7}, {"data.timezone": "Asia/Tokyo"}]
)
def test_other_settings_do(known, tmp_path, setting):
    assert version(sound() | {"settings": setting}, tmp_path / "set") != known
