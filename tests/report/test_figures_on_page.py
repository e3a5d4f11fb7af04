"""What the page says of a run's figures: honest, and no more than the run knows."""

import dataclasses
import re
from datetime import date

from report_pages import HtmlOf, RunOf, island, words

from ltvkit.audience.scored import value_if_kept
from ltvkit.panel import RECORD_ROW
from ltvkit.report import render_report
from ltvkit.report.customers import value_range
from ltvkit.report.reader import Reader
from ltvkit.report.trust import method_rows
from ltvkit.run_facts import Figure, Run
from ltvkit.wording import Sentence


def test_revenue_is_called_revenue_and_not_profit(html_of: HtmlOf) -> None:
    assert "Revenue, not profit." in words(html_of("no costs"))
    assert "of revenue" in words(html_of("no costs"))
    assert "Revenue, not profit." not in words(html_of("shop"))


def test_without_costs_the_page_says_what_to_bring(html_of: HtmlOf) -> None:
    html = html_of("no costs")
    assert words(html).count("Bring costs to see this") == 5
    assert 'data-chart="payback"' not in html
    blank = re.findall(r'data-card="(\w+)">', html)
    assert blank == ["cac", "ltv", "ltv_to_cac", "payback_months", "repeat_rate"]
    assert html.count("card-blank") == 3 + html.split("</style>")[0].count("card-blank")


def test_a_month_that_has_not_been_lived_is_an_empty_cell(html_of: HtmlOf) -> None:
    rows = re.findall(r'<tr><th scope="row">Jun 25</th>(.*?)</tr>', html_of("shop"))
    assert rows
    cells = re.findall(r'<td class="(cell|future)"[^>]*>([^<]*)</td>', rows[0])
    assert cells[0] == ("cell", "100")
    assert set(cells[1:]) == {("future", "")}


def test_payback_that_was_not_reached_is_not_yet_and_no_month(run_of: RunOf) -> None:
    run = run_of("shop")
    economics = dict(run.economics) | {
        "payback_months": Figure(None, None, None, "months", "not_yet")
    }
    unpaid = {"economics": economics, "payback": run.payback.assign(cac=1_000_000.0)}
    channels = run.channels.assign(payback_month=float("nan"), payback_status="not_yet")
    html = render_report(dataclasses.replace(run, channels=channels, **unpaid))
    card = html.split('data-card="payback_months"')[1].split("</article>")[0]
    assert "not yet" in words(card)
    section = html.split('<section id="payback"')[1].split("</section>")[0]
    assert words(section).count("not yet – 0% of the cost recovered by month") == 5
    assert not re.search(r"\d+ months?", words(card))


def test_of_a_channel_that_loses_money_nothing_came_back(run_of: RunOf) -> None:
    run = run_of("shop")
    lost = run.payback.assign(cumulative_margin=-10.0)
    channels = run.channels.assign(
        payback_month=float("nan"), payback_status="not_yet", recovered_share=-0.85
    )
    html = render_report(dataclasses.replace(run, channels=channels, payback=lost))
    text = words(html.split("</header>", 1)[1])
    assert text.count("0% back by month") == len(channels)
    assert text.count("not yet – 0% of the cost recovered by month") == len(channels)


def test_ranking_only_says_no_total(run_of: RunOf, html_of: HtmlOf) -> None:
    html = html_of("ranking only")
    text = words(html.split('<section id="cards"')[0])
    assert "€" not in text
    assert "classés par valeur" in text
    assert html.count("greyed") > 200


def test_do_not_use_shows_neither_list_nor_ranking(run_of: RunOf, html_of: HtmlOf) -> None:
    html = html_of("do not use")
    ids = run_of("do not use").customers["customer_id"]
    assert not any(str(i) in html for i in ids)
    assert "lists/" not in html
    assert island(html)["charts"].keys() <= {"payback", "deciles"}


def test_a_change_inside_the_interval_is_called_noise(run_of: RunOf) -> None:
    run = run_of("shop")

    def page(cac: float) -> str:
        economics = dict(run.economics) | {"cac": Figure(cac, unit="money")}
        earlier = dataclasses.replace(run.snapshot, as_of=date(2025, 3, 31))
        previous = dataclasses.replace(run, economics=economics, snapshot=earlier)
        html = render_report(run, previous=previous)
        return words(html.split('data-card="cac"')[1].split("</article>")[0])

    now = run.economics["cac"]
    assert now.value is not None
    assert "▲ +1.0% since 31 Mar 2025 within the usual noise" in page(now.value / 1.01)
    assert "▼ −50.0% since 31 Mar 2025 beyond the usual noise" in page(now.value * 2)
    assert "unchanged" in page(now.value)


