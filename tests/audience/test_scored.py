"""The scored list: its columns, its roundings, and that it can be recomputed from itself."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from audience_cases import HOSTILE_IDS, RULES, SNAPSHOT, listed, simulated_base
from ltvkit.audience.dictionary import SCORED_COLUMNS, data_dictionary
from ltvkit.audience.lists import value_at_stake
from ltvkit.audience.scored import value_if_kept
from ltvkit.audience.segments import RfmCuts
from ltvkit.errors import SchemaError

CHANNELS = pd.DataFrame(
    {"channel": ["google", "all"], "cac": [20.0, 15.0], "allowable_cac": [30.0, 25.0]}
)
AUDIENCE_MD = [
    name
    for line in (
        "customer_id list priority recommended_action contact_by holdout predicted_value",
        "predicted_value_low predicted_value_high value_score value_tier prob_active",
        "prob_order_90d churn_risk churn_level value_at_risk expected_orders",
        "expected_order_value next_order_expected next_order_from next_order_to overdue_ratio",
        "r f m rfm_segment orders revenue margin average_order_value first_order last_order",
        "days_since_last avg_days_between channel cohort cac margin_minus_cac paid_back",
        "allowable_cac reason_1 reason_2 reason_3 confidence contact_ok contacts_last_30d",
        "scored_at horizon_days currency model_version",
    )
    for name in line.split()
]


def scored(
    customers: int = 400, *, with_contacts: bool = False, shuffle: int | None = None
) -> pd.DataFrame:
    predictions, history, people = simulated_base(customers)
    if shuffle is not None:
        predictions = predictions.sample(frac=1, random_state=shuffle)
        history = history.sample(frac=1, random_state=shuffle + 1)
        people = people.sample(frac=1, random_state=shuffle + 2)
    return listed(
        predictions,
        history,
        customers=people,
        channel_economics=CHANNELS,
        with_contacts=with_contacts,
    )


def test_what_rounds_to_nothing_has_no_sign() -> None:
    predictions, history, _ = simulated_base(60)
    money = [name for name in predictions if name.startswith("predicted_value")]
    loss = predictions.assign(**{name: -predictions[name] for name in money})
    loss.loc[:5, money] = -0.001
    table = listed(loss, history)
    amounts = table[money].to_numpy()
    assert (amounts < 0).any()
    assert not np.signbit(amounts[amounts == 0]).any()


def test_the_columns_are_those_of_the_contract_in_its_order() -> None:
    assert list(scored().columns) == AUDIENCE_MD
    assert [column.name for column in SCORED_COLUMNS] == AUDIENCE_MD
    contacts = ["email", "phone", "first_name", "last_name", "zip", "city", "state", "country"]
    assert list(scored(with_contacts=True).columns) == [
        "customer_id",
        *contacts,
        *AUDIENCE_MD[1:],
    ]


def test_who_is_not_in_the_customers_table_has_blanks_and_who_is_there_twice_is_refused() -> None:
    predictions, history, people = simulated_base(60)
    some = listed(predictions, history, customers=people.iloc[1:]).set_index("customer_id")
    everybody = listed(predictions, history, customers=people).set_index("customer_id")
    stranger = people["customer_id"].iloc[0]
    assert pd.isna(some.loc[stranger, "channel"])
    known = everybody["channel"].drop(stranger)
    pd.testing.assert_series_equal(some["channel"].drop(stranger)[known.index], known)
    with pytest.raises(SchemaError, match=r"got repeated customer_id .*, expected one row"):
        listed(predictions, history, customers=pd.concat([people, people.head(1)]))


def test_the_dictionary_explains_every_column_in_one_sentence() -> None:
    table = data_dictionary(currency="EUR", horizon_days=365)
    assert table["name"].tolist() == AUDIENCE_MD
    assert table["description"].str.fullmatch(r"[^{}]+\.").all()
    assert not table["type"].eq("").any()


def test_every_customer_comes_out_once_with_its_id_unchanged() -> None:
    frame = scored(300)
    assert frame["customer_id"].is_unique
    assert set(frame["customer_id"]) == set(simulated_base(300)[1]["customer_id"])
    assert set(HOSTILE_IDS) <= set(frame["customer_id"])


def test_rows_in_another_order_give_the_same_list() -> None:
    pd.testing.assert_frame_equal(scored(shuffle=3), scored())


def test_inputs_are_not_touched() -> None:
    frames = simulated_base(60)
    copies = [frame.copy() for frame in frames]
    listed(frames[0], frames[1], customers=frames[2])
    for frame, copy in zip(frames, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_the_file_can_be_recomputed_from_itself() -> None:
    frame = scored()
    np.testing.assert_allclose(frame["churn_risk"], 1 - frame["prob_active"], atol=1e-12)
    level = pd.cut(
        frame["churn_risk"], [-1, 1 / 3 - 1e-9, 2 / 3, 2], labels=["low", "medium", "high"]
    )
    assert (frame["churn_level"] == level.astype(str)).all()
    kept = value_if_kept(frame["predicted_value"], frame["prob_active"])
    np.testing.assert_allclose(frame["value_at_risk"], frame["churn_risk"] * kept, atol=0.0051)
    np.testing.assert_allclose(frame["margin_minus_cac"], frame["margin"] - frame["cac"], atol=1e-9)
    assert (frame["paid_back"] == (frame["margin_minus_cac"] >= 0)).all()
    assert (frame["cohort"] == frame["first_order"].dt.strftime("%Y-%m")).all()
    assert (frame["cac"] == np.where(frame["channel"] == "google", 20.0, 15.0)).all()
    overdue = frame["days_since_last"] / frame["avg_days_between"]
    assert (frame["overdue_ratio"] - overdue).abs().max() < 0.06 * overdue.max()
    assert frame.loc[frame["orders"] == 1, "overdue_ratio"].isna().all()
    assert frame["value_score"].rank().corr(frame["predicted_value"].rank()) == pytest.approx(1)


def test_who_was_not_won_by_what_is_spent_has_no_cost_of_acquisition() -> None:
    predictions, history, people = simulated_base(60)
    won = history["customer_id"].iloc[::2]
    frame = listed(
        predictions,
        history,
        customers=people,
        channel_economics=CHANNELS,
        newcomers=set(won),
    )
    new = frame["customer_id"].isin(won)
    for name in ("cac", "margin_minus_cac", "paid_back"):
        assert (frame[name].notna() == new).all(), name
    assert frame["allowable_cac"].notna().all()


def test_confidence_does_not_depend_on_the_level_that_is_shown() -> None:
    predictions, history, _ = simulated_base(200)
    ends = ["predicted_value_low", "predicted_value_high"]
    middle = predictions["predicted_value"]
    wide = predictions.assign(
        **{f"{end}_80": predictions[end] for end in ends},
        **{end: middle + 3 * (predictions[end] - middle) for end in ends},
    )
    told = [listed(frame, history).set_index("customer_id") for frame in (predictions, wide)]
    assert told[0]["confidence"].equals(told[1]["confidence"])
    assert not told[0][ends].equals(told[1][ends])


def test_money_has_2_decimals_and_probabilities_3() -> None:
    frame = scored()
    for column in SCORED_COLUMNS:
        places = {"money": 2, "probability": 3}.get(column.kind)
        if places:
            values = frame[column.name].dropna()
            assert (values == values.round(places)).all(), column.name


def test_a_next_order_lies_after_the_snapshot_and_is_blank_when_unlikely() -> None:
    frame = scored()
    likely = frame["prob_active"] >= RULES.min_prob_active
    assert likely.any()
    assert not likely.all()
    for name in ("next_order_expected", "next_order_from", "next_order_to"):
        assert (frame[name].notna() == likely).all()
        assert (frame[name].dropna() > pd.Timestamp(SNAPSHOT.as_of)).all()
    dated = frame[likely]
    assert (dated["next_order_from"] <= dated["next_order_expected"]).all()
    assert (dated["next_order_expected"] <= dated["next_order_to"]).all()


def test_rows_stand_list_by_list_in_precedence_then_by_priority() -> None:
    frame = scored()
    starts = frame.drop_duplicates("list")["list"].tolist()
    precedence = [
        "protect_now",
        "win_back",
        "second_order",
        "high_potential",
        "let_rest",
        "nurture",
    ]
    assert starts == [name for name in precedence if name in starts]
    for _, members in frame.groupby("list", sort=False):
        assert members["priority"].tolist() == list(range(1, len(members) + 1))
        assert value_at_stake(members).is_monotonic_decreasing


def test_permissions_are_passed_through_and_obeyed() -> None:
    frame = scored()
    given = simulated_base(400)[2].set_index("customer_id")["contact_ok"]
    assert frame.set_index("customer_id")["contact_ok"].to_dict() == given.to_dict()
    assert frame.loc[~frame["contact_ok"], "contact_by"].isna().all()
    assert frame.loc[~frame["contact_ok"], "recommended_action"].str.startswith("Do not").all()


def test_a_bare_base_without_customers_costs_or_reasons_is_whole() -> None:
    predictions, history, _ = simulated_base(50)
    bare = predictions.drop(
        columns=["prob_order_90d", "next_order_expected", "next_order_from", "next_order_to"]
    )
    frame = listed(bare, history)
    assert list(frame.columns) == AUDIENCE_MD
    assert (
        frame[["cac", "paid_back", "reason_1", "contact_ok", "next_order_to"]].isna().all(axis=None)
    )
    assert frame["contact_by"].notna().any()
    assert frame.dtypes.astype(str).to_dict() == scored(50).dtypes.astype(str).to_dict()


def test_the_tiers_are_shares_of_the_base() -> None:
    frame = scored(1000)
    counts = frame["value_tier"].value_counts()
    assert counts["top_1"] == pytest.approx(10, abs=1)
    assert counts[["top_1", "top_5", "top_10"]].sum() == pytest.approx(100, abs=2)
    assert frame.loc[frame["value_tier"] == "top_1", "value_score"].min() > 98.5


def test_kept_cut_points_score_a_new_base() -> None:
    predictions, history, _ = simulated_base(50)
    cuts = RfmCuts((0.0,) * 4, (1.0, 1.0, 1.0, 1.0), (1e9,) * 4)
    frame = listed(predictions, history, cuts=cuts)
    assert set(frame["r"]) == {1}
    assert set(frame["m"]) == {1}


def test_different_customers_in_predictions_and_history_are_refused_by_name() -> None:
    predictions, history, _ = simulated_base(50)
    with pytest.raises(SchemaError, match="only in one of them: '00049'"):
        listed(predictions.iloc[:-1], history)


def test_one_customer_alone_is_scored() -> None:
    predictions, history, _ = simulated_base(1)
    frame = listed(predictions, history, snapshot=replace(SNAPSHOT, as_of=date(2024, 7, 1)))
    assert frame["customer_id"].tolist() == ["=cmd|' /C calc'!A0"]
    assert frame["priority"].tolist() == [1]


def test_the_dictionary_says_how_often_the_intervals_of_this_run_hold() -> None:
    table = data_dictionary(currency="EUR", horizon_days=90, interval_level=0.5)
    about = table.set_index("name")["description"]
    assert about["predicted_value_low"].startswith("Lower end of the 50 % interval")
    assert not table["description"].str.contains("80 %").any()


def test_the_dictionary_of_contracts_tells_the_two_chances_apart_where_nothing_is_due() -> None:
    """A yearly contract: sure to go on for 90 days, and sure to pay nothing in them."""
    table = data_dictionary(currency="EUR", horizon_days=90, contractual=True)
    about = table.set_index("name")["description"]
    assert "1 while the contract runs and no renewal is due" in about["prob_active"]
    assert "unlike prob_active, 0 or little while" in about["prob_order_90d"]
