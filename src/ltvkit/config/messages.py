"""What is wrong with a configuration, in words: the full key, what it got, what it expected."""

from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from ltvkit.config.sections import Config
from ltvkit.config.text import show_value
from ltvkit.errors import did_you_mean


def explain(fault: Any) -> str:
    """One line for one fault: the full key, what it got, what it expected, what to do."""
    where = [str(part) for part in fault["loc"]]
    path = ".".join(where)
    kind, got = fault["type"], show_value(fault["input"])
    section = _section_at(where[:-1])
    if kind == "extra_forbidden":
        known = list(section.model_fields) if section else []
        hint = did_you_mean(where[-1], known) or f"; it takes {', '.join(known)}"
        if elsewhere := _where_it_is(where[-1]):
            hint = f" (did you mean '{elsewhere}'?)"
        return f"  {path}: got an unknown key{hint}"
    field = section.model_fields.get(where[-1]) if section else None
    meaning = f" ({field.description})" if field and field.description else ""
    if kind == "missing":
        return f"  {path}: got nothing, expected a value{meaning}; add it"
    return f"  {path}: got {got}, expected {_expected(fault)}{meaning}; change it"


def _expected(fault: Any) -> str:
    kind, limits = fault["type"], fault.get("ctx", {})
    bounds = {
        "greater_than": "a number above {gt}",
        "greater_than_equal": "a number of at least {ge}",
        "less_than": "a number below {lt}",
        "less_than_equal": "a number of at most {le}",
        "string_too_short": "some text",
    }
    plain = {
        "finite_number": "a finite number",
        "float_parsing": "a number",
        "float_type": "a number",
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
        "string_type": "text (put it in quotes)",
        "date_parsing": "a date such as 2024-12-31",
        "date_from_datetime_parsing": "a date such as 2024-12-31",
        "date_from_datetime_inexact": "a date such as 2024-12-31, without a time",
        "date_type": "a date such as 2024-12-31",
        "model_type": "a section: indented lines of 'key: value'",
        "model_attributes_type": "a section: indented lines of 'key: value'",
        "dict_type": "a section: indented lines of 'key: value'",
        "tuple_type": "a list such as [a, b]",
        "string_pattern_mismatch": "letters, digits, '.', '_' and '-', beginning with a letter "
        "or digit",
    }
    if kind == "literal_error":
        expected = str(limits["expected"])
        known = [part.strip("' ") for part in expected.replace(" or ", ",").split(",")]
        return expected + did_you_mean(str(fault["input"]), known)
    if kind == "value_error":
        return str(limits["error"])
    if kind in bounds:
        return bounds[kind].format(**limits)
    return plain.get(kind, str(fault["msg"]))


def _where_it_is(key: str) -> str:
    """The full key of that name, of the whole configuration or of one section; or nothing.

    >>> _where_it_is("currency"), _where_it_is("horizon_days"), _where_it_is("nothing")
    ('data.currency', 'snapshot.horizon_days', '')
    """
    if key in Config.model_fields:
        return key
    sections = ((name, _section_at([name])) for name in Config.model_fields)
    found = [f"{name}.{key}" for name, inside in sections if inside and key in inside.model_fields]
    return found[0] if len(found) == 1 else ""


def _section_at(where: Sequence[str]) -> type[BaseModel] | None:
    section: type[BaseModel] | None = Config
    within_mapping = False
    for part in where:
        if part.isdigit() or within_mapping:
            within_mapping = False
            continue
        field = section.model_fields.get(part) if section else None
        if field is None:
            return None
        within_mapping = get_origin(field.annotation) is dict
        inner = [field.annotation, *get_args(field.annotation)]
        section = next((t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)), None)
    return section
