"""Gradient-boosted trees, cross-fitted by customer: the one door to LightGBM.

A bag holds one booster per fold of customers. Its prediction for somebody new is the mean over
boosters; for the rows it learned from, each row is predicted by the booster that never saw its
customer (out of fold), which is what weights and intervals are later judged on.

Folds grow side by side, each on one thread: threads inside of a booster would wait for each other
at every leaf, for which trees this small are too quick, and longest on a busy machine.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import lightgbm as lgb
import numpy as np
import pandas as pd

from ltvkit.errors import SchemaError, offenders
from ltvkit.models.learners.folds import FOLDS, fold_of
from ltvkit.panel import FEWEST_CUSTOMERS
from ltvkit.units import Floats

Objective = Literal["tweedie", "binary", "l2"]

LEARNING_RATE = 0.1
MOST_ROUNDS = 400
"""LightGBM's own rate, and a limit: choices, as the number of trees that is used is where the loss
on unseen customers stops falling."""

PATIENCE = 25
"""Trees without a gain that end the search: a choice, against ending at a rise by chance."""

LEAVES = 7
"""Of a tree: few, as amounts are mostly noise (docs/decisions/0006)."""

MOST_BINS = 127
"""Cuts to choose from in a column: a choice, half of LightGBM's own, for speed."""

LEAF_SHARE, LEAST_IN_LEAF, MOST_IN_LEAF = 1 / 400, 20, 200
"""Rows of a leaf, as a share of all, and their bounds: a choice, leaves of some weight on small
logs and on large ones. 20 is LightGBM's own."""

RIDGE = 1.0
"""Shrinks what a leaf of few rows says: a choice, of the size that matters only there."""

COLUMNS_DRAWN, ROWS_DRAWN = 0.6, 0.8
"""Shares of columns and rows that a tree sees: choices, so that trees differ and their mean is
steadier than each."""

VARIANCE_POWER = 1.5
"""Between counts (1) and amounts that are never zero (2), as candidates are mixed."""

RANDOM_CUTS: tuple[Objective, ...] = ("tweedie", "l2")
"""Objectives whose trees draw a cut per column at random and keep the best of them.

Amounts are so noisy that a cut which is best by little is best by chance; whether somebody orders
is not. Source: Geurts, Ernst and Wehenkel (2006), Extremely randomized trees.
"""

MOST_CATEGORIES = 50
"""Of a text column: a choice, against columns of free text."""

EXPLAINER_ROUNDS, EXPLAINER_RATE, EXPLAINER_LEAVES = 60, 0.15, 15
"""Of the trees that repeat a prediction for its reasons: choices. What they repeat is without
noise, so larger trees and quicker steps follow it closely in few of them."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a booster reads, and the values of the text columns among them.

    Parameters
    ----------
    names : tuple of str
        In the order of the design matrix.
    categories : dict
        For each text column the values that are kept, those of most customers first. All others,
        rare in training or new, are one value together.
    """

    names: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], *, customer: np.ndarray) -> "Columns":
        """Read the text values from a frame, with the customer of each row in `customer`.

        Kept are values of at least `FEWEST_CUSTOMERS` customers, at most `MOST_CATEGORIES`.
        """
        text = [n for n in names if not pd.api.types.is_numeric_dtype(frame[n])]
        return cls(
            names=tuple(names),
            categories={name: _common_values(frame[name], customer) for name in text},
        )

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """The design matrix, float32; text as its number in `categories`, missing as NaN.

        A text that is not among them has the number after the last.

        Raises
        ------
        SchemaError
            When a column is missing.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise SchemaError(
                f"features: got no column {offenders(missing)}, expected "
                f"{len(self.names)} columns; build them with the same settings as in training"
            )
        matrix = np.empty((len(frame), len(self.names)), dtype=np.float32)
        for place, name in enumerate(self.names):
            if name in self.categories:
                known = pd.Index(self.categories[name], dtype="str")
                codes = known.get_indexer(pd.Index(frame[name].astype("str")))
                codes = np.where(codes < 0, len(known), codes)
                matrix[:, place] = np.where(frame[name].isna(), np.nan, codes)
            else:
                matrix[:, place] = frame[name].to_numpy(dtype=np.float32, na_value=np.nan)
        return matrix

    def categorical(self) -> list[int]:
        """Places of the text columns."""
        return [place for place, name in enumerate(self.names) if name in self.categories]


@dataclass(frozen=True, slots=True)
class Bag:
    """Boosters of one objective, one per fold, as LightGBM's text.

    `rounds` is how many trees of each are used.
    """

    columns: Columns
    objective: Objective
    rounds: int
    boosters: tuple[str, ...]

    def predict(self, frame: pd.DataFrame) -> Floats:
        """The mean prediction of the boosters, one value per row."""
        matrix = self.columns.matrix(frame)
        parts = [_predict(text, matrix, self.rounds) for text in self.boosters]
        return np.asarray(np.mean(parts, axis=0))

    def contributions(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to the score (SHAP values of trees), a column for each.

        On the scale of the objective's link (log for Tweedie, logit for binary, the value itself
        for l2); the last column, `base`, is the mean score, and a row adds up to its score.

        Source: Lundberg, Erion and Lee (2018), Consistent Individualized Feature Attribution.
        """
        matrix = self.columns.matrix(frame)
        names = [*self.columns.names, "base"]
        if not len(matrix):  # LightGBM divides by the number of rows.
            return pd.DataFrame(columns=names, index=frame.index, dtype=float)
        parts = [
            lgb.Booster(model_str=text).predict(
                matrix, num_iteration=self.rounds, pred_contrib=True
            )
            for text in self.boosters
        ]
        return pd.DataFrame(np.mean(parts, axis=0), columns=names, index=frame.index)


