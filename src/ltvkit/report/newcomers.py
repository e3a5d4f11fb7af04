"""Who is no customer yet: leads by their score, and people in the table without an order."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ltvkit.report.labels import channel_label
from ltvkit.report.reader import Reader, visible
from ltvkit.report.summary import file_link
from ltvkit.run_facts import Run
from ltvkit.schemas import UNATTRIBUTED
from ltvkit.units import whole_months
from ltvkit.wording import UNKNOWN

BEST_LEADS = 10
"""Open leads shown on the page; the file holds them all."""

MOST_CHANNELS = 12
"""Channels shown of people without an order."""


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One open lead as it is shown."""

    lead_id: str
    score: str
    channel: str
    since: str


@dataclass(frozen=True, slots=True)
class ProspectRow:
    """People without an order of one channel, and what one of them brings if they order."""

    channel: str
    customers: str
    value: str
    value_range: str


def lead_sentences(run: Run, reader: Reader) -> tuple[Markup, ...]:
    """How leads were scored, and how many are to be worked; empty without leads."""
    said = tuple(Markup("{}").format(reader.tell(sentence)) for sentence in run.leads)
    if run.leads_scored.empty:
        return said
    count = len(_open(run))
    file = file_link("leads_scored.csv")
    if not count:
        return (*said, reader.say("leads.none_open", file=file))
    return (*said, reader.say("leads.open", n=reader.number(count), file=file))


def best_leads(run: Run, reader: Reader) -> tuple[LeadRow, ...]:
    """The open leads that are most likely to become customers, best first."""
    best = _open(run).head(BEST_LEADS)
    return tuple(_lead(row, reader) for row in best.to_dict("records"))


def prospect_sentence(run: Run, reader: Reader) -> Markup:
    """How many of the customers table have not ordered; empty when none."""
    if run.prospects.empty:
        return Markup("")
    return reader.say(
        "prospects.text",
        customers=reader.count("count.customers", len(run.prospects)),
        horizon=reader.count("count.months", whole_months(run.snapshot.horizon_days)),
        file=file_link("prospects_scored.csv"),
    )


def prospect_rows(run: Run, reader: Reader) -> tuple[ProspectRow, ...]:
    """People without an order by channel, the most valuable first."""
    if run.prospects.empty:
        return ()
    columns = ["predicted_value", "predicted_value_low", "predicted_value_high"]
    channel = run.prospects["channel"].fillna(UNATTRIBUTED)
    by_channel = run.prospects.groupby(channel, sort=True)[columns].first()
    counts = channel.value_counts().to_dict()
    ranked = by_channel.sort_values("predicted_value", ascending=False, kind="stable")
    return tuple(
        ProspectRow(
            channel=channel_label(str(name), reader),
            customers=reader.number(float(counts[name])),
            value=reader.unit_money(row["predicted_value"]),
            value_range=reader.between(
                row["predicted_value_low"], row["predicted_value_high"], "money"
            ),
        )
        for name, row in ranked.head(MOST_CHANNELS).iterrows()
    )


def _open(run: Run) -> pd.DataFrame:
    """Leads of no known outcome, in the order of the file: the best first."""
    leads = run.leads_scored
    if "became_customer" not in leads:
        return leads
    return leads[leads["became_customer"].isna()]


def _lead(row: Mapping[Hashable, Any], reader: Reader) -> LeadRow:
    channel = row.get("channel")
    return LeadRow(
        lead_id=visible(row["lead_id"]),
        score=reader.number(float(row["lead_score"])),
        channel=channel_label(channel, reader) if isinstance(channel, str) else UNKNOWN,
        since=reader.day(row.get("created_at")),
    )
