"""Every key of a configuration: its type, its default, its meaning, and what it must not be."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ltvkit.config.data import DataConfig
from ltvkit.config.text import redact_all
from ltvkit.config.values import Money, Positive, Section, Share, read_fraction, read_periods
from ltvkit.errors import UserError
from ltvkit.units import USUAL_INTERVAL

INTERVALS = (0.5, 0.8, 0.9, 0.95)


class SnapshotConfig(Section):
    """The day that splits history from future."""

    as_of: date | None = Field(
        default=None, description="last day of history; blank = last order day"
    )
    horizon_days: int = Field(default=365, ge=1, le=3660, description="how many days to look ahead")


class LeadCriterionConfig(Section):
    """What makes a lead good: a number between `low` and `high`, or texts worth `points`."""

    weight: Positive = Field(default=1.0, description="how much it counts beside the others")
    low: float = Field(default=0.0, description="the number that is worth nothing")
    high: float = Field(default=1.0, description="the number that is worth everything")
    points: dict[str, Share] = Field(default={}, description="what a text is worth, from 0 to 1")

    @field_validator("high")
    @classmethod
    def _not_low(cls, high: float, info: ValidationInfo) -> float:
        if high == info.data.get("low"):
            raise ValueError("a number other than low (above it if more is better)")
        return high


class EconomicsConfig(Section):
    """What an order leaves, what a customer cost, and what is asked of both."""

    margin_rate: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="margin as a share of revenue, where no margin column is given; 1 = revenue",
    )
    annual_discount_rate: float = Field(
        default=0.1, ge=0, le=1, description="a year's discount on money that comes later"
    )
    cac: Money | None = Field(
        default=None, description="cost of a new customer, where there is no costs table"
    )
    target_ltv_to_cac: Positive = Field(default=3.0, description="lowest good ratio of LTV to CAC")
    target_payback_months: int = Field(
        default=12, ge=1, le=120, description="months by which a customer should have paid back"
    )
    cost_lag_days: int = Field(
        default=0, ge=0, le=366, description="days from spending to the first order it brings"
    )
    new_customers_from: date | None = Field(
        default=None,
        description="first orders before this day are of old customers, and left out of CAC and "
        "LTV; found where a log begins mid-life",
    )
    contact_cost: Money = Field(default=0.0, description="what one contact with a customer costs")
    allocation: Literal["customers", "spend", "paid_customers", "weights"] = Field(
        default="customers", description="how shared costs are spread over channels"
    )
    allocation_weights: dict[str, Money] = Field(
        default={},
        validate_default=True,
        description="for allocation: weights, each channel's part of shared costs",
    )
    attribution: Literal["first", "last", "linear", "position", "time_decay"] = Field(
        default="last", description="how the touches before a first order share its credit"
    )
    lead_criteria: dict[str, LeadCriterionConfig] = Field(
        default={}, description="what a lead's score is made of, by column of data.leads"
    )
    benchmarks: str | None = Field(
        default=None, description="a table of your sector's figures to compare with", min_length=1
    )

    @field_validator("allocation_weights")
    @classmethod
    def _go_with_their_rule(
        cls, weights: dict[str, float], info: ValidationInfo
    ) -> dict[str, float]:
        by_weights = info.data.get("allocation") == "weights"
        if "allocation" in info.data and by_weights != bool(weights):
            raise ValueError("a number per channel with `allocation: weights`, and none without it")
        if weights and not sum(weights.values()) > 0:
            raise ValueError("some number above 0")
        return weights


class AudienceConfig(Section):
    """Where the lists begin and end."""

    protect_value_share: Share = Field(
        default=0.25, description="protect_now: the share of customers worth most if kept"
    )
    min_prob_active: Share = Field(
        default=0.3, description="below this chance of an order: win_back instead of protect_now"
    )
    win_back_margin_share: Share = Field(
        default=1 / 3, description="win_back: the share of customers with the most margin so far"
    )
    high_potential_share: Share = Field(
        default=0.2, description="high_potential: the share of customers predicted to be worth most"
    )
    holdout_share: Annotated[
        float, BeforeValidator(read_fraction), Field(ge=0, le=0.5, allow_inf_nan=False)
    ] = Field(
        default=0.1,
        description="left alone in every list but let_rest, so that the effect can be measured",
    )
    excel_locale: Literal["en", "fr", "pl"] = Field(
        default="en",
        description="how csv files of customers, prospects and lists are written: fr and pl have ; "
        "and decimal comma",
    )
    phone_region: str | None = Field(
        default=None,
        description="country of phone numbers without country code, in two letters such as PL",
    )

    @field_validator("phone_region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        if region is None:
            return None
        from ltvkit.audience.uploads.phones import check_region

        try:
            return check_region(region)
        except UserError as error:
            raise ValueError(str(error).partition("expected ")[2]) from error


class ReportConfig(Section):
    """The page."""

    language: Literal["en", "fr", "pl"] = Field(default="en", description="language of the page")


class ModelConfig(Section):
    """How predictions are made."""

    seed: int = Field(default=42, ge=0, le=2**31 - 1, description="same seed, same result")
    interval: float = Field(
        default=USUAL_INTERVAL, description="how often the truth should lie in an interval"
    )
    threads: int | None = Field(
        default=None, ge=1, le=1024, description="processor threads; blank = as many as there are"
    )

    @field_validator("interval")
    @classmethod
    def _one_of(cls, level: float) -> float:
        if level not in INTERVALS:
            raise ValueError(f"one of {', '.join(map(str, INTERVALS))}")
        return level


class TrackingConfig(Section):
    """The experiment tracker."""

    enabled: bool = Field(default=True, description="record runs in MLflow")
    uri: str | None = Field(
        default=None, description="a tracking server or store; blank = the store in this folder"
    )
    experiment: str = Field(default="ltvkit", description="the experiment's name", min_length=1)


class AlertsConfig(Section):
    """When `ltv compare` calls; blank switches a rule off."""

    cac_rise: Money | None = Field(default=0.2, description="relative rise of CAC")
    ltv_fall: Money | None = Field(default=0.2, description="relative fall of LTV")
    ltv_to_cac_fall: Money | None = Field(default=0.2, description="relative fall of LTV:CAC")
    payback_delay_months: Money | None = Field(
        default=2.0, description="months by which payback came later"
    )
    list_change: Money | None = Field(default=0.5, description="relative change of a list's size")
    drift_psi: Money | None = Field(
        default=0.25, description="population stability index of any column"
    )
    calibration_error_rise: Money | None = Field(
        default=0.05, description="rise of the calibration error of the chance of an order"
    )
    verdict: bool = Field(default=True, description="call when the verdict became worse")
    promise: bool = Field(
        default=True, description="call when the total came in outside its interval"
    )


class Config(Section):
    """A whole run."""

    name: str = Field(
        description="name of the run; its results go to runs/<name>",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
    )
    kind: Literal["non_contractual", "contractual"] = Field(
        default="non_contractual",
        description="contractual: customers renew contracts and payments are their renewals; "
        "non_contractual: they order when they like",
    )
    renewal_days: Annotated[float | tuple[float, ...] | None, BeforeValidator(read_periods)] = (
        Field(
            default=None,
            description="days from one payment of a contract to the next, or weekly, monthly, "
            "quarterly, yearly; of several plans a list; blank = as the log shows",
        )
    )
    grace_days: int | None = Field(
        default=None,
        ge=0,
        description="days by which a renewal may be late before the contract has ended; blank = a "
        "quarter of the period, from 3 to 14",
    )
    data: DataConfig
    snapshot: SnapshotConfig = SnapshotConfig()
    economics: EconomicsConfig = EconomicsConfig()
    audience: AudienceConfig = AudienceConfig()
    report: ReportConfig = ReportConfig()
    model: ModelConfig = ModelConfig()
    tracking: TrackingConfig = TrackingConfig()
    alerts: AlertsConfig = AlertsConfig()

    @field_validator("renewal_days", "grace_days")
    @classmethod
    def _of_contracts(cls, days: object, info: ValidationInfo) -> object:
        if days is not None and info.data.get("kind") == "non_contractual":
            raise ValueError("nothing here, unless kind is contractual; set that, or leave it out")
        return days

    @field_validator("grace_days")
    @classmethod
    def _less_than_a_period(cls, days: int | None, info: ValidationInfo) -> int | None:
        periods = info.data.get("renewal_days") or float("inf")
        shortest = periods[0] if isinstance(periods, tuple) else periods
        if days is not None and days >= shortest:
            raise ValueError(f"fewer days than renewal_days ({shortest:g})")
        return days

    def settings(self) -> dict[str, Any]:
        """Everything as plain JSON values, passwords blanked, for the record of a run."""
        settings: dict[str, Any] = redact_all(self.model_dump(mode="json"))
        return settings
