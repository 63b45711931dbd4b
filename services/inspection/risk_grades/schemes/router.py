"""风险分级方案: versions of grading schemes."""

from typing import Annotated

from fastapi import Depends, Path, Response

from services.inspection.checklists.content import Code
from services.inspection.risk_grades.codes import SchemeState
from services.inspection.risk_grades.schemes import repository, service
from services.inspection.risk_grades.schemes.models import RiskScheme
from services.inspection.risk_grades.schemes.schemas import (
    FORMAT,
    CheckRead,
    ReasonRead,
    SchemeFile,
    SchemePublication,
    SchemeRead,
    SchemeSummary,
    Withdrawal,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.inspection import BusinessKind
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_rules

router = Router(prefix="/v1/risk-schemes", tag="风险分级方案")

CanReadSchemes = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.BUSINESS, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR))]
CanKeepSchemes = Annotated[Actor, Depends(keeper_of_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

SchemeCode = Annotated[Code, Path(description="方案代码")]
VersionNumber = Annotated[int, Path(ge=1, le=10_000, description="第几版")]


@router.get("")
async def list_risk_schemes(
    _: CanReadSchemes,
    session: Session,
    page: PageParameters,
    kind: BusinessKind | None = None,
    state: SchemeState | None = None,
) -> Page[SchemeSummary]:
    """风险分级方案一览，一版一行"""
    found, following = await repository.list_schemes(session, page, kind=kind, state=state)
    return Page(items=[SchemeSummary.model_validate(scheme) for scheme in found], next_cursor=following)


@router.get("/{code}/versions/{number}")
async def read_risk_scheme(
    _: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber, response: Response
) -> SchemeRead:
    """一版的全部内容"""
    return _shown(await service.version_of(session, code, number), response)


@router.put("/{code}/versions/{number}")
async def write_risk_scheme(
    body: SchemeFile,
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatchWhenPresent,
    response: Response,
) -> SchemeRead:
    """起草下一版，或改写草稿"""
    draft, created = await service.write_draft(session, actor, code, number, body, version)
    response.status_code = 201 if created else 200
    return _shown(draft, response)


@router.get("/{code}/versions/{number}/check")
async def check_risk_scheme(_: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber) -> CheckRead:
    """能否发布，不能的全部原因"""
    reasons = await service.reasons_of(session, code, number)
    return CheckRead(publishable=not reasons, reasons=[ReasonRead.model_validate(reason) for reason in reasons])


@router.post("/{code}/versions/{number}/publication")
async def publish_risk_scheme(
    body: SchemePublication,
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatch,
    response: Response,
) -> SchemeRead:
    """发布；前后不一致、没有收齐的不予发布，一次说全原因"""
    return _shown(await service.publish(session, actor, code, number, body.applies_from, version), response)


@router.post("/{code}/versions/{number}/withdrawal")
async def withdraw_risk_scheme(
    body: Withdrawal,
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatch,
    response: Response,
) -> SchemeRead:
    """撤回：不再用来定级，已定的等级照旧"""
    return _shown(await service.withdraw(session, actor, code, number, body.reason, version), response)


@router.get("/{code}/versions/{number}/file")
async def export_risk_scheme(
    _: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber, response: Response
) -> SchemeFile:
    """下载一份文件，可原样写回"""
    scheme = await service.version_of(session, code, number)
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-v{number}.json"'
    return SchemeFile(format=FORMAT, scheme=scheme.header, content=scheme.content)


def _shown(scheme: RiskScheme, response: Response) -> SchemeRead:
    set_etag(response, scheme)
    return SchemeRead.model_validate(scheme)
