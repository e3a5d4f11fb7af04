"""From the rows of a log to order days: mapped, parsed, put aside with a reason, netted."""
