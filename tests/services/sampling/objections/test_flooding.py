"""One party files one thing once: a second objection of a kind, or a second re-test, beside an open one is refused."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.objections.filing import object_to_result
from services.sampling.objections.models import Objection
from services.sampling.objections.problems import ObjectionAlreadyOpen
from services.sampling.objections.schemas import ResultObjectionCreate
from services.sampling.retests.models import Retest
from services.sampling.retests.problems import RetestAlreadyOpen
from services.sampling.retests.schemas import RetestApplication
from services.sampling.retests.service import apply
from shared.contracts.codes import Role, Unit
from shared.contracts.disposals import ObjectionKind, ServiceMethod
from shared.contracts.statutory_sampling import CaseSide
from shared.database import create_engine, create_sessions
from shared.http.auth import Actor
from shared.times import now
from tests.conftest import settings_of
from tests.services.sampling.disposals.making import HAISHU, concluded_sample, done, opened, path_of
from tests.services.sampling.objections.making import applied, filed, served


@pytest.mark.parametrize("kind", ["result", "authenticity"])
async def test_a_second_objection_of_a_kind_names_the_open_one(
    session: AsyncSession, handler: httpx.AsyncClient, kind: str
) -> None:
    cases = await opened(session)
    for case in cases.values():
        await served(handler, case)
    path = f"{path_of(cases[CaseSide.PRODUCER])}/objections"
    first = (await filed(handler, path, kind=kind)).json()
    second = await filed(handler, path, kind=kind)
    assert (second.status_code, second.json()["type"]) == (409, "/problems/objection-already-open")
    assert second.json()["objection_id"] == first["id"]
    assert (await filed(handler, path, kind="inspection_process")).status_code == 201, "another kind is another matter"
    other_side = await filed(handler, f"{path_of(cases[CaseSide.SELLER])}/objections", kind="result")
    assert other_side.status_code == 201, other_side.text
    await done(handler, f"/v1/objections/{first['id']}", "withdrawal", note="演示：补充后再提")
    assert (await filed(handler, path, kind=kind)).status_code == 201


async def test_a_second_objection_to_the_taking_names_the_open_one(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    path = f"/v1/samples/{(await concluded_sample(session, taken_at=now())).id}/sampling-objections"
    first, second = await filed(handler, path), await filed(handler, path)
    assert (first.status_code, second.status_code) == (201, 409), first.text
    assert second.json()["objection_id"] == first.json()["id"]


async def test_a_second_application_for_a_re_test_names_the_open_one(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await served(handler, case)
    first = await applied(handler, case)
    second = await filed(handler, f"{path_of(case)}/retests")
    assert (second.status_code, second.json()["type"]) == (409, "/problems/retest-already-open")
    assert second.json()["retest_id"] == first["id"]


async def test_of_twenty_at_once_one_is_taken(fresh_database: str) -> None:
    engine = create_engine(settings_of(Unit.SAMPLING, fresh_database))
    sessions = create_sessions(engine)
    shop = uuid4()
    party = Actor(
        id=uuid4(),
        name="演示店主（虚构）",
        kind="user",
        roles=frozenset({Role.BUSINESS}),
        regions=(HAISHU,),
        organisation_id=None,
        business_id=shop,
        scopes=frozenset(),
    )
    application = RetestApplication(note="对结论有异议（演示）")
    objection = ResultObjectionCreate(note="对结论有异议（演示）", kind=ObjectionKind.RESULT)
    try:
        async with sessions() as session, session.begin():
            case = (await opened(session, await concluded_sample(session, business_id=shop)))[CaseSide.SELLER]
            for notice in case.notices:
                notice.served_at = notice.recorded_at = case.received_at
                notice.method = ServiceMethod.IN_PERSON
            case_id: UUID = case.id

        async def flood(number: int) -> bool:
            try:
                async with sessions() as session, session.begin():
                    if number % 2:
                        await apply(session, case_id, application, party)
                    else:
                        await object_to_result(session, case_id, objection, party)
            except (RetestAlreadyOpen, ObjectionAlreadyOpen):
                return False
            return True

        assert sum(await asyncio.gather(*(flood(number) for number in range(20)))) == 2
        async with sessions() as session:
            for table in (Retest, Objection):
                assert await session.scalar(select(func.count()).select_from(table)) == 1
    finally:
        await engine.dispose()
