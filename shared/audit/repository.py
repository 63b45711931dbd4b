"""Queries of the log, its tree and its heads."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.models import AuditBlock, AuditHead
from shared.audit.rules import Piece
from shared.audit.verifier import Hashes
from shared.http.audit import AuditRecord
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


async def claim_sealing(session: AsyncSession) -> bool:
    """Make this transaction the only one that seals this unit's log; False when another is at it."""
    lock = func.hashtextextended(func.concat("audit ", func.current_schema()), 0)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(lock))))


async def last_sealed(session: AsyncSession) -> AuditRecord | None:
    statement = select(AuditRecord).where(AuditRecord.position.is_not(None)).order_by(AuditRecord.position.desc())
    return (await session.scalars(statement.limit(1))).first()


async def unsealed(session: AsyncSession, limit: int) -> Sequence[AuditRecord]:
    statement = select(AuditRecord).where(AuditRecord.position.is_(None)).order_by(AuditRecord.id).limit(limit)
    return (await session.scalars(statement)).all()


async def write_seals(session: AsyncSession, seals: Sequence[dict[str, object]]) -> None:
    """Fill in the seal of each record, given by its `id`."""
    await session.execute(update(AuditRecord), list(seals))


async def hashes(session: AsyncSession, pieces: Iterable[Piece]) -> dict[Piece, Hashes]:
    """The kept hashes of these pieces of the tree."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for level, number in pieces:
        wanted[level].add(number)
    found: dict[Piece, Hashes] = {}
    for level, numbers in wanted.items():
        rows = await session.execute(_blocks_at(level, numbers) if level else _leaves_at(numbers))
        for number, sha256, sm3 in rows:
            found[level, number] = {"sha256": sha256, "sm3": sm3}
    return found


def _blocks_at(level: int, numbers: Collection[int]) -> Select[*tuple[Any, ...]]:
    blocks = select(AuditBlock.number, AuditBlock.sha256, AuditBlock.sm3)
    return blocks.where(AuditBlock.level == level, AuditBlock.number.in_(numbers))


def _leaves_at(positions: Collection[int]) -> Select[*tuple[Any, ...]]:
    leaves = select(AuditRecord.position, AuditRecord.leaf_sha256, AuditRecord.leaf_sm3)
    return leaves.where(AuditRecord.position.in_(positions))


async def find_record(session: AsyncSession, actor: Actor, record_id: UUID) -> AuditRecord | None:
    """A record that the actor may read."""
    return (await session.scalars(_readable(actor).where(AuditRecord.id == record_id))).one_or_none()


async def list_records(
    session: AsyncSession, actor: Actor, page: PageRequest, actor_id: UUID | None, target: str | None
) -> tuple[list[AuditRecord], str | None]:
    """One page, the newest first."""
    statement = _readable(actor)
    if actor_id is not None:
        statement = statement.where(AuditRecord.actor_id == actor_id)
    if target is not None:
        statement = statement.where(AuditRecord.target == target)
    return await paginate(session, statement, page, order_by=[AuditRecord.id], descending=True)


async def sealed_in_order(session: AsyncSession, batch: int = 5000) -> AsyncIterator[AuditRecord]:
    """Every sealed record by position, a batch at a time."""
    after = -1
    while True:
        statement = select(AuditRecord).where(AuditRecord.position > after).order_by(AuditRecord.position).limit(batch)
        rows = (await session.scalars(statement)).all()
        for row in rows:
            yield row
        if len(rows) < batch:
            return
        last = rows[-1].position
        assert last is not None
        after = last
        session.expunge_all()


async def get_head(session: AsyncSession, size: int) -> AuditHead | None:
    return await session.get(AuditHead, size)


async def last_head(session: AsyncSession) -> AuditHead | None:
    return (await session.scalars(select(AuditHead).order_by(AuditHead.size.desc()).limit(1))).first()


async def list_heads(session: AsyncSession, page: PageRequest) -> tuple[list[AuditHead], str | None]:
    return await paginate(session, select(AuditHead), page, order_by=[AuditHead.size], descending=True)


def _readable(actor: Actor) -> Select[AuditRecord]:
    """Records of callers whose regions touch the actor's, and those of callers without any."""
    own = func.array(codes_within(actor.regions).scalar_subquery())
    return select(AuditRecord).where(
        or_(AuditRecord.regions.bool_op("&&")(own), func.cardinality(AuditRecord.regions) == 0)
    )
