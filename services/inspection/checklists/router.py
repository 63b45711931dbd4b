"""检查要点表: lists, their versions, files, what applies to a business, trial verdicts."""

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.inspection.checklists import repository, service
from services.inspection.checklists.content import Code, Content
from services.inspection.checklists.items_sheet import LIMITS, SHEET, sheet_of
from services.inspection.checklists.models import Checklist, ChecklistVersion
from services.inspection.checklists.repository import ChecklistFilter
from services.inspection.checklists.rules import judge
from services.inspection.checklists.schemas import (
    FORMAT,
    Applicable,
    ChecklistFile,
    ChecklistRead,
    CheckRead,
    DifferencesRead,
    HeaderUpdate,
    JudgementRead,
    JudgementRequest,
    Publication,
    ReasonRead,
    VersionRead,
    VersionSummary,
    Withdrawal,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import BusinessKind
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, IfMatchWhenPresent, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_rules
from shared.tabular.receiving import received_file
from shared.tabular.writing import XLSX, xlsx_file
from shared.times import day_of, now

router = Router(prefix="/v1/checklists", tag="检查要点表")

CanReadChecklists = Annotated[
    Actor,
    Depends(Allow(*OFFICIALS, Role.MARKET_OPERATOR, Role.BUSINESS, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR)),
]
CanAskForBusiness = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanKeepChecklists = Annotated[Actor, Depends(keeper_of_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

ListCode = Annotated[Code, Path(description="要点表代码")]
ITEMS_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": "条目表"}},
                }
            }
        },
    }
}
VersionNumber = Annotated[int, Path(ge=1, le=10_000, description="第几版")]


@router.get("")
async def list_checklists(
    _: CanReadChecklists,
    session: Session,
    page: PageParameters,
    kind: Annotated[BusinessKind | None, Query(description="适用的业态")] = None,
    on: Annotated[date | None, Query(description="只列这一天有效的")] = None,
) -> Page[ChecklistRead]:
    """要点表一览，各附版本"""
    found, following = await repository.list_checklists(session, ChecklistFilter(kind=kind, in_force_on=on), page)
    return Page(items=[ChecklistRead.model_validate(checklist) for checklist in found], next_cursor=following)


@router.post("", status_code=201)
async def import_checklist(
    body: ChecklistFile, actor: CanKeepChecklists, session: Session, response: Response, _: Idempotent
) -> VersionRead:
    """导入一份要点表文件，成为下一版的草稿；未登记的要点表同时登记"""
    return _shown(await service.import_file(session, actor, body), body.checklist.code, response)


@router.get("/applicable")
async def applicable_checklists(
    actor: CanAskForBusiness,
    session: Session,
    business_id: Annotated[UUID, Query(description="主体编号")],
    on: Annotated[date | None, Query(description="检查日期，缺省为今天")] = None,
    scope: Annotated[
        list[Code] | None, Query(max_length=60, description="已知的经营范围，可重复；不填则有关条目都交检查人员核实")
    ] = None,
) -> Applicable:
    """一户在某一天适用的要点表与条目"""
    return await service.applicable(session, actor, business_id, on or day_of(now()), scope)


@router.get("/{code}")
async def read_checklist(_: CanReadChecklists, session: Session, code: ListCode, response: Response) -> ChecklistRead:
    """一张要点表"""
    return _listed(await service.checklist_of(session, code), response)


@router.put("/{code}")
async def correct_checklist(
    body: HeaderUpdate,
    actor: CanKeepChecklists,
    session: Session,
    code: ListCode,
    version: IfMatch,
    response: Response,
) -> ChecklistRead:
    """更正名称、业态、来源、起止日期；已发布的版本不变"""
    return _listed(await service.correct_header(session, actor, code, body, version), response)


@router.get("/{code}/versions/{number}")
async def read_version(
    _: CanReadChecklists, session: Session, code: ListCode, number: VersionNumber, response: Response
) -> VersionRead:
    """一版的全部内容"""
    return _shown(await service.version_of(session, code, number), code, response)


@router.put("/{code}/versions/{number}")
async def write_version(
    body: Content,
    actor: CanKeepChecklists,
    session: Session,
    code: ListCode,
    number: VersionNumber,
    version: IfMatchWhenPresent,
    response: Response,
) -> VersionRead:
    """起草下一版，或改写草稿"""
    draft, created = await service.write_draft(session, actor, code, number, body, version)
    response.status_code = 201 if created else 200
    return _shown(draft, code, response)


