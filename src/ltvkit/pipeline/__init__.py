"""The composition root: the only place that knows every room and joins them.

Four jobs lie at the top: `train` and `score` write a run, `measure` and `export` start from one.
Their parts are in folders, in the order of the path, and none knows one that comes after it:

- `inputs`: what a configuration names, opened
- `modelling`: what a shop's model learns from, is compared with, and is asked with later
- `valuation`: from predicted revenue to margin at the snapshot, and the total of all customers
- `unit_economics`: what new customers cost and bring, by channel, cohort and month
- `decisions`: everything that people act on
- `run_folder`: all of it written

Configuration objects stop here; below are plain arguments.
"""
