"""A first guess at which column means what, with its reasons, and the config that follows.

Two things speak for a column: what it is called, and what is in it. A column that cannot be what
its name says is passed over; a name may be missing altogether.
"""

import json
import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ltvkit.data import column_names as names
from ltvkit.data.column_facts import MOSTLY, ColumnFacts, look_at
from ltvkit.data.column_names import likeness, words
from ltvkit.data.columns import RESERVED, ColumnMap
from ltvkit.data.locations import scheme_of
from ltvkit.data.sources import read_transactions
from ltvkit.data.workspace import Workspace

MOST_FILLED = 0.4
"""A column of customers may be blank in some rows, as guests have no account."""

FEW_VALUES = 50
"""Up to so many different values make a column one to compare groups by."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Which column probably means what.

    Parameters
    ----------
    location : str
        The table that was looked at.
    columns : ColumnMap or None
        The mapping; None when customer, date or amount could not be found.
    reasons : tuple of str
        A sentence for each finding, in the order of the config's keys.
    doubts : tuple of str
        What the user should look at.
    candidates : tuple of str
        Columns with few values, which could be `attributes`.
    settings : tuple of (str, str)
        Further keys of `data` that must be set by hand, with a comment.
    """

    location: str
    columns: ColumnMap | None
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    candidates: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]

    def render(self) -> str:
        """The guess as plain text."""
        lines = [f"{self.location}:", *(f"  - {reason}" for reason in self.reasons)]
        if self.doubts:
            lines += ["Please look at this:", *(f"  - {doubt}" for doubt in self.doubts)]
        return "\n".join(lines) + "\n"

    def to_yaml(self, *, name: str | None = None, folder: Path | None = None) -> str:
        """A commented config.

        Parameters
        ----------
        name : str, optional
            The run's name; by default the file's.
        folder : Path, optional
            Where the config will stand: the table's path is written relative to it.
        """
        transactions = self.location
        if not scheme_of(transactions):
            transactions = os.path.relpath(transactions, folder or Path.cwd())
        name = name or name_of(self.location)
        mapped = self.columns
        lines = [
            "# Written by ltv init. What was guessed, and why:",
            *(f"#   - {reason}" for reason in self.reasons),
            *(["# Please look at this:"] if self.doubts else []),
            *(f"#   - {doubt}" for doubt in self.doubts),
            "# configs/template.yaml shows every key with its default.",
            f"name: {_scalar(name)}",
            "# kind: contractual         # if customers renew contracts and these are the payments",
            "",
            "data:",
            f"  transactions: {_scalar(transactions)}",
            "  columns:",
        ]
        for key in ("customer_id", "ordered_at", "revenue", "order_id", "margin", "channel"):
            value = getattr(mapped, key) if mapped else None
            if value is not None:
                lines.append(f"    {key}: {_scalar(value)}")
            elif key in ("customer_id", "ordered_at", "revenue"):
                lines.append(f"    {key}: FILL_IN  # not found")
            else:
                lines.append(f"    # {key}: name of a column, if there is one")
        if self.candidates:
            listed = ", ".join(_scalar(candidate) for candidate in self.candidates)
            lines.append(f"    # attributes: [{listed}]  # further columns to learn from")
        for setting, comment in self.settings:
            lines.append(f"  # {setting}  # {comment}")
        lines += [
            "",
            "snapshot:",
            "  # as_of: 2024-12-31       # last day of history; left out = last order day",
            "  horizon_days: 365         # how many days to look ahead",
            "",
            "economics:",
            "  margin_rate: 1.0          # margin as a share of revenue; 1 = figures are revenue",
            "  # cac: 50                 # what a new customer costs, or give data.costs",
            "",
        ]
        return "\n".join(lines)


def guess_columns(location: str | Path, *, workspace: Workspace | None = None) -> Guess:
    """Look at a table and guess which column is the customer, the date, the amount and more.

    Parameters
    ----------
    location : str or Path
        As in `read_transactions`.
    workspace : Workspace, optional

    Examples
    --------
    >>> guess = guess_columns("sample:cdnow")
    >>> guess.columns.customer_id, guess.columns.ordered_at, guess.columns.revenue
    ('customer_id', 'date', 'dollar_value')
    """
    source = read_transactions(location, workspace=workspace)
    facts, rows = look_at(source)
    return _decide(source.location, facts, rows)


# --- deciding -----------------------------------------------------------------------------------


