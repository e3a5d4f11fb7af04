"""The notebooks run from the first cell to the last, and what is committed of them is small."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NAMES = ["1_explore", "2_probabilistic", "3_boosted_and_stacked", "4_economics_and_lists"]
LARGEST_BYTES = 300_000
notebooks = pytest.mark.parametrize("name", NAMES)


def read(name: str) -> nbformat.NotebookNode:
    """A notebook as it is committed."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def kinds(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """What each code cell shows, as sorted kinds of output."""
    return [
        sorted({kind for output in cell.outputs for kind in output.get("data", {"text": 0})})
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_all_notebooks_are_tested():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@notebooks
def test_a_notebook_runs_without_error_or_warning_and_shows_what_was_committed(name, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    committed, fresh = read(name), read(name)
    for cell in fresh.cells:
        cell.outputs = []
    client = NotebookClient(
        fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    streams = [
        output.text
        for cell in fresh.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert streams == []
    assert kinds(fresh) == kinds(committed)


@notebooks
def test_a_notebook_is_committed_with_plots_and_stays_small(name):
    shown = [kind for cell in kinds(read(name)) for kind in cell]
    assert shown.count("image/png") >= 3
    assert (FOLDER / f"{name}.ipynb").stat().st_size < LARGEST_BYTES


@notebooks
def test_a_notebook_names_no_place_of_the_machine_that_ran_it(name):
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert "/home/" not in text
    assert "/root/" not in text
    assert str(FOLDER.parent) not in text