@router.get("/{code}/versions/{number}/check")
async def check_version(_: CanReadChecklists, session: Session, code: ListCode, number: VersionNumber) -> CheckRead:
    """能否发布，不能的全部原因"""
    reasons = await service.reasons_of(session, code, number)
    return CheckRead(publishable=not reasons, reasons=[ReasonRead.model_validate(reason) for reason in reasons])


@router.post("/{code}/versions/{number}/publication")
async def publish_version(
    body: Publication,
    actor: CanKeepChecklists,
    session: Session,
    code: ListCode,
    number: VersionNumber,
    version: IfMatch,
    response: Response,
) -> VersionRead:
    """发布；前后不一致的不予发布，一次说全原因"""
    published = await service.publish(session, actor, code, number, body.applies_from, version)
    return _shown(published, code, response)


@router.post("/{code}/versions/{number}/withdrawal")
async def withdraw_version(
    body: Withdrawal,
    actor: CanKeepChecklists,
    session: Session,
    code: ListCode,
    number: VersionNumber,
    version: IfMatch,
    response: Response,
) -> VersionRead:
    """撤回：不再用于新的检查，已有的检查照旧"""
    withdrawn = await service.withdraw(session, actor, code, number, body.reason, version)
    return _shown(withdrawn, code, response)


@router.get("/{code}/versions/{number}/differences")
async def compare_versions(
    _: CanReadChecklists,
    session: Session,
    code: ListCode,
    number: VersionNumber,
    before: Annotated[int, Query(ge=1, le=10_000, description="与哪一版比")],
) -> DifferencesRead:
    """与另一版的差别，逐项逐字段"""
    found = await service.compare(session, code, before, number)
    return DifferencesRead(before=before, after=number, differences=found)


@router.get("/{code}/versions/{number}/file")
async def export_version(
    _: CanReadChecklists, session: Session, code: ListCode, number: VersionNumber, response: Response
) -> ChecklistFile:
    """下载一份文件，可原样导入另一处"""
    version = await service.version_of(session, code, number)
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-v{number}.json"'
    return ChecklistFile(format=FORMAT, checklist=version.checklist.header, content=version.content)


@router.get("/{code}/versions/{number}/items", response_class=Response, responses={200: {"content": {XLSX: {}}}})
async def export_items(_: CanReadChecklists, session: Session, code: ListCode, number: VersionNumber) -> Response:
    """条目表（XLSX），一行一条；改好可以导回草稿"""
    header, rows = sheet_of((await service.version_of(session, code, number)).content)
    file = await asyncio.to_thread(xlsx_file, SHEET, header, rows)
    headers = {"Content-Disposition": f'attachment; filename="{code}-v{number}-items.xlsx"'}
    return Response(file, media_type=XLSX, headers=headers)


@router.put("/{code}/versions/{number}/items", openapi_extra=ITEMS_FORM)
async def import_items(
    request: Request,
    actor: CanKeepChecklists,
    session: Session,
    code: ListCode,
    number: VersionNumber,
    version: IfMatchWhenPresent,
    response: Response,
) -> VersionRead:
    """用条目表（XLSX 或 CSV）改写草稿的条目，或起草下一版；判定规则不变。有错的逐行逐格指出，一条也不收"""
    folder = request.app.state.settings.data_dir / "checklist-items"
    async with received_file(request, folder, max_bytes=LIMITS.max_bytes) as received:
        draft, created = await service.take_items(session, actor, code, number, received.path, version)
    response.status_code = 201 if created else 200
    return _shown(draft, code, response)


@router.post("/{code}/versions/{number}/judgements")
async def judge_answers(
    body: JudgementRequest, _: CanReadChecklists, session: Session, code: ListCode, number: VersionNumber
) -> JudgementRead:
    """试判：按这一版判定所给的结果，附步骤；不保存"""
    version = await service.version_of(session, code, number)
    judged = judge(
        body.answers,
        version.content,
        body.subject,
        kind=body.inspection,
        required=body.required,
        extras=body.extras,
    )
    return JudgementRead.model_validate(asdict(judged))


def _listed(checklist: Checklist, response: Response) -> ChecklistRead:
    set_etag(response, checklist)
    return ChecklistRead.model_validate(checklist)


def _shown(version: ChecklistVersion, code: str, response: Response) -> VersionRead:
    set_etag(response, version)
    response.headers["Content-Location"] = f"/v1/checklists/{code}/versions/{version.number}"
    return VersionRead(
        **dict(VersionSummary.model_validate(version)), checklist=version.checklist.header, content=version.content
    )
