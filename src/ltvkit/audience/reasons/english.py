"""How a sentence speaks of every feature in English."""

from ltvkit.audience.reasons.vocabulary import Vocabulary

ENGLISH = Vocabulary(
    language="en",
    raises="{phrase}: raises value",
    lowers="{phrase}: lowers value",
    phrases={
        "repeat_orders": ("has not ordered again yet", "came back once", "came back {x} times"),
        "orders_{d}d": (
            "no order in the last {d} days",
            "bought once in the last {d} days",
            "bought {x} times in the last {d} days",
        ),
        "orders_recent_half": (
            "no order in the more recent half of the time as a customer",
            "bought once in the more recent half of the time as a customer",
            "bought {x} times in the more recent half of the time as a customer",
        ),
        "days_since_last": (
            "last order today",
            "last order yesterday",
            "last order {x} days ago",
        ),
        "age_at_last_order_days": (
            "all orders on one day",
            "first and last order 1 day apart",
            "first and last order {x} days apart",
        ),
        "overdue_ratio": "last order {x} usual gaps ago",
        "mean_gap_days": "{x} days between orders on average",
        "sd_gap_days": (
            "gaps between orders have been alike",
            "gaps between orders vary by 1 day",
            "gaps between orders vary by {x} days",
        ),
        "last_gap_days": "{x} days between the last two orders",
        "max_gap_days": "longest gap between orders {x} days",
        "mean_order_value": "orders of {x} on average",
        "mean_repeat_order_value": (
            "nothing spent on repeat orders yet",
            "repeat orders of {x} on average",
            "repeat orders of {x} on average",
        ),
        "last_order_value": "last order of {x}",
        "max_order_value": "largest order of {x}",
        "first_order_value": "first order of {x}",
        "order_value_sd": "order values vary by {x}",
        "lines_per_order": "{x} items per order",
        "revenue_total": "spent {x} in all",
        "revenue_{d}d": (
            "spent nothing in the last {d} days",
            "spent {x} in the last {d} days",
            "spent {x} in the last {d} days",
        ),
        "age_days": ("customer since today", "customer for 1 day", "customer for {x} days"),
        "order_rate": (
            "{x} orders in {time} as a customer",
            "1 order in {time} as a customer",
            "{x} orders in {time} as a customer",
        ),
        "gap_variation": (
            "gaps between orders have been alike",
            "gaps between orders vary by {x}% of their mean",
            "gaps between orders vary by {x}% of their mean",
        ),
        "recency_share": (
            "ordered today",
            "silent for {x} of {time} as a customer",
            "silent for {x} of {time} as a customer",
        ),
        "recent_half_share": (
            "no order in the more recent half of the time as a customer",
            "{x}% of orders in the more recent half of the time as a customer",
            "{x}% of orders in the more recent half of the time as a customer",
        ),
        "last_to_mean_value": (
            "last order worth nothing",
            "last order as large as the customer’s average",
            "last order {x} times the customer’s average",
        ),
        "revenue_rate": (
            "spent nothing in {time} as a customer",
            "spent {x} in {time} as a customer",
            "spent {x} in {time} as a customer",
        ),
        "orders_year_ago": (
            "no order a year before the days ahead",
            "bought once a year before the days ahead",
            "bought {x} times a year before the days ahead",
        ),
        "revenue_year_ago": (
            "spent nothing a year before the days ahead",
            "spent {x} a year before the days ahead",
            "spent {x} a year before the days ahead",
        ),
        "first_month": "first order in {x}",
        "first_weekday": "first order on a {x}",
        "renewals": ("not renewed yet", "renewed once", "renewed {x} times"),
        "renewals_due": (
            "no renewal is due in the days ahead",
            "1 renewal is due in the days ahead",
            "{x} renewals are due in the days ahead",
        ),
        "days_overdue": (
            "renewal not overdue",
            "renewal 1 day overdue",
            "renewal {x} days overdue",
        ),
        "days_since_payment": (
            "contract ended, last payment today",
            "contract ended, last payment yesterday",
            "contract ended, last payment {x} days ago",
        ),
        "last_payment": "last payment of {x}",
    },
    attribute="{label} is {x}",
    attribute_unknown="{label} not known",
    no_gap="no second order yet",
    usual="{phrase} (usual: {x})",
    only_first="no order since the first, {time} ago",
    time=("a day", "a day", "{x} days"),
    months=(
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    weekdays=(*("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),),
)
