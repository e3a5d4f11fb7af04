"""What the warnings look at, gathered from a run: its log, tables, unit economics and lists."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.audience.lists import AT_RISK_LISTS
from ltvkit.audience.uploads.identity import clean_emails, clean_names
from ltvkit.config import Config
from ltvkit.data import CleanLog
from ltvkit.pipeline.unit_economics.ledger import Ledger
from ltvkit.snapshot import Snapshot

PHONE_DIGITS = 9
"""So many last digits make a phone: what comes before is a country's code or its leading zero."""

NOT_DISCOUNTED = ("", "no", "n", "none", "false", "f", "-", "non", "nie")
_NOTHING = r"(?:[^\W\d]{1,3}\s)?\W*0+(?:[.,]0+)?\s*(?:\W|[^\W\d]{1,3})?"
"""An amount of nothing, as in `0`, `0,00 zł`, `EUR 0.00` or `0 %`."""


def gather_facts(
    config: Config,
    log: CleanLog,
    order_days: pd.DataFrame,
    snapshot: Snapshot,
    *,
    opened: economics.Opening,
    observed: pd.DataFrame,
    kpis: pd.DataFrame,
    channels: pd.DataFrame,
    ledger: Ledger | None,
    in_flight: float,
    horizon_months: int,
    customers: pd.DataFrame | None,
) -> economics.EconomicsFacts:
    """The facts of W1 to W15 but for the lists, which come later (`with_lists`).

    Parameters
    ----------
    config : Config
        Assumptions, and which column marks a discount.
    log : CleanLog
        What was cleaned, and how.
    order_days : DataFrame
        Its order days.
    snapshot : Snapshot
        The day.
    opened : Opening
        Where the log begins.
    observed : DataFrame
        The customers that count as new, with channel and age.
    kpis, channels : DataFrame
        The tables of the run.
    ledger : Ledger, optional
        None without costs.
    in_flight : float
        Cost of customers who come after the snapshot.
    horizon_months : int
        Months that an LTV covers.
    customers : DataFrame, optional
        The customers table.
    """
    summary = log.summary
    gross = summary.accepted_revenue + summary.refunded
    return economics.economics_facts(
        order_days,
        snapshot.as_of,
        customers=observed,
        kpi_table=kpis,
        channels=channels,
        overview=ledger.overview() if ledger else None,
        in_flight_spend=in_flight,
        left_out_spend=ledger.left_out if ledger else 0.0,
        running_spend=ledger.running if ledger else 0.0,
        opened=opened,
        horizon_months=horizon_months,
        margin_is_revenue=not log.is_margin,
        refund_share=summary.refunded / gross if gross > 0 else None,
        refund_rows=summary.refund_rows,
        refunds_after_snapshot=summary.refunds_after_snapshot,
        unidentified_share=summary.unidentified / max(summary.rows, 1),
        shared_contacts=shared_contacts(customers, order_days["customer_id"]),
        discounted_first_share=discounted_first_share(order_days, config.data.columns.discount),
    )


def with_lists(facts: economics.EconomicsFacts, scored: pd.DataFrame) -> economics.EconomicsFacts:
    """The facts once everybody is on a list: who is there because of a risk, and who is left alone.

    Parameters
    ----------
    facts : EconomicsFacts
        From `gather_facts`.
    scored : DataFrame
        `list` and `holdout` of every customer.
    """
    at_risk = scored["list"].isin(AT_RISK_LISTS)
    held = scored.loc[at_risk, "holdout"].astype(bool)
    return replace(
        facts,
        risk_targeted=int(at_risk.sum()),
        holdout_share=float(held.mean()) if len(held) else None,
    )


def shared_contacts(customers: pd.DataFrame | None, ordered: pd.Series) -> int | None:
    """How many customers seem to be the same person as another one; None without contacts.

    The same address; or the same phone and, where names are known, the same name, as families and
    offices share a phone.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["a", "b", "c", "d"],
    ...     "email": ["jo@x.org", " Jo@X.org", None, None],
    ...     "phone": [None, None, "+48 501 234 567", "501234567"],
    ... })
    >>> shared_contacts(customers, customers["customer_id"])
    4
    """
    if customers is None or not {"email", "phone"} & set(customers.columns):
        return None
    buyers = customers[customers["customer_id"].isin(pd.unique(ordered))]
    twice = np.zeros(len(buyers), dtype=bool)
    if "email" in buyers:
        address = clean_emails(buyers["email"], plain_gmail=True)
        twice |= (address.notna() & address.duplicated(keep=False)).to_numpy(dtype=bool)
    if "phone" in buyers:
        digits = buyers["phone"].astype("str").str.replace(r"\D", "", regex=True)
        phone = pd.DataFrame({"phone": digits.str[-PHONE_DIGITS:]})
        known = (digits.str.len() >= PHONE_DIGITS - 2).fillna(False)
        for name in {"first_name", "last_name"} & set(buyers.columns):
            phone[name] = clean_names(buyers[name], letters_only=True)
            known &= phone[name].notna()
        twice |= known.to_numpy(dtype=bool) & phone.duplicated(keep=False).to_numpy(dtype=bool)
    return int(twice.sum())


def discounted_first_share(order_days: pd.DataFrame, column: str | None) -> float | None:
    """The part of first orders that were made with a discount; None where no column tells.

    A number other than 0 is a discount (some write it as less than 0), a text (an amount with its
    currency, or a code) is one unless it says no or nothing.

    Examples
    --------
    >>> order_days = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b", "c"], "code": ["HELLO", None, "no", None],
    ...     "ordered_on": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-05", "2024-01-07"]),
    ... })
    >>> round(discounted_first_share(order_days, "code"), 2)
    0.33
    """
    if column is None:
        return None
    by_day = order_days.sort_values("ordered_on", kind="stable")
    first = by_day.drop_duplicates("customer_id")[column]
    if pd.api.types.is_numeric_dtype(first) or pd.api.types.is_bool_dtype(first):
        return float((first.astype("float64").fillna(0.0) != 0).mean())
    words = first.astype("str").str.strip().str.lower()
    none = words.isin(NOT_DISCOUNTED) | words.str.fullmatch(_NOTHING)
    return float((first.notna() & ~none.fillna(True).astype(bool)).mean())
