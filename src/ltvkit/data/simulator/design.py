"""What the simulated shop is made of: its channels, seasons, categories and costs.

A design holds parameters only, no random number. `DEMO_DESIGN` is the shop of
`configs/demo_shop.yaml`: one channel for every verdict that a budget holder may meet.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ltvkit.units import DAYS_PER_YEAR, Floats, Integers

CATEGORIES = ("skincare", "make-up", "fragrance", "accessories")
MARGIN_RATES = np.array([0.60, 0.54, 0.46, 0.40])
"""Contribution margin of a category before discounts, as a share of its list price."""
ORDERING_FACTORS = np.array([1.30, 1.10, 0.80, 0.60])
"""How much more often those order whose first order was of the category: cream is used up."""
CATEGORY_SHARES = np.array([0.35, 0.30, 0.20, 0.15])
"""Shares of first orders, and of the orders that stray from the customer's first category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where customers come from, what they cost there, and how they buy afterwards.

    Buying is Pareto/NBD with Gamma-Gamma values, in the papers' symbols, per year: a customer
    orders at rate lambda ~ Gamma(r, alpha) while alive, leaves at rate mu ~ Gamma(s, beta), and
    spends z ~ Gamma(p, nu) an order with nu ~ Gamma(q, v).

    Parameters
    ----------
    name : str
    share : float
        Share of the shop's new customers.
    media_cac : float
        Media spend over the whole history divided by the customers expected from it.
    elasticity : float
        b of N = a S^b, customers a month against spend a month: 1 without diminishing returns.
    branding_share : float
        Part of the media spend that is booked as `ads_branding`.
    direct_category : str
        Cost category of `direct_cost`; blank for none.
    direct_cost : float
        Further cost of the channel per expected new customer (the same amount every month).
    r, alpha, s, beta, p, q, v : float
        As above; q > 1.
    discount_share : float
        Chance that the first order was made with a discount code.
    refund_rate : float
        Chance that an order is sent back, in whole or in half.
    lead_conversion : float
        Share of leads that become customers; 0 for a channel without leads.
    """

    name: str
    share: float
    media_cac: float = 0.0
    elasticity: float = 1.0
    branding_share: float = 0.0
    direct_category: str = ""
    direct_cost: float = 0.0
    r: float
    alpha: float
    s: float
    beta: float
    p: float = 4.0
    q: float = 4.0
    v: float
    discount_share: float
    refund_rate: float
    lead_conversion: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopDesign:
    """A shop from its first day: everything that the simulation needs but the dice.

    Parameters
    ----------
    channels : tuple of Channel
        Shares sum to 1.
    opened_on : date
        First day, the first of a month.
    months : int
        Months of history; the snapshot is the last day of the last one.
    horizon_days : int
        Days after the snapshot that are simulated as well, as the future.
    annual_discount_rate, target_ltv_to_cac : float
        The assumptions behind the true LTV and the true verdict.
    shared_costs : tuple of (category, amount, acquisition_share)
        Shop-wide costs; amount per expected new customer, of which the share is acquisition.
    season_strength : float
        0 for a shop without seasons, 1 for the usual ones.
    spend_spread : float
        Standard deviation of ln(spend of a month).
    discount : float
        Part of the list price that a discount code takes off the first order.
    loyalty_of_discounted : float
        Factor on the ordering rate of those who came for the discount.
    home_category_share : float
        Chance that a later order is of the category of the first.
    zero_value_share : float
        Chance that an order is free (a sample, a voucher).
    full_refund_share : float
        Share of refunds that give everything back; the others give half.
    duplicate_share : float
        Share of exported rows that appear twice.
    """

    channels: tuple[Channel, ...]
    opened_on: date = date(2023, 1, 1)
    months: int = 36
    horizon_days: int = 365
    annual_discount_rate: float = 0.10
    target_ltv_to_cac: float = 3.0
    shared_costs: tuple[tuple[str, float, float], ...] = (
        ("marketing_salaries", 3.00, 0.6),
        ("content", 0.80, 1.0),
        ("seo", 0.60, 1.0),
        ("software", 0.60, 0.5),
        ("overheads", 1.00, 0.2),
    )
    season_strength: float = 1.0
    spend_spread: float = 0.45
    discount: float = 0.20
    loyalty_of_discounted: float = 0.65
    home_category_share: float = 0.7
    zero_value_share: float = 0.004
    full_refund_share: float = 0.6
    duplicate_share: float = 0.003

    def __post_init__(self) -> None:
        total = sum(channel.share for channel in self.channels)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"channels: got shares that sum to {total}, expected 1; adjust them")
        if self.opened_on.day != 1 or self.months < 1:
            raise ValueError(
                f"got opened_on {self.opened_on} and {self.months} months, expected the first of "
                "a month and at least 1; costs are booked by whole months"
            )

    @property
    def as_of(self) -> date:
        """The last day of history."""
        months = self.opened_on.year * 12 + self.opened_on.month - 1 + self.months
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)

    @property
    def history_days(self) -> int:
        """Days from the opening to the snapshot, both included."""
        return (self.as_of - self.opened_on).days + 1

    @property
    def month_days(self) -> Integers:
        """How many days each month of the history has."""
        first = np.datetime64(self.opened_on, "M")
        starts = np.arange(first, first + self.months + 1).astype("datetime64[D]")
        return np.diff(starts).astype(np.int64)

    @property
    def names(self) -> tuple[str, ...]:
        """The channels' names, in order."""
        return tuple(channel.name for channel in self.channels)

    def parameter(self, name: str) -> Floats:
        """One parameter of all channels, in their order."""
        return np.array([getattr(channel, name) for channel in self.channels], dtype=np.float64)

    def season(self, days: int) -> Floats:
        """How much busier than usual each of the first `days` days after the opening is.

        A wave with its top in mid-December, and a peak of a fortnight around the last Friday of
        November; its mean over a year is 1.
        """
        first = np.datetime64(self.opened_on, "D")
        dates = first + np.arange(days)
        day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.float64)
        usual = _season(day_of_year) / float(_season(np.arange(DAYS_PER_YEAR)).mean())
        return 1.0 + self.season_strength * (usual - 1.0)


