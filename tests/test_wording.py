"""Sentences as data: said in three languages, kept in files, and never left in English."""

import html
import json
import re
from importlib.resources import files
from string import Formatter

import pytest
from typer.testing import CliRunner

from ltvkit.cli import app
from ltvkit.config import load_config
from ltvkit.data.cleaning.reasons import MALFORMED, WORDS
from ltvkit.data.simulator import simulate_shop, write_shop
from ltvkit.errors import SchemaError
from ltvkit.pipeline.train import train
from ltvkit.progress import Silent
from ltvkit.report import render_report
from ltvkit.report.reader import Reader
from ltvkit.runs import read_run
from ltvkit.wording import LANGUAGES, PlainVoice, Sentence, read_texts, tell, translated

SENTENCES = read_texts((files("ltvkit") / "sentences.toml").read_text(encoding="utf-8"))
PAGE = read_texts((files("ltvkit.report") / "strings.toml").read_text(encoding="utf-8"))
FORMS = {
    *("", "n", "n1", "n2", "n3", "g", "share", "percent", "money", "whole", "day", "month"),
    *("change", "within", "method", "channel", "list", "and", "then"),
}


def blanks(text):
    return {(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", list(SENTENCES))
def test_every_sentence_is_there_in_every_language_with_the_same_facts_in_the_same_forms(key):
    texts = SENTENCES[key]
    assert list(texts) == list(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert blanks(texts["en"]) == blanks(texts["fr"]) == blanks(texts["pl"])
    assert {form for _, form in blanks(texts["en"])} <= FORMS


def test_every_check_has_a_name_on_the_page():
    folder = files("ltvkit.evaluation")
    sources = [
        folder.joinpath(name).read_text(encoding="utf-8")
        for name in ("verdict.py", "log_checks.py", "kind_checks.py")
    ]
    names = set(re.findall(r'\bCheck\(\s*"([^"]+)"', "\n".join(sources)))
    assert len(names) >= 16
    assert not {name for name in names if f"check.{name.replace(' ', '_')}" not in PAGE}


def test_a_sentence_within_a_sentence_comes_back_from_a_file_as_it_was():
    said = Sentence(
        "warning.W8.text",
        {
            "parts": (
                Sentence("warning.W8.guests", {"share": 0.249}),
                Sentence("warning.W8.shared", {"customers": 1200}),
            )
        },
    )
    again = Sentence.from_json(json.loads(json.dumps(said.as_json())))
    assert again == said
    assert str(again).startswith("24.9 % of rows have no customer and 1,200 customers share")
    assert again.say("pl").startswith("24,9 % wierszy nie ma klienta i 1\u00a0200 klientów")
    assert tell(again, Reader("fr", "EUR")).startswith("24,9\u00a0% des lignes sont sans client et")


def test_a_fact_that_is_not_known_is_a_dash_and_one_that_is_missing_a_mistake():
    told = Sentence("warning.W13.one", {"channel": "seo", "cost": None})
    assert str(told) == "seo (–)"
    nan = Sentence("check.total.pass", {"factor": float("nan")})
    assert "a factor of –." in str(nan)
    with pytest.raises(SchemaError, match="expected 'cost'"):
        str(Sentence("warning.W13.one", {"channel": "seo"}))
    with pytest.raises(SchemaError, match=r"no .warning\.W99\.text."):
        str(Sentence("warning.W99.text"))


def test_a_factor_near_one_is_told_in_per_cent_and_another_as_a_factor():
    near, far = (Sentence("check.total.pass", {"factor": factor}) for factor in (1.13, 1.84))
    assert str(near) == "The total is known within ±13 %."
    assert near.say("fr") == "Le total est connu à 13 % près."
    assert near.say("pl") == "Suma jest znana z dokładnością do 13 %."
    assert str(far) == "The total is known within a factor of 1.8."
    assert far.say("fr") == "Le total est connu à un facteur 1,8 près."


def test_what_rounds_to_nothing_has_no_sign():
    told = Sentence("why.ratio", {"ratio": 0.01, "low": -0.001, "high": 0.04})
    assert str(told) == "LTV:CAC 0.0 [0.0, 0.0]"


def test_a_name_in_a_sentence_is_shown_harmless_and_never_taken_for_a_blank():
    told = Sentence("warning.W10.one", {"share": 0.5, "channel": "{x}\u202e<b>"})
    assert tell(told, Reader("en", "EUR")) == "50% of {x}⟨202E⟩<b>"
    assert tell(told, PlainVoice("en")) == "50 % of {x}\u202e<b>"


@pytest.mark.parametrize("reason", [*WORDS.values(), MALFORMED])
def test_every_reason_to_put_a_row_aside_has_its_translation(reason):
    said = {translated(reason, section="aside", language=language) for language in LANGUAGES}
    assert len(said) == 3
    assert reason in said


def test_a_sentence_of_another_version_is_shown_as_the_run_wrote_it():
    for unheard in (Sentence("warning.W99.text", {"share": 0.1}), Sentence("warning.W1.text")):
        assert Reader("fr", "EUR").tell(unheard, "As it was written.") == "As it was written."


@pytest.fixture(scope="module")
def french_shop(tmp_path_factory):
    """A simulated shop with channels and costs, trained in French."""
    folder = tmp_path_factory.mktemp("shop")
    write_shop(simulate_shop(3, customers=700), folder / "data")
    (folder / "shop.yaml").write_text(
        """
name: boutique
data:
  transactions: data/transactions.csv
  columns: {customer_id: customer_id, ordered_at: ordered_at, revenue: revenue,
            order_id: order_id, channel: channel}
  costs: data/costs.csv
  customers: data/customers.csv
  currency: EUR
snapshot: {as_of: 2025-12-31, horizon_days: 365}
economics: {target_payback_months: 6, benchmarks: sector.csv}
report: {language: fr}
tracking: {enabled: false}
model: {threads: 1}
"""
    )
    (folder / "sector.csv").write_text("segment,metric,value,source,year\n,cac,30,panel,2024\n")
    config = load_config(folder / "shop.yaml", [])
    trained = train(config, runs=folder / "runs", models=folder / "models", progress=Silent())
    return trained.run_folder


def words_of(page):
    """What a reader sees, and what a screen reader says."""
    body = page.split("<body>")[1].split('<script type="application/json"')[0]
    labels = " ".join(re.findall(r'(?:aria-label|title|data-label)="([^"]*)"', body))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body) + " " + labels).split())


