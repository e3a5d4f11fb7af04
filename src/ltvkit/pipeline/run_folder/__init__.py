"""The run on disk: `write` makes its folder, `run_json` says what `run.json` holds.

`previous` reads the run that a new one takes the place of.
"""
