"""The text side of a configuration: YAML, `--set a.b=c`, relative paths, passwords.

What the keys mean is the business of `sections`; here they are nested dictionaries.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ltvkit.data.reading.locations import redact, resolve_location
from ltvkit.errors import ConfigError

PATH_KEYS = (
    ("data", "transactions"),
    ("data", "costs"),
    ("data", "customers"),
    ("data", "touches"),
    ("data", "leads"),
    ("economics", "benchmarks"),
)
"""Keys that hold a location: a text, or a section with `path`."""


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice, of which one would be ignored."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' is written twice", key_node.start_mark
                )
            seen.add(key if isinstance(key, str) else repr(key))
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    # Dates stay text, so that a wrong one is told with its key instead of as a fault of YAML.
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file; a `ConfigError` says what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"got no file {path}, expected a configuration; write one with: ltv init FILE"
        ) from None
    except IsADirectoryError:
        raise ConfigError(
            f"got the folder {path}, expected a configuration; name the file in it, or write one "
            "with: ltv init FILE"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"got {path}, expected a readable UTF-8 file; {error}") from None
    try:
        values = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(
            f"got {path}, expected YAML; {_one_line(error)}; a text with %, :, # or @ wants quotes"
        ) from None
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(
            f"{path}: got {show_value(values)}, expected 'key: value' lines; "
            "configs/template.yaml shows every key"
        )
    return values


def parse_override(override: str) -> tuple[list[str], Any]:
    """The key and the value of `a.b=c`; a relative path starts from the current folder.

    >>> parse_override("data.columns.attributes=[country, size]")
    (['data', 'columns', 'attributes'], ['country', 'size'])
    """
    key, equals, text = override.partition("=")
    parts = key.strip().split(".")
    if not equals or not all(parts):
        raise ConfigError(
            f"got --set {override!r}, expected a.b=c; write for example "
            "--set snapshot.horizon_days=180"
        )
    try:
        # No YAML value begins with a percent sign: a date format need not be quoted twice.
        value = text if text.startswith("%") else yaml.load(text, Loader=_Loader)  # noqa: S506 - safe
    except yaml.YAMLError as error:
        raise ConfigError(
            f"got --set {override!r}, expected a YAML value after '='; {_one_line(error)}"
        ) from None
    nested: Any = value
    for part in reversed(parts):
        nested = {part: nested}
    nested = resolve_paths(nested, Path.cwd())
    for part in parts:
        nested = nested[part]
    return parts, nested


def put_value(values: dict[str, Any], key: list[str], value: Any) -> None:
    """Set a nested key in place; sections that are not there yet are made."""
    inner = values
    for place, part in enumerate(key[:-1]):
        following, where = inner.get(part), ".".join(key[: place + 1])
        if isinstance(following, str) and tuple(key[: place + 1]) in PATH_KEYS:
            following = {"path": following}
        elif following is None:
            following = {}
        elif not isinstance(following, dict):
            raise ConfigError(
                f"--set {'.'.join(key)}: got {show_value(following)} in {where}, expected a "
                "section; set the whole key"
            )
        inner[part] = following
        inner = following
    inner[key[-1]] = value


def resolve_paths(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A copy whose locations no longer depend on `folder`."""
    copy = {k: dict(v) if isinstance(v, dict) else v for k, v in values.items()}
    for section, key in PATH_KEYS:
        inner = copy.get(section)
        if not isinstance(inner, dict):
            continue
        place = inner.get(key)
        if isinstance(place, str):
            inner[key] = resolve_location(place, folder)
        elif isinstance(place, dict):
            inner[key] = dict(place)
            if isinstance(place.get("path"), str):
                inner[key]["path"] = resolve_location(place["path"], folder)
    return copy


def redact_all(value: Any) -> Any:
    """A copy in which no location shows a password."""
    if isinstance(value, dict):
        return {key: redact_all(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [redact_all(inner) for inner in value]
    return redact(value) if isinstance(value, str) else value


def show_value(value: object) -> str:
    """A value as a message shows it: short."""
    text = "a section" if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