def _decide(location: str, facts: Sequence[ColumnFacts], rows: int) -> Guess:
    reasons: list[str] = []
    doubts: list[str] = []
    settings: list[tuple[str, str]] = []
    date = _best(facts, names.DATE, _may_be_date, avoid=names.NOT_THE_ORDER_DATE)
    others = [fact for fact in facts if fact is not date]

    def might(fact: ColumnFacts) -> bool:
        return _may_be_customer(fact, rows)

    customer = (
        _best(others, names.CUSTOMER, might, named=True)
        or _best(others, names.EMAIL, lambda fact: fact.filled > MOST_FILLED, named=True)
        or _best(others, (), might)
    )
    rest = [fact for fact in facts if fact not in (date, customer)]
    order = _best(rest, names.ORDER, lambda fact: _may_be_order(fact, rows), named=True)
    rest = [fact for fact in rest if fact is not order]
    margin = _best(rest, names.MARGIN, _may_be_amount, named=True)
    channel = _best(rest, names.CHANNEL, lambda fact: 2 <= fact.distinct <= FEW_VALUES, named=True)
    rest = [fact for fact in rest if fact not in (margin, channel)]
    revenue, why = _revenue(rest)
    if customer:
        reasons.append(
            f"customer_id is '{customer.name}': {_called(customer, names.CUSTOMER)}"
            f"{customer.distinct} different values in {rows} rows"
        )
        if not likeness(customer.name, (*names.CUSTOMER, *names.EMAIL)):
            doubts.append(
                f"no column is called a customer; '{customer.name}' was taken because its values "
                "come again: make sure that they are people and not orders"
            )
        if customer.filled < 1:
            doubts.append(
                f"{max(1 - customer.filled, 0.001):.1%} of the rows have no '{customer.name}': "
                "they will be put aside"
            )
    if date:
        reasons.append(
            f"ordered_at is '{date.name}': {_called(date, names.DATE)}"
            f"{date.dates:.0%} of its values are dates"
        )
        if date.date_fault:
            doubts.append(date.date_fault)
            settings.append(("date_format: '%d/%m/%Y'", "day first; '%m/%d/%Y' is month first"))
    if revenue:
        reasons.append(why)
        fault = next((f.number_fault for f in rest if f.name == revenue and f.number_fault), "")
        if fault:
            doubts.append(fault)
            settings.append(("decimal_mark: ','", "the mark before decimals"))
        negative = max((f.negative for f in rest if f.name in _columns_of(revenue)), default=0.0)
        if negative:
            reasons.append(f"{negative:.1%} of its rows are negative: read as refunds")
    for key, found, vocabulary in (
        ("order_id", order, names.ORDER),
        ("margin", margin, names.MARGIN),
        ("channel", channel, names.CHANNEL),
    ):
        if found:
            reasons.append(
                f"{key} is '{found.name}': {_called(found, vocabulary)}"
                f"{found.distinct} different values"
            )
    doubts += _warnings(facts, rest, revenue)
    for key, present in (("customer_id", customer), ("ordered_at", date), ("revenue", revenue)):
        if not present:
            doubts.append(f"no column was found for {key}: fill it in")
    columns = None
    if customer and date and revenue:
        columns = ColumnMap(
            customer_id=customer.name,
            ordered_at=date.name,
            revenue=revenue,
            order_id=order.name if order else None,
            margin=margin.name if margin else None,
            channel=channel.name if channel else None,
        )
    candidates = tuple(
        fact.name
        for fact in rest
        if 2 <= fact.distinct <= FEW_VALUES
        and fact.dates < MOSTLY
        and fact.name.lower() not in RESERVED
        and not likeness(fact.name, names.CURRENCY)
    )
    return Guess(location, columns, tuple(reasons), tuple(doubts), candidates, tuple(settings))


def _columns_of(expression: str) -> tuple[str, ...]:
    """The columns that a revenue guess uses."""
    return tuple(part.strip("`") for part in expression.split(" * "))


