"""Every query on devices."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices.models import Device, DeviceKey
from services.sampling.test_sites.models import Site
from services.sampling.test_sites.scope import visible_sites
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate


async def visible_device(session: AsyncSession, device_id: UUID, actor: Actor, *, lock: bool = False) -> Device | None:
    """One device if it stands at a site the actor may see."""
    statement = visible_sites(select(Device).join(Site, Site.id == Device.site_id), actor).where(Device.id == device_id)
    return await session.scalar(statement.with_for_update(of=Device) if lock else statement)


async def list_devices(
    session: AsyncSession, site_id: UUID | None, actor: Actor, page: PageRequest
) -> tuple[list[Device], str | None]:
    """One page of the devices at the sites the actor may see."""
    statement = visible_sites(select(Device).join(Site, Site.id == Device.site_id), actor)
    if site_id is not None:
        statement = statement.where(Device.site_id == site_id)
    return await paginate(session, statement, page, order_by=[Device.maker, Device.serial])


async def devices_by_number(
    session: AsyncSession, numbers: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Device]:
    """The known devices among (maker, serial) pairs."""
    found = await session.scalars(select(Device).where(tuple_(Device.maker, Device.serial).in_(numbers)))
    return {(device.maker, device.serial): device for device in found}


async def signing_devices(session: AsyncSession, device_ids: Collection[UUID]) -> set[UUID]:
    """Those of the devices that have a key, and so sign what they send."""
    found = await session.scalars(select(DeviceKey.device_id).where(DeviceKey.device_id.in_(device_ids)).distinct())
    return set(found)


async def key_by_public(session: AsyncSession, public_key: bytes) -> DeviceKey | None:
    """The key, in force or replaced."""
    return await session.scalar(select(DeviceKey).where(DeviceKey.public_key == public_key))


async def key_in_force(session: AsyncSession, device_id: UUID) -> DeviceKey | None:
    return await session.scalar(
        select(DeviceKey).where(DeviceKey.device_id == device_id, DeviceKey.replaced_at.is_(None))
    )


async def list_keys(session: AsyncSession, device_id: UUID, page: PageRequest) -> tuple[list[DeviceKey], str | None]:
    """One page of a device's keys, the latest first."""
    statement = select(DeviceKey).where(DeviceKey.device_id == device_id)
    return await paginate(session, statement, page, order_by=[DeviceKey.id], descending=True)
