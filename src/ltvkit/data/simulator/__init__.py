"""The demo shop: a simulated shop whose truth is known.

`shop.simulate_shop` gives its tables and the truth behind them, `files.write_shop` writes what
such a shop would export, blemishes included. The parameters are in `design`, the dice in
`buying`, `marketing` and `contacts`, the formulas of what is true in `truth`.
"""

from ltvkit.data.simulator.design import DEMO_DESIGN, Channel, ShopDesign
from ltvkit.data.simulator.files import raw_transactions, write_shop
from ltvkit.data.simulator.shop import ShopTruth, SimulatedShop, redraw_future, simulate_shop

__all__ = [
    "DEMO_DESIGN",
    "Channel",
    "ShopDesign",
    "ShopTruth",
    "SimulatedShop",
    "raw_transactions",
    "redraw_future",
    "simulate_shop",
    "write_shop",
]
