"""Reasons: the strongest contributions come first, in words that the values support."""

import numpy as np
import pandas as pd
import pytest

from ltvkit.audience.reasons.explain import LEAST_SHARE, explain, strongest_topics
from ltvkit.audience.reasons.labels import LABELS, feature_label
from ltvkit.audience.reasons.languages import VOCABULARIES
from ltvkit.audience.reasons.topics import KINDS, topic_of
from ltvkit.audience.reasons.usual import usual_values
from ltvkit.audience.words import ACTIONS
from ltvkit.errors import SchemaError
from ltvkit.wording import LANGUAGES, Language


def one(phi: dict[str, float], values: dict[str, object], language: Language = "en") -> list[str]:
    told = explain(
        pd.DataFrame([{"customer_id": "a", **phi}]),
        pd.DataFrame([{"customer_id": "a", **values}]),
        currency="EUR",
        language=language,
    )
    return told.iloc[0, 1:].dropna().tolist()


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        ("orders_60d", 3, "bought 3 times in the last 60 days: raises value"),
        ("orders_60d", 1, "bought once in the last 60 days: raises value"),
        ("orders_60d", 0, "no order in the last 60 days: lowers value"),
        ("revenue_90d", 0.0, "spent nothing in the last 90 days: lowers value"),
        ("revenue_year_ago", 0.0, "spent nothing a year before the days ahead: lowers value"),
        ("revenue_365d", 1234.56, "spent 1,235 EUR in the last 365 days: raises value"),
        ("mean_order_value", 18.5, "orders of 18.50 EUR on average: raises value"),
        ("days_since_last", 412, "last order 412 days ago: raises value"),
        ("mean_gap_days", float("nan"), "no second order yet: lowers value"),
        (
            "recent_half_share",
            0.4,
            "40% of orders in the more recent half of the time as a customer: raises value",
        ),
        (
            "recent_half_share",
            0.0,
            "no order in the more recent half of the time as a customer: lowers value",
        ),
        ("first_month", 12, "first order in December: raises value"),
        ("overdue_ratio", 2.345, "last order 2.3 usual gaps ago: lowers value"),
        ("gap_variation", 0.5, "gaps between orders vary by 50% of their mean: raises value"),
        ("gap_variation", 0.0, "gaps between orders have been alike: raises value"),
        ("last_to_mean_value", 1.44, "last order 1.4 times the customer’s average: raises value"),
        ("last_to_mean_value", 1.0, "last order as large as the customer’s average: raises value"),
        ("mean_repeat_order_value", 0.0, "nothing spent on repeat orders yet: lowers value"),
        ("payment_method", "card", "payment method is card: raises value"),
        ("payment_method", None, "payment method not known: raises value"),
        ("items_bought", 2.5, "items bought is 2.5: raises value"),
    ],
)
def test_a_feature_is_told_in_plain_words(feature: str, value: object, sentence: str) -> None:
    sign = -1.0 if "lowers" in sentence else 1.0
    assert one({feature: sign}, {feature: value}) == [sentence]


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        ("order_rate", 3 / 430, "3 orders in 400 days as a customer: raises value"),
        ("revenue_rate", 90 / 430, "spent 90.00 EUR in 400 days as a customer: raises value"),
        ("recency_share", 0.12, "silent for 352 of 400 days as a customer: lowers value"),
    ],
)
def test_a_rate_is_told_by_the_two_figures_that_it_is_made_of(
    feature: str, value: float, sentence: str
) -> None:
    past = {"repeat_orders": 2.0, "revenue_total": 90.0, "days_since_last": 352, "age_days": 400}
    sign = -1.0 if "lowers" in sentence else 1.0
    assert one({feature: sign}, {**past, feature: value}) == [sentence]


def test_who_never_came_back_and_who_ordered_today_are_told_in_words_of_their_own() -> None:
    once = {"recency_share": 0.0, "days_since_last": 400.0, "age_days": 400.0}
    assert one({"recency_share": -1.0}, once) == [
        "no order since the first, 400 days ago: lowers value"
    ]
    today = {"recency_share": 1.0, "days_since_last": 0.0, "age_days": 400.0}
    assert one({"recency_share": 1.0}, today) == ["ordered today: raises value"]


def shop() -> pd.DataFrame:
    """Three customers; the middle one is usual in everything."""
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "mean_order_value": [10.0, 20.0, 50.0],
            "days_since_last": [100.0, 40.0, 0.0],
            "revenue_90d": [0.0, 0.0, 50.0],
            "revenue_total": [10.0, 40.0, 150.0],
            "age_days": [100.0, 200.0, 70.0],
            "revenue_rate": [10 / 130, 40 / 230, 150 / 100],
        }
    )


def told_in_the_shop(feature: str, signs: list[float]) -> list[str]:
    phi = pd.DataFrame({"customer_id": ["a", "b", "c"], feature: signs})
    return explain(phi, shop(), currency="EUR")["reason_1"].tolist()


