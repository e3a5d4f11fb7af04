"""Years of other calendars: Thailand's are turned into ours, Persian and Islamic ones refused.

What is 2024 is 2567 in Thailand, with our months and days; those of 1402 in Iran, or of 1445 in
Arabia, are others.
"""

from ltvkit.data.reading.workspace import Workspace
from ltvkit.errors import DataError, offenders

BUDDHIST_AHEAD = 543
"""Years that the Buddhist era is ahead of ours."""

NEARLY_ALL = 0.9
"""Share of a column's dates that must have such a year."""

_YEAR = (
    r"^(?:[0-9]{1,2}[-/. ](?:[0-9]{1,2}|\p{L}{3,})[-/. ])?([0-9]{4})"
    r"(?:[-/.][0-9]{1,2}[-/.][0-9]{1,2})?(?:[ ,T]|$)"
)


def in_our_years(workspace: Workspace, table: str, text: str, *, name: str) -> str | None:
    """SQL of dates with the years of our calendar; None where they have them.

    Parameters
    ----------
    workspace, table :
        Where the texts are.
    text : str
        Their SQL.
    name : str
        What to call the column in messages.

    Raises
    ------
    DataError
        When years are those of the Persian or the Islamic calendar.
    """
    year = f"TRY_CAST(regexp_extract({text}, '{_YEAR}', 1) AS INT)"
    # A year alone is a number as any other.
    dates = f"SELECT {text} AS t, {year} AS year FROM {table} WHERE length({text}) > 5"
    for rows in ("LIMIT 1000", ""):  # Few columns come further than their first rows.
        there, buddhist, other, examples = workspace.row(
            "SELECT count(*), count(*) FILTER (year BETWEEN 2500 AND 2699), "
            "count(*) FILTER (year BETWEEN 1300 AND 1499), list_sort(list(DISTINCT t) FILTER "
            f"(year BETWEEN 1300 AND 1499))[1:3] FROM ({dates} {rows})"
        )
        if max(buddhist, other) < max(1, NEARLY_ALL * there):
            return None
    if other > buddhist:
        raise DataError(
            f"column '{name}': got {offenders(examples)}, years of the Persian or the Islamic "
            "calendar, expected those of the Gregorian one; export the dates in that"
        )
    theirs, ours = (f"CAST({years} AS VARCHAR)" for years in (year, f"{year} - {BUDDHIST_AHEAD}"))
    turned = f"replace({text}, {theirs}, {ours})"
    return f"CASE WHEN {year} BETWEEN 2500 AND 2699 THEN {turned} ELSE {text} END"
