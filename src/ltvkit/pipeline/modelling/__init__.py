"""What a shop's model learns from, what it is compared with, and what it is asked with later.

`kinds` tells an `order_shop` from a `contract_shop`; `attributes` says what of the customers table
may be learned. `record` is what a run says of its model, and `trained` builds features for one that
is there.
"""
