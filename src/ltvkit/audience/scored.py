"""The scored customer list: every column of `dictionary.SCORED_COLUMNS`, one row per customer.

Probabilities and money are rounded first, as the file shows them, and everything that follows
from them (risk, value at risk, lists, priorities) is computed from the rounded figures: a reader
can recompute the file from itself.
"""

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.audience.contacts import plan_contacts
from ltvkit.audience.dictionary import CONTACT_COLUMNS, DECIMALS, Column, scored_columns
from ltvkit.audience.history import HISTORY
from ltvkit.audience.lists import (
    CHURN_HIGH,
    CHURN_MEDIUM,
    LIST_NAMES,
    PROB_FLOOR,
    ListRules,
    assign_lists,
)
from ltvkit.audience.ranking import value_score, value_tier
from ltvkit.audience.segments import RfmCuts, rfm_cuts, score_rfm
from ltvkit.consent import as_flag
from ltvkit.errors import SchemaError, offenders
from ltvkit.schemas import ALL, Schema, check_frame
from ltvkit.snapshot import Snapshot
from ltvkit.units import Floats
from ltvkit.wording import Language

VALUED_PREDICTIONS = Schema(
    name="valued predictions",
    key=("customer_id",),
    columns=(
        "prob_active",
        "expected_orders",
        "expected_order_value",
        "predicted_value",
        "predicted_value_low",
        "predicted_value_high",
    ),
    may_be_missing=("expected_order_value", "predicted_value_low", "predicted_value_high"),
)
"""Predictions with their value in margin over the horizon; `expected_order_value` is revenue.
Optional: `predicted_value_low_80` and `predicted_value_high_80` where the interval is of another
level, as `confidence` is read from that of 80 %; `prob_order_90d`, `next_order_expected`,
`next_order_from`, `next_order_to`; of contracts `prob_kept`, `prob_alive` (0 after the end) and
`value_if_kept`, else `prob_active` and what follows from it."""

HIGH_CONFIDENCE_WIDTH = 1.5
MEDIUM_CONFIDENCE_WIDTH = 3.0
"""Width of the 80 % interval over the prediction: a regular customer's is about 1 to 1.5, one who
orders with even odds has 2 to 3 (docs/methods/intervals.md)."""

_FORECAST = (
    "prob_active",
    "prob_order_90d",
    "predicted_value",
    "predicted_value_low",
    "predicted_value_high",
    "expected_orders",
    "expected_order_value",
)

_NEXT_ORDER = ("next_order_expected", "next_order_from", "next_order_to")


def value_if_kept(predicted_value: npt.ArrayLike, prob_active: npt.ArrayLike) -> Floats:
    """The margin over the horizon given that the customer orders at all, never below 0.

    E[value | at least one order] = E[value] / P(at least one order), the probability floored at
    5 %.

    Examples
    --------
    >>> value_if_kept([30.0, 1.0], [0.5, 0.01]).tolist()
    [60.0, 20.0]
    """
    value = np.maximum(np.asarray(predicted_value, dtype=float), 0.0)
    kept: Floats = value / np.maximum(np.asarray(prob_active, dtype=float), PROB_FLOOR)
    return kept


