"""What new customers cost and bring: by channel, by cohort, by month, and in the whole shop.

`assemble` joins all of it. `newcomers` says who is new, `worth` what they bring, `ledger` what they
cost; `channels`, `returns` and `budget` hold the two against each other, and `facts` are what
warnings look at. `beforehand` looks for mistakes before a model is trained.
"""
