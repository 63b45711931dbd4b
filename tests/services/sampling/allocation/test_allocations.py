"""Allocations over HTTP: from the records of the plan's own stream, reproducible by anybody, dispatched once."""

import hashlib
import json
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.allocation.calculation import calculate
from services.sampling.allocation.models import Allocation
from services.sampling.allocation.rules import fingerprint
from services.sampling.allocation.seed import seed_caps
from services.sampling.sampling_tasks.models import SamplingTask
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, SampleState, Stream
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, NANHAI, OTHER_STREET, STREET, key, stored_site
from tests.services.sampling.plans.factories import (
    drawn_up,
    issued,
    markets,
    stored_business,
    stored_sample,
    workshops,
)

TODAY = day_of(now())
YEAR = TODAY.year
SHOP_USCC = "91330203MA0DEM012R"
QUARTER = f"{YEAR}-Q{(TODAY.month + 2) // 3}"


def stratum(region_code: str, weight: int, **change: Any) -> dict[str, Any]:
    return {"region_code": region_code, "link": "circulation", "weight": weight} | change


def candidate(**change: Any) -> dict[str, Any]:
    return {"region_code": STREET, "link": "circulation"} | change


def assessment(*cells: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"method": "assessment", "quantity": 40, "seed": "演示种子", "cells": list(cells)} | change


def supervision(*cells: dict[str, Any], **change: Any) -> dict[str, Any]:
    fields = {"method": "supervision", "quarter": QUARTER, "quantity": 10, "seed": "演示种子", "cover": False}
    return fields | {"cells": list(cells)} | change


async def plan_of(office: httpx.AsyncClient, stream: str, **change: Any) -> str:
    plan = await issued(office, stream=stream, year=YEAR, **change)
    return f"/v1/sampling-plans/{plan['id']}"


