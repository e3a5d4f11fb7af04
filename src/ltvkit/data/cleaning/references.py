"""Refunds that name the sale which they take back, and so whose they are.

Payment providers list refunds under the shop's own address, or under nobody's, with the number of
the sale beside. Kept as they stand, nothing would be taken off what the customer brought.
"""

import re
import unicodedata
from collections.abc import Sequence

from ltvkit.data.cleaning.reasons import Reason
from ltvkit.data.reading.identifiers import decide_identifiers
from ltvkit.data.reading.workspace import Column, Workspace, literal

SEVERAL_BUYERS = 3
"""Those whom a shop pays back under its own name; numbers of orders may repeat by chance."""

_REFERS = re.compile(
    "referen[cz]|riferiment|zugehorig|original|parent|related|linked|refunded|powiazan"
)
_MONEY = re.compile(
    r"amount|total|price|value|\bsum\b|betrag|\bwert|preis|summe|montant|prix|valeur|kwota|wartosc|"
    "importe|importo|valor"
)
_A_NUMBER = re.compile(
    r"\bid\b|\bno\b|\bnr\b|num|code|trans|txn|order|invoice|receipt|payment|rechnung|beleg|bestell|"
    "auftrag|commande|facture|pedido|factura|ordine|fattura|zamowien|faktur"
)


def reference_columns(columns: Sequence[Column], others: Sequence[str]) -> list[str]:
    """The columns that may hold the number of another row's order, by their names.

    Parameters
    ----------
    columns : sequence of Column
    others : sequence of str
        Those that have a meaning of their own.
    """
    return [
        column.name
        for column in columns
        if column.name not in others
        and (column.is_text or column.is_whole or column.is_fractional)
        and _REFERS.search(name := _plain(column.name))
        and _A_NUMBER.search(name)
        and not _MONEY.search(name)
    ]


def find_reference(
    workspace: Workspace, raw: str, columns: Sequence[Column], order: str
) -> tuple[str, str] | None:
    """The column that holds orders of other rows oftenest, as SQL, and its name; None if none does.

    Parameters
    ----------
    workspace, raw :
        The rows as they come.
    columns : sequence of Column
    order : str
        SQL of a row's own order.
    """
    found = []
    for column in columns:
        sql, _ = decide_identifiers(workspace, raw, column)
        (rows,) = workspace.row(
            f"SELECT count(*) FROM {raw} WHERE {sql} <> {order} "
            f"AND {sql} IN (SELECT {order} FROM {raw})"
        )
        found.append((rows, sql, column.name))
    rows, sql, name = max(found, key=lambda one: one[0], default=(0, "", ""))
    return (sql, name) if rows else None


def drop_unless_own(workspace: Workspace, table: str) -> bool:
    """Drop `refers_to` of the staged rows if it tells other things than sales; whether it did.

    Who bought and was paid back was so for a sale of their own: where most name one of somebody
    else, the numbers are none of orders, as those of a category's parent.
    """
    own, named = workspace.row(
        f"SELECT count(*) FILTER (back.customer_id = sales.customer_id), count(*) FROM {table} AS "
        f"back JOIN ({_sales(table, 'refers_to')}) AS sales ON back.refers_to = sales.order_id "
        f"WHERE back.reason = {Reason.NONE} AND back.revenue < 0 AND back.customer_id IN (SELECT "
        f"customer_id FROM {table} WHERE reason = {Reason.NONE} AND revenue >= 0)"
    )
    if 2 * own >= named:
        return False
    workspace.run(f"ALTER TABLE {table} DROP COLUMN refers_to")
    return True


def give_refunds_to_buyers(workspace: Workspace, table: str, *, referring: bool) -> int:
    """Give refunds to whom their sale belongs, or put them aside with it; their number.

    What else the shop paid under its own name, and names no sale, is put aside, too.

    A refund names its sale by its reference. Where it has no customer, or the shop itself, who
    never bought and pays back to several, its own order may be that of a sale.

    Parameters
    ----------
    workspace, table :
        The staged rows.
    referring : bool
        Whether these have `refers_to`.
    """
    fit = f"reason = {Reason.NONE} AND revenue"
    # By the few refunds that there are: all orders would be many to group.
    strangers = workspace.rows(
        f"SELECT customer_id FROM {table} WHERE {fit} < 0 EXCEPT SELECT customer_id FROM {table} "
        f"WHERE {fit} >= 0"
    )
    (nobodys,) = workspace.row(f"SELECT count(*) FROM {table} WHERE reason = {Reason.REFUND}")
    given = 0
    names = ["refers_to", "order_id"] if referring else ["order_id"]
    if referring or nobodys or strangers:
        shop = {one for name in names for one in _payers(workspace, table, name)} & set(strangers)
        listed = ", ".join(literal(one) for (one,) in sorted(shop)) or "NULL"
        own = f"{table}.customer_id IN ({listed})"
        for name in names:
            nobodys_or_own = f"{table}.reason = {Reason.REFUND} OR {own}"
            whose = "true" if name == "refers_to" else nobodys_or_own
            given += _give(workspace, table, name, whose=whose)
    if referring:
        workspace.run(
            f"UPDATE {table} SET reason = {Reason.OWN} WHERE {fit} < 0 AND {own} "
            "AND refers_to IS NULL"
        )
        workspace.run(f"ALTER TABLE {table} DROP COLUMN refers_to")
    workspace.run(
        f"UPDATE {table} SET reason = {Reason.NO_CUSTOMER} WHERE reason = {Reason.REFUND}"
    )
    return given


def _payers(workspace: Workspace, table: str, name: str) -> list[tuple[str]]:
    """Those under whose name several buyers are paid back."""
    return workspace.rows(
        f"SELECT back.customer_id FROM (SELECT customer_id, {name} AS order_id FROM {table} "
        f"WHERE reason = {Reason.NONE} AND revenue < 0) AS back JOIN ({_sales(table, name)}) AS "
        "sales USING (order_id) GROUP BY 1 HAVING count(DISTINCT sales.customer_id) >= "
        f"{SEVERAL_BUYERS}"
    )


def _sales(table: str, name: str) -> str:
    """SQL of the orders that refunds name in a column: whose they are, and their reason."""
    return (
        "SELECT order_id, min(customer_id) AS customer_id, min(reason) AS reason FROM "
        f"{table} WHERE (reason = {Reason.LEFT_OUT} OR reason = {Reason.NONE} AND revenue >= 0) "
        f"AND order_id IN (SELECT {name} FROM {table} WHERE revenue < 0) "
        "GROUP BY 1 HAVING min(customer_id) = max(customer_id)"
    )


def _give(workspace: Workspace, table: str, name: str, *, whose: str) -> int:
    """Give refunds to whose sale they name in a column; their number."""
    (rows,) = workspace.row(
        f"UPDATE {table} SET customer_id = sales.customer_id, reason = sales.reason "
        f"FROM ({_sales(table, name)}) AS sales WHERE {table}.revenue < 0 AND {table}.reason IN "
        f"({Reason.NONE}, {Reason.REFUND}) AND ({whose}) AND {table}.{name} = sales.order_id "
        f"AND ({table}.customer_id, {table}.reason) IS DISTINCT FROM "
        "(sales.customer_id, sales.reason)"
    )
    return int(rows)


def _plain(name: str) -> str:
    """A name in small letters, without accents, its words apart."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    letters = unicodedata.normalize("NFKD", apart.replace("ł", "l").replace("_", " ")).lower()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
