"""召回: opening, grading, telling, answering, closing; the evidence of it and the file that verifies it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.recalls import answers, bundle, evidence, opening, repository, service, verifier, views
from services.traceability.recalls.models import Recall, RecallNotice
from services.traceability.recalls.schemas import (
    Because,
    Note,
    NoticeRead,
    NoticeReport,
    RecallClosure,
    RecallCreate,
    RecallDetail,
    RecallGrade,
    RecallRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.contracts.traceability import RecallState
from shared.database import Session
from shared.http.auth import Actor, Allow, Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

_RUNNING = (Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE)
_PARTIES = (Role.BUSINESS, Role.MARKET_OPERATOR)
CanReadRecalls = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanRunRecalls = Annotated[Actor, Depends(Allow(*_RUNNING))]
CanReadNotices = Annotated[Actor, Depends(Allow(*OFFICIALS, *_PARTIES))]
CanAnswerNotices = Annotated[Actor, Depends(Allow(*_RUNNING, *_PARTIES))]

_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
_SOURCE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/x-python": {"example": "#!/usr/bin/env python3"}}}}

router = Router(prefix="/v1", tag="召回")


def _shown(recall: Recall, response: Response) -> RecallDetail:
    set_etag(response, recall)
    return views.recall_detail(recall)


def _told(notice: RecallNotice, response: Response) -> NoticeRead:
    set_etag(response, notice)
    return views.notice_read(notice, notice.recall)


@router.post("/recalls", status_code=201)
async def open_recall(
    body: RecallCreate, actor: CanRunRecalls, session: Session, response: Response, _: Idempotent
) -> RecallDetail:
    """立项召回：从码往下追，冻结范围，锁定各家手里的批次；演练只冻结范围。"""
    recall = await opening.open_recall(session, actor, body)
    response.headers["Location"] = f"/v1/recalls/{recall.id}"
    return _shown(recall, response)


@router.get("/recalls")
async def list_recalls(
    actor: CanReadRecalls,
    session: Session,
    page: PageParameters,
    state: Annotated[RecallState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="召回机关的区划，含下级")] = None,
    rehearsal: Annotated[bool | None, Query(description="true 只列演练，false 不列演练")] = None,
) -> Page[RecallRead]:
    """召回与演练，最近的在前；含别的区划发起、涉及辖区内持有人的。"""
    rows, cursor = await repository.list_recalls(
        session, actor, page, state=state, region_code=region, rehearsal=rehearsal
    )
    return Page(items=[views.recall_read(row) for row in rows], next_cursor=cursor)


@router.get("/recalls/{recall_id}")
async def read_recall(recall_id: UUID, actor: CanReadRecalls, session: Session, response: Response) -> RecallDetail:
    """一次召回：范围、各家的通知与答复、进展、还缺什么、经过。"""
    return _shown(await service.recall_for(session, recall_id, actor), response)


@router.post("/recalls/{recall_id}/grade")
async def grade_recall(
    recall_id: UUID, body: RecallGrade, actor: CanRunRecalls, version: IfMatch, session: Session, response: Response
) -> RecallDetail:
    """定级或改级；期限按新的级别从头计。"""
    return _shown(await service.grade(session, recall_id, body.level, body.reason, version, actor), response)


@router.post("/recalls/{recall_id}/notices")
async def send_recall_notices(
    recall_id: UUID, actor: CanRunRecalls, version: IfMatch, session: Session, response: Response
) -> RecallDetail:
    """向范围内每一家发出召回通知，即启动召回。"""
    return _shown(await service.send_notices(session, recall_id, version, actor), response)


@router.post("/recalls/{recall_id}/extensions")
async def extend_recall(
    recall_id: UUID, actor: CanRunRecalls, version: IfMatch, session: Session, response: Response
) -> RecallDetail:
    """再追一次，把新查到的持有人加进来；货物流到的区划的机关也可以办。"""
    return _shown(await service.extend(session, recall_id, version, actor), response)


@router.post("/recalls/{recall_id}/closure")
async def close_recall(
    recall_id: UUID, body: RecallClosure, actor: CanRunRecalls, version: IfMatch, session: Session, response: Response
) -> RecallDetail:
    """结束召回；缺什么一次列全。演练结束时算出用时与得分。"""
    return _shown(await service.close(session, recall_id, body, version, actor), response)


@router.post("/recalls/{recall_id}/withdrawal")
async def withdraw_recall(
    recall_id: UUID, body: Because, actor: CanRunRecalls, version: IfMatch, session: Session, response: Response
) -> RecallDetail:
    """撤销召回，解除因它作出的锁定。"""
    return _shown(await service.withdraw(session, recall_id, body.reason, version, actor), response)


@router.get("/recalls/{recall_id}/evidence", responses=_ZIP, response_class=Response)
async def download_recall_evidence(recall_id: UUID, actor: CanRunRecalls, session: Session) -> Response:
    """证据包（ZIP）：登记、答复、经过、冻结的范围、事件原文与摘要，附核验程序；同样的内容字节相同。"""
    recall = await service.recall_for(session, recall_id, actor)
    events = await evidence.readable_texts(session, recall, actor)
    content = await asyncio.to_thread(bundle.pack, recall, events)
    headers = {
        "Content-Disposition": f'attachment; filename="recall-{recall.id}.zip"',
        "Shian-Manifest-Digest": bundle.digest_of(content),
    }
    return Response(content, media_type="application/zip", headers=headers)


@router.get("/recall-verifier", responses=_SOURCE, response_class=Response)
async def read_recall_verifier(_: Anyone) -> Response:
    """核验证据包的程序：一个文件，只用 Python 标准库。"""
    source = await asyncio.to_thread(Path(verifier.__file__).read_bytes)
    headers = {"Content-Disposition": 'attachment; filename="verifier.py"'}
    return Response(source, media_type="text/x-python; charset=utf-8", headers=headers)


@router.get("/recall-notices")
async def list_recall_notices(
    actor: CanReadNotices,
    session: Session,
    page: PageParameters,
    answered: Annotated[bool | None, Query(description="true 已报告，false 未报告")] = None,
) -> Page[NoticeRead]:
    """召回通知：经营者看本主体的，机关看辖区内的和本机关召回的。"""
    rows, cursor = await repository.list_notices(session, actor, page, answered=answered)
    return Page(items=[views.notice_read(row, row.recall) for row in rows], next_cursor=cursor)


@router.post("/recall-notices/{notice_id}/acknowledgement")
async def acknowledge_recall_notice(
    notice_id: UUID, body: Note, actor: CanAnswerNotices, version: IfMatch, session: Session, response: Response
) -> NoticeRead:
    """确认收到通知；电话确认的由机关代记。"""
    return _told(await answers.acknowledge(session, notice_id, body.note, version, actor), response)


@router.post("/recall-notices/{notice_id}/reports")
async def report_on_recall_notice(
    notice_id: UUID, body: NoticeReport, actor: CanAnswerNotices, version: IfMatch, session: Session, response: Response
) -> NoticeRead:
    """报告库存、退回、销毁，附凭据的摘要；可以再报，以最后一次为准，历次都留存。"""
    return _told(await answers.report(session, notice_id, body, version, actor), response)


@router.post("/recall-notices/{notice_id}/verification")
async def verify_recall_notice(
    notice_id: UUID, body: Note, actor: CanRunRecalls, version: IfMatch, session: Session, response: Response
) -> NoticeRead:
    """执法人员现场核实所报属实。"""
    return _told(await answers.verify(session, notice_id, body.note, version, actor), response)