def pieces(table, language):
    """Runs of three English words and more that stand in no text of the language itself."""
    theirs = " ".join(texts[language] for texts in table.values())
    for texts in table.values():
        for piece in re.split(r"{[^}]*}|<[^>]*>", texts["en"]):
            said = piece.strip(" .:;,()[]")
            if len(said.split()) >= 3 and said not in theirs:
                yield said


@pytest.mark.parametrize("language", ["fr", "pl"])
def test_a_page_of_a_real_run_is_in_its_language_throughout(french_shop, language):
    run = read_run(french_shop)
    shown = words_of(render_report(run, language=language))
    for table in (SENTENCES, PAGE):
        english = list(pieces(table, language))
        assert len(english) > 100
        assert [piece for piece in english if piece in shown] == []
    reader = Reader(language, "EUR")
    assert reader.plain("benchmarks.title") in shown
    said = [warning.said for warning in run.warnings] + list(run.verdict.said + run.model.said)
    said += [check.said for check in run.verdict.checks]
    said += [row["why"] for row in run.channels_said.values()]
    assert len(said) > 12
    assert all(" ".join(tell(sentence, reader).split()) in shown for sentence in said)


def test_the_same_page_in_english_says_what_the_run_file_says(french_shop):
    run = read_run(french_shop)
    written = json.loads((french_shop / "run.json").read_text())
    for warning, told in zip(run.warnings, written["warnings"], strict=True):
        assert str(warning.said) == told["text"]
    assert list(map(str, run.verdict.said)) == written["verdict"]["reasons"]
    assert "Qui contacter" not in words_of(render_report(run, language="en"))


def test_files_for_people_speak_the_language_of_the_run(french_shop):
    run = read_run(french_shop)
    compared = run.channels["worth_more"].dropna()
    assert len(compared) > 1
    assert compared.str.match("vaut (peut-être )?(plus|moins) que ").all()
    assert run.channels["why"].str.contains("cible|coût|LTV:CAC").all()
    actions = run.customers["recommended_action"]
    known = "contact|Garder|Remercier|Envoyer|Seulement|Inviter|Investir|Ne rien"
    assert actions.str.contains(known).all()


def test_a_report_is_rebuilt_in_another_language_without_the_reasons_it_cannot_translate(
    french_shop,
):
    before = (french_shop / "report.html").read_bytes()
    done = CliRunner().invoke(app, ["report", str(french_shop), "--language", "pl"])
    assert done.exit_code == 0, done.output
    page = (french_shop / "report.html").read_text()
    assert '<html lang="pl"' in page
    assert "augmente la valeur" not in page
    assert CliRunner().invoke(app, ["report", str(french_shop)]).exit_code == 0
    assert (french_shop / "report.html").read_bytes() == before
