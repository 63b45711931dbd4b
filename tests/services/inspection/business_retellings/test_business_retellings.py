"""A unit that began to listen late learns of the businesses registered before; who knows them learns nothing."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_retellings import service
from services.inspection.businesses.models import Business
from services.traceability.subjects.models import Subject
from services.traceability.subjects.subscribers import on_business
from shared.contracts.codes import Role, Unit
from shared.contracts.event import REGISTRY
from shared.events.models import OutboxDelivery, OutboxEvent
from shared.ids import uuid7
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, business


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


async def entered(client_of: ClientOf, count: int) -> None:
    officer = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    for number in range(count):
        file = business(name=f"演示老店{number}（虚构）", uscc=None, kind="stall")
        answer = await officer.put(f"/v1/businesses/{uuid7()}", json=file)
        assert answer.status_code == 201, answer.text


async def told(session: AsyncSession) -> list[dict[str, Any]]:
    """Tell the whole register in chunks; what goes to traceability."""
    await session.execute(delete(OutboxDelivery))
    await session.execute(delete(OutboxEvent))
    after, count = None, 0
    while True:
        after, some = await service.tell_some(session, after)
        if after is None:
            break
        count += some
    rows = (
        await session.execute(
            select(OutboxEvent.type, OutboxEvent.data)
            .join(OutboxDelivery, OutboxDelivery.event_id == OutboxEvent.id)
            .where(OutboxDelivery.target == Unit.TRACEABILITY.value)
        )
    ).all()
    assert len(rows) == count
    return [{"type": row.type, "data": row.data} for row in rows]


async def test_the_whole_register_is_told_chunk_by_chunk_and_twice_changes_nothing(
    client_of: ClientOf, session: AsyncSession, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    await entered(client_of, 5)
    chain = await session_of(Unit.TRACEABILITY)
    for _ in range(2):
        events = await told(session)
        for event in events:
            await on_business(chain, REGISTRY[event["type"]].model_validate(event["data"]))  # type: ignore[arg-type]
        subjects = (await chain.scalars(select(Subject).where(Subject.name.like("演示老店%")))).all()
        assert len(subjects) == 5
        assert {(one.version, one.activated_at) for one in subjects} == {(2, None)}
    assert len(events) == await session.scalar(select(func.count()).select_from(Business))


BODY = {"reason": "追溯服务新近启用（演示）"}


async def test_only_an_administrator_orders_it(client_of: ClientOf) -> None:
    headers = {"Idempotency-Key": "0199f3a0-retell"}
    administrator = await client_of(Unit.INSPECTION, Role.ADMINISTRATOR, regions=[HAISHU])
    ordered = await administrator.post("/v1/business-retellings", json=BODY, headers=headers)
    assert ordered.status_code == 202, ordered.text
    assert (ordered.json()["kind"], ordered.headers["location"]) == (service.JOB, f"/v1/jobs/{ordered.json()['id']}")
    officer = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    assert (await officer.post("/v1/business-retellings", json=BODY, headers=headers)).status_code == 403
