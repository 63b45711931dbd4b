"""A scan tells the scanner what is known, the bureau what is wrong, and nobody who scanned."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from services.traceability.code_scans.models import CodeScanCount
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.codes.issuing import GTIN, HAISHU, issued

NINGBO = {"latitude": "29.8683", "longitude": "121.5440"}
URUMQI = {"latitude": "43.8256", "longitude": "87.6168"}


async def look(anyone: httpx.AsyncClient, code: str, **more: Any) -> dict[str, Any]:
    answer = await anyone.post("/v1/public-codes/scans", json={"code": code} | more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def activated(inspector: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    [code] = await issued(inspector, activate=True, **wanted)
    return code


async def findings(inspector: httpx.AsyncClient, code: dict[str, Any]) -> list[str]:
    answer = await inspector.get("/v1/code-findings", params={"code_id": code["id"]})
    return [finding["kind"] for finding in answer.json()["items"]]


async def test_anybody_sees_what_is_known_and_what_is_missing(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    await activated(inspector, kind="product", scheme="gs1", gtin=GTIN, name="演示牛奶（虚构）")
    await activated(inspector, kind="lot", scheme="gs1", gtin=GTIN, lot="L1", name="演示牛奶（虚构）")
    item = await activated(inspector, scheme="gs1", gtin=GTIN, lot="L1")
    seen = await look(anyone, item["uri"])
    assert seen["exact"] is True
    assert [level["kind"] for level in seen["levels"]] == ["item", "lot", "product"]
    assert seen["region"] == "海曙区"
    assert seen["warnings"] == []
    assert "检验报告" in seen["missing"]
    assert "business_id" not in str(seen)


async def test_a_signature_is_looked_at(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    code = await activated(inspector)
    assert (await look(anyone, code["uri"]))["signature"] == "none"
    assert (await look(anyone, code["signed_uri"]))["signature"] == "good"
    forged = await look(anyone, code["signed_uri"][:-4] + "AAAA")
    assert forged["signature"] == "bad"
    assert forged["warnings"]
    assert await findings(inspector, code) == ["bad_signature"]


async def test_a_copied_label_shows_by_where_it_turns_up(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    code = await activated(inspector)
    assert (await look(anyone, code["uri"], **NINGBO))["warnings"] == []
    [warning] = (await look(anyone, code["uri"], **URUMQI))["warnings"]
    assert "公里" in warning
    await look(anyone, code["uri"], **NINGBO)
    [finding] = (await inspector.get("/v1/code-findings", params={"code_id": code["id"]})).json()["items"]
    assert (finding["kind"], finding["times"]) == ("far_apart", 2)
    assert "相距" in finding["says"]


async def test_a_shops_code_hangs_in_many_places(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    code = await activated(inspector, kind="shop", name="演示小店（虚构）")
    for place in (NINGBO, URUMQI):
        assert (await look(anyone, code["uri"], **place))["warnings"] == []


async def test_a_label_in_use_before_it_was_activated_or_after_it_was_voided(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    [code] = await issued(inspector)
    [early] = (await look(anyone, code["uri"]))["warnings"]
    assert "还没有启用" in early
    await inspector.post(f"/v1/codes/{code['id']}/voiding", json={"reason": "遗失"}, headers={"If-Match": '"1"'})
    [late] = (await look(anyone, code["uri"]))["warnings"]
    assert "作废" in late
    assert sorted(await findings(inspector, code)) == ["after_voiding", "before_activation"]


async def test_one_thing_is_sold_once(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    shop = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    code = await activated(inspector)
    scan = {"code": code["text"], "purpose": "sell"}
    assert (await shop.post("/v1/code-scans", json=scan)).json()["warnings"] == []
    [again] = (await shop.post("/v1/code-scans", json=scan)).json()["warnings"]
    assert "卖不了两次" in again
    history = (await inspector.get(f"/v1/codes/{code['id']}")).json()["history"]
    assert [entry["step"] for entry in history] == ["issued", "activated", "sold"]


async def test_a_serial_that_was_never_issued_shows(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    product = await activated(inspector, kind="product", scheme="gs1", gtin=GTIN)
    made_up = f"https://id.gs1.org/01/{GTIN}/21/MADEUP"
    seen = await look(anyone, made_up)
    assert (seen["exact"], seen["warnings"]) == (False, []), "nobody says that single ones carry codes"
    await issued(inspector, scheme="gs1", gtin=GTIN)
    assert "没有发放过这个序号" in (await look(anyone, made_up))["warnings"][0]
    assert await findings(inspector, product) == ["never_issued"]


async def test_nothing_is_kept_of_who_scanned_and_little_of_where(client_of: ClientOf, session_of: SessionOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    code = await activated(inspector)
    for _ in range(3):
        await look(anyone, code["uri"], **NINGBO)
    session = await session_of(Unit.TRACEABILITY)
    [row] = (await session.scalars(select(CodeScanCount).where(CodeScanCount.code_id == code["id"]))).all()
    assert (row.cell, row.count) == ("29.9,121.5", 3)
    assert set(CodeScanCount.__table__.columns.keys()) == {
        *("code_id", "hour", "cell", "purpose", "first_at", "last_at", "count"),
    }


async def test_strangers_cannot_fill_the_tables(
    client_of: ClientOf, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.traceability.code_scans.service.MOST_ROWS_A_DAY", 5)
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    code = await activated(inspector)
    for degree in range(12):
        await look(anyone, code["uri"], latitude="30", longitude=str(100 + degree))
    session = await session_of(Unit.TRACEABILITY)
    rows = (await session.scalars(select(CodeScanCount).where(CodeScanCount.code_id == code["id"]))).all()
    assert len(rows) == 6
    assert sum(row.count for row in rows) == 12


@pytest.mark.parametrize(
    ("code", "status"),
    [("https://id.gs1.org/01/09506000134352", 404), ("S330203", 404), ("x" * 1001, 422), ("", 422)],
)
async def test_what_is_no_code_of_ours_is_said_to_be_none(client_of: ClientOf, code: str, status: int) -> None:
    anyone = await client_of(Unit.TRACEABILITY)
    assert (await anyone.post("/v1/public-codes/scans", json={"code": code})).status_code == status


async def test_half_a_place_is_refused(client_of: ClientOf) -> None:
    anyone = await client_of(Unit.TRACEABILITY)
    answer = await anyone.post("/v1/public-codes/scans", json={"code": "x", "latitude": "30"})
    assert answer.status_code == 422
    assert "经度和纬度" in answer.text


async def test_a_finding_is_settled_once_and_the_next_is_another(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    far = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["440605000000"])
    anyone = await client_of(Unit.TRACEABILITY)
    [code] = await issued(inspector)
    await look(anyone, code["uri"])
    [finding] = (await inspector.get("/v1/code-findings", params={"settled": "false"})).json()["items"]
    path, body = f"/v1/code-findings/{finding['id']}/settlement", {"outcome": "explained", "note": "贴标后忘记启用"}
    assert (await far.post(path, json=body, headers={"If-Match": '"1"'})).status_code == 404
    assert (await far.get("/v1/code-findings")).json()["items"] == []
    settled = await inspector.post(path, json=body, headers={"If-Match": '"1"'})
    assert settled.json()["outcome"] == "explained"
    assert (await inspector.post(path, json=body, headers={"If-Match": '"2"'})).status_code == 409
    await look(anyone, code["uri"])
    assert await findings(inspector, code) == ["before_activation", "before_activation"]


async def test_a_bureau_corrects_the_numbers_that_decide(client_of: ClientOf) -> None:
    office = await client_of(Unit.TRACEABILITY, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    anyone = await client_of(Unit.TRACEABILITY)
    shipped = (await office.get("/v1/scan-thresholds")).json()
    assert {row["verified"] for row in shipped} == {False}
    body = {
        "name": "too_many_scans",
        "value": "2",
        "valid_from": "2026-01-01",
        "source": "本局会议纪要（演示）",
        "verified": True,
    }
    made = await office.post("/v1/scan-thresholds", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201
    code = await activated(office)
    warnings = [(await look(anyone, code["uri"]))["warnings"] for _ in range(3)]
    assert [len(found) for found in warnings] == [0, 0, 1]
    assert "超过 2 次" in warnings[-1][0]
