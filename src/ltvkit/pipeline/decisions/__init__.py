"""Everything that people act on: customers on lists with reasons, channels, leads, prospects.

`decide` joins it and `reasons` says why; `leads` and `prospects` are people who may become
customers.
"""
