"""Whether the log that was learned from deceives: its dates, its pauses, its ids, its amounts."""

from ltvkit.evaluation.check import Check, Status
from ltvkit.snapshot import FEW_RESPELT, LEFT_OF_EARLY, MANY_RESPELT, Continuity, Mixture
from ltvkit.wording import Sentence

OF_THE_LOG = (
    *("dates", "last days", "pauses", "ids over time", "who left"),
    *("currencies", "spelling of ids"),
)
"""The checks of whether the log goes on and is of one kind, told whatever the verdict is."""


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
    return *of_time, _currencies(mixed), _spellings(mixed)


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
