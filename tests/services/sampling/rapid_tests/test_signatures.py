"""A device that has a key speaks for itself: what it signed can be traced to it, and nobody else sends in its name."""

import base64
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text

from services.sampling.devices.models import Device, DeviceKey
from services.sampling.test_sites.models import Site
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.devices.signing import public, signed
from tests.services.sampling.factories import HAISHU, key, stored_site
from tests.services.sampling.rapid_tests.conftest import Market

PATH = "/v1/rapid-test-submissions"
MAKER, SERIAL = "演示仪器厂（虚构）", "SIGNING-1"


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


@pytest_asyncio.fixture
async def site(session_of: SessionOf) -> Site:
    return await stored_site(await session_of(Unit.SAMPLING))


@pytest_asyncio.fixture
async def device(site: Site, session_of: SessionOf) -> Device:
    session = await session_of(Unit.SAMPLING)
    device = Device(maker=MAKER, serial=SERIAL, methods=["enzyme_inhibition"], site_id=site.id)
    session.add(device)
    await session.flush()
    return device


@pytest_asyncio.fixture
async def signing(inspector: httpx.AsyncClient, device: Device) -> Ed25519PrivateKey:
    """The key that is registered for the device."""
    made = Ed25519PrivateKey.generate()
    assert (await registered(inspector, device.id, made)).status_code == 201
    return made


async def registered(inspector: httpx.AsyncClient, device_id: UUID, made: Ed25519PrivateKey) -> httpx.Response:
    return await inspector.post(f"/v1/devices/{device_id}/keys", json={"public_key": public(made)}, headers=key())


def record(**change: Any) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "product_name": "韭菜",
        "printed_item": "农药残留",
        "printed_value": "12.5",
        "unit": "%",
        "device_maker": MAKER,
        "device_serial": SERIAL,
        "tested_at": "2026-07-01T06:10:00+08:00",
    } | change


def body(site: Site, *records: dict[str, Any]) -> bytes:
    return json.dumps({"site_id": str(site.id), "records": list(records)}, ensure_ascii=False).encode()


async def put(client: httpx.AsyncClient, sent: bytes, headers: dict[str, str]) -> httpx.Response:
    return await client.put(f"{PATH}/{uuid7()}", content=sent, headers=headers)


async def stored_tests(session_of: SessionOf) -> int:
    session = await session_of(Unit.SAMPLING)
    return int(await session.scalar(text("SELECT count(*) FROM rapid_tests")) or 0)


async def test_what_was_signed_is_traced_to_the_key_and_anybody_can_check_it(
    inspector: httpx.AsyncClient, device: Device, site: Site, signing: Ed25519PrivateKey
) -> None:
    sent = body(site, record())
    [item] = (await put(inspector, sent, signed(signing, sent))).json()["items"]
    assert item["outcome"] == "accepted", item
    [registered_key] = (await inspector.get(f"/v1/devices/{device.id}/keys")).json()["items"]
    shown = (await inspector.get(f"/v1/rapid-tests/{item['test_id']}")).json()
    assert shown["device_key_id"] == registered_key["id"]
    proof = (await inspector.get(f"/v1/rapid-tests/{item['test_id']}/signature")).json()
    assert (proof["holds"], proof["device_id"], proof["public_key"]) == (True, str(device.id), public(signing))
    assert proof["content_digest"] == signed(signing, sent)["Content-Digest"], "the original that was kept"
    label, _, params = proof["signature_input"].partition("=")
    Ed25519PublicKey.from_public_bytes(base64.b64decode(proof["public_key"])).verify(
        base64.b64decode(proof["signature"].removeprefix(f"{label}=").strip(":")),
        f'"content-digest": {proof["content_digest"]}\n"@signature-params": {params}'.encode(),
    )


async def test_a_proof_that_was_edited_in_the_database_does_not_hold(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey, session_of: SessionOf
) -> None:
    sent, other = body(site, record()), body(site, record(printed_value="99"))
    [item] = (await put(inspector, sent, signed(signing, sent))).json()["items"]
    session = await session_of(Unit.SAMPLING)
    forged = {"digest": signed(signing, other)["Content-Digest"]}
    await session.execute(text("UPDATE submission_signatures SET content_digest = :digest"), forged)
    session.expire_all()
    assert (await inspector.get(f"/v1/rapid-tests/{item['test_id']}/signature")).json()["holds"] is False


async def test_one_byte_changed_after_signing_is_refused_and_nothing_stored(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey, session_of: SessionOf
) -> None:
    sent = body(site, record())
    changed = sent.replace(b"12.5", b"12.6")
    in_the_middle = await put(inspector, changed, signed(signing, sent))
    assert (in_the_middle.status_code, in_the_middle.json()["errors"][0]["pointer"]) == (422, "#header/Content-Digest")
    with_its_digest = signed(signing, sent) | {"Content-Digest": signed(signing, changed)["Content-Digest"]}
    careful = await put(inspector, changed, with_its_digest)
    assert (careful.status_code, careful.json()["errors"][0]["pointer"]) == (422, "#header/Signature")
    assert careful.json()["type"] == "/problems/device-signature-refused"
    assert await stored_tests(session_of) == 0


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Signature-Input", 'sig1=();keyid="{key}"'),
        ("Signature-Input", 'sig1=("@method");keyid="{key}"'),
        ("Signature-Input", 'sig1=("content-digest");keyid="{key}";alg="hmac-sha256"'),
        ("Signature-Input", 'sig1=("content-digest");keyid="{key}";expires=1'),
        ("Signature-Input", 'sig1=("content-digest");alg="ed25519"'),
        ("Signature-Input", 'sig1=("content-digest");keyid="c2hvcnQ="'),
        ("Signature", "sig2=:" + "A" * 86 + "==:"),
        ("Signature", "sig1=:AAAA:"),
    ],
)
async def test_a_signature_of_another_form_is_refused_at_its_place(
    header: str, value: str, inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey
) -> None:
    sent = body(site, record())
    refused = await put(inspector, sent, signed(signing, sent, **{header: value.format(key=public(signing))}))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#header/{header}")


