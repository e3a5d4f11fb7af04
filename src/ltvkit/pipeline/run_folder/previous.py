"""The run that a new one takes the place of: what the report compares key figures with."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ltvkit.runs import SCHEMA


def previous_figures(
    path: Path,
    *,
    version: str,
    as_of: date,
    settings: Mapping[str, Any],
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
    version, as_of, settings, inputs, data
        Of the new run.
    """
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        if old["schema"] != SCHEMA:
            return None
        day = date.fromisoformat(old["snapshot"]["as_of"])
        horizon = _asked(old["settings"])
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
    if again and (day, horizon) == (as_of, _asked(settings)):
        return carried
    same = horizon == _asked(settings) and money == (data["currency"], data["margin_basis"])
    return figures if same and day <= as_of else None


def _asked(settings: Mapping[str, Any]) -> int:
    """Days ahead; where dates tell the month alone, so many months are not always as many."""
    return int(settings["snapshot"]["horizon_days"])
