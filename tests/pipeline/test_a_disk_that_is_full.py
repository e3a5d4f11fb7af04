"""A training that cannot write everything leaves the model and the run of before."""

import errno
import json

import pandas as pd
import pytest
from trained_alone import train_alone

from ltvkit.data.simulator import simulate_shop, write_shop


def test_a_model_never_stands_beside_the_run_of_another(tmp_path, monkeypatch):
    write_shop(simulate_shop(5, customers=60), tmp_path)
    log = tmp_path / "transactions.csv"
    train_alone(log)
    paths = [tmp_path / "models/shop/model.json", tmp_path / "runs/shop/run.json"]
    before = [path.read_bytes() for path in paths]
    pd.read_csv(log).iloc[:-20].to_csv(log, index=False)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ltvkit.pipeline.run_folder.write.render_report", full)
        with pytest.raises(OSError, match="No space left"):
            train_alone(log)
    assert [path.read_bytes() for path in paths] == before
    assert {path.name for path in (tmp_path / "models").iterdir()} == {"shop"}
    train_alone(log)
    model, run = (json.loads(path.read_bytes()) for path in paths)
    assert model["about"]["version"] == run["model"]["version"]
    assert paths[0].read_bytes() != before[0]
