"""Subjects for tests, all invented (虚构)."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf

HAISHU, NANHAI = "330203000000", "440605000000"


async def activate(caller: httpx.AsyncClient, business_id: UUID, name: str, **more: Any) -> dict[str, Any]:
    body = {
        "name": name,
        "region_code": HAISHU,
        "address": "演示路 8 号（虚构）",
        "contact": "0574-00000000（虚构）",
    } | more
    answer = await caller.put(f"/v1/subjects/{business_id}", json=body)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def shop(client_of: ClientOf, name: str, *, region: str = HAISHU, **more: Any) -> tuple[UUID, httpx.AsyncClient]:
    """An activated business and a caller who acts for it."""
    business_id = uuid4()
    caller = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[region], business_id=business_id)
    await activate(caller, business_id, name, region_code=region, **more)
    return business_id, caller
