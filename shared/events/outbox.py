"""Publishing: the event is written in the transaction of the fact it tells, or not at all."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import EventData
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.events import repository
from shared.http.problems import NotFound
from shared.ids import uuid7

Subject = UUID | str


class ParkedEventNotFound(NotFound):
    slug, title = "parked-event-not-found", "没有这个搁置的事件"


async def publish(session: AsyncSession, data: EventData, subject: Subject) -> None:
    """Tell every subscribed unit, once this transaction commits, what has happened to `subject`."""
    await publish_all(session, [(data, subject)])


async def publish_all(session: AsyncSession, events: Iterable[tuple[EventData, Subject]]) -> None:
    """Publish many events with one statement."""
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    rows = [
        {
            "id": str(uuid7()),
            "type": data.type,
            "subject": str(subject),
            "traceparent": carrier.get("traceparent"),
            "data": data.model_dump(mode="json"),
            "targets": _targets(data),
        }
        for data, subject in events
    ]
    if rows:
        await repository.write(session, rows)


def _targets(data: EventData) -> Sequence[str]:
    return [unit.value for unit in SUBSCRIPTIONS.get(data.type, ())]


async def send_again(session: AsyncSession, event_id: UUID) -> Sequence[str]:
    """Give a parked event a new round of attempts; returns the units it goes to. Raises `ParkedEventNotFound`."""
    targets = await repository.unpark(session, event_id)
    if not targets:
        raise ParkedEventNotFound("没有这个搁置的事件；也许刚有人重新投递了它")
    return targets
