"""Deciding about kept deliveries: let them count, or file them for a written reason."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.quarantine import repository
from services.inspection.quarantine.models import QuarantinedDelivery
from services.inspection.quarantine.schemas import QuarantinedDetail, QuarantinedRead
from services.inspection.visit_records.repository import version_by_id
from services.inspection.visit_records.service import admit, note_filed
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import NotFound
from shared.regions.scope import ensure_in_scope
from shared.times import now


class UnknownDelivery(NotFound):
    """Nothing is kept under this id, or elsewhere than in the caller's regions."""

    slug, title = "quarantined-delivery-not-found", "没有找到这份待核的上传"


async def delivery_for(
    session: AsyncSession, delivery_id: UUID, actor: Actor, *, lock: bool = False
) -> QuarantinedDelivery:
    """A kept delivery that the actor may see. Raises `UnknownDelivery`."""
    kept = await repository.visible_delivery(session, delivery_id, actor, lock=lock)
    if kept is None:
        raise UnknownDelivery("请核对编号")
    return kept


async def release(
    session: AsyncSession, delivery_id: UUID, reason: str, version: int, actor: Actor
) -> QuarantinedDelivery:
    """Let a delivery count; it is merged as if it had come in order."""
    kept = await _deciding(session, delivery_id, version, actor)
    kept.release(reason, actor.id, actor.name, now())
    assert kept.version_id is not None  # said by release
    await session.flush()
    await admit(session, kept.record_id, kept.version_id, actor, reason)
    return kept


async def file(
    session: AsyncSession, delivery_id: UUID, reason: str, version: int, actor: Actor
) -> QuarantinedDelivery:
    """Keep a delivery without letting it count."""
    kept = await _deciding(session, delivery_id, version, actor)
    kept.file(reason, actor.id, actor.name, now())
    await session.flush()
    await note_filed(session, kept.record_id, kept.sha256, actor, reason)
    return kept


async def show_in_full(session: AsyncSession, kept: QuarantinedDelivery) -> QuarantinedDetail:
    """A kept delivery with what it says, as far as anybody can read it."""
    version = await version_by_id(session, kept.version_id) if kept.version_id else None
    text = None if kept.body is None else kept.body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    return QuarantinedDetail(**dict(show(kept)), content=version.content if version else None, text=text)


def show(kept: QuarantinedDelivery) -> QuarantinedRead:
    named = {name: getattr(kept, name) for name in QuarantinedRead.model_fields if hasattr(kept, name)}
    return QuarantinedRead.model_validate(
        named | {"readable": kept.version_id is not None, "state_label": kept.state.label}
    )


async def _deciding(session: AsyncSession, delivery_id: UUID, version: int, actor: Actor) -> QuarantinedDelivery:
    kept = await delivery_for(session, delivery_id, actor, lock=True)
    await ensure_in_scope(session, actor, kept.region_code)
    ensure_version(kept, version)
    return kept
