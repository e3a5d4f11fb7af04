"""The page: sections put together, rendered and closed off from the world."""

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ltvkit.report import (
    benchmarks,
    channels,
    checks,
    cohorts,
    customers,
    figures,
    holders,
    newcomers,
    notes,
    payback,
    payback_figure,
    returns,
    summary,
    trust,
)
from ltvkit.report.cards import cards, target_months, target_ratio
from ltvkit.report.embed import (
    chart_library,
    content_policy,
    json_island,
    page_script,
    page_style,
)
from ltvkit.report.reader import Reader, visible
from ltvkit.run_facts import Run
from ltvkit.wording import known_language

WIDE, HALF = 720, 420
"""Widths of the drawings for paper, in CSS pixels: across the page, and beside another."""

_SPOKEN = ("whatif", "payback", "channels", "top", "page")
"""Parts of the table of strings that the page's own script speaks with."""


def render_report(run: Run, *, previous: Run | None = None, language: str | None = None) -> str:
    """The report as one HTML page that needs nothing else and asks for nothing else.

    Parameters
    ----------
    run : Run
        A finished run, from `ltvkit.runs.read_run`.
    previous : Run, optional
        The run to say the key figures' changes from; the one that stood in the folder before when
        not given.
    language : {"en", "fr", "pl"}, optional
        The one of the run (`report.language` of its settings) when not given. Reasons per customer
        were written in the run's language: in another they are left out.

    Returns
    -------
    str
        HTML. The same run gives the same bytes.

    Raises
    ------
    ConfigError
        When the language is none of the three.
    """
    reader = Reader(
        language=known_language(language or run.language),
        currency=run.data.currency,
    )
    charts = _charts(run, reader)
    curves = payback.curve_rows(run)
    library, script = chart_library() if charts else Markup(""), page_script()
    html: str = _template().render(
        run=run,
        reader=reader,
        say=reader.say,
        visible=visible,
        style=page_style(),
        library=library,
        script=script,
        data=json_island(_read_by_script(run, reader, charts, curves)),
        policy=content_policy(*([library] if library else []), script),
        charts=charts,
        decision=run.verdict.decision.replace(" ", "_"),
        basis=_basis(run, reader),
        basis_revenue=reader.plain("page.revenue"),
        sentences=summary.sentences(run, reader),
        caveat=summary.caveat(run, reader),
        has_costs=channels.has_costs(run),
        weights=trust.weights(run, reader),
        why_model=trust.why_model(run, reader),
        drivers=trust.driver_rows(run, reader),
        cards=cards(run, run.previous if previous is None else previous.figures, reader),
        lists=summary.list_rows(run, reader),
        top=customers.top_customers(run, reader),
        channel_rows=channels.channel_rows(run, reader),
        budget=" ".join(reader.tell(sentence) for sentence in run.budget),
        budget_title=returns.budget_title(run, reader),
        budget_rows=returns.budget_rows(run, reader),
        ledger=returns.ledger_sentences(run, reader),
        shop_returns=returns.shop_sentence(run, reader),
        returns=returns.returns(run, reader),
        leads=newcomers.lead_sentences(run, reader),
        best_leads=newcomers.best_leads(run, reader),
        prospects=newcomers.prospect_sentence(run, reader),
        prospect_rows=newcomers.prospect_rows(run, reader),
        not_permitted=summary.not_permitted(run, reader),
        workbook=summary.workbook(run, reader),
        benchmarks=benchmarks.against_benchmarks(run, reader),
        target_ratio=target_ratio(run),
        target_months=target_months(run),
        chips=_chips(run, reader),
        payback_sentences=payback.payback_sentences(run, reader),
        curve_cohorts=[(c, reader.month(c)) for c in curves["cohorts"]],
        heat_maps=cohorts.heat_maps(run, reader),
        cohorts_cut=cohorts.is_cut(run),
        largest=holders.largest_rows(run, reader),
        largest_text=holders.largest_sentence(run, reader),
        rfm=holders.rfm_grid(run, reader),
        trust_sentences=trust.sentences(run, reader),
        methods=trust.method_rows(run, reader),
        checks=checks.check_rows(run, reader),
        advice=checks.advice(run, reader),
        reasons=notes.reasons(run, reader),
        verdict_reasons=checks.verdict_reasons(run, reader),
        notices=notes.notices(run, reader),
        of_newcomers=notes.of_newcomers(run, reader),
        data_facts=notes.data_facts(run, reader),
        readings=notes.readings(run),
        definitions=notes.definitions(run, reader),
    )
    return html


