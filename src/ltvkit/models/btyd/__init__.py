"""Buy till you die: how often a customer still orders, and what an order is worth.

A file per model: `bgnbd`, `mbgnbd`, `pareto_nbd`, `mbg_cnbd_k` and `nbd` for orders, with what they
share in `order_model`, and `gamma_gamma` for values. `revenue` joins one of each, `family` holds
those that the stack reads together, and `from_lifetimes` takes over models fitted elsewhere. They
read a customer summary, never the features.
"""
