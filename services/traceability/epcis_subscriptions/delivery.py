"""Delivering: claim what is due, send outside any transaction, note what the receiver said.

What was acknowledged is noted before anything else is sent, and never sent again. A batch that was sent without an
answer is sent again as it was, under the same number: whether it arrived, only the receiver knows.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.epcis_events.models import EpcisEvent
from services.traceability.epcis_queries.asking import understood
from services.traceability.epcis_queries.documents import query_document
from services.traceability.epcis_queries.repository import Found
from services.traceability.epcis_queries.service import asked_under_name
from services.traceability.epcis_queries.statements import Seen
from services.traceability.epcis_subscriptions import repository
from services.traceability.epcis_subscriptions.models import LAST_ID, TOKEN_PURPOSE, Delivery, Subscription
from services.traceability.epcis_subscriptions.repository import Range
from services.traceability.epcis_subscriptions.sending import Outcome, send
from services.traceability.epcis_subscriptions.service import actor_of
from shared.sealing import CannotUnseal, unseal
from shared.times import now

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=90)
LARGEST_BODY = 1_000_000
LOOKED_THROUGH = 20_000
"""Events of everybody's that one round looks through: few of millions may match, and no statement should take long."""

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is about to be sent: its number, its events as a document, and where the next one begins."""

    subscription_id: UUID
    attempt: int
    id: UUID
    dest: str
    sealed_token: bytes | None
    epc_format: str
    body: bytes
    events: int
    end_in: int
    end_id: UUID
    recorded_at: datetime | None
    more: bool


async def deliver_next(sessions: Sessions, *, private_allowed: bool, secret: str, at: datetime | None = None) -> bool:
    """Serve the subscription that has waited longest; `secret` opens its token. False when none is due."""
    async with sessions() as session, session.begin():
        subscription = await repository.claim_due(session, at or now(), LEASE)
        if subscription is None:
            return False
        claim = subscription.id, subscription.attempt
    try:
        async with sessions() as session, session.begin():
            batch = await _prepare(session, *claim, at or now())
    except Exception as error:
        log.exception("epcis_batch_not_prepared", subscription_id=str(claim[0]))
        async with sessions() as session, session.begin():
            held = await repository.claimed(session, *claim)
            if held is not None:
                held.fail(f"准备数据时出错：{type(error).__name__}", now())
        return True
    if batch is not None:
        outcome = await _send(batch, private_allowed=private_allowed, secret=secret)
        async with sessions() as session, session.begin():
            await _note(session, batch, outcome)
    return True


async def _send(batch: Batch, *, private_allowed: bool, secret: str) -> Outcome:
    token = None
    if batch.sealed_token is not None:
        try:
            sealed, record = batch.sealed_token, batch.subscription_id
            token = unseal(sealed, purpose=TOKEN_PURPOSE, record=record, secret=secret).decode()
        except CannotUnseal:
            return Outcome(None, "平台的 SHIAN_EVENTS_SECRET 已更换，打不开签名密钥，没有发送；请退订后重新订阅", 0)
    return await send(batch.dest, batch.body, token, batch.epc_format, private_allowed=private_allowed)


async def _prepare(session: AsyncSession, subscription_id: UUID, attempt: int, at: datetime) -> Batch | None:
    """The next batch; None when there is nothing to send, which is noted."""
    subscription = await repository.claimed(session, subscription_id, attempt)
    if subscription is None:
        return None
    await session.refresh(subscription, ["query"])
    actor = actor_of(subscription.owner)
    query = await understood(session, asked_under_name(subscription.query))
    within, is_all = await _range(session, subscription)
    limit = subscription.batch_size
    found = await repository.owed_events(session, actor, query, subscription.initial_record_time, within, limit + 1)
    events = _no_larger(found[:limit])
    more, is_pending = not is_all, subscription.pending_in is not None
    if is_pending:
        events = found
    elif len(events) < len(found):
        within, more = replace(within, up_to_in=events[-1].recorded_in, up_to_id=events[-1].id), True
    tells_of_nothing = subscription.report_if_empty and not subscription.stream and (is_all or is_pending)
    if not events and not tells_of_nothing:
        subscription.advance(within.up_to_in, within.up_to_id, None)
        subscription.plan(at, more=more)
        return None
    subscription.pending_in, subscription.pending_id = within.up_to_in, within.up_to_id
    batch_id = uuid5(subscription.id, f"{within.after_in}/{within.after_id}/{within.up_to_in}/{within.up_to_id}")
    document = await query_document(
        session,
        actor,
        [Found(event, Seen.WHOLE, ()) for event in events],
        EpcFormat(subscription.epc_format),
        query_name=subscription.query.name,
        subscription_id=str(subscription.id),
        document_id=f"urn:uuid:{batch_id}",
    )
    return Batch(
        subscription_id=subscription.id,
        attempt=attempt,
        id=batch_id,
        dest=subscription.dest,
        sealed_token=subscription.sealed_token,
        epc_format=subscription.epc_format,
        body=document.encode(),
        events=len(events),
        end_in=within.up_to_in,
        end_id=within.up_to_id,
        recorded_at=events[-1].record_time if events else None,
        more=more,
    )


async def _range(session: AsyncSession, subscription: Subscription) -> tuple[Range, bool]:
    """What to look through, and whether that is all there is."""
    reached = subscription.reached_in, subscription.reached_id
    if subscription.pending_in is not None and subscription.pending_id is not None:
        return Range(*reached, subscription.pending_in, subscription.pending_id), False
    end = max(await repository.complete_below(session) - 1, subscription.reached_in), LAST_ID
    whole = Range(*reached, *end)
    part = await repository.no_more_than(session, whole, LOOKED_THROUGH)
    return part or whole, part is None


def _no_larger(events: list[EpcisEvent]) -> list[EpcisEvent]:
    """The first of the events that together make no more than a body should, at least one."""
    size = 0
    for count, event in enumerate(events):
        size += len(event.body)
        if size > LARGEST_BODY and count:
            return events[:count]
    return events


async def _note(session: AsyncSession, batch: Batch, outcome: Outcome) -> None:
    subscription = await repository.claimed(session, batch.subscription_id, batch.attempt)
    if subscription is None:  # deleted, or the lease ran out and another worker has it
        return
    session.add(
        Delivery(
            subscription_id=subscription.id,
            batch_id=batch.id,
            events=batch.events,
            bytes_sent=len(batch.body),
            status=outcome.status,
            error=outcome.error,
            milliseconds=outcome.milliseconds,
        )
    )
    at = now()
    if outcome.acknowledged:
        subscription.advance(batch.end_in, batch.end_id, batch.recorded_at)
        subscription.plan(at, more=batch.more)
    elif outcome.too_large and batch.events > 1:
        subscription.halve(batch.events, at)
    else:
        subscription.fail(outcome.error or "没有答复", at)
