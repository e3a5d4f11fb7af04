"""Whether the log that was learned from deceives: its dates, its pauses, its ids, its amounts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ltvkit.evaluation.check import Check, Status
from ltvkit.log_facts import (
    ENOUGH_OF_A_SHOP,
    FEW_CAME_BACK,
    FEW_RESPELT,
    LEFT_OF_EARLY,
    MANY_OF_NOTHING,
    MANY_PUT_ASIDE,
    MANY_REPEATED,
    MANY_RESPELT,
    MANY_UNMATCHED,
    MONTHS_OF_A_SHOP,
    MOST_ROUNDED,
    OF_ONE_AMOUNT,
    OF_THE_SAME_SHOP,
    OTHER_VALUES,
    SHEET_ROWS,
    Continuity,
    Mixture,
)
from ltvkit.wording import Sentence


def checks_of_the_log(found: Continuity, mixed: Mixture) -> tuple[Check, ...]:
    """Whether it goes on to the snapshot, all the time, with the same and with all customers.

    And whether its amounts are of one currency, and a customer has one id.
    """
    allowed = found.usual_last_days
    facts: dict[str, object] = {"days": found.last_days}
    status: Status = "REVIEW" if found.last_days > allowed else "PASS"
    said = Sentence(f"check.silence.{status.lower()}", facts)
    ended = Check("last days", status, found.last_days, allowed, said)
    of_time = (_dates(found), ended, _pauses(found), _ids(found), _who_left(found))
    told = (*of_time, _currencies(mixed), _spellings(mixed))
    checks = (*told, *_doubts_over_time(found), *_doubts_of_rows(mixed))
    return tuple(replace(check, about="log") for check in checks)


def check_shop(then: Mapping[str, int], now: Mapping[str, int]) -> Check:
    """Whether a log is of the shop that a model was trained on: the past does not change.

    Parameters
    ----------
    then, now : mapping of str to int
        Orders by month (YYYY-MM) of the log trained on, and of the one asked about; empty of
        logs without a whole month.
    """

    def check(status: Status, key: str, share: float, **facts: object) -> Check:
        said = Sentence(f"check.same_shop.{key}", facts)
        return Check("same shop", status, share, OF_THE_SAME_SHOP, said, about="log")

    months = sorted(set(then) & set(now))[-MONTHS_OF_A_SHOP:]
    if then and now and not months:
        return check("FAIL", "none", 0.0, first=min(then), last=max(then))
    most = sum(max(then[month], now[month]) for month in months)
    share = sum(min(then[month], now[month]) for month in months) / max(most, 1)
    if most < ENOUGH_OF_A_SHOP or share >= OF_THE_SAME_SHOP:
        return check("PASS", "pass", share)
    odd = max(months, key=lambda month: abs(then[month] - now[month]))
    return check("FAIL", "fail", share, month=odd, then=then[odd], found=now[odd])


def _dates(found: Continuity) -> Check:
    """Whether they tell the day: of months something can be made, of years no total."""
    statuses: dict[str, Status] = {"day": "PASS", "month": "REVIEW", "year": "FAIL"}
    told = found.dates_tell
    return Check("dates", statuses[told], told != "day", 0, Sentence(f"check.dates.{told}"))


def _pauses(found: Continuity) -> Check:
    """Whether it goes on all the time: what was taken out is told, as is what could not be."""
    usual = found.usual_pause_days
    status: Status
    if found.few_days > found.odd_days:
        days, until, status, key = found.few_days, found.few_to, "REVIEW", "few"
    elif found.odd_days > usual:
        days, until, status = found.odd_days, found.odd_to, "REVIEW"
        key = "taken_out" if found.taken_out else "review"
    else:
        days, until, status = found.longest_days, found.longest_to, "PASS"
        key = "habit" if days > usual else "pass"
    facts = {"days": days} | ({"until": until.isoformat()} if until else {})
    return Check("pauses", status, days, usual, Sentence(f"check.pauses.{key}", facts))


def _ids(found: Continuity) -> Check:
    """Whether customers keep their ids: with new ones they look lost, or new, and are neither."""
    if found.renamed_after is None:
        return Check("ids over time", "PASS", 0, 0, Sentence("check.ids.pass"))
    facts = {
        "day": found.renamed_after.isoformat(),
        "returned": found.returned,
        "expected": found.expected,
    }
    return Check("ids over time", "FAIL", 1, 0, Sentence("check.ids.fail", facts))


def _who_left(found: Continuity) -> Check:
    """Whether those who left are in the log: without them nobody seems ever to leave."""
    status: Status = "REVIEW" if found.nobody_left else "PASS"
    facts = {"early": found.early, "silent": found.silent_early}
    said = Sentence(f"check.who_left.{status.lower()}", facts)
    share = found.silent_early / max(found.early, 1)
    return Check("who left", status, share, LEFT_OF_EARLY, said)


def _currencies(mixed: Mixture) -> Check:
    """Whether amounts can be added up: of euros and yen neither totals nor ranks are right."""
    if not mixed.foreign_rows:
        return Check("currencies", "PASS", 0, 0, Sentence("check.currencies.pass"))
    rows = sum(mixed.currencies.values())
    facts = {
        "column": mixed.currency_column,
        "main": next(iter(mixed.currencies)),
        "others": ", ".join(list(mixed.currencies)[1:]),
        "foreign": mixed.foreign_rows,
        "rows": rows,
    }
    said = Sentence("check.currencies.fail", facts)
    return Check("currencies", "FAIL", mixed.foreign_rows / rows, 0, said)


def _spellings(mixed: Mixture) -> Check:
    """Whether somebody counts as several customers, each of whom seems to come less often."""
    share = mixed.respelt_share
    status: Status = "PASS"
    if share > FEW_RESPELT:
        status = "FAIL" if share > MANY_RESPELT else "REVIEW"
    facts = {"respelt": mixed.respelt, "ids": mixed.ids}
    said = Sentence(f"check.spelling_of_ids.{status.lower()}", facts)
    return Check("spelling of ids", status, share, FEW_RESPELT, said)


def _doubts_over_time(found: Continuity) -> Iterator[Check]:
    """What is told only where it may deceive: how history begins, who came back, what changed."""
    if found.orders_before and found.begins:
        facts: dict[str, object] = {"orders": found.orders_before, "day": found.begins.isoformat()}
        said = Sentence("check.beginning.review", facts)
        yield Check("beginning", "REVIEW", found.orders_before, 0, said)
    if found.came_back is not None and found.came_back < FEW_CAME_BACK:
        said = Sentence("check.came_back.review", {"customers": found.came_back})
        yield Check("customers who came back", "REVIEW", found.came_back, FEW_CAME_BACK, said)
    if found.values_factor > OTHER_VALUES:
        change = found.late_value / found.usual_value - 1
        facts = {"late": found.late_value, "before": found.usual_value, "change": change}
        said = Sentence("check.order_values.review", facts)
        yield Check("order values", "REVIEW", found.values_factor, OTHER_VALUES, said)
    if found.new_customers < found.few_new:
        counts = {"days": found.new_days, "new": found.new_customers, "usual": found.new_usual}
        said = Sentence("check.first_orders.review", counts)
        yield Check("first orders", "REVIEW", found.new_customers, found.few_new, said)


def _doubts_of_rows(mixed: Mixture) -> Iterator[Check]:
    """What is told only where it may deceive: rows that are missing, of several, or too large.

    Of whom they are `ltv check-data` says: no customer is named in a model.
    """
    status: Status
    if mixed.full_sheet:
        said = Sentence("check.rows_of_a_sheet.review", {"rows": mixed.rows})
        yield Check("rows of a sheet", "REVIEW", mixed.rows, SHEET_ROWS - 2, said)
    for name, share, most in (
        ("rows put aside", mixed.put_aside_share, MANY_PUT_ASIDE),
        ("refunds without an order", mixed.unmatched_share, MANY_UNMATCHED),
        ("orders worth nothing", mixed.zero_share, MANY_OF_NOTHING),
        ("largest customer", mixed.largest_customer_share, mixed.usual_customer_share),
        ("largest spender", mixed.largest_spender_share, mixed.usual_customer_share),
        ("largest order", mixed.largest_order_share, mixed.usual_order_share),
    ):
        if share > most:
            said = Sentence(f"check.{name.replace(' ', '_')}.review", {"share": share})
            yield Check(name, "REVIEW", share, most, said)
    if (share := mixed.repeated_share) > MANY_REPEATED:
        status, key = ("FAIL", "fail") if mixed.overlaps else ("REVIEW", "review")
        repeated = {"rows": mixed.repeated, "days": mixed.days_twice}
        said = Sentence(f"check.duplicate_rows.{key}", repeated)
        yield Check("duplicate rows", status, share, MANY_REPEATED, said)
    if (share := mixed.one_amount_share) > OF_ONE_AMOUNT:
        lines = {"several": mixed.orders_of_lines, "alike": mixed.orders_of_one_amount}
        said = Sentence("check.amounts_of_lines.review", lines)
        status = "FAIL" if mixed.holds_totals else "REVIEW"
        yield Check("amounts of lines", status, share, OF_ONE_AMOUNT, said)
    if mixed.rounded_share:
        status = "FAIL" if mixed.rounded_share > MOST_ROUNDED else "REVIEW"
        said = Sentence("check.ids_cut_short.review", {"share": mixed.rounded_share})
        yield Check("ids cut short", status, mixed.rounded_share, 0, said)
