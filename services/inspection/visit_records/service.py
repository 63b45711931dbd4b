"""Taking in what terminals deliver. Whatever comes is kept; what it counts for is said in the answer."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.quarantine import repository as quarantine
from services.inspection.quarantine.models import QuarantineState
from services.inspection.visit_records import repository
from services.inspection.visit_records.content import Contact as SentContact
from services.inspection.visit_records.content import VisitContent, named_files
from services.inspection.visit_records.delivered import Delivered, Reason, read
from services.inspection.visit_records.doubts import doubts_about
from services.inspection.visit_records.kinds import EntryKind, RecordState, Standing
from services.inspection.visit_records.merging import difference, shown
from services.inspection.visit_records.models import VisitRecord, VisitVersion
from services.inspection.visit_records.problems import UnknownVisitRecord
from services.inspection.visit_records.rules import Contact, Skew, clock_skew, corrected
from services.inspection.visit_records.settling import log, settle_anew, without_saved
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import now

MAX_KEPT_BYTES = 256 * 1024
"""Of what cannot be read so much is kept: more than any visit by hand, less than a photo sent to the wrong address."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. `record` is None where there is none, or the sender may not see it."""

    record: VisitRecord | None
    sha256: str
    standing: Standing
    is_new: bool
    received_at: datetime
    reasons: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)


async def record_for(session: AsyncSession, record_id: UUID, actor: Actor, *, lock: bool = False) -> VisitRecord:
    """A record that the actor may see. Raises `UnknownVisitRecord`."""
    record = await repository.visible_record(session, record_id, actor, lock=lock)
    if record is None:
        raise UnknownVisitRecord("请核对编号；只能查看本人开始的和本辖区的检查记录")
    return record


async def deliver(
    session: AsyncSession,
    record_id: UUID,
    body: bytes,
    *,
    announced: str | None,
    sent_at: datetime | None,
    actor: Actor,
) -> Outcome:
    """Keep what a terminal sent of a visit and settle the record anew. The same content again changes nothing.

    `announced` is the hash as the terminal reckoned it, `sent_at` the time of sending by its clock. Nothing is raised
    for what is in the body: what cannot be read or is doubtful goes into quarantine with every reason.
    """
    received_at = now()
    delivered = read(body)
    if not isinstance(delivered, Delivered):
        return await _keep_unreadable(session, record_id, body, delivered, received_at, actor)
    content = delivered.content
    named = [sha256 for _, sha256 in named_files(content)]
    await repository.hold_files(session, named)
    record = await repository.claim_record(session, _empty(record_id, content, actor))
    version = await repository.get_version(session, record_id, delivered.sha256)
    is_new, released = version is None, False
    if version is None:
        skew = _skew(content, sent_at, received_at)
        doubts = await _doubts(session, record, delivered, announced, skew, received_at, actor)
        version = await _add_version(session, record, delivered, skew, received_at, actor, admitted=not doubts)
        if doubts:
            await _quarantine(session, record, version, doubts, actor)
        log(session, record, EntryKind.RECEIVED, actor, sha256=version.sha256, author=version.author_name)
    elif not version.admitted:
        released = await _may_count(session, record, version, delivered, announced, actor)
    names_more = await repository.name_files(session, record.id, named, actor.id)
    if is_new or released or names_more:
        await settle_anew(session, record, actor)
    return await _outcome(session, record, version, is_new, received_at, actor)


async def admit(session: AsyncSession, record_id: UUID, version_id: UUID, actor: Actor, why: str) -> None:
    """Let a version count that was in quarantine."""
    version = await repository.version_by_id(session, version_id)
    assert version is not None
    await repository.hold_files(
        session, [sha256 for _, sha256 in named_files(VisitContent.model_validate(version.content))]
    )
    record = await repository.lock_record(session, record_id)
    version.admitted = True
    await session.flush()
    log(session, record, EntryKind.RELEASED, actor, note=why, sha256=version.sha256)
    await settle_anew(session, record, actor)


async def note_filed(session: AsyncSession, record_id: UUID, sha256: str, actor: Actor, why: str) -> None:
    """Say in the history of a record that a delivery does not count."""
    record = await repository.get_record(session, record_id)
    if record is not None:
        log(session, record, EntryKind.FILED, actor, note=why, sha256=sha256)
        await session.flush()


async def note_file_arrived(session: AsyncSession, sha256: str, actor: Actor) -> None:
    """Settle anew every record in which the actor named a file that he has just sent."""
    for record_id in await repository.records_naming(session, sha256, actor.id):
        await settle_anew(session, await repository.lock_record(session, record_id), actor)


async def _keep_unreadable(
    session: AsyncSession, record_id: UUID, body: bytes, reasons: list[Reason], received_at: datetime, actor: Actor
) -> Outcome:
    sha256 = hashlib.sha256(body).hexdigest()
    told = [asdict(reason) for reason in reasons]
    if len(body) > MAX_KEPT_BYTES:
        told.append(asdict(Reason("cut", f"共 {len(body)} 字节，只保存了前 {MAX_KEPT_BYTES} 字节")))
    values = {
        "record_id": record_id,
        "sha256": sha256,
        "body": body[:MAX_KEPT_BYTES],
        "region_code": actor.regions[0] if actor.regions else "",
        "reasons": told,
    }
    is_new = await _keep(session, values, received_at, actor)
    kept = await quarantine.kept(session, record_id, sha256)
    assert kept is not None
    record = await repository.visible_record(session, record_id, actor)
    standing = Standing.FILED if kept.state is QuarantineState.FILED else Standing.QUARANTINED
    return Outcome(record, sha256, standing, is_new, received_at, kept.reasons)


