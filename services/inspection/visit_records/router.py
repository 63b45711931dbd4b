"""检查记录: from terminals that were offline, whole or in pieces, early or late; read, published."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from services.inspection.visit_records import repository
from services.inspection.visit_records.content import MAX_BYTES
from services.inspection.visit_records.kinds import RecordState, Standing
from services.inspection.visit_records.problems import VisitRecordDiffers, VisitRecordTooLarge
from services.inspection.visit_records.publishing import publish_result
from services.inspection.visit_records.reading import show_outcome, show_record, show_result, show_summary
from services.inspection.visit_records.repository import RecordFilter
from services.inspection.visit_records.schemas import (
    DeliveryRead,
    PublicationWrite,
    ResultRead,
    VisitRecordRead,
    VisitRecordSummary,
)
from services.inspection.visit_records.service import Outcome, deliver, record_for
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.problems import respond
from shared.http.routing import Router
from shared.times import start_of_day

CanReadRecords = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanDeliverRecords = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.GRID_OFFICER))]
CanPublishResults = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
CanReadResults = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS))]

EXAMPLE = {
    "saved": {
        "by": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
        "by_name": "演示检查员（虚构）",
        "device": "demo-1",
        "at": "2026-07-24T09:58:00+08:00",
        "base": [],
        "contacts": [],
    },
    "kind": "routine",
    "region_code": "330203009000",
    "authority_code": "330203000000",
    "unregistered_place": "演示路口的演示小吃摊（虚构）",
    "business_kind": "catering",
    "answers": {"1": {"finding": "passed"}},
    "began_at": "2026-07-24T09:30:00+08:00",
    "finished": False,
}
"""The beginning of a visit, as a terminal hands it in before anybody has signed."""

CONTENT = {
    "requestBody": {
        "required": True,
        "description": "检查记录的内容，字段见开发说明 docs/guide/visits.md",
        "content": {"application/vnd.shian.visit+json": {"schema": {"type": "object"}, "example": EXAMPLE}},
    }
}
STATUS = {Standing.QUARANTINED: 202, Standing.FILED: 202, Standing.WAITING: 202}

router = Router(prefix="/v1", tag="检查记录")


@router.get("/visit-records")
async def list_visit_records(
    actor: CanReadRecords,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    state: Annotated[RecordState | None, Query(description="状态")] = None,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
    contested: Annotated[bool, Query(description="只列几方内容不同、须核对的")] = False,
    since: Annotated[date | None, Query(description="检查日不早于")] = None,
) -> Page[VisitRecordSummary]:
    """检查记录一览，最近的在前"""
    wanted = RecordFilter(
        region=region,
        state=state,
        business_id=business,
        contested=contested,
        since=start_of_day(since) if since else None,
    )
    records, following = await repository.list_records(session, wanted, actor, page)
    return Page(items=[show_summary(record) for record in records], next_cursor=following)


@router.get("/visit-records/{record_id}")
async def read_visit_record(
    record_id: UUID, actor: CanReadRecords, session: Session, response: Response
) -> VisitRecordRead:
    """一次检查：合并后的内容、各方的版本与分歧、判定步骤、缺的附件、公布期限、全部经过"""
    record = await record_for(session, record_id, actor)
    set_etag(response, record)
    return await show_record(session, record)


@router.put(
    "/visit-records/{record_id}",
    openapi_extra=CONTENT,
    response_model=DeliveryRead,
    responses={201: {"model": DeliveryRead}, 202: {"model": DeliveryRead}},
)
async def put_visit_record(
    record_id: UUID,
    request: Request,
    actor: CanDeliverRecords,
    session: Session,
    content_sha256: Annotated[
        str | None, Header(max_length=100, description="内容的 SHA-256，按规范写法计算；不符的收下待核")
    ] = None,
    sent_at: Annotated[AwareDatetime | None, Header(description="发送时间，按终端的时钟")] = None,
) -> Response:
    """终端上传一次检查，编号（UUIDv7）由终端生成；原样再发，答复不变；有疑点的收下待核，任何内容都不会丢"""
    body = await _body(request)
    outcome = await deliver(session, record_id, body, announced=content_sha256, sent_at=sent_at, actor=actor)
    return _receipt(request, outcome)


@router.post("/visit-records/{record_id}/publication")
async def publish_visit_result(
    record_id: UUID,
    body: PublicationWrite,
    actor: CanPublishResults,
    version: IfMatch,
    session: Session,
    response: Response,
) -> VisitRecordRead:
    """公布检查结果；更正以后再次公布须写明原因，先前公布的保留"""
    record = await publish_result(session, record_id, body.note, version, actor)
    set_etag(response, record)
    return await show_record(session, record)


@router.get("/visit-results")
async def list_visit_results(
    actor: CanReadResults,
    session: Session,
    page: PageParameters,
    business: Annotated[UUID | None, Query(description="主体编号")] = None,
) -> Page[ResultRead]:
    """已公布的检查结果，最近的在前；食品生产经营者只看得到自己的"""
    found, following = await repository.list_results(session, actor, business, page)
    return Page(items=[show_result(publication) for publication in found], next_cursor=following)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MAX_BYTES:
            raise VisitRecordTooLarge(f"一份检查记录最多 {MAX_BYTES // 1024} KB；照片请作为附件上传，终端保留原件")
    return bytes(body)


def _receipt(request: Request, outcome: Outcome) -> Response:
    receipt = show_outcome(outcome).model_dump(mode="json")
    if outcome.standing is Standing.ASIDE:
        detail = "这次上传的已另外保存，没有并入；要并入请读取记录，把双方的哈希都列入 saved.base 再上传一版"
        return respond(request, VisitRecordDiffers(detail, differences=outcome.differences, **receipt))
    status = STATUS.get(outcome.standing, 201 if outcome.is_new else 200)
    headers = {"ETag": f'"{outcome.record.version}"'} if outcome.record else {}
    return JSONResponse(receipt, status_code=status, headers=headers)
