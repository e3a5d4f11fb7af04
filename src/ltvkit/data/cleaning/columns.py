"""Which column of the transactions means what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ltvkit.data.cleaning.expressions import Expression, parse_expression
from ltvkit.data.reading.delimited import plain_spaces
from ltvkit.errors import DataError, did_you_mean, offenders

RESERVED = (
    *("customer_id", "ordered_on", "revenue", "margin", "orders", "lines", "channel"),
    *("day", "number", "gap_days", "first_day", "first_revenue"),
    *("as_of_day", "ago", "is_last"),
    *("recency", "recent_half", "days_since"),
)
"""Names that an attribute cannot take: columns of order days, what their history and snapshots add
(the features would be of these instead), and beginnings of features that every shop has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """The user's names for our columns, as in `data.columns` of a config.

    Parameters
    ----------
    customer_id, ordered_at : str
        A column each.
    revenue : str
        A column, or an expression such as `quantity * unit_price`.
    order_id, channel : str, optional
        A column each.
    margin : str, optional
        A column or an expression; without it margin is revenue times a rate.
    attributes : sequence of str
        Further columns to keep.
    """

    customer_id: str = "customer_id"
    ordered_at: str = "ordered_at"
    revenue: str = "revenue"
    order_id: str | None = None
    margin: str | None = None
    channel: str | None = None
    attributes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column map held against the columns that are there.

    Parameters
    ----------
    customer_id, ordered_at : str
    revenue : Expression
    order_id, channel : str or None
    margin : Expression or None
    attributes : tuple of str
        Without `channel`.
    """

    customer_id: str
    ordered_at: str
    revenue: Expression
    order_id: str | None
    margin: Expression | None
    channel: str | None
    attributes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the input that are used, each once."""
        single = (self.customer_id, self.ordered_at, self.order_id, self.channel)
        margin = self.margin.names if self.margin else ()
        used = (*single, *self.revenue.names, *margin, *self.attributes)
        return tuple(dict.fromkeys(name for name in used if name is not None))

    @property
    def kept(self) -> tuple[str, ...]:
        """The further columns of order days: `channel` if it is mapped, and the attributes.

        While a log is worked on they are called a0, a1, …, so that no name of the user's meets
        one of ours.
        """
        return (("channel",) if self.channel else ()) + self.attributes


def check_columns(columns: ColumnMap, names: Sequence[str]) -> Mapped:
    """Find every mapped column.

    Raises
    ------
    DataError
        Naming every key whose column is not there, with the nearest that is.
    """
    columns = _in_plain_spaces(columns)
    faults: list[str] = []
    for key in ("customer_id", "ordered_at", "order_id", "channel"):
        name = getattr(columns, key)
        if name is not None and name not in names:
            faults.append(_missing(f"columns.{key}", name, names))
    for name in columns.attributes:
        if name not in names:
            faults.append(_missing("columns.attributes", name, names))
        elif name.lower() in RESERVED and name != columns.channel:
            faults.append(
                f"data.columns.attributes: got '{name}', expected a name that order days do not "
                f"use themselves ({', '.join(RESERVED)}); rename the column"
            )
    expressions: dict[str, Expression | None] = {"revenue": None, "margin": None}
    for key in expressions:
        text = getattr(columns, key)
        if text is not None:
            try:
                expressions[key] = parse_expression(text, names, key=key)
            except DataError as error:
                faults.append(str(error))
    revenue = expressions["revenue"]
    if faults or revenue is None:
        raise DataError("\n".join(faults))
    kept = dict.fromkeys(name for name in columns.attributes if name != columns.channel)
    if len({name.lower() for name in kept}) < len(kept):
        raise DataError(
            f"data.columns.attributes: got {offenders(kept)}, expected names that differ in more "
            "than capitals; leave one out"
        )
    return Mapped(
        columns.customer_id,
        columns.ordered_at,
        revenue,
        columns.order_id,
        expressions["margin"],
        columns.channel,
        tuple(kept),
    )


def check_leave_out(
    leave_out: Mapping[str, Sequence[str]], names: Sequence[str]
) -> dict[str, Sequence[str]]:
    """`data.leave_out` by the columns that are there; refused where it names one that is not."""
    leave_out = {plain_spaces(name): values for name, values in leave_out.items()}
    if faults := [_missing("leave_out", name, names) for name in leave_out if name not in names]:
        raise DataError("\n".join(faults))
    return leave_out


def _in_plain_spaces(columns: ColumnMap) -> ColumnMap:
    """A map with names as they are read; one may be copied out of a file as it stands there."""
    named = {
        key: plain_spaces(name)
        for key in ("customer_id", "ordered_at", "revenue", "order_id", "margin", "channel")
        if (name := getattr(columns, key)) is not None
    }
    return replace(columns, **named, attributes=tuple(map(plain_spaces, columns.attributes)))


def _missing(key: str, name: str, names: Sequence[str]) -> str:
    return (
        f"data.{key}: got no column '{name}'{did_you_mean(name, names)}, expected one of "
        f"{offenders(names, limit=20)}; correct the name"
    )
