"""Receiving: each event is remembered and handled in one transaction, so its duplicates change nothing."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.contracts.event import REGISTRY, Event, EventData
from shared.events import Subscriber, repository
from shared.events.schemas import Outcome, Receipt
from shared.http.problems import Problem

log = structlog.get_logger(__name__)
tracer = trace.get_tracer(__name__)

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that this unit knows how to handle."""

    event: Event
    data: EventData
    handle: Subscriber


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a batch may take in one transaction, an event by itself, and all of them before the rest is put
    off. Together less than a relay waits for the answer; what is still running then would hold locks against its retry.
    """

    batch: float = 4.0
    event: float = 4.0
    total: float = 8.0


PATIENCE = Patience()


class EventRefusedError(Exception):
    """The event is not one that this unit understands."""


class HandlerError(Exception):
    """A subscriber raised; the database is well, so it is the event's matter."""


async def receive(sessions: Sessions, subscribers: Mapping[str, Subscriber], batch: Sequence[Any]) -> list[Receipt]:
    """Handle a batch of CloudEvents in JSON; one that fails or is not understood holds up no other.

    Raises the database's errors: then nothing is known of any event, and the whole batch is to be sent again.
    """
    arrivals: dict[UUID, Arrival] = {}
    receipts: list[Receipt | UUID] = []
    for item in batch:
        try:
            arrival = read(item, subscribers)
        except EventRefusedError as refused:
            identifier = str(item.get("id", "")) if isinstance(item, dict) else ""
            log.warning("event_refused", id=identifier, reason=str(refused))
            receipts.append(Receipt(id=identifier, outcome=Outcome.REFUSED, reason=str(refused)))
        else:
            arrivals[arrival.event.id] = arrival
            receipts.append(arrival.event.id)
    handled = await _handle_all(sessions, list(arrivals.values()))
    return [handled[receipt] if isinstance(receipt, UUID) else receipt for receipt in receipts]


def read(item: Any, subscribers: Mapping[str, Subscriber]) -> Arrival:
    """The event in `item` with its typed data and its handler. Raises `EventRefusedError`."""
    try:
        event = Event.model_validate(item)
    except ValidationError as error:
        raise EventRefusedError(f"不是 CloudEvents 1.0 事件：{_first(error)}") from None
    if event.type not in subscribers:
        raise EventRefusedError(
            f"本单元不处理事件类型 {event.type}；请核对 shared/contracts/subscriptions.py 与两端的版本"
        )
    try:
        data = REGISTRY[event.type].model_validate(event.data)
    except ValidationError as error:
        raise EventRefusedError(f"事件 {event.type} 的数据不合约定：{_first(error)}") from None
    return Arrival(event, data, subscribers[event.type])


def _first(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'/'.join(str(part) for part in fault['loc'])} {fault['msg']}"


async def _handle_all(sessions: Sessions, arrivals: Sequence[Arrival]) -> dict[UUID, Receipt]:
    # All in one transaction is an order of magnitude faster, and nearly always possible.
    begun = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE.batch):
            return await _handle(sessions, arrivals)
    except (HandlerError, TimeoutError):
        pass
    receipts: dict[UUID, Receipt] = {}
    for arrival in arrivals:
        if time.monotonic() - begun > PATIENCE.total:
            receipts |= _receipt(arrival, Outcome.UNREACHED)
        else:
            receipts |= await _handle_alone(sessions, arrival)
    return receipts


async def _handle_alone(sessions: Sessions, arrival: Arrival) -> dict[UUID, Receipt]:
    try:
        async with asyncio.timeout(PATIENCE.event):
            return await _handle(sessions, [arrival])
    except HandlerError as failed:
        reason, cause = str(failed), failed.__cause__
    except TimeoutError:
        reason, cause = f"处理超过 {PATIENCE.event:g} 秒，已中止", None
    log.error("event_failed", id=str(arrival.event.id), type=arrival.event.type, reason=reason, exc_info=cause)
    return _receipt(arrival, Outcome.FAILED, reason)


async def _handle(sessions: Sessions, arrivals: Sequence[Arrival]) -> dict[UUID, Receipt]:
    """Remember and handle all of `arrivals` in one transaction, or none. Raises `HandlerError`."""
    async with sessions() as session, session.begin():
        new = await repository.remember(session, {arrival.event.id: arrival.event.type for arrival in arrivals})
        for arrival in arrivals:
            if arrival.event.id in new:
                await _run_handler(session, arrival)
    receipts: dict[UUID, Receipt] = {}
    for arrival in arrivals:
        receipts |= _receipt(arrival, Outcome.ACCEPTED if arrival.event.id in new else Outcome.DUPLICATE)
    return receipts


def _receipt(arrival: Arrival, outcome: Outcome, reason: str | None = None) -> dict[UUID, Receipt]:
    identifier = arrival.event.id
    return {identifier: Receipt(id=str(identifier), outcome=outcome, reason=reason)}


async def _run_handler(session: AsyncSession, arrival: Arrival) -> None:
    event = arrival.event
    carrier = {"traceparent": event.traceparent} if event.traceparent else {}
    origin = TraceContextTextMapPropagator().extract(carrier)
    with tracer.start_as_current_span(f"handle {event.type}", context=origin, kind=trace.SpanKind.CONSUMER):
        try:
            await arrival.handle(session, arrival.data)
            await session.flush()  # a constraint speaks up while we still know whose it is
        except Problem as problem:
            raise HandlerError(f"{problem.title}：{problem}" if problem.detail else problem.title) from problem
        except (DBAPIError, ConnectionError) as error:
            if _is_lost(error):
                raise
            raise HandlerError(f"{type(error).__name__}: {error}"[:2000]) from error
        except Exception as error:
            raise HandlerError(f"{type(error).__name__}: {error}"[:2000]) from error


def _is_lost(error: Exception) -> bool:
    """Whether the database went away, which is not the event's fault."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, InterfaceError)
    return True
