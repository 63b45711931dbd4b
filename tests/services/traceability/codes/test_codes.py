"""Codes are given out once, by whom they belong to; put into use and voided with their history."""

from uuid import uuid4

import pytest

from services.traceability.codes.rules import (
    BadNumbers,
    CodeKind,
    Numbers,
    gs1_codes,
    own_codes,
    read_own_code,
)
from services.traceability.identifiers import match_key, parse_digital_link
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.codes.issuing import GLN, GTIN, HAISHU, issue, issued


async def test_items_get_serials_that_nobody_guesses(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    codes = await issued(inspector, scheme="gs1", gtin="9520123456788", lot="20260724A", quantity=20)
    links = [parse_digital_link(code["uri"]) for code in codes]
    assert {link.key for link in links} == {("01", GTIN)}
    assert {link.qualifiers["10"] for link in links} == {"20260724A"}
    serials = {link.qualifiers["21"] for link in links}
    assert len(serials) == 20
    assert {len(serial) for serial in serials} == {12}
    assert all(code["key"] == match_key(code["uri"]) for code in codes), "events name them by the same key"
    assert {code["state"] for code in codes} == {"issued"}


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"kind": "shop", "gln": GLN}, f"(414){GLN}"),
        ({"kind": "stall", "gln": GLN, "extension": "A-12"}, f"(414){GLN}(254)A-12"),
        ({"kind": "product", "gtin": GTIN}, f"(01){GTIN}"),
        ({"kind": "lot", "gtin": GTIN, "lot": "L/7"}, f"(01){GTIN}(10)L/7"),
    ],
)
async def test_a_kind_of_thing_has_one_code(client_of: ClientOf, wanted: dict[str, str], text: str) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    [code] = await issued(inspector, scheme="gs1", **wanted)
    assert code["text"] == text
    again = await issue(inspector, scheme="gs1", **wanted)
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/code-taken"
    assert (await issue(inspector, scheme="gs1", quantity=2, **wanted)).status_code == 422


