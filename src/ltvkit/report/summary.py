"""Three sentences: the number, what it means, what to do; and the lists to do it with."""

from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from ltvkit.audience.lists import AT_REST_LISTS, AT_RISK_LISTS, value_at_stake
from ltvkit.audience.words import in_language
from ltvkit.panel import RECORD_ROW
from ltvkit.report.checks import verdict_reasons
from ltvkit.report.labels import list_label
from ltvkit.report.reader import Reader, observed, visible
from ltvkit.run_facts import Figure, ListFacts, Run

TO_ACT = (*AT_RISK_LISTS, "second_order", "high_potential")
"""Lists that ask for something this week."""

STILL_HERE = "protect_now"
"""The list of those who may be lost and are likely enough to order."""

WORKBOOK = "customers_scored.xlsx"

CHANGED_BY_SPREADSHEETS = r"0[0-9]+|[0-9]{16,}|[0-9]+[eE][0-9]+"
"""Ids that lose their zeros in front or all digits after the 15th, or become a power of ten."""

FEW_HOLD = 0.01
"""Where so small a share holds half of the forecast, it says more than that of the best tenth."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list as it is shown.

    `stake_is` says what its stake is; `weight` is that against the largest of those to be saved.
    """

    name: str
    label: str
    who: str
    facts: ListFacts
    at_stake: str
    stake_is: str
    weight: float
    urgent: bool
    action: str


def money_total(run: Run) -> Figure:
    """What the base will bring: margin, or revenue where no margin is known."""
    return run.total.revenue if run.data.margin_basis == "revenue" else run.total.margin


def sentences(run: Run, reader: Reader) -> tuple[Markup, ...]:
    """The number, its meaning and the action, as far as the verdict lets them be said."""
    if run.verdict.decision == "do not use":
        reasons = Markup(" ").join(verdict_reasons(run, reader))
        return reader.say("summary.number_no"), reasons, reader.say("summary.action_no")
    trusted = run.verdict.decision == "use"
    return _number(run, reader, trusted), _meaning(run, reader, trusted), _action(run, reader)


def list_rows(run: Run, reader: Reader) -> tuple[ListRow, ...]:
    """The lists in the order in which they should be worked."""
    slipping = slipping_lists(run)
    to_save = [row.value_at_stake or 0.0 for row in run.lists if row.name in slipping]
    largest = max([*to_save, 0.0])
    return tuple(
        ListRow(
            name=facts.name,
            label=list_label(facts.name, reader),
            who=_who(facts.name, run, reader),
            facts=facts,
            at_stake=reader.money(facts.value_at_stake),
            stake_is=reader.plain(f"lists.stake_{_stake_kind(facts.name, slipping)}"),
            weight=(facts.value_at_stake or 0.0) / largest
            if largest > 0 and facts.name in slipping
            else 0.0,
            urgent=facts.name in TO_ACT,
            action=visible(in_language(facts.action, reader.language)),
        )
        for facts in run.lists
    )


def _who(name: str, run: Run, reader: Reader) -> str:
    """Who is on a list; nothing for a list of the shop's own."""
    keys = (*([f"lists.{name}_who_contract"] if run.contractual else []), f"lists.{name}_who")
    return next((reader.plain(key) for key in keys if reader.has(key)), "")


def workbook(run: Run, reader: Reader) -> Markup:
    """The file in which ids stay as they are, where there is one and a csv would change some."""
    ids = run.customers["customer_id"].astype(str)
    changed = ids[ids.str.fullmatch(CHANGED_BY_SPREADSHEETS)]
    if changed.empty or not (run.folder / WORKBOOK).is_file():
        return Markup("")
    return reader.say("lists.workbook", id=changed.iloc[0], workbook=file_link(WORKBOOK))


def not_permitted(run: Run, reader: Reader) -> Markup:
    """How many would be contacted had they agreed to it; empty when all did, or nobody asked."""
    missing = sum(
        row.count - row.holdout - row.to_contact
        for row in run.lists
        if row.name not in AT_REST_LISTS
    )
    if missing <= 0:
        return Markup("")
    return reader.say("lists.not_permitted", customers=reader.count("count.customers", missing))


def top_tenth_of_value(values: np.ndarray) -> float | None:
    """The part of all positive value that the best tenth of customers hold.

    >>> top_tenth_of_value(np.array([7.0, 1, 1, 1, 0, 0, 0, 0, 0, 0]))
    0.7
    """
    ordered = np.sort(np.maximum(np.nan_to_num(values), 0.0))[::-1]
    whole = float(ordered.sum())
    if not whole:
        return None
    return float(ordered[: max(1, round(0.1 * len(ordered)))].sum()) / whole


