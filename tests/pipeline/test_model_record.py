"""What a model's file says of its training is read as it was written."""

import json

import numpy as np
import pandas as pd
import pytest

from ltvkit.evaluation.backtest import Backtest
from ltvkit.evaluation.verdict import review
from ltvkit.log_facts import Continuity, Mixture
from ltvkit.pipeline.modelling.record import verdict_facts, verdict_of
from ltvkit.pipeline.run_folder.run_json import as_json


@pytest.fixture
def without_a_past_date():
    columns = ["model", "fold", "metric", "value"]
    return review(
        Backtest(pd.DataFrame(columns=columns), pd.DataFrame(), (), {}, ()),
        horizon_days=90,
        log_half_width=0.2,
        total_is_forecast=True,
        customers=5_000,
        continuity=Continuity(0, 3, None, 0.5),
        mixture=Mixture(),
    )


def test_a_check_without_a_figure_has_none_when_it_is_read_again(without_a_past_date):
    # Null is how a file has what is not a number.
    read = verdict_of(json.loads(as_json(verdict_facts(without_a_past_date))))
    assert read.decision == without_a_past_date.decision == "do not use"
    assert read.reasons == without_a_past_date.reasons
    for then, now in zip(without_a_past_date.checks, read.checks, strict=True):
        assert (now.name, now.status, now.about) == (then.name, then.status, then.about)
        np.testing.assert_equal((now.value, now.threshold), (then.value, then.threshold))
        assert str(now.said) == str(then.said)
    assert any(np.isnan(check.value) for check in read.checks)
