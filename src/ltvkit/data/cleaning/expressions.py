"""Amounts that are computed from columns: `quantity * unit_price`, parsed and never evaluated.

A mapping names a column, or a small sum of columns and numbers with `+ - * /` and brackets.
Names that are not plain words stand in backquotes: `` `Unit Price` * Quantity ``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltvkit.errors import DataError, did_you_mean, offenders

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<name>[^\W\d]\w*)|`(?P<quoted>[^`]+)`"
    r"|(?P<mark>[-+*/()]))"
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Parameters
    ----------
    text : str
        As it was written.
    tokens : tuple of (kind, text)
        `kind` is `number`, `name` or `mark`.
    """

    text: str
    tokens: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it uses, each once, in order of appearance."""
        return tuple(dict.fromkeys(text for kind, text in self.tokens if kind == "name"))

    @property
    def is_plain_sum(self) -> bool:
        """Whether it is made of several columns by + and - alone, as credit - debit is."""
        marks = {text for kind, text in self.tokens if kind == "mark"}
        numbers = any(kind == "number" for kind, _ in self.tokens)
        return len(self.names) > 1 and marks <= {"+", "-"} and not numbers

    def sql(self, columns: Mapping[str, str]) -> str:
        """The expression in SQL; `columns` gives the SQL of every name. Division by 0 is NULL.

        >>> amount = parse_expression("quantity * price", ["quantity", "price"], key="revenue")
        >>> amount.sql({"quantity": "q", "price": "p"})
        'q * p'
        """
        parts: list[str] = []
        for kind, text in self.tokens:
            if kind == "name":
                parts.append(columns[text])
            elif kind == "number":
                parts.append(f"{float(text)!r}::DOUBLE")
            else:
                parts.append(text)
        return " ".join(parts)


def parse_expression(text: str, names: Sequence[str], *, key: str) -> Expression:
    """A column's name, or an arithmetic expression of columns.

    A text that is the name of a column means that column, whatever characters are in it.

    Parameters
    ----------
    text : str
    names : sequence of str
        The columns there are.
    key : str
        The config key, for messages.

    Raises
    ------
    DataError
        When a column is not there, or the expression is none.

    Examples
    --------
    >>> parse_expression("qty * (price - 2)", ["qty", "price"], key="revenue").names
    ('qty', 'price')
    >>> parse_expression("net-price", ["net-price"], key="revenue").names
    ('net-price',)
    """
    if text in names:
        return Expression(text, (("name", text),))
    tokens = _tokens(text)
    if tokens is None or not _is_sum(tokens):
        raise DataError(
            f"data.columns.{key}: got {text!r}, expected a column, or an expression of columns and "
            f"numbers with + - * / ( ){did_you_mean(text, names)}; the columns are "
            f"{offenders(names, limit=20)}"
        )
    for kind, name in tokens:
        if kind == "name" and name not in names:
            raise DataError(
                f"data.columns.{key}: got no column '{name}'{did_you_mean(name, names)}, expected "
                f"one of {offenders(names, limit=20)}; correct the name"
            )
    return Expression(text, tuple(tokens))


def _tokens(text: str) -> list[tuple[str, str]] | None:
    tokens: list[tuple[str, str]] = []
    place, text = 0, text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            return None
        kind = "name" if found.lastgroup == "quoted" else str(found.lastgroup)
        tokens.append((kind, found[str(found.lastgroup)]))
        place = found.end()
    return tokens


def _is_sum(tokens: list[tuple[str, str]]) -> bool:
    """Whether the tokens are an expression: value (operator value)*, with signs and brackets."""
    depth, want_value, signs = 0, True, 0
    for kind, text in tokens:
        if want_value:
            if kind in ("name", "number"):
                want_value, signs = False, 0
            elif text == "(":
                depth, signs = depth + 1, 0
            elif text in "+-" and signs == 0:
                signs = 1
            else:
                return False
        elif text == ")" and kind == "mark" and depth > 0:
            depth -= 1
        elif kind == "mark" and text in "+-*/":
            want_value = True
        else:
            return False
    return not want_value and depth == 0 and any(kind == "name" for kind, _ in tokens)
