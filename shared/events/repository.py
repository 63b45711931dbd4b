"""Every query on the outbox and the inbox."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from shared.events.models import InboxEvent, OutboxDelivery
from shared.http.pagination import PageRequest, paginate
from shared.notifications import notify

CHANNEL = "outbox"

_WRITE = text("""
    WITH given AS (
        SELECT * FROM json_to_recordset(CAST(:rows AS json))
            AS row(id uuid, type text, subject text, traceparent text, data jsonb, targets jsonb)
    ), event AS (
        INSERT INTO outbox_events (id, type, subject, time, traceparent, data)
        SELECT id, type, subject, clock_timestamp(), traceparent, data FROM given
    )
    INSERT INTO outbox_deliveries (event_id, target)
    SELECT id, jsonb_array_elements_text(targets) FROM given
""")

_CLAIM = text("""
    WITH owed AS (
        SELECT event_id FROM outbox_deliveries
        WHERE target = :target AND parked_at IS NULL AND due_at <= clock_timestamp()
        ORDER BY due_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE outbox_deliveries AS delivery SET due_at = clock_timestamp() + CAST(:lease AS interval)
        FROM owed WHERE delivery.event_id = owed.event_id AND delivery.target = :target
        RETURNING delivery.event_id, delivery.attempts
    )
    SELECT event.id, event.type, event.subject, event.time, event.traceparent, event.data, claimed.attempts
    FROM claimed JOIN outbox_events AS event ON event.id = claimed.event_id
    ORDER BY event.time, event.id
""").columns(data=JSONB())

_REMEMBER = text("""
    INSERT INTO inbox_events (id, type)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:types AS text[])) AS given(id, type)
    ORDER BY id  -- two relays with the same events wait for each other instead of deadlocking
    ON CONFLICT DO NOTHING RETURNING id
""")


async def write(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert events and what is owed to their targets, and wake the relay at the commit."""
    await session.execute(_WRITE, {"rows": json.dumps(rows, ensure_ascii=False)})
    await notify(session, CHANNEL)


async def claim(session: AsyncSession, target: str, limit: int, lease: timedelta) -> Sequence[Row[Any]]:
    """Take up to `limit` deliveries that are due for `target`; nobody else takes them while the lease lasts."""
    return (await session.execute(_CLAIM, {"target": target, "limit": limit, "lease": lease})).all()


async def settle(session: AsyncSession, target: str, ids: Iterable[UUID]) -> None:
    """Strike out what `target` has accepted."""
    await session.execute(
        delete(OutboxDelivery).where(OutboxDelivery.target == target, OutboxDelivery.event_id.in_(list(ids)))
    )


async def release(session: AsyncSession, target: str, ids: Iterable[UUID]) -> None:
    """Give claimed deliveries back untried, because it was the target that failed and not they."""
    await session.execute(
        update(OutboxDelivery)
        .where(OutboxDelivery.target == target, OutboxDelivery.event_id.in_(list(ids)))
        .values(due_at=func.clock_timestamp())
    )


async def postpone(session: AsyncSession, target: str, event_id: UUID, reason: str, delay: timedelta | None) -> None:
    """Count a failed attempt: try again after `delay`, or park the delivery when there is none."""
    values: dict[str, Any] = {"attempts": OutboxDelivery.attempts + 1, "last_error": reason}
    values |= {"parked_at": func.now()} if delay is None else {"due_at": func.clock_timestamp() + delay}
    await session.execute(update(OutboxDelivery).filter_by(target=target, event_id=event_id).values(values))


async def count_owed(session: AsyncSession, target: str) -> int:
    """How many deliveries `target` has not yet accepted, the parked ones left out."""
    statement = select(func.count()).where(OutboxDelivery.target == target, OutboxDelivery.parked_at.is_(None))
    return await session.scalar(statement) or 0


async def list_parked(session: AsyncSession, page: PageRequest) -> tuple[list[OutboxDelivery], str | None]:
    """One page of the parked deliveries with their events, the longest parked first."""
    return await paginate(
        session,
        select(OutboxDelivery).where(OutboxDelivery.parked_at.is_not(None)).options(joinedload(OutboxDelivery.event)),
        page,
        order_by=[OutboxDelivery.parked_at, OutboxDelivery.event_id, OutboxDelivery.target],
    )


async def unpark(session: AsyncSession, event_id: UUID) -> Sequence[str]:
    """Make the parked deliveries of an event due now, with their attempts counted anew; returns their targets."""
    targets = await session.scalars(
        update(OutboxDelivery)
        .where(OutboxDelivery.event_id == event_id, OutboxDelivery.parked_at.is_not(None))
        .values(parked_at=None, attempts=0, due_at=func.now())
        .returning(OutboxDelivery.target)
    )
    await notify(session, CHANNEL)
    return sorted(targets)


async def remember(session: AsyncSession, events: Mapping[UUID, str]) -> set[UUID]:
    """Note events (id → type) as received; returns those that were new."""
    arguments = {"ids": list(events), "types": list(events.values())}
    return set((await session.execute(_REMEMBER, arguments)).scalars())


async def delete_delivered(session: AsyncSession, *, days: int, limit: int) -> int:
    """Delete up to `limit` events older than `days` that are owed to nobody; returns how many."""
    statement = text("""
        DELETE FROM outbox_events WHERE id IN (
            SELECT id FROM outbox_events AS event
            WHERE time < now() - make_interval(days => :days)
              AND NOT EXISTS (SELECT FROM outbox_deliveries WHERE event_id = event.id)
            ORDER BY time LIMIT :limit)
    """)
    return int((await session.execute(statement, {"days": days, "limit": limit})).rowcount)  # type: ignore[attr-defined]


async def delete_remembered(session: AsyncSession, *, days: int, limit: int) -> int:
    """Forget up to `limit` events received more than `days` ago; returns how many."""
    old = (
        select(InboxEvent.id)
        .where(InboxEvent.received_at < func.now() - timedelta(days=days))
        .order_by(InboxEvent.received_at)
        .limit(limit)
    )
    result = await session.execute(delete(InboxEvent).where(InboxEvent.id.in_(old)))
    return int(result.rowcount)  # type: ignore[attr-defined]
