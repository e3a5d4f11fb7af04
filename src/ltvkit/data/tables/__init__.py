"""The tables beside a log: costs, customers, touches, leads, benchmarks.

`opened` has what their readers are made of.
"""
