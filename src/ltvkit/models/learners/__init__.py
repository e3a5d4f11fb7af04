"""What the model of record learns from past snapshots, beside what BTYD models say.

`boosted` and `loglinear` are the learners, judged on `folds` of customers that they did not see.
`candidates` lines them up with BTYD, `blend` weighs them for revenue and `churn` for the chance of
an order; `explain` says what goes with a prediction. `ltvkit.models.stack` joins them.
"""
