"""What was guessed of a table, as text and as the first configuration."""

import glob
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from ltvkit.data.cleaning.columns import ColumnMap
from ltvkit.data.reading.locations import scheme_of

NEEDED = ("customer_id", "ordered_at", "revenue")


@dataclass(frozen=True, slots=True)
class Guess:
    """Which column probably means what.

    Parameters
    ----------
    location : str
        The table that was looked at.
    found : mapping of str to str
        The columns that were found, by our names.
    reasons : tuple of str
        A sentence for each finding, in the order of the config's keys.
    doubts : tuple of str
        What the user should look at.
    candidates : tuple of str
        Columns with few values, which could be `attributes`.
    leave_out : mapping of str to tuple of str
        Columns and the values that mark rows which are no sales.
    settings : tuple of (str, str)
        Further keys of `data` that must be set by hand, with a comment.
    currency : str
        ISO code of the currency of the amounts; empty where nothing tells it.
    horizon_days : int
        How far ahead such a log may look.
    """

    location: str
    found: Mapping[str, str]
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    candidates: tuple[str, ...]
    leave_out: Mapping[str, tuple[str, ...]]
    settings: tuple[tuple[str, str], ...]
    currency: str
    horizon_days: int

    @property
    def missing(self) -> tuple[str, ...]:
        """What must be filled in: of customer, date and amount, those that were not found."""
        return tuple(key for key in NEEDED if key not in self.found)

    @property
    def columns(self) -> ColumnMap | None:
        """The mapping; None when customer, date or amount could not be found."""
        return None if self.missing else ColumnMap(**self.found)

    def to_yaml(self, *, folder: Path | None = None) -> str:
        """A commented config.

        Parameters
        ----------
        folder : Path, optional
            Where the config will stand: the table's path is written relative to it.
        """
        transactions = self.location
        if not scheme_of(transactions):
            transactions = os.path.relpath(transactions, folder or Path.cwd())
        lines = [
            "# Written by ltv init. What was guessed, and why:",
            *(f"#   - {reason}" for reason in self.reasons),
            *(["# Please look at this:"] if self.doubts else []),
            *(f"#   - {doubt}" for doubt in self.doubts),
            "# configs/template.yaml shows every key with its default.",
            f"name: {_scalar(name_of(self.location))}",
            "# kind: contractual         # if customers renew contracts and these are the payments",
            "",
            "data:",
            f"  transactions: {_scalar(transactions)}",
            "  columns:",
        ]
        for key in (*NEEDED, "order_id", "margin", "channel"):
            if key in self.found:
                lines.append(f"    {key}: {_scalar(self.found[key])}")
            elif key in NEEDED:
                lines.append(f"    {key}: FILL_IN  # not found")
            else:
                lines.append(f"    # {key}: name of a column, if there is one")
        if self.candidates:
            listed = ", ".join(_scalar(candidate) for candidate in self.candidates)
            lines.append(f"    # attributes: [{listed}]  # further columns to learn from")
        if self.leave_out:
            lines.append("  leave_out:                # rows that are no sales, or nobody's")
        for column, values in self.leave_out.items():
            lines.append(f"    {_scalar(column)}: [{', '.join(map(_scalar, values))}]")
        for setting, comment in self.settings:
            lines.append(f"  # {setting}  # {comment}")
        currency = f"currency: {self.currency}" if self.currency else "# currency: EUR"
        lines.append(f"  {currency:<26}# printed beside amounts; nothing is converted")
        lines += [
            "",
            "snapshot:",
            "  # as_of: 2024-12-31       # last day of history; left out = last order day",
            f"  horizon_days: {self.horizon_days:<12}# how far ahead, up to a third of history",
            "",
            "economics:",
            "  margin_rate: 1.0          # margin as a share of revenue; 1 = figures are revenue",
            "  # cac: 50                 # what a new customer costs, or give data.costs",
            "",
        ]
        return "\n".join(lines)


def stem_of(location: str) -> str:
    """The name of a file or database up to its first '.'; that of the folder for a pattern.

    >>> stem_of("shop/orders.csv.gz"), stem_of("shop/*/*.csv"), stem_of("sqlite:///a.db?table=b")
    ('orders', 'shop', 'a')
    """
    if scheme_of(location):
        location = location.partition("?")[0].rpartition(":")[2]
    path = Path(location)
    while glob.has_magic(path.name) and not path.exists():
        path = path.parent
    return path.absolute().name.partition(".")[0] or "shop"


def name_of(location: str) -> str:
    """A run's name out of a location: letters without accents, digits and '_'."""
    stem = unicodedata.normalize("NFKD", stem_of(location)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_") or "shop"


def _scalar(text: str) -> str:
    """A text as YAML writes it, quoted where it must be."""
    try:
        plain = yaml.safe_load(f"a: {text}") == {"a": text}
    except yaml.YAMLError:
        plain = False
    return text if plain and not set("#,[]{}") & set(text) else json.dumps(text, ensure_ascii=False)
