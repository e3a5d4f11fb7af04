"""The total: what all customers together will bring, a problem apart from who brings most.

`level` forecasts it. `season` is the time of the year in past revenue, `season_ahead` what it means
for days to come; `newcomers` says how much hangs on a crowd that came of late, `order_values`
whether prices moved, `recent_orders` whether more or fewer order.
"""
