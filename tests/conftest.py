"""What rooms share: a real browser, and the demo shop, simulated small and trained once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import settings

from demo_shop import CONFIG, HOSTILE_IDS, HOSTILE_NAME, HOSTILE_ORDERS
from ltvkit.data.simulator import simulate_shop, write_shop

# Its doctests would be looked for under a name that another room's conftest has taken by then.
collect_ignore = ["conftest.py"]

settings.register_profile("patient", deadline=None)
# A machine with other work is slow now and then: that is no fault of what is tested.
settings.load_profile("patient")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def ltv() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command, as a user runs it in a folder."""

    def call(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "ltv"), *words]
        environment = ENVIRONMENT | variables
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)

    return call


@pytest.fixture(scope="session")
def demo(
    tmp_path_factory: pytest.TempPathFactory,
    ltv: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """A folder with `shop/` (the tables) and `runs/demo_shop/`; some customers are hostile.

    Nobody writes there: of several processes that run the tests, the first makes it for all.
    """
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(place / "demo.lock"):
        if not (place / "demo" / "runs" / "demo_shop").is_dir():
            _train_demo(place / "demo", ltv)
    return place / "demo"


def _train_demo(folder: Path, ltv: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    write_shop(simulate_shop(42, customers=300), folder / "shop")
    orders = pd.read_csv(folder / "shop" / "transactions.csv", dtype=str, keep_default_na=False)
    people = pd.read_csv(folder / "shop" / "customers.csv", dtype=str, keep_default_na=False)
    busiest = orders["customer_id"].value_counts().drop("", errors="ignore")
    chosen = dict(zip(busiest.index[: len(HOSTILE_IDS)], HOSTILE_IDS, strict=True))
    assert busiest.iloc[len(HOSTILE_IDS) - 1] >= HOSTILE_ORDERS
    for table in (orders, people):
        table["customer_id"] = table["customer_id"].replace(chosen)
    hostile = people["customer_id"].isin(HOSTILE_IDS)
    people.loc[hostile, ["first_name", "last_name", "city"]] = HOSTILE_NAME
    orders.to_csv(folder / "shop" / "transactions.csv", index=False)
    people.to_csv(folder / "shop" / "customers.csv", index=False)
    (folder / "demo.yaml").write_text(CONFIG, encoding="utf-8")
    trained = ltv("train", "demo.yaml", cwd=folder)
    assert trained.returncode == 0, trained.stderr


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A headless Chromium: the system's, else Playwright's own."""
    from playwright.sync_api import Error, sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Error as error:
            pytest.fail(
                "got no Chromium that starts on this machine, expected one to open pages in; "
                "install it (`apt-get install -y chromium`), or leave these tests out with "
                f"`-m 'not browser'`: {error}"
            )
        yield chromium
        chromium.close()
