"""What was promised for the whole base against what came."""

from dataclasses import dataclass

from ltvkit.run_facts import Figure

QUIET_DAYS = 7
"""So few days without an order may lie at the end of a log that is complete."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The run's total against the margin that came.

    `predicted`, `low` and `high` are for the whole horizon; `inside` is None until it has passed,
    or where the run gave no interval.
    """

    customers: int
    observed_days: int
    horizon_days: int
    predicted: float
    low: float | None
    high: float | None
    realised: float
    inside: bool | None
    words: str


def check_promise(
    *,
    predicted: Figure,
    realised: float,
    customers: int,
    observed_days: int,
    horizon_days: int,
    annual_discount_rate: float = 0.0,
) -> Promise:
    """Hold a total against the margin that came, and say it in a sentence.

    Both are discounted to the snapshot, at the rate that the sentence names.

    Before the horizon has passed nothing is judged: what came is only set beside the share of the
    total that has fallen due in proportion to time. (Buying slows down, so a forecast that is
    right is usually a little ahead of that.)

    Examples
    --------
    >>> promise = check_promise(predicted=Figure(100.0, 80.0, 130.0), realised=90.0, customers=5,
    ...                         observed_days=365, horizon_days=365)
    >>> promise.inside, promise.words
    (True, 'as promised: 90 came, 100 was predicted (80 % interval 80 to 130)')
    """
    total = predicted.value if predicted.value is not None else float("nan")
    low, high = predicted.low, predicted.high
    inside: bool | None = None
    if observed_days < horizon_days:
        due = total * observed_days / horizon_days
        words = (
            f"too early to judge: {observed_days} of {horizon_days} days have passed; "
            f"{realised:,.0f} came, {due:,.0f} of {total:,.0f} had fallen due by time"
        )
        if horizon_days - observed_days <= QUIET_DAYS:
            words += "; if the log goes on for the days left, without orders, say so with --as-of"
    elif low is None or high is None:
        words = f"{realised:,.0f} came, {total:,.0f} was predicted (no interval was given)"
    else:
        inside = low <= realised <= high
        judged = (
            "as promised"
            if inside
            else "more than promised"
            if realised > high
            else "less than promised"
        )
        words = (
            f"{judged}: {realised:,.0f} came, {total:,.0f} was predicted "
            f"(80 % interval {low:,.0f} to {high:,.0f})"
        )
    if annual_discount_rate:
        words += f"; discounted at {100 * annual_discount_rate:.3g} % a year"
    return Promise(
        customers, observed_days, horizon_days, total, low, high, realised, inside, words
    )
