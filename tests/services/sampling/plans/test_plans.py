"""Sampling plans over HTTP: drawn up, issued, closed; one stream each; targets in whole samples with their steps."""

from typing import Any

import httpx
import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Stream
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, NANHAI, STREET, key
from tests.services.sampling.plans.factories import (
    drawn_up,
    issued,
    plan_body,
    region_target,
    stated_population,
    task_of,
    workshops,
)


def changes_of(plan: dict[str, Any], **change: Any) -> dict[str, Any]:
    names = ("title", "stream", "task_source", "quantity", "note")
    return {name: plan[name] for name in names} | change


async def test_a_plan_is_drawn_up_once_changed_issued_and_closed(office: httpx.AsyncClient) -> None:
    body, headers = plan_body(region_targets=[region_target()], coverage_duties=[workshops()]), key()
    first = await office.post("/v1/sampling-plans", json=body, headers=headers)
    again = await office.post("/v1/sampling-plans", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    address = first.headers["Location"]
    assert (await office.get(address)).json() == first.json()
    changed = changes_of(first.json(), quantity=200, region_targets=[region_target(rate="6")])
    answer = await office.put(address, json=changed, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["quantity"], answer.json()["region_targets"][0]["rate"]) == (200, "6")
    assert answer.json()["coverage_duties"] == []
    assert (await office.put(address, json=changed, headers={"If-Match": '"1"'})).status_code == 412
    assert (await office.put(address, json=changed)).status_code == 428
    assert (await office.post(f"{address}/closure", headers={"If-Match": '"2"'})).status_code == 409
    states = []
    for version, step in ((2, "issue"), (3, "closure")):
        answer = await office.post(f"{address}/{step}", headers={"If-Match": f'"{version}"'})
        states.append(answer.json()["state"])
    assert states == ["issued", "closed"]
    refused = await office.put(address, json=changed, headers={"If-Match": '"4"'})
    assert (refused.status_code, refused.json()["detail"]) == (409, "这一步要求计划处于“拟定中”，现在是“已结束”")


async def test_targets_are_shown_in_whole_samples_with_the_population_they_rest_on(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await stated_population(session, 1_053_000)
    targets = [region_target(), region_target(region_code=STREET, rate="7", rate_unit="pieces_per_thousand")]
    plan = await drawn_up(office, region_targets=targets)
    whole, street = plan["region_targets"]
    assert (whole["quantity"], whole["state"], whole["population_verified"]) == (4739, "value", False)
    assert "× 1053000 人 ÷ 1000 = 4738.5" in whole["steps"]
    assert (street["quantity"], street["state"], street["persons"]) == (None, "missing", None)
    assert "人口没有登记" in street["steps"]


async def test_issuing_freezes_the_population_and_what_nobody_stated_is_read_when_somebody_does(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await stated_population(session, 1_053_000)
    plan = await issued(office, region_targets=[region_target(), region_target(region_code=STREET, rate="7")])
    await stated_population(session, 2_000_000)
    await stated_population(session, 50_000, code=STREET)
    whole, street = (await office.get(f"/v1/sampling-plans/{plan['id']}")).json()["region_targets"]
    assert (whole["quantity"], whole["population_frozen"]) == (4739, True)
    assert (street["quantity"], street["population_frozen"]) == (350, False)


async def test_a_plan_that_does_not_add_up_is_refused_with_every_place(office: httpx.AsyncClient) -> None:
    category = {"link": "catering", "quantity": 60}
    body = plan_body(
        region_targets=[region_target(), region_target(), region_target(region_code=NANHAI)],
        category_targets=[category, category],
        coverage_duties=[],
    )
    answer = await office.post("/v1/sampling-plans", json=body, headers=key())
    assert answer.status_code == 422
    places = {error["pointer"]: error["message"] for error in answer.json()["errors"]}
    assert set(places) == {
        "/region_targets/1",
        "/region_targets/2/region_code",
        "/category_targets/1",
        "/category_targets",
    }
    assert "合计 120 批次，超过全年计划 100 批次" in places["/category_targets"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"stream": ["supervision", "assessment"]}, "/stream"),
        ({"streams": ["supervision"]}, "/streams"),
        ({"region_targets": [region_target(rate="0")]}, "/region_targets/0/rate"),
        ({"region_targets": [region_target(counted_streams=[])]}, "/region_targets/0/counted_streams"),
        ({"coverage_duties": [workshops(place="site")]}, "/coverage_duties/0"),
        ({"quantity": 0}, "/quantity"),
    ],
)
async def test_what_is_no_plan_is_refused_with_its_place(
    office: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    answer = await office.post("/v1/sampling-plans", json=plan_body(**change), headers=key())
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_town_organises_no_plan_and_a_title_is_taken_once_a_year(office: httpx.AsyncClient) -> None:
    answer = await office.post("/v1/sampling-plans", json=plan_body(region_code=STREET), headers=key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/region_code")
    plan = await drawn_up(office)
    again = await office.post("/v1/sampling-plans", json=plan_body(title=plan["title"]), headers=key())
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (409, "/title")
    next_year = plan_body(title=plan["title"], year=plan["year"] + 1)
    assert (await office.post("/v1/sampling-plans", json=next_year, headers=key())).status_code == 201


async def test_the_database_itself_refuses_a_task_of_another_stream_than_its_plan(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    plan = await issued(office)
    await task_of(session, plan)
    with pytest.raises(IntegrityError, match="fk_sampling_tasks_plan_id_stream_sampling_plans"):
        async with session.begin_nested():
            await task_of(session, plan, stream=Stream.RISK_MONITORING)


async def test_plans_are_listed_read_and_kept_within_ones_regions_only(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    plan = await drawn_up(office)
    outside = await office.post("/v1/sampling-plans", json=plan_body(region_code=NANHAI), headers=key())
    assert outside.status_code == 403
    stranger = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    address = f"/v1/sampling-plans/{plan['id']}"
    assert (await stranger.get(address)).status_code == 404
    assert (await stranger.get("/v1/sampling-plans")).json()["items"] == []
    for method, path in (("PUT", address), ("POST", f"{address}/issue"), ("POST", f"{address}/closure")):
        body = changes_of(plan) if method == "PUT" else None
        answer = await stranger.request(method, path, json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 404
    leader = await client_of(Unit.SAMPLING, Role.LEADER, regions=[HAISHU])
    assert (await leader.get(address)).status_code == 200
    assert (await leader.post(f"{address}/issue", headers={"If-Match": '"1"'})).status_code == 403
    for role in (Role.SAMPLER, Role.LABORATORY, Role.MARKET_OPERATOR, Role.BUSINESS):
        nobody = await client_of(Unit.SAMPLING, role, regions=[HAISHU])
        assert (await nobody.get(address)).status_code == 403


async def test_plans_are_narrowed_by_year_stream_and_state(office: httpx.AsyncClient) -> None:
    supervision = await issued(office)
    monitoring = await drawn_up(office, stream="risk_monitoring", year=2027)

    async def listed(**query: Any) -> list[str]:
        return [plan["id"] for plan in (await office.get("/v1/sampling-plans", params=query)).json()["items"]]

    assert await listed(year=2027) == [monitoring["id"]]
    assert await listed(stream="supervision") == [supervision["id"]]
    assert await listed(state="issued") == [supervision["id"]]
    assert await listed(region=STREET) == []
