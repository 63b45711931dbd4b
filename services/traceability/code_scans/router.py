"""扫码: what anybody sees of a code, scans in trade, what they say against a label, and the numbers that decide."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.code_scans import repository, service
from services.traceability.code_scans.models import CodeFinding, ScanThreshold
from services.traceability.code_scans.rules import ScanPurpose
from services.traceability.code_scans.schemas import (
    CodeScan,
    FindingRead,
    FindingSettlement,
    PublicCode,
    PublicScan,
    ScanOutcome,
    ThresholdCreate,
    ThresholdRead,
)
from services.traceability.settings import CurrentSettings
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.auth import Actor, Allow, Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

_PARTIES = (Role.BUSINESS, Role.MARKET_OPERATOR)
CanScan = Annotated[Actor, Depends(Allow(*_PARTIES, *OFFICIALS, Role.SAMPLER))]
CanReadFindings = Annotated[Actor, Depends(Allow(*OFFICIALS, *_PARTIES, Role.EXTERNAL_SYSTEM))]
CanSettleFindings = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE))]
CanReadThresholds = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.ADMINISTRATOR))]

router = Router(prefix="/v1", tag="扫码与异常")


@router.post("/public-codes/scans")
async def look_up_code(body: PublicScan, session: Session, settings: CurrentSettings, _: Anyone) -> PublicCode:
    """公众扫码：这个码登记了什么、有什么可疑、还缺什么。不记是谁，地点只记到约十公里。"""
    scanned = await service.read_scanned(session, body.code, settings.code_keys_folder)
    warnings = await service.record_scan(session, scanned, ScanPurpose.LOOK, body.latitude, body.longitude, None)
    return await service.public_view(session, scanned, warnings)


@router.post("/code-scans")
async def scan_code(body: CodeScan, actor: CanScan, session: Session, settings: CurrentSettings) -> ScanOutcome:
    """进货、售出或检查时扫码；一件货物第二次售出会记为异常。"""
    scanned = await service.read_scanned(session, body.code, settings.code_keys_folder)
    warnings = await service.record_scan(session, scanned, body.purpose, body.latitude, body.longitude, actor)
    code = scanned.codes[0]
    return ScanOutcome(code_id=code.id, state=code.state, name=code.name, warnings=warnings)


@router.get("/code-findings")
async def list_code_findings(
    actor: CanReadFindings,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    code_id: Annotated[UUID | None, Query(description="只列这个码的")] = None,
    settled: Annotated[bool | None, Query(description="true 已核查，false 待核查")] = None,
) -> Page[FindingRead]:
    """扫码异常一览，最近的在前，每条写明凭什么。"""
    rows, cursor = await repository.list_findings(
        session, actor, page, region_code=region, code_id=code_id, settled=settled
    )
    return Page(items=[_finding(row) for row in rows], next_cursor=cursor)


@router.post("/code-findings/{finding_id}/settlement")
async def settle_code_finding(
    finding_id: UUID,
    body: FindingSettlement,
    actor: CanSettleFindings,
    version: IfMatch,
    session: Session,
    response: Response,
) -> FindingRead:
    """登记核查结果；以后再有同类情况另记一条。"""
    finding = await service.settle(session, actor, finding_id, body, version)
    set_etag(response, finding)
    return _finding(finding)


@router.get("/scan-thresholds")
async def list_scan_thresholds(_: CanReadThresholds, session: Session) -> list[ThresholdRead]:
    """判断扫码异常的各个界限，连同历次更正。"""
    return [_threshold(row) for row in await history(session, ScanThreshold)]


@router.post("/scan-thresholds", status_code=201)
async def correct_scan_threshold(
    body: ThresholdCreate, actor: CanStateRules, session: Session, _: Idempotent
) -> ThresholdRead:
    """更正一个界限，自某日起用。"""
    return _threshold(await state_rule(session, ScanThreshold(**body.model_dump()), actor))


def _finding(finding: CodeFinding) -> FindingRead:
    own = {name: getattr(finding, name) for name in FindingRead.model_fields if hasattr(finding, name)}
    return FindingRead(**own, label=finding.kind.label, code_text=finding.code.text, code_name=finding.code.name)


def _threshold(row: ScanThreshold) -> ThresholdRead:
    own = {name: getattr(row, name) for name in ThresholdRead.model_fields if hasattr(row, name)}
    return ThresholdRead(**own, label=row.name.label, unit=row.name.unit)
