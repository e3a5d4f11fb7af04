"""Why a customer is predicted to be worth that: the strongest contributions, in plain words.

Contributions say what goes with a value in the model, not what causes it.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.reasons.languages import VOCABULARIES
from ltvkit.audience.reasons.phrases import beside_usual, in_direction, phrases_of
from ltvkit.audience.reasons.topics import KINDS, NEEDS_SECOND_ORDER, entry_of, topic_of
from ltvkit.audience.reasons.usual import among_the_best, usual_beside, usual_values
from ltvkit.errors import SchemaError, offenders
from ltvkit.units import Integers
from ltvkit.wording import Language

MOST_REASONS = 3

LEAST_SHARE = 0.02
"""A topic with less of all contributions is not worth a sentence."""

_BLOCK = 100_000
"""Rows worked on at once: 50 features x 8 bytes x 100,000 = 40 MB for each temporary array."""

_OF_ORDERS = ("how often", "spending", "season")
"""Topics of what was ordered: to have ordered nothing is no reason for a higher value."""


def explain(
    contributions: pd.DataFrame,
    features: pd.DataFrame,
    *,
    currency: str = "",
    language: Language = "en",
    usual: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The strongest reasons of every customer's predicted value, a sentence each.

    Features that say nearly the same (orders in 30, 60, 90 days) are one topic: their
    contributions phi_j are added, C_t = sum over j in t of phi_j, which SHAP values allow because
    they are additive. The topics with the largest |C_t| are the reasons, the sign of C_t is the
    direction, and the member that pulls hardest in that direction lends its words, unless its value
    would say the opposite: no orders in a month, no second one yet, an order overdue, or silence
    for most of the time raise nothing, and what nine customers of ten do not reach lowers nothing.
    Beside a customer's figure stands what is usual in the shop, where that says why.

    Parameters
    ----------
    contributions : DataFrame
        `customer_id` and one column per feature: SHAP values in any unit of value, without the
        constant.
    features : DataFrame
        `customer_id` and the features' values; a contribution without a column here is told by
        name alone.
    currency : str
        Written behind amounts.
    language : {"en", "fr", "pl"}
        Language of the sentences.
    usual : DataFrame, optional
        Of `usual_values`, where `features` are not all customers of the shop.

    Returns
    -------
    DataFrame
        `customer_id, reason_1, reason_2, reason_3`, in the order of `contributions`; blank where a
        topic has less than 2 % of sum |C_t|.

    Raises
    ------
    SchemaError
        When the two frames do not hold the same customers.

    Examples
    --------
    >>> phi = pd.DataFrame({"customer_id": ["a"], "orders_60d": [30.0], "orders_90d": [9.0],
    ...                     "mean_order_value": [-12.5], "country": [0.1]})
    >>> values = pd.DataFrame({"customer_id": ["a"], "orders_60d": [3.0], "orders_90d": [4.0],
    ...                        "mean_order_value": [18.0], "country": ["PL"]})
    >>> usual = pd.DataFrame({"middle": 34.5, "best": 80.0}, index=["mean_order_value"])
    >>> for sentence in explain(phi, values, currency="EUR", usual=usual).iloc[0, 1:].dropna():
    ...     print(sentence)
    bought 3 times in the last 60 days: raises value
    orders of 18.00 EUR on average (usual: 34.50 EUR): lowers value
    """
    names = [str(column) for column in contributions.columns if column != "customer_id"]
    values = _aligned(features, contributions["customer_id"])
    words = VOCABULARIES[language]
    usual = usual_values(values) if usual is None else usual
    chosen, raises = strongest_topics(
        contributions[names],
        cannot_raise=_cannot_raise(names, values),
        cannot_lower={
            place: among_the_best(name, values, usual) for place, name in enumerate(names)
        },
    )
    sentences = np.full((len(contributions), MOST_REASONS), None, dtype=object)
    for place, name in enumerate(names):
        rows, slots = np.nonzero(chosen == place)
        if rows.size:
            told, up = values.iloc[rows], raises[rows, slots]
            phrases = phrases_of(name, told, words, currency)
            beside = usual_beside(name, told, up, usual)
            phrases = beside_usual(phrases, name, beside, words, currency)
            sentences[rows, slots] = in_direction(phrases, up, words)
    return pd.DataFrame(
        {
            "customer_id": contributions["customer_id"].astype("str").to_numpy(),
            **{
                f"reason_{k + 1}": pd.array(sentences[:, k], dtype="str")
                for k in range(MOST_REASONS)
            },
        }
    )


