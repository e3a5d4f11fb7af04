"""The verdict and the checks behind it: what they found, and what to do about it."""

from dataclasses import dataclass

from ltvkit.report.reader import Reader, observed, visible
from ltvkit.run_facts import RecordedCheck, Run

SIGNS = {"PASS": "✓", "REVIEW": "!", "FAIL": "✕"}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check as it is shown."""

    label: str
    status: str
    words: str
    sign: str
    value: str
    advice: str


def check_rows(run: Run, reader: Reader) -> tuple[CheckRow, ...]:
    """The checks, what failed first."""
    order = ["FAIL", "REVIEW", "PASS"]
    ranked = sorted(
        run.verdict.checks, key=lambda c: order.index(c.status) if c.status in order else 0
    )
    return tuple(_check(check, reader) for check in ranked)


def check_sentence(check: RecordedCheck, reader: Reader) -> str:
    """A check's finding in the reader's language."""
    return reader.tell(check.said, check.recommendation)


def verdict_reasons(run: Run, reader: Reader) -> tuple[str, ...]:
    """Why the verdict is what it is, in the reader's language."""
    verdict = run.verdict
    return tuple(
        reader.tell(sentence, reason)
        for sentence, reason in zip(verdict.said, verdict.reasons, strict=True)
    )


def advice(run: Run, reader: Reader) -> tuple[str, ...]:
    """What to do about the checks that failed, else those to review; each piece of advice once."""
    weak = [c for c in run.verdict.checks if c.status != "PASS"]
    failed = [c for c in weak if c.status == "FAIL"]
    said = [check_sentence(c, reader) for c in failed or weak]
    return tuple(dict.fromkeys(text for text in said if text)) or verdict_reasons(run, reader)


def _check(check: RecordedCheck, reader: Reader) -> CheckRow:
    key = f"check.{check.name.replace(' ', '_')}"
    known = reader.has(key)
    status = check.status.lower()
    return CheckRow(
        label=reader.plain(key) if known else visible(check.name).replace("_", " "),
        status=status,
        words=reader.plain(f"trust.{status}") if check.status in SIGNS else visible(check.status),
        sign=SIGNS.get(check.status, ""),
        value="" if known else _limit(check, reader),
        advice=check_sentence(check, reader),
    )


def _limit(check: RecordedCheck, reader: Reader) -> str:
    if not observed(check.value):
        return ""
    value = reader.number(check.value, 3)
    if not observed(check.threshold):
        return value
    return str(reader.say("trust.limit", value=value, threshold=reader.number(check.threshold, 3)))
