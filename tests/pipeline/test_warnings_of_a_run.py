"""W1 to W15 as a run raises them: each on a shop spoilt in one way, none on the shop unspoilt."""

import numpy as np
import pandas as pd
import pytest
from small_shop import (
    AS_OF,
    MONTHS,
    OPENED,
    costs_of,
    decided,
    newcomers,
    orders_of,
    sound,
    warned,
)

from ltvkit.economics import EconomicsFacts, raise_warnings
from ltvkit.pipeline.unit_economics.facts import with_lists

pytestmark = pytest.mark.usefixtures("few_draws")


def spoilt(**changes):
    return sound() | changes


def of_customers(customers, **changes):
    tables = {"customers": customers, "orders": orders_of(customers)}
    return spoilt(costs=costs_of(customers), **(tables | changes))


def young_shop():
    return of_customers(newcomers(range(MONTHS - 16, MONTHS)))


def only_who_stayed():
    shop = sound()
    last = shop["orders"].groupby("customer_id")["ordered_at"].transform("max")
    recent = pd.concat([shop["orders"][last > AS_OF - pd.Timedelta(days=365)]])
    loyal = newcomers(range(30))
    again = orders_of(loyal)
    today = again.drop_duplicates("customer_id").assign(ordered_at=AS_OF - pd.Timedelta(days=40))
    orders = pd.concat([again, today, recent[~recent["customer_id"].isin(loyal["customer_id"])]])
    return spoilt(orders=orders)


def log_that_begins_mid_life():
    old = newcomers(range(1), per_month=100)
    old["customer_id"] = "old" + old["customer_id"]
    old["email"] = "old" + old["email"]
    return of_customers(pd.concat([old, newcomers()], ignore_index=True))


def revenue_only():
    shop = sound()
    return shop | {"orders": shop["orders"].drop(columns="margin"), "costs": None}