def churn_level(churn_risk: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """`low` below 1/3, `high` above 2/3, `medium` between.

    >>> churn_level([0.333, 0.334, 0.667]).tolist()
    ['low', 'medium', 'high']
    """
    risk = np.asarray(churn_risk, dtype=float)
    levels: npt.NDArray[np.object_] = np.select(
        [risk < CHURN_MEDIUM, risk > CHURN_HIGH],
        [np.array("low", object), np.array("high", object)],
        np.array("medium", object),
    )
    return levels


def confidence(
    predicted_value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> npt.NDArray[np.object_]:
    """`high`, `medium` or `low`: how wide the interval is for the size of the prediction.

    w = (high - low)/|predicted value|; high up to 1.5, medium up to 3. A prediction outside its
    own interval is `low`: "most likely nothing", an interval from 0 to 0, and yet an amount is the
    mean of mostly nothing and seldom much. So is one without any interval.

    Examples
    --------
    >>> confidence([100, 100, 100, 2, 0], [50, 0, 0, 0, 0], [180, 250, 400, 0, 0]).tolist()
    ['high', 'medium', 'low', 'low', 'high']
    """
    value, lowest, highest = (np.asarray(v, dtype=float) for v in (predicted_value, low, high))
    size, width = np.abs(value), highest - lowest
    inside = (lowest <= value) & (value <= highest)
    levels: npt.NDArray[np.object_] = np.select(
        [
            inside & (width <= HIGH_CONFIDENCE_WIDTH * size),
            inside & (width <= MEDIUM_CONFIDENCE_WIDTH * size),
        ],
        [np.array("high", object), np.array("medium", object)],
        np.array("low", object),
    )
    return levels


def scored_customers(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    *,
    snapshot: Snapshot,
    rules: ListRules,
    currency: str,
    model_version: str,
    seed: int,
    reasons: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    channel_economics: pd.DataFrame | None = None,
    newcomers: Collection[str] | None = None,
    cuts: RfmCuts | None = None,
    with_contacts: bool = False,
    language: Language = "en",
) -> pd.DataFrame:
    """The scored list, sorted as a marketer works: list by list in precedence, first things first.

    Parameters
    ----------
    predictions : DataFrame
        `VALUED_PREDICTIONS`: one row for every customer of `history`, values in margin.
    history : DataFrame
        `HISTORY` (`customer_history`): one row per customer up to the snapshot.
    snapshot : Snapshot
        `scored_at` and `horizon_days`; nothing is dated by the clock.
    rules : ListRules
        Thresholds of the lists; a next order is dated where `prob_active` reaches
        `min_prob_active`, and never before the day after the snapshot.
    currency, model_version : str
        Written into every row.
    seed : int
        Draws the hold-out.
    reasons : DataFrame, optional
        `customer_id, reason_1, reason_2, reason_3` (`explain`).
    customers : DataFrame, optional
        `customer_id` and any of `channel`, `contact_ok`, `contacts_last_30d` and the contact
        columns; customers that are not in it stay blank.
    channel_economics : DataFrame, optional
        `channel, cac, allowable_cac`; the row `all` serves customers without a listed channel.
    newcomers : collection of str, optional
        Whom that cost was spent on; the others keep it blank. Everybody when not given.
    cuts : RfmCuts, optional
        Cut points kept from an earlier run; by default this base's own.
    with_contacts : bool
        Put the contact columns of `customers` (personal data) right after `customer_id`.
    language : {"en", "fr", "pl"}
        Language of `recommended_action`.

    Raises
    ------
    SchemaError
        When predictions and history do not hold the same customers, or lack a column.
    """
    check_frame(predictions, VALUED_PREDICTIONS)
    check_frame(history, HISTORY)
    past = history.sort_values("customer_id", kind="stable", ignore_index=True)
    ids = past["customer_id"].astype("str")
    ahead = _aligned(predictions, ids, must_match=True)
    known = _aligned(customers, ids) if customers is not None else pd.DataFrame(index=ids.index)

    scored = pd.DataFrame({"customer_id": ids})
    if with_contacts:
        for column in CONTACT_COLUMNS:
            scored[column.name] = _column(known, column.name)
    for name in _FORECAST:
        scored[name] = _column(ahead, name)
    scored = _rounded(scored)
    kept = ahead.get(
        "value_if_kept", value_if_kept(scored["predicted_value"], scored["prob_active"])
    )
    contracts = pd.DataFrame(index=scored.index)
    if "prob_kept" in ahead.columns:
        contracts["running"] = ahead["prob_alive"] > 0
    scored = _with_risk(scored, ahead, kept=kept, contracts=contracts)
    scored["value_score"] = value_score(scored["predicted_value"])
    scored["value_tier"] = value_tier(scored["predicted_value"])
    scored["confidence"] = _confidence_of(scored["predicted_value"], ahead)
    likely = scored["prob_active"] >= rules.min_prob_active
    for name in _NEXT_ORDER:
        dates = pd.to_datetime(_column(ahead, name)).astype("datetime64[s]")
        scored[name] = _not_past(dates, snapshot.as_of).where(likely)

    scored = _with_history(scored, past, snapshot)
    scored["channel"] = _column(known, "channel")
    scored = _with_economics(scored, channel_economics, newcomers)
    own_cuts = cuts if cuts is not None else rfm_cuts(scored)
    scored = scored.join(score_rfm(scored, own_cuts))

    scored["list"] = assign_lists(scored.assign(value_if_kept=kept).join(contracts), rules)
    if "contact_ok" in known.columns:
        scored["contact_ok"] = as_flag(known["contact_ok"])
    scored = scored.join(
        plan_contacts(
            scored.join(contracts), rules=rules, as_of=snapshot.as_of, seed=seed, language=language
        )
    )
    scored["contact_ok"] = _column(scored, "contact_ok")
    scored["contacts_last_30d"] = pd.to_numeric(_column(known, "contacts_last_30d"))
    told = _aligned(reasons, ids) if reasons is not None else pd.DataFrame(index=ids.index)
    for name in ("reason_1", "reason_2", "reason_3"):
        scored[name] = _column(told, name)
    scored["scored_at"] = pd.Timestamp(snapshot.as_of)
    scored["horizon_days"] = snapshot.horizon_days
    scored["currency"] = currency
    scored["model_version"] = model_version

    columns = scored_columns(with_contacts=with_contacts)
    rank = scored["list"].map({name: place for place, name in enumerate(LIST_NAMES)})
    order = np.lexsort((scored["priority"].to_numpy(), rank.to_numpy()))
    return _typed(scored.iloc[order].reset_index(drop=True), columns)


def _aligned(frame: pd.DataFrame, ids: pd.Series, *, must_match: bool = False) -> pd.DataFrame:
    """The rows of `frame` in the order of `ids`, blank where it has none."""
    keyed = frame.set_index(frame["customer_id"].astype("str")).drop(columns="customer_id")
    if keyed.index.has_duplicates:
        repeated = keyed.index[keyed.index.duplicated()]
        raise SchemaError(
            f"got repeated customer_id {offenders(repeated)}, expected one row per customer; "
            "keep one of them"
        )
    places = keyed.index.get_indexer(pd.Index(ids))
    if must_match and (len(keyed) != len(ids) or (places < 0).any()):
        only_there = keyed.index.difference(pd.Index(ids)).tolist()
        only_here = pd.Index(ids).difference(keyed.index).tolist()
        raise SchemaError(
            f"got predictions for {len(keyed)} customers and a history of {len(ids)} (only in one "
            f"of them: {offenders([*only_there, *only_here])}), expected the same customers; "
            "predict for exactly the customers of the snapshot"
        )
    if (places >= 0).all():
        return keyed.take(places).set_axis(ids.index, axis=0)
    return keyed.reindex(pd.Index(ids)).set_axis(ids.index, axis=0)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    blank = pd.Series(np.nan, index=frame.index, dtype=float)
    return frame.get(name, blank)


def _not_past(dates: pd.Series, as_of: date) -> pd.Series:
    tomorrow = pd.Timestamp(as_of).as_unit("s") + pd.Timedelta(days=1)
    later: pd.Series = dates.dt.normalize().clip(lower=tomorrow)
    return later


def _with_risk(
    scored: pd.DataFrame, ahead: pd.DataFrame, *, kept: pd.Series | Floats, contracts: pd.DataFrame
) -> pd.DataFrame:
    """The risk that a customer stays away, and the margin that is lost then."""
    stays = ahead.get("prob_kept", scored["prob_active"])
    risk = (1.0 - stays).round(DECIMALS["probability"])
    at_risk = (risk * kept).round(DECIMALS["money"])
    if "running" in contracts.columns:
        # What has ended is lost: it may come back, and that is the predicted value.
        at_risk = at_risk.where(contracts["running"], 0.0)
    return scored.assign(churn_risk=risk, churn_level=churn_level(risk), value_at_risk=at_risk)


def _confidence_of(predicted_value: pd.Series, ahead: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Read from the interval of 80 %, which stands apart where the run's is of another level."""
    low, high = (
        _column(ahead, f"{name}_80" if f"{name}_80" in ahead.columns else name)
        for name in ("predicted_value_low", "predicted_value_high")
    )
    return confidence(predicted_value, low.round(DECIMALS["money"]), high.round(DECIMALS["money"]))


def _with_history(scored: pd.DataFrame, past: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    today = pd.Timestamp(snapshot.as_of)
    orders = past["orders"].astype(np.int64)
    days_since_last = (today - past["last_order"]).dt.days
    gap = past["avg_days_between"].astype(float)
    return scored.assign(
        orders=orders,
        revenue=past["revenue"].round(DECIMALS["money"]),
        margin=past["margin"].round(DECIMALS["money"]),
        average_order_value=past["revenue"] / orders,
        first_order=past["first_order"],
        last_order=past["last_order"],
        days_since_last=days_since_last,
        avg_days_between=gap,
        overdue_ratio=days_since_last / gap.where(gap > 0),
        cohort=past["first_order"].dt.strftime("%Y-%m"),
    )


def _with_economics(
    scored: pd.DataFrame,
    channel_economics: pd.DataFrame | None,
    newcomers: Collection[str] | None,
) -> pd.DataFrame:
    figures: Mapping[str, pd.Series] = {}
    if channel_economics is not None:
        table = channel_economics.set_index("channel")[["cac", "allowable_cac"]].astype(float)
        listed = scored["channel"].where(scored["channel"].isin(table.index), ALL)
        figures = {name: listed.map(table[name]) for name in table.columns}
    blank = pd.Series(np.nan, index=scored.index, dtype=float)
    cac = figures.get("cac", blank).round(DECIMALS["money"])
    if newcomers is not None:
        cac = cac.where(scored["customer_id"].isin(list(newcomers)))
    return scored.assign(
        cac=cac,
        allowable_cac=figures.get("allowable_cac", blank),
        margin_minus_cac=scored["margin"] - cac,
        paid_back=(scored["margin"] >= cac).astype("boolean").where(cac.notna()),
    )


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = {column.name: column.kind for column in scored_columns(with_contacts=True)}
    decimals = {name: DECIMALS[kinds[name]] for name in frame.columns if kinds[name] in DECIMALS}
    return frame.astype(dict.fromkeys(decimals, float)).round(decimals)


def _typed(scored: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """The columns in their order, each of its kind's type and decimals."""
    optional = ("paid_back", "contact_ok", "contacts_last_30d")
    typed: dict[str, pd.Series] = {}
    for column in columns:
        values = scored[column.name]
        if column.kind == "date":
            typed[column.name] = values.astype("datetime64[s]")
        elif column.kind == "whole number":
            typed[column.name] = values.astype("Int64" if column.name in optional else np.int64)
        elif column.kind == "yes/no":
            typed[column.name] = values.astype("boolean" if column.name in optional else bool)
        elif column.kind == "text":
            typed[column.name] = values.astype("str")
        else:
            # Added to 0, nothing has no sign.
            typed[column.name] = values.astype(float).round(DECIMALS[column.kind]) + 0.0
    return pd.DataFrame(typed)
