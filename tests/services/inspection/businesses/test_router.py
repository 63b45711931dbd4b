"""The register over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from services.inspection.businesses.models import Movement
from shared.contracts.codes import Role, Unit
from shared.events.models import OutboxEvent
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, SITE, STREET, business, invented_uscc


@pytest_asyncio.fixture
async def officer(client_of: ClientOf) -> httpx.AsyncClient:
    """An inspector of 海曙区."""
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def enter(officer: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await officer.post("/v1/businesses", json=business(**change), headers=key())
    assert answer.status_code == 201, answer.text
    entered: dict[str, Any] = answer.json()
    return entered


async def test_a_business_is_entered_and_read_back(officer: httpx.AsyncClient) -> None:
    position = {"longitude": "121.543", "latitude": "29.862", "coordinate_system": "gcj02"}
    licences = [
        {
            "kind": "jy",
            "number": "JY13302030000013",
            "valid_from": "2024-01-01",
            "valid_to": "2098-12-31",
            "authority": "演示市场监督管理局（虚构）",
            "items": [{"code": None, "words": "热食类食品制售"}],
            "status": "valid",
        }
    ]
    entered = await enter(officer, region_code="330203009", position=position, licences=licences)
    assert entered["region_code"] == STREET
    assert entered["doubts"] == []
    answer = await officer.get(f"/v1/businesses/{entered['id']}")
    assert answer.headers["ETag"] == '"1"'
    assert answer.json()["licences"] == licences
    assert answer.json()["position"]["coordinate_system"] == "gcj02"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"uscc": "91330203MA0000000X"}, "/uscc"),
        ({"region_code": HAISHU}, "/region_code"),
        ({"region_code": "990101001"}, "/region_code"),
        ({"position": {"longitude": "121.5", "latitude": "29.8"}}, "/position/coordinate_system"),
        ({"licences": [{"kind": "sc", "number": "SC10133020300018"}]}, "/licences/0"),
        ({"licences": [{"kind": "jy", "number": "1"}]}, "/licences/0"),
        ({"phone": "1"}, "/phone"),
    ],
)
async def test_what_is_wrong_is_said_with_its_place(
    officer: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    answer = await officer.post("/v1/businesses", json=business(**change), headers=key())
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "Value error" not in answer.text


async def test_a_doubtful_trade_permit_and_a_missing_code_are_entered_and_said(officer: httpx.AsyncClient) -> None:
    entered = await enter(officer, uscc=None, licences=[{"kind": "jy", "number": "JY13302030000014"}])
    assert [doubt["pointer"] for doubt in entered["doubts"]] == ["/licences/0/number", "/uscc"]


async def test_the_same_business_cannot_be_entered_twice(officer: httpx.AsyncClient) -> None:
    first = await enter(officer)
    again = await officer.post("/v1/businesses", json=business(), headers=key())
    assert (again.status_code, again.json()["business_id"]) == (409, first["id"])
    renamed = business(name="演示食品店二店（虚构）")
    suspected = await officer.post("/v1/businesses", json=renamed, headers=key())
    assert (suspected.status_code, suspected.json()["type"]) == (409, "/problems/business-possibly-registered")
    await enter(officer, name="演示食品店二店（虚构）", same_uscc_confirmed=True)


async def test_a_terminal_enters_under_its_own_id_and_may_repeat_itself(officer: httpx.AsyncClient) -> None:
    path = f"/v1/businesses/{uuid4()}"
    assert (await officer.put(path, json=business())).status_code == 201
    assert (await officer.put(path, json=business())).status_code == 200
    changed = business(address="演示路 2 号")
    assert (await officer.put(path, json=changed)).status_code == 428
    assert (await officer.put(path, json=changed, headers={"If-Match": '"7"'})).status_code == 412
    answer = await officer.put(path, json=changed, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"], answer.json()["address"]) == (200, '"2"', "演示路 2 号")
    timeline = (await officer.get(f"{path}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline] == ["changed", "registered"]
    assert timeline[0]["details"] == {"address": ["演示路 1 号", "演示路 2 号"]}


async def test_nobody_enters_or_reads_outside_the_own_regions(officer: httpx.AsyncClient, client_of: ClientOf) -> None:
    entered = await enter(officer)
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get(f"/v1/businesses/{entered['id']}")).status_code == 403
    assert (await stranger.get("/v1/businesses")).json()["items"] == []
    assert (await stranger.put(f"/v1/businesses/{entered['id']}", json=business())).status_code == 403
    outside = await stranger.post("/v1/businesses", json=business(uscc=invented_uscc(2)), headers=key())
    assert (outside.status_code, outside.json()["type"]) == (403, "/problems/outside-region")


async def test_a_business_cannot_be_moved_out_of_the_own_regions(officer: httpx.AsyncClient) -> None:
    entered = await enter(officer)
    moved = business(region_code="440605011")
    answer = await officer.put(f"/v1/businesses/{entered['id']}", json=moved, headers={"If-Match": '"1"'})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"甲", "乙", "丙"}),
        (f"?region={STREET}", {"甲", "丙"}),
        ("?kind=stall", {"乙"}),
        ("?status=closed", {"丙"}),
        (f"?uscc={invented_uscc(1)}", {"甲"}),
        ("?q=乙", {"乙"}),
        (f"?site={SITE}", {"乙"}),
    ],
)
async def test_the_list_can_be_narrowed(officer: httpx.AsyncClient, query: str, found: set[str]) -> None:
    await enter(officer, name="演示甲")
    await enter(officer, name="演示乙", uscc=None, kind="stall", region_code=OTHER_STREET, site_id=str(SITE))
    await enter(officer, name="演示丙", uscc=invented_uscc(3), status="closed")
    items = (await officer.get(f"/v1/businesses{query}")).json()["items"]
    assert {item["name"].removeprefix("演示") for item in items} == found


async def test_others_are_told_with_state_and_version(officer: httpx.AsyncClient, session_of: SessionOf) -> None:
    entered = await enter(officer)
    path = f"/v1/businesses/{entered['id']}"
    await officer.put(path, json=business(name="演示改名店"), headers={"If-Match": '"1"'})
    session = await session_of(Unit.INSPECTION)
    events = (await session.scalars(select(OutboxEvent).where(OutboxEvent.subject == entered["id"]))).all()
    told = {event.type: (event.data["version"], event.data["name"]) for event in events}
    assert told == {
        "inspection.business.registered.v1": (1, "演示食品店（虚构）"),
        "inspection.business.changed.v1": (2, "演示改名店"),
    }


async def test_closing_takes_a_business_off_the_figures_and_moving_carries_it_along(
    officer: httpx.AsyncClient, session_of: SessionOf
) -> None:
    entered = await enter(officer)
    path = f"/v1/businesses/{entered['id']}"
    await officer.put(path, json=business(region_code=OTHER_STREET), headers={"If-Match": '"1"'})
    await officer.put(path, json=business(region_code=OTHER_STREET, status="closed"), headers={"If-Match": '"2"'})
    session = await session_of(Unit.INSPECTION)
    movements = await session.scalars(select(Movement).where(Movement.business_id == UUID(entered["id"])))
    assert sorted((row.region_code, row.change) for row in movements) == [
        (OTHER_STREET, -1),
        (OTHER_STREET, 1),
        (STREET, -1),
        (STREET, 1),
    ]