def mix_that_moves(worth=1.0):
    customers = newcomers()
    late = customers["first_order_at"] > OPENED + pd.DateOffset(months=MONTHS // 2)
    third = np.arange(len(customers)) % 3 == 0
    customers["channel"] = customers["channel"].mask(late & ~third, "social")
    shop = of_customers(customers)
    dear = shop["orders"]["customer_id"].map(customers.set_index("customer_id")["channel"]) == "ads"
    shop["orders"]["margin"] *= np.where(dear, 1.0, worth)
    return shop


def spend_ahead_of_its_customers():
    return spoilt(settings={"economics.cost_lag_days": 120})


def ledger_beyond_the_log():
    later = newcomers(range(MONTHS, MONTHS + 3))
    return spoilt(costs=pd.concat([costs_of(newcomers()), costs_of(later)]))


def snapshot_in_the_month():
    customers = newcomers(range(MONTHS - 20, MONTHS))
    as_of = AS_OF - pd.Timedelta(days=25)
    return of_customers(customers, settings={"snapshot.as_of": f"{as_of:%Y-%m-%d}"})


def with_refunds(rows, amount, days_back=10):
    shop = sound()
    taken = shop["orders"].iloc[:rows]
    back = taken.assign(
        ordered_at=taken["ordered_at"] + pd.Timedelta(days=1), revenue=-amount, margin=-amount * 0.4
    )
    return shop | {"orders": pd.concat([shop["orders"], back], ignore_index=True)}


def refunds_that_come_later():
    shop = with_refunds(30, 2.0)
    orders, as_of = shop["orders"], AS_OF - pd.Timedelta(days=31)
    late = orders[orders["ordered_at"] <= as_of].tail(40)
    late = late.assign(ordered_at=AS_OF, revenue=-70.0, margin=-28.0)
    settings = {"snapshot.as_of": f"{as_of:%Y-%m-%d}"}
    return shop | {"orders": pd.concat([orders, late]), "settings": settings}


def guests(share):
    shop = sound()
    bought = shop["orders"].sample(frac=share, random_state=1).assign(customer_id="")
    return shop | {"orders": pd.concat([shop["orders"], bought])}


def contacts(**columns):
    return spoilt(customers=newcomers().drop(columns="email").assign(**columns))


N = len(newcomers())
PAIRS = [f"a{n // 2}@x.org" if n < 80 else f"a{n}@x.org" for n in range(N)]
PHONES = [f"+48 600 {n // 2 if n < 80 else n:06d}" for n in range(N)]
NAMES = ["Ann" if n % 2 else "Bob" for n in range(N)]


def without_media():
    costs = costs_of(newcomers())
    return spoilt(costs=costs[costs["channel"] == "ads"])


def one_who_buys_all():
    shop = sound()
    shop["customers"].loc[:11, "channel"] = "fair"
    great = shop["orders"]["customer_id"] == shop["customers"]["customer_id"].iloc[0]
    shop["orders"].loc[great, ["revenue", "margin"]] *= 20
    costs = costs_of(shop["customers"])
    return shop | {"costs": costs}


def december(factor):
    shop = sound()
    busy = shop["orders"]["ordered_at"].dt.month == 12
    shop["orders"].loc[busy, ["revenue", "margin"]] *= factor
    return shop


def thin_first_orders(factor):
    shop = sound()
    first = ~shop["orders"].duplicated("customer_id")
    shop["orders"].loc[first, "margin"] *= factor
    return shop


def codes(share, code="HELLO10", none="no"):
    shop = sound()
    first = ~shop["orders"].duplicated("customer_id")
    used = first & (np.arange(len(first)) % 10 < 10 * share)
    shop["orders"]["code"] = np.where(used, code, none)
    return shop | {"settings": {"data.columns.discount": "code"}}


def cheap_channels():
    return spoilt(costs=costs_of(newcomers(), each=10.0))


def dear_customers(residual):
    return young_shop() | {
        "costs": costs_of(newcomers(range(MONTHS - 16, MONTHS)), each=85.0),
        "residual": residual,
    }


SPOILT = {
    "W1 a third of customers or more are young": ("W1", young_shop),
    "W2 those who lapsed are not in the export": ("W2", only_who_stayed),
    "W3 the first month is full of old customers": ("W3", log_that_begins_mid_life),
    "W4 no margin is known": ("W4", revenue_only),
    "W5 newcomers of a channel worth less": ("W5", lambda: mix_that_moves(worth=0.7)),
    "W6 customers come four months after the spend": ("W6", spend_ahead_of_its_customers),
    "W6 costs go on after the log": ("W6", ledger_beyond_the_log),
    "W6 the month of the snapshot has just begun": ("W6", snapshot_in_the_month),
    "W7 few refunds of much": ("W7", lambda: with_refunds(40, 64.0)),
    "W7 refunds after the snapshot": ("W7", refunds_that_come_later),
    "W8 rows without a customer": ("W8", lambda: guests(0.05)),
    "W8 two ids with one address": ("W8", lambda: contacts(email=PAIRS)),
    "W8 two ids with one phone": ("W8", lambda: contacts(phone=PHONES)),
    "W9 half of the customers come without media": ("W9", without_media),
    "W10 one customer of a small channel": ("W10", one_who_buys_all),
    "W11 December is three times as busy": ("W11", lambda: december(3.0)),
    "W12 first orders leave half the margin": ("W12", lambda: thin_first_orders(0.5)),
    "W12 half of the first orders have a code": ("W12", lambda: codes(0.5)),
    "W12 half of the first orders are cheaper": ("W12", lambda: codes(0.5, "4,50 zł", "0 zł")),
    "W12 half of the first orders have less than 0 added": ("W12", lambda: codes(0.5, -4.5, 0.0)),
    "W13 channels so cheap that more budget is suggested": ("W13", cheap_channels),
    "W15 paid back only in the forecast": ("W15", lambda: dear_customers(60.0)),
}


def a_little_of_all():
    """Few refunds, guests, namesakes and codes, a busier December, first orders a little thin."""
    shop = with_refunds(400, 0.1)
    orders = shop["orders"]
    orders.loc[orders["ordered_at"].dt.month == 12, ["revenue", "margin"]] *= 1.2
    first = ~orders.duplicated("customer_id")
    orders.loc[first, "margin"] *= 0.9
    orders.loc[first & (np.arange(len(first)) % 10 < 2), "code"] = "HELLO10"
    guests = orders.sample(frac=0.005, random_state=1).assign(customer_id="")
    pairs = [f"a{n // 2}@x.org" if n < 8 else f"a{n}@x.org" for n in range(N)]
    settings = {"economics.cost_lag_days": 1, "data.columns.discount": "code"}
    return shop | {
        "orders": pd.concat([orders, guests]),
        "customers": newcomers().assign(email=pairs, phone=PHONES, first_name=NAMES),
        "settings": settings,
    }


SOUND = {
    "nothing is wrong": ("", sound),
    "W12 a discount of nothing is none": ("", lambda: codes(0.2, "EUR 4.50", "EUR 0.00")),
    "W12 nor is one in another hand": ("", lambda: codes(0.2, "4,50 zł", "0,00 zł")),
    "W12 nor a share of nothing": ("", lambda: codes(0.2, "10 %", "0 %")),
    "W6 to W12 a little of all": ("", a_little_of_all),
    "W3 old customers are not counted": (
        "W3",
        lambda: (
            log_that_begins_mid_life()
            | {"settings": {"economics.new_customers_from": "2021-02-01"}}
        ),
    ),
    "W4 a margin rate is given": (
        "W4",
        lambda: revenue_only() | {"settings": {"economics.margin_rate": 0.4}},
    ),
    "W5 the mix moves and the averages do not": ("W5", mix_that_moves),
    "W15 not paid back even in the forecast": ("W15", lambda: dear_customers(1.0)),
}


@pytest.mark.parametrize("case", list(SPOILT))
def test_a_shop_spoilt_in_one_way_is_warned_of_that(case, tmp_path):
    warning, shop = SPOILT[case]
    assert warning in warned(shop(), tmp_path)


@pytest.mark.parametrize("case", list(SOUND))
def test_a_shop_not_spoilt_in_that_way_is_not_warned(case, tmp_path):
    warning, shop = SOUND[case]
    raised = warned(shop(), tmp_path)
    assert warning not in raised
    if not warning:
        assert raised == {}


def test_those_at_risk_are_counted_from_the_lists_and_the_hold_out_from_who_is_left_alone():
    scored = pd.DataFrame(
        {
            "list": ["protect_now"] * 6 + ["win_back"] * 4 + ["nurture"] * 90,
            "holdout": ([True] + [False] * 4) * 20,
        }
    )
    raised = raise_warnings(with_lists(EconomicsFacts(), scored))
    assert [told.id for told in raised] == ["W14"]
    assert "10 customers" in raised[0].text
    assert "20 % are left alone" in raised[0].text


def test_where_nobody_is_at_risk_there_is_nothing_to_warn_of():
    scored = pd.DataFrame({"list": ["nurture", "let_rest"], "holdout": [True, False]})
    assert raise_warnings(with_lists(EconomicsFacts(), scored)) == []


def test_the_refunded_share_is_one_of_sales_and_not_of_rows(tmp_path):
    shop = with_refunds(40, 64.0)
    sold = shop["orders"]["revenue"].clip(lower=0).sum()
    share = f"{40 * 64.0 / sold:.1%}".replace("%", " %")
    assert warned(shop, tmp_path)["W7"].startswith(f"{share} of sales is refunded")


def test_a_shop_without_a_ledger_but_with_one_cac_is_warned_of_its_verdicts(tmp_path):
    shop = spoilt(costs=None, settings={"economics.cac": 5.0})
    assert "Marginal CAC: ads (not estimable)" in warned(shop, tmp_path)["W13"]


def test_old_customers_of_a_log_that_begins_mid_life_are_left_out_as_if_their_day_were_named(
    tmp_path,
):
    begun = log_that_begins_mid_life()
    named = {"economics.new_customers_from": "2021-02-01"}
    found = decided(begun, tmp_path)
    pd.testing.assert_frame_equal(
        found.channels, decided(begun | {"settings": named}, tmp_path).channels
    )
    everybody = {"economics.new_customers_from": f"{OPENED:%Y-%m-%d}"}
    whole = decided(begun | {"settings": everybody}, tmp_path)
    early = begun["customers"]["first_order_at"] < "2021-02-01"
    assert len(whole.newcomers) == len(early)
    assert len(found.newcomers) == len(early) - early.sum()
    told = warned(begun, tmp_path)["W3"]
    assert "of those who came from 2021-02-01 on" in told
