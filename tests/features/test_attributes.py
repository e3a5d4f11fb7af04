"""The shop's own columns against a loop over each customer's orders."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from order_logs import FIRST_DAY, as_table, day_number, histories, messy_log

from ltvkit.data.cleaning.columns import RESERVED
from ltvkit.errors import DataError
from ltvkit.features.attributes import attributes, read_as_trained
from ltvkit.features.engine import fetch
from ltvkit.features.orders import with_history
from ltvkit.features.snapshots import behaviour, customer_summary, seen_at, snapshot_days

SNAPSHOTS = [FIRST_DAY + timedelta(days=d) for d in (60, 300, 600)]


def expected_of(orders):
    numbers = {name: np.array([float(o[name]) for o in orders]) for name in ("discount", "online")}
    found = {}
    for name, values in numbers.items():
        known = values[~np.isnan(values)]
        found |= {
            f"{name}_first": values[0],
            f"{name}_last": values[-1],
            f"{name}_mean": known.mean() if len(known) else np.nan,
        }
    texts = [o["country"] if isinstance(o["country"], str) else None for o in orders]
    known = [text for text in texts if text is not None]
    found |= {
        "country_first": texts[0],
        "country_last": texts[-1],
        "country_distinct": float(len(set(known))),
        "country_share": np.mean([t == texts[0] for t in known]) if texts[0] else np.nan,
    }
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_attributes_are_what_a_loop_over_each_customer_counts(seed):
    log = messy_log(seed)
    seen = seen_at(with_history(as_table(log)), snapshot_days(map(day_number, SNAPSHOTS)))
    found = fetch(attributes(seen, ("country", "discount", "online")))
    expected = pd.DataFrame(
        [
            {"as_of_day": day_number(as_of), "customer_id": customer_id} | expected_of(orders)
            for as_of in SNAPSHOTS
            for customer_id, orders in histories(log, as_of).items()
        ]
    )
    found, expected = (
        f.set_index(["as_of_day", "customer_id"]).sort_index() for f in (found, expected)
    )
    assert set(found.columns) == set(expected.columns)
    for name in ("country_first", "country_last"):
        assert found[name].fillna("?").tolist() == expected.pop(name).fillna("?").tolist()
        found = found.drop(columns=name)
    pd.testing.assert_frame_equal(
        found, expected[found.columns], check_dtype=False, check_index_type=False, rtol=1e-9
    )


def test_a_text_that_looks_like_a_number_stays_a_text():
    log = messy_log(4).assign(country="01")
    seen = seen_at(with_history(as_table(log)), snapshot_days(map(day_number, SNAPSHOTS)))
    found = fetch(attributes(seen, ("country",)))
    assert set(found["country_first"]) == {"01"}
    assert set(found["country_share"]) == {1.0}


def test_no_attribute_can_be_taken_for_a_column_of_ours():
    """A column `number` of the shop's gave way to the number of the order, without a word."""
    seen = seen_at(with_history(as_table(messy_log(1))), snapshot_days([day_number(FIRST_DAY)]))
    own = {"country", "discount", "online"}
    assert set(seen.columns) - own <= set(RESERVED)
    known = {*customer_summary(seen).columns, *behaviour(seen, horizon_days=90).columns}
    endings = ("_first", "_last", "_mean", "_distinct", "_share")
    named_alike = {
        name.removesuffix(ending) for name in known for ending in endings if name.endswith(ending)
    }
    assert named_alike <= set(RESERVED)


def features_of(log, *, trained=None):
    columns = ("country", "discount")
    rows = as_table(log)
    rows = rows if trained is None else read_as_trained(rows, columns, features=trained)
    seen = seen_at(with_history(rows), snapshot_days(map(day_number, SNAPSHOTS)))
    found = fetch(attributes(seen, columns))
    return found.set_index(["as_of_day", "customer_id"]).sort_index()


def test_a_column_is_read_as_it_was_in_training_whatever_a_newer_log_holds():
    log = messy_log(1)
    trained = features_of(log)
    written = log["discount"].astype("str").where(log["discount"].notna(), None)
    pd.testing.assert_frame_equal(
        features_of(log.assign(discount=written), trained=trained.columns), trained
    )
    without = log.assign(discount=pd.Series([None] * len(log), dtype="str"))
    assert features_of(without, trained=trained.columns)["discount_mean"].isna().all()
    numbered = features_of(log.assign(country=7), trained=trained.columns)
    assert set(numbered["country_first"]) == {"7"}
    numbered = features_of(log.assign(country=7.0), trained=trained.columns)
    assert set(numbered["country_first"]) == {"7"}
    with pytest.raises(DataError, match="got 'much', expected numbers, which the model was"):
        features_of(log.assign(discount="much"), trained=trained.columns)
