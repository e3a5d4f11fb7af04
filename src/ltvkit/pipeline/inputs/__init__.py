"""What a configuration names, opened: the cleaned log, and the tables beside it.

`load` opens them for a run, and `history` reads the orders behind a run again.
"""