def test_a_figure_stands_beside_the_median_of_the_shop() -> None:
    assert told_in_the_shop("mean_order_value", [-1.0, 1.0, 1.0]) == [
        "orders of 10.00 EUR on average (usual: 20.00 EUR): lowers value",
        "orders of 20.00 EUR on average: raises value",
        "orders of 50.00 EUR on average (usual: 20.00 EUR): raises value",
    ]
    assert told_in_the_shop("days_since_last", [-1.0, 1.0, 1.0]) == [
        "last order 100 days ago (usual: 40 days): lowers value",
        "last order 40 days ago: raises value",
        "last order today: raises value",
    ]


def test_what_is_usual_is_told_only_where_it_says_why_and_is_something() -> None:
    # Above what is usual and lowered, or below and raised: the comparison would say the opposite.
    assert told_in_the_shop("mean_order_value", [1.0, -1.0, 1.0])[:2] == [
        "orders of 10.00 EUR on average: raises value",
        "orders of 20.00 EUR on average: lowers value",
    ]
    assert told_in_the_shop("revenue_90d", [-1.0, -1.0, 1.0])[2] == (
        "spent 50.00 EUR in the last 90 days: raises value"
    )


def test_what_is_usual_of_a_rate_is_the_median_rate_over_the_customers_own_time() -> None:
    low, high = 40 / 230 * 130, 40 / 230 * 100  # rates are formed over the age and 30 days
    assert told_in_the_shop("revenue_rate", [-1.0, 1.0, 1.0]) == [
        f"spent 10.00 EUR in 100 days as a customer (usual: {low:.2f} EUR): lowers value",
        "spent 40.00 EUR in 200 days as a customer: raises value",
        f"spent 150 EUR in 70 days as a customer (usual: {high:.2f} EUR): raises value",
    ]


def test_what_is_usual_of_repeat_orders_is_that_of_those_who_made_any() -> None:
    features = pd.DataFrame({"mean_repeat_order_value": [0.0, 0.0, 0.0, 10.0, 30.0]})
    assert usual_values(features)["middle"]["mean_repeat_order_value"] == 20.0


def test_a_part_of_the_shop_is_held_against_the_whole() -> None:
    phi = pd.DataFrame({"customer_id": ["c"], "mean_order_value": [1.0]})
    told = explain(phi, shop().tail(1), usual=usual_values(shop()))
    assert told["reason_1"].tolist() == ["orders of 50.00 on average (usual: 20.00): raises value"]


def test_the_strongest_come_first_and_a_negative_sum_lowers() -> None:
    phi = {"age_days": 2.0, "mean_order_value": -9.0, "country": 4.0, "first_month": 1.0}
    values = {"age_days": 40.0, "mean_order_value": 7.0, "country": "PL", "first_month": 1.0}
    assert one(phi, values) == [
        "orders of 7.00 EUR on average: lowers value",
        "country is PL: raises value",
        "customer for 40 days: raises value",
    ]


def test_features_of_one_topic_are_added_and_one_of_them_speaks() -> None:
    # 4 + 3 - 1 = 6 beats 5; orders_30d pulls hardest upwards.
    phi = {"orders_30d": 4.0, "orders_90d": 3.0, "orders_365d": -1.0, "country": 5.0}
    values = {"orders_30d": 2, "orders_90d": 3, "orders_365d": 4, "country": "FR"}
    assert one(phi, values) == [
        "bought 2 times in the last 30 days: raises value",
        "country is FR: raises value",
    ]


def test_contributions_too_small_to_matter_are_not_told() -> None:
    assert one({"country": 100.0, "age_days": 1.0}, {"country": "FR", "age_days": 3}) == [
        "country is FR: raises value"
    ]
    assert one({"country": 0.0}, {"country": "FR"}) == []


def test_what_says_the_opposite_lends_no_words_and_leaves_no_gap() -> None:
    phi = {"orders_30d": 5.0, "orders_365d": 3.0, "overdue_ratio": 9.0, "country": 1.0}
    values = {"orders_30d": 0, "orders_365d": 4, "overdue_ratio": 3.0, "country": "FR"}
    assert one(phi, values) == [
        "bought 4 times in the last 365 days: raises value",
        "country is FR: raises value",
    ]
    silent = {"recency_share": 9.0, "country": 1.0}, {"recency_share": 0.3, "country": "FR"}
    assert one(*silent) == ["country is FR: raises value"]
    for nothing in ({"mean_gap_days": np.nan, "revenue_year_ago": 0.0}, {"overdue_ratio": np.nan}):
        phi_of_nothing = dict.fromkeys(nothing, 9.0) | {"country": 5.0}
        assert one(phi_of_nothing, nothing | {"country": "FR"}) == ["country is FR: raises value"]
    early = values | {"overdue_ratio": 0.4}
    assert one(phi, early)[0] == "last order 0.4 usual gaps ago: raises value"


