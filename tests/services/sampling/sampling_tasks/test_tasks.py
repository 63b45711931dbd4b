"""Sampling tasks: dispatched by hand and by whistles, given to samplers, called off; who sees which."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples import service as samples
from services.sampling.samples.repository import lock_sample
from services.sampling.sampling_tasks.models import SamplingTask
from services.sampling.sampling_tasks.problems import TaskStepRefused
from services.sampling.sampling_tasks.service import AssignedSampler, Dispatch, assign, dispatch, task_for
from services.sampling.statutory_tasks.models import StatutoryTask
from services.sampling.test_sites.models import Site
from services.sampling.whistles.blowing import blow
from services.sampling.whistles.models import Whistle
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, Link, Stream
from shared.http.auth import Actor
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, STREET, key, rapid_test, step, stored_site
from tests.services.sampling.samples.factory import form_of, put, send_files, taken

BODY = {"stream": "supervision", "link": "circulation", "task_source": "演示", "region_code": STREET, "quantity": 2}
OFFICER = Actor(
    id=uuid4(),
    name="演示人员（虚构）",
    kind="user",
    roles=frozenset({Role.INSPECTOR}),
    regions=(HAISHU,),
    organisation_id=None,
    business_id=None,
    scopes=frozenset(),
)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SAMPLING)


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


async def create(client: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await client.post("/v1/sampling-tasks", json=BODY | change, headers=key())
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def listed(client: httpx.AsyncClient, **wanted: Any) -> list[str]:
    answer = await client.get("/v1/sampling-tasks", params=wanted)
    assert answer.status_code == 200, answer.text
    return [task["id"] for task in answer.json()["items"]]


def pair(*users: UUID) -> list[AssignedSampler]:
    return [AssignedSampler(user, f"演示抽样员{number}（虚构）", None) for number, user in enumerate(users)]


async def blown(session: AsyncSession, site: Site, *stalls: str) -> list[tuple[Whistle, SamplingTask]]:
    """Whistles on invented suspect positives at these stalls, each with the sampling task it gave."""
    tests = [rapid_test(site, stall_number=stall) for stall in stalls]
    assert await blow(session, tests) == len(tests)
    rows = await session.execute(
        select(Whistle, SamplingTask)
        .join(StatutoryTask, StatutoryTask.whistle_id == Whistle.id)
        .join(SamplingTask, SamplingTask.statutory_task_id == StatutoryTask.id)
        .order_by(Whistle.stall_number)
    )
    return [(whistle, task) for whistle, task in rows]


async def test_a_task_by_hand_is_numbered_and_goes_to_the_bureau_of_its_county(officer: httpx.AsyncClient) -> None:
    task = await create(officer, due_on=(day_of(now()) - timedelta(days=1)).isoformat())
    assert task["number"].startswith(f"CY330203-{day_of(now()):%Y%m%d}-")
    assert (task["bureau_code"], task["state"], task["taken"], task["overdue"]) == (HAISHU, "open", 0, True)
    assert (task["category_code"], task["category_name"]) == (None, None)
    noodles = await create(officer, category_code="01.03")
    assert noodles["category_name"] == "挂面"
    elsewhere = await officer.post("/v1/sampling-tasks", json=BODY | {"region_code": NANHAI}, headers=key())
    assert elsewhere.status_code == 403


async def test_what_was_taken_is_counted_and_a_full_task_is_done(officer: httpx.AsyncClient) -> None:
    task = await create(officer, due_on=(day_of(now()) - timedelta(days=1)).isoformat())
    for expected in ((1, "open", True), (2, "done", False)):
        await taken(officer, form_of(uuid4(), uuid4()), task_id=task["id"])
        read = (await officer.get(f"/v1/sampling-tasks/{task['id']}")).json()
        assert (read["taken"], read["state"], read["overdue"]) == expected
    assert await listed(officer, state="done") == [task["id"]]
    assert await listed(officer, state="open") == []


async def test_what_is_due_first_comes_first_over_all_pages_and_what_has_no_day_last(
    officer: httpx.AsyncClient,
) -> None:
    today = day_of(now())
    due = {days: (today + timedelta(days=days)).isoformat() for days in (9, -1, 3)}
    created = {days: (await create(officer, due_on=day))["id"] for days, day in due.items()}
    dayless = (await create(officer))["id"]
    seen, cursor = [], None
    for _ in range(4):
        wanted = {"order": "due", "limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await officer.get("/v1/sampling-tasks", params=wanted)).json()
        seen += [task["id"] for task in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == ([created[-1], created[3], created[9], dayless], None)


async def test_many_orders_are_one_statement(session: AsyncSession) -> None:
    order = Dispatch(stream=Stream.SPECIAL, link=Link.CATERING, task_source="演示", region_code=STREET)
    statements: list[str] = []
    connection = (await session.connection()).sync_connection
    assert connection is not None
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    tasks = await dispatch(session, [order] * 300, None)
    assert len({task.number for task in tasks}) == 300
    assert len([statement for statement in statements if "INSERT INTO sampling_tasks" in statement]) == 1


async def test_a_sampler_sees_what_is_his_and_what_is_nobodys(
    session: AsyncSession, officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    mine, others, free = [await create(officer) for _ in range(3)]
    me = uuid4()
    for task, users in ((mine, (me, uuid4())), (others, (uuid4(), uuid4()))):
        await assign(session, await task_for(session, UUID(task["id"]), OFFICER, lock=True), pair(*users))
    phone = await client_of(Unit.SAMPLING, Role.SAMPLER, regions=[HAISHU], actor_id=me)
    assert set(await listed(phone)) == {mine["id"], free["id"]}
    assert await listed(phone, sampler_id=str(me)) == [mine["id"]]
    assert (await phone.get(f"/v1/sampling-tasks/{others['id']}")).status_code == 404
    abroad = await client_of(Unit.SAMPLING, Role.SAMPLER, regions=[NANHAI], actor_id=me)
    assert await listed(abroad) == []
    for role in (Role.LABORATORY, Role.BUSINESS):
        stranger = await client_of(Unit.SAMPLING, role, regions=[HAISHU])
        assert (await stranger.get("/v1/sampling-tasks")).status_code == 403


async def test_fewer_than_two_are_never_sent_and_only_those_sent_may_sample(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    created = await create(officer)
    task = await task_for(session, UUID(created["id"]), OFFICER, lock=True)
    first, second, third = uuid4(), uuid4(), uuid4()
    with pytest.raises(TaskStepRefused):
        await assign(session, task, pair(first, first))
    await assign(session, task, pair(first, second))
    await send_files(officer)
    draft = (await put(officer, form_of(first, third), task_id=created["id"])).json()
    answer = await officer.post(f"/v1/samples/{draft['id']}/submission", json={"revision": 1})
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/form/samplers/1/user_id", "not_assigned")
    ]


async def test_a_task_is_called_off_once_with_its_reason_and_nothing_is_taken_for_it(
    officer: httpx.AsyncClient,
) -> None:
    task = await create(officer)
    body, headers = {"reason": "（演示）该单位已歇业"}, {"If-Match": '"1"'}
    answer = await officer.post(f"/v1/sampling-tasks/{task['id']}/cancellation", json=body, headers=headers)
    assert (answer.json()["state"], answer.json()["cancelled_because"]) == ("cancelled", body["reason"])
    again = await officer.post(f"/v1/sampling-tasks/{task['id']}/cancellation", json=body, headers={"If-Match": '"2"'})
    assert again.status_code == 409
    await send_files(officer)
    draft = (await put(officer, form_of(uuid4(), uuid4()), task_id=task["id"])).json()
    answer = await officer.post(f"/v1/samples/{draft['id']}/submission", json={"revision": 1})
    assert [error["code"] for error in answer.json()["errors"]] == ["task"]


async def test_each_whistle_gives_a_sampling_task_of_the_same_number(session: AsyncSession) -> None:
    site = await stored_site(session)
    given = await blown(session, site, "A-1", "A-2")
    assert len(given) == 2
    for whistle, task in given:
        assert (task.food_name, task.region_code, task.bureau_code) == (whistle.product_name, STREET, HAISHU)
        assert (task.stream, task.quantity) == (Stream.SUPERVISION, 1)
        assert task.number.startswith("JC330203-")
        assert task.due_on is not None


@pytest.mark.parametrize("same_lot", [True, False])
async def test_the_sample_of_a_whistles_task_is_the_whistles_sample(
    session: AsyncSession, officer: httpx.AsyncClient, same_lot: bool
) -> None:
    [(whistle, task)] = await blown(session, await stored_site(session), "A-1")
    unsaid = form_of(uuid4(), uuid4())
    await send_files(officer)
    draft = (await put(officer, unsaid, task_id=str(task.id))).json()
    answer = await officer.post(f"/v1/samples/{draft['id']}/submission", json={"revision": 1})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/form/basics/same_lot_as_held"]

    form = form_of(uuid4(), uuid4(), basics={"same_lot_as_held": same_lot})
    sample = await taken(officer, form, task_id=str(task.id))
    read = (await officer.get(f"/v1/whistles/{whistle.id}")).json()
    assert (read["state"], read["same_lot"], read["task"]["sample_number"]) == ("sampled", same_lot, sample["number"])
    assert read["entries"][-1]["kind"] == "sampled"
    assert {clock["code"]: clock["state"] for clock in read["clocks"]}["statutory_sampling_follow_up"] == "met"
    assert read["proposal"] is None, "nothing is concluded yet"


@pytest.mark.parametrize(
    ("conclusion", "same_lot", "proposed"),
    [
        (Conclusion.UNQUALIFIED, True, "confirmed"),
        (Conclusion.UNQUALIFIED, False, "confirmed"),
        (Conclusion.QUALIFIED, True, "unconfirmed"),
        (Conclusion.QUALIFIED, False, "unreachable"),
        (Conclusion.UNDETERMINED, True, None),
        (Conclusion.PROBLEM, True, None),
    ],
)
async def test_the_conclusion_is_proposed_to_the_officer_who_decides(
    session: AsyncSession,
    officer: httpx.AsyncClient,
    client_of: ClientOf,
    conclusion: Conclusion,
    same_lot: bool,
    proposed: str | None,
) -> None:
    [(whistle, task)] = await blown(session, await stored_site(session), "A-1")
    form = form_of(uuid4(), uuid4(), basics={"same_lot_as_held": same_lot})
    sample = await lock_sample(session, UUID((await taken(officer, form, task_id=str(task.id)))["id"]))
    assert sample is not None
    await samples.receive(session, sample, uuid4(), now(), OFFICER)
    await samples.report(session, sample, "演示-报告-1", now(), OFFICER)
    await samples.conclude(session, sample, conclusion, now(), OFFICER)
    clock = await samples.keep_backup(session, sample)
    assert clock is not None
    kept = "qualified" if conclusion is Conclusion.QUALIFIED else "unqualified"
    assert clock.code == f"backup_sample_{kept}_retention", "only a pass shortens the keeping"
    read = (await officer.get(f"/v1/whistles/{whistle.id}")).json()
    assert read["state"] == "sampled", "nobody has decided"
    assert (read["proposal"] and read["proposal"]["outcome"]) == proposed
    phone = await client_of(Unit.SAMPLING, Role.SAMPLER, regions=[HAISHU])
    assert (await phone.get(f"/v1/whistles/{whistle.id}")).json()["proposal"] is None


async def test_a_whistle_that_needs_no_sample_withdraws_its_task(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    (first, of_first), (second, of_second) = await blown(session, await stored_site(session), "A-1", "A-2")
    outside = {"sample_number": "XBJ26330203000001", "same_lot": True}
    assert (await step(officer, first.id, "statutory-sample", 1, **outside)).status_code == 200
    gone = {"outcome": "unreachable", "note": "（演示）货物已售完"}
    assert (await step(officer, second.id, "outcome", 1, **gone)).status_code == 200
    for task, words in ((of_first, "XBJ26330203000001"), (of_second, "无法复核")):
        read = (await officer.get(f"/v1/sampling-tasks/{task.id}")).json()
        assert read["state"] == "cancelled"
        assert words in read["cancelled_because"]


async def test_a_whistles_task_is_not_called_off_by_hand(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    [(_, task)] = await blown(session, await stored_site(session), "A-1")
    answer = await officer.post(
        f"/v1/sampling-tasks/{task.id}/cancellation", json={"reason": "演示"}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 409