def _read_by_script(
    run: Run, reader: Reader, charts: dict[str, dict[str, Any]], curves: dict[str, Any]
) -> dict[str, Any]:
    """What the page's own script draws, recomputes and speaks with."""
    return {
        "language": reader.language,
        # Of a sign such as US$ or kr. browsers make an error instead of a number.
        "currency": reader.currency if re.fullmatch("[A-Za-z]{3}", reader.currency) else "",
        "locale": reader.number_locale(),
        "words": reader.spoken(*_SPOKEN),
        "whatIf": channels.what_if(run),
        "curves": curves,
        "names": payback.curve_labels(run, reader),
        # The page fills the payback chart from the curves.
        "charts": {
            name: chart["spec"] | ({"data": {"name": "curves"}} if name == "payback" else {})
            for name, chart in charts.items()
        },
    }


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("ltvkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")


def _charts(run: Run, reader: Reader) -> dict[str, dict[str, Any]]:
    """Every chart that the run has rows for: specification, drawing, alternative text, figures."""
    drawn: dict[str, dict[str, Any]] = {}
    basis = _basis(run, reader)
    if payback.curve_channels(run):
        names = payback.curve_labels(run, reader)
        rows = payback_figure.payback_rows(payback.curve_rows(run), names, reader)
        spec = payback_figure.payback_chart(rows, names, reader)
        drawn["payback"] = _chart("payback", spec, WIDE, reader.plain("payback.alt"), reader)
    shares = holders.value_by_tenth(run) if run.verdict.decision != "do not use" else []
    if shares:
        spec = figures.value_chart(shares, reader)
        drawn["value"] = _chart(
            "value", spec, HALF, reader.plain("holders.deciles_alt"), reader
        ) | {
            "text": reader.say(
                "holders.deciles_text",
                top=reader.share(shares[0]),
                rest=reader.share(sum(shares[5:])),
            )
        }
        moved = holders.moves(run)
        spec = figures.moves_chart(moved, basis, reader)
        drawn["moves"] = _chart("moves", spec, HALF, reader.plain("holders.matrix_alt"), reader) | {
            "text": reader.say(
                "holders.matrix_text",
                fading=reader.number(moved.fading),
                best=reader.number(moved.best),
            )
        }
    tenths = trust.decile_means(run)
    if tenths:
        spec = figures.decile_chart(tenths, reader)
        drawn["deciles"] = _chart(
            "deciles", spec, HALF, reader.plain("trust.deciles_alt"), reader
        ) | {
            "table": [
                (
                    reader.number(row["decile"]),
                    reader.unit_money(row["predicted"]),
                    reader.unit_money(row["actual"]),
                )
                for row in tenths
            ]
        }
    return drawn


def _chart(name: str, spec: figures.Spec, width: int, alt: str, reader: Reader) -> dict[str, Any]:
    svg = Markup(figures.static_svg(spec, name, width, reader))  # noqa: S704 - text escaped by Vega
    return {"spec": spec, "svg": svg, "alt": alt}


def _chips(run: Run, reader: Reader) -> list[tuple[str, str, str]]:
    """Label, colour and shape of every curve, as its line is drawn."""
    labels = payback.curve_labels(run, reader)
    last = len(labels) - 1
    return [
        (label, *figures.series_style(i, whole=i == last and i > 0))
        for i, label in enumerate(labels)
    ]


def _basis(run: Run, reader: Reader) -> str:
    """What money means here, as a word that may stand alone: margin or revenue."""
    return reader.plain(f"page.{run.data.margin_basis}")
