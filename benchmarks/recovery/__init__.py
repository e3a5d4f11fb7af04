"""The recovery study: does the package find what is true of shops whose truth is known.

    .venv/bin/python -m benchmarks.recovery --seeds 50

simulates shops, estimates CAC, LTV, LTV:CAC, payback, marginal CAC and verdicts per channel with
the package's own functions, and counts how often the stated intervals hold the truth. It prints
the tables, and saves them with every single estimate. `study` estimates, `tables` counts. With
`--whole` the shops' files go through the whole of `ltv train` instead (`whole`).
"""
