"""What was inspected on paper is entered once, stays to be read, and lowers the share made on terminals."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.terminal_use import TERMINAL_FIGURES, TERMINAL_USE
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period, PeriodKind
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET
from tests.services.inspection.figures.proving import proved
from tests.services.inspection.public_results.publishing import Bureau
from tests.services.inspection.visit_records.contents import ANNA, NAMES, edited, pinned, published_checklist, send

YESTERDAY = day_of(now()) - timedelta(days=1)


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def bureau(session: AsyncSession, client_of: ClientOf) -> Bureau:
    return Bureau(
        session=session,
        officer=await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA),
        office=await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU]),
        checklist=pinned(await published_checklist(session)),
    )


async def share(session: AsyncSession) -> tuple[int, int]:
    return await proved(session, TERMINAL_FIGURES, TERMINAL_USE, Period.containing(YESTERDAY, PeriodKind.MONTH))


async def enter(office: httpx.AsyncClient, **change: Any) -> httpx.Response:
    body = {
        "region_code": STREET,
        "place": "演示路口的演示摊位（虚构）",
        "kind": "routine",
        "checked_on": YESTERDAY.isoformat(),
        "document_number": f"演示笔录{uuid4().hex[:8]}",
        "inspectors": list(NAMES.values()),
        "why_on_paper": "终端损坏（演示）",
    }
    return await office.post("/v1/paper-checks", json=body | change, headers={"Idempotency-Key": str(uuid4())})


async def withdraw(office: httpx.AsyncClient, check: dict[str, Any]) -> httpx.Response:
    return await office.post(
        f"/v1/paper-checks/{check['id']}/withdrawal",
        json={"reason": "登记重复（演示）"},
        headers={"If-Match": f'"{check["version"]}"'},
    )


async def test_the_share_is_told_of_visits_on_terminals_and_of_those_entered_from_paper(
    session: AsyncSession, bureau: Bureau
) -> None:
    shop = await bureau.on_file()
    record_id, document = await bureau.visited(shop)
    assert await share(session) == (1, 1)
    entered = await enter(bureau.office, region_code=shop.region_code, business_id=str(shop.id), place="")
    assert (entered.status_code, entered.json()["place"]) == (201, shop.name)
    assert await share(session) == (1, 2)
    corrected = edited(document, found={"2": "failed"})
    assert (await send(bureau.officer, record_id, corrected)).json()["state"] == "complete"
    assert await share(session) == (1, 2), "a corrected record is no second visit"
    timeline = (await bureau.office.get(f"/v1/businesses/{shop.id}/timeline?kind=inspected")).json()["items"]
    assert any("纸质笔录" in entry["summary"] for entry in timeline)

    withdrawn = await withdraw(bureau.office, entered.json())
    assert (withdrawn.status_code, bool(withdrawn.json()["withdrawn_at"])) == (200, True)
    assert await share(session) == (1, 1)
    again = await withdraw(bureau.office, withdrawn.json())
    assert (again.status_code, again.json()["type"]) == (409, "/problems/paper-check-withdrawn")
    [listed] = (await bureau.office.get(f"/v1/paper-checks?business={shop.id}")).json()["items"]
    assert listed["withdrawal_reason"], "what was entered stays to be read"


async def test_a_paper_record_is_entered_once_until_it_is_withdrawn(session: AsyncSession, bureau: Bureau) -> None:
    first = await enter(bureau.office, document_number="演示笔录 1 号")
    second = await enter(bureau.office, document_number="演示笔录 1 号")
    assert (second.status_code, second.json()["type"]) == (409, "/problems/paper-check-entered")
    await withdraw(bureau.office, first.json())
    assert (await enter(bureau.office, document_number="演示笔录 1 号")).status_code == 201
    assert await share(session) == (0, 1)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"checked_on": (YESTERDAY + timedelta(days=2)).isoformat()}, "/checked_on"),
        ({"business_id": str(uuid4())}, "/business_id"),
        ({"place": ""}, ""),
        ({"inspectors": ["演示检查员甲（虚构）"] * 2}, ""),
        ({"inspectors": ["演示检查员甲（虚构）"]}, "/inspectors"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(bureau: Bureau, change: dict[str, Any], pointer: str) -> None:
    refused = await enter(bureau.office, **change)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await bureau.office.get("/v1/paper-checks")).json()["items"] == []


async def test_who_may_enter_and_read(bureau: Bureau, client_of: ClientOf) -> None:
    entered = (await enter(bureau.office)).json()
    assert (await enter(bureau.officer)).status_code == 403, "who made a visit uses his terminal"
    assert (await enter(bureau.office, region_code=NANHAI)).status_code == 403
    assert (await bureau.officer.get(f"/v1/paper-checks/{entered['id']}")).status_code == 200
    away = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await away.get(f"/v1/paper-checks/{entered['id']}")).status_code == 404
    assert (await away.get("/v1/paper-checks")).json()["items"] == []
    assert (await withdraw(away, entered)).status_code == 404