async def test_logistic_units_are_numbered_on_with_their_check_digits(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    codes = await issued(inspector, kind="logistic_unit", scheme="gs1", first_sscc="106141412345678908", quantity=3)
    assert sorted(parse_digital_link(code["uri"]).key[1] for code in codes) == [
        "106141412345678908",
        "106141412345678915",
        "106141412345678922",
    ]


async def test_one_code_given_out_before_and_none_of_the_batch_is(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    await issued(inspector, kind="logistic_unit", scheme="gs1", first_sscc="106141412345678922")
    wanted = {"kind": "logistic_unit", "scheme": "gs1", "first_sscc": "106141412345678908", "quantity": 3}
    assert (await issue(inspector, **wanted)).status_code == 409
    found = await inspector.get("/v1/codes", params={"code": "https://x/00/106141412345678908"})
    assert found.json()["items"] == []


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"scheme": "gs1"}, "/gtin"),
        ({"scheme": "gs1", "gtin": "9520123456789"}, "/gtin"),
        ({"scheme": "gs1", "kind": "lot", "gtin": GTIN, "lot": "批号"}, "/lot"),
        ({"scheme": "gs1", "kind": "shop", "gln": GLN, "gtin": GTIN}, "/gtin"),
        ({"scheme": "gs1", "kind": "stall", "gln": GLN, "extension": "甲"}, "/extension"),
        ({"scheme": "own", "gtin": GTIN}, "/scheme"),
        ({"scheme": "own", "gtin": GTIN, "lot": "DEMO-J1"}, "/scheme"),
        ({"scheme": "own", "kind": "shop", "lot": "DEMO-J1"}, "/lot"),
        ({"scheme": "own", "quantity": 10_001}, "/quantity"),
    ],
)
async def test_numbers_that_make_no_code_are_refused_at_their_place(
    client_of: ClientOf, wanted: dict[str, object], pointer: str
) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    answer = await issue(inspector, **wanted)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_largest_batch_is_given_out_at_once(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    answer = await issue(inspector, quantity=10_000)
    assert answer.status_code == 201
    sheet = await inspector.get(f"/v1/code-batches/{answer.json()['id']}/sheet", params={"skip": 9_990})
    assert sheet.text.count('class="label"') == 10


async def test_retrying_gives_out_nothing_twice(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    body = {"kind": "item", "scheme": "own", "name": "演示青菜（虚构）", "region_code": HAISHU, "quantity": 2}
    key = {"Idempotency-Key": str(uuid4())}
    first, second = [await inspector.post("/v1/code-batches", json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    found = await inspector.get("/v1/codes", params={"batch_id": first.json()["id"]})
    assert len(found.json()["items"]) == 2


async def test_a_code_is_activated_and_voided_once_and_says_by_whom(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    code, other = await issued(inspector, quantity=2)
    path = f"/v1/codes/{code['id']}"
    active = await inspector.post(f"{path}/activation", json={"reason": "标签已贴"}, headers={"If-Match": '"1"'})
    assert active.json()["state"] == "active"
    again = await inspector.post(f"{path}/activation", json={"reason": "标签已贴"}, headers={"If-Match": '"2"'})
    assert again.json()["type"] == "/problems/code-step-refused"
    stale = await inspector.post(f"{path}/voiding", json={"reason": "标签污损"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    voided = await inspector.post(f"{path}/voiding", json={"reason": "标签污损"}, headers={"If-Match": '"2"'})
    assert voided.json()["state"] == "voided"
    assert [entry["step"] for entry in voided.json()["history"]] == ["issued", "activated", "voided"]
    assert voided.json()["history"][-1]["actor_name"] == "测试人员"
    untouched = (await inspector.get(f"/v1/codes/{other['id']}")).json()
    assert [entry["step"] for entry in untouched["history"]] == ["issued"]


async def test_a_batch_is_moved_as_a_whole_and_passes_by_what_is_voided(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    codes = await issued(inspector, quantity=3)
    lost = codes[0]
    await inspector.post(f"/v1/codes/{lost['id']}/voiding", json={"reason": "遗失"}, headers={"If-Match": '"1"'})
    batch = f"/v1/code-batches/{lost['batch_id']}"
    moved = await inspector.post(f"{batch}/activation", json={"reason": "标签已贴"})
    assert moved.json()["changed"] == 2
    assert (await inspector.post(f"{batch}/activation", json={"reason": "标签已贴"})).status_code == 409
    read = (await inspector.get(f"/v1/codes/{lost['id']}")).json()
    assert read["state"] == "voided"
    assert [entry["step"] for entry in read["history"]] == ["issued", "voided"]


async def test_a_business_gives_out_its_own_codes_and_sees_no_others(client_of: ClientOf) -> None:
    own, other = uuid4(), uuid4()
    shop = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=own)
    rival = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=other)
    [code] = await issued(shop, kind="product", scheme="gs1", gtin=GTIN)
    assert code["business_id"] == str(own)
    assert (await issue(shop, business_id=str(other))).status_code == 403
    assert (await rival.get(f"/v1/codes/{code['id']}")).status_code == 404
    assert (await rival.get("/v1/codes")).json()["items"] == []
    assert (await rival.get(f"/v1/code-batches/{code['batch_id']}/sheet")).status_code == 404
    voiding = await rival.post(f"/v1/codes/{code['id']}/voiding", json={"reason": "捣乱"}, headers={"If-Match": '"1"'})
    assert voiding.status_code == 404


async def test_a_registered_product_is_a_claim_until_the_office_has_seen_whose_it_is(client_of: ClientOf) -> None:
    maker, squatter = uuid4(), uuid4()
    true = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=maker)
    first = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=squatter)
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    elsewhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["440605000000"])
    [code] = await issued(first, kind="product", scheme="gs1", gtin=GTIN, name="抢注（演示）")
    assert code["verified_at"] is None
    [lot] = await issued(true, kind="lot", scheme="gs1", gtin=GTIN, lot="L1", activate=True)
    anyone = await client_of(Unit.TRACEABILITY)
    claimed = (await anyone.get("/v1/public-codes/story", params={"code": lot["uri"]})).json()
    assert {level["claimed"] for level in claimed["code"]["levels"]} == {True}
    path = f"/v1/codes/{code['id']}/verification"
    body = {
        "business_id": str(maker),
        "name": "演示鲜牛奶（虚构）",
        "region_code": HAISHU,
        "reason": "看了证书（演示）",
    }
    assert (await first.post(path, json=body | {"business_id": str(squatter)})).status_code == 403
    seen = await inspector.post(path, json=body)
    assert (seen.status_code, seen.json()["business_id"], seen.json()["name"]) == (200, str(maker), body["name"])
    assert [entry["step"] for entry in seen.json()["history"]] == ["issued", "verified"]
    taken = body | {"business_id": str(squatter), "region_code": "440605000000"}
    assert (await elsewhere.post(path, json=taken)).status_code == 404, "verified here, it is corrected here"
    refused = await issue(first, scheme="gs1", gtin=GTIN, quantity=2)
    assert refused.json()["type"] == "/problems/not-your-codes"
    assert (await first.get(f"/v1/codes/{code['id']}")).status_code == 404, "it is his no more"
    assert (await issue(true, scheme="gs1", gtin=GTIN, quantity=2)).status_code == 201
    known = (await anyone.get("/v1/public-codes/story", params={"code": lot["uri"]})).json()
    assert {level["claimed"] for level in known["code"]["levels"]} == {False}
    spite = await first.post(f"/v1/code-batches/{code['batch_id']}/voiding", json={"reason": "捣乱（演示）"})
    assert spite.status_code == 404
    wrong = await inspector.post(f"/v1/codes/{lot['id']}/verification", json=body)
    assert (wrong.status_code, wrong.json()["type"]) == (409, "/problems/code-step-refused")


async def test_a_market_gives_out_codes_for_its_stalls_and_for_nothing_else(client_of: ClientOf) -> None:
    market, stall = uuid4(), uuid4()
    operator = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=market)
    [code] = await issued(operator, kind="stall", business_id=str(stall), name="演示蔬菜摊（虚构）")
    assert code["business_id"] == str(stall)
    assert (await issue(operator, kind="item", business_id=str(stall))).status_code == 403


async def test_nobody_gives_out_or_sees_codes_of_another_region(client_of: ClientOf) -> None:
    here = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["440605000000"])
    [code] = await issued(here)
    assert (await there.get(f"/v1/codes/{code['id']}")).status_code == 404
    assert (await there.get("/v1/codes", params={"region": HAISHU})).json()["items"] == []
    assert (await issue(there)).json()["type"] == "/problems/outside-region"


@pytest.mark.parametrize("kind", list(CodeKind))
def test_an_own_code_is_read_however_it_is_typed_and_no_wrong_character_passes(kind: CodeKind) -> None:
    [code] = own_codes(kind, HAISHU, 1)
    typed = " ".join(code.text[at : at + 4] for at in range(0, 20, 4)).lower()
    assert read_own_code(typed) == code.key
    for position in range(20):
        for char in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            wrong = code.text[:position] + char + code.text[position + 1 :]
            assert (read_own_code(wrong) == code.key) is (wrong == code.text)


def test_logistic_units_do_not_run_into_another_companys_numbers() -> None:
    with pytest.raises(BadNumbers, match="流水号"):
        list(gs1_codes(CodeKind.LOGISTIC_UNIT, Numbers(first_sscc="106141419999999991"), 20))
