"""Devices over HTTP: one maker and serial is one device, wherever it stands."""

from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.devices.signing import public
from tests.services.sampling.factories import HAISHU, NANHAI, key, stored_site


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


def device_body(site_id: Any, **change: Any) -> dict[str, Any]:
    return {
        "maker": "演示仪器厂（虚构）",
        "serial": f"DEMO-{uuid4().hex[:8]}",
        "methods": ["enzyme_inhibition"],
        "site_id": str(site_id),
    } | change


async def test_maker_and_serial_are_one_device(inspector: httpx.AsyncClient, session_of: SessionOf) -> None:
    site = await stored_site(await session_of(Unit.SAMPLING))
    body = device_body(site.id)
    assert (await inspector.post("/v1/devices", json=body, headers=key())).status_code == 201
    again = await inspector.post("/v1/devices", json=body, headers=key())
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (409, "/serial")
    other_maker = body | {"maker": "另一演示仪器厂（虚构）"}
    assert (await inspector.post("/v1/devices", json=other_maker, headers=key())).status_code == 201


async def test_a_device_moves_only_between_sites_of_the_caller(
    inspector: httpx.AsyncClient, session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    here, there, abroad = [await stored_site(session, region_code=code) for code in (HAISHU, HAISHU, NANHAI)]
    device = (await inspector.post("/v1/devices", json=device_body(here.id), headers=key())).json()
    address, headers = f"/v1/devices/{device['id']}", {"If-Match": '"1"'}
    change = {"methods": ["elisa"], "site_id": str(there.id), "active": True, "calibrated_until": "2027-06-30"}
    refused = await inspector.put(address, json=change | {"site_id": str(abroad.id)}, headers=headers)
    assert refused.status_code == 404
    moved = await inspector.put(address, json=change, headers=headers)
    assert (moved.status_code, moved.json()["site_id"], moved.headers["ETag"]) == (200, str(there.id), '"2"')
    listed = (await inspector.get("/v1/devices", params={"site_id": str(there.id)})).json()["items"]
    assert [item["id"] for item in listed] == [device["id"]]
    stranger = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get(address)).status_code == 404


async def test_a_market_operator_registers_devices_at_his_own_site_only(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    session, own = await session_of(Unit.SAMPLING), uuid4()
    mine, other = await stored_site(session, operator_business_id=own), await stored_site(session)
    operator = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=own)
    assert (await operator.post("/v1/devices", json=device_body(mine.id), headers=key())).status_code == 201
    assert (await operator.post("/v1/devices", json=device_body(other.id), headers=key())).status_code == 404


async def test_a_device_is_given_a_key_by_who_keeps_it(
    inspector: httpx.AsyncClient, session_of: SessionOf, client_of: ClientOf
) -> None:
    site = await stored_site(await session_of(Unit.SAMPLING))
    device = (await inspector.post("/v1/devices", json=device_body(site.id), headers=key())).json()
    address = f"/v1/devices/{device['id']}/keys"
    first, second = [{"public_key": public(Ed25519PrivateKey.generate())} for _ in range(2)]
    stranger = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.post(address, json=first, headers=key())).status_code == 404
    assert (await stranger.get(address)).status_code == 404
    for body in (first, second):
        assert (await inspector.post(address, json=body, headers=key())).status_code == 201
    in_force, replaced = (await inspector.get(address)).json()["items"]
    assert (in_force["public_key"], in_force["replaced_at"]) == (second["public_key"], None)
    assert (replaced["public_key"], replaced["replaced_at"]) == (first["public_key"], in_force["valid_from"])
    for wrong in ("", "c2hvcnQ=", second["public_key"].rstrip("="), "钥"):
        refused = await inspector.post(address, json={"public_key": wrong}, headers=key())
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/public_key"), wrong
