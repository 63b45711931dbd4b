"""检验报告: the laboratory's steps under the blind code, the bureau's acceptance and return, serious-finding rules."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from services.sampling.reports import laboratory, own, repository, serious, service
from services.sampling.reports.models import Report
from services.sampling.reports.reading import show_report, show_summaries, show_to_laboratory
from services.sampling.reports.repository import ReportFilter
from services.sampling.reports.rules import ReportState
from services.sampling.reports.schemas import (
    AcceptanceStep,
    ConclusionStep,
    LaboratoryReportRead,
    LaboratoryReportSummary,
    LaboratoryStep,
    ReportRead,
    ReportSummary,
    ReportWrite,
    ReturnStep,
    SendBackStep,
    SeriousRuleRead,
    SeriousRuleWrite,
)
from services.sampling.separation.service import laboratory_of
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, IfMatchWhenPresent, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules

CanReport = Annotated[Actor, Depends(Allow(Role.LABORATORY))]
CanReadReports = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]
CanDecideReports = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER))]
CanSetSeriousRules = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE))]
CanReadSeriousRules = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.LABORATORY, Role.ADMINISTRATOR))]

BlindCode = Annotated[str, Path(description="盲样编码，与封签上的一致", examples=["7KQ2MXHW94TB"])]
RuleCode = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{2,63}$", description="规则代码", examples=["pathogen"])]

router = Router(prefix="/v1", tag="检验报告")


@router.get("/laboratory/reports")
async def list_own_reports(
    actor: CanReport,
    session: Session,
    page: PageParameters,
    state: Annotated[ReportState | None, Query(description="办理状态；退回而尚未另报的为 returned")] = None,
) -> Page[LaboratoryReportSummary]:
    """检验机构自己的报告，每份样品只列最新一版，次序不说明任何事。"""
    reports, following = await own.list_own_reports(session, laboratory_of(actor), state, page)
    return Page(items=await own.show_own_reports(session, reports), next_cursor=following)


@router.get("/laboratory/reports/{blind_code}")
async def read_own_report(
    blind_code: BlindCode, actor: CanReport, session: Session, response: Response
) -> LaboratoryReportRead:
    """检验机构查看自己的检验报告：现行一版的全部内容、此前各版与退回理由。"""
    return await _to_laboratory(session, response, blind_code, actor)


@router.put("/laboratory/reports/{blind_code}")
async def save_report_draft(
    blind_code: BlindCode,
    body: ReportWrite,
    actor: CanReport,
    version: IfMatchWhenPresent,
    session: Session,
    response: Response,
) -> LaboratoryReportRead:
    """检验机构填报检验数据（整份），随即逐项判定；原样再发不变。改已有的须带 If-Match；退回更正后再报为另一版。"""
    await laboratory.save_draft(session, blind_code, body, version, actor)
    return await _to_laboratory(session, response, blind_code, actor)


@router.post("/laboratory/reports/{blind_code}/conclusion")
async def conclude_report(
    blind_code: BlindCode,
    body: ConclusionStep,
    actor: CanReport,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LaboratoryReportRead:
    """作出检验结论，提交机构审核；报送期限（合格、不合格、24 小时）自此起算。"""
    await laboratory.conclude(session, blind_code, body, version, actor)
    return await _to_laboratory(session, response, blind_code, actor)


@router.post("/laboratory/reports/{blind_code}/review-rejection")
async def send_report_back(
    blind_code: BlindCode, body: SendBackStep, actor: CanReport, version: IfMatch, session: Session, response: Response
) -> LaboratoryReportRead:
    """机构审核退回填报人修改；已起算的报送期限不停。"""
    await laboratory.send_back(session, blind_code, body, version, actor)
    return await _to_laboratory(session, response, blind_code, actor)


@router.post("/laboratory/reports/{blind_code}/review")
async def review_report(
    blind_code: BlindCode,
    body: LaboratoryStep,
    actor: CanReport,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LaboratoryReportRead:
    """机构审核通过；审核人不得是填报人。"""
    await laboratory.review(session, blind_code, body, version, actor)
    return await _to_laboratory(session, response, blind_code, actor)


@router.post("/laboratory/reports/{blind_code}/issue")
async def issue_report(
    blind_code: BlindCode,
    body: LaboratoryStep,
    actor: CanReport,
    version: IfMatch,
    session: Session,
    response: Response,
) -> LaboratoryReportRead:
    """批准签发，报告即报送主管部门；此后不再改动，只能由主管部门退回更正。"""
    await laboratory.issue(session, blind_code, body, version, actor)
    return await _to_laboratory(session, response, blind_code, actor)


@router.get("/reports")
async def list_reports(
    actor: CanReadReports,
    session: Session,
    page: PageParameters,
    state: Annotated[ReportState | None, Query(description="办理状态")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    sample_id: Annotated[UUID | None, Query(description="只列这份样品的各版报告")] = None,
    in_doubt: Annotated[bool | None, Query(description="只列待复核的（true）或没有疑点的（false）")] = None,
) -> Page[ReportSummary]:
    """已报送的检验报告，近的在前；退回的原版也在内。"""
    wanted = ReportFilter(state=state, region=region, sample_id=sample_id, in_doubt=in_doubt)
    reports, following = await repository.list_reports(session, wanted, actor, page)
    return Page(items=await show_summaries(session, reports), next_cursor=following)


@router.get("/reports/{report_id}")
async def read_report(report_id: UUID, actor: CanReadReports, session: Session, response: Response) -> ReportRead:
    """一份检验报告：各项的报告判定与按数值的判定并列，疑点、期限与全部经过。"""
    return await _to_bureau(session, response, await service.report_for(session, report_id, actor))


@router.post("/reports/{report_id}/acceptance")
async def accept_report(
    report_id: UUID,
    body: AcceptanceStep,
    actor: CanDecideReports,
    version: IfMatch,
    session: Session,
    response: Response,
) -> ReportRead:
    """确认检验报告，样品有了结论；有矛盾或待判定的须写明理由作出决定，或退回更正。"""
    return await _to_bureau(session, response, await service.accept(session, report_id, body, version, actor))


@router.post("/reports/{report_id}/return")
async def return_report(
    report_id: UUID, body: ReturnStep, actor: CanDecideReports, version: IfMatch, session: Session, response: Response
) -> ReportRead:
    """退回检验机构更正：这一版保留，更正后另出一版。"""
    report = await service.return_for_correction(session, report_id, body, version, actor)
    return await _to_bureau(session, response, report)


@router.get("/serious-finding-rules")
async def list_serious_rules(actor: CanReadSeriousRules, session: Session) -> list[SeriousRuleRead]:
    """哪些不合格须在 24 小时内报告：每条现行的一版，注明出处与是否核实。"""
    return [SeriousRuleRead.model_validate(rule) for rule in await repository.rules_in_force(session)]


@router.post("/serious-finding-rules/{code}", status_code=201)
async def set_serious_rule(
    code: RuleCode, body: SeriousRuleWrite, actor: CanSetSeriousRules, session: Session, _: Idempotent
) -> SeriousRuleRead:
    """新增一条规则，或另写一版更正；原来各版保留。"""
    return SeriousRuleRead.model_validate(await serious.set_rule(session, code, body, actor))


async def _to_laboratory(session: Session, response: Response, blind_code: str, actor: Actor) -> LaboratoryReportRead:
    sample, editions = await laboratory.editions_for(session, blind_code, actor)
    set_etag(response, editions[-1])
    return await show_to_laboratory(session, sample, editions)


async def _to_bureau(session: Session, response: Response, report: Report) -> ReportRead:
    set_etag(response, report)
    return await show_report(session, report)
