"""The composition root: the only place that knows every room and joins them.

`load` opens what a configuration names, `train` and `score` are the two jobs, `value` turns
revenue into margin, `unit_economics` and `decide` turn predictions into decisions, `record` writes
the run folder. Configuration objects stop here; below are plain arguments.
"""
