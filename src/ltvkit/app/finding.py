"""Finding runs in a folder, and customers in a run."""

import json
from pathlib import Path

import pandas as pd

from ltvkit.errors import UserError
from ltvkit.wording import LANGUAGES, Language

_CONTROL = r"[\x00-\x1f\x7f]"


def find_runs(folder: Path) -> list[Path]:
    """The run folders in a folder, or the folder itself if it is one; the latest first.

    The run of the latest snapshot knows most of the shop; of several of one day, the one made last
    comes first. A run whose snapshot cannot be read comes after all others.

    Raises
    ------
    UserError
        When there is none.
    """
    # A hidden folder is a run that was being written when something stopped it.
    inner = sorted(p for p in folder.iterdir() if p.name[0] != ".") if folder.is_dir() else []
    places = [folder, *inner]
    records = [place / "run.json" for place in places if (place / "run.json").is_file()]
    if not records:
        raise UserError(
            f"got no run in {folder}, expected a folder of runs such as runs/, or one run; "
            "make one with `ltv train`"
        )
    latest_first = sorted(
        records,
        key=lambda record: (_told(record, "snapshot", "as_of"), record.stat().st_mtime_ns),
        reverse=True,
    )
    return [record.parent for record in latest_first]


def language_of(folder: Path) -> Language:
    """The language of a run (`report.language` of its settings), English when it says none."""
    asked = _told(folder / "run.json", "settings", "report", "language")
    return next((known for known in LANGUAGES if known == asked), LANGUAGES[0])


def _told(record: Path, *keys: str) -> str:
    """What a run's record says there; blank where it cannot be read.

    Whoever reads the whole run says what is wrong with it.
    """
    try:
        facts = json.loads(record.read_text(encoding="utf-8"))
        for key in keys:
            facts = facts[key]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return str(facts)


def find_customers(scored: pd.DataFrame, typed: str, *, most: int = 50) -> list[str]:
    """Ids that are, begin with, or hold what was typed, in this order; capitals do not matter.

    Nobody can type a line break or another control sign into a box of one line: where nobody is
    found, ids are read without them.

    >>> find_customers(pd.DataFrame({"customer_id": ["C10", "10", "210", "100"]}), " 10 ")
    ['10', '100', 'C10', '210']
    """
    wanted = typed.strip().lower()
    if not wanted:
        return []
    ids = scored["customer_id"].astype("str")
    lowered = ids.str.lower()
    same, begins = lowered == wanted, lowered.str.startswith(wanted)
    holds = lowered.str.contains(wanted, regex=False)
    found: list[str] = [*ids[same], *ids[begins & ~same], *ids[holds & ~begins]]
    if not found:
        typeable = lowered.str.replace(_CONTROL, "", regex=True)
        found = ids[typeable.str.contains(wanted, regex=False)].tolist()
    return found[:most]
