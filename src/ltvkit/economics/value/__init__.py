"""What customers and cohorts bring: order days, margin by age, LTV, residual value, KPIs by month.

Intervals come from resampling customers (`resample`), in bundles where there are many.
"""
