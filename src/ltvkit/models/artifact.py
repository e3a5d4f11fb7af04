"""Save and load a trained model: JSON and LightGBM's text, no pickle, no customer.

    model.json          kind of shop, parameters, weights, curves, and what the features were
                        built with
    boosters/<bag>-<k>.txt

Whoever holds the folder learns parameters of the shop as a whole, never a customer's row: of text
columns, values that at least 20 customers share.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ltvkit.errors import DataError, SchemaError, UserError, offenders
from ltvkit.files import plain, unreadable, whole_folder
from ltvkit.models._rows import check_columns
from ltvkit.models.btyd.family import BtydFamily
from ltvkit.models.contractual import ContractualLtv
from ltvkit.models.horizon.curves import WaitingCurve
from ltvkit.models.horizon.rhythm import Rhythm
from ltvkit.models.intervals import RankedScatter
from ltvkit.models.learners.blend import Blend
from ltvkit.models.learners.boosted import Bag, Columns
from ltvkit.models.learners.candidates import Candidates
from ltvkit.models.learners.churn import ActivityStack
from ltvkit.models.learners.explain import Explainer
from ltvkit.models.learners.loglinear import LogLinear
from ltvkit.models.plans import PlansLtv
from ltvkit.models.stack import StackedLtv
from ltvkit.models.total.level import LevelForecast
from ltvkit.models.total.season import Season
from ltvkit.panel import ModelOfRecord
from ltvkit.units import USUAL_INTERVAL

SCHEMA = 20


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained model and what is needed to feed it.

    Parameters
    ----------
    model : ModelOfRecord
        Fitted.
    about : dict
        Plain JSON values: name, version, snapshot, how the log is read, and whatever else a
        scorer needs to build the same features. No customer in it. What is not a number is null in
        the file, and None when it is read.
    """

    model: ModelOfRecord
    about: dict[str, Any] = field(default_factory=dict)

    def predict(
        self,
        features: pd.DataFrame,
        horizon_days: int | None = None,
        *,
        interval_level: float = USUAL_INTERVAL,
        as_of: date | str | None = None,
    ) -> pd.DataFrame:
        """Predictions for a frame of features; see the `predict` of the model.

        `as_of` is the day of the features, for its season: the day trained to when not given.

        Raises
        ------
        UserError
            When there is no such horizon, level or day, or a feature holds something else than
            numbers.
        SchemaError
            When these are no features of the model.
        """
        if horizon_days is not None and not _lies_in(horizon_days, 1, math.inf):
            raise UserError(f"horizon_days: got {horizon_days!r}, expected 1 or more days ahead")
        if not (_lies_in(interval_level, 0, 1) and interval_level > 0):
            raise UserError(
                f"interval_level: got {interval_level!r}, expected between 0 and 1, as in 0.8"
            )
        _check_features(features, self.model.columns_read())
        model = self.model if as_of is None else self.model.at(as_of)
        return model.predict(features, horizon_days, interval_level=interval_level)


