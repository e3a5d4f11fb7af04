"""How good the forecasts are, and whether they may be used.

`metrics` holds plain functions of two arrays (its parts on chances and on intervals live in
`chances` and `coverage`). They know no model, no frame of ours and no clock, so an analyst can
use them on any forecast. `folds` says which past dates models are judged at, `judging` judges one
model at one of them, and `backtest` all models at all. `verdict` holds what they showed, and the
checks of the log (`log_checks`) and of its kind of shop (`kind_checks`), against thresholds.
"""

from ltvkit.evaluation import metrics

__all__ = ["metrics"]
