"""The charts, as Vega-Lite specifications: functions of rows, drawn here and in the page alike.

Colours are tokens that the style sheet maps to the theme (`[fill="#0b7a70"]` and so on), so one
drawing serves light, dark and print. No colour stands alone: series differ in the shape of their
marks, forecasts are dashed.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import vl_convert

from ltvkit.report.holders import Moves
from ltvkit.report.reader import Reader

INK = "#26231e"
MUTED = "#6a655b"
GRID = "#e6e1d6"
SERIES = (
    *("#0b7a70", "#b04c12", "#4b56b8", "#a83279"),
    *("#6f7010", "#2a80b9", "#8a5a3b", "#7d3fb0"),
)
"""Eight hues that differ in lightness as well; after the eighth they repeat with another shape."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
WHOLE = INK
FONT = '"Segoe UI", Roboto, Inter, "Noto Sans", "Liberation Sans", Arial, sans-serif'

Spec = dict[str, Any]


def static_svg(spec: Spec, name: str, width: int, reader: Reader) -> str:
    """The chart as SVG, for paper and for a page without scripts.

    Vega numbers its clip paths from one drawing to the next; here they are named after the chart,
    so that several drawings can stand in a page and the same chart gives the same bytes.
    """
    # What only appears under a pointer has no place in a still.
    layers = [layer for layer in spec["layer"] if "params" not in layer]
    svg: str = vl_convert.vegalite_to_svg(
        spec | {"width": width, "layer": layers}, format_locale=reader.number_locale()
    )
    for place, numbered in enumerate(dict.fromkeys(re.findall(r'\bid="(\w+)"', svg))):
        svg = re.sub(rf'(id="|url\(#){numbered}(?=["\)])', rf"\g<1>{name}-{place}", svg)
    return svg


def series_style(place: int, *, whole: bool) -> tuple[str, str]:
    """Colour token and shape of the channel at `place`; the whole shop is drawn in ink."""
    if whole:
        return WHOLE, "circle"
    return SERIES[place % len(SERIES)], SHAPES[place % len(SHAPES)]


def decile_chart(rows: Sequence[dict[str, Any]], reader: Reader) -> Spec:
    """Backtest: predicted value per customer by tenth as bars, what happened as marks."""
    x = {
        "field": "decile",
        "type": "ordinal",
        "title": reader.plain("trust.deciles_x"),
        "axis": {"labelAngle": 0},
    }
    axis = {"format": "$,.0f", "tickCount": 4}
    tooltip = [
        {"field": "decile", "title": reader.plain("trust.deciles_x")},
        {"field": "predicted", "title": reader.plain("trust.predicted"), "format": "$,.2f"},
        {"field": "actual", "title": reader.plain("trust.actual"), "format": "$,.2f"},
    ]
    return layered(
        240,
        {"values": list(rows)},
        [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2, "color": SERIES[0], "opacity": 0.45},
                "encoding": {
                    "x": x,
                    "y": {
                        "field": "predicted",
                        "type": "quantitative",
                        "title": None,
                        "axis": axis,
                    },
                    "tooltip": tooltip,
                },
            },
            {
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "filled": True,
                    "size": 110,
                    "opacity": 1,
                    "color": INK,
                    "strokeWidth": 0,
                },
                "encoding": {
                    "x": x,
                    "y": {"field": "actual", "type": "quantitative", "title": None},
                    "tooltip": tooltip,
                },
            },
        ],
    )


def value_chart(shares: Sequence[float], reader: Reader) -> Spec:
    """The share of predicted value that each tenth of customers holds."""
    rows = [
        {"tenth": i + 1, "share": round(share, 4), "label": reader.share(share)}
        for i, share in enumerate(shares)
    ]
    x = {
        "field": "tenth",
        "type": "ordinal",
        "title": reader.plain("holders.deciles_x"),
        "axis": {"labelAngle": 0},
    }
    y = {"field": "share", "type": "quantitative", "title": None, "axis": None}
    tooltip = [
        {"field": "tenth", "title": reader.plain("holders.deciles_x")},
        {"field": "label", "title": reader.plain("holders.deciles_y")},
    ]
    return layered(
        280,
        {"values": rows},
        [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {"value": SERIES[0]},
                    "opacity": {
                        "condition": {"test": "datum.tenth === 1", "value": 1},
                        "value": 0.45,
                    },
                    "tooltip": tooltip,
                },
            },
            {
                "mark": {"type": "text", "dy": -7, "fontSize": 12, "color": INK},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
        ],
    )


def moves_chart(moved: Moves, basis: str, reader: Reader) -> Spec:
    """Customers by fifth of past and of predicted value; the diagonal is no change."""
    kinds = {1: ("rising", "▲ "), 0: ("same", "● "), -1: ("fading", "▼ ")}
    top = max(int(moved.counts.max()), 1)
    rows = []
    for past, ahead in np.ndindex(moved.counts.shape):
        kind, sign = kinds[(ahead > past) - (ahead < past)]
        customers = int(moved.counts[past, ahead])
        rows.append(
            {
                "past": past + 1,
                "ahead": ahead + 1,
                "customers": customers,
                "label": sign + reader.short_number(customers) if customers else "",
                "kind": reader.plain(f"holders.{kind}"),
                "heat": round(0.05 + 0.5 * customers / top, 3) if customers else 0,
            }
        )
    names = [reader.plain(f"holders.{kind}") for kind, _ in kinds.values()]
    band = {"domain": [1, 2, 3, 4, 5], "padding": 0.06}
    axis = {"labelAngle": 0, "grid": False, "domain": False}
    x = {
        "field": "past",
        "type": "ordinal",
        "scale": band,
        "title": str(reader.say("holders.matrix_x", basis=basis.lower())),
        "axis": axis,
    }
    y = {
        "field": "ahead",
        "type": "ordinal",
        "scale": band | {"domain": [5, 4, 3, 2, 1]},
        "title": reader.plain("holders.matrix_y"),
        "axis": axis,
    }
    colour = {
        "field": "kind",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": names, "range": [SERIES[0], MUTED, SERIES[1]]},
    }
    opacity = {"field": "heat", "type": "quantitative", "legend": None, "scale": None}
    tooltip = [
        {"field": "kind", "title": reader.plain("page.kind")},
        {"field": "customers", "title": reader.plain("lists.customers"), "format": ",d"},
    ]
    return layered(
        280,
        {"values": rows},
        [
            {
                "mark": {"type": "rect", "cornerRadius": 3},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": colour,
                    "fillOpacity": opacity,
                    "tooltip": tooltip,
                },
            },
            {
                "mark": {"type": "text", "fontSize": 13, "color": INK},
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            },
        ],
    )


def layered(
    height: int,
    data: dict[str, Any],
    layers: list[dict[str, Any]],
    padding: dict[str, int] | int = 4,
) -> Spec:
    """A chart of layers in the house style, as wide as its place."""
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titlePadding": 8,
        "labelPadding": 6,
        "domain": False,
        "ticks": False,
        "gridColor": GRID,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": height,
        "background": None,
        "padding": padding,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": data,
        "layer": layers,
        "config": {
            "aria": False,
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,
            "axisX": {"domain": True, "domainColor": GRID, "labelFlush": False},
        },
    }


def quoted(text: str) -> str:
    """A string as a Vega expression reads it: nothing in it can end the literal."""
    return '"' + "".join(f"\\u{ord(c):04x}" if not c.isalnum() else c for c in text) + '"'