def test_where_nothing_is_left_to_lose_the_stake_is_what_is_expected(run_of: RunOf) -> None:
    """Contracts that have ended stand on win_back, by what another one would bring."""
    run = run_of("shop")
    lost = run.customers["list"] == "win_back"
    ended = run.customers.assign(value_at_risk=run.customers["value_at_risk"].mask(lost, 0.0))

    def stakes(run: Run) -> dict[str, str]:
        rows = re.findall(r'data-list="(\w+)">\s*<th(.*?)</tr>', render_report(run), re.DOTALL)
        return {name: words(row) for name, row in rows if name in ("protect_now", "win_back")}

    assert "more if all came back" in stakes(run)["win_back"]
    told = stakes(dataclasses.replace(run, customers=ended))
    assert "more if all stay" in told["protect_now"]
    assert "expected" in told["win_back"]
    assert "more if all" not in told["win_back"]


def test_more_would_come_of_those_alone_who_can_still_be_kept(run_of: RunOf) -> None:
    """Who is to be won back has gone: with all of them back, more than the forecast could come."""
    run = run_of("shop")
    html = words(render_report(run))
    stake, count = next((r.value_at_stake, r.count) for r in run.lists if r.name == "protect_now")
    assert stake is not None
    told = f"more would come if all {count} customers who are good and slipping away stayed"
    assert f"€{stake:,.0f} {told}" in html
    kept = run.customers.assign(
        value_at_risk=run.customers["value_at_risk"].mask(
            run.customers["list"] == "protect_now", 0.0
        )
    )
    assert "slipping away" not in words(render_report(dataclasses.replace(run, customers=kept)))


def test_a_share_changes_by_points(run_of: RunOf) -> None:
    run = run_of("shop")
    now = run.economics["repeat_rate"]
    assert now.value is not None
    before = dict(run.economics) | {"repeat_rate": Figure(now.value - 0.016, unit="share")}
    earlier = dataclasses.replace(run.snapshot, as_of=date(2025, 3, 31))
    html = render_report(run, previous=dataclasses.replace(run, economics=before, snapshot=earlier))
    card = words(html.split('data-card="repeat_rate"')[1].split("</article>")[0])
    assert "▲ +1.6 points since 31 Mar 2025" in card


def test_the_lists_shown_add_up_to_all_customers(run_of: RunOf, html_of: HtmlOf) -> None:
    run = run_of("shop")
    table = html_of("shop").split('class="lists stack"')[1].split("</table>")[0]
    counts = re.findall(r'<td class="num" data-label="Customers">([\d,]+)</td>', table)
    assert sum(int(n.replace(",", "")) for n in counts) == run.data.customers


def test_what_the_page_recomputes_with_is_what_the_run_says(run_of: RunOf, html_of: HtmlOf) -> None:
    run = run_of("shop")
    channels = island(html_of("shop"))["whatIf"]["channels"]
    by_cac = run.channels.set_index("loaded_cac")
    assert [c["ltv"] for c in channels] == [
        by_cac.loc[c["cac"], ["ltv", "ltv_low", "ltv_high"]].tolist() for c in channels
    ]


def test_an_interval_that_ends_at_nothing_is_said_in_words(run_of: RunOf) -> None:
    run = run_of("shop")
    ends = {"predicted_value_low": 0.0, "predicted_value_high": 0.0}
    customers = run.customers.assign(**ends)
    customers.loc[customers["list"] == "win_back", "predicted_value_high"] = 12.5
    html = render_report(dataclasses.replace(run, customers=customers))
    assert "most likely nothing; if they order, about €" in words(html)
    assert "up to €12.50" in words(html)
    assert "€0.00 to" not in words(html)
    customers["predicted_value"] = 0.01 * (customers["list"] == "win_back")
    customers["value_at_risk"] = 1.0
    html = render_report(dataclasses.replace(run, customers=customers))
    assert "if they order, about" not in words(html)
    assert "most likely nothing" in words(html)


def test_what_they_bring_if_they_order_is_of_the_whole_horizon_and_not_of_one_order() -> None:
    reader = Reader("en", "EUR")
    row = {
        "predicted_value_low": 0.0,
        "predicted_value_high": 0.0,
        "predicted_value": 281.32,
        "prob_active": 0.18,
        "expected_order_value": 45.0,
    }
    assert value_range(row, reader) == "most likely nothing; if they order, about €1,563 in all"
    for chance in (0.0, 0.004, float("nan")):
        assert value_range({**row, "prob_active": chance}, reader) == "most likely nothing"


def test_an_amount_beyond_what_most_likely_comes_is_told_as_that_of_those_who_order() -> None:
    reader = Reader("en", "EUR")
    row = {
        "predicted_value_low": 0.0,
        "predicted_value_high": 27.15,
        "predicted_value": 64.57,
        "prob_active": 0.2,
    }
    told = "most likely at most €27.15; if they order, about €323 in all"
    assert value_range(row, reader) == told
    assert value_range({**row, "predicted_value": 20.0}, reader) == "up to €27.15"


def test_what_is_at_risk_is_told_to_be_less_than_hardly_likely_orders_bring(run_of: RunOf) -> None:
    row = {
        "predicted_value_low": 0.0,
        "predicted_value_high": 0.0,
        "predicted_value": 74.35,
        "prob_active": 0.016,
    }
    assert value_range(row, Reader("en", "EUR")).endswith("about €4,647 in all")
    at_risk = 0.984 * value_if_kept([74.35], [0.016])[0]
    assert round(at_risk) == 1463
    told = words(render_report(run_of("shop")))
    assert "a chance of one below 5% counts as 5%: such a customer brings more" in told