def _lies_in(value: object, least: float, end: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return least <= float(value) < end


def _check_features(features: pd.DataFrame, read: Mapping[str, str]) -> None:
    """See to it that a frame has what the model reads; a number may be missing in a row."""
    by = "ltvkit.features_for"
    check_columns(features, ["customer_id", *read], what="features", built_by=by)
    for name in (name for name, kind in read.items() if kind == "number"):
        given = features[name]
        values = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        wrong = np.isinf(values) | (np.isnan(values) & given.notna().to_numpy())
        if wrong.any():
            raise DataError(
                f"column '{name}': got {offenders(given[wrong])} in {int(wrong.sum())} rows, "
                f"expected finite numbers; build the features with {by}"
            )


def save_model(trained: TrainedModel, folder: Path) -> None:
    """Write the folder, whole or not at all; what it held before is replaced."""
    match trained.model:
        case StackedLtv() as stacked:
            state, texts = _stacked_state(stacked)
            kind = "non_contractual"
        case ContractualLtv() | PlansLtv() as contractual:
            state, texts = contractual.to_dict(), {}
            kind = "contractual"
        case other:
            raise SchemaError(f"got a {type(other).__name__}, expected a model of record")
    state |= {"schema": SCHEMA, "kind": kind, "about": trained.about}
    with whole_folder(folder, holds="model.json") as fresh:
        for name, text in texts.items():
            path = fresh / "boosters" / f"{name}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        path = fresh / "model.json"
        text = json.dumps(plain(state), indent=1, sort_keys=True, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")


def read_artifact(folder: str | Path) -> TrainedModel:
    """Read a folder that `save_model` wrote.

    Raises
    ------
    UserError
        When there is no model there, one of which something is missing or cannot be read, or one of
        another schema.
    """
    folder = Path(folder)
    path = folder / "model.json"
    if not path.is_file():
        raise UserError(
            f"got no model at {folder}, expected a folder with model.json; train one with "
            "`ltv train CONFIG`, or name its folder or an MLflow URI like models:/shop@champion"
        )
    try:
        state = json.loads(_text(path))
    except ValueError as error:
        raise unreadable(path, error) from None
    if state.get("schema") != SCHEMA:
        raise UserError(
            f"got a model of schema {state.get('schema')} at {folder}, expected {SCHEMA}; train it "
            "again with this version"
        )
    model: ModelOfRecord
    if state.get("kind") == "contractual":
        model = (PlansLtv if "plans" in state else ContractualLtv).from_dict(state)
    else:
        model = _read_stacked(state, folder)
    return TrainedModel(model=model, about=state["about"])


def _stacked_state(model: StackedLtv) -> tuple[dict[str, Any], dict[str, str]]:
    """Plain JSON values, and the boosters by name."""
    learned = model.candidates_
    bags = {**(learned.bags() if learned else {}), "explainer": model.explainer_.bag}
    state: dict[str, Any] = {
        "seed": model.seed,
        "as_of_day": model.as_of_day_,
        "horizon_days": model.horizon_days_,
        "label_days": model.label_days_,
        "scale": model.scale_,
        "price": model.price_,
        "room": model.room_,
        "family": model.family_.to_dict(),
        "blend": asdict(model.blend_),
        "activity": asdict(model.activity_),
        "waiting": asdict(model.waiting_),
        "rhythm": model.rhythm_ and asdict(model.rhythm_),
        "season": asdict(model.season_),
        "chance_season": model.chance_season_,
        "chance_level": model.chance_level_,
        "explainer_centre": dict(model.explainer_.centre),
        "scatter": {
            "ratios": model.scatter_.ratios.tolist(),
            "reference": model.scatter_.reference.tolist(),
        },
        "level": asdict(model.level_),
        "bags": {name: _bag_state(bag) for name, bag in bags.items()},
        "loglinear": learned and asdict(learned.loglinear),
        "active_loglinear": learned and asdict(learned.active_loglinear),
    }
    return state, {
        f"{name}-{number}": text
        for name, bag in bags.items()
        for number, text in enumerate(bag.boosters)
    }


def _read_stacked(state: dict[str, Any], folder: Path) -> StackedLtv:
    model = StackedLtv(seed=state["seed"])
    model.as_of_day_ = state["as_of_day"]
    model.horizon_days_ = state["horizon_days"]
    model.label_days_ = state["label_days"]
    model.scale_ = state["scale"]
    model.price_ = state["price"]
    model.room_ = state["room"]
    model.family_ = BtydFamily.from_dict(state["family"])
    blend = state["blend"]
    model.blend_ = Blend(
        **{
            **blend,
            "geometric": tuple(blend["geometric"]),
            "far": tuple(blend["far"]),
            "largest": tuple(blend["largest"]),
        }
    )
    model.activity_ = ActivityStack(**state["activity"])
    waiting = state["waiting"]
    model.waiting_ = WaitingCurve(
        waiting["label_days"], tuple(waiting["days"]), tuple(waiting["powers"])
    )
    model.rhythm_ = Rhythm(**state["rhythm"]) if state["rhythm"] else None
    model.season_ = Season(tuple(state["season"]["log_effect"]), state["season"]["seen"])
    model.chance_season_ = state["chance_season"]
    model.chance_level_ = state["chance_level"]
    model.scatter_ = RankedScatter(
        ratios=np.array(state["scatter"]["ratios"]),
        reference=np.array(state["scatter"]["reference"]),
    )
    model.level_ = LevelForecast.from_dict(state["level"])
    bags = {name: _read_bag(name, bag, folder) for name, bag in state["bags"].items()}
    model.explainer_ = Explainer(bags.pop("explainer"), state["explainer_centre"])
    model.candidates_ = None
    if state["loglinear"] is not None:
        model.candidates_ = Candidates(
            **bags,
            loglinear=LogLinear.from_dict(state["loglinear"]),
            active_loglinear=LogLinear.from_dict(state["active_loglinear"]),
        )
    return model


def _bag_state(bag: Bag) -> dict[str, Any]:
    return {
        "objective": bag.objective,
        "rounds": bag.rounds,
        "columns": list(bag.columns.names),
        "categories": {name: list(values) for name, values in bag.columns.categories.items()},
        "boosters": len(bag.boosters),
    }


def _read_bag(name: str, state: dict[str, Any], folder: Path) -> Bag:
    return Bag(
        columns=Columns(
            names=tuple(state["columns"]),
            categories={k: tuple(values) for k, values in state["categories"].items()},
        ),
        objective=state["objective"],
        rounds=state["rounds"],
        boosters=tuple(
            _text(folder / "boosters" / f"{name}-{number}.txt")
            for number in range(state["boosters"])
        ),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
