"""Draws for sampling tasks: who is drawn is sent, everything needed to reckon it again is shown, nothing is lost."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.assignment_draws.models import AssignmentDraw, DrawPurpose
from services.sampling.assignment_draws.problems import DrawImpossible, RedrawUnexplained
from services.sampling.assignment_draws.service import draw_laboratory, fit_for_retest, send_to_drawn_laboratory
from services.sampling.laboratories.rules import Need
from services.sampling.laboratory_assignments.repository import assignments_of
from services.sampling.samples.repository import lock_sample
from services.sampling.sampling_tasks.models import SamplingTask
from services.sampling.sampling_tasks.repository import samplers_of
from services.sampling.separation.service import NotApart, take_part
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Duty, SampleState
from shared.ids import uuid7
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.apart import (
    person,
    stored_laboratory,
    stored_sampler,
    stored_task,
    taken_sample,
    today,
)
from tests.services.sampling.factories import HAISHU, NANHAI, OTHER_STREET, STREET, key

SEED = "00" * 31 + "2a"


class Bureau:
    """A bureau with a task, and who asks for draws."""

    def __init__(self, session: AsyncSession, task: SamplingTask, http: httpx.AsyncClient) -> None:
        self.session, self.task, self.http = session, task, http

    async def draw(self, **body: Any) -> httpx.Response:
        path = f"/v1/sampling-tasks/{self.task.id}/assignment-draws"
        return await self.http.post(path, json=body, headers=key())


@pytest.fixture
async def bureau(session_of: SessionOf, client_of: ClientOf) -> Bureau:
    session = await session_of(Unit.SAMPLING)
    http = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    return Bureau(session, await stored_task(session, region_code=STREET), http)


async def test_the_drawn_samplers_are_sent_and_the_draw_can_be_reckoned_again_from_the_answer(bureau: Bureau) -> None:
    for _ in range(5):
        await stored_sampler(bureau.session)
        await stored_laboratory(bureau.session)
    answer = await bureau.draw(items=["孔雀石绿"])
    assert answer.status_code == 201, answer.text
    drawn = (await bureau.http.get(answer.headers["location"])).json()
    assert drawn["recomputed"] is True

    seed, task = bytes.fromhex(drawn["seed"]), bureau.task.id.bytes
    canonical = json.dumps(drawn["roster"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == drawn["roster_sha256"]

    def winners(kind: str) -> list[str]:
        fit = [row["id"] for row in drawn["roster"][kind] if row["excluded_because"] is None]
        return sorted(fit, key=lambda one: hashlib.sha256(seed + task + UUID(one).bytes).hexdigest())

    assert drawn["sampler_ids"] == winners("samplers")[:2]
    assert drawn["laboratory_id"] == winners("laboratories")[0]
    sent = await samplers_of(bureau.session, [bureau.task.id])
    assert {str(sampler.user_id) for sampler in sent} == set(drawn["sampler_ids"])


async def test_everybody_who_cannot_be_drawn_stands_on_the_roster_with_the_reason(bureau: Bureau) -> None:
    day = today()
    fit = [await stored_sampler(bureau.session) for _ in range(2)]
    unfit = {
        (await stored_sampler(bureau.session, region_code=OTHER_STREET)).id: "不在其抽样区域内",
        (await stored_sampler(bureau.session, valid_to=day - timedelta(days=1))).id: "资格有效期",
        (await stored_sampler(bureau.session, active=False)).id: "名册中已停用",
        (
            await stored_sampler(bureau.session, leaves=[{"first_day": day.isoformat(), "last_day": day.isoformat()}])
        ).id: "请假",
    }
    related = await stored_sampler(bureau.session)
    laboratory = await stored_laboratory(bureau.session)
    unfit_houses = {
        (await stored_laboratory(bureau.session, serves=[NANHAI])).id: "没有承接该区域",
        (await stored_laboratory(bureau.session, cma_valid_to=day - timedelta(days=1))).id: "资质认定有效期",
        (await stored_laboratory(bureau.session, scope=[{"category_code": None, "items": ["镉"]}])).id: "不含项目",
    }
    await stored_sampler(bureau.session, region_code=NANHAI)  # another county's: not on this roster at all
    exclude = [{"id": str(related.id), "reason": "与被抽样单位有亲属关系"}]
    drawn = (await bureau.draw(items=["孔雀石绿"], exclude=exclude)).json()
    reasons = {row["id"]: row["excluded_because"] for rows in drawn["roster"].values() for row in rows}
    for one, because in (unfit | unfit_houses).items():
        assert because in reasons[str(one)]
    assert reasons[str(related.id)] == "回避：与被抽样单位有亲属关系"
    assert set(drawn["sampler_ids"]) == {str(one.id) for one in fit}
    assert drawn["laboratory_id"] == str(laboratory.id)
    assert len(drawn["roster"]["samplers"]) == 7


async def test_a_seed_that_was_made_known_before_gives_what_everybody_could_foretell(bureau: Bureau) -> None:
    for _ in range(4):
        await stored_sampler(bureau.session)
        await stored_laboratory(bureau.session)
    assert (await bureau.draw(seed=SEED)).status_code == 422
    drawn = (await bureau.draw(seed=SEED, seed_source="（演示）2026-07-23 开奖公告")).json()
    again = (await bureau.draw(seed=SEED, seed_source="（演示）2026-07-23 开奖公告", reason="演示重抽")).json()
    assert (again["sampler_ids"], again["laboratory_id"]) == (drawn["sampler_ids"], drawn["laboratory_id"])
    assert (drawn["seed"], drawn["seed_source"]) == (SEED, "（演示）2026-07-23 开奖公告")


async def test_drawing_again_needs_a_reason_and_hides_nothing(bureau: Bureau) -> None:
    for _ in range(4):
        await stored_sampler(bureau.session)
    await stored_laboratory(bureau.session)
    first = (await bureau.draw()).json()
    refused = await bureau.draw()
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    second = (await bureau.draw(reason="抽中人员受伤")).json()
    path = "/v1/assignment-draws"
    listed = (await bureau.http.get(path, params={"subject_id": str(bureau.task.id)})).json()["items"]
    assert [draw["id"] for draw in listed] == [second["id"], first["id"]]
    assert listed[1] == first
    assert (second["number"], second["reason"]) == (2, "抽中人员受伤")


async def test_too_few_are_said_with_everybodys_reason_and_nothing_is_stored(bureau: Bureau) -> None:
    await stored_sampler(bureau.session, name="演示甲", active=False)
    await stored_sampler(bureau.session)
    await stored_laboratory(bureau.session)
    refused = await bureau.draw()
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/draw-impossible")
    assert "演示甲：名册中已停用" in refused.json()["detail"]
    assert (await bureau.http.get("/v1/assignment-draws")).json()["items"] == []


async def test_a_draw_that_was_tampered_with_says_so(bureau: Bureau) -> None:
    people = [await stored_sampler(bureau.session) for _ in range(4)]
    await stored_laboratory(bureau.session)
    drawn = (await bureau.draw()).json()
    stored = await bureau.session.get(AssignmentDraw, UUID(drawn["id"]))
    assert stored is not None
    loser = next(one.id for one in people if str(one.id) not in drawn["sampler_ids"])
    stored.sampler_ids = [loser, *stored.sampler_ids[1:]]
    await bureau.session.flush()
    assert (await bureau.http.get(f"/v1/assignment-draws/{drawn['id']}")).json()["recomputed"] is False


async def test_draws_of_other_regions_are_not_there(bureau: Bureau, client_of: ClientOf) -> None:
    for _ in range(2):
        await stored_sampler(bureau.session)
    await stored_laboratory(bureau.session)
    drawn = (await bureau.draw()).json()
    elsewhere = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await elsewhere.get(f"/v1/assignment-draws/{drawn['id']}")).status_code == 404
    assert (await elsewhere.get("/v1/assignment-draws")).json()["items"] == []


async def test_samples_go_to_the_laboratory_drawn_for_their_task_and_move_with_a_new_draw(bureau: Bureau) -> None:
    office = person(Role.FOOD_SAFETY_OFFICE)
    for _ in range(2):
        await stored_sampler(bureau.session)
    houses = [await stored_laboratory(bureau.session) for _ in range(2)]
    first = (await bureau.draw(items=["孔雀石绿"])).json()
    sample = await taken_sample(bureau.session, task_id=bureau.task.id)
    received = await taken_sample(bureau.session, task_id=bureau.task.id)
    for one in (sample, received):
        await send_to_drawn_laboratory(bureau.session, one, office)
    received.receive(UUID(first["laboratory_id"]), sample.taken_at)  # type: ignore[arg-type]
    again = await bureau.draw(
        items=["镉"], reason="该机构停业", exclude=[{"id": first["laboratory_id"], "reason": "停业"}]
    )
    second = again.json()
    assert {first["laboratory_id"], second["laboratory_id"]} == {str(house.id) for house in houses}
    history = await assignments_of(bureau.session, sample.id)
    assert [(str(one.draw_id), one.current, one.items) for one in history] == [
        (first["id"], False, ["孔雀石绿"]),
        (second["id"], True, ["镉"]),
    ]
    [kept] = await assignments_of(bureau.session, received.id)
    assert str(kept.laboratory_id) == first["laboratory_id"]


async def test_a_sample_without_a_task_or_a_draw_goes_nowhere_by_itself(bureau: Bureau) -> None:
    for sample in (await taken_sample(bureau.session), await taken_sample(bureau.session, task_id=bureau.task.id)):
        await send_to_drawn_laboratory(bureau.session, sample, person(Role.SAMPLER))
        assert await assignments_of(bureau.session, sample.id) == []


async def test_an_officer_names_a_laboratory_with_a_reason_unless_it_took_the_sample(bureau: Bureau) -> None:
    sample = await taken_sample(bureau.session)
    house, sampling_house = [await stored_laboratory(bureau.session) for _ in range(2)]
    expired = await stored_laboratory(bureau.session, cma_valid_to=today() - timedelta(days=1))
    await take_part(bureau.session, sample.id, Duty.SAMPLER, person(Role.SAMPLER, house=sampling_house.id))
    path = f"/v1/samples/{sample.id}/laboratory"

    async def choose(laboratory_id: UUID, **change: Any) -> httpx.Response:
        body = {"laboratory_id": str(laboratory_id), "items": ["镉"], "reason": "仅此一家有资质"} | change
        return await bureau.http.put(path, json=body, headers={"If-Match": f'"{sample.version}"'})

    assert (await choose(house.id, reason="")).status_code == 422
    assert (await choose(expired.id)).json()["type"] == "/problems/laboratory-unfit"
    assert (await choose(uuid7())).status_code == 404
    assert (await choose(sampling_house.id)).json()["type"] == "/problems/duties-not-apart"
    chosen = await choose(house.id)
    assert chosen.status_code == 200, chosen.text
    [assignment] = (await bureau.http.get(path)).json()["items"]
    assert (assignment["laboratory_id"], assignment["draw_id"]) == (str(house.id), None)
    stored = await lock_sample(bureau.session, sample.id)
    assert stored is not None
    assert stored.entries[-1].note == "仅此一家有资质"
    stored.state = SampleState.REJECTED
    await bureau.session.flush()
    assert (await choose(house.id)).status_code == 409


async def test_a_laboratory_for_a_retest_is_another_one_of_the_roster(bureau: Bureau) -> None:
    """The first laboratory is excluded with its reason; who is not on the roster of re-tests is not drawn."""
    actor, objection = person(Role.FOOD_SAFETY_OFFICE), uuid7()
    first = await stored_laboratory(bureau.session, on_retest_roster=True)
    second = await stored_laboratory(bureau.session, on_retest_roster=True)
    await stored_laboratory(bureau.session)

    async def draw(reason: str = "", **exclude: str) -> AssignmentDraw:
        return await draw_laboratory(
            bureau.session,
            purpose=DrawPurpose.RETEST,
            subject_id=objection,
            region_code=STREET,
            candidates_filter=fit_for_retest(Need(frozenset(), frozenset({"镉"})), today()),
            exclude={first.id: "初检机构"} | {UUID(one): why for one, why in exclude.items()},
            actor=actor,
            reason=reason,
        )

    drawn = await draw()
    assert (drawn.laboratory_id, drawn.sampler_ids) == (second.id, [])
    reasons = {row["id"]: row["excluded_because"] for row in drawn.roster["laboratories"]}
    assert reasons[str(first.id)] == "初检机构"
    with pytest.raises(RedrawUnexplained):
        await draw()
    with pytest.raises(DrawImpossible):
        await draw("该机构拒绝", **{str(second.id): "书面拒绝"})


async def test_a_drawn_laboratory_does_not_get_what_its_own_people_took(bureau: Bureau) -> None:
    for _ in range(2):
        await stored_sampler(bureau.session)
    house = await stored_laboratory(bureau.session)
    await bureau.draw()
    sample = await taken_sample(bureau.session, task_id=bureau.task.id)
    await take_part(bureau.session, sample.id, Duty.SAMPLER, person(Role.SAMPLER, house=house.id))
    with pytest.raises(NotApart):
        await send_to_drawn_laboratory(bureau.session, sample, person(Role.SAMPLER))
