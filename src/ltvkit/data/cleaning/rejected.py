"""The rows of a log that were put aside, as they stand in the input, each with its reason."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from ltvkit.data.cleaning.reasons import MALFORMED, WORDS, Reason
from ltvkit.data.cleaning.staging import Staged
from ltvkit.data.reading.delimited import unique_names
from ltvkit.data.reading.scans import Malformed
from ltvkit.data.reading.sources import Source


def rejected_rows(source: Source, staged: Staged, as_of: date) -> pd.DataFrame:
    """The rows that were put aside: number, reason, and the columns of the input as text.

    Their text is looked up in the source by the hash of the whole row, so that a log is staged
    with the mapped columns only.
    """
    workspace, refused = source.workspace, f"{staged.schema}.refused"
    workspace.run(
        f"CREATE TABLE {refused} AS FROM (SELECT rowid + 1 AS row, row_hash, CASE WHEN reason > 0 "
        f"THEN reason WHEN ordered_on > DATE '{as_of}' THEN {Reason.LATER} WHEN customer_id IN "
        f"(SELECT customer_id FROM {staged.schema}.refund_only) THEN {Reason.REFUND_ONLY} "
        f"ELSE 0 END AS reason FROM {staged.table}) WHERE reason > 0"
    )
    sql = ", ".join(column.sql for column in source.columns)
    texts = ", ".join(
        f"any_value(CAST({column.sql} AS VARCHAR)) AS c{place}"
        for place, column in enumerate(source.columns)
    )
    names = [f"c{place}" for place in range(len(source.columns))]
    if workspace.row(f"SELECT count(*) FROM {refused}")[0]:
        # DuckDB takes a csv for small and would build its hash table on that side.
        workspace.run("SET disabled_optimizers = 'build_side_probe_side'")
        frame = workspace.frame(
            f"SELECT f.row, f.reason, {', '.join(names)} FROM {refused} AS f JOIN "
            f"(SELECT hash({sql}) AS row_hash, {texts} FROM {source.relation} WHERE row_hash IN "
            f"(SELECT row_hash FROM {refused}) GROUP BY 1) USING (row_hash) ORDER BY f.row"
        )
        workspace.run("RESET disabled_optimizers")
    else:
        frame = pd.DataFrame(
            {
                "row": pd.Series(dtype="int64"),
                "reason": pd.Series(dtype="int64"),
                **{name: pd.Series(dtype="str") for name in names},
            }
        )
    workspace.run(f"DROP TABLE {refused}")
    frame.columns = list(unique_names(["row", "reason", *source.names]))
    frame["reason"] = frame["reason"].map(WORDS).astype("str")
    return _with_malformed(frame, staged.malformed)


def _with_malformed(frame: pd.DataFrame, malformed: Sequence[Malformed]) -> pd.DataFrame:
    """Add lines that could not be taken apart, and number the rows after them accordingly."""
    if not malformed:
        return frame
    lines = np.array([found.row for found in malformed], dtype=np.int64)
    before = np.searchsorted(lines - np.arange(len(lines)), frame["row"].to_numpy(), side="right")
    shifted = frame.assign(row=frame["row"].to_numpy() + before)
    first = frame.columns[2]
    added = pd.DataFrame(
        {
            "row": lines,
            "reason": pd.Series([MALFORMED] * len(lines), dtype="str"),
            first: pd.Series([found.text for found in malformed], dtype="str"),
        }
    )
    both = pd.concat([shifted, added], ignore_index=True)[frame.columns]
    return both.sort_values("row", kind="stable", ignore_index=True)
