"""A shop that never was: its customers, their orders, and a scored list that fits them."""

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2025-06-30")
START = pd.Timestamp("2024-01-01")
HORIZON_DAYS = 365
MARGIN_RATE = 0.42
RATE_PER_MONTH = {"Google Ads": 0.34, "Instagram": 0.22, "Newsletter": 0.62, "Organic": 0.45}
CAC = {"Google Ads": 33.0, "Instagram": 66.0, "Newsletter": 17.5, "Organic": 9.0}
CAC_ALL = 34.8
LISTS = {
    "protect_now": "Call or write personally before their usual gap has passed.",
    "win_back": "Send one strong reason to return; stop after two tries.",
    "second_order": "Offer what goes with the first purchase, within the usual gap.",
    "high_potential": "Invite them to the programme for the best customers.",
    "nurture": "Keep them in the regular newsletter.",
    "let_rest": "Spend nothing on contact.",
}
GRID = {
    5: ["New Customers", "Potential Loyalists", "Potential Loyalists", "Champions", "Champions"],
    4: ["Promising", *["Potential Loyalists"] * 2, *["Loyal Customers"] * 2],
    3: ["About to Sleep", "About to Sleep", "Need Attention", *["Loyal Customers"] * 2],
    2: ["Hibernating", "Hibernating", "At Risk", "At Risk", "Can't Lose Them"],
    1: ["Lost", "Lost", "At Risk", "At Risk", "Can't Lose Them"],
}


