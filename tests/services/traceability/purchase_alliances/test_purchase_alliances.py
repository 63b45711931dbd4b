"""Canteens that buy together: what came from whom they agreed on, and what did not."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from shared.times import day_of
from tests.conftest import ClientOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, purchase, received, sale, sold

DAY = day_of(SOLD_AT)
SPAN = {"since": str(DAY - timedelta(days=30)), "until": str(DAY + timedelta(days=1))}
TESTED = line(certificates=[{"kind": "检验报告", "number": "DEMO-BG-1"}])


@pytest.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def founded(office: httpx.AsyncClient) -> str:
    own_id = str(uuid4())
    body = {"name": "演示学校联盟（虚构）", "region_code": HAISHU}
    answer = await office.put(f"/v1/purchase-alliances/{own_id}", json=body)
    assert answer.status_code == 200, answer.text
    return own_id


async def admit(office: httpx.AsyncClient, alliance: str, role: str, business: UUID, **more: Any) -> httpx.Response:
    body = {"role": role, "business_id": str(business), "since": str(DAY - timedelta(days=10))} | more
    path, headers = f"/v1/purchase-alliances/{alliance}/parties", {"Idempotency-Key": str(uuid4())}
    return await office.post(path, json=body, headers=headers)


async def purchases(caller: httpx.AsyncClient, alliance: str) -> dict[str, tuple[int, int, int, str | None]]:
    answer = await caller.get(f"/v1/purchase-alliances/{alliance}/purchases", params=SPAN)
    assert answer.status_code == 200, answer.text
    return {row["name"]: (row["purchases"], row["from_alliance"], row["tested"], row["share"]) for row in answer.json()}


async def test_each_member_s_share_is_told_from_its_tickets(client_of: ClientOf, office: httpx.AsyncClient) -> None:
    alliance = await founded(office)
    first_id, first = await shop(client_of, "演示一小食堂（虚构）", kind="canteen")
    second_id, second = await shop(client_of, "演示二小食堂（虚构）", kind="canteen")
    supplier_id, supplier = await shop(client_of, "演示配送（虚构）")
    _, stranger = await shop(client_of, "演示散户（虚构）")
    for role, business in (("member", first_id), ("member", second_id), ("supplier", supplier_id)):
        assert (await admit(office, alliance, role, business)).status_code == 201
    for seller, goods in ((supplier, TESTED), (supplier, line()), (stranger, line())):
        ticket = await sold(seller, sale(goods, buyer_business_id=str(first_id)))
        await received(first, ticket["id"])
    await sold(first, purchase(line()))
    await sold(supplier, sale(line(), buyer_business_id=str(first_id)))  # not received: nobody has bought it
    assert await purchases(office, alliance) == {
        "演示一小食堂（虚构）": (4, 2, 1, "50"),
        "演示二小食堂（虚构）": (0, 0, 0, None),
    }
    assert await purchases(second, alliance) == {"演示二小食堂（虚构）": (0, 0, 0, None)}, "each sees its own"
    reversed_span = {"since": SPAN["until"], "until": SPAN["since"]}
    refused = await office.get(f"/v1/purchase-alliances/{alliance}/purchases", params=reversed_span)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#query/until")


async def test_who_has_left_counts_for_what_was_bought_before(client_of: ClientOf, office: httpx.AsyncClient) -> None:
    alliance = await founded(office)
    member_id, member = await shop(client_of, "演示食堂（虚构）")
    supplier_id, supplier = await shop(client_of, "演示配送（虚构）")
    await admit(office, alliance, "member", member_id)
    read = (await admit(office, alliance, "supplier", supplier_id)).json()
    [party] = [one for one in read["parties"] if one["role"] == "supplier"]
    path = f"/v1/purchase-alliances/{alliance}/parties/{party['id']}/end"
    body = {"until": str(DAY - timedelta(days=2))}
    stale = await office.post(path, json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    ended = await office.post(path, json=body, headers={"If-Match": f'"{read["version"]}"'})
    assert ended.status_code == 200, ended.text
    for at in (SOLD_AT, SOLD_AT - timedelta(days=4)):
        ticket = await sold(supplier, sale(line(), buyer_business_id=str(member_id), at=at))
        await received(member, ticket["id"], at=at + timedelta(minutes=5))
    assert await purchases(office, alliance) == {"演示食堂（虚构）": (2, 1, 0, "50")}


async def test_nobody_is_in_twice_on_one_day(client_of: ClientOf, office: httpx.AsyncClient) -> None:
    alliance = await founded(office)
    member_id, _ = await shop(client_of, "演示食堂（虚构）")
    assert (await admit(office, alliance, "member", member_id, until=str(DAY))).status_code == 201
    again = await admit(office, alliance, "member", member_id, since=str(DAY))
    assert again.json()["type"] == "/problems/already-in-purchase-alliance"
    assert (await admit(office, alliance, "member", member_id, since=str(DAY + timedelta(days=1)))).status_code == 201
    wrong = await admit(office, alliance, "supplier", uuid4(), until=str(DAY - timedelta(days=20)))
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/until", "/business_id"}


async def test_an_alliance_is_its_parties_and_its_office_s(client_of: ClientOf, office: httpx.AsyncClient) -> None:
    alliance = await founded(office)
    member_id, member = await shop(client_of, "演示食堂（虚构）")
    _, stranger = await shop(client_of, "演示别家（虚构）")
    await admit(office, alliance, "member", member_id)
    elsewhere = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert [one["id"] for one in (await member.get("/v1/purchase-alliances")).json()["items"]] == [alliance]
    for caller in (stranger, elsewhere):
        assert (await caller.get("/v1/purchase-alliances")).json()["items"] == []
        assert (await caller.get(f"/v1/purchase-alliances/{alliance}")).status_code == 404
    assert (await admit(elsewhere, alliance, "member", member_id)).status_code == 403