def test_what_nine_of_ten_do_not_reach_lowers_nothing() -> None:
    ids = [f"{k:02d}" for k in range(20)]
    phi = pd.DataFrame({"customer_id": ids, "repeat_orders": -5.0, "orders_90d": -1.0})
    features = pd.DataFrame({"customer_id": ids, "repeat_orders": range(20), "orders_90d": 2})
    told = explain(phi.assign(country=-0.5), features.assign(country="FR"))["reason_1"]
    assert told[17] == "came back 17 times: lowers value"
    assert told[18] == told[19] == "bought 2 times in the last 90 days: lowers value"
    told = explain(phi[["customer_id", "repeat_orders"]], features)["reason_1"]
    assert told.notna().tolist() == [True] * 18 + [False] * 2


def test_the_most_orders_of_late_lower_nothing_whatever_they_are_counted_over() -> None:
    ids = [f"{k:02d}" for k in range(20)]
    phi = pd.DataFrame({"customer_id": ids, "orders_recent_half": -5.0})
    features = pd.DataFrame({"customer_id": ids, "orders_recent_half": range(20)})
    told = explain(phi, features)["reason_1"]
    assert told.notna().tolist() == [True] * 18 + [False] * 2


def test_the_choice_agrees_with_a_plain_loop_on_random_contributions() -> None:
    rng = np.random.default_rng(4)
    names = ["orders_30d", "orders_60d", "age_days", "mean_gap_days", "sd_gap_days", "a", "b"]
    phi = pd.DataFrame(rng.normal(size=(300, len(names))), columns=names)
    chosen, raises = strongest_topics(phi)
    for row in range(len(phi)):
        sums = phi.iloc[row].groupby([topic_of(name) for name in names]).sum()
        shares = (sums.abs() / sums.abs().sum()).sort_values(ascending=False)
        for slot, topic in enumerate(shares.index[:3]):
            if shares[topic] < LEAST_SHARE:
                assert chosen[row, slot] == -1
                continue
            members = [name for name in names if topic_of(name) == topic]
            sign = np.sign(sums[topic])
            speaker = max(members, key=lambda name: sign * phi.loc[row, name])
            assert names[chosen[row, slot]] == speaker
            assert raises[row, slot] == (sums[topic] > 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_speaks_of_every_feature_and_list(language: Language) -> None:
    words = VOCABULARIES[language]
    assert set(words.phrases) == set(LABELS[language]) == set(KINDS)
    assert len(words.months) == 12
    assert len(words.weekdays) == 7
    assert set(ACTIONS[language].by_list) == set(ACTIONS["en"].by_list)
    for key in KINDS:
        feature = key.format(d=90)
        assert "{" not in feature_label(feature, language=language)
        past = {"repeat_orders": 1.0, "revenue_total": 9.0, "days_since_last": 7.0, "age_days": 7.0}
        for value in (0.0, 1.0, 5.0, float("nan")):
            (sentence,) = one({feature: -1.0}, {**past, feature: value}, language)
            assert "{" not in sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "commandes de 10,00 EUR en moyenne (en général : 20,00 EUR) : réduit la valeur"),
        ("pl", "średnie zamówienie 10,00 EUR (zwykle: 20,00 EUR): obniża wartość"),
    ],
)
def test_what_is_usual_is_told_in_every_language(language: Language, sentence: str) -> None:
    phi = pd.DataFrame({"customer_id": ["a", "b", "c"], "mean_order_value": -1.0})
    assert explain(phi, shop(), currency="EUR", language=language)["reason_1"][0] == sentence


def test_numbers_are_written_in_the_readers_way() -> None:
    phi, values = {"revenue_total": 1.0}, {"revenue_total": 12345.6}
    assert one(phi, values, "pl") == ["łączne wydatki 12\u00a0346 EUR: podnosi wartość"]
    assert one({"overdue_ratio": -1.0}, {"overdue_ratio": 2.5}, "fr") == [
        "dernière commande il y a 2,5 fois l’intervalle habituel : réduit la valeur"
    ]


def test_a_hostile_attribute_stays_on_one_readable_line() -> None:
    (sentence,) = one({"note": 1.0}, {"note": "=cmd|' /C calc'!A0\n{x}" + "y" * 90})
    assert sentence.startswith("note is =cmd|' /C calc'!A0 {x}yyy")
    assert "\n" not in sentence
    assert len(sentence) < 80


def test_features_may_come_in_another_order_of_customers() -> None:
    phi = pd.DataFrame({"customer_id": ["a", "b"], "country": [1.0, 1.0]})
    values = pd.DataFrame({"customer_id": ["b", "a"], "country": ["FR", "PL"]})
    assert explain(phi, values)["reason_1"].tolist() == [
        "country is PL: raises value",
        "country is FR: raises value",
    ]


def test_customers_without_features_are_refused_by_name() -> None:
    phi = pd.DataFrame({"customer_id": ["a", "b"], "country": [1.0, 1.0]})
    with pytest.raises(SchemaError, match="'b'"):
        explain(phi, pd.DataFrame({"customer_id": ["a"], "country": ["FR"]}))
