"""The channels of a shop: what a customer of each costs and brings, a verdict, and it in words."""

import numpy as np
import pandas as pd

from ltvkit import economics
from ltvkit.config import Config
from ltvkit.pipeline.unit_economics.ledger import Ledger
from ltvkit.schemas import ALL
from ltvkit.wording import Language, Sentence

_SAID = {"why": "why_said", "worth_more": "worth_more_said"}
"""Columns of the channels' table in words, and those that hold them as sentences."""


def priced_channels(
    config: Config,
    ledger: Ledger | None,
    values: economics.ChannelValues,
    marginal: dict[str, economics.MarginalCac],
) -> pd.DataFrame:
    """What a customer of each channel costs beside what one is worth, with a verdict."""
    assumed = config.economics
    return economics.channels_table(
        _cac(config, ledger, values.table),
        values,
        target_ltv_to_cac=assumed.target_ltv_to_cac,
        target_payback_months=assumed.target_payback_months,
        marginal=marginal,
        own_cost=_own_cost(ledger),
        commissions=ledger.commissions() if ledger else None,
        seed=config.model.seed,
    )


def _cac(config: Config, ledger: Ledger | None, valued: pd.DataFrame) -> pd.DataFrame | None:
    """CAC from the ledger, else from the one number, else none."""
    if ledger is not None:
        return ledger.cac(config.economics.allocation)
    if config.economics.cac is None:
        return None
    return pd.DataFrame(
        {
            "channel": valued["channel"],
            "new_customers": valued["credited"],
            "media_spend": np.nan,
            "loaded_cost": valued["credited"] * config.economics.cac,
            "media_cac": np.nan,
            "loaded_cac": config.economics.cac,
        }
    )


def _own_cost(ledger: Ledger | None) -> dict[str, float] | None:
    """What each channel cost before shared cost was put on it."""
    if ledger is None:
        return None
    sides = ledger.allocations()
    return by_channel(sides, "own_cost")


def against_benchmarks(channels: pd.DataFrame, sector: pd.DataFrame) -> pd.DataFrame:
    """Each channel's figures beside the user's benchmarks; the whole shop has a blank segment."""
    named = channels.rename(columns={"loaded_cac": "cac"})
    figures = ["cac", "media_cac", "ltv", "ltv_to_cac", "payback_month"]
    own = named.melt("channel", figures, var_name="metric", value_name="value")
    own = own.rename(columns={"channel": "segment"})
    own["segment"] = own["segment"].replace(ALL, "")
    return economics.compare_benchmarks(own, sector)


def sentences_of(channels: pd.DataFrame) -> dict[str, dict[str, Sentence]]:
    """The sentences of each channel's row, by column."""
    return {
        str(row["channel"]): {
            words: row[said] for words, said in _SAID.items() if isinstance(row[said], Sentence)
        }
        for row in channels.to_dict("records")
    }


def in_words(channels: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The table for the file: its sentences said in the run's language."""
    words = {
        column: channels[said].map(lambda s: s.say(language) if isinstance(s, Sentence) else "")
        for column, said in _SAID.items()
    }
    return channels.drop(columns=list(_SAID.values())).assign(**words)


def by_channel(table: pd.DataFrame, column: str) -> dict[str, float]:
    """A figure of the channels' table by channel."""
    figures = table[column].to_numpy(dtype=float)
    return {str(name): float(x) for name, x in zip(table["channel"], figures, strict=True)}
