"""What new customers cost: the ledger, who is credited with whom, CAC and its limits, leads."""
