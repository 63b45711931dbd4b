"""Registering and moving devices."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices import repository
from services.sampling.devices.models import Device
from services.sampling.devices.schemas import DeviceCreate, DeviceUpdate
from services.sampling.test_sites.service import site_for
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, NotFound


class DeviceNotFound(NotFound):
    slug, title = "device-not-found", "没有找到这台设备"


class DeviceKnown(Conflict):
    slug, title = "device-known", "这台设备已登记"


async def device_for(session: AsyncSession, device_id: UUID, actor: Actor, *, lock: bool = False) -> Device:
    """The device, if it stands at a site the actor may act for. Raises `DeviceNotFound`."""
    device = await repository.visible_device(session, device_id, actor, lock=lock)
    if device is None:
        raise DeviceNotFound("请核对编号；只能查看和更改自己市场或辖区内检测点的设备")
    return device


async def register_device(session: AsyncSession, body: DeviceCreate, actor: Actor) -> Device:
    """Add a device at one of the actor's sites. Raises `SiteNotFound`, `DeviceKnown`."""
    site = await site_for(session, body.site_id, actor)
    number = (body.maker, body.serial)
    if await repository.devices_by_number(session, [number]):
        raise DeviceKnown(
            f"厂商「{body.maker}」编号「{body.serial}」的设备已登记；换了地方请更改原记录的检测点",
            errors=[FieldError(pointer="/serial", message="同一厂商的编号不能重复", code="known")],
        )
    device = Device(**body.model_dump(exclude={"site_id"}), site_id=site.id)
    session.add(device)
    await session.flush()
    return device


async def change_device(
    session: AsyncSession, device_id: UUID, body: DeviceUpdate, version: int, actor: Actor
) -> Device:
    """Replace what may change, the place included. Raises `DeviceNotFound`, `SiteNotFound`, `PreconditionFailed`."""
    device = await device_for(session, device_id, actor, lock=True)
    ensure_version(device, version)
    await site_for(session, body.site_id, actor)
    for name, value in body.model_dump().items():
        setattr(device, name, value)
    device.advance()
    await session.flush()
    return device
