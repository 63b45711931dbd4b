"""Administrators see the events that nobody would take, and send them again."""

from sqlalchemy import text

from shared.contracts.codes import Role, Unit
from shared.events import repository
from shared.ids import uuid7
from tests.conftest import ClientOf, SessionOf

HAISHU = "330203000000"


async def park_one(session_of: SessionOf) -> str:
    """A parked event in sampling; its id."""
    session, identifier = await session_of(Unit.SAMPLING), uuid7()
    data = {"number": 1, "region_code": HAISHU}
    row = {"id": str(identifier), "type": "sampling.rapid_test.failed.v1", "subject": "虚构", "traceparent": None}
    await repository.write(session, [row | {"data": data, "targets": ["scoring", "inspection"]}])
    await repository.postpone(session, "scoring", identifier, "主体未登记", None)
    return str(identifier)


async def test_a_parked_event_is_shown_with_its_target_and_its_reason(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    identifier = await park_one(session_of)
    administrator = await client_of(Unit.SAMPLING, Role.ADMINISTRATOR, regions=["330200000000"])
    (shown,) = (await administrator.get("/v1/parked-events")).json()["items"]
    assert (shown["id"], shown["target"], shown["last_error"]) == (identifier, "scoring", "主体未登记")
    assert shown["data"] == {"number": 1, "region_code": HAISHU}


async def test_what_an_event_tells_of_another_region_is_kept_back(session_of: SessionOf, client_of: ClientOf) -> None:
    identifier = await park_one(session_of)
    stranger = await client_of(Unit.SAMPLING, Role.ADMINISTRATOR, regions=["440605000000"])
    (shown,) = (await stranger.get("/v1/parked-events")).json()["items"]
    assert (shown["id"], shown["last_error"], shown["data"]) == (identifier, "主体未登记", None)


async def test_it_is_sent_again_only_to_whom_would_not_take_it(session_of: SessionOf, client_of: ClientOf) -> None:
    identifier = await park_one(session_of)
    administrator = await client_of(Unit.SAMPLING, Role.ADMINISTRATOR)
    answer = await administrator.post(f"/v1/parked-events/{identifier}/retry")
    assert (answer.status_code, answer.json()["targets"]) == (202, ["scoring"])
    session = await session_of(Unit.SAMPLING)
    attempts = (await session.execute(text("SELECT attempts, parked_at FROM outbox_deliveries"))).all()
    assert attempts == [(0, None), (0, None)]
    assert (await administrator.post(f"/v1/parked-events/{identifier}/retry")).status_code == 404


async def test_nobody_else_sees_them(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.SAMPLING, Role.INSPECTOR)
    assert (await inspector.get("/v1/parked-events")).status_code == 403
