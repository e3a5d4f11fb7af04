"""Identifiers as text, whatever they look like.

Leading zeros, 64-bit numbers, `1e5`, accents and case stay as they are. Four things are mended:
blanks around an id are taken off; ids that look the same are the same, whether an accent is a sign
of its own, a space may break, or marks stand within that nobody sees; `12345.0` becomes `12345`
where the whole column is of whole numbers, because that is what a numeric id becomes when a program
meets missing values, be it in one of several files only; and e-mail addresses of customers are
written in small letters.
"""

from ltvkit.data.reading.delimited import NO_BREAK_SPACES, UNSEEN
from ltvkit.data.reading.workspace import Column, Workspace, literal

BLANKS = " \t\r\n\u00a0\ufeff"
"""Taken off both ends: spaces of every kind that spreadsheets leave, and byte order marks."""

MISSING_WORDS = ("nan", "null", "none", "<na>", "nat", "\\n")
"""Words that programs write for a missing value, in lower case; `NA` is not among them."""

ROUNDED = r"^[0-9][.,][0-9]+E\+[0-9]+$"
"""How a spreadsheet writes long numbers when it saves them: the last digits are gone."""

NEARLY_ALL = 0.9
"""So many ids of a column must be addresses, for the column to be one of addresses."""


def decide_customers(workspace: Workspace, table: str, column: Column) -> tuple[str, str]:
    """SQL of a column as customer ids, and the same in words.

    A code may mean something by its capitals; an e-mail address does not, and people write theirs
    in more than one way.
    """
    sql, words = decide_identifiers(workspace, table, column)
    # Hardly any column comes further than the first look.
    if (
        column.is_text
        and workspace.row(f"SELECT bool_or(contains({column.sql}, '@')) FROM {table}")[0]
    ):
        (addresses,) = workspace.row(
            f"SELECT avg((id LIKE '_%@_%._%')::INT) FROM (SELECT {sql} AS id FROM {table})"
        )
        if addresses is not None and addresses >= NEARLY_ALL:
            return f"lower({sql})", "e-mail addresses, in small letters"
    return sql, words


def decide_identifiers(workspace: Workspace, table: str, column: Column) -> tuple[str, str]:
    """SQL of a column as identifiers (VARCHAR, NULL where missing), and the same in words."""
    if column.type in ("DOUBLE", "FLOAT"):
        # A double cannot hold every whole number above 2^53; HUGEINT writes it without exponent.
        whole = f"CAST(CAST({column.sql} AS HUGEINT) AS VARCHAR)"
        return (
            f"CASE WHEN NOT isfinite({column.sql}) THEN NULL WHEN {column.sql} = "
            f"trunc({column.sql}) AND abs({column.sql}) < 1e38 THEN {whole} "
            f"ELSE CAST({column.sql} AS VARCHAR) END",
            "whole numbers without their .0",
        )
    if column.type.startswith("DECIMAL"):
        text = f"CAST({column.sql} AS VARCHAR)"
        return rf"regexp_replace({text}, '\.0*$', '')", "whole numbers without their .0"
    if not column.is_text:
        return f"CAST({column.sql} AS VARCHAR)", "text"
    sql = column.sql
    (beyond_ascii,) = workspace.row(f"SELECT bool_or(strlen({sql}) > length({sql})) FROM {table}")
    if beyond_ascii:
        plain = " " * len(NO_BREAK_SPACES)
        sql = f"translate(nfc_normalize({sql}), '{NO_BREAK_SPACES}{UNSEEN}', '{plain}')"
    # The full trim is slow, and hardly ever needed.
    trimmed = (
        f"CASE WHEN ord({sql}) BETWEEN 33 AND 126 AND ord(right({sql}, 1)) BETWEEN 33 AND 126 "
        f"THEN {sql} ELSE nullif(trim({sql}, {literal(BLANKS)}), '') END"
    )
    words = ", ".join(f"'{word}'" for word in MISSING_WORDS)
    known = f"CASE WHEN length({sql}) > 4 OR lower({sql}) NOT IN ({words}) THEN {trimmed} END"
    numbers = "regexp_matches(id, '^[0-9]+(\\.0)?$')"
    floats = all(
        # Few columns come further than their first rows, or their last signs.
        workspace.row(f"SELECT {test} FROM (SELECT {known} AS id FROM {table} {rows})")[0]
        for test, rows in (
            (f"bool_and({numbers})", "LIMIT 1000"),
            ("bool_or(ends_with(id, '.0'))", ""),
            (f"bool_and({numbers})", ""),
        )
    )
    if floats:
        return f"regexp_replace({known}, '\\.0$', '')", "whole numbers without their .0"
    return known, "text"
