"""One shop through the whole of `ltv train`, its channels.csv and payback.csv beside the truth.

`study` estimates with the package's functions and one model; here everything that a user's run
does is done: the exported files with their blemishes are read and cleaned, the stack is trained,
its total and level are forecast, and the tables come out as the run folder has them. Left out is
the backtest alone, which nothing in these tables is made from: a test holds that they are the same
with it.
"""

import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from benchmarks.recovery.study import FIRST_SEASON, Recovery, beside_truth

from ltvkit.config import Config, load_config
from ltvkit.data.simulator import DEMO_DESIGN, ShopDesign, simulate_shop, write_shop
from ltvkit.pipeline.decisions.decide import decide
from ltvkit.pipeline.inputs.load import open_log, open_tables
from ltvkit.pipeline.modelling.attributes import customer_attributes
from ltvkit.pipeline.modelling.kinds import kind_of
from ltvkit.pipeline.unit_economics.assemble import UnitEconomics
from ltvkit.snapshot import Snapshot

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "demo_shop.yaml"


@dataclass(frozen=True, slots=True)
class WholeScenario:
    """What kind of shop goes through the whole of the product."""

    name: str
    design: ShopDesign
    any_month: bool = False
    """Seed by seed opened in another month of the year, so that no season is the only one."""

    def design_of(self, seed: int) -> ShopDesign:
        """The design of one shop."""
        if not self.any_month:
            return self.design
        return replace(self.design, opened_on=date(2025, 1 + seed % 12, 1))


WHOLE_SCENARIOS = (
    WholeScenario("whole product, 36 months", DEMO_DESIGN),
    WholeScenario("whole product, 9 months, opened in any month", FIRST_SEASON, any_month=True),
    WholeScenario("whole product, 9 months that end with the peak", FIRST_SEASON),
)


def recover_whole(scenario: WholeScenario, *, seed: int, customers: int) -> Recovery:
    """Simulate a shop's files, run the product on them, and put the truth beside each estimate."""
    shop = simulate_shop(seed, customers=customers, design=scenario.design_of(seed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        write_shop(shop, folder)
        decided = run_tables(demo_config(folder, as_of=shop.design.as_of))
    return beside_truth(shop, decided.channels, decided.payback, scenario=scenario.name)


def demo_config(folder: Path, *, as_of: date) -> Config:
    """`configs/demo_shop.yaml` for a shop in another folder, on one thread."""
    return load_config(
        CONFIG,
        [
            f"data.transactions={folder / 'transactions.csv'}",
            f"data.costs={folder / 'costs.csv'}",
            f"data.customers={folder / 'customers.csv'}",
            "data.leads=null",
            f"snapshot.as_of={as_of}",
            "model.threads=1",
            "tracking.enabled=false",
        ],
    )


def run_tables(config: Config) -> UnitEconomics:
    """The unit economics that `ltv train` writes, without its backtest."""
    log, tables = open_log(config), open_tables(config)
    snapshot = Snapshot(log.as_of, config.snapshot.horizon_days)
    kind = kind_of(config, log, customer_attributes(config, tables))
    panel = kind.panel(log.order_days, snapshot)
    return decide(
        config,
        log,
        tables,
        snapshot=snapshot,
        model=kind.new_model().fit(panel),
        features=panel.now,
        model_version="",
        with_contacts=False,
    ).economics
