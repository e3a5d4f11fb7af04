"""The payback chart: cumulated margin per customer, observed and predicted."""

from collections.abc import Sequence
from typing import Any

from ltvkit.report.figures import INK, Spec, layered, quoted, series_style
from ltvkit.report.reader import Reader


def payback_chart(rows: Sequence[dict[str, Any]], names: Sequence[str], reader: Reader) -> Spec:
    """Cumulated margin per customer by months since the first order, one line a channel.

    Parameters
    ----------
    rows : sequence of dict
        `name`, `months` (since the first order), `value`, `low`, `high`, `n`, `predicted`, `last`
        (the last observed month), `hit` (the month of payback), `band` (draw the interval and, at
        `cac`, the cost line, which `cost` names), `end` (the height of
        the line's name at the right edge).
    names : sequence of str
        All channels as shown, the whole shop last: they fix colour and shape.
    """
    styles = [
        series_style(i, whole=i == len(names) - 1 and len(names) > 1) for i in range(len(names))
    ]
    colour = {
        "field": "name",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(names), "range": [c for c, _ in styles]},
    }
    shape = colour | {"scale": {"domain": list(names), "range": [s for _, s in styles]}}
    x = {
        "field": "months",
        "type": "quantitative",
        "title": reader.plain("payback.x"),
        "axis": {"tickMinStep": 1, "format": "d", "grid": False},
        "scale": {"nice": False},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "axis": {"format": "$,.0f", "tickCount": 5},
        "scale": {"zero": True},
    }
    place = {"x": x, "y": y, "color": colour}
    cost = {"x": x, "y": y | {"field": "cac"}}
    return layered(
        300,
        {"name": "curves", "values": list(rows)},
        padding={"left": 4, "top": 6, "bottom": 4, "right": 110},
        layers=[
            _band(place),
            *_cost_lines(cost),
            *_curves(place, whole=names[-1]),
            _marks(place | {"shape": shape}),
            _names_at_the_edge(place),
            _hover(place | {"shape": shape}, reader),
        ],
    )


def _band(place: Spec) -> Spec:
    """Between the limits of the one curve that is looked at."""
    limits = {"y": place["y"] | {"field": "low"}, "y2": {"field": "high"}}
    return {
        "transform": [{"filter": "isValid(datum.low) && datum.band"}],
        "mark": {"type": "area", "opacity": 0.16},
        "encoding": place | limits,
    }


def _cost_lines(cost: Spec) -> list[Spec]:
    """What a customer cost, named at the right edge: at the left, early paybacks are marked."""
    shown = {"filter": "isValid(datum.cac) && datum.band"}
    return [
        {
            "transform": [shown],
            "mark": {"type": "line", "strokeDash": [2, 3], "strokeWidth": 1.5},
            "encoding": cost | {"stroke": {"value": INK}},
        },
        {
            "transform": [
                shown,
                {"joinaggregate": [{"op": "max", "field": "months", "as": "edge"}]},
                {"filter": "datum.months === datum.edge"},
            ],
            "mark": {"type": "text", "align": "right", "dx": -4, "dy": -8, "fontSize": 12},
            "encoding": cost | {"text": {"field": "cost"}, "color": {"value": INK}},
        },
    ]


def _curves(place: Spec, whole: str) -> list[Spec]:
    """Solid where observed, dashed where predicted; the line of the whole shop is thicker."""
    line = {"type": "line", "strokeCap": "round", "strokeJoin": "round"}
    width = {"condition": {"test": f"datum.name === {quoted(whole)}", "value": 3}, "value": 2.25}
    return [
        {
            "transform": [{"filter": "!datum.predicted"}],
            "mark": line,
            "encoding": place | {"strokeWidth": width},
        },
        {
            "transform": [{"filter": "datum.predicted || datum.last"}],
            "mark": line | {"strokeDash": [5, 5], "strokeWidth": 1.75},
            "encoding": place,
        },
    ]


def _marks(place: Spec) -> Spec:
    """Where observation ends, and, larger, the month of payback."""
    size = {"condition": {"test": "datum.hit", "value": 150}, "value": 60}
    return {
        "transform": [{"filter": "datum.last || datum.hit"}],
        "mark": {"type": "point", "filled": True, "opacity": 1, "strokeWidth": 0},
        "encoding": place | {"size": size},
    }


def _names_at_the_edge(place: Spec) -> Spec:
    return {
        "transform": [{"filter": "isValid(datum.end)"}],
        "mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 12, "limit": 120},
        "encoding": place | {"y": place["y"] | {"field": "end"}, "text": {"field": "name"}},
    }


def _hover(place: Spec, reader: Reader) -> Spec:
    """The nearest point under the pointer, with its figures."""
    nearest = {"type": "point", "on": "pointerover", "nearest": True, "clear": "pointerout"}
    under = {"param": "hover", "empty": False, "value": 1}
    tooltip = [
        {"field": "name", "title": reader.plain("payback.choose_channel")},
        {"field": "months", "title": reader.plain("payback.x")},
        {"field": "value", "title": reader.plain("page.value"), "format": "$,.2f"},
        {"field": "words", "title": reader.interval},
        {"field": "n", "title": reader.plain("payback.customers_seen"), "format": ",d"},
        {"field": "kind", "title": reader.plain("page.kind")},
    ]
    return {
        "params": [{"name": "hover", "select": nearest}],
        "mark": {"type": "point", "filled": True, "size": 90, "strokeWidth": 0},
        "encoding": place | {"opacity": {"condition": under, "value": 0}, "tooltip": tooltip},
    }


def payback_rows(
    columns: dict[str, Any], names: Sequence[str], reader: Reader
) -> list[dict[str, Any]]:
    """The rows of the opening view: every channel over all cohorts, without bands.

    The page does the same when a channel or a cohort is chosen.
    """
    rows: list[dict[str, Any]] = []
    for i, channel in enumerate(columns["channel"]):
        if columns["cohort"][i] != -1 or columns["value"][i] is None:
            continue
        rows.append(
            {
                "name": names[channel],
                "months": columns["months"][i],
                "value": columns["value"][i],
                "low": columns["low"][i],
                "high": columns["high"][i],
                "n": columns["n"][i],
                "predicted": bool(columns["predicted"][i]),
                "cac": columns["cac"][i],
                "band": False,
                "words": reader.between(columns["low"][i], columns["high"][i], "money"),
                "kind": reader.plain(
                    "payback.predicted" if columns["predicted"][i] else "payback.observed"
                ),
            }
        )
    for name in names:
        curve = [row for row in rows if row["name"] == name and not row["predicted"]]
        if curve:
            curve[-1]["last"] = True
            hits = [row for row in curve if row["cac"] is not None and row["value"] >= row["cac"]]
            if hits:
                hits[0]["hit"] = True
    _name_the_ends(rows)
    return rows


def _name_the_ends(rows: list[dict[str, Any]]) -> None:
    """Give the last point of every line the height at which its name may stand, none on another.

    Only lines that reach the right edge are named there.
    """
    if not rows:
        return
    edge = max(row["months"] for row in rows)
    room = 0.062 * max(max(row["value"] for row in rows), 1e-9)
    below = -room
    for row in sorted((r for r in rows if r["months"] == edge), key=lambda r: r["value"]):
        row["end"] = round(max(row["value"], below + room), 2)
        below = row["end"]
