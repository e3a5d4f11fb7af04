"""What a configuration names, opened: the cleaned log, and the tables beside it.

`load` opens them for a run, `attribution` says which channel each customer came through, and
`history` reads the orders behind a run again.
"""
