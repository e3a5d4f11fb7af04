"""What a log says about each customer at a snapshot, as Ibis expressions.

`orders` adds to an order day what never changes about it, `snapshots` makes the customer summary
and behaviour of whoever was known at a day, `attributes` reads the shop's own columns, `targets`
counts what came after, `activity` sums over customers, `customers` joins what the shop's table says
of them, and `panel` does all of it at rolling past snapshots; `summary` is for use from Python. Of
contractual shops `payments` reads payments in their order, `plans` says which plan each is of, and
`contracts` is panel and features in one. `engine` is the door to the query engine. Nothing after a
snapshot reaches its features.
"""

from ltvkit.features.panel import build_panel, features_at

__all__ = ["build_panel", "features_at"]
