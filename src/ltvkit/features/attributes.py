"""Features from the shop's own columns: what the first and last orders were like."""

from collections.abc import Container

import ibis
import ibis.expr.types as ir

from ltvkit.errors import DataError, offenders
from ltvkit.features.engine import average, fetch


def attributes(seen: ir.Table, columns: tuple[str, ...]) -> ir.Table:
    """The shop's own columns per snapshot and customer.

    Of a number: its value at the first and at the last order day, and its mean. Of a text: its
    value at the first and at the last order day, how many values there were, and the share of
    order days with the same value as the first. All of them look back only.

    Parameters
    ----------
    seen : ibis table
        From `seen_at`.
    columns : tuple of str
        Columns of the order days, text, number or true/false.

    Returns
    -------
    ibis table
        Key `as_of_day`, `customer_id`, and the features.
    """
    first_day = ibis.window(group_by=["as_of_day", "customer_id"], order_by="day")
    last_day = seen.day.max().over(ibis.window(group_by=["as_of_day", "customer_id"]))
    rows = seen.mutate(is_last=seen.day == last_day)
    features: dict[str, ir.Value] = {}
    for column in columns:
        value = rows[column]
        if isinstance(value, ir.BooleanColumn):
            value = value.cast("int64")
        features[f"{column}_first"] = value.max(where=rows.number == 1)
        features[f"{column}_last"] = value.max(where=rows.is_last)
        if isinstance(value, ir.NumericColumn):
            features[f"{column}_mean"] = average(value)
        else:
            features[f"{column}_distinct"] = value.nunique().cast("float64")
            like_first = (value == value.first().over(first_day)).cast("float64")
            rows = rows.mutate(**{f"{column}_like_first": like_first})
            features[f"{column}_share"] = average(rows[f"{column}_like_first"])
    return rows.group_by(["as_of_day", "customer_id"]).aggregate(**features)


def read_as_trained(
    order_days: ir.Table, columns: tuple[str, ...], *, features: Container[str]
) -> ir.Table:
    """The order days with each of the shop's own columns text or number, as it was in training.

    What a column is, its values tell; a newer log may have none in it, or numbers where there
    were texts.

    Parameters
    ----------
    order_days : ibis table
        One row per customer and order day.
    columns : tuple of str
        The shop's own.
    features : container of str
        What the trained model reads.

    Raises
    ------
    DataError
        When there are texts where there were numbers.
    """
    for name in columns:
        column = order_days[name]
        is_text = isinstance(column, ir.StringColumn)
        if f"{name}_mean" in features and is_text:
            number = column.try_cast("float64")
            texts = order_days.filter(column.notnull() & number.isnull())
            if found := sorted(fetch(texts.select(name).distinct())[name]):
                raise DataError(
                    f"column '{name}': got {offenders(found)}, expected numbers, which the model "
                    "was trained with; mend the rows, or train again"
                )
            order_days = order_days.mutate(**{name: number})
        elif f"{name}_distinct" in features and not is_text:
            order_days = order_days.mutate(**{name: _as_text(column)})
    return order_days


def _as_text(column: ir.Column) -> ir.StringColumn:
    """Numbers and yes/no as a log of texts has them: 5 where blanks made it 5.0."""
    text = column.cast("string")
    return text.re_replace(r"\.0$", "") if isinstance(column, ir.FloatingColumn) else text
