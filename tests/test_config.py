"""The config: typed, checked whole, dumped as plain JSON."""

import json
from pathlib import Path

import pytest
import yaml

from ltvkit.config import Config, config_keys, load_config
from ltvkit.errors import ConfigError

CONFIGS = Path(__file__).parent.parent / "configs"
SMALLEST = "name: shop\ndata: {transactions: orders.csv}\n"


@pytest.fixture
def write(tmp_path: Path):
    def write_config(text: str) -> Path:
        path = tmp_path / "shop.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_config


def faults(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return str(caught.value).splitlines()[1:]


def test_the_smallest_config_takes_the_defaults_of_issue_2(write):
    config = load_config(write(SMALLEST))
    assert config.snapshot.as_of is None
    assert config.snapshot.horizon_days == 365
    assert config.economics.margin_rate == 1
    assert config.economics.annual_discount_rate == 0.1
    assert config.economics.cac is None
    assert config.data.drop_exact_duplicates is False
    assert (config.model.seed, config.model.interval) == (42, 0.8)


def test_the_default_run_is_all_of_cdnow_split_as_in_the_literature():
    config = load_config(CONFIGS / "cdnow.yaml")
    assert config.data.transactions == "sample:cdnow"
    assert config.snapshot.as_of is None
    assert config.snapshot.horizon_days == 273


def test_the_template_names_every_key_with_its_true_default():
    written = yaml.safe_load((CONFIGS / "template.yaml").read_text(encoding="utf-8"))
    config = load_config(CONFIGS / "template.yaml")
    defaults = Config.model_validate(
        {"name": written["name"], "data": {"transactions": config.data.transactions}}
    )
    assert config == defaults
    for key in config_keys():
        inner = written
        for part in key.split("."):
            assert part in inner, f"the template does not name {key}"
            inner = inner[part]


def test_every_key_says_what_it_means():
    undescribed = [key for key, meaning in config_keys().items() if not meaning]
    assert undescribed == []


def test_unknown_keys_are_refused_by_full_path_with_the_nearest_known_key(write):
    lines = faults(write("name: a\ndata: {transactions: x, colums: {}}\nsnapsot: {as_of: null}\n"))
    assert any("data.colums: got an unknown key (did you mean 'columns'" in line for line in lines)
    assert any("snapsot: got an unknown key (did you mean 'snapshot'?)" in line for line in lines)


def test_a_key_in_the_wrong_section_is_sent_to_its_own(write):
    lines = faults(
        write(
            "name: a\ndata: {transactions: x, margin_rate: 0.3}\nhorizon_days: 90\n"
            "economics: {currency: EUR, kind: contractual}\n"
        )
    )
    for wrong, right in (
        ("data.margin_rate", "economics.margin_rate"),
        ("horizon_days", "snapshot.horizon_days"),
        ("economics.currency", "data.currency"),
        ("economics.kind", "kind"),
    ):
        assert f"  {wrong}: got an unknown key (did you mean '{right}'?)" in lines


def test_all_faults_are_told_in_one_message_without_the_library_speaking(write):
    path = write(
        "name: a b\ndata: {transactions: x, timezone: Europe/Pariss}\n"
        "snapshot: {as_of: 2020-13-01, horizon_days: 0}\n"
        "economics: {margin_rate: 2, cac: .inf}\nmodel: {interval: 0.7}\n"
        "report: {language: de}\nalerts: {cac_rise: -1}\n"
    )
    lines = faults(path)
    keys = [line.strip().split(": got")[0] for line in lines]
    assert keys == [
        "name",
        "data.timezone",
        "snapshot.as_of",
        "snapshot.horizon_days",
        "economics.margin_rate",
        "economics.cac",
        "report.language",
        "model.interval",
        "alerts.cac_rise",
    ]
    text = "\n".join(lines)
    assert "did you mean 'Europe/Paris'?" in text
    assert "'2020-13-01', expected a date such as 2024-12-31" in text
    assert "pydantic" not in text


def test_a_missing_key_says_what_belongs_there(write):
    (line,) = faults(write("name: shop\ndata: {columns: {revenue: amount}}\n"))
    assert line.startswith("  data.transactions: got nothing, expected a value (a csv, parquet")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [", "expected YAML"),
        ("- a\n- b\n", "expected 'key: value' lines"),
        ("name: a\nname: b\ndata: {transactions: x}\n", "the key 'name' is written twice"),
    ],
)
def test_a_file_that_is_no_config_is_refused_as_the_users_mistake(write, text, words):
    with pytest.raises(ConfigError, match=words):
        load_config(write(text))


def test_a_file_that_is_not_there_names_the_command_that_writes_one(tmp_path):
    with pytest.raises(ConfigError, match="ltv init FILE"):
        load_config(tmp_path / "none.yaml")


def test_a_folder_in_place_of_a_configuration_is_told_as_one(tmp_path):
    with pytest.raises(ConfigError, match=r"got the folder .*name the file in it"):
        load_config(tmp_path)


def test_relative_paths_start_from_the_config_and_overridden_ones_from_here(
    write, tmp_path, monkeypatch
):
    here = tmp_path / "elsewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    path = write(
        "name: a\ndata: {transactions: data/x.csv, costs: costs.csv, "
        "customers: {path: 'duckdb:///c.db?table=c', columns: {channel: source}}}\n"
    )
    config = load_config(path, ["data.costs=mine.csv"])
    assert config.data.transactions == str(tmp_path / "data/x.csv")
    assert config.data.costs.path == str(here / "mine.csv")
    assert config.data.customers.path == f"duckdb:///{tmp_path}/c.db?table=c"
    assert config.data.customers.columns == {"channel": "source"}


