"""Value against cost: allowable CAC, LTV:CAC, payback, and how a cohort's cost is written off."""
