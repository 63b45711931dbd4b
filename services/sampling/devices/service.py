"""Registering and moving devices, and the keys with which they sign."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices import repository, signatures
from services.sampling.devices.models import Device, DeviceKey
from services.sampling.devices.schemas import DeviceCreate, DeviceKeyCreate, DeviceUpdate
from services.sampling.test_sites.service import site_for
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound
from shared.times import now


class DeviceNotFound(NotFound):
    slug, title = "device-not-found", "没有找到这台设备"


class DeviceKnown(Conflict):
    slug, title = "device-known", "这台设备已登记"


class DeviceKeyKnown(Conflict):
    slug, title = "device-key-known", "这把密钥已登记过"


class DeviceSignatureRefused(InvalidRequest):
    slug, title = "device-signature-refused", "仪器的签名不能接受，没有收下任何内容"


@dataclass(frozen=True, slots=True)
class Signed:
    """A body whose signature was checked: by which key of which device, and the headers that prove it."""

    key_id: UUID
    device_id: UUID
    content_digest: str
    signature_input: str
    signature: str


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


async def register_key(session: AsyncSession, device_id: UUID, body: DeviceKeyCreate, actor: Actor) -> DeviceKey:
    """From now on the device signs with this key; the one before it stays for what it signed.

    Raises `DeviceNotFound`, `DeviceKeyKnown`.
    """
    device = await device_for(session, device_id, actor, lock=True)
    public_key = signatures.public_key(body.public_key)
    if await repository.key_by_public(session, public_key):
        raise DeviceKeyKnown(
            "一把密钥只用于一台仪器，更换过的不再启用；请在仪器旁的电脑上另生成一把",
            errors=[FieldError(pointer="/public_key", message="已登记过", code="known")],
        )
    at = now()
    if before := await repository.key_in_force(session, device.id):
        before.replace(at)
        await session.flush()
    key = DeviceKey(device_id=device.id, public_key=public_key, valid_from=at, registered_by=actor.id)
    session.add(key)
    await session.flush()
    return key


async def check_signature(
    session: AsyncSession, body: bytes, content_digest: str, signature_input: str, signature: str
) -> Signed:
    """The body as signed by a registered key in force. Raises `DeviceSignatureRefused`."""
    if content_digest != signatures.content_digest(body):
        raise _refused("Content-Digest", "与收到的正文不符，应为正文的 sha-256=:…:；内容在签名以后变了", "digest")
    try:
        label, params, public_key = signatures.read_input(signature_input)
    except ValueError as error:
        raise _refused("Signature-Input", str(error), "signature_input") from error
    key = await repository.key_by_public(session, public_key)
    if key is None:
        raise _refused("Signature-Input", "没有登记这把密钥；请先在仪器登记中登记它的公钥", "unknown_key")
    if key.replaced_at is not None:
        raise _refused("Signature-Input", "这把密钥已被更换，请用现行的一把签名", "replaced_key")
    try:
        holds = signatures.holds(public_key, content_digest, params, signatures.read_signature(label, signature))
    except ValueError as error:
        raise _refused("Signature", str(error), "signature") from error
    if not holds:
        raise _refused("Signature", "与正文和公钥不符；请核对签名所用的密钥", "signature")
    return Signed(key.id, key.device_id, content_digest, signature_input, signature)


def _refused(header: str, message: str, code: str) -> DeviceSignatureRefused:
    error = FieldError(pointer=f"#header/{header}", message=message, code=code)
    return DeviceSignatureRefused(f"{header} {message}", errors=[error])
