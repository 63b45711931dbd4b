"""Every query on subscriptions, and the events they are owed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, literal, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.epcis_events.models import EpcisEvent
from services.traceability.epcis_events.visibility import concerned
from services.traceability.epcis_queries.conditions import EventQuery
from services.traceability.epcis_queries.statements import Seen, clause
from services.traceability.epcis_subscriptions.models import Delivery, Subscription, SubscriptionState
from shared.http.auth import Actor


@dataclass(frozen=True, slots=True)
class Range:
    """Events behind one place of the order (recorded_in, id), up to another, this included."""

    after_in: int
    after_id: UUID
    up_to_in: int
    up_to_id: UUID


async def complete_below(session: AsyncSession) -> int:
    """The id of the oldest transaction that may still write: all events of older ones can be seen by now.

    `record_time` will not do as a mark. It is taken when a transaction begins, so a capture that began first may commit
    last, and whoever had gone on from the latest time seen would never see it. Transaction ids are drawn in order, and
    PostgreSQL knows the oldest one still running: below it nothing can appear any more. So events are delivered in the
    order of the transaction that wrote them, and only below this mark. A capture that takes long holds the later ones
    up for as long; none is lost, none comes twice.
    """
    return await session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")) or 0


async def next_transaction(session: AsyncSession) -> int:
    """An id that no transaction has drawn yet: whatever this server has recorded is below it."""
    return await session.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) or 0


async def no_more_than(session: AsyncSession, within: Range, events: int) -> Range | None:
    """The first part of a range, with so many events of everybody's; None when the range has no more than that."""
    here = tuple_(EpcisEvent.recorded_in, EpcisEvent.id)
    statement = (
        select(EpcisEvent.recorded_in, EpcisEvent.id)
        .where(
            here > tuple_(literal(within.after_in), literal(within.after_id)),
            here <= tuple_(literal(within.up_to_in), literal(within.up_to_id)),
        )
        .order_by(EpcisEvent.recorded_in, EpcisEvent.id)
        .offset(events - 1)
        .limit(2)
    )
    rows = (await session.execute(statement)).all()
    return replace(within, up_to_in=rows[0].recorded_in, up_to_id=rows[0].id) if len(rows) > 1 else None


async def owed_events(
    session: AsyncSession, actor: Actor, query: EventQuery, since: datetime | None, within: Range, limit: int
) -> list[EpcisEvent]:
    """Matching events in the range that concern the actor, in the order of delivery."""
    here = tuple_(EpcisEvent.recorded_in, EpcisEvent.id)
    statement = (
        select(EpcisEvent)
        .where(
            here > tuple_(literal(within.after_in), literal(within.after_id)),
            here <= tuple_(literal(within.up_to_in), literal(within.up_to_id)),
            *([] if since is None else [EpcisEvent.record_time >= since]),
            concerned(actor),
            *(clause(condition, actor, Seen.WHOLE) for condition in query.conditions),
        )
        .order_by(EpcisEvent.recorded_in, EpcisEvent.id)
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def claim_due(session: AsyncSession, at: datetime, lease: timedelta) -> Subscription | None:
    """The subscription that has waited longest, reserved for this worker until the lease ends."""
    statement = (
        select(Subscription)
        .where(Subscription.state == SubscriptionState.ACTIVE, Subscription.due_at <= at)
        .order_by(Subscription.due_at)
        .limit(1)
        .options(selectinload(Subscription.query))
        .with_for_update(of=Subscription, skip_locked=True)
    )
    subscription: Subscription | None = await session.scalar(statement)
    if subscription is not None:
        subscription.attempt += 1
        subscription.due_at = at + lease
        await session.flush()
    return subscription


async def claimed(session: AsyncSession, subscription_id: UUID, attempt: int) -> Subscription | None:
    """The subscription, locked, while it is still this worker's; None when it was deleted or overtaken."""
    statement = (
        select(Subscription)
        .where(Subscription.id == subscription_id, Subscription.attempt == attempt)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: Subscription | None = await session.scalar(statement)
    return found


async def has_stream(session: AsyncSession) -> bool:
    """Whether somebody wants events as they come."""
    statement = select(Subscription.id).where(Subscription.state == SubscriptionState.ACTIVE, Subscription.stream)
    return await session.scalar(statement.limit(1)) is not None


async def subscriptions_of(
    session: AsyncSession, query_id: UUID, *, limit: int, after: UUID | None
) -> Sequence[Subscription]:
    statement = select(Subscription).where(Subscription.query_id == query_id)
    if after is not None:
        statement = statement.where(Subscription.id > after)
    return (await session.scalars(statement.order_by(Subscription.id).limit(limit))).all()


async def count_of(session: AsyncSession, owner_key: str) -> int:
    """How many subscriptions the owner of a query has in all."""
    statement = select(func.count()).where(Subscription.query.has(owner_key=owner_key))
    return await session.scalar(statement) or 0


async def subscription(
    session: AsyncSession, query_id: UUID, subscription_id: UUID, *, lock: bool = False
) -> Subscription | None:
    statement = select(Subscription).where(Subscription.query_id == query_id, Subscription.id == subscription_id)
    found: Subscription | None = await session.scalar(statement.with_for_update() if lock else statement)
    return found


async def deliveries_of(
    session: AsyncSession, subscription_id: UUID, *, limit: int, before: UUID | None
) -> Sequence[Delivery]:
    statement = select(Delivery).where(Delivery.subscription_id == subscription_id)
    if before is not None:
        statement = statement.where(Delivery.id < before)
    return (await session.scalars(statement.order_by(Delivery.id.desc()).limit(limit))).all()


async def forget_deliveries(session: AsyncSession, *, days: int) -> None:
    """Delete the log of more than `days` ago."""
    await session.execute(delete(Delivery).where(Delivery.at < func.now() - timedelta(days=days)))


async def shift_recorded(session: AsyncSession, by: int) -> None:
    """Put all events and all places reached lower by so much, which keeps their order."""
    await session.execute(update(EpcisEvent).values(recorded_in=EpcisEvent.recorded_in - by))
    await session.execute(
        update(Subscription).values(
            reached_in=Subscription.reached_in - by,
            pending_in=Subscription.pending_in - by,
        )
    )


async def last_recorded(session: AsyncSession) -> int | None:
    found: int | None = await session.scalar(select(func.max(EpcisEvent.recorded_in)))
    return found
