"""A consumer is told what is recorded, by whom and when, and what is not; never amounts, buyers or persons."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.codes.issuing import GTIN, HAISHU, issued
from tests.services.traceability.subjects.activating import shop
from tests.services.traceability.tickets.trading import SOLD_AT, line, purchase, sale, sold

USCC = "91330203MA00000010"
LOT = f"https://id.gs1.org/01/{GTIN}/10/DEMO-J1"


async def coded(client_of: ClientOf, **wanted: Any) -> dict[str, Any]:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    body = {"kind": "lot", "scheme": "gs1", "gtin": GTIN, "lot": "DEMO-J1", "name": "演示酱鸭（虚构）"}
    [code] = await issued(inspector, **body | {"activate": True} | wanted)
    return code


async def story_of(client_of: ClientOf, code: str = LOT) -> dict[str, Any]:
    anyone = await client_of(Unit.TRACEABILITY)
    answer = await anyone.get("/v1/public-codes/story", params={"code": code})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def cooked(maker: httpx.AsyncClient, *, passed: bool | None = True) -> None:
    """Duck bought from outside the chain becomes the lot; who drove it is in the name of its origin."""
    raw = line(product_name="白条鸭", lot="RAW-1", quantity="50", unit="公斤", origin="演示镇，浙B12345，13800000000")
    await sold(maker, purchase(raw))
    release = {"passed": passed, "examined_at": SOLD_AT.isoformat(), "items": "感官"} if passed is not None else None
    body = {
        "kind": "make",
        "done_at": (SOLD_AT + timedelta(minutes=5)).isoformat(),
        "inputs": [{"product_name": "白条鸭", "lot": "RAW-1", "quantity": "50", "unit": "公斤"}],
        "outputs": [{"product_name": "酱鸭", "lot": LOT, "quantity": "34", "unit": "公斤"}],
        "release": release,
    }
    answer = await maker.put(f"/v1/productions/{uuid4()}", json=body)
    assert answer.status_code == 200, answer.text


async def test_of_a_lot_that_nobody_recorded_everything_is_missing(client_of: ClientOf) -> None:
    await coded(client_of)
    told = await story_of(client_of)
    assert (told["steps"], told["papers"], told["recalls"], told["held"]) == ([], [], [], False)
    assert [one.partition("：")[0] for one in told["missing"]] == ["来源", "出厂检验", "合格证明", "生产日期"]


async def test_the_steps_go_back_to_what_the_lot_was_made_from_with_who_told_them(client_of: ClientOf) -> None:
    await coded(client_of)
    _, maker = await shop(client_of, "演示熟食坊（虚构）")
    await cooked(maker)
    other, _ = await shop(client_of, "演示饭店（虚构）")
    await sold(maker, sale(line(product_name="酱鸭", lot=LOT, quantity="9", unit="公斤"), buyer_business_id=str(other)))
    told = await story_of(client_of)
    steps = [(one["label"], one["who"], one["passed"]) for one in told["steps"]]
    assert sorted(steps) == sorted(
        [
            ("进货查验", "演示熟食坊（虚构）", None),
            ("生产加工", "演示熟食坊（虚构）", None),
            ("出厂检验", "演示熟食坊（虚构）", True),
        ]
    )
    assert "演示饭店" not in str(told), "whom it was sold to is nobody else's business"
    assert not {"quantity", "business_id"} & set(str(told).replace("'", " ").split())
    assert told["origins"] == ["演示镇，（车牌略），（号码略）"]
    assert all(one["region"] == "海曙区" for one in told["steps"])


async def test_a_failed_examination_is_told_and_an_untold_one_is_no_pass(client_of: ClientOf) -> None:
    await coded(client_of)
    _, maker = await shop(client_of, "演示熟食坊（虚构）")
    await cooked(maker, passed=None)
    told = await story_of(client_of)
    assert any("不等于合格" in one for one in told["missing"])
    assert [one for one in told["steps"] if one["passed"]] == []


async def test_a_recall_shows_once_it_was_told_to_the_holders_and_the_hold_before(client_of: ClientOf) -> None:
    await coded(client_of)
    _, maker = await shop(client_of, "演示熟食坊（虚构）")
    await cooked(maker)
    officer = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[HAISHU])
    body = {"code": LOT, "product_name": "演示酱鸭（虚构）", "reason": "防腐剂超标（演示）", "region_code": HAISHU}
    opened = await officer.post("/v1/recalls", json=body | {"level": "1"}, headers={"Idempotency-Key": uuid4().hex})
    assert opened.status_code == 201, opened.text
    told = await story_of(client_of)
    assert (told["held"], told["recalls"]) == (True, [])
    path = f"/v1/recalls/{opened.json()['id']}/notices"
    assert (await officer.post(path, headers={"If-Match": f'"{opened.json()["version"]}"'})).status_code == 200
    told = await story_of(client_of)
    assert [(one["level_label"], one["reason"], one["closed_on"]) for one in told["recalls"]] == [
        ("一级召回", "防腐剂超标（演示）", None)
    ]


async def test_a_recalled_lot_whose_code_was_issued_elsewhere_is_red_and_its_steps_are_told(
    client_of: ClientOf,
) -> None:
    anyone = await client_of(Unit.TRACEABILITY)
    unknown = await anyone.get("/v1/public-codes/story", params={"code": LOT})
    assert unknown.status_code == 404
    _, maker = await shop(client_of, "演示熟食坊（虚构）")
    await cooked(maker)
    path = f"/01/{GTIN}/10/DEMO-J1"
    led = await anyone.get(f"/resolver{path}")
    assert (led.status_code, led.headers["location"].partition("/c/")[2]) == (307, path.removeprefix("/"))
    officer = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[HAISHU])
    body = {"code": LOT, "product_name": "演示酱鸭（虚构）", "reason": "防腐剂超标（演示）", "region_code": HAISHU}
    opened = await officer.post("/v1/recalls", json=body | {"level": "1"}, headers={"Idempotency-Key": uuid4().hex})
    notices = f"/v1/recalls/{opened.json()['id']}/notices"
    assert (await officer.post(notices, headers={"If-Match": f'"{opened.json()["version"]}"'})).status_code == 200
    for code in (LOT, f"{LOT}/21/S-1"):
        told = await story_of(client_of, code)
        assert (told["issued_here"], told["code"]["levels"], told["held"]) == (False, [], True)
        assert [one["level_label"] for one in told["recalls"]] == ["一级召回"]
        assert "生产加工" in [one["label"] for one in told["steps"]]
        assert told["missing"][0].startswith("码：不是本平台发的")


async def test_a_recalled_lot_of_a_registered_product_is_red_for_each_of_its_things(client_of: ClientOf) -> None:
    await coded(client_of, kind="product", lot=None)
    _, maker = await shop(client_of, "演示熟食坊（虚构）")
    await cooked(maker)
    told = await story_of(client_of, f"{LOT}/21/S-1")
    assert (told["issued_here"], told["code"]["exact"]) == (True, False)
    assert "生产加工" in [one["label"] for one in told["steps"]]


async def test_the_makers_own_number_is_told_once_an_office_has_seen_whose_the_product_is(client_of: ClientOf) -> None:
    own, _ = await shop(client_of, "演示熟食坊（虚构）", uscc=USCC)
    product = await coded(client_of, kind="product", lot=None, name="演示酱鸭（虚构）")
    await coded(client_of)
    assert (await story_of(client_of))["made"] is None
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    seen = {"business_id": str(own), "name": "演示酱鸭（虚构）", "region_code": HAISHU, "reason": "看了证书（演示）"}
    assert (await inspector.post(f"/v1/codes/{product['id']}/verification", json=seen)).status_code == 200
    assert (await story_of(client_of))["made"] == f"{USCC}/DEMO-J1"


@pytest.mark.parametrize("kind", ["lot", "item"])
async def test_a_code_of_the_platform_tells_the_makers_number_that_was_written_with_it(
    client_of: ClientOf, kind: str
) -> None:
    own, maker = await shop(client_of, "演示豆腐坊（虚构）", uscc=USCC)
    of_platform = {"kind": kind, "scheme": "own", "name": "演示豆腐（虚构）", "activate": True}
    [numbered] = await issued(maker, **of_platform, lot="DEMO-J1")
    assert numbered["business_id"] == str(own)
    assert (await story_of(client_of, numbered["uri"]))["made"] == f"{USCC}/DEMO-J1"
    [plain] = await issued(maker, **of_platform)
    assert (await story_of(client_of, plain["uri"]))["made"] is None
    [nobodys] = await issued(
        await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU]), **of_platform, lot="DEMO-J1"
    )
    assert (await story_of(client_of, nobodys["uri"]))["made"] is None


async def test_a_rehearsal_alarms_nobody(client_of: ClientOf) -> None:
    await coded(client_of)
    _, maker = await shop(client_of, "演示熟食坊（虚构）")
    await cooked(maker)
    officer = await client_of(Unit.TRACEABILITY, Role.CASE_HANDLER, regions=[HAISHU])
    body = {"code": LOT, "product_name": "演示酱鸭", "reason": "季度演练（演示）", "region_code": HAISHU}
    await officer.post("/v1/recalls", json=body | {"rehearsal": True}, headers={"Idempotency-Key": uuid4().hex})
    told = await story_of(client_of)
    assert (told["held"], told["recalls"]) == (False, [])


async def test_a_shops_code_leads_to_its_inspections_and_to_no_lot(client_of: ClientOf) -> None:
    business_id = uuid4()
    code = await coded(
        client_of, kind="shop", scheme="own", gtin=None, lot=None, name="演示小店（虚构）", business_id=str(business_id)
    )
    told = await story_of(client_of, code["uri"])
    assert told["shop_results"] == str(business_id)
    assert (told["steps"], told["missing"]) == ([], [])