def strongest_topics(
    contributions: pd.DataFrame,
    *,
    cannot_raise: Mapping[int, npt.NDArray[np.bool_]] | None = None,
    cannot_lower: Mapping[int, npt.NDArray[np.bool_]] | None = None,
) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """The features that speak for the strongest topics, and whether each raises the value.

    Parameters
    ----------
    contributions : DataFrame
        One column per feature.
    cannot_raise, cannot_lower : mapping, optional
        By column position, the customers of whom the feature cannot say that it raises the value,
        or that it lowers it.

    Returns
    -------
    chosen : int array, shape (n, MOST_REASONS)
        Column positions in `contributions`, strongest topic first; -1 where none is left.
    raises : bool array, shape (n, MOST_REASONS)
        True where the topic's summed contribution is above 0.
    """
    names = [str(column) for column in contributions.columns]
    topics, topic = np.unique([topic_of(name) for name in names], return_inverse=True)
    member = np.zeros((len(names), max(len(topics), MOST_REASONS)))
    member[np.arange(len(names)), topic] = 1.0
    chosen = np.full((len(contributions), MOST_REASONS), -1, dtype=np.int64)
    raises = np.zeros((len(contributions), MOST_REASONS), dtype=bool)
    for start in range(0, len(contributions), _BLOCK):
        block = contributions.iloc[start : start + _BLOCK].to_numpy(float)
        sums = block @ member
        size = np.abs(sums)
        rows = np.arange(len(block))[:, None]
        best = np.argpartition(-size, MOST_REASONS - 1, axis=1)[:, :MOST_REASONS]
        best = best[rows, np.argsort(-size[rows, best], axis=1, kind="stable")]
        up = sums[rows, best] > 0
        least = LEAST_SHARE * size.sum(axis=1, keepdims=True)
        worth_telling = (size[rows, best] > 0) & (size[rows, best] >= least)
        here = slice(start, start + len(block))
        muted_up = _marked(block.shape, cannot_raise, here)
        muted_down = _marked(block.shape, cannot_lower, here)
        for slot in range(MOST_REASONS):
            pull = np.where(up[:, slot, None], block, -block)
            pull[topic[None, :] != best[:, slot, None]] = -np.inf
            pull[np.where(up[:, slot, None], muted_up, muted_down)] = -np.inf
            speaker = pull.argmax(axis=1)
            told = worth_telling[:, slot] & np.isfinite(pull.max(axis=1))
            chosen[here, slot] = np.where(told, speaker, -1)
        raises[here] = up
    # What cannot be told makes room for what comes after it.
    order = np.argsort(chosen < 0, axis=1, kind="stable")
    return np.take_along_axis(chosen, order, axis=1), np.take_along_axis(raises, order, axis=1)


def _marked(
    shape: tuple[int, ...], rows: Mapping[int, npt.NDArray[np.bool_]] | None, here: slice
) -> npt.NDArray[np.bool_]:
    """The marked rows of a block, a column for each feature."""
    marked = np.zeros(shape, dtype=bool)
    for place, of_all in (rows or {}).items():
        marked[:, place] = of_all[here]
    return marked


def _cannot_raise(names: list[str], values: pd.DataFrame) -> dict[int, npt.NDArray[np.bool_]]:
    """Customers whose value of a feature would speak against a raise, by the feature's place."""
    muted = {}
    for place, name in enumerate(names):
        key, _ = entry_of(name)
        if key is None or name not in values.columns:
            continue
        topic, show = KINDS[key]
        value = values[name].to_numpy(dtype=float)
        if key == "overdue_ratio":
            muted[place] = ~(value <= 1)
        elif key == "recency_share":
            muted[place] = value < 0.5
        elif topic in _OF_ORDERS and show in ("count", "money"):
            muted[place] = value == 0
        elif topic in NEEDS_SECOND_ORDER:
            muted[place] = np.isnan(value)
    return muted


def _aligned(features: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    theirs = features["customer_id"].astype("str")
    ours = ids.astype("str")
    if len(theirs) == len(ours) and bool((theirs.to_numpy() == ours.to_numpy()).all()):
        return features
    keyed = features.set_index(theirs)
    missing = ours[~ours.isin(keyed.index)]
    if len(missing) or keyed.index.has_duplicates:
        raise SchemaError(
            f"reasons: got contributions without features for {offenders(missing)}, or repeated "
            "customers, expected the same customers once in both; build both from one frame"
        )
    return keyed.reindex(pd.Index(ours))
