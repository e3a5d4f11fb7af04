"""What a log takes for one that is several: amounts of several currencies, ids of one person."""

from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.snapshot import Mixture

BLANK = r"[\s\x{A0}]"
"""A space, a tab, or a space that does not break."""


def mixture(log: CleanLog) -> Mixture:
    """How many rows are in another currency than most, and how many ids are spellings of others.

    Ids are one but for their spelling when they differ by capitals or blanks only, and somebody
    wrote one of them in small letters, or in capitals, throughout: of codes such as `0015Ab` and
    `0015aB` each may be another person. A blank between digits parts two numbers and counts.

    Parameters
    ----------
    log : CleanLog
        Its order days.
    """
    tidy = f"regexp_replace(lower(id), '{BLANK}*([^0-9\\s\\x{{A0}}]){BLANK}*', '\\1', 'g')"
    ids, respelt = log.workspace.row(
        "SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(n - 1) FILTER (plain), 0)::BIGINT FROM "
        "(SELECT count(*) AS n, bool_or(id = lower(id) OR id = upper(id) OR lower(id) <> tidy) "
        f"AS plain FROM (SELECT id, CASE WHEN regexp_matches(id, '{BLANK}') THEN {tidy} "
        f"ELSE lower(id) END AS tidy FROM (SELECT DISTINCT customer_id AS id FROM {log.table})) "
        "GROUP BY tidy)"
    )
    return Mixture(
        currency_column=log.summary.currency_column,
        currencies=log.summary.currencies,
        ids=int(ids),
        respelt=int(respelt),
    )
