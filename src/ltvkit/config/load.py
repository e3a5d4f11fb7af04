"""Read a configuration and check it whole, before any work starts."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ltvkit.config.messages import explain
from ltvkit.config.sections import Config
from ltvkit.config.text import parse_override, put_value, read_yaml, resolve_paths
from ltvkit.config.values import Section
from ltvkit.errors import ConfigError


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a config file and check it whole.

    Parameters
    ----------
    path : str or Path
        A YAML file. Relative paths in it start from its folder.
    overrides : sequence of str
        `a.b=c`, as `--set` takes them: `c` is read as YAML; a relative path starts from the
        current folder.

    Raises
    ------
    ConfigError
        With everything that is wrong, one line each.
    """
    path = Path(path)
    values = resolve_paths(read_yaml(path), path.parent)
    for override in overrides:
        key, value = parse_override(override)
        put_value(values, key, value)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        lines = [explain(fault) for fault in error.errors(include_url=False)]
        raise ConfigError(
            "\n".join([f"{path}: the configuration cannot be used", *lines])
        ) from None


def restore_config(settings: Mapping[str, Any]) -> Config:
    """The configuration that a model or a run carries.

    Raises
    ------
    ConfigError
        When it was written by a version whose keys were others.
    """
    try:
        return Config.model_validate(dict(settings))
    except ValidationError as error:
        faults = [explain(fault) for fault in error.errors()]
        raise ConfigError(
            "got settings of another version of ltvkit, expected those of this one; train again:\n"
            + "\n".join(f"  {fault}" for fault in faults)
        ) from error


def restore_config_at(settings: Mapping[str, Any], as_of: date | None) -> Config:
    """The same for a log up to another day; up to its last order day when not given."""
    return restore_config({**settings, "snapshot": {**settings["snapshot"], "as_of": as_of}})


def config_keys(section: type[BaseModel] = Config, prefix: str = "") -> dict[str, str]:
    """Every key with its description, in order; sections themselves are left out.

    >>> config_keys()["snapshot.horizon_days"]
    'how many days to look ahead'
    """
    keys: dict[str, str] = {}
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            keys |= config_keys(field.annotation, f"{prefix}{name}.")
        else:
            keys[prefix + name] = field.description or ""
    return keys