def draw_orders(
    rng: np.random.Generator, customers: int, *, channels: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = list(RATE_PER_MONTH)
    channel = rng.choice(names, size=customers, p=[0.38, 0.27, 0.12, 0.23])
    span = (AS_OF - START).days
    first = np.sort(rng.integers(0, span - 5, size=customers))
    rate = np.array([RATE_PER_MONTH[c] for c in channel]) * rng.gamma(1.1, 1 / 1.1, customers)
    lifetime = rng.exponential(320, customers)
    value = rng.gamma(4, 13, customers) + 8
    rows: list[tuple[int, int, float]] = []
    for i in range(customers):
        day = float(first[i])
        end = min(first[i] + lifetime[i], span)
        while day <= end:
            rows.append((i, int(day), round(float(value[i] * rng.gamma(9, 1 / 9)), 2)))
            day += max(1.0, rng.exponential(30.4 / rate[i]))
    base = pd.DataFrame(
        {
            "customer_id": [f"C{100000 + i}" for i in range(customers)],
            "channel": channel if channels else None,
            "first": START + pd.to_timedelta(first, unit="D"),
            "rate": rate,
            "mean_lifetime": lifetime,
            "value": value,
        }
    )
    orders = pd.DataFrame(rows, columns=["row", "day", "revenue"])
    orders["ordered_on"] = START + pd.to_timedelta(orders["day"], unit="D")
    orders["customer_id"] = base["customer_id"].to_numpy()[orders["row"]]
    orders["first"] = base["first"].to_numpy()[orders["row"]]
    orders["channel"] = base["channel"].to_numpy()[orders["row"]]
    orders["margin"] = orders["revenue"] * (MARGIN_RATE if channels else 1.0)
    return base, orders


def score(
    rng: np.random.Generator, base: pd.DataFrame, orders: pd.DataFrame, *, costs: bool
) -> pd.DataFrame:
    by = orders.groupby("row")
    n, last = by.size().to_numpy(), by["day"].max().to_numpy()
    age = (AS_OF - START).days
    since = age - last
    gap = np.where(
        n > 1, (last - by["day"].min().to_numpy()) / np.maximum(n - 1, 1), 30.4 / base["rate"]
    )
    overdue = since / np.maximum(gap, 4)
    alive = 1 / (1 + np.exp(1.6 * (overdue - 2.4)))
    expected = alive * base["rate"].to_numpy() * 12 * 0.55
    active = 1 - np.exp(-expected)
    rate = MARGIN_RATE if costs else 1.0
    value = expected * base["value"].to_numpy() * rate
    historic = by["margin"].sum().to_numpy()
    spread = np.exp(rng.normal(0.9, 0.08, len(base)))
    score = pd.Series(value).rank(pct=True)
    kept = value / np.maximum(active, 0.05)
    names = _assign(value, active, historic, n, since, kept)
    scored = pd.DataFrame(
        {
            "customer_id": base["customer_id"].astype(str),
            "list": names,
            "priority": 0,
            "recommended_action": [LISTS[name] for name in names],
            "contact_by": AS_OF + pd.to_timedelta(np.clip(gap - since, 3, 60).round(), unit="D"),
            "holdout": rng.random(len(base)) < 0.1,
            "predicted_value": value.round(2),
            "predicted_value_low": (value / spread * active).round(2),
            "predicted_value_high": (value * spread).round(2),
            "value_score": (score * 100).round().astype(int),
            "value_tier": pd.cut(
                1 - score,
                [-1, 0.01, 0.05, 0.1, 0.25, 0.5, 1],
                labels=["top_1", "top_5", "top_10", "top_25", "top_50", "rest"],
            ).astype(str),
            "prob_active": active.round(3),
            "prob_order_90d": (1 - np.exp(-expected / 4)).round(3),
            "churn_risk": (1 - active).round(3),
            "churn_level": np.select([active > 2 / 3, active > 1 / 3], ["low", "medium"], "high"),
            "value_at_risk": (kept * (1 - active)).round(2),
            "expected_orders": expected.round(2),
            "expected_order_value": base["value"].round(2),
            "next_order_expected": (AS_OF + pd.to_timedelta(np.ceil(gap), unit="D")).where(
                active > 0.4
            ),
            "overdue_ratio": overdue.round(2),
            "r": 6 - pd.Series(since).rank(pct=True).mul(5).apply(np.ceil).astype(int),
            "f": np.clip(n, 1, 5),
            "m": pd.Series(historic).rank(pct=True).mul(5).apply(np.ceil).astype(int),
            "orders": n,
            "revenue": by["revenue"].sum().round(2).to_numpy(),
            "margin": historic.round(2),
            "first_order": base["first"],
            "last_order": START + pd.to_timedelta(last, unit="D"),
            "days_since_last": since,
            "channel": base["channel"],
            "cohort": base["first"].dt.strftime("%Y-%m"),
            "reason_1": [f"bought {k} times: raises value" for k in n],
            "reason_2": [f"last order {d} days ago: lowers value" for d in since],
            "reason_3": "first basket above the shop's mean: raises value",
            "confidence": np.select([n > 4, n > 1], ["high", "medium"], "low"),
            "contact_ok": True,
            "scored_at": AS_OF,
            "horizon_days": HORIZON_DAYS,
            "currency": "EUR" if costs else "USD",
            "model_version": "0.1.0",
        }
    )
    fm = np.floor((scored["f"] + scored["m"]) / 2 + 0.5).astype(int)
    scored["rfm_segment"] = [GRID[r][k - 1] for r, k in zip(scored["r"], fm, strict=True)]
    stake = scored["value_at_risk"].where(
        scored["list"].isin(["protect_now", "win_back"]), scored["predicted_value"]
    )
    scored["priority"] = (
        stake.groupby(scored["list"]).rank(ascending=False, method="first").astype(int)
    )
    return scored.sort_values(["list", "priority"], ignore_index=True)


def _assign(
    value: np.ndarray,
    active: np.ndarray,
    historic: np.ndarray,
    n: np.ndarray,
    since: np.ndarray,
    kept: np.ndarray,
) -> list[str]:
    rules = [
        (kept >= np.quantile(kept, 0.75)) & (active < 0.67) & (active >= 0.3),
        (active < 0.3) & (historic >= np.quantile(historic, 2 / 3)),
        (n == 1) & (since < 75),
        (value >= np.quantile(value, 0.8)) & (historic < np.quantile(historic, 0.8)),
        value < 4,
    ]
    names = ["protect_now", "win_back", "second_order", "high_potential", "let_rest"]
    return list(np.select(rules, names, "nurture"))
