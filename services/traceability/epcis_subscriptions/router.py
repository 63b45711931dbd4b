"""Subscriptions over HTTP."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Header, Path, Request, Response

from services.traceability.epcis_events.headers import EpcFormat, EpcisRouter, WantedFormat, add_options
from services.traceability.epcis_queries import service as queries
from services.traceability.epcis_queries.asking import only_paging, page_asked
from services.traceability.epcis_queries.documents import Listed, response_of
from services.traceability.epcis_queries.pages import write_token
from services.traceability.epcis_queries.router import CanQueryEvents, QueryName, QueryRoute
from services.traceability.epcis_subscriptions import repository, service
from services.traceability.epcis_subscriptions.schemas import DeliveryRead, SubscriptionCreate, SubscriptionRead
from services.traceability.settings import CurrentSettings
from shared.contracts.moments import PlausibleMoment
from shared.database import Session
from shared.times import now

MIN_RECORD_TIME = "GS1-Query-Min-Record-Time"
SubscriptionId = Annotated[UUID, Path(description="订阅的编号")]
MinRecordTime = Annotated[
    PlausibleMoment | None,
    Header(alias=MIN_RECORD_TIME, description="从何时登记的事件送起；正文的 initialRecordTime 优先"),
]
_BASE = "/epcis/queries/{name}/subscriptions"

router = EpcisRouter(tag="EPCIS 订阅")
router.route_class = QueryRoute


@router.post(_BASE, status_code=201, summary="订阅一个查询的结果")
async def subscribe(
    actor: CanQueryEvents,
    session: Session,
    request: Request,
    settings: CurrentSettings,
    name: QueryName,
    body: SubscriptionCreate,
    since: MinRecordTime = None,
    wanted: WantedFormat = EpcFormat.DIGITAL_LINK,
) -> Response:
    only_paging(request.query_params)
    subscription = await service.subscribe(
        session,
        actor,
        name,
        body.recorded_since(since),
        wanted,
        private_allowed=settings.epcis_webhooks_to_private_addresses,
        secret=settings.events_secret,
    )
    response = response_of(request, None, SubscriptionRead.of(subscription, name), status_code=201)
    response.headers["Location"] = f"/epcis/queries/{quote(name, safe='')}/subscriptions/{subscription.id}"
    return response


@router.get(_BASE, summary="一个查询的订阅")
async def list_subscriptions(actor: CanQueryEvents, session: Session, request: Request, name: QueryName) -> Response:
    query = await queries.query_named(session, actor, name)
    only_paging(request.query_params)
    subject = f"subscriptions of {query.id}"
    page = await page_asked(session, request.query_params, subject, (UUID,))
    after = page.after[0] if page.after else None
    rows = await repository.subscriptions_of(session, query.id, limit=page.size + 1, after=after)
    shown = rows[: page.size]
    token = write_token(subject, (shown[-1].id,), None, now()) if len(rows) > page.size else None
    return response_of(request, Listed(token), [SubscriptionRead.of(row, name) for row in shown])


@router.get(_BASE + "/{subscription_id}", summary="一个订阅")
async def read_subscription(
    actor: CanQueryEvents, session: Session, request: Request, name: QueryName, subscription_id: SubscriptionId
) -> Response:
    only_paging(request.query_params)
    subscription = await service.subscription_for(session, actor, name, subscription_id)
    return response_of(request, None, SubscriptionRead.of(subscription, name))


@router.delete(_BASE + "/{subscription_id}", status_code=204, summary="退订")
async def unsubscribe(
    actor: CanQueryEvents, session: Session, request: Request, name: QueryName, subscription_id: SubscriptionId
) -> Response:
    only_paging(request.query_params)
    await service.unsubscribe(session, actor, name, subscription_id)
    return Response(status_code=204)


@router.post(_BASE + "/{subscription_id}/resumption", summary="继续一个已暂停的订阅")
async def resume_subscription(
    actor: CanQueryEvents, session: Session, request: Request, name: QueryName, subscription_id: SubscriptionId
) -> Response:
    only_paging(request.query_params)
    subscription = await service.resume(session, actor, name, subscription_id)
    return response_of(request, None, SubscriptionRead.of(subscription, name))


@router.get(_BASE + "/{subscription_id}/deliveries", summary="一个订阅的推送记录，最近的在前")
async def list_deliveries(
    actor: CanQueryEvents, session: Session, request: Request, name: QueryName, subscription_id: SubscriptionId
) -> Response:
    only_paging(request.query_params)
    subscription = await service.subscription_for(session, actor, name, subscription_id)
    subject = f"deliveries of {subscription.id}"
    page = await page_asked(session, request.query_params, subject, (UUID,))
    before = page.after[0] if page.after else None
    rows = await repository.deliveries_of(session, subscription.id, limit=page.size + 1, before=before)
    shown = rows[: page.size]
    token = write_token(subject, (shown[-1].id,), None, now()) if len(rows) > page.size else None
    return response_of(request, Listed(token), [DeliveryRead.model_validate(row) for row in shown])


# All events are kept, so there is no time before which none can be asked for.
add_options(router, {_BASE: {MIN_RECORD_TIME: "1970-01-01T00:00:00.000Z"}})
