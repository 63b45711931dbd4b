"""快检设备."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.devices import repository, service
from services.sampling.devices.schemas import (
    DeviceCreate,
    DeviceKeyCreate,
    DeviceKeyRead,
    DeviceRead,
    DeviceUpdate,
)
from services.sampling.test_sites.router import CanReadSites
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanKeepDevices = Annotated[
    Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.MARKET_OPERATOR, Role.ADMINISTRATOR))
]

router = Router(prefix="/v1/devices", tag="快检设备")


@router.get("")
async def list_devices(
    actor: CanReadSites,
    session: Session,
    page: PageParameters,
    site_id: Annotated[UUID | None, Query(description="只列此检测点的设备")] = None,
) -> Page[DeviceRead]:
    """设备一览。"""
    devices, following = await repository.list_devices(session, site_id, actor, page)
    return Page(items=[DeviceRead.model_validate(device) for device in devices], next_cursor=following)


@router.post("", status_code=201)
async def create_device(
    body: DeviceCreate, actor: CanKeepDevices, session: Session, response: Response, _: Idempotent
) -> DeviceRead:
    """登记设备。"""
    device = await service.register_device(session, body, actor)
    set_etag(response, device)
    response.headers["Location"] = f"/v1/devices/{device.id}"
    return DeviceRead.model_validate(device)


@router.get("/{device_id}")
async def read_device(device_id: UUID, actor: CanReadSites, session: Session, response: Response) -> DeviceRead:
    """一台设备。"""
    device = await service.device_for(session, device_id, actor)
    set_etag(response, device)
    return DeviceRead.model_validate(device)


@router.put("/{device_id}")
async def change_device(
    device_id: UUID, body: DeviceUpdate, actor: CanKeepDevices, version: IfMatch, session: Session, response: Response
) -> DeviceRead:
    """更改设备：换地方、续检定、停用。"""
    device = await service.change_device(session, device_id, body, version, actor)
    set_etag(response, device)
    return DeviceRead.model_validate(device)


@router.get("/{device_id}/keys")
async def list_device_keys(
    device_id: UUID, actor: CanReadSites, session: Session, page: PageParameters
) -> Page[DeviceKeyRead]:
    """设备签名用过的公钥，近的在前。"""
    device = await service.device_for(session, device_id, actor)
    keys, following = await repository.list_keys(session, device.id, page)
    return Page(items=[DeviceKeyRead.model_validate(key) for key in keys], next_cursor=following)


@router.post("/{device_id}/keys", status_code=201)
async def register_device_key(
    device_id: UUID, body: DeviceKeyCreate, actor: CanKeepDevices, session: Session, response: Response, _: Idempotent
) -> DeviceKeyRead:
    """登记或更换设备的签名公钥：自此只收它签了名的记录。"""
    key = await service.register_key(session, device_id, body, actor)
    response.headers["Location"] = f"/v1/devices/{device_id}/keys"
    return DeviceKeyRead.model_validate(key)
