"""The script that Streamlit runs: pick a run, then search a customer or build a list."""

import sys
from pathlib import Path

import streamlit as st

from ltvkit.app.builder import show_builder
from ltvkit.app.customer import show_customer
from ltvkit.app.finding import find_runs, language_of
from ltvkit.app.text import plain, said
from ltvkit.errors import UserError
from ltvkit.pipeline.inputs.history import OrderHistory, read_order_history
from ltvkit.report.checks import verdict_reasons
from ltvkit.report.reader import Reader, visible
from ltvkit.run_facts import Run
from ltvkit.runs import read_run
from ltvkit.units import USUAL_INTERVAL


@st.cache_resource(max_entries=2, show_spinner=False)
def load_run(folder: str, changed_ns: int) -> Run:
    """A run, read once until its record changes."""
    del changed_ns  # part of the key only
    return read_run(Path(folder))


@st.cache_resource(max_entries=1, show_spinner=False)
def load_history(folder: str, changed_ns: int) -> OrderHistory | str:
    """The orders behind a run, or why they cannot be read any more."""
    try:
        return read_order_history(load_run(folder, changed_ns))
    except UserError as error:
        return str(error)


def show(runs: Path) -> None:
    """The whole page, in the language of the run."""
    st.set_page_config(page_title="ltvkit", layout="wide")
    try:
        pick, about = st.columns([1, 2], gap="large")
        folders = find_runs(runs)
        # Named alike whichever run is chosen: a box of another name would forget its choice.
        label = Reader(language_of(folders[0]), "").plain("app.run")
        folder = pick.selectbox(label, folders, format_func=lambda run: visible(run.name))
        key = (str(folder), (folder / "run.json").stat().st_mtime_ns)
        with st.spinner(Reader(language_of(folder), "").plain("app.reading")):
            run = load_run(*key)
    except UserError as error:
        st.error(plain(error))
        return
    level = float(run.setting("model", "interval") or USUAL_INTERVAL)
    reader = Reader(language_of(folder), run.data.currency, level=level)
    with about:
        _say_what_it_is(run, reader)
    search, build = st.tabs([reader.plain("app.find"), reader.plain("app.build")])
    with search:
        show_customer(run, reader, lambda: load_history(*key))
    with build:
        show_builder(run, reader)


def _say_what_it_is(run: Run, reader: Reader) -> None:
    key = f"app.{run.data.margin_basis}" + ("_in" if run.data.currency else "")
    st.caption(
        said(
            reader,
            "scored",
            customers=reader.count("count.customers", len(run.customers)),
            date=reader.day(run.snapshot.as_of),
            horizon=reader.horizon(run.snapshot.horizon_days),
            basis=reader.plain(key).format(currency=run.data.currency),
        )
    )
    told = "  \n".join(plain(text) for text in verdict_reasons(run, reader))
    decision = run.verdict.decision
    name = reader.called(f"app.{decision.replace(' ', '_')}", decision)
    verdict = f"**{said(reader, 'verdict', verdict=name)}**"
    match decision:
        case "use":
            st.success(f"{verdict} {told}")
        case "ranking only":
            st.warning(f"{verdict} {said(reader, 'order_only')} {told}")
        case _:
            st.error(f"{verdict} {told}")


if __name__ == "__main__":
    show(Path(sys.argv[1]))
