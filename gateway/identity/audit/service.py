"""Noting what was done, in the transaction in which it was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction, AuditEntry
from shared.http.auth import Actor

log = structlog.get_logger(__name__)

ALARMS = frozenset({AuditAction.ACCOUNT_LOCKED, AuditAction.REFRESH_TOKEN_REUSED})
"""Acts that somebody should look at soon; they are logged as warnings under the event name `security_alarm`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str
    request_id: str = ""


def origin_of(request: Request) -> Origin:
    """The caller's address as the server knows it (behind a trusted proxy, uvicorn has already put the real one
    there).
    """
    return Origin(request.client.host if request.client else "", str(request.scope.get("request_id", "")))


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
    session.add(
        AuditEntry(
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
    )
    if action in ALARMS:
        log.warning("security_alarm", action=action.value, subject=subject.name, address=origin.address, **details)
