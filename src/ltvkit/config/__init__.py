"""The configuration of a run: a YAML file that is checked whole before any work starts.

Everything wrong with it is told in one message. It stops at the composition root: below that, plain
keyword arguments.
"""

from ltvkit.config.data import TableConfig
from ltvkit.config.load import config_keys, load_config, restore_config, restore_config_at
from ltvkit.config.sections import (
    AlertsConfig,
    AudienceConfig,
    Config,
    EconomicsConfig,
    LeadCriterionConfig,
)

__all__ = [
    "AlertsConfig",
    "AudienceConfig",
    "Config",
    "EconomicsConfig",
    "LeadCriterionConfig",
    "TableConfig",
    "config_keys",
    "load_config",
    "restore_config",
    "restore_config_at",
]
