"""What was done, by whom, to what: one record of every write, appended in the transaction of the write.

A record holds no name and no content, only who (an id), what (the route), which record (its address) and the hash of
what was sent. The hash is salted, and the salt stands beside the record, not in it: a short content cannot be guessed
from an exported log. Records are numbered and chained later (`shared.audit`), so writers never wait for each other.
"""

import asyncio
import hashlib
import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SM3, Hash
from fastapi import Depends, Request
from sqlalchemy import BigInteger, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.responses import Response
from starlette.types import Message

from shared import times
from shared.contracts.scopes import READING
from shared.database import ChassisBase
from shared.http.addresses import without_token
from shared.http.auth import Actor
from shared.ids import uuid7

SALT_BYTES = 16
_IN_A_THREAD = 2**18
# More than this takes over a millisecond, in which others would wait.


class AuditRecord(ChassisBase):
    """One write. What stands after `content_salt` is filled in once, when the record is sealed; a trigger of the
    database refuses every other change.
    """

    __tablename__ = "audit_records"
    __table_args__ = (
        Index("ix_audit_records_unsealed", "id", postgresql_where="position IS NULL"),
        Index("uq_audit_records_position", "position", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    action: Mapped[str]
    target: Mapped[str]
    location: Mapped[str | None]
    status: Mapped[int | None]
    request_id: Mapped[str]
    content_bytes: Mapped[int | None] = mapped_column(BigInteger)
    content_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_sm3: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    position: Mapped[int | None] = mapped_column(BigInteger)
    leaf_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    leaf_sm3: Mapped[bytes | None] = mapped_column(LargeBinary)
    chain_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    chain_sm3: Mapped[bytes | None] = mapped_column(LargeBinary)


class ContentHash:
    """Hashes a content as it passes by, in SHA-256 and SM3, behind a salt of its own."""

    def __init__(self) -> None:
        self.salt = secrets.token_bytes(SALT_BYTES)
        self.size = 0
        self._sha256, self._sm3 = hashlib.sha256(self.salt), Hash(SM3())
        self._sm3.update(self.salt)

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self._sha256.update(data)
        self._sm3.update(data)

    def columns(self) -> dict[str, Any]:
        """What a record keeps of the content; of none, nothing."""
        if not self.size:
            return {}
        return {
            "content_bytes": self.size,
            "content_sha256": self._sha256.digest(),
            "content_sm3": self._sm3.finalize(),
            "content_salt": self.salt,
        }


def with_hashed_body(request: Request) -> Request:
    """The request of a write, whose body is hashed while the route reads it; a reading one as it is."""
    if request.method in READING:
        return request
    hashed, receive = ContentHash(), request.receive

    async def receive_hashed() -> Message:
        message = await receive()
        body: bytes = message.get("body", b"")
        if len(body) > _IN_A_THREAD:
            await asyncio.to_thread(hashed.add, body)
        elif body:
            hashed.add(body)
        return message

    request.state.content_hash = hashed
    return Request(request.scope, receive_hashed)


def _withhold_content(request: Request) -> None:
    request.state.content_hash = ContentHash()


SecretContent = Annotated[None, Depends(_withhold_content)]
"""Declare on a route whose body is a secret that could be guessed, such as a password: its hash is not kept."""


def record_write(request: Request, response: Response) -> None:
    """Append the record of a request that wrote; called by the route class before the commit."""
    session: AsyncSession | None = getattr(request.state, "session", None)
    if request.method in READING or session is None:
        return
    actor: Actor | None = getattr(request.state, "actor", None)
    hashed: ContentHash = request.state.content_hash
    session.add(
        AuditRecord(
            at=times.now(),
            actor_id=actor.id if actor else None,
            regions=list(actor.regions) if actor else [],
            action=f"{request.method} {request.scope['route'].path}",
            target=without_token(request.url.path),
            location=without_token(location) if (location := response.headers.get("Location")) else None,
            status=response.status_code,
            request_id=str(request.scope.get("request_id", "")),
            **hashed.columns(),
        )
    )


def record_act(
    session: AsyncSession,
    act_id: UUID,
    action: str,
    target: str,
    content: bytes,
    *,
    actor_id: UUID | None,
    regions: list[str],
    request_id: str,
) -> None:
    """Append the record of an act that is kept elsewhere in full, under the same id: an edit of it there is found by
    the hash here.
    """
    hashed = ContentHash()
    hashed.add(content)
    session.add(
        AuditRecord(
            id=act_id,
            at=times.now(),
            actor_id=actor_id,
            regions=regions,
            action=action,
            target=target,
            request_id=request_id,
            **hashed.columns(),
        )
    )