@dataclass(frozen=True, slots=True)
class Design:
    """Rows to learn from, binned once for all that is learned from them.

    Parameters
    ----------
    columns : Columns
        What is read.
    matrix : ndarray
        See `Columns.matrix`.
    data : lightgbm.Dataset
        The same, binned.
    """

    columns: Columns
    matrix: np.ndarray
    data: lgb.Dataset

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Columns) -> "Design":
        """The design of some rows."""
        matrix = columns.matrix(frame)
        # Labels come later; LightGBM wants some from the beginning.
        data = lgb.Dataset(
            matrix,
            np.zeros(len(matrix)),
            categorical_feature=columns.categorical(),
            params=_growth(len(matrix)),
            free_raw_data=False,
        )
        return cls(columns, matrix, data)


def cross_fit(
    design: Design,
    target: Floats,
    *,
    objective: Objective,
    customer: np.ndarray,
    seed: int,
    threads: int,
    increasing: Sequence[str] = (),
) -> tuple[Bag, Floats]:
    """Fit a bag, and predict every row by the booster that did not see its customer.

    The number of trees is where the loss on customers not seen, over all folds together, stops
    falling; nothing else is tuned.

    Parameters
    ----------
    design : Design
        Rows of the panel.
    target : ndarray
        One per row.
    objective : {"tweedie", "binary", "l2"}
        The loss; Tweedie with variance power 1.5 and log link.
    customer : ndarray of int
        Number of the customer of each row; all rows of one are in one fold.
    seed : int
        Of LightGBM.
    threads : int
        Folds that grow at a time; the result does not depend on it.
    increasing : sequence of str
        Columns in which the prediction must not fall.

    Returns
    -------
    Bag, ndarray
        The fitted bag, and the out-of-fold prediction of every row.
    """
    columns, matrix = design.columns, design.matrix
    fold = fold_of(customer, seed=seed)
    data = design.data.set_label(target)
    parameters = _parameters(objective, len(matrix), columns, increasing, seed=seed)
    boosters = []
    for number in range(FOLDS):
        booster = lgb.Booster(parameters, data.subset(np.flatnonzero(fold != number)))
        boosters.append(booster.add_valid(data.subset(np.flatnonzero(fold == number)), "held"))
    rounds = _grow(boosters, threads=threads)
    out_of_fold = np.empty(len(matrix))
    for number, booster in enumerate(boosters):
        held = fold == number
        out_of_fold[held] = booster.predict(matrix[held], num_iteration=rounds)
    texts = tuple(_text(booster, rounds) for booster in boosters)
    return Bag(columns, objective, rounds, texts), out_of_fold


