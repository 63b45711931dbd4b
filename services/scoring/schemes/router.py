"""评价细则: versions of schemes over HTTP."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from services.scoring.scheme_language.content import SchemeContent
from services.scoring.scheme_language.rule_kinds import Code
from services.scoring.schemes import repository, service
from services.scoring.schemes.differences import differences
from services.scoring.schemes.files import written
from services.scoring.schemes.models import SchemeState, ScoringScheme
from services.scoring.schemes.schemas import (
    CheckRead,
    DifferenceRead,
    ReasonRead,
    SchemeRead,
    SchemeSummary,
    WhatIf,
    WhatIfRead,
    Withdrawal,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, IfMatchWhenPresent, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_rules

router = Router(prefix="/v1/scoring-schemes", tag="评价细则")

CanReadSchemes = Annotated[
    Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER, Role.AUDITOR, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR))
]
CanKeepSchemes = Annotated[Actor, Depends(keeper_of_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

SchemeCode = Annotated[Code, Path(description="细则代码")]
VersionNumber = Annotated[int, Path(ge=1, le=10_000, description="第几版")]
FILE = {"type": "string", "format": "binary"}
YAML = {"requestBody": {"required": True, "content": {"application/yaml": {"schema": FILE}}}}


@router.get("", summary="评价细则一览，一版一行")
async def list_scoring_schemes(
    _: CanReadSchemes, session: Session, page: PageParameters, state: SchemeState | None = None
) -> Page[SchemeSummary]:
    found, following = await repository.list_schemes(session, page, state=state)
    return Page(items=[SchemeSummary.model_validate(scheme) for scheme in found], next_cursor=following)


@router.get("/{code}/versions/{number}", summary="一版的全部内容")
async def read_scoring_scheme(
    _: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber, response: Response
) -> SchemeRead:
    return _shown(await service.version_of(session, code, number), response)


@router.put("/{code}/versions/{number}", summary="起草下一版，或改写草稿")
async def write_scoring_scheme(
    body: SchemeContent,
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatchWhenPresent,
    response: Response,
) -> SchemeRead:
    draft, created = await service.write_draft(session, actor, code, number, body, version)
    response.status_code = 201 if created else 200
    return _shown(draft, response)


@router.get("/{code}/versions/{number}/file", summary="下载一个 YAML 文件，可原样写回", response_class=Response)
async def export_scoring_scheme(
    _: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber
) -> Response:
    scheme = await service.version_of(session, code, number)
    disposition = f'attachment; filename="{code}-v{number}.yaml"'
    return Response(
        written(scheme.content), media_type="application/yaml", headers={"Content-Disposition": disposition}
    )


@router.put("/{code}/versions/{number}/file", summary="以 YAML 文件起草或改写", openapi_extra=YAML)
async def import_scoring_scheme(
    request: Request,
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatchWhenPresent,
    response: Response,
) -> SchemeRead:
    content = service.read_file(await request.body())
    draft, created = await service.write_draft(session, actor, code, number, content, version)
    response.status_code = 201 if created else 200
    return _shown(draft, response)


@router.get("/{code}/versions/{number}/check", summary="能否发布，不能的全部原因")
async def check_scoring_scheme(
    _: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber
) -> CheckRead:
    faults, failed = await service.reasons_of((await service.version_of(session, code, number)).content)
    reasons = [ReasonRead(pointer=fault.pointer, message=fault.message) for fault in faults]
    reasons += [
        ReasonRead(pointer=f"/tests/{test.position}", message=f"{test.name}：{test.message}") for test in failed
    ]
    return CheckRead(publishable=not reasons, reasons=reasons)


@router.get("/{code}/versions/{number}/differences", summary="与另一版相比改了什么")
async def compare_scoring_schemes(
    _: CanReadSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    against: Annotated[int, Query(ge=1, le=10_000, description="与第几版相比")],
) -> list[DifferenceRead]:
    after = await service.version_of(session, code, number)
    before = await service.version_of(session, code, against)
    return [DifferenceRead(**one._asdict()) for one in differences(before.content, after.content)]


@router.post("/{code}/versions/{number}/trial", summary="试算：这一版（及对照的一版）会怎样评")
async def try_scoring_scheme(
    wanted: WhatIf, _: CanReadSchemes, session: Session, code: SchemeCode, number: VersionNumber
) -> WhatIfRead:
    """输入可以是往年的：这一版用不上的在 strays 里逐处说明，不影响试算。"""
    result, strays = await service.try_on(session, code, number, wanted.input)
    other = None
    if wanted.against is not None:
        other = (await service.try_on(session, code, wanted.against, wanted.input))[0]
    told = [ReasonRead(pointer=f"/input{stray.pointer}", message=stray.message) for stray in strays]
    return WhatIfRead(result=result, against=other, strays=told)


@router.post("/{code}/versions/{number}/publication", summary="发布；有矛盾、自带测试不过的不予发布，一次说全原因")
async def publish_scoring_scheme(
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatch,
    response: Response,
) -> SchemeRead:
    return _shown(await service.publish(session, actor, code, number, version), response)


@router.post("/{code}/versions/{number}/withdrawal", summary="撤回：不再用来评价，已评的照旧")
async def withdraw_scoring_scheme(
    body: Withdrawal,
    actor: CanKeepSchemes,
    session: Session,
    code: SchemeCode,
    number: VersionNumber,
    version: IfMatch,
    response: Response,
) -> SchemeRead:
    return _shown(await service.withdraw(session, actor, code, number, body.reason, version), response)


def _shown(scheme: ScoringScheme, response: Response) -> SchemeRead:
    set_etag(response, scheme)
    return SchemeRead.model_validate(scheme)
