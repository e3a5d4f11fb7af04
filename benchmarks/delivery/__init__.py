"""The delivery study: how long it takes to write what marketers receive, beside plain pandas.

`base` makes up a large customer base, `__main__` scores it, writes every file and prints the table.
"""
