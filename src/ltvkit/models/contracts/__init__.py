"""Contracts: who renews, when, and what a renewal is worth.

`sbg` is the model of one renewal, `renewals` the law of all that lie ahead, `payments` their worth,
`total` what all contracts bring, and `facts` what is told of them; `ltvkit.models.contractual`
joins them. `by_plan` asks the model of each customer's plan. `retention` counts by hand, to be
beaten.
"""