def holding_half(values: np.ndarray) -> int:
    """How many of the largest hold half of all positive value; 0 where there is none.

    >>> holding_half(np.array([1.0, 7, 1, 1, 0])), holding_half(np.ones(5))
    (1, 3)
    """
    reached = np.cumsum(np.sort(np.maximum(np.nan_to_num(values), 0.0))[::-1])
    whole = float(reached[-1]) if reached.size else 0.0
    return int(np.searchsorted(reached, whole / 2)) + 1 if whole else 0


def _number(run: Run, reader: Reader, trusted: bool) -> Markup:
    customers = reader.count("count.customers", run.data.customers)
    horizon = reader.horizon(run.snapshot.horizon_days)
    total = money_total(run)
    if not trusted or not observed(total.value):
        return reader.say("summary.number_ranking", customers=customers, horizon=horizon)
    return reader.say(
        "summary.number",
        customers=customers,
        horizon=horizon,
        value=reader.short_money(total.value),
        low=reader.short_money(total.low),
        high=reader.short_money(total.high),
        odds=reader.odds,
        basis=reader.plain(f"summary.basis_{run.data.margin_basis}") + _discounted(run, reader),
    )


def _discounted(run: Run, reader: Reader) -> str:
    rate = float(run.setting("economics", "annual_discount_rate") or 0.0)
    if not rate or run.data.margin_basis == "revenue":
        return ""
    return reader.plain("summary.discounted").format(rate=reader.share(rate))


def caveat(run: Run, reader: Reader) -> str:
    """What the total is good for, where one is told."""
    if run.verdict.decision != "use":
        return ""
    return " ".join(reader.tell(sentence) for sentence in run.total.said)


def _meaning(run: Run, reader: Reader, trusted: bool) -> Markup:
    said: list[Markup] = []
    if trusted:
        values = run.customers["predicted_value"].to_numpy(float)
        share, few = top_tenth_of_value(values), holding_half(values)
        if 0 < few <= FEW_HOLD * len(values):
            customers = reader.count("count.customers", few)
            said.append(reader.say("summary.meaning_few", customers=customers))
        elif observed(share):
            said.append(reader.say("summary.meaning", share=reader.share(share)))
    else:
        capture = run.metrics.get(RECORD_ROW, {}).get("top10_capture")
        if observed(capture):
            said.append(reader.say("summary.meaning_ranking", share=reader.share(capture)))
    # Who is to be won back has gone: that all of them return is no promise to put on top.
    said.extend(
        reader.say(
            "summary.meaning_risk" if trusted else "summary.meaning_risk_ranking",
            customers=reader.count("count.customers", row.count),
            value=reader.short_money(row.value_at_stake),
        )
        for row in run.lists
        if row.name == STILL_HERE and row.name in slipping_lists(run)
    )
    return Markup(" ").join(said)


def _action(run: Run, reader: Reader) -> Markup:
    by_name = {row.name: row for row in run.lists if row.to_contact}
    first = next((by_name[name] for name in TO_ACT if name in by_name), None)
    if first is None:
        return reader.say("summary.action_none")
    trusted = run.verdict.decision == "use"
    of_list = run.customers["list"] == first.name
    told = run.customers[of_list & run.customers["contact_by"].notna()]
    return reader.say(
        "summary.action" if trusted else "summary.action_ranking",
        list=_link(first, reader),
        customers=reader.count("count.customers", first.to_contact),
        value=reader.short_money(float(value_at_stake(told).sum())),
        stake=reader.plain(f"summary.stake_{_stake_kind(first.name, slipping_lists(run))}"),
        action=visible(in_language(first.action, reader.language)),
    )


def slipping_lists(run: Run) -> frozenset[str]:
    """The lists of which more would come if all stayed or returned.

    Of a contract that has ended nothing is left.
    """
    at_risk = run.customers["list"].isin(AT_RISK_LISTS) & (run.customers["value_at_risk"] > 0)
    return frozenset(run.customers.loc[at_risk, "list"])


def _stake_kind(name: str, slipping: frozenset[str]) -> str:
    """What is at stake: what more comes if all `stay` or all `return`, or what is `expected`."""
    if name not in slipping:
        return "expected"
    return "stay" if name == STILL_HERE else "return"


def _link(facts: ListFacts, reader: Reader) -> Markup:
    """A list's name, which leads to its file."""
    label = list_label(facts.name, reader)
    return file_link(facts.file, label) if facts.file else Markup("{}").format(label)


def file_link(file: str, label: str = "") -> Markup:
    """A link to a file of the run folder, under its own name or another."""
    link = '<a href="{}" download>{}</a>'
    return Markup(link).format(quote(file), label or file)  # noqa: S704 - escaped by format
