"""The first station codes, each holder tells its temperatures, excursions show with whoever had the goods."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from services.traceability.epcis_events.models import EpcisEvent, EpcisEventThing
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, received, sale, sold, stock


def consignment(**more: Any) -> dict[str, Any]:
    return {
        "storage_class": "frozen",
        "country": "演示国（虚构）",
        "declaration_number": "DEMO-BGD-1",
        "entered_at": (SOLD_AT - timedelta(hours=6)).isoformat(),
        "lots": [{"product_name": "冷冻牛腱", "lot": "NJ-1", "quantity": "500", "unit": "公斤"}],
    } | more


def readings(*values: str, hour: int = 0, **more: Any) -> dict[str, Any]:
    start = SOLD_AT + timedelta(hours=hour)
    told = [{"at": (start + timedelta(minutes=15 * at)).isoformat(), "value": value} for at, value in enumerate(values)]
    return {"device": "TEMP-0001", "readings": told} | more


async def test_from_the_first_station_to_an_excursion_at_the_next(client_of: ClientOf, session_of: SessionOf) -> None:
    station_id, station = await shop(client_of, "演示首站冷库（虚构）")
    dealer_id, dealer = await shop(client_of, "演示冷冻批发部（虚构）", region=NANHAI)
    path = f"/v1/cold-consignments/{uuid4()}"
    first = await station.put(path, json=consignment())
    assert first.status_code == 200, first.text
    assert (await station.put(path, json=consignment())).json() == first.json()
    assert (await station.put(path, json=consignment(country="别国"))).json()["type"] == (
        "/problems/consignment-id-reused"
    )
    assert await stock(station, station_id) == {"NJ-1": ("500", "kg")}
    assert (await dealer.put(f"{path}/readings", json=readings("-10"))).status_code == 404, "it has no such goods yet"
    key = first.json()["lots"][0]["lot_key"]
    goods = line(product_name="冷冻牛腱", category="food", lot=key, quantity="100", unit="公斤")
    ticket = await sold(station, sale(goods, buyer_business_id=str(dealer_id)))
    await received(dealer, ticket["id"])
    await station.put(f"{path}/readings", json=readings("-18", "-20.5", hour=-3))
    late, early = readings("-17.5", "-12", "-18", hour=3), readings("-19", "-17", hour=2)
    for told in (late, early, late):
        answer = await dealer.put(f"{path}/readings", json=told)
        assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["readings"] == 7
    spans = [(one["business_id"], one["minutes"], one["highest"], one["readings"]) for one in shown["excursions"]]
    assert spans == [(str(dealer_id), 60, "-12", 3)]
    session = await session_of(Unit.TRACEABILITY)
    steps = await session.scalars(
        select(EpcisEvent.biz_step)
        .join(EpcisEventThing, EpcisEventThing.event_pk == EpcisEvent.id)
        .where(EpcisEventThing.key == key)
    )
    assert sorted(step.rpartition("-")[2] for step in steps if step) == [
        "commissioning",
        "receiving",
        "sensor_reporting",
        "sensor_reporting",
        "sensor_reporting",
        "shipping",
    ]


async def test_a_second_value_for_the_same_moment_is_told_and_hides_nothing(client_of: ClientOf) -> None:
    _, station = await shop(client_of, "演示首站冷库（虚构）")
    path = f"/v1/cold-consignments/{uuid4()}"
    await station.put(path, json=consignment())
    warm = (await station.put(f"{path}/readings", json=readings("-5", "-5", hour=-3))).json()
    assert warm["contradictions"] == []
    shown = (await station.put(f"{path}/readings", json=readings("-5", "-25", hour=-3))).json()
    assert shown["excursions"] == warm["excursions"]
    assert [one["minutes"] for one in shown["excursions"]] == [15]
    assert [one["values"] for one in shown["contradictions"]] == [["-25", "-5"]]


async def test_who_sees_a_consignment(client_of: ClientOf) -> None:
    _, station = await shop(client_of, "演示首站冷库（虚构）")
    _, stranger = await shop(client_of, "别家（虚构）")
    path = f"/v1/cold-consignments/{uuid4()}"
    await station.put(path, json=consignment())
    here = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    for caller, status in ((station, 200), (here, 200), (stranger, 404), (there, 404)):
        assert (await caller.get(path)).status_code == status
    assert (await there.get("/v1/cold-consignments")).json()["items"] == []
    limits = (await here.get("/v1/temperature-limits")).json()
    assert {limit["verified"] for limit in limits} == {False}


async def test_what_is_wrong_is_told_at_its_place(client_of: ClientOf) -> None:
    _, station = await shop(client_of, "演示首站冷库（虚构）")
    path = f"/v1/cold-consignments/{uuid4()}"
    unknown = await station.put(path, json=consignment(storage_class="warm"))
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/storage_class"]
    await station.put(path, json=consignment())
    future = await station.put(f"{path}/readings", json=readings("-18", hour=72))
    assert [error["pointer"] for error in future.json()["errors"]] == ["/readings"]
    odd = await station.put(f"{path}/readings", json=readings("-18", device="温度计 一号"))
    assert [error["pointer"] for error in odd.json()["errors"]] == ["/device"]
