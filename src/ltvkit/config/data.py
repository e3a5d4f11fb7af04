"""The keys of `data`: where the tables are, and how they are read."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ltvkit.config.values import Section
from ltvkit.errors import did_you_mean


class Columns(Section):
    """Which column of the transactions means what."""

    customer_id: str = Field(
        default="customer_id", description="who ordered; kept as text", min_length=1
    )
    ordered_at: str = Field(
        default="ordered_at", description="when; a date or a time", min_length=1
    )
    revenue: str = Field(
        default="revenue",
        description="net sales of the row, negative for a refund; a column, or an expression of "
        "columns such as quantity * unit_price",
        min_length=1,
    )
    order_id: str | None = Field(
        default=None, description="which order a row belongs to", min_length=1
    )
    margin: str | None = Field(
        default=None,
        description="contribution margin of the row; a column or an expression",
        min_length=1,
    )
    channel: str | None = Field(default=None, description="sales channel of the row", min_length=1)
    attributes: tuple[str, ...] = Field(
        default=(), description="further columns to learn from, text or numbers"
    )
    discount: str | None = Field(
        default=None,
        description="one of the attributes: whether, by how much or with which code an order was "
        "discounted",
        min_length=1,
    )

    @field_validator("discount")
    @classmethod
    def _is_read(cls, discount: str | None, info: ValidationInfo) -> str | None:
        attributes = info.data.get("attributes", ())
        if discount is not None and discount not in attributes:
            raise ValueError(f"one of data.columns.attributes, {list(attributes)}; add it there")
        return discount


class TableConfig(Section):
    """A further table; a plain path or URL is enough."""

    path: str = Field(description="a path or URL of the table", min_length=1)
    columns: dict[str, str] = Field(
        default={}, description="our name: the table's name, for columns that are called otherwise"
    )


def _table(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


OptionalTable = Annotated[TableConfig | None, BeforeValidator(_table)]


class DataConfig(Section):
    """Where the data lie and how to read them."""

    transactions: str = Field(
        description="a csv, parquet or xlsx file, a folder or pattern of them, a URL, a database "
        "(duckdb:///, sqlite:///, postgresql://), or sample:cdnow",
        min_length=1,
    )
    columns: Columns = Columns()
    costs: OptionalTable = Field(default=None, description="marketing costs per period and channel")
    customers: OptionalTable = Field(
        default=None, description="one row per customer: channel, contacts, consents, attributes"
    )
    customer_attributes: tuple[str, ...] = Field(
        default=(),
        description="columns of data.customers to learn from, text or numbers, known when a "
        "customer first orders; the channel is one by itself",
    )
    touches: OptionalTable = Field(
        default=None,
        description="touches before the first order: customer_id, channel, touched_at; or weights "
        "made elsewhere, with a column weight that sums to 1 per customer",
    )
    leads: OptionalTable = Field(
        default=None,
        description="one row per lead: lead_id, what is known of it, and became_customer as far as "
        "it is known",
    )
    leave_out: dict[str, tuple[str, ...]] = Field(
        default={},
        description="rows that are no sales: a column and the values that mark them, in capitals "
        "or not, as in {status: [failed, cancelled]}; '*' is any value",
    )
    drop_exact_duplicates: bool = Field(
        default=False, description="count rows that repeat another one in every column only once"
    )
    date_format: str | None = Field(
        default=None,
        description="how dates are written, as in strptime: %d/%m/%Y, when they do not tell",
        min_length=1,
    )
    decimal_mark: Literal[".", ","] | None = Field(
        default=None,
        description="the decimal mark of amounts, when the column itself does not tell",
    )
    timezone: str = Field(
        default="UTC", description="the shop's time zone; orders belong to its days"
    )
    currency: str = Field(default="", description="printed beside amounts; nothing is converted")

    @field_validator("date_format")
    @classmethod
    def _has_directives(cls, written: str | None) -> str | None:
        if written is not None and "%" not in written:
            directives = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "HH": "%H", "SS": "%S"}
            meant = written.upper()
            for letters, directive in directives.items():
                meant = meant.replace(letters, directive)
            raise ValueError(f"a pattern with %, such as %d/%m/%Y; did you mean {meant!r}?")
        return written

    @field_validator("customer_attributes")
    @classmethod
    def _has_a_table(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if names and "customers" in info.data and info.data["customers"] is None:
            raise ValueError("data.customers, the table with these columns; name it, or none here")
        return names

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(
                f"the name of a time zone such as Europe/Paris{did_you_mean(zone, _zones())}"
            ) from error
        return zone


def _zones() -> list[str]:
    return sorted(available_timezones())
