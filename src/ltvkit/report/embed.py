"""Putting data, style and scripts into one page so that nothing can break out of its place."""

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

import vl_convert
from markupsafe import Markup

STYLES = ("base.css", "parts.css", "print.css")
SCRIPTS = ("page.js", "table.js", "whatif.js", "charts.js")


def json_island(content: Any) -> Markup:
    r"""Data as JSON for a script element that is not run.

    Everything outside ASCII and every character with a meaning in HTML is written as an escape,
    so that no string in it can close the element or start another.

    Examples
    --------
    >>> print(json_island({"name": "</script>\u2028"}))
    {"name":"\u003c/script\u003e\u2028"}
    """
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


@cache
def chart_library() -> Markup:
    """Vega-Embed with Vega and Vega-Lite, as one script without imports or addresses to load."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return _script(bundle)


@cache
def page_script() -> Markup:
    """The behaviour of the page: our own scripts, in order, each in a scope of its own."""
    return _script("\n".join(f"(() => {{\n{_read(name)}\n}})();" for name in SCRIPTS))


@cache
def page_style() -> Markup:
    """The style of the page."""
    return Markup("\n".join(_read(name) for name in STYLES))  # noqa: S704 - our own files


def content_policy(*scripts: str) -> str:
    """What the browser may do with the page: run these scripts, and load nothing at all."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _read(name: str) -> str:
    return (files("ltvkit.report") / "templates" / name).read_text(encoding="utf-8")


def _script(text: str) -> Markup:
    """A script that may stand in a page: it must not contain what would end or hide it."""
    lowered = text.lower()
    for trap in ("</script", "<!--", "<script"):
        if trap in lowered:
            raise ValueError(f"got {trap!r} in a script, expected none; write it in two parts")
    return Markup(text)  # noqa: S704 - checked above


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
