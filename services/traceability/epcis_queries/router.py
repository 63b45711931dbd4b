"""EPCIS queries over HTTP: events by parameters, queries under a name, and resources by which events can be browsed.

Paging, errors and unknown parameters follow the standard (EPCIS 2.0 §12), not the house's lists.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Body, Depends, Header, Path, Request, Response

from services.traceability.epcis_events.headers import EpcFormat, EpcisRoute, EpcisRouter, WantedFormat, add_options
from services.traceability.epcis_queries import browsing, service
from services.traceability.epcis_queries.asking import asked_in_body, asked_in_url, only_paging
from services.traceability.epcis_queries.browsing import Resource
from services.traceability.epcis_queries.documents import collection, query_document, response_of
from services.traceability.epcis_queries.parameters import OPEN_NAMES, documented
from services.traceability.epcis_queries.schemas import QueryCreate
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.times import now

CanQueryEvents = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM))]
Extensions = Annotated[
    str | None,
    Header(
        alias="GS1-Extensions", max_length=4000, description="前缀与命名空间：example=https://ns.example.com/epcis/"
    ),
]
QueryName = Annotated[str, Path(max_length=200, description="查询的名字", examples=["dailyShipments"])]


class QueryRoute(EpcisRoute):
    """A route whose query parameters are those of the query language."""

    reads_query_itself = True


router = EpcisRouter(tag="EPCIS 查询")
router.route_class = QueryRoute


@router.get("/epcis", summary="有哪些资源")
async def list_resources(_: CanQueryEvents, request: Request) -> Response:
    only_paging(request.query_params)
    return collection(["capture", "events", "queries", *(resource.value for resource in Resource)])


@router.post("/epcis/queries", status_code=201, summary="保存一个查询")
async def create_query(
    actor: CanQueryEvents,
    session: Session,
    request: Request,
    body: Annotated[QueryCreate, Body()],
    extensions: Extensions = None,
) -> Response:
    only_paging(request.query_params)
    await service.name_query(session, actor, body.name, asked_in_body(body.query, extensions))
    return Response(status_code=201, headers={"Location": f"/epcis/queries/{quote(body.name, safe='')}"})


@router.get("/epcis/queries", summary="已保存的查询")
async def list_queries(actor: CanQueryEvents, session: Session, request: Request) -> Response:
    page = await service.list_named(session, actor, request.query_params)
    return response_of(request, page, [service.shown(query) for query in page.items])


@router.get("/epcis/queries/{name}", summary="一个已保存的查询")
async def read_query(actor: CanQueryEvents, session: Session, request: Request, name: QueryName) -> Response:
    only_paging(request.query_params)
    return response_of(request, None, service.shown(await service.query_named(session, actor, name)))


@router.delete("/epcis/queries/{name}", status_code=204, summary="删除一个查询及其全部订阅")
async def delete_query(actor: CanQueryEvents, session: Session, request: Request, name: QueryName) -> Response:
    only_paging(request.query_params)
    await service.forget_query(session, actor, name)
    return Response(status_code=204)


@router.get("/epcis/queries/{name}/events", summary="执行一个已保存的查询")
async def run_query(
    actor: CanQueryEvents,
    session: Session,
    request: Request,
    name: QueryName,
    wanted: WantedFormat = EpcFormat.DIGITAL_LINK,
) -> Response:
    only_paging(request.query_params)
    asked = service.asked_under_name(await service.query_named(session, actor, name))
    answer = await service.answer_asked(session, actor, asked, request.query_params)
    document = await query_document(session, actor, answer.found, wanted, query_name=name)
    return response_of(request, answer, document)


@router.delete("/epcis/nextPageToken/{token}", status_code=204, summary="交还一个分页令牌")
async def give_back_token(
    _: CanQueryEvents, session: Session, request: Request, token: Annotated[str, Path(max_length=4000)]
) -> Response:
    only_paging(request.query_params)
    await service.give_back(session, token, now())
    return Response(status_code=204)


def _add_resource(resource: Resource) -> None:
    """The list of a resource's values, what hangs on one of them, and its events."""

    async def list_values(
        actor: CanQueryEvents, session: Session, request: Request, wanted: WantedFormat = EpcFormat.DIGITAL_LINK
    ) -> Response:
        page = await browsing.list_values(session, actor, resource, request.query_params, wanted)
        return collection(page.items, request, page.next_token)

    async def query_events_of_value(
        actor: CanQueryEvents,
        session: Session,
        request: Request,
        value: Annotated[str, Path(max_length=1000, examples=[resource.example])],
        extensions: Extensions = None,
        wanted: WantedFormat = EpcFormat.DIGITAL_LINK,
    ) -> Response:
        asked = asked_in_url(request.query_params, extensions, fixed={resource.parameter: value})
        answer = await service.answer_asked(session, actor, asked, request.query_params)
        if not answer.found:
            await browsing.ensure_known(session, actor, resource, value)
        return response_of(request, answer, await query_document(session, actor, answer.found, wanted))

    async def list_resources_of_value(
        actor: CanQueryEvents,
        session: Session,
        request: Request,
        value: Annotated[str, Path(max_length=1000, examples=[resource.example])],
    ) -> Response:
        only_paging(request.query_params)
        await browsing.ensure_known(session, actor, resource, value)
        return collection(["events"])

    path, name = f"/epcis/{resource.value}", resource.name.lower()
    without = frozenset({resource.parameter})
    router.add_api_route(path, list_values, name=f"list_{name}", summary=f"{resource.label}一览")
    router.add_api_route(
        path + "/{value:path}/events",
        query_events_of_value,
        name=f"query_events_of_{name}",
        summary=f"某一{resource.label}的事件",
        description=OPEN_NAMES,
        openapi_extra=documented(without=without),
    )
    router.add_api_route(
        path + "/{value:path}",
        list_resources_of_value,
        name=f"list_resources_of_{name}",
        summary=f"某一{resource.label}下有哪些资源",
    )


for _resource in Resource:
    _add_resource(_resource)

add_options(router)

listing = EpcisRouter(tag="EPCIS 查询")
listing.route_class = QueryRoute


@listing.get("/epcis/events", summary="查询事件", description=OPEN_NAMES, openapi_extra=documented())
async def query_events(
    actor: CanQueryEvents,
    session: Session,
    request: Request,
    extensions: Extensions = None,
    wanted: WantedFormat = EpcFormat.DIGITAL_LINK,
) -> Response:
    asked = asked_in_url(request.query_params, extensions)
    answer = await service.answer_asked(session, actor, asked, request.query_params)
    return response_of(request, answer, await query_document(session, actor, answer.found, wanted))
