"""Further columns in their own type: text, number or yes/no."""

from ltvkit.data.reading.workspace import Column, Workspace

_AS_WRITTEN_ELSEWHERE = (
    (r"^(-?[0-9]+)\.0+$", r"\1"),
    (r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00:00(?:\.0+)?$", r"\1"),
)
"""Whole numbers that met missing values or texts, and days that are kept as moments."""


def attribute_sql(workspace: Workspace, table: str, column: Column) -> str:
    """SQL of an attribute as VARCHAR, BIGINT, DOUBLE or BOOLEAN.

    Text from delimited files is a number when every value is one (and none has a leading zero, as
    post codes have), and a yes/no when every value is true or false. What stays text is written in
    one way, whatever the format of the table: `5` and not `5.0`, `true` and not `True`.

    Parameters
    ----------
    workspace, table, column :
        The column in the workspace.
    """
    sql = column.sql
    if column.type == "BOOLEAN":
        return sql
    if column.is_whole and column.type not in ("UBIGINT", "HUGEINT", "UHUGEINT"):
        return f"CAST({sql} AS BIGINT)"
    if column.is_whole or column.is_fractional:
        return f"CAST({sql} AS DOUBLE)"
    if not column.is_text:
        return _in_one_way(f"CAST({sql} AS VARCHAR)")
    there, whole, number, flag, padded = workspace.row(
        f"SELECT count(v), count(TRY_CAST(v AS BIGINT)) FILTER (NOT contains(v, '.')), "
        f"count(TRY_CAST(v AS DOUBLE)), count(*) FILTER (lower(v) IN ('true', 'false', 't', 'f')), "
        f"count(*) FILTER (v[1] = '0' AND length(v) > 1 AND v[2] BETWEEN '0' AND '9') "
        f"FROM (SELECT {sql} AS v FROM {table})"
    )
    if there == 0 or padded:
        return _in_one_way(sql)
    if whole == there:
        return f"TRY_CAST({sql} AS BIGINT)"
    if number == there:
        return f"TRY_CAST({sql} AS DOUBLE)"
    if flag == there:
        return f"TRY_CAST({sql} AS BOOLEAN)"
    return _in_one_way(sql)


def _in_one_way(text: str) -> str:
    """SQL of a text as other formats would have it."""
    sql = f"CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text}) ELSE {text} END"
    for written, plain in _AS_WRITTEN_ELSEWHERE:
        sql = f"regexp_replace({sql}, '{written}', '{plain}')"
    return sql
