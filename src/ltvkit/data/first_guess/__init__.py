"""What the columns of an unknown log probably mean, why, what is doubtful, and a config of it.

The facts of each column are held against the names that shops use.
"""
