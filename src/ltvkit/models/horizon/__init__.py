"""Any days ahead from one training: how chances and orders grow, and when the next order comes.

`curves` says how the hazard of an order grows with the days, `rhythm` what the time since the last
order adds where customers are regular, and `ahead` turns predictions at the label's length into
those of any days, and into dates.
"""