def fit_once(frame: pd.DataFrame, target: Floats, *, columns: Columns, seed: int) -> Bag:
    """A bag of one booster with squared loss on all rows."""
    data = lgb.Dataset(columns.matrix(frame), target, categorical_feature=columns.categorical())
    parameters = _parameters("l2", len(frame), columns, (), seed=seed)
    # It repeats what is said without noise: larger trees, and the best cuts.
    exact = {
        "learning_rate": EXPLAINER_RATE,
        "num_leaves": EXPLAINER_LEAVES,
        "extra_trees": False,
        "bagging_freq": 0,
    }
    booster = lgb.train({**parameters, **exact}, data, EXPLAINER_ROUNDS)
    return Bag(columns, "l2", EXPLAINER_ROUNDS, (_text(booster, EXPLAINER_ROUNDS),))


def _common_values(texts: pd.Series, customer: np.ndarray) -> tuple[str, ...]:
    pairs = pd.DataFrame({"text": texts.astype("str"), "customer": customer}).dropna()
    counts = pairs.drop_duplicates()["text"].value_counts()
    common = [str(text) for text in counts.index[counts >= FEWEST_CUSTOMERS]]
    return tuple(sorted(common, key=lambda text: (-int(counts[text]), text))[:MOST_CATEGORIES])


def _grow(boosters: list[lgb.Booster], *, threads: int) -> int:
    """Add trees to each until their mean loss on held rows stops falling; where it was least."""

    def loss_with_one_more(booster: lgb.Booster) -> float:
        booster.update()
        return float(booster.eval_valid()[0][2])

    losses: list[float] = []
    with ThreadPoolExecutor(threads, initializer=_alone_and_quiet) as pool:
        while len(losses) < MOST_ROUNDS:
            losses.append(float(np.mean(list(pool.map(loss_with_one_more, boosters)))))
            best = int(np.argmin(losses)) + 1
            if len(losses) - best >= PATIENCE:
                break
    return best


def _alone_and_quiet() -> None:
    """Keep LightGBM from starting threads and from printing in this thread.

    It holds these settings for each thread, as they were given with what was made there last.
    """
    lgb.Dataset(np.zeros((2, 1)), params=_growth(2)).construct()


def _growth(rows: int) -> dict[str, object]:
    """Parameters that a design and all that is learned from it share."""
    return {
        "max_bin": MOST_BINS,
        "min_data_in_leaf": int(np.clip(rows * LEAF_SHARE, LEAST_IN_LEAF, MOST_IN_LEAF)),
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }


def _parameters(
    objective: Objective, rows: int, columns: Columns, increasing: Sequence[str], *, seed: int
) -> dict[str, object]:
    return {
        **_growth(rows),
        "objective": objective,
        **({"tweedie_variance_power": VARIANCE_POWER} if objective == "tweedie" else {}),
        "learning_rate": LEARNING_RATE,
        "num_leaves": LEAVES,
        "extra_trees": objective in RANDOM_CUTS,
        "lambda_l2": RIDGE,
        "feature_fraction": COLUMNS_DRAWN,
        "bagging_fraction": ROWS_DRAWN,
        "bagging_freq": 1,
        "monotone_constraints": [int(name in increasing) for name in columns.names],
        "seed": seed,
    }


def _text(booster: lgb.Booster, rounds: int) -> str:
    """LightGBM's text without what is of single customers (ranges of columns) or of a machine."""
    text = booster.model_to_string(num_iteration=rounds)
    unbounded = " ".join(["[-inf:inf]"] * booster.num_feature())
    text = re.sub("^feature_infos=.*$", f"feature_infos={unbounded}", text, flags=re.MULTILINE)
    return re.sub(r"^\[num_threads: .*\]\n", "", text, flags=re.MULTILINE)


def _predict(text: str, matrix: np.ndarray, rounds: int) -> Floats:
    return np.asarray(lgb.Booster(model_str=text).predict(matrix, num_iteration=rounds))