def test_amounts_of_reasons_are_written_as_all_others(run_of: RunOf) -> None:
    run = run_of("shop")
    customers = run.customers.assign(reason_1="spent 1,235 EUR in all: raises value")
    told = words(render_report(dataclasses.replace(run, customers=customers)))
    assert "spent €1,235 in all: raises value" in told
    assert "EUR in all" not in told


def test_parts_of_the_model_are_not_methods_to_compare_with(html_of: HtmlOf) -> None:
    table = html_of("shop").split('class="methods stack"')[1].split("</table>")[0]
    assert "part:" not in table
    assert words(table).index("used here") < words(table).index("BG/NBD")


def test_the_sentence_of_the_total_says_what_it_is_good_for(run_of: RunOf) -> None:
    run = run_of("shop")

    def page(*said: Sentence) -> str:
        total = dataclasses.replace(run.total, said=said)
        return render_report(dataclasses.replace(run, total=total))

    told = words(page(Sentence("total.rough"), Sentence("total.not_due", {"contracts": 12})))
    assert "A rough guide" in told
    assert "12 running contracts have no renewal due" in told
    assert 'class="caveat"' not in page()


def test_a_lone_curve_is_that_of_all_customers_and_asks_for_costs(run_of: RunOf) -> None:
    run = run_of("shop")
    payback = run.payback[(run.payback["channel"] == "all") & run.payback["cohort"].isna()]
    nothing = {"loaded_cac": float("nan"), "payback_month": float("nan"), "payback_status": None}
    channels = run.channels[run.channels["channel"] == "all"].assign(**nothing)
    lone = dataclasses.replace(run, payback=payback.assign(cac=float("nan")), channels=channels)
    html = render_report(lone)
    assert island(html)["names"] == ["All customers"]
    assert 'class="chooser"' not in html
    section = html.split('<section id="payback"')[1].split("</section>")[0]
    assert "Bring costs to see this" in section
    assert "paid back" not in words(section)


def test_a_channel_that_nobody_came_from_has_no_figures_on_the_page(run_of: RunOf) -> None:
    run = run_of("shop")
    channels = run.channels.copy()
    empty = channels.index[channels["channel"] != "all"][0]
    channels.loc[empty, ["loaded_cac", "cac_high"]] = float("inf")
    channels.loc[empty, ["ltv", "ltv_low", "ltv_high"]] = float("nan")
    data = island(render_report(dataclasses.replace(run, channels=channels)))
    assert any(
        row["cac"] is None and row["limits"][1] is None for row in data["whatIf"]["channels"]
    )


def test_every_miss_of_a_total_says_to_which_side(run_of: RunOf) -> None:
    run = run_of("shop")
    mine = (run.backtest["model"] == RECORD_ROW) & (run.backtest["metric"] == "bias")
    assert mine.sum() == 3
    backtest = run.backtest.copy()
    latest_first = backtest[mine].sort_values("cutoff", ascending=False).index
    backtest.loc[latest_first, "value"] = [0.1, -0.087, 0.053]
    told = words(render_report(dataclasses.replace(run, backtest=backtest)))
    assert "by 8.0% on average (5.3% too high, 8.7% too low, 10.0% too high)" in told


def test_the_table_of_methods_says_of_each_date_to_which_side_a_total_missed(run_of: RunOf) -> None:
    run = run_of("shop")
    table = run.backtest.copy()
    naive = (table["model"] == "past spend") & (table["metric"] == "bias")
    table.loc[naive, "value"] = [-0.278, 0.041, 0.0]
    run = dataclasses.replace(run, backtest=table)
    row = next(row for row in method_rows(run, Reader("en", "EUR")) if "spen" in row.label)
    # By date, and the last fold lies first in time.
    assert row.total_error == "0.0%, +4.1%, -27.8%"


def test_what_a_model_is_made_of_adds_up_to_a_hundred(run_of: RunOf) -> None:
    run = run_of("shop")
    parts = {"root": 0.335, "tweedie": 0.335, "loglinear": 0.33}
    model = dataclasses.replace(run.model, weights=parts, btyd_share=0.005)
    told = re.search(
        r"Made of: ([^.]*)\.", words(render_report(dataclasses.replace(run, model=model)))
    )
    assert told
    assert sum(int(share) for share in re.findall(r"(\d+)%", told[1])) == 100


def test_every_mark_of_the_legend_of_moves_stands_in_the_drawing(html_of: HtmlOf) -> None:
    spec = island(html_of("shop"))["charts"]["moves"]
    labels = [row["label"] for row in spec["data"]["values"] if row["customers"]]
    assert {label[0] for label in labels} == {"▲", "●", "▼"}


def test_one_past_date_is_not_told_as_a_span(run_of: RunOf) -> None:
    run = run_of("shop")
    first = run.backtest[run.backtest["fold"] == 0]
    told = words(render_report(dataclasses.replace(run, backtest=first)))
    assert "Tested at one past date, " in told
    assert "Tested at 3 past dates, " in words(render_report(run))
