"""The accuracy study: ltvkit and the models users already have, on any folder of logs.

    .venv/bin/python -m benchmarks.accuracy FOLDER

gives every model the history of a log up to a date and judges it by what came after. All models
see the same customers in the same run; each log has a process of its own. `logs` reads the folder,
`lifetimes_script`, `lightgbm_script` and `pymc_script` are peers as users run them, `study` runs
one log, `bars` and `claims` hold the table against what the project set out to reach, `tables`
prints. Beside the main study `ablation` switches parts off, `ceiling` tells learners the future,
`damaged` asks of logs that `damages` spoiled, `later` asks a model weeks after it was trained,
`sooner` asks about days before the horizon, and `totals` asks at many dates of a log.
"""
