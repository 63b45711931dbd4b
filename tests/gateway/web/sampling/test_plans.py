"""Pages of plans: who is behind stands first, every figure has its meaning, lists go out whole, dispatching is once."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from gateway.web.sampling import plans_views
from gateway.web.sampling.plans_allocations import steps_of
from shared.contracts.codes import Role
from tests.gateway.web.platform import TOWN, Market
from tests.gateway.web.sampled import SAMPLING
from tests.gateway.web.sampling_stage import allocated, ok, planned, send


def goal(taken: int, planned: int | None, pace: str, lag: str | None = None) -> dict[str, Any]:
    completion = None if planned is None else str(round(Decimal(taken) * 100 / planned, 1))
    return {
        "planned": planned,
        "taken": taken,
        "concluded": 0,
        "completion": completion,
        "expected_by_now": None if planned is None else "50",
        "lag": lag,
        "pace": pace,
        "pace_label": pace,
        "forecast": None,
        "outlook_label": "无法预测",
    }


def progress(**goals: dict[str, Any]) -> dict[str, Any]:
    late = sorted((name for name in goals if goals[name]["pace"] == "behind"), key=lambda name: goals[name]["taken"])
    return {
        "categories": [
            {"target_id": name, "link": "catering", "category_code": name, "category_name": name, "progress": each}
            for name, each in goals.items()
        ],
        "behind": [{"target_id": name} for name in late],
    }


def test_who_is_behind_stands_first_then_the_least_completed_and_the_unknown_last() -> None:
    told = progress(
        done=goal(120, 100, "reached", "-70"),
        late=goal(30, 100, "behind", "20"),
        unknown=goal(5, None, "missing"),
        worse=goal(10, 100, "behind", "40"),
        fair=goal(60, 100, "on_track", "-10"),
    )
    view = plans_views.goal_table("目标", "类别", plans_views.category_rows(told), "")
    assert [row["target_id"] for row in view.rows] == ["worse", "late", "fair", "done", "unknown"]
    assert [row["lag_words"] for row in view.rows] == ["落后40", "落后20", "超前10", "超前70", ""]


def test_a_forecast_that_nobody_can_make_is_a_word_and_not_a_number() -> None:
    [row] = plans_views.category_rows(progress(late=goal(30, 100, "behind", "20")))
    assert (row["forecast"], row["interval"]) == ("", "")


def test_a_wish_for_another_year_is_heard_and_nonsense_is_not() -> None:
    asked = [plans_views.default_year(date(2026, 7, 24), text) for text in ("", "2025", "1999", "abcd")]
    assert asked == [2026, 2025, 2026, 2026]


async def test_a_plan_shows_its_targets_against_time_with_the_way_to_every_figure(market: Market) -> None:
    plan = await planned(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(f"/sampling-plans/{plan['id']}")).text
        assert plan["title"] in (await office.get(f"/sampling-plans?year={plan['year']}")).text
        links = re.findall(r'href="(/regions/[^"]+/figures/[^"]+)"', page)
        assert {link.split("/figures/")[1].split("?")[0] for link in links} == {
            *("sampling.plan_completion", "sampling.coverage", "sampling.batches_per_thousand")
        }
        for link in set(links):
            assert (await office.get(link)).status_code == 200, link
    for anchor in re.findall(r'href="#(meaning-[^"]+)"', page):
        assert f'id="{anchor}"' in page
    assert "人口没有登记" in page, "a target that nobody can compute is no zero"
    assert re.search(r"4.5 批次/千人 × [0-9]+ 人", page)
    assert "落后于时间" in page


async def test_who_has_not_been_sampled_is_listed_and_goes_out_as_a_file(market: Market) -> None:
    plan = await planned(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(f"/sampling-plans/{plan['id']}")).text
        [link] = re.findall(r'href="(/sampling-plans/[^"]+/coverage[^"]*covered=false)"', page)
        places = (await office.get(link.replace("&amp;", "&"))).text
        assert "演示农贸市场（虚构）" in places
        assert "还没有抽够" in places
        exported = await office.get(f"/sampling-plans/{plan['id']}/coverage.csv?covered=false")
        [header, row] = list(csv.reader(io.StringIO(exported.text.lstrip("\ufeff"))))
        assert (header[1], row[1], row[2], row[4]) == ("名称", "演示农贸市场（虚构）", TOWN, "0")
        empty = (await office.get(f"/sampling-plans/{plan['id']}/coverage?covered=true")).text
        assert "名单是空的" in empty
        progress_file = (await office.get(f"/sampling-plans/{plan['id']}/progress.csv")).text
        assert len(list(csv.reader(io.StringIO(progress_file)))) == 5


async def test_a_draft_is_issued_from_its_page_once(market: Market) -> None:
    plan = await planned(market, issued=False)
    address = f"/sampling-plans/{plan['id']}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(address)).text
        assert "下达计划" in page
        assert "下达后列出名单" in page
        form = await office.get(f"{address}/steps/issue")
        sent = await send(office, f"{address}/steps/issue", hidden(form.text))
        assert sent.headers["location"] == f"{address}?done=issue"
        assert "结束计划" in (await office.get(address)).text
        again = await send(office, f"{address}/steps/issue", hidden(form.text))
        assert again.status_code == 409
    async with market.signed_in(Role.LEADER) as leader:
        assert "结束计划" not in (await leader.get(address)).text
        assert (await leader.get(f"{address}/steps/closure")).status_code == 403


async def test_an_allocation_tells_its_inputs_its_steps_and_is_dispatched_once(market: Market) -> None:
    plan = await planned(market)
    allocation = await allocated(market, plan)
    address = f"/sampling-plans/{plan['id']}/allocations/{allocation['id']}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(f"{address}?check=1")).text
        assert allocation["inputs_sha256"] in page
        assert "抽签种子（演示）" in page
        assert "输入没有变动，重算的结果与保存的一致" in page
        assert page.count("（未核实）") >= 1, "caps that nobody has checked say so"
        form = await office.get(f"{address}/dispatch")
        sent = await send(office, f"{address}/dispatch", hidden(form.text))
        assert sent.headers["location"] == f"{address}?done=dispatch"
        assert "已下达" in (await office.get(address)).text
        again = await send(office, f"{address}/dispatch", hidden(form.text) | {"key": "another-key-of-the-page"})
        assert again.status_code == 422
        assert "已经下达过" in again.text
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as caller:
        tasks = ok(await caller.get(f"{SAMPLING}/sampling-tasks", params={"plan_id": plan["id"]}))["items"]
    assert sum(task["quantity"] for task in tasks) == allocation["result"]["allocated"]


def test_the_steps_of_an_allocation_carry_its_numbers() -> None:
    allocation = {
        "method": "supervision",
        "inputs": {
            "cells": [{}] * 3,
            "prior": {"failed": 1, "passed": 19},
            "history": {"from": "2023-07-01", "to": "2026-07-24"},
            "credibility": "0.95",
            "quarter": "2026-Q3",
        },
        "result": {"lines": [{"minimum": 4, "extra": 6}, {"minimum": 1, "extra": 0}], "unplaced": 2},
    }
    said = "".join(steps_of(allocation))
    for words in ("3个对象", "2023-07-01至2026-07-24", "共5批次", "其余6批次", "0.95", "2026年第3季度", "有2批次"):
        assert words in said


async def test_plans_are_not_for_samplers_or_laboratories(market: Market) -> None:
    for role in (Role.SAMPLER, Role.LABORATORY):
        async with market.signed_in(role) as stranger:
            assert (await stranger.get("/sampling-plans")).status_code == 403


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|seen|key)" value="([^"]*)">', page))


async def test_an_empty_year_says_what_to_do(market: Market) -> None:
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        answer: httpx.Response = await office.get("/sampling-plans?year=2024")
    assert "没有这样的计划" in answer.text
