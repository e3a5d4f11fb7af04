"""How good the forecasts are: the metrics of a forecast against what truly came.

`metrics` holds plain functions of two arrays (its parts on chances and on intervals live in
`chances` and `coverage`). They know no model, no frame of ours and no clock, so an analyst can
use them on any forecast.
"""

from ltvkit.evaluation import metrics

__all__ = ["metrics"]
