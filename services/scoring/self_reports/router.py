"""自评报告 over HTTP: templates, reports with their notes, differences, and the files."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from services.scoring.evaluations.router import CanReadEvaluations, CanRunEvaluations
from services.scoring.indicators.router import Source
from services.scoring.scheme_language.rule_kinds import Code
from services.scoring.self_reports import repository, service
from services.scoring.self_reports.content import Note, TemplateContent
from services.scoring.self_reports.document import document_of
from services.scoring.self_reports.models import ReportTemplate, SelfReport
from services.scoring.self_reports.problems import ReportNotFound
from services.scoring.self_reports.repository import ReportFilter
from services.scoring.self_reports.schemas import (
    ComparedRead,
    ReportCreate,
    ReportRead,
    ReportSummary,
    TemplateRead,
    TemplateSummary,
)
from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.documents import docx, pdf
from shared.http.auth import Actor
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

router = Router(prefix="/v1", tag="自评报告")

CanKeepTemplates = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]
TemplateCode = Annotated[Code, Path(description="格式代码")]


@router.get("/report-templates", summary="报告格式一览，一版一行，每种最近的在前")
async def list_report_templates(_: CanReadEvaluations, session: Session) -> list[TemplateSummary]:
    return [TemplateSummary.model_validate(one) for one in await repository.list_templates(session)]


@router.get("/report-templates/{code}/versions/{number}", summary="一版报告格式的全部内容")
async def read_report_template(
    _: CanReadEvaluations, session: Session, code: TemplateCode, number: Annotated[int, Path(ge=1, le=10_000)]
) -> TemplateRead:
    return _shown_template(await service.template_for(session, code, number))


@router.post("/report-templates/{code}/versions", status_code=201, summary="登记下一版报告格式")
async def add_report_template(
    code: TemplateCode,
    body: TemplateContent,
    actor: CanKeepTemplates,
    session: Session,
    response: Response,
    _: Idempotent,
) -> TemplateRead:
    """正文里的数都要是指标（`{名字}`）；不是数据的（名称、标准号、期间）列入 terms。有一处不合就不收。"""
    template = await service.add_template(session, code, body, actor.id)
    response.headers["Location"] = f"/v1/report-templates/{code}/versions/{template.number}"
    return _shown_template(template)


@router.get("/self-reports", summary="自评报告一览，最近的在前")
async def list_self_reports(
    actor: CanReadEvaluations,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    template: Annotated[Code | None, Query(description="只列用此格式的")] = None,
    evaluation_id: UUID | None = None,
) -> Page[ReportSummary]:
    wanted = ReportFilter(region, template, evaluation_id)
    found, following = await repository.list_reports(session, wanted, actor, page)
    return Page(items=[ReportSummary.model_validate(one) for one in found], next_cursor=following)


@router.post("/self-reports", status_code=201, summary="现在生成一份自评报告，连同截至时间与哈希存下")
async def make_self_report(
    body: ReportCreate, actor: CanRunEvaluations, session: Session, source: Source, response: Response, _: Idempotent
) -> ReportRead:
    """用您自己的令牌取数；同一个数前后不一致的、各项之和不等于总数的，指出各处，不生成。"""
    report = await service.make(session, body, source, actor)
    response.headers["Location"] = f"/v1/self-reports/{report.id}"
    return _shown(report)


@router.get("/self-reports/{report_id}", summary="一份自评报告：正文、每个数的出处")
async def read_self_report(report_id: UUID, actor: CanReadEvaluations, session: Session) -> ReportRead:
    return _shown(await service.report_for(session, report_id, actor))


@router.get("/self-reports/{report_id}/notes/{number}", summary="一条注：数从哪里来，记录在哪里看")
async def read_self_report_note(
    report_id: UUID, number: Annotated[int, Path(ge=1, le=100_000)], actor: CanReadEvaluations, session: Session
) -> Note:
    report = await service.report_for(session, report_id, actor)
    found = next((note for note in report.content.notes if note.number == number), None)
    if found is None:
        raise ReportNotFound("这份报告没有这一条注")
    return found


@router.get("/self-reports/{report_id}/differences", summary="与前一份（或另一份）相比，哪些数、哪些句子变了")
async def compare_self_reports(
    report_id: UUID,
    actor: CanReadEvaluations,
    session: Session,
    earlier: Annotated[UUID | None, Query(description="与哪一份比；缺省为同一地区、同一格式的前一份")] = None,
) -> ComparedRead:
    return await service.compare(session, report_id, earlier, actor)


@router.get(
    "/self-reports/{report_id}/document",
    summary="下载 DOCX；同一份每次下载逐字节相同",
    response_class=Response,
    responses={200: {"content": {docx.MEDIA_TYPE: {}}}},
)
async def download_self_report(report_id: UUID, actor: CanReadEvaluations, session: Session) -> Response:
    report = await service.report_for(session, report_id, actor)
    content = report.content
    file = await asyncio.to_thread(docx.write_docx, content.title, document_of(content, report.sha256))
    return _file(report, file, docx.MEDIA_TYPE, "docx")


@router.get(
    "/self-reports/{report_id}/pdf",
    summary="下载 PDF，字体已嵌入；同一份每次下载逐字节相同",
    response_class=Response,
    responses={200: {"content": {pdf.MEDIA_TYPE: {}}}},
)
async def download_self_report_pdf(report_id: UUID, actor: CanReadEvaluations, session: Session) -> Response:
    report = await service.report_for(session, report_id, actor)
    content = report.content
    file = await asyncio.to_thread(pdf.write_pdf, content.title, document_of(content, report.sha256))
    return _file(report, file, pdf.MEDIA_TYPE, "pdf")


def _file(report: SelfReport, content: bytes, media_type: str, suffix: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="self-report-{report.id}.{suffix}"'}
    return Response(content, media_type=media_type, headers=headers)


def _shown(report: SelfReport) -> ReportRead:
    summary = ReportSummary.model_validate(report).model_dump()
    return ReportRead(**summary, content=report.content)


def _shown_template(template: ReportTemplate) -> TemplateRead:
    summary = TemplateSummary.model_validate(template).model_dump()
    return TemplateRead(**summary, content=template.content)