def _empty(record_id: UUID, content: VisitContent, actor: Actor) -> dict[str, Any]:
    return {
        "id": record_id,
        "region_code": content.region_code,
        "authority_code": content.authority_code,
        "business_id": content.business_id,
        "unregistered_place": content.unregistered_place,
        "kind": content.kind,
        "state": RecordState.WAITING,
        "created_by": content.saved.by,
        "version": 1,
    }


def _skew(content: VisitContent, sent_at: datetime | None, received_at: datetime) -> Skew | None:
    """From the contacts the terminal tells of; without any, from this one."""
    contacts = [_contact(contact) for contact in content.saved.contacts]
    if not contacts and sent_at is not None:
        contacts = [Contact(sent_at, received_at)]
    return clock_skew(contacts)


def _contact(sent: SentContact) -> Contact:
    return Contact(sent.sent_at, sent.received_at, sent.answered_at, sent.got_at)


async def _doubts(
    session: AsyncSession,
    record: VisitRecord,
    delivered: Delivered,
    announced: str | None,
    skew: Skew | None,
    received_at: datetime,
    actor: Actor,
) -> list[Reason]:
    began_at = delivered.content.began_at
    return await doubts_about(
        session,
        record.id,
        delivered,
        announced=announced,
        began_at=began_at and corrected(began_at, skew, received_at),
        skew=skew,
        received_at=received_at,
        actor=actor,
    )


async def _add_version(
    session: AsyncSession,
    record: VisitRecord,
    delivered: Delivered,
    skew: Skew | None,
    received_at: datetime,
    actor: Actor,
    *,
    admitted: bool,
) -> VisitVersion:
    saved = delivered.content.saved
    values = {
        "id": uuid7(),
        "record_id": record.id,
        "sha256": delivered.sha256,
        "base": sorted(set(saved.base)),
        "content": delivered.document,
        "author_id": saved.by,
        "author_name": saved.by_name,
        "device": saved.device,
        "stated_at": saved.at,
        "saved_at": corrected(saved.at, skew, received_at),
        "skew_ms": skew and skew.add // timedelta(milliseconds=1),
        "skew_error_ms": skew and skew.error and skew.error // timedelta(milliseconds=1),
        "clock_moved": bool(skew and skew.moved),
        "received_at": received_at,
        "handed_in_by": actor.id,
        "handed_in_name": actor.name,
        "admitted": admitted,
    }
    version = await repository.add_version(session, values)
    assert version is not None  # the record is locked
    return version


async def _quarantine(
    session: AsyncSession, record: VisitRecord, version: VisitVersion, doubts: list[Reason], actor: Actor
) -> None:
    values = {
        "record_id": record.id,
        "sha256": version.sha256,
        "version_id": version.id,
        "region_code": version.content["region_code"].ljust(12, "0"),
        "reasons": [asdict(doubt) for doubt in doubts],
    }
    await _keep(session, values, version.received_at, actor)


async def _keep(session: AsyncSession, values: dict[str, Any], received_at: datetime, actor: Actor) -> bool:
    more = {"received_at": received_at, "handed_in_by": actor.id, "handed_in_name": actor.name}
    return await quarantine.keep(
        session,
        {"id": uuid7(), "state": QuarantineState.OPEN, "version": 1, "decided_by_name": "", "decision": ""}
        | values
        | more,
    )


async def _may_count(
    session: AsyncSession,
    record: VisitRecord,
    version: VisitVersion,
    delivered: Delivered,
    announced: str | None,
    actor: Actor,
) -> bool:
    """Release a version whose doubts have gone since: its author hands it in himself, the business is on file now."""
    kept = await quarantine.kept(session, record.id, version.sha256)
    if kept is None or kept.state is not QuarantineState.OPEN:
        return False
    skew = _skew(delivered.content, None, version.received_at)
    if await _doubts(session, record, delivered, announced, skew, version.received_at, actor):
        return False
    why = "再次上传时疑点已消除"
    kept.release(why, actor.id, actor.name, now())
    version.admitted = True
    await session.flush()
    log(session, record, EntryKind.RELEASED, actor, note=why, sha256=version.sha256)
    return True


async def _outcome(
    session: AsyncSession,
    record: VisitRecord,
    version: VisitVersion,
    is_new: bool,
    received_at: datetime,
    actor: Actor,
) -> Outcome:
    if not version.admitted:
        seen = await repository.visible_record(session, record.id, actor)
        kept = await quarantine.kept(session, record.id, version.sha256)
        assert kept is not None
        standing = Standing.FILED if kept.state is QuarantineState.FILED else Standing.QUARANTINED
        return Outcome(seen, version.sha256, standing, is_new, received_at, kept.reasons)
    if version.sha256 in record.waiting:
        return Outcome(record, version.sha256, Standing.WAITING, is_new, received_at)
    if version.sha256 not in record.aside:
        return Outcome(record, version.sha256, Standing.ACCEPTED, is_new, received_at)
    differences = [
        {"pointer": pointer, "stored": shown(stored), "sent": shown(sent)}
        for pointer, stored, sent in difference(record.content or {}, without_saved(version.content))
    ]
    return Outcome(record, version.sha256, Standing.ASIDE, is_new, received_at, differences=differences)
