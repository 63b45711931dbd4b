"""Single events over HTTP (EPCIS 2.0 §12.5)."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Response

from services.traceability.epcis_events import service
from services.traceability.epcis_events.bodies import EXAMPLE_EVENT, EpcisText, described
from services.traceability.epcis_events.headers import EpcFormat, EpcisRouter, WantedFormat, WantedHandling, add_options
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow

router = EpcisRouter(tag="EPCIS 事件")

CanCaptureEvents = Annotated[
    Actor,
    Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM)),
]
CanReadEvents = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))]
EventId = Annotated[str, Path(max_length=1200, description="事件编号，按网址规则转义")]


@router.post(
    "/epcis/events",
    status_code=201,
    response_class=Response,
    summary="采集一件事件",
    openapi_extra=described(EXAMPLE_EVENT),
)
async def capture_event(
    session: Session, actor: CanCaptureEvents, text: EpcisText, handling: WantedHandling, response: Response
) -> None:
    event = await service.add_event(session, text, actor, handling)
    response.headers["Location"] = f"/epcis/events/{quote(event.event_id, safe='')}"


@router.get("/epcis/events/{event_id:path}", summary="一件事件", response_class=Response)
async def read_event(
    session: Session, actor: CanReadEvents, event_id: EventId, wanted: WantedFormat = EpcFormat.DIGITAL_LINK
) -> Response:
    return Response(await service.read(session, event_id, actor, wanted), media_type="application/ld+json")


add_options(router, {"/epcis/events": {"Allow": "GET, OPTIONS, POST"}})  # its GET is a query: `epcis_queries`
