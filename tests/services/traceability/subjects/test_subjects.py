"""A subject is activated by itself or by its office, follows the register, and shows when it is not used."""

from datetime import timedelta
from uuid import uuid4

from services.traceability.subjects import service
from services.traceability.subjects.models import Subject
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessChanged, BusinessKind, BusinessStatus
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.codes.issuing import issued
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, activate, shop


def facts(business_id: object, version: int, **more: object) -> BusinessChanged:
    said = {
        "business_id": business_id,
        "version": version,
        "uscc": None,
        "name": "演示水产摊（虚构）",
        "kind": BusinessKind.STALL,
        "status": BusinessStatus.ACTIVE,
        "region_code": HAISHU,
        "site_id": None,
        "stall_number": None,
    }
    return BusinessChanged.model_validate(said | more)


async def test_a_shop_activates_itself_and_nobody_else(client_of: ClientOf) -> None:
    own, caller = await shop(client_of, "演示卤味店（虚构）")
    read = (await caller.get(f"/v1/subjects/{own}")).json()
    assert read["activated_at"] is not None
    assert read["last_act_at"] is None
    body = {"name": "别家（虚构）", "region_code": HAISHU, "address": "演示路（虚构）", "contact": "演示"}
    assert (await caller.put(f"/v1/subjects/{uuid4()}", json=body)).status_code == 403


async def test_what_the_register_tells_stands_above_what_the_shop_says(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    own, caller = await shop(client_of, "自称的名字（虚构）")
    session = await session_of(Unit.TRACEABILITY)
    await service.keep_facts(session, facts(own, 2))
    await service.keep_facts(session, facts(own, 1, name="更早的名字（虚构）"))
    read = await activate(caller, own, "又一个自称（虚构）", kind="sales")
    assert (read["name"], read["kind"]) == ("演示水产摊（虚构）", "stall")


async def test_a_business_of_the_register_is_not_activated_by_being_registered(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    session, own = await session_of(Unit.TRACEABILITY), uuid4()
    await service.keep_facts(session, facts(own, 1))
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    waiting = (await inspector.get("/v1/subjects", params={"activated": False, "region": HAISHU})).json()
    assert str(own) in {subject["id"] for subject in waiting["items"]}
    assert (await activate(inspector, own, "演示（虚构）"))["activated_at"] is not None


async def test_a_terminal_that_nobody_uses_shows(client_of: ClientOf, session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    idle, _ = await shop(client_of, "装了不用的店（虚构）")
    busy, _ = await shop(client_of, "天天用的店（虚构）")
    for business_id in (idle, busy):
        subject = await session.get(Subject, business_id, populate_existing=True)
        assert subject is not None
        subject.activated_at = now() - timedelta(days=60)
    await session.flush()
    await service.note_act(session, now() + timedelta(days=365), busy, None)
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    unused = (await inspector.get("/v1/subjects", params={"unused_days": 30, "limit": 200})).json()["items"]
    assert str(idle) in {subject["id"] for subject in unused}
    assert str(busy) not in {subject["id"] for subject in unused}
    usage = (await inspector.get("/v1/subject-usage", params={"region": HAISHU})).json()
    assert usage["subjects"] >= usage["activated"] >= usage["used"] + usage["unused"]
    assert min(usage["used"], usage["unused"]) >= 1
    read = (await inspector.get(f"/v1/subjects/{busy}")).json()
    assert read["last_act_at"] < (now() + timedelta(seconds=5)).isoformat(), "a wrong clock does not make it busy"


async def test_a_market_reads_its_own_shops_and_an_office_its_own_regions(client_of: ClientOf) -> None:
    market = uuid4()
    inside, _ = await shop(client_of, "场内摊（虚构）", market_business_id=str(market))
    outside, _ = await shop(client_of, "场外店（虚构）")
    operator = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=market)
    assert (await operator.get(f"/v1/subjects/{inside}")).status_code == 200
    assert (await operator.get(f"/v1/subjects/{outside}")).status_code == 404
    elsewhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    assert (await elsewhere.get(f"/v1/subjects/{inside}")).status_code == 404
    assert (await elsewhere.get("/v1/subjects", params={"region": HAISHU})).json()["items"] == []


async def test_a_shop_is_known_by_its_own_shop_code_only(client_of: ClientOf) -> None:
    own, caller = await shop(client_of, "一店一码（虚构）")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector, kind="shop", business_id=str(own), activate=True)
    [foreign] = await issued(inspector, kind="shop", business_id=str(uuid4()), activate=True)
    assert (await activate(caller, own, "一店一码（虚构）", place_code=code["text"]))["place_code"] == code["key"]
    body = {"name": "一店一码（虚构）", "region_code": HAISHU, "address": "演示路（虚构）", "contact": "演示"}
    again = (await caller.put(f"/v1/subjects/{own}", json=body)).json()
    assert again["place_code"] == code["key"], "what is not mentioned stays"
    assert (await caller.put(f"/v1/subjects/{own}", json=body | {"place_code": None})).json()["place_code"] is None
    refused = await caller.put(f"/v1/subjects/{own}", json=body | {"place_code": foreign["text"]})
    assert refused.json()["type"] == "/problems/place-not-yours"
