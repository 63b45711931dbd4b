"""Noting what was done, in the transaction in which it was done."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit import repository
from gateway.identity.audit.models import ENTRIES, AuditAction, AuditEntry
from shared import times
from shared.http.audit import AuditRecord, record_act
from shared.http.auth import Actor
from shared.ids import uuid7

log = structlog.get_logger(__name__)

ALARMS = frozenset({AuditAction.ACCOUNT_LOCKED, AuditAction.REFRESH_TOKEN_REUSED})
"""Acts that somebody should look at soon; they are logged as warnings under the event name `security_alarm`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str
    request_id: str = ""
    device: str = ""


def origin_of(request: Request) -> Origin:
    """The caller's address as the server knows it (behind a trusted proxy, uvicorn has already put the real one
    there).
    """
    return Origin(
        request.client.host if request.client else "",
        str(request.scope.get("request_id", "")),
        device_of(request.headers.get("user-agent", "")),
    )


_DEVICES = ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari", "curl", "python")
_SYSTEMS = ("Android", "iPhone", "iPad", "HarmonyOS", "Windows", "Mac OS", "Linux")


def device_of(user_agent: str) -> str:
    """What a caller says it is, in two words, by which its owner knows it again. Nobody's word is taken for proof."""
    known = [next((name for name in names if name in user_agent), "") for names in (_DEVICES, _SYSTEMS)]
    return " ".join(filter(None, known)) or "".join(filter(str.isprintable, user_agent))[:60]


CallerOrigin = Annotated[Origin, Depends(origin_of)]


@dataclass(frozen=True, slots=True)
class Subject:
    """The account or organisation an act concerns."""

    id: UUID | None
    name: str
    regions: Sequence[str] = ()


def note(
    session: AsyncSession,
    action: AuditAction,
    origin: Origin,
    subject: Subject,
    actor: Actor | None = None,
    **details: Any,
) -> None:
    """Append an entry. Without an actor the subject acted for itself."""
    entry = AuditEntry(
        id=uuid7(),
        at=times.now(),
        action=action,
        actor_id=actor.id if actor else subject.id,
        actor_name=actor.name if actor else subject.name,
        subject_id=subject.id,
        subject_name=subject.name,
        regions=list(subject.regions),
        address=origin.address,
        request_id=origin.request_id,
        details=details,
    )
    session.add(entry)
    record_act(
        session,
        entry.id,
        action.value,
        f"{ENTRIES}/{entry.id}",
        content_of(entry),
        actor_id=entry.actor_id,
        regions=entry.regions,
        request_id=entry.request_id,
    )
    if action in ALARMS:
        log.warning("security_alarm", action=action.value, subject=subject.name, address=origin.address, **details)


def content_of(entry: AuditEntry) -> bytes:
    """An entry as it is hashed into the log of writes: canonical JSON of all its columns."""
    columns = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
    return json.dumps(columns, default=_as_text, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _as_text(value: Any) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


async def find_edited(session: AsyncSession) -> list[UUID]:
    """The ids of entries that are not, or no longer, what was hashed when they were noted: edited, deleted, or added
    past the platform.
    """
    edited: list[UUID] = []
    async for entry, record in repository.entries_with_records(session):
        if entry is None or record is None:
            edited += [one.id for one in (entry, record) if one is not None]
        elif not _is_unchanged(entry, record):
            edited.append(entry.id)
    return edited


def _is_unchanged(entry: AuditEntry, record: AuditRecord) -> bool:
    assert record.content_salt is not None
    return hashlib.sha256(record.content_salt + content_of(entry)).digest() == record.content_sha256
