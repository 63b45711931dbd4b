"""What could not be delivered: administrators see it and, once it is mended, send it again.

It stands beside the events because what an event tells is shown only to whom the region is: events know no regions.
"""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from shared.contracts.codes import Role, Unit
from shared.database import Session
from shared.events import outbox, repository
from shared.events.models import OutboxDelivery
from shared.events.schemas import EventRetryRead, ParkedEventRead
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions import repository as regions

router = Router(tag="事件")

CanMendEvents = Annotated[Actor, Depends(Allow(Role.ADMINISTRATOR))]


@router.get("/v1/parked-events", summary="多次投递仍未被收下的事件")
async def list_parked_events(actor: CanMendEvents, session: Session, page: PageParameters) -> Page[ParkedEventRead]:
    deliveries, next_cursor = await repository.list_parked(session, page)
    told = {code for delivery in deliveries if isinstance(code := delivery.event.data.get("region_code"), str)}
    own = await regions.those_within(session, told, actor.regions)
    return Page(items=[_read(delivery, own) for delivery in deliveries], next_cursor=next_cursor)


@router.post("/v1/parked-events/{event_id}/retry", summary="改好之后重新投递", status_code=202)
async def retry_parked_event(_: CanMendEvents, session: Session, event_id: UUID) -> EventRetryRead:
    targets = await outbox.send_again(session, event_id)
    return EventRetryRead(id=event_id, targets=[Unit(target) for target in targets])


def _read(delivery: OutboxDelivery, own_regions: Collection[str]) -> ParkedEventRead:
    assert delivery.parked_at is not None
    event = delivery.event
    return ParkedEventRead(
        id=event.id,
        type=event.type,
        subject=event.subject,
        time=event.time,
        data=event.data if event.data.get("region_code") in own_regions else None,
        target=Unit(delivery.target),
        attempts=delivery.attempts,
        parked_at=delivery.parked_at,
        last_error=delivery.last_error,
    )
