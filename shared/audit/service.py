"""Sealing: records get their place, chain and tree grow, a head is published; proofs are put together."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared import times
from shared.audit import repository
from shared.audit.models import AuditBlock, AuditHead
from shared.audit.rules import (
    BLOCK,
    Piece,
    Range,
    blocks_completed,
    consistency_ranges,
    inclusion_ranges,
    pieces,
)
from shared.audit.verifier import ALGORITHMS, FORMAT, Hashes, Peaks, chain_start, chained, leaf_hashes
from shared.contracts.codes import Unit
from shared.http.audit import AuditRecord
from shared.http.auth import Actor
from shared.http.problems import InvalidRequest, NotFound

log = structlog.get_logger(__name__)

SEAL_BATCH = 2000


async def seal(session: AsyncSession, unit: Unit) -> int:
    """Give the records that were committed since the last time their places, in the order of their ids; returns how
    many. Nought too while another does it.
    """
    if not await repository.claim_sealing(session):
        return 0
    last = await repository.last_sealed(session)
    records = await repository.unsealed(session, SEAL_BATCH)
    size = 0 if last is None else _place(last) + 1
    chain = chain_start(unit) if last is None else chain_of(last)
    grown: dict[Piece, Hashes] = {}
    seals = []
    for position, record in enumerate(records, size):
        leaf = leaf_hashes(leaf_of(unit, record))
        chain = chained(chain, leaf)
        grown[0, position] = leaf
        named = {f"{what}_{name}": of[name] for what, of in (("leaf", leaf), ("chain", chain)) for name in ALGORITHMS}
        seals.append({"id": record.id, "position": position, **named})
    if seals:
        await repository.write_seals(session, seals)
        await _complete_blocks(session, size, size + len(seals), grown)
    return len(seals)


async def publish_head(session: AsyncSession, unit: Unit) -> AuditHead | None:
    """Publish what the log has come to; None when nothing was added since the last head.

    It is also written to the program's log, which a bureau keeps elsewhere: there no database administrator reaches it.
    """
    last = await repository.last_sealed(session)
    if last is None or await repository.get_head(session, _place(last) + 1):
        return None
    size = _place(last) + 1
    (root,) = await _roots(session, [(0, size)])
    chain = chain_of(last)
    head = AuditHead(
        size=size,
        published_at=times.now(),
        **{f"root_{name}": root[name] for name in ALGORITHMS},
        **{f"chain_{name}": chain[name] for name in ALGORITHMS},
    )
    session.add(head)
    await session.flush()
    log.info("audit_head", **head_document(unit, head))
    return head


async def inclusion_proof(session: AsyncSession, unit: Unit, actor: Actor, record_id: UUID) -> dict[str, Any]:
    """The record, the newest head, and the hashes that lead from one to the other. Raises `NotFound`."""
    record = await repository.find_record(session, actor, record_id)
    head = await repository.last_head(session)
    if record is None:
        raise NotFound("没有这条操作记录，或不在您的辖区")
    if record.position is None or head is None or record.position >= head.size:
        raise NotFound("这条操作记录还没有封存，请一两分钟后再取证明")
    path = await _roots(session, inclusion_ranges(record.position, head.size))
    return {
        "format": FORMAT,
        "record": line_of(unit, record),
        "head": head_document(unit, head),
        **_path(path),
    }


async def consistency_proof(session: AsyncSession, unit: Unit, first: int, second: int) -> dict[str, Any]:
    """That the head of size `second` only adds to that of size `first`. Raises `InvalidRequest`, `NotFound`."""
    if first > second:
        raise InvalidRequest("first 应不大于 second：先公布的树头在前")
    heads = [await repository.get_head(session, size) for size in (first, second)]
    smaller, larger = heads
    if smaller is None or larger is None:
        raise NotFound("没有公布过这个条数的树头；请从 heads 列表里选")
    path = await _roots(session, consistency_ranges(first, second))
    return {
        "format": FORMAT,
        "first": head_document(unit, smaller),
        "second": head_document(unit, larger),
        **_path(path),
    }


def leaf_of(unit: Unit, record: AuditRecord) -> dict[str, Any]:
    """What of a record is hashed, and exported; documented in docs/guide/audit.md."""
    return {
        "format": FORMAT,
        "unit": unit.value,
        "id": str(record.id),
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(record.actor_id) if record.actor_id else None,
        "regions": list(record.regions),
        "action": record.action,
        "target": record.target,
        "location": record.location,
        "status": record.status,
        "request_id": record.request_id,
        "content_bytes": record.content_bytes,
        "content_sha256": record.content_sha256.hex() if record.content_sha256 else None,
        "content_sm3": record.content_sm3.hex() if record.content_sm3 else None,
    }


def line_of(unit: Unit, record: AuditRecord) -> dict[str, Any]:
    """A sealed record as an exported log holds it."""
    hashes = ("leaf_sha256", "leaf_sm3", "chain_sha256", "chain_sm3")
    written = {name: getattr(record, name).hex() for name in hashes}
    return {"position": record.position, "leaf": leaf_of(unit, record), **written}


def head_document(unit: Unit, head: AuditHead) -> dict[str, Any]:
    """A head as it is published."""
    return {
        "format": FORMAT,
        "unit": unit.value,
        "size": head.size,
        "published_at": head.published_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "root_sha256": head.root_sha256.hex(),
        "root_sm3": head.root_sm3.hex(),
        "chain_sha256": head.chain_sha256.hex(),
        "chain_sm3": head.chain_sm3.hex(),
    }


def chain_of(record: AuditRecord) -> Hashes:
    """The chain up to a sealed record."""
    assert record.chain_sha256 is not None
    assert record.chain_sm3 is not None
    return {"sha256": record.chain_sha256, "sm3": record.chain_sm3}


def _place(record: AuditRecord) -> int:
    assert record.position is not None
    return record.position


async def _complete_blocks(session: AsyncSession, before: int, after: int, grown: dict[Piece, Hashes]) -> None:
    """Keep the hash of each block that has become whole. `grown` are hashes that are at hand already."""
    for level, number in blocks_completed(before, after):
        parts = [(level - 1, number * BLOCK + each) for each in range(BLOCK)]
        known = grown | await repository.hashes(session, (part for part in parts if part not in grown))
        hashes = {name: _joined(name, [(known[part][name], 1) for part in parts]) for name in ALGORITHMS}
        grown[level, number] = hashes
        session.add(AuditBlock(level=level, number=number, **hashes))
    await session.flush()


async def _roots(session: AsyncSession, ranges: Sequence[Range]) -> list[Hashes]:
    """The hash of each subtree."""
    parts = {range_: list(pieces(range_)) for range_ in ranges}
    known = await repository.hashes(session, (piece for made_of in parts.values() for piece in made_of))
    return [_root(known, parts[range_]) for range_ in ranges]


def _root(known: Mapping[Piece, Hashes], made_of: Sequence[Piece]) -> Hashes:
    return {
        name: _joined(name, [(known[level, number][name], BLOCK**level) for level, number in made_of])
        for name in ALGORITHMS
    }


def _joined(name: str, subtrees: Sequence[tuple[bytes, int]]) -> bytes:
    peaks = Peaks(name)
    for subtree, leaves in subtrees:
        peaks.add(subtree, leaves)
    return peaks.root()


def _path(path: Sequence[Hashes]) -> dict[str, list[str]]:
    return {f"path_{name}": [hashes[name].hex() for hashes in path] for name in ALGORITHMS}
