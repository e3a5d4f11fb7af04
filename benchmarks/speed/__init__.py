"""The speed study: ltvkit and what users run today, on the same rows in the same run.

    .venv/bin/python -m benchmarks.speed --customers 100000

`meter` measures, `tasks` says what is done and by whom, `__main__` runs and prints.
"""
