"""What a log takes for one that is several, or for several that is one: money, people, orders."""

from ltvkit.data.cleaning.clean_log import CleanLog
from ltvkit.data.cleaning.reasons import WORDS, Reason
from ltvkit.data.reading.identifiers import ROUNDED
from ltvkit.data.reading.workspace import literal
from ltvkit.log_facts import Mixture

ASKED_FOR = {
    WORDS[Reason.LEFT_OUT]: "by data.leave_out",
    WORDS[Reason.LATER]: "after the snapshot",
    WORDS[Reason.BLANK]: "without customer, date and amount",
    WORDS[Reason.OWN]: "of the shop's own",
}
"""Reasons that are no fault of the rows, in fewer words."""

BLANK = r"[\s\x{A0}]"
"""A space, a tab, or a space that does not break."""


def mixture(log: CleanLog) -> Mixture:
    """Rows in another currency than most, ids that are spellings of others, and what is too large.

    Ids are one but for their spelling when they differ by capitals or blanks only, and somebody
    wrote one of them in small letters, or in capitals, throughout: of codes such as `0015Ab` and
    `0015aB` each may be another person. A blank between digits parts two numbers and counts. So are
    numbers that differ by zeros in front, which a spreadsheet takes off, only.

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
        "WHEN starts_with(id, '0') AND regexp_matches(id, '^0+[1-9][0-9]*$') THEN ltrim(id, '0') "
        f"ELSE lower(id) END AS tidy FROM (SELECT DISTINCT customer_id AS id FROM {log.table})) "
        "GROUP BY tidy)"
    )
    summary = log.summary
    customer, of_rows = log.workspace.row(
        f"SELECT customer_id, sum(lines) / (SELECT sum(lines) FROM {log.table}) AS share "
        f"FROM {log.table} GROUP BY customer_id ORDER BY share DESC, customer_id LIMIT 1"
    )
    spender, spent = log.workspace.row(
        f"SELECT customer_id, sum(revenue) AS spent FROM {log.table} "
        "GROUP BY customer_id ORDER BY spent DESC, customer_id LIMIT 1"
    )
    largest_order = log.workspace.row(
        f"SELECT customer_id, ordered_on, revenue FROM {log.table} "
        "ORDER BY revenue DESC, customer_id, ordered_on LIMIT 1"
    )
    (rounded,) = log.workspace.row(
        f"SELECT count(*) FILTER (regexp_matches(customer_id, {literal(ROUNDED)})) / count(*) "
        f"FROM {log.table}"
    )
    asked_for = sum(summary.reasons.get(why, 0) for why in ASKED_FOR)
    return Mixture(
        currency_column=summary.currency_column,
        currencies=summary.currencies,
        ids=int(ids),
        respelt=int(respelt),
        rows=summary.rows,
        repeated=summary.duplicates - summary.duplicates_dropped,
        days_twice=summary.days_twice,
        rows_twice=summary.rows_twice,
        orders_of_lines=summary.orders_of_lines,
        orders_of_one_amount=summary.orders_of_one_amount,
        orders_with_total=summary.orders_with_total,
        largest_customer=customer,
        largest_customer_share=float(of_rows),
        largest_spender=spender,
        largest_spender_share=spent / summary.revenue if summary.revenue else 0.0,
        order_days=summary.order_days,
        largest_order=largest_order,
        largest_order_share=largest_order[2] / summary.revenue if summary.revenue else 0.0,
        rounded_share=float(rounded),
        put_aside_share=(summary.rejected - asked_for) / max(summary.rows - asked_for, 1),
        unmatched_share=max(
            summary.unmatched_amount / (summary.revenue or 1.0),
            summary.reasons.get(WORDS[Reason.REFUND_ONLY], 0) / summary.rows,
        ),
        zero_share=summary.zero_value_orders / summary.order_days,
    )
