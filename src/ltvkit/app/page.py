"""The script that Streamlit runs: pick a run, then search a customer or build a list."""

import sys
from pathlib import Path

import streamlit as st

from ltvkit.app.builder import show_builder
from ltvkit.app.customer import show_customer
from ltvkit.app.finding import find_runs
from ltvkit.app.text import plain
from ltvkit.errors import UserError
from ltvkit.pipeline.history import OrderHistory, read_order_history
from ltvkit.report.reader import Reader, visible
from ltvkit.runs import Run, read_run


@st.cache_resource(max_entries=2, show_spinner="Reading the run …")
def load_run(folder: str, changed_ns: int) -> Run:
    """A run, read once until its record changes."""
    del changed_ns  # part of the key only
    return read_run(Path(folder))


@st.cache_resource(max_entries=1, show_spinner="Reading the orders …")
def load_history(folder: str, changed_ns: int) -> OrderHistory | str:
    """The orders behind a run, or why they cannot be read any more."""
    try:
        return read_order_history(load_run(folder, changed_ns))
    except UserError as error:
        return str(error)


def show(runs: Path) -> None:
    """The whole page."""
    st.set_page_config(page_title="ltvkit", layout="wide")
    try:
        pick, about = st.columns([1, 2], gap="large")
        folder = pick.selectbox("Run", find_runs(runs), format_func=lambda run: visible(run.name))
        key = (str(folder), (folder / "run.json").stat().st_mtime_ns)
        run = load_run(*key)
    except UserError as error:
        st.error(plain(error))
        return
    reader = Reader("en", run.data.currency, level=_level(run))
    with about:
        _say_what_it_is(run, reader)
    search, build = st.tabs(["Find a customer", "Build a list"])
    with search:
        show_customer(run, reader, lambda: load_history(*key))
    with build:
        show_builder(run, reader)


def _say_what_it_is(run: Run, reader: Reader) -> None:
    money = "margin" if run.data.margin_basis == "margin" else "revenue, as no margin was given"
    currency = f" in {run.data.currency}" if run.data.currency else ""
    st.caption(
        plain(
            f"{len(run.customers):,} customers, scored on {reader.day(run.snapshot.as_of)} for the "
            f"next {reader.horizon(run.snapshot.horizon_days)}. Predicted values are {money}"
            f"{currency}."
        )
    )
    told = "  \n".join(plain(text) for text in run.verdict.reasons)
    match run.verdict.decision:
        case "use":
            st.success(f"**Verdict: use.** {told}")
        case "ranking only":
            st.warning(f"**Verdict: ranking only.** Trust the order, not the amounts. {told}")
        case decision:
            st.error(f"**Verdict: {plain(decision)}.** {told}")


def _level(run: Run) -> float:
    return float(run.settings.get("model", {}).get("interval", 0.8))


if __name__ == "__main__":
    show(Path(sys.argv[1]))
