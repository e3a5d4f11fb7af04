"""The delivery study on a small base: both sides write the same customers, and times are told."""

import pandas as pd
import pytest
from benchmarks.delivery import __main__ as study
from benchmarks.delivery import base


def test_every_work_is_timed_and_writing_is_held_against_pandas():
    table = study.measure(400, seed=1).set_index("work")
    assert (table["seconds"] > 0).all()
    written = table.loc["write all: parquet, csv, xlsx, dictionary, lists"]
    assert written["ratio"] == pytest.approx(written["peer_seconds"] / written["seconds"])
    assert table["peer_seconds"].notna().sum() == 1


def test_pandas_writes_the_same_cells_of_the_same_customers(tmp_path):
    scored = study.score(base.make_base(300, seed=2))
    study.write_audience(
        scored,
        tmp_path / "ours",
        dictionary=study.data_dictionary(currency="EUR", horizon_days=365),
    )
    study.plain_pandas(scored, tmp_path)
    ours = pd.read_csv(tmp_path / "ours" / "customers_scored.csv")
    plain = pd.read_csv(tmp_path / "plain.csv")
    pd.testing.assert_frame_equal(ours, plain, check_dtype=False)
    assert len(pd.read_csv(tmp_path / "nurture.csv")) == (scored["list"] == "nurture").sum()
