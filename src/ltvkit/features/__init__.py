"""What a log says about each customer at a snapshot, as Ibis expressions.

`orders` adds to an order day what never changes about it, `snapshots` makes the customer summary
and behaviour of whoever was known at a day, `attributes` reads the shop's own columns, `targets`
counts what came after, `activity` sums over customers, and `panel` joins them at rolling past
snapshots; `summary` is for use from Python. Nothing after a snapshot reaches its features.
"""

from ltvkit.features.panel import build_panel, features_at

__all__ = ["build_panel", "features_at"]
