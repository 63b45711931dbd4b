"""Retry without doubling: the answer to a creating POST is stored under its Idempotency-Key in the same transaction.

The same key with the same body replays the stored answer; with another body it is refused (422). A second request that
arrives while the first is still running waits for it (the unique index makes it wait) and then replays.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from sqlalchemy import DateTime, Index, LargeBinary, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column
from starlette.responses import Response

from shared.database import ChassisBase, Session
from shared.http.auth import Actor, current_actor
from shared.http.problems import Problem


class IdempotencyRecord(ChassisBase):
    """One stored answer. Kept seven days; a key is the caller's own, so two callers may use the same one."""

    __tablename__ = "idempotency_records"
    __table_args__ = (Index("ix_idempotency_records_created_at", "created_at"),)

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    media_type: Mapped[str | None]
    location: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class IdempotencyKeyReused(Problem):
    slug, title, status = "idempotency-key-reused", "这个 Idempotency-Key 已用于另一份内容", 422


class IdempotencyKeyMissing(Problem):
    slug, title, status = "idempotency-key-missing", "新建须带 Idempotency-Key", 400


class StoredAnswer(Exception):  # noqa: N818 (an answer, not an error)
    """Carries a stored answer out of the dependency; the route class turns it into the response."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


async def _claim_key(
    request: Request,
    session: Session,
    actor: Annotated[Actor, Depends(current_actor)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=8,
            max_length=128,
            description="由调用方生成的唯一键，重试时不变，如一个 UUID",
            examples=["0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"],
        ),
    ] = None,
) -> None:
    if idempotency_key is None:
        raise IdempotencyKeyMissing(
            "请在请求头 Idempotency-Key 中放一个自己生成的 UUID；网络中断后用同一个键重试，不会重复新建"
        )
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()
    claimed = await session.scalar(
        insert(IdempotencyRecord)
        .values(actor_id=actor.id, key=idempotency_key, request_hash=digest)
        .on_conflict_do_nothing()
        .returning(IdempotencyRecord.key)
    )
    if claimed:
        request.state.idempotency_record = (actor.id, idempotency_key)
        return
    stored = (
        await session.execute(select(IdempotencyRecord).filter_by(actor_id=actor.id, key=idempotency_key))
    ).scalar_one()
    if stored.request_hash != digest:
        raise IdempotencyKeyReused("内容变了就请换一个键；要重试请把原内容一字不改地再发一次")
    headers = {"Idempotency-Replayed": "true"} | ({"Location": stored.location} if stored.location else {})
    raise StoredAnswer(
        Response(stored.body, status_code=stored.status or 200, media_type=stored.media_type, headers=headers)
    )


Idempotent = Annotated[None, Depends(_claim_key)]
"""Declare on every POST that creates: `_: Idempotent`."""


async def store_answer(request: Request, response: Response) -> None:
    """Keep the answer of the request that claimed its key; called by the route class before the commit."""
    claimed: tuple[UUID, str] | None = getattr(request.state, "idempotency_record", None)
    if claimed is None:
        return
    session: Any = request.state.session
    record = await session.get(IdempotencyRecord, claimed)
    record.status = response.status_code
    record.media_type = response.media_type
    record.location = response.headers.get("Location")
    record.body = bytes(response.body)


async def forget_old_answers(session: Any, *, days: int = 7) -> int:
    """Delete records older than `days`; returns how many."""
    result = await session.execute(
        text("DELETE FROM idempotency_records WHERE created_at < now() - make_interval(days => :days)"), {"days": days}
    )
    return int(result.rowcount)
