"""解析: where a code leads (for anybody, at the root of the site), and keeping the links."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from services.traceability.resolver import answers, repository, service
from services.traceability.resolver.linksets import description
from services.traceability.resolver.schemas import LinkCreate, LinkEnding, LinkRead
from services.traceability.settings import CurrentSettings
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow, Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadLinks = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))]
CanKeepLinks = Annotated[
    Actor, Depends(Allow(Role.BUSINESS, Role.MARKET_OPERATOR, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))
]

router = Router(prefix="/v1/resolver-links", tag="追溯码解析")

resolving = APIRouter(prefix="/resolver", include_in_schema=False)
"""Not a house router: a code's query belongs to whoever printed it, so no parameter is unknown here."""

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


@router.post("", status_code=201)
async def add_link(
    body: LinkCreate, actor: CanKeepLinks, session: Session, response: Response, _: Idempotent
) -> LinkRead:
    """给一个码加一条链接；新的默认链接取代原来的。"""
    link = await service.add_link(session, actor, body)
    set_etag(response, link)
    return LinkRead.model_validate(link)


@router.get("")
async def list_links(
    actor: CanReadLinks,
    session: Session,
    page: PageParameters,
    anchor: Annotated[str | None, Query(max_length=500, description="码的路径，如 /01/09520123456788")] = None,
    ended: Annotated[bool, Query(description="连同已停用的")] = False,
) -> Page[LinkRead]:
    """链接一览，最近加的在前。"""
    rows, cursor = await repository.list_links(session, actor, anchor, page, ended=ended)
    return Page(items=[LinkRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/{link_id}/ending")
async def end_link(
    link_id: UUID, body: LinkEnding, actor: CanKeepLinks, version: IfMatch, session: Session, response: Response
) -> LinkRead:
    """停用一条链接；记录保留。"""
    link = await service.end_link(session, actor, link_id, body.reason, version)
    set_etag(response, link)
    return LinkRead.model_validate(link)


@resolving.api_route("/.well-known/gs1resolver", methods=METHODS, name="describe_resolver")
async def describe_resolver(request: Request, settings: CurrentSettings, _: Anyone) -> Response:
    """What this resolver can do, as GS1's standard lays it down."""
    if (other := answers.to_other_method(request)) is not None:
        return other
    content = description(settings.public_origin, "食安追溯码解析")
    return JSONResponse(content, headers=answers.CORS)


@resolving.api_route("/{path:path}", methods=METHODS, name="resolve_code")
async def resolve_code(request: Request, settings: CurrentSettings, session: Session, _: Anyone) -> Response:
    """Lead from a code to what is known of it: a redirect, or all its links as a linkset."""
    if (other := answers.to_other_method(request)) is not None:
        return other
    return await answers.resolve(session, request, settings.public_origin)
