"""The papers beside the code: what README and docs tell to type, open and import is there."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest
from typer.main import get_command

from ltvkit.cli import app

ROOT = Path(__file__).parent.parent
PAPERS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("models/*.md"), *ROOT.glob("docs/**/*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
papers = pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)


def blocks(paper: Path, *languages: str) -> list[str]:
    """Code blocks of these languages."""
    text = paper.read_text(encoding="utf-8")
    return [code for language, code in FENCE.findall(text) if language in languages]


def code_of(paper: Path) -> str:
    """All that is set as code: blocks without comments, and what stands in backquotes."""
    text = paper.read_text(encoding="utf-8")
    fenced = "\n".join(code for _, code in FENCE.findall(text))
    inline = "\n".join(re.findall(r"`([^`\n]+)`", FENCE.sub("", text)))
    return re.sub(r"(^|\s)#.*", "", fenced, flags=re.MULTILINE) + "\n" + inline


def anchors(paper: Path) -> set[str]:
    """The anchors that GitHub gives the headings."""
    headings = re.findall(r"^#+ (.*)$", paper.read_text(encoding="utf-8"), flags=re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


@papers
def test_every_make_verb_that_is_told_is_a_target_of_the_makefile(paper):
    targets = set(
        re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    )
    told = set(re.findall(r"\bmake ([a-z-]+)", code_of(paper)))
    assert told <= targets


@papers
def test_every_ltv_command_and_option_that_is_told_exists(paper):
    commands = get_command(app).commands
    for line in re.split(r"[\n;|&]|\$\(", code_of(paper)):
        found = re.search(r"(?:^|\s|/)ltv ([a-z][a-z-]*)(.*)", line)
        if not found:
            continue
        assert found[1] in commands, line
        known = {name for option in commands[found[1]].params for name in option.opts}
        assert set(re.findall(r"\s(--[a-z-]+)", found[2])) <= known | {"--help"}, line


@papers
def test_every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading(paper):
    text = FENCE.sub("", paper.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (paper.parent / path).resolve() if path else paper
        assert there.exists(), f"{paper.name}: {target}"
        assert there.is_relative_to(ROOT), f"{paper.name}: {target} leaves the repository"
        if anchor:
            assert anchor in anchors(there), f"{paper.name}: {target}"


@papers
def test_python_blocks_parse_and_import_only_what_there_is(paper):
    for code in blocks(paper, "python"):
        if ">>>" in code:
            continue
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(str(node.module))
                assert all(hasattr(module, alias.name) for alias in node.names)
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ltvkit":
                assert hasattr(importlib.import_module("ltvkit"), node.attr), node.attr


@papers
def test_files_of_the_repository_that_are_named_in_code_are_there(paper):
    named = re.findall(r"\b((?:configs|src|docs|notebooks)/[\w./-]*\w)", code_of(paper))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_session_of_the_readme_prints_what_it_says():
    (session,) = [code for code in blocks(ROOT / "README.md", "python") if ">>>" in code]
    example = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert len(example.examples) > 5
    result = doctest.DocTestRunner(verbose=False).run(example)
    assert result.failed == 0


def test_the_readme_names_the_two_commands_and_shows_a_picture():
    readme = ROOT / "README.md"
    (first, *_) = blocks(readme, "sh")
    assert re.findall(r"^make (\w+)", first, flags=re.MULTILINE) == ["train", "test"]
    assert re.search(r"!\[[^\]]{20,}\]\(docs/images/[\w.-]+\.png\)", readme.read_text("utf-8"))
