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

NETTED = """
WITH carrying AS (
    SELECT DISTINCT customer_id FROM {days} WHERE refunded > ordered
),
walk AS (
    SELECT d.*, ordered - refunded AS x,
        sum(ordered - refunded) OVER earlier AS height_unbounded
    FROM {days} AS d SEMI JOIN carrying USING (customer_id)
    WINDOW earlier AS (PARTITION BY customer_id ORDER BY ordered_on)
),
heights AS (
    SELECT *, height_unbounded - least(0, min(height_unbounded) OVER earlier) AS height
    FROM walk
    WINDOW earlier AS (PARTITION BY customer_id ORDER BY ordered_on)
),
floors AS (
    SELECT *,
        coalesce(lag(height) OVER days, 0) AS height_before,
        min(height) OVER (days ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS lowest
    FROM heights
    WINDOW days AS (PARTITION BY customer_id ORDER BY ordered_on)
),
matched AS (
    SELECT *,
        greatest(0, least(greatest(x, 0), lowest - height_before)) AS remaining,
        greatest(0, -(height_before + x)) AS unmatched,
        greatest(-x, 0) AS carried
    FROM floors
),
shares AS (
    -- A day's refund margin belongs to the day as far as the day's orders cover the refund; of the
    -- rest, what found earlier orders goes to them.
    SELECT *,
        order_margin + CASE WHEN carried = 0 THEN refund_margin
            ELSE refund_margin * (ordered::DOUBLE / refunded::DOUBLE) END AS own_margin,
        CASE WHEN carried = 0 THEN 0
            ELSE refund_margin * ((carried - unmatched)::DOUBLE / refunded::DOUBLE) END
            AS passed_margin,
        greatest(x, 0) - remaining AS taken
    FROM matched
)
SELECT customer_id, ordered_on, remaining AS revenue, unmatched, lines > 0 AS is_order_day,
    own_margin + CASE WHEN taken = 0 THEN 0
        ELSE sum(passed_margin) OVER customer
            * (taken::DOUBLE / (sum(taken) OVER customer)::DOUBLE) END AS margin
FROM shares
WINDOW customer AS (PARTITION BY customer_id ORDER BY ordered_on
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
"""
"""Order days of customers whose refunds reach beyond a day. `days` has, per customer and day,
`ordered` and `refunded` (both >= 0, exact decimals), `order_margin`, `refund_margin`, `lines`."""


def net_carried_refunds(days: str) -> str:
    """The SELECT that nets refunds across the days of the customers who need it.

    Parameters
    ----------
    days : str
        Table with one row per customer and day: `customer_id`, `ordered_on`, `ordered`,
        `refunded`, `order_margin`, `refund_margin`, `lines` (rows that are no refunds; 0 on a day
        of refunds only).

    Returns
    -------
    str
        SQL of `customer_id, ordered_on, revenue, unmatched, is_order_day, margin` for every day
        of customers with a refund larger than its day.
    """
    return NETTED.format(days=days)
