"""From predicted revenue to value: `value` of each customer, `total` of all."""