def test_overrides_are_yaml_and_reach_every_depth(write):
    config = load_config(
        write(SMALLEST),
        [
            "snapshot.as_of=2020-06-30",
            "economics.cac=12.5",
            "data.columns.attributes=[country, segment]",
            "data.columns.revenue=quantity * unit_price",
            "audience.win_back_margin_share=1/4",
            "tracking.enabled=false",
            "data.costs.path=/shop/costs.csv",
            "data.costs.columns={amount: spent}",
            "data.date_format=%d/%m/%Y",
        ],
    )
    assert str(config.snapshot.as_of) == "2020-06-30"
    assert config.economics.cac == 12.5
    assert config.data.columns.attributes == ("country", "segment")
    assert config.data.columns.revenue == "quantity * unit_price"
    assert config.audience.win_back_margin_share == 0.25
    assert config.tracking.enabled is False
    assert config.data.costs.path == "/shop/costs.csv"
    assert config.data.costs.columns == {"amount": "spent"}
    assert config.data.date_format == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("snapshot.horizon_days", "expected a.b=c"),
        ("snapshot..x=1", "expected a.b=c"),
        ("snapshot.horizon=5", "did you mean 'horizon_days'"),
        ("snapshot.horizon_days=many", "expected a whole number"),
        ("name.x=1", "expected a section"),
        ("data.columns=[", "expected a YAML value"),
    ],
)
def test_a_wrong_override_is_told_like_a_wrong_key(write, override, words):
    with pytest.raises(ConfigError, match=words):
        load_config(write(SMALLEST), [override])


def test_settings_are_plain_json_without_passwords(write):
    path = write(
        "name: shop\ndata: {transactions: 'postgresql://me:secret@db/shop?table=orders'}\n"
        "snapshot: {as_of: 2020-01-31}\n"
    )
    settings = load_config(path).settings()
    text = json.dumps(settings)
    assert json.loads(text) == settings
    assert settings["snapshot"]["as_of"] == "2020-01-31"
    assert "secret" not in text
    assert settings["data"]["transactions"] == "postgresql://me:***@db/shop?table=orders"


def test_a_config_cannot_be_changed_after_it_was_checked(write):
    config = load_config(write(SMALLEST))
    with pytest.raises(ValueError, match="frozen"):
        config.name = "other"


def test_column_names_that_yaml_takes_for_something_else_are_told(write):
    (line,) = faults(write("name: a\ndata: {transactions: x, columns: {customer_id: no}}\n"))
    assert "data.columns.customer_id: got False, expected text (put it in quotes)" in line


def test_numbers_may_be_column_names(write):
    config = load_config(write("name: a\ndata: {transactions: x, columns: {customer_id: 7}}\n"))
    assert config.data.columns.customer_id == "7"


def test_a_phone_region_is_two_letters_of_a_country_with_numbers(write):
    text = SMALLEST + "audience: {phone_region: %s}\n"
    assert load_config(write(text % "pl")).audience.phone_region == "PL"
    (line,) = faults(write(text % "UK"))
    assert "audience.phone_region: got 'UK'" in line
    assert "write GB" in line
    (line,) = faults(write(text % "NO"))  # YAML reads Norway as "no"
    assert "expected text (put it in quotes)" in line


def test_the_column_of_discounts_is_one_that_is_read(tmp_path):
    path = tmp_path / "shop.yaml"
    columns = "{attributes: [code], discount: voucher}"
    path.write_text(f"name: shop\ndata: {{transactions: x.csv, columns: {columns}}}\n")
    with pytest.raises(ConfigError, match=r"data.columns.discount: got 'voucher'.*\['code'\]; add"):
        load_config(path)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{allocation: weights}", "got a section, expected a number per channel with"),
        ("{allocation_weights: {tv: 1}}", "got a section, expected a number per channel with"),
        (
            "{allocation: weights, allocation_weights: {tv: 0}}",
            "got a section, expected some number above 0 (",
        ),
    ],
)
def test_weights_of_shared_cost_go_with_their_rule(write, given, told):
    (line,) = faults(write(f"{SMALLEST}economics: {given}\n"))
    assert f"  economics.allocation_weights: {told}" in line


def test_lead_criteria_are_checked_one_by_one(write):
    text = SMALLEST + "economics:\n  lead_criteria:\n    visits: %s\n"
    criteria = load_config(write(text % "{weight: 2, high: 10}")).economics.lead_criteria
    assert (criteria["visits"].weight, criteria["visits"].high) == (2, 10)
    (line,) = faults(write(text % "{wieght: 2}"))
    assert (
        "economics.lead_criteria.visits.wieght: got an unknown key (did you mean 'weight'" in line
    )
    (line,) = faults(write(text % "{low: 1, high: 1}"))
    assert "economics.lead_criteria.visits.high: got 1, expected a number other than low" in line


def test_a_date_format_of_other_programs_is_refused_with_ours(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text("name: shop\ndata: {transactions: x.csv, date_format: DD/MM/YYYY}\n")
    with pytest.raises(ConfigError, match="did you mean '%d/%m/%Y'"):
        load_config(path)