async def allocated(office: httpx.AsyncClient, plan: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await office.post(f"{plan}/allocations", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    allocation: dict[str, Any] = answer.json()
    return allocation


def quantities(allocation: dict[str, Any]) -> dict[str, int]:
    """How many samples each cell got, by the first part of its key that is told apart in these tests."""
    return {line["key"]: line["quantity"] for line in allocation["result"]["lines"]}


async def judged(session: AsyncSession, passed: int, failed: int, **change: Any) -> None:
    for number in range(passed + failed):
        conclusion = Conclusion.QUALIFIED if number < passed else Conclusion.UNQUALIFIED
        fields = {"state": SampleState.CONCLUDED, "conclusion": conclusion, "sampled_on": TODAY}
        await stored_sample(session, **fields | change)


async def test_an_assessment_follows_weight_and_spread_by_the_records_of_its_own_stream(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    """p = (1+4)/(20+20) = 1/8 against 1/20 of no record: W·S is 1·0.331 to 1·0.218, so 40 samples go 24 to 16."""
    await judged(session, 16, 4, stream=Stream.ASSESSMENT)
    await judged(session, 0, 30, stream=Stream.SUPERVISION, region_code=OTHER_STREET)
    plan = await plan_of(office, "assessment")
    found = await allocated(office, plan, assessment(stratum(STREET, 1), stratum(OTHER_STREET, 1)))
    assert found["algorithm"] == "neyman-1"
    by_region = {key[:12]: number for key, number in quantities(found).items()}
    assert by_region == {STREET: 24, OTHER_STREET: 16}
    rates = {line["key"][:12]: line["failure_rate"] for line in found["result"]["lines"]}
    assert rates == {STREET: "1/8", OTHER_STREET: "1/20"}


async def test_whoever_has_the_stored_inputs_computes_the_same_result(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await stored_business(session)
    plan = await plan_of(office, "supervision", coverage_duties=[workshops()])
    for body in (supervision(candidate(), cover=True), supervision(candidate(), candidate(region_code=OTHER_STREET))):
        made = await allocated(office, plan, body)
        read = (await office.get(f"{plan}/allocations/{made['id']}")).json()
        assert read == made
        spelling = json.dumps(read["inputs"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(spelling.encode()).hexdigest() == read["inputs_sha256"]
        assert calculate(read["inputs"]) == read["result"]
        checked = (await office.get(f"{plan}/allocations/{made['id']}/verification")).json()
        assert checked == {
            "inputs_sha256": read["inputs_sha256"],
            "inputs_unchanged": True,
            "result_reproduced": True,
        }
    assert len((await office.get(f"{plan}/allocations")).json()["items"]) == 2


async def test_an_input_or_a_result_that_somebody_altered_is_found_out(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    plan = await plan_of(office, "supervision")
    made = await allocated(office, plan, supervision(candidate(), candidate(region_code=OTHER_STREET)))
    row = (await session.scalars(select(Allocation))).one()
    row.inputs = row.inputs | {"seed": "另一个种子"}
    row.result = row.result | {"unplaced": 1}
    await session.flush()
    checked = (await office.get(f"{plan}/allocations/{made['id']}/verification")).json()
    assert (checked["inputs_unchanged"], checked["result_reproduced"]) == (False, False)


async def test_every_input_changes_the_hash(office: httpx.AsyncClient) -> None:
    plan = await plan_of(office, "supervision")
    inputs = (await allocated(office, plan, supervision(candidate(maximum=9))))["inputs"]
    hashes = {fingerprint(inputs)}
    for name in inputs:
        hashes.add(fingerprint(inputs | {name: "别的"}))
    for name in inputs["cells"][0]:
        hashes.add(fingerprint(inputs | {"cells": [inputs["cells"][0] | {name: "别的"}]}))
    assert len(hashes) == 1 + len(inputs) + len(inputs["cells"][0])


async def test_an_allocation_without_a_seed_draws_one_and_says_it(office: httpx.AsyncClient) -> None:
    plan = await plan_of(office, "supervision")
    seeds = {(await allocated(office, plan, supervision(candidate(), seed=None)))["seed"] for _ in range(2)}
    assert len(seeds) == 2
    assert all(len(seed) == 32 for seed in seeds)


async def test_supervision_covers_first_and_then_looks_where_most_is_found(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    never, done = await stored_business(session), await stored_business(session)
    site = await stored_site(session, region_code=OTHER_STREET)
    await stored_sample(session, business_id=done.id, sampled_on=TODAY)
    await judged(session, 5, 10, region_code=STREET)
    await judged(session, 60, 0, region_code=OTHER_STREET)
    plan = await plan_of(office, "supervision", coverage_duties=[workshops(), markets()])
    cells = [candidate(), candidate(region_code=OTHER_STREET)]
    found = await allocated(office, plan, supervision(*cells, cover=True))
    shares = {line["key"]: (line["minimum"], line["extra"]) for line in found["result"]["lines"]}
    named = {part: share for key, share in shares.items() for part in key.split("|")}
    assert named[str(never.id)] == (1, 0)
    assert named[str(site.id)] == (1, 0)
    assert str(done.id) not in named
    open_cells = {key[:12]: share for key, share in shares.items() if key.endswith("||||||")}
    assert sum(extra for _, extra in open_cells.values()) == 8
    assert open_cells[STREET][1] > 0


async def test_caps_of_the_quarter_hold_and_say_whether_anybody_has_read_them(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    """Shipped: one shop in circulation ten times a quarter, of which four are used up; online purchases are exempt."""
    shop = await stored_business(session, kind="sales")
    for _ in range(4):
        await stored_sample(session, business_id=shop.id, sampled_on=TODAY)
    plan = await plan_of(office, "supervision")
    named = {"business_id": str(shop.id), "business_name": shop.name}
    found = await allocated(office, plan, supervision(candidate(**named)))
    assert (found["result"]["allocated"], found["result"]["unplaced"]) == (6, 4)
    assert found["inputs"]["caps"]["shop"]["verified"] is False
    assert list(found["inputs"]["used"].values()) == [4]
    online = await allocated(office, plan, supervision(candidate(**named, online=True)))
    assert online["result"]["unplaced"] == 0


async def test_a_shop_named_by_its_code_is_the_registered_one_and_falls_under_its_cap(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    shop = await stored_business(session, kind="sales", uscc=SHOP_USCC, name="演示超市（虚构）")
    for _ in range(4):
        await stored_sample(session, business_id=shop.id, sampled_on=TODAY)
    plan = await plan_of(office, "supervision")
    found = await allocated(office, plan, supervision(candidate(business_uscc=SHOP_USCC)))
    [cell] = found["inputs"]["cells"]
    assert (cell["business_id"], cell["label"]) == (str(shop.id), "演示超市（虚构）")
    assert found["result"]["allocated"] == 6, "ten a quarter of one shop, four are used up"
    assert calculate(found["inputs"]) == found["result"]


@pytest.mark.parametrize(
    ("shops", "change", "said"),
    [
        (0, {}, "没有登记代码为"),
        (1, {"region_code": OTHER_STREET}, "没有登记代码为"),
        (2, {}, "有 2 处经营场所用这个代码"),
        (1, {"business_uscc": SHOP_USCC[:-1] + "X"}, "校验位不对"),
    ],
    ids=["nobody", "elsewhere", "two places", "misspelt"],
)
async def test_a_code_that_names_nobody_or_several_is_refused_with_its_place(
    office: httpx.AsyncClient, session: AsyncSession, shops: int, change: dict[str, Any], said: str
) -> None:
    for _ in range(shops):
        await stored_business(session, kind="sales", uscc=SHOP_USCC)
    plan = await plan_of(office, "supervision")
    body = supervision(candidate(), candidate(**{"business_uscc": SHOP_USCC} | change))
    refused = await office.post(f"{plan}/allocations", json=body, headers=key())
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/cells/1/business_uscc"
    assert said in error["message"]


async def test_caps_on_producers_hold_across_shops(office: httpx.AsyncClient, session: AsyncSession) -> None:
    made_by = {"producer": "演示食品厂（虚构）", "category_code": "演示大类"}
    fields = {"producer_name": made_by["producer"], "category_code": "演示大类"}
    await stored_sample(session, sampled_on=TODAY, **fields)
    plan = await plan_of(office, "supervision")
    cells = [candidate(**made_by), candidate(**made_by, region_code=OTHER_STREET)]
    found = await allocated(office, plan, supervision(*cells))
    assert found["result"]["allocated"] == 2, "three a quarter of one producer and category, one is used up"
    lot = made_by | {"product_name": "演示饼干", "production_date": f"{YEAR}-01-05"}
    found = await allocated(office, plan, supervision(candidate(**lot), candidate(**lot, region_code=OTHER_STREET)))
    assert found["result"]["allocated"] == 1, "one a quarter of one product of one day"


async def test_a_bureau_dates_its_own_cap_and_old_quarters_keep_theirs(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    shop = await stored_business(session, kind="sales")
    plan = await plan_of(office, "supervision")
    cap = {"kind": "shop", "maximum": 5, "valid_from": f"{YEAR}-04-01", "source": "演示细则（虚构）", "verified": True}
    assert (await office.post("/v1/sampling-caps", json=cap, headers=key())).status_code == 201
    slip = await office.post("/v1/sampling-caps", json=cap | {"maximum": 50}, headers=key())
    assert slip.status_code == 201, "a slip of the pen"
    mended = await office.post("/v1/sampling-caps", json=cap, headers=key())
    assert mended.status_code == 201
    await seed_caps(session)
    allowed = []
    for quarter in (f"{YEAR}-Q1", f"{YEAR}-Q2"):
        body = supervision(candidate(business_id=str(shop.id)), quarter=quarter, quantity=20)
        allowed.append((await allocated(office, plan, body))["result"]["allocated"])
    assert allowed == [10, 5]
    listed = (await office.get("/v1/sampling-caps")).json()["items"]
    assert [row["valid_from"] for row in listed] == [f"{YEAR}-04-01"] * 3 + ["2000-01-01"] * 3
    assert [row["verified"] for row in listed] == [True] * 3 + [False] * 3


async def test_an_allocation_becomes_tasks_of_its_plan_once(office: httpx.AsyncClient, session: AsyncSession) -> None:
    workshop, site = await stored_business(session), await stored_site(session, name="演示市场（虚构）")
    plan = await plan_of(office, "supervision", coverage_duties=[workshops(), markets()])
    made = await allocated(office, plan, supervision(candidate(region_code=OTHER_STREET), cover=True))
    address = f"{plan}/allocations/{made['id']}/dispatch"
    answer = await office.post(address, headers=key())
    assert answer.status_code == 201, answer.text
    assert (answer.json()["tasks"], answer.json()["quantity"]) == (3, 10)
    tasks = (await session.scalars(select(SamplingTask).order_by(SamplingTask.quantity, SamplingTask.link))).all()
    assert {task.stream for task in tasks} == {Stream.SUPERVISION}
    assert {str(task.plan_id) for task in tasks} == {plan.rsplit("/", 1)[1]}
    assert [task.quantity for task in tasks] == [1, 1, 8]
    assert {task.business_id for task in tasks} == {workshop.id, None}
    assert any(f"在{site.name}内抽样" in task.instructions for task in tasks)
    assert not any(made["id"] in task.instructions for task in tasks), "people read it, not programs"
    assert all(task.due_on is not None and task.due_on >= TODAY for task in tasks)
    again = await office.post(address, headers=key())
    assert (again.status_code, "已经下达过" in again.json()["detail"]) == (409, True)
    read = (await office.get(f"{plan}/allocations/{made['id']}")).json()
    assert read["dispatched_at"] is not None


@pytest.mark.parametrize(
    ("stream", "body", "pointer"),
    [
        ("supervision", assessment(stratum(STREET, 1)), "/method"),
        ("assessment", supervision(candidate()), "/method"),
        ("supervision", supervision(candidate(), quarter="2001-Q1"), "/quarter"),
        ("supervision", supervision(candidate(region_code=NANHAI)), "/cells/0/region_code"),
        ("supervision", supervision(candidate(), candidate()), "/cells"),
        ("supervision", supervision(), "/cells"),
        ("supervision", supervision(candidate(minimum=11)), "/quantity"),
        ("assessment", assessment(stratum(STREET, 1, maximum=3)), "/quantity"),
        ("assessment", assessment(stratum(STREET, 1), quantity=20_001), "/quantity"),
        ("assessment", assessment(stratum(STREET, 0)), "/cells/0/weight"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_with_its_place_and_leaves_nothing(
    office: httpx.AsyncClient, session: AsyncSession, stream: str, body: dict[str, Any], pointer: str
) -> None:
    plan = await plan_of(office, stream)
    answer = await office.post(f"{plan}/allocations", json=body, headers=key())
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert (await session.scalars(select(Allocation))).all() == []


async def test_only_an_issued_plan_is_allocated_and_dispatched(office: httpx.AsyncClient) -> None:
    draft = await drawn_up(office, year=YEAR)
    body = supervision(candidate())
    answer = await office.post(f"/v1/sampling-plans/{draft['id']}/allocations", json=body, headers=key())
    assert (answer.status_code, "已下达" in answer.json()["detail"]) == (409, True)
    plan = await plan_of(office, "supervision")
    made = await allocated(office, plan, body)
    version = (await office.get(plan)).headers["ETag"]
    assert (await office.post(f"{plan}/closure", headers={"If-Match": version})).status_code == 200
    late = await office.post(f"{plan}/allocations/{made['id']}/dispatch", headers=key())
    assert late.status_code == 409


async def test_allocations_are_made_and_seen_within_ones_regions_only(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    plan = await plan_of(office, "supervision")
    made = await allocated(office, plan, supervision(candidate()))
    address = f"{plan}/allocations/{made['id']}"
    stranger = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    for path in (f"{plan}/allocations", address, f"{address}/verification"):
        assert (await stranger.get(path)).status_code == 404
    for path, body in ((f"{plan}/allocations", supervision(candidate())), (f"{address}/dispatch", None)):
        assert (await stranger.post(path, json=body, headers=key())).status_code == 404
    leader = await client_of(Unit.SAMPLING, Role.LEADER, regions=[HAISHU])
    assert (await leader.get(address)).status_code == 200
    assert (await leader.post(f"{address}/dispatch", headers=key())).status_code == 403
    other = await plan_of(office, "supervision")
    assert (await office.get(f"{other}/allocations/{made['id']}")).status_code == 404
    assert (await office.get(f"{plan}/allocations/{uuid4()}")).status_code == 404


async def test_history_looks_back_as_far_as_asked_and_forward_to_nobody(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await judged(session, 0, 5, sampled_on=date(YEAR - 5, 1, 1))
    await judged(session, 3, 0)
    await stored_sample(session, sampled_on=TODAY)
    plan = await plan_of(office, "supervision")
    seen = []
    for first in (None, f"{YEAR - 6}-01-01"):
        found = await allocated(office, plan, supervision(candidate(), history_from=first))
        seen.append((found["inputs"]["cells"][0]["tested"], found["inputs"]["cells"][0]["failed"]))
    assert seen == [(3, 0), (8, 5)]
