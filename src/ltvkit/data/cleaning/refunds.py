"""Refunds against the orders that they take back.

Within an order day, amounts simply add up. What a refund leaves over there goes back through the
customer's earlier order days, the most recent first, as money is taken from a pile: each order day
lays its revenue on top, each refund takes from the top, and taking from an empty pile is counted
as unmatched. The height of the pile is a walk reflected at zero, so that what remains of every
layer has a closed form in window functions (Lindley 1952 for the walk):

    x(t) = orders - refunds of day t,  S = cumulative sum of x
    H(t) = S(t) - min(0, min over s <= t of S(s))            height after day t
    remaining(t) = clamp(min over u >= t of H(u) - H(t-1), 0, max(x(t), 0))
    unmatched(t) = max(0, -(H(t-1) + x(t)))

Hence sum of x = sum of remaining - sum of unmatched: money is conserved. No order day appears,
disappears or moves.
"""

_MATCHED = """
WITH carrying AS (
    SELECT DISTINCT customer_id FROM {days} WHERE refunded > ordered
),
walk AS (
    SELECT d.*, ordered - refunded AS x, sum(ordered - refunded) OVER so_far AS unbounded
    FROM {days} AS d SEMI JOIN carrying USING (customer_id)
    WINDOW so_far AS (PARTITION BY customer_id ORDER BY ordered_on)
),
heights AS (
    SELECT *, unbounded - least(0, min(unbounded) OVER so_far) AS height
    FROM walk
    WINDOW so_far AS (PARTITION BY customer_id ORDER BY ordered_on)
),
floors AS (
    SELECT *,
        coalesce(lag(height) OVER by_day, 0) AS height_before,
        min(height) OVER (by_day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS lowest
    FROM heights
    WINDOW by_day AS (PARTITION BY customer_id ORDER BY ordered_on)
),
matched AS (
    SELECT *,
        greatest(0, least(greatest(x, 0), lowest - height_before)) AS remaining,
        greatest(0, -(height_before + x)) AS unmatched,
        greatest(0, -x) AS carried
    FROM floors
)
"""

_WITHOUT_MARGIN = "SELECT customer_id, ordered_on, remaining AS revenue, unmatched FROM matched"

# The margin that a refund takes back belongs to its own day as far as the day's orders cover the
# refund. Of the rest, what met earlier orders is spread over them by the revenue they lost; what
# met none is left out, as its revenue is.
_WITH_MARGIN = """,
shares AS (
    SELECT *, greatest(x, 0) - remaining AS lost,
        order_margin + CASE WHEN carried = 0 THEN refund_margin
            ELSE refund_margin * (ordered::DOUBLE / refunded::DOUBLE) END AS own_margin,
        CASE WHEN carried = 0 THEN 0
            ELSE refund_margin * ((carried - unmatched)::DOUBLE / refunded::DOUBLE) END
            AS carried_margin
    FROM matched
)
SELECT customer_id, ordered_on, remaining AS revenue, unmatched,
    own_margin + CASE WHEN lost = 0 THEN 0
        ELSE sum(carried_margin) OVER all_days * (lost::DOUBLE / (sum(lost) OVER all_days)::DOUBLE)
        END AS margin
FROM shares
WINDOW all_days AS (PARTITION BY customer_id)
"""


def net_carried_refunds(days: str, *, with_margin: bool) -> str:
    """The SELECT that nets refunds across the days of the customers who need it.

    Parameters
    ----------
    days : str
        Table, or subquery in brackets, with one row per customer and day: `customer_id`,
        `ordered_on`, `ordered` and `refunded` (both >= 0, exact decimals).
    with_margin : bool
        Whether `days` has `order_margin` and `refund_margin`, to be netted likewise.

    Returns
    -------
    str
        SQL of `customer_id, ordered_on, revenue, unmatched` (and `margin`) for every day of each
        customer with a refund larger than its day.
    """
    return _MATCHED.format(days=days) + (_WITH_MARGIN if with_margin else _WITHOUT_MARGIN)
