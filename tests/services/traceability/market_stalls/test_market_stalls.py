"""A market's operator reads what its stalls recorded, as long as the register of businesses has them there."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.traceability.market_stalls.subscribers import on_business_related
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessRelated, RelationKind
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf

HAISHU = "330203000000"


def related(stall: UUID, market: UUID, **change: Any) -> BusinessRelated:
    facts: dict[str, Any] = {
        "relation_id": uuid4(),
        "version": 1,
        "kind": RelationKind.STALL_OF,
        "business_id": stall,
        "other_id": market,
        "valid_from": date(2026, 7, 1),
        "valid_to": None,
    }
    return BusinessRelated(**facts | change)


async def activated(client_of: ClientOf, stall: UUID) -> None:
    shop = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=stall)
    body = {
        "name": "演示场内摊位（虚构）",
        "kind": "stall",
        "region_code": HAISHU,
        "address": "演示市场 1 号",
        "contact": "0574-00000001",
    }
    answer = await shop.put(f"/v1/subjects/{stall}", json=body)
    assert answer.status_code == 200, answer.text


async def sees(operator: httpx.AsyncClient, stall: UUID) -> bool:
    return (await operator.get(f"/v1/subjects/{stall}")).status_code == 200


async def test_from_the_day_it_stands_there_to_the_day_it_left(client_of: ClientOf, session_of: SessionOf) -> None:
    session, today = await session_of(Unit.TRACEABILITY), day_of(now())
    stall, market, other = uuid4(), uuid4(), uuid4()
    await activated(client_of, stall)
    operator = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=market)
    another = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=other)
    assert not await sees(operator, stall)

    begun = related(stall, market)
    await on_business_related(session, begun)
    assert await sees(operator, stall)
    assert not await sees(another, stall)

    await on_business_related(session, begun.model_copy(update={"version": 2, "valid_to": today}))
    assert not await sees(operator, stall)
    await on_business_related(session, begun)  # late, and told twice
    assert not await sees(operator, stall)


async def test_a_stall_of_tomorrow_and_a_tenant_of_today_are_none_of_the_markets(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    session, market, today = await session_of(Unit.TRACEABILITY), uuid4(), day_of(now())
    operator = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=market)
    for change in ({"valid_from": today + timedelta(days=1)}, {"kind": RelationKind.RENTS_FROM}):
        stall = uuid4()
        await activated(client_of, stall)
        await on_business_related(session, related(stall, market, **change))
        assert not await sees(operator, stall)
