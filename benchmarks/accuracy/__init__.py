"""The accuracy study: ltvkit and the models users already have, on any folder of logs.

    .venv/bin/python -m benchmarks.accuracy FOLDER

gives every model the history of a log up to a date and judges it by what came after. All models
run in the same run on the same customers; a log's process is its own. `logs` reads the folder,
`lifetimes_script` and `lightgbm_script` are peers as users run them, `study` runs one log, `bars`
holds the table against what the project set out to reach, `ablation` switches parts off, `tables`
prints.
"""
