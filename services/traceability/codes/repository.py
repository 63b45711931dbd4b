"""Every query of the codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.codes.models import CodeBatch, CodeEntry, TraceCode
from services.traceability.codes.rules import CodeKind, CodeState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True)
class CodeFilter:
    key: str | None = None
    kind: CodeKind | None = None
    state: CodeState | None = None
    batch_id: UUID | None = None
    business_id: UUID | None = None
    region_code: str | None = None


async def add_new(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> int:
    """Insert codes whose keys are free; returns how many were."""
    inserted = 0
    for at in range(0, len(rows), 1000):
        part = insert(TraceCode).values(list(rows[at : at + 1000])).on_conflict_do_nothing(index_elements=["key"])
        inserted += len((await session.scalars(part.returning(TraceCode.id))).all())
    return inserted


async def known_keys(session: AsyncSession, keys: Sequence[str]) -> Sequence[str]:
    return (await session.scalars(select(TraceCode.key).where(TraceCode.key.in_(keys)).limit(20))).all()


async def list_codes(
    session: AsyncSession, actor: Actor, wanted: CodeFilter, page: PageRequest
) -> tuple[list[TraceCode], str | None]:
    statement = _visible(select(TraceCode), TraceCode, actor)
    for column, value in (
        (TraceCode.key, wanted.key),
        (TraceCode.kind, wanted.kind),
        (TraceCode.state, wanted.state),
        (TraceCode.batch_id, wanted.batch_id),
        (TraceCode.business_id, wanted.business_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.region_code:
        statement = statement.where(TraceCode.region_code.in_(codes_within([wanted.region_code])))
    return await paginate(session, statement, page, order_by=[TraceCode.id], descending=True)


async def list_batches(
    session: AsyncSession, actor: Actor, region_code: str | None, page: PageRequest
) -> tuple[list[CodeBatch], str | None]:
    statement = _visible(select(CodeBatch), CodeBatch, actor)
    if region_code:
        statement = statement.where(CodeBatch.region_code.in_(codes_within([region_code])))
    return await paginate(session, statement, page, order_by=[CodeBatch.id], descending=True)


async def visible_code(session: AsyncSession, code_id: UUID, actor: Actor, *, lock: bool = False) -> TraceCode | None:
    statement = _visible(select(TraceCode).where(TraceCode.id == code_id), TraceCode, actor)
    found: TraceCode | None = await session.scalar(statement.with_for_update() if lock else statement)
    return found


async def product_for_update(session: AsyncSession, code_id: UUID) -> TraceCode | None:
    """The code with its batch, whoever's it is."""
    statement = select(TraceCode).where(TraceCode.id == code_id).options(selectinload(TraceCode.batch))
    found: TraceCode | None = await session.scalar(statement.with_for_update())
    return found


async def visible_batch(session: AsyncSession, batch_id: UUID, actor: Actor) -> CodeBatch | None:
    statement = _visible(select(CodeBatch).where(CodeBatch.id == batch_id), CodeBatch, actor)
    found: CodeBatch | None = await session.scalar(statement)
    return found


async def by_keys(session: AsyncSession, keys: Sequence[str]) -> dict[str, TraceCode]:
    found = await session.scalars(select(TraceCode).where(TraceCode.key.in_(keys)))
    return {code.key: code for code in found}


async def by_key_for_update(session: AsyncSession, key: str) -> TraceCode | None:
    found: TraceCode | None = await session.scalar(select(TraceCode).where(TraceCode.key == key).with_for_update())
    return found


async def codes_of_batch(session: AsyncSession, batch_id: UUID, offset: int, limit: int) -> Sequence[TraceCode]:
    statement = select(TraceCode).where(TraceCode.batch_id == batch_id).order_by(TraceCode.id)
    return (await session.scalars(statement.offset(offset).limit(limit))).all()


async def change_batch(
    session: AsyncSession, batch_id: UUID, states: Sequence[CodeState], to: CodeState, at: datetime
) -> int:
    """Move every code of the batch that is in one of `states`; returns how many."""
    when = "activated_at" if to is CodeState.ACTIVE else "voided_at"
    moved = await session.scalars(
        update(TraceCode)
        .where(TraceCode.batch_id == batch_id, TraceCode.state.in_(states))
        .values({"state": to, when: at, "version": TraceCode.version + 1})
        .returning(TraceCode.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


async def history_of(session: AsyncSession, code: TraceCode) -> Sequence[CodeEntry]:
    """What happened to the code alone, and to its batch."""
    statement = select(CodeEntry).where(
        CodeEntry.batch_id == code.batch_id, or_(CodeEntry.code_id == code.id, CodeEntry.code_id.is_(None))
    )
    return (await session.scalars(statement)).all()


async def items_exist(session: AsyncSession, class_key: str) -> bool:
    """Whether single things of this kind carry codes of their own."""
    found = await session.scalar(select(TraceCode.id).where(TraceCode.class_key == class_key).limit(1))
    return found is not None


def _visible(statement: Select[Any], of: type[TraceCode] | type[CodeBatch], actor: Actor) -> Select[Any]:
    """An officer sees the codes of his regions; a business those it carries or gave out."""
    statement = within_scope(statement, of.region_code, actor)
    if actor.business_id is not None:
        own = actor.business_id
        return statement.where(or_(of.business_id == own, of.issuer_business_id == own))
    return statement
