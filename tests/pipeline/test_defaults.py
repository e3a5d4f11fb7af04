"""What the configuration says by default is what the functions below it do by default."""

from dataclasses import MISSING, asdict, fields

from ltvkit.audience import ListRules
from ltvkit.config import AlertsConfig, AudienceConfig, EconomicsConfig
from ltvkit.monitoring import AlertRules


def test_alerts_are_those_of_the_rules():
    assert AlertsConfig().model_dump() == asdict(AlertRules())


def test_lists_begin_and_end_where_the_rules_say():
    configured = AudienceConfig().model_dump() | EconomicsConfig().model_dump()
    ruled = {f.name: f.default for f in fields(ListRules) if f.default is not MISSING}
    assert ruled == {name: configured[name] for name in ruled}