async def test_a_signature_needs_all_its_headers(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey
) -> None:
    sent = body(site, record())
    headers = signed(signing, sent)
    del headers["Content-Digest"]
    refused = await put(inspector, sent, headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#header/Content-Digest")


async def test_a_device_with_a_key_is_not_spoken_for_without_its_signature(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey, session_of: SessionOf
) -> None:
    sent = body(site, record(), record(device_maker=None, device_serial=None))
    answer = await put(inspector, sent, {"Content-Type": "application/json"})
    refused, by_hand = answer.json()["items"]
    assert (refused["outcome"], refused["errors"][0]["code"]) == ("rejected", "signature_required")
    assert refused["errors"][0]["pointer"] == "/records/0/device_serial"
    assert by_hand["outcome"] == "accepted", "what names no device stays as it was"
    shown = (await inspector.get(f"/v1/rapid-tests/{by_hand['test_id']}")).json()
    assert shown["device_key_id"] is None
    assert (await inspector.get(f"/v1/rapid-tests/{by_hand['test_id']}/signature")).status_code == 404
    assert await stored_tests(session_of) == 1


async def test_a_signature_speaks_for_its_own_device_only(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey
) -> None:
    sent = body(site, record(device_serial="ANOTHER"), record(device_maker=None, device_serial=None), record())
    items = (await put(inspector, sent, signed(signing, sent))).json()["items"]
    assert [item["outcome"] for item in items] == ["rejected", "rejected", "accepted"]
    assert items[0]["errors"][0]["code"] == "device_not_signer"


async def test_the_same_submission_again_gets_the_same_answer_and_its_records_are_no_second_tests(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey, session_of: SessionOf
) -> None:
    sent, address = body(site, record()), f"{PATH}/{uuid7()}"
    first, again = [await inspector.put(address, content=sent, headers=signed(signing, sent)) for _ in range(2)]
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    [item] = (await put(inspector, sent, signed(signing, sent))).json()["items"]
    assert item["outcome"] == "duplicate"
    assert await stored_tests(session_of) == 1


async def test_a_replaced_key_signs_no_more_and_what_it_signed_still_holds(
    inspector: httpx.AsyncClient, device: Device, site: Site, signing: Ed25519PrivateKey
) -> None:
    sent = body(site, record())
    [item] = (await put(inspector, sent, signed(signing, sent))).json()["items"]
    following = Ed25519PrivateKey.generate()
    unknown = body(site, record(product_name="豇豆"))
    refused = await put(inspector, unknown, signed(following, unknown))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_key")
    assert (await registered(inspector, device.id, following)).status_code == 201
    late = body(site, record())
    refused = await put(inspector, late, signed(signing, late))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "replaced_key")
    assert (await put(inspector, unknown, signed(following, unknown))).json()["accepted"] == 1
    assert (await inspector.get(f"/v1/rapid-tests/{item['test_id']}/signature")).json()["holds"] is True
    back = await registered(inspector, device.id, signing)
    assert (back.status_code, back.json()["errors"][0]["pointer"]) == (409, "/public_key")


async def test_a_persons_correction_of_a_signed_record_stands_under_his_own_name(
    inspector: httpx.AsyncClient, site: Site, signing: Ed25519PrivateKey
) -> None:
    sent = body(site, original := record())
    [item] = (await put(inspector, sent, signed(signing, sent))).json()["items"]
    fixed = {name: value for name, value in original.items() if name != "id"} | {"reason": "品名录错"}
    corrected = await inspector.post(f"/v1/rapid-tests/{item['test_id']}/corrections", json=fixed, headers=key())
    assert corrected.status_code == 201, corrected.text
    assert corrected.json()["device_key_id"] is None


async def test_no_file_speaks_for_a_device_that_signs(market: Market) -> None:
    async with market.sessions() as session, session.begin():
        device = Device(maker=MAKER, serial=SERIAL, methods=["enzyme_inhibition"], site_id=market.site.id)
        session.add(device)
        await session.flush()
        public_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        session.add(DeviceKey(device_id=device.id, public_key=public_key, valid_from=now(), registered_by=uuid7()))
    rows = ["样品名称,检测项目,检测值,检测时间,仪器厂商,仪器编号", "韭菜,农药残留,12.5,2026-07-01 06:10,"]
    file = f"{rows[0]}\n{rows[1]}{MAKER},{SERIAL}\n{rows[1]},\n"
    taken = await market.take_in(await market.upload(file.encode()))
    assert (taken["accepted"], taken["rejected"]) == (1, 1)
    answers = await market.get(f"/v1/rapid-test-uploads/{taken['id']}/rows", outcome="rejected")
    [error] = answers["items"][0]["errors"]
    assert (error["code"], error["row"], error["column"]) == ("signature_required", 2, "仪器编号")
