"""Captures over HTTP (EPCIS 2.0 §12.4)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Response

from services.traceability.epcis_captures import service
from services.traceability.epcis_captures.schemas import CaptureRead, ErrorBehaviour
from services.traceability.epcis_events.bodies import EXAMPLE_DOCUMENT, EpcisText, described
from services.traceability.epcis_events.headers import LIMIT_HEADERS, EpcisRouter, WantedHandling, add_options
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow

router = EpcisRouter(tag="EPCIS 采集")

CanCapture = Annotated[
    Actor,
    Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM)),
]
CanReadCaptures = Annotated[
    Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))
]


@router.post(
    "/epcis/capture",
    status_code=202,
    response_class=Response,
    summary="采集一份 EPCIS 文件（EPCISDocument 或 EPCISQueryDocument）",
    openapi_extra=described(EXAMPLE_DOCUMENT),
)
async def capture(
    session: Session,
    actor: CanCapture,
    text: EpcisText,
    handling: WantedHandling,
    response: Response,
    behaviour: Annotated[
        ErrorBehaviour,
        Header(alias="GS1-Capture-Error-Behaviour", description="rollback：一件有错全部不存；proceed：只不存有错的"),
    ] = ErrorBehaviour.ROLLBACK,
) -> None:
    taken = await service.capture(session, text, behaviour, actor, handling)
    response.headers["Location"] = f"/epcis/capture/{taken.id}"


@router.get("/epcis/capture", summary="历次采集，新的在前")
async def list_captures(
    session: Session,
    actor: CanReadCaptures,
    response: Response,
    per_page: Annotated[int, Query(alias="perPage", ge=1, le=200, description="每页条数")] = 30,
    next_page_token: Annotated[
        str | None, Query(alias="nextPageToken", max_length=100, description="上一页答复的 Link 头中给出")
    ] = None,
) -> list[CaptureRead]:
    page, following = await service.page_of(session, actor, next_page_token, per_page)
    if following is not None:
        response.headers["Link"] = f'<?perPage={per_page}&nextPageToken={following}>; rel="next"'
    return page


@router.get("/epcis/capture/{capture_id}", summary="一次采集的进展与差错")
async def read_capture(session: Session, actor: CanReadCaptures, capture_id: UUID) -> CaptureRead:
    return await service.find(session, capture_id, actor)


add_options(router, {"/epcis/capture": LIMIT_HEADERS})