def _revenue(facts: Sequence[ColumnFacts]) -> tuple[str | None, str]:
    """The amount, or quantity times unit price; and why."""
    numbers = [fact for fact in facts if _may_be_amount(fact)]
    quantity = _best(numbers, names.QUANTITY, lambda fact: fact.whole, named=True)
    price = _best(
        [fact for fact in numbers if fact is not quantity],
        names.UNIT_PRICE,
        lambda _: True,
        named=True,
    )
    total = _best(
        [fact for fact in numbers if fact not in (quantity, price)],
        names.AMOUNT,
        lambda fact: not likeness(fact.name, names.IDENTIFIER),
        avoid=names.NOT_THE_AMOUNT,
        named=True,
    )
    if total:
        why = f"revenue is '{total.name}': {_called(total, names.AMOUNT)}"
        return total.name, f"{why}{total.numbers:.0%} of its values are numbers"
    if quantity and price:
        expression = f"{_quoted(quantity.name)} * {_quoted(price.name)}"
        return expression, (
            f"revenue is '{expression}': there is no column with a total, but a number of pieces "
            "and a unit price"
        )
    left = price or _best(
        [fact for fact in numbers if fact is not quantity],
        (),
        lambda fact: not fact.whole and not likeness(fact.name, names.IDENTIFIER),
    )
    if left:
        why = "the only amounts" if left is not price else "it is called a price"
        return left.name, f"revenue is '{left.name}': {why}; make sure it is the row's total"
    return None, ""


def _warnings(
    facts: Sequence[ColumnFacts], rest: Sequence[ColumnFacts], revenue: str | None
) -> list[str]:
    found = []
    cancelled = _best(rest, names.CANCELLED, lambda fact: fact.distinct <= FEW_VALUES, named=True)
    if cancelled:
        found.append(
            f"'{cancelled.name}' seems to mark cancelled orders: make sure that their amounts are "
            "negative, or leave the rows out"
        )
    currency = _best(facts, names.CURRENCY, lambda fact: fact.distinct > 1, named=True)
    if currency:
        found.append(
            f"'{currency.name}' has {currency.distinct} values: amounts are added up as they are, "
            "so convert them to one currency first"
        )
    if revenue and {"gross", "brutto", "ttc"} & set(words(revenue)):
        found.append(f"'{revenue}' seems to include tax: net sales are better")
    return found


def _best(
    facts: Sequence[ColumnFacts],
    vocabulary: tuple[str, ...],
    fits: Callable[[ColumnFacts], bool],
    *,
    avoid: tuple[str, ...] = (),
    named: bool = False,
) -> ColumnFacts | None:
    """The column that fits and is called most alike; the first of equals."""
    scored = [
        (
            likeness(fact.name, vocabulary)
            + 0.2 * (likeness(fact.name, names.IDENTIFIER) == 1.0)
            - 0.7 * (likeness(fact.name, avoid) == 1.0),
            -place,
            fact,
        )
        for place, fact in enumerate(facts)
        if fits(fact) and (likeness(fact.name, vocabulary) > 0 or not named)
    ]
    return max(scored, key=lambda entry: entry[:2])[2] if scored else None


def _may_be_date(fact: ColumnFacts) -> bool:
    return fact.filled > 0.5 and (fact.dates >= MOSTLY or bool(fact.date_fault))


def _may_be_amount(fact: ColumnFacts) -> bool:
    return fact.filled > 0.5 and (fact.numbers >= MOSTLY or bool(fact.number_fault))


def _may_be_customer(fact: ColumnFacts, rows: int) -> bool:
    """Customers come back: values repeat. With a name that says so, they need not."""
    called = likeness(fact.name, names.CUSTOMER) > 0
    repeats = 1 < fact.distinct < 0.95 * rows * fact.filled
    fraction = fact.numbers >= MOSTLY and not fact.whole
    return (
        fact.filled > MOST_FILLED and not fraction and (called or (repeats and fact.distinct > 10))
    )


def _may_be_order(fact: ColumnFacts, rows: int) -> bool:
    return (
        fact.filled > 0.5
        and fact.distinct > 0.02 * rows
        and fact.dates < MOSTLY
        and not (fact.numbers >= MOSTLY and not fact.whole)
    )


def _called(fact: ColumnFacts, vocabulary: tuple[str, ...]) -> str:
    return "its name says so, " if likeness(fact.name, vocabulary) else ""


def name_of(location: str) -> str:
    """A run's name out of a location: letters without accents, digits and '_'."""
    stem = Path(location.partition("?")[0].rpartition(":")[2]).stem
    stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_") or "shop"


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"


def _scalar(text: str) -> str:
    """A text as YAML writes it, quoted where it must be."""
    try:
        plain = yaml.safe_load(f"a: {text}") == {"a": text}
    except yaml.YAMLError:
        plain = False
    return (
        text
        if plain and "#" not in text and "," not in text
        else json.dumps(text, ensure_ascii=False)
    )
