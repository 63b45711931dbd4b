"""Open kitchens and the like: entered once, ended with a reason, and every share recomputed from its rows."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.facilities.codes import FacilityKind
from services.inspection.facilities.counting import count_county
from services.inspection.figures.facilities import FACILITY_FIGURES
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.business_merges.test_merges import merge, undo
from tests.services.inspection.corrections.making import on_file
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, business
from tests.services.inspection.figures.proving import proved

TODAY = day_of(now())
OPEN_KITCHENS = "inspection.open_kitchen_rate"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def share(session: AsyncSession, code: str = OPEN_KITCHENS) -> tuple[int, int]:
    return await proved(session, FACILITY_FIGURES, code, Period.parse(TODAY.isoformat()))


async def restaurant(session: AsyncSession, number: int, kind: str = "catering") -> Business:
    return await on_file(session, kind=kind, name=f"演示餐馆{number}（虚构）", same_uscc_confirmed=True)


async def try_to_enter(client: httpx.AsyncClient, business_id: UUID, **change: Any) -> httpx.Response:
    body = {"business_id": str(business_id), "kind": "open_kitchen", "since": str(TODAY), "basis": "现场核实（演示）"}
    return await client.post("/v1/facilities", json=body | change, headers={"Idempotency-Key": str(uuid4())})


async def entered(client: httpx.AsyncClient, business_id: UUID, **change: Any) -> dict[str, Any]:
    answer = await try_to_enter(client, business_id, **change)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def ended(client: httpx.AsyncClient, facility: dict[str, Any], **change: Any) -> httpx.Response:
    body = {"on": str(TODAY), "reason": "拆除（演示）"} | change
    headers = {"If-Match": f'"{facility["version"]}"'}
    return await client.post(f"/v1/facilities/{facility['id']}/end", json=body, headers=headers)


async def test_nothing_is_counted_before_somebody_has_entered_any(session: AsyncSession) -> None:
    await restaurant(session, 1)
    assert await share(session) == (0, 0), "unknown is not zero"


async def test_the_first_entry_counts_all_of_its_like_and_what_happens_to_them_afterwards(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    first, second = await restaurant(session, 1), await restaurant(session, 2)
    await restaurant(session, 3, kind="canteen")
    before = TODAY - timedelta(days=30)
    kitchen = await entered(office, first.id, since=str(before))
    assert await share(session) == (1, 2)
    assert await share(session, "inspection.online_catering_rate") == (0, 0), "that was not entered"
    await restaurant(session, 4)
    assert await share(session) == (1, 3), "who comes on file counts"
    await entered(office, second.id)
    assert await share(session) == (2, 3)
    answer = await ended(office, kitchen)
    assert answer.status_code == 200, answer.text
    assert await share(session) == (1, 3)
    await entered(office, first.id)
    assert await share(session) == (2, 3), "it may have one again"
    read = await office.get(f"/v1/businesses/{second.id}")
    moved = business(kind="sales", name="演示餐馆2（虚构）", region_code=OTHER_STREET, same_uscc_confirmed=True)
    tag = {"If-Match": read.headers["ETag"]}
    assert (await office.put(f"/v1/businesses/{second.id}", json=moved, headers=tag)).status_code == 200
    assert await share(session) == (1, 2), "a shop is asked for no open kitchen"
    await count_county(session, HAISHU, FacilityKind.OPEN_KITCHEN)
    assert await share(session) == (1, 2), "counting anew changes nothing"


async def test_two_files_of_one_business_are_one(session: AsyncSession, office: httpx.AsyncClient) -> None:
    first, second = await restaurant(session, 1), await restaurant(session, 2)
    await entered(office, second.id)
    assert await share(session) == (1, 2)
    files = [(await office.get(f"/v1/businesses/{file.id}")).json() for file in (first, second)]
    merged = await merge(office, *files)
    assert await share(session) == (1, 1)
    again = await try_to_enter(office, first.id)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/facility-step-refused")
    assert (await undo(office, merged)).status_code == 200
    assert await share(session) == (1, 2), "taken apart again, only one has it"


async def test_what_cannot_be_is_refused_with_its_place(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = await on_file(session)
    place = await restaurant(session, 1)
    tomorrow = str(TODAY + timedelta(days=1))
    for business_id, change, pointer in (
        (uuid4(), {}, "/business_id"),
        (shop.id, {}, "/kind"),
        (place.id, {"since": tomorrow}, "/since"),
    ):
        answer = await try_to_enter(office, business_id, **change)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    facility = await entered(office, place.id, since=str(TODAY - timedelta(days=2)))
    assert (await try_to_enter(office, place.id)).status_code == 409
    assert (await ended(office, facility, on=tomorrow)).status_code == 422
    assert (await ended(office, facility, on=str(TODAY - timedelta(days=2)))).status_code == 409
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await ended(stranger, facility)).status_code == 404
    assert (await try_to_enter(stranger, place.id, kind="oil_separator")).status_code == 403
    assert (await stranger.get("/v1/facilities")).json()["items"] == []
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert [each["id"] for each in (await leader.get("/v1/facilities?kind=open_kitchen")).json()["items"]] == [
        facility["id"]
    ]
    assert (await try_to_enter(leader, place.id, kind="oil_separator")).status_code == 403
