"""Invented laboratories and applications for the tests of objections and re-tests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.laboratories.models import Laboratory
from tests.services.sampling.disposals.making import HAISHU, done, path_of, read


async def laboratory(session: AsyncSession, **change: Any) -> Laboratory:
    """An invented laboratory on the roster of re-tests that may test everything."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "name": f"演示检验机构 {uuid4().hex[:6]}（虚构）",
        "region_code": HAISHU,
        "cma_number": "演示000000",
        "cma_valid_from": date(2020, 1, 1),
        "cma_valid_to": date(2199, 12, 31),
        "scope": [{"category_code": None, "items": None}],
        "serves": [],
        "on_retest_roster": True,
        "contact_name": "演示联系人（虚构）",
        "contact_phone": "",
        "active": True,
    }
    row = Laboratory(**fields | change)
    session.add(row)
    await session.flush()
    return row


async def served(client: httpx.AsyncClient, case: DisposalCase, at: datetime | None = None) -> None:
    """The result reached the case's own party."""
    [notice] = [
        notice for notice in (await read(client, path_of(case)))["notices"] if notice["name"] == case.party_name
    ]
    body = {"method": "in_person", "evidence": ["送达回证 演示-1"]} | ({"at": at.isoformat()} if at else {})
    await done(client, path_of(case), f"result-notices/{notice['id']}/service", **body)


async def filed(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    """File an objection or an application at `path`."""
    said = {"note": "对结论有异议（演示）"} | body
    return await client.post(path, json=said, headers={"Idempotency-Key": str(uuid4())})


async def applied(client: httpx.AsyncClient, case: DisposalCase, **body: Any) -> dict[str, Any]:
    """An application for a re-test, as it was answered."""
    answer = await filed(client, f"{path_of(case)}/retests", **body)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def retest_path(retest_id: UUID | str) -> str:
    return f"/v1/retests/{retest_id}"
