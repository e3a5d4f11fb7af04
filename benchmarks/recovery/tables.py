"""What the study found, counted."""

import numpy as np
import pandas as pd
from benchmarks.recovery.study import LEVEL

Z95 = 1.959964


def coverage_table(intervals: pd.DataFrame, *, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """How often the intervals held the truth, with the 95 % limits of that share itself.

    Returns
    -------
    pandas.DataFrame
        Per scenario, quantity and `by`: `estimates`, `held` (share), `held_low`, `held_high`
        (Wilson), `stated`, `reading` (as stated, too narrow, or wider than stated, when the
        limits exclude the stated level), `median_error` (relative, of the estimate), `half_width`
        (median, relative to the estimate). Without paybacks in the first month, which any interval
        holds, unless `by` names the channel.
    """
    rows = intervals
    if "channel" not in by:
        trivial = (rows["quantity"] == "payback month") & (rows["truth"] == 0)
        rows = rows[~trivial]
    told = rows.assign(
        error=np.where(np.isfinite(rows["truth"]), rows["estimate"] / rows["truth"] - 1, np.nan),
        half_width=(rows["high"] - rows["low"]) / 2 / rows["estimate"].abs(),
    ).replace([np.inf, -np.inf], np.nan)
    found = (
        told.groupby(["scenario", "quantity", *by], sort=False)
        .agg(
            estimates=("held", "size"),
            held=("held", "mean"),
            median_error=("error", "median"),
            half_width=("half_width", "median"),
        )
        .reset_index()
    )
    low, high = _wilson(found["held"].to_numpy(), found["estimates"].to_numpy())
    reading = np.select(
        [high < LEVEL, low > LEVEL], ["too narrow", "wider than stated"], default="as stated"
    )
    place = found.columns.get_loc("held") + 1
    for name, column in {
        "held_low": low,
        "held_high": high,
        "stated": LEVEL,
        "reading": reading,
    }.items():
        found.insert(place, name, column)
        place += 1
    return found


def verdict_table(verdicts: pd.DataFrame) -> pd.DataFrame:
    """How often each channel got which verdict, beside the verdict that the truth calls for."""
    keys = [verdicts["scenario"], verdicts["channel"], verdicts["truth"]]
    counted = pd.crosstab(keys, verdicts["verdict"]).loc[verdicts["scenario"].unique().tolist()]
    order = [name for name in ("Raise", "Hold", "Cut", "Cannot tell") if name in counted.columns]
    return counted[order].reset_index().rename_axis(columns=None)


def wrong_moves(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Share of verdicts that move money the wrong way, by scenario.

    Returns
    -------
    pandas.DataFrame
        `decided` (Raise or Cut, of all), `wrong_side` (Raise below the target, or Cut above it),
        `past_the_margin` (Raise where the channel clears the target but its next customer costs
        too much), each as a share of all verdicts.
    """
    raised, cut = verdicts["verdict"] == "Raise", verdicts["verdict"] == "Cut"
    clears = verdicts["clears_target"]
    moves = pd.DataFrame(
        {
            "scenario": verdicts["scenario"],
            "verdicts": 1.0,
            "decided": raised | cut,
            "wrong_side": (raised & ~clears) | (cut & clears),
            "past_the_margin": raised & clears & (verdicts["truth"] == "Hold"),
        }
    )
    found = moves.groupby("scenario", sort=False).agg(
        {"verdicts": "sum", "decided": "mean", "wrong_side": "mean", "past_the_margin": "mean"}
    )
    return found.astype({"verdicts": int}).reset_index()


def _wilson(share: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    reach = Z95 * np.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    reach /= 1 + Z95**2 / count
    return centre - reach, centre + reach
