"""The kinds of shop that logs were seen to come from, and changes that forecasts fail at."""

from datetime import date

from benchmarks.shops.kind import (
    Kind,
    Segment,
    christmas,
    closed_in_winter,
    promotions,
    summer,
)

SUBSCRIBERS = Segment(
    gap_days=30.4, rate_shape=1e4, regularity=60.0, pause=(0.08, 30.0), life_days=300.0, value=15.0
)
YEARLY = Segment(
    share=0.5, gap_days=365.0, rate_shape=200.0, regularity=40.0, life_days=1_500.0, value=80.0
)
MONTHLY = Segment(
    share=0.2, gap_days=30.4, rate_shape=1e4, regularity=60.0, life_days=900.0, value=12.0
)
NOW_AND_THEN = Segment(share=0.3, gap_days=700.0, life_days=1_500.0, value=40.0, value_spread=0.9)
GROCER = Segment(gap_days=11.0, rate_shape=4.0, regularity=2.0, life_days=4_000.0, value=55.0)
WHOLESALE = Segment(
    gap_days=35.0, rate_shape=0.8, life_days=900.0, value=300.0, value_spread=1.2, order_spread=0.8
)

KINDS: tuple[Kind, ...] = (
    Kind(name="retail", says="two years, no season"),
    Kind(name="retail_small", says="the same, 300 customers", customers=300),
    Kind(
        name="retail_large",
        says="the same, 30,000 customers",
        customers=30_000,
        segments=(Segment(gap_days=120.0),),
    ),
    Kind(
        name="christmas",
        says="four times the orders in December, seen twice, one ahead",
        as_of=date(2023, 9, 30),
        history_days=1_000,
        season=christmas,
    ),
    Kind(
        name="before_christmas",
        says="the same, none seen",
        as_of=date(2023, 9, 30),
        history_days=270,
        season=christmas,
    ),
    Kind(
        name="after_christmas",
        says="the same, the first of them just over",
        as_of=date(2023, 1, 15),
        history_days=300,
        season=christmas,
    ),
    Kind(name="summer", says="more orders in summer, seen twice", history_days=900, season=summer),
    Kind(
        name="closed_in_winter",
        says="no order from November to February",
        as_of=date(2023, 8, 31),
        history_days=914,
        season=closed_in_winter,
    ),
    Kind(name="promotions", says="four weeks a year of five times the orders", season=promotions),
    Kind(
        name="four_months",
        says="a young shop that grows",
        history_days=120,
        horizon_days=90,
        growth=1.0,
        segments=(Segment(gap_days=25.0, one_order=0.3),),
    ),
    Kind(
        name="one_cohort",
        says="all came within four weeks, 600 customers, three years ahead of two",
        customers=600,
        cohort_days=28,
        horizon_days=1_095,
        segments=(Segment(gap_days=120.0, life_days=900.0),),
    ),
    Kind(
        name="marketplace",
        says="19 of 20 never come again",
        customers=8_000,
        segments=(Segment(gap_days=150.0, one_order=0.93, value_spread=0.8),),
    ),
    Kind(
        name="wholesale",
        says="few buyers, a thousand times apart in what they buy",
        customers=900,
        growth=0.5,
        segments=(WHOLESALE,),
    ),
    Kind(
        name="grocer",
        says="nearly all are active, even gaps, counts",
        horizon_days=91,
        segments=(GROCER,),
        counts=True,
    ),
    Kind(
        name="even_gaps",
        says="gaps of shape 5, some skip",
        segments=(Segment(gap_days=40.0, rate_shape=5.0, regularity=5.0, pause=(0.1, 60.0)),),
    ),
    Kind(name="subscribers", says="a payment a month", segments=(SUBSCRIBERS,)),
    Kind(
        name="givers",
        says="yearly, monthly and now and then, eleven years",
        history_days=4_000,
        horizon_days=365,
        customers=2_000,
        segments=(YEARLY, MONTHLY, NOW_AND_THEN),
        december_value=2.0,
    ),
    Kind(
        name="cards",
        says="the cards of a canteen, every third day",
        customers=400,
        history_days=300,
        horizon_days=60,
        segments=(Segment(gap_days=3.0, life_days=200.0, value=4.0, value_spread=0.2),),
    ),
    Kind(
        name="pauses",
        says="customers who stay away for months and come again",
        segments=(Segment(gap_days=25.0, pause=(0.12, 200.0), life_days=2_000.0),),
    ),
    Kind(
        name="at_random",
        says="all at one rate and one value: nothing to tell them apart by",
        customers=800,
        segments=(Segment(gap_days=200.0, rate_shape=1e4, value_spread=0.0, life_days=1e6),),
    ),
    Kind(
        name="large_orders",
        says="order values of heavy tails",
        segments=(Segment(value_spread=1.0, order_spread=1.4),),
    ),
    Kind(
        name="first_orders_small",
        says="first orders of half the value",
        segments=(Segment(first_value=0.5),),
    ),
    Kind(
        name="frequent_spend_less",
        says="values fall with the root of the rate",
        segments=(Segment(value_by_rate=-0.5),),
    ),
    Kind(
        name="late_repeats",
        says="nobody came again in the first half",
        history_days=800,
        repeats_from=400,
    ),
    Kind(name="prices_doubled", says="90 days ago", price_change=(90.0, 2.0)),
    Kind(
        name="prices_doubled_young",
        says="the same, of a young shop that grows",
        history_days=300,
        horizon_days=90,
        growth=1.0,
        price_change=(90.0, 2.0),
    ),
    Kind(name="inflation", says="prices rise by a tenth a year", inflation=0.1),
    Kind(
        name="fading",
        says="repeat rates halve every 500 days",
        history_days=1_000,
        repeat_trend=-0.5,
    ),
    Kind(
        name="picking_up",
        says="repeat rates double every 500 days",
        history_days=1_000,
        repeat_trend=0.5,
    ),
)
