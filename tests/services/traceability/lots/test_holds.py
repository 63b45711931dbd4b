"""A suspect positive puts the lot it names on hold, once; lifting the stop-sale lets it go."""

from uuid import uuid4

from sqlalchemy import func, select

from services.traceability.lots.models import Lot, LotHold
from services.traceability.lots.subscribers import on_rapid_test_failed, on_whistle_closed
from shared.contracts.codes import Role, Unit
from shared.contracts.sampling import StopSaleState, WhistleOutcome
from shared.contracts.traceability import HoldState
from tests.conftest import ClientOf, SessionOf
from tests.factories.sampling import rapid_test_failed, whistle_closed

HAISHU = "330203000000"


async def test_the_named_lot_is_held_and_may_not_be_sold(session_of: SessionOf, client_of: ClientOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed(lot_code=" hs 2026\n-018 ")
    await on_rapid_test_failed(session, failed)

    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    holds = (await inspector.get("/v1/lot-holds", params={"whistle_id": str(failed.whistle_id)})).json()["items"]
    assert [hold["quantity"] for hold in holds] == ["25.5"]
    lot = (await inspector.get(f"/v1/lots/{holds[0]['lot_id']}")).json()
    assert lot["code"] == "HS2026-018"
    assert lot["origin"] == "named"
    assert lot["may_be_sold"] is False


async def test_a_replayed_event_holds_nothing_twice(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed()
    for _ in range(3):
        await on_rapid_test_failed(session, failed)
    assert await session.scalar(select(func.count()).where(LotHold.whistle_id == failed.whistle_id)) == 1
    assert await session.scalar(select(func.count()).where(Lot.code == failed.lot_code)) == 1


async def test_without_a_lot_code_nothing_is_held(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed(lot_code=None)
    await on_rapid_test_failed(session, failed)
    assert await session.scalar(select(func.count()).where(LotHold.whistle_id == failed.whistle_id)) == 0


async def test_two_sellers_of_one_code_have_two_lots(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    first = rapid_test_failed()
    second = rapid_test_failed(lot_code=first.lot_code)
    await on_rapid_test_failed(session, first)
    await on_rapid_test_failed(session, second)
    assert await session.scalar(select(func.count()).where(Lot.code == first.lot_code)) == 2


async def test_lifting_the_stop_sale_releases_the_lot(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed()
    await on_rapid_test_failed(session, failed)
    await on_whistle_closed(session, whistle_closed(failed))
    hold = await session.scalar(select(LotHold).where(LotHold.whistle_id == failed.whistle_id))
    assert hold is not None
    assert hold.state is HoldState.RELEASED


async def test_a_confirmed_failure_keeps_the_lot_on_hold(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed()
    await on_rapid_test_failed(session, failed)
    closed = whistle_closed(failed, outcome=WhistleOutcome.CONFIRMED, stop_sale=StopSaleState.IN_FORCE)
    await on_whistle_closed(session, closed)
    hold = await session.scalar(select(LotHold).where(LotHold.whistle_id == failed.whistle_id))
    assert hold is not None
    assert hold.state is HoldState.IN_FORCE


async def test_a_closing_that_overtakes_the_blowing_leaves_the_lot_free(session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed()
    await on_whistle_closed(session, whistle_closed(failed))
    await on_rapid_test_failed(session, failed)
    hold = await session.scalar(select(LotHold).where(LotHold.whistle_id == failed.whistle_id))
    assert hold is not None
    assert hold.state is HoldState.RELEASED


async def test_a_release_needs_the_version_it_was_made_from(session_of: SessionOf, client_of: ClientOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed()
    await on_rapid_test_failed(session, failed)
    hold = await session.scalar(select(LotHold).where(LotHold.whistle_id == failed.whistle_id))
    assert hold is not None
    officer = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[HAISHU])
    path, body = f"/v1/lot-holds/{hold.id}/release", {"reason": "复检合格"}
    assert (await officer.post(path, json=body)).status_code == 428
    assert (await officer.post(path, json=body, headers={"If-Match": '"7"'})).status_code == 412
    released = await officer.post(path, json=body, headers={"If-Match": '"1"'})
    assert released.status_code == 200, released.text
    assert released.json()["state"] == "released"
    again = await officer.post(path, json=body, headers={"If-Match": '"2"'})
    assert again.json()["type"] == "/problems/lot-hold-already-released"


async def test_an_officer_of_another_city_sees_no_lot(session_of: SessionOf, client_of: ClientOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    failed = rapid_test_failed()
    await on_rapid_test_failed(session, failed)
    lot = await session.scalar(select(Lot).where(Lot.code == failed.lot_code))
    assert lot is not None
    stranger = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["440605000000"])
    assert (await stranger.get("/v1/lots")).json()["items"] == []
    assert (await stranger.get(f"/v1/lots/{lot.id}")).status_code == 403


async def test_a_business_sees_and_registers_its_own_lots_in_its_own_regions_only(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    failed = rapid_test_failed()
    await on_rapid_test_failed(await session_of(Unit.TRACEABILITY), failed)
    own = failed.seller_business_id
    body = {"code": "HS-77", "product_name": "演示青菜", "holder_business_id": str(own), "region_code": HAISHU}
    for regions, sees, registers in (["440605000000"], 0, 403), ([HAISHU], 1, 201):
        business = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=regions, business_id=own)
        assert len((await business.get("/v1/lots", params={"code": failed.lot_code})).json()["items"]) == sees
        answer = await business.post("/v1/lots", json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code == registers, answer.text


async def test_a_registration_is_replayed_not_doubled(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    body = {"code": "DEMO-1", "product_name": "菠菜", "holder_name": "演示蔬菜摊", "region_code": "330203001"}
    key = {"Idempotency-Key": "0199f3a0-0000-7000-8000-000000000001"}
    first = await inspector.post("/v1/lots", json=body, headers=key)
    assert first.status_code == 201, first.text
    replayed = await inspector.post("/v1/lots", json=body, headers=key)
    assert replayed.status_code == 201
    assert replayed.json() == first.json()
    assert replayed.headers["Idempotency-Replayed"] == "true"
    other_body = await inspector.post("/v1/lots", json=body | {"product_name": "芹菜"}, headers=key)
    assert other_body.json()["type"] == "/problems/idempotency-key-reused"
    no_key = await inspector.post("/v1/lots", json=body)
    assert no_key.json()["type"] == "/problems/idempotency-key-missing"
