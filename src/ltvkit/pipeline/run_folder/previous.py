"""The run that a new one takes the place of: what the report compares key figures with."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ltvkit.runs import SCHEMA
from ltvkit.snapshot import Snapshot


def previous_figures(
    path: Path,
    *,
    version: str,
    snapshot: Snapshot,
    inputs: list[dict[str, Any]],
    data: Mapping[str, Any],
) -> dict[str, Any] | None:
    """Key figures of the run that a new one takes the place of, or None.

    The same job done again (model, day, horizon and inputs are equal) is not compared with itself
    but with what it was compared with the first time, so that it gives the same bytes. A run of a
    later day is not "before", and one over another horizon, in another currency or in revenue
    instead of margin has other figures.

    Parameters
    ----------
    path : Path
        The `run.json` that is about to be replaced; it need not be there.
    version, snapshot, inputs, data
        Of the new run.
    """
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        if old["schema"] != SCHEMA:
            return None
        day = date.fromisoformat(old["snapshot"]["as_of"])
        horizon = int(old["snapshot"]["horizon_days"])
        money = old["data"]["currency"], old["data"]["margin_basis"]
        read = [row["sha256"] for row in old["inputs"]]
        figures: dict[str, Any] | None = {
            "as_of": day.isoformat(),
            "version": old["model"]["version"],
            "economics": old["economics"],
        }
        carried: dict[str, Any] | None = old.get("previous")
    except (OSError, ValueError, KeyError, TypeError):
        # What cannot be read is no run to compare with, and about to be replaced anyway.
        return None
    again = read == [row["sha256"] for row in inputs] and old["model"]["version"] == version
    if again and (day, horizon) == (snapshot.as_of, snapshot.horizon_days):
        return carried
    same = horizon == snapshot.horizon_days and money == (data["currency"], data["margin_basis"])
    return figures if same and day <= snapshot.as_of else None
