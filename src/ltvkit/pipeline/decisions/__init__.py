"""Everything that people act on: customers on lists with reasons, channels, leads, prospects.

`decide` joins it; `leads` and `prospects` are of people without an order.
"""