def _season(day_of_year: Floats) -> Floats:
    wave = 1.0 + 0.15 * np.cos(2.0 * np.pi * (day_of_year - 350.0) / DAYS_PER_YEAR)
    return wave + 0.9 * np.exp(-0.5 * ((day_of_year - 331.0) / 8.0) ** 2)


DEMO_DESIGN = ShopDesign(
    channels=(
        Channel(
            name="organic",
            share=0.26,
            r=0.9,
            alpha=0.3,
            s=1.1,
            beta=1.0,
            v=52.0,
            discount_share=0.15,
            refund_rate=0.04,
        ),
        Channel(
            name="google_ads",
            share=0.27,
            media_cac=27.0,
            elasticity=0.7,
            r=0.9,
            alpha=0.24,
            s=1.0,
            beta=0.8,
            v=50.0,
            discount_share=0.3,
            refund_rate=0.05,
            lead_conversion=0.4,
        ),
        Channel(
            name="meta_ads",
            share=0.25,
            media_cac=29.0,
            elasticity=0.55,
            branding_share=0.2,
            r=0.8,
            alpha=0.36,
            s=0.9,
            beta=0.45,
            v=45.0,
            discount_share=0.5,
            refund_rate=0.07,
            lead_conversion=0.25,
        ),
        Channel(
            name="influencers",
            share=0.09,
            media_cac=32.0,
            elasticity=0.8,
            direct_category="pr_influence",
            direct_cost=12.0,
            r=0.6,
            alpha=0.6,
            s=0.8,
            beta=0.25,
            v=38.0,
            discount_share=0.7,
            refund_rate=0.1,
            lead_conversion=0.2,
        ),
        Channel(
            name="affiliates",
            share=0.12,
            media_cac=8.0,
            elasticity=0.85,
            direct_category="commissions",
            direct_cost=6.0,
            r=1.1,
            alpha=0.32,
            s=1.2,
            beta=1.3,
            v=54.0,
            discount_share=0.2,
            refund_rate=0.04,
            lead_conversion=0.5,
        ),
        Channel(
            name="podcasts",
            share=0.01,
            media_cac=24.0,
            elasticity=0.9,
            branding_share=0.5,
            r=0.9,
            alpha=0.3,
            s=1.0,
            beta=0.8,
            v=48.0,
            discount_share=0.3,
            refund_rate=0.05,
            lead_conversion=0.4,
        ),
    )
)
