"""追溯码: giving out, activating and voiding codes; QR symbols and printable sheets; the keys of their signatures."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.codes import qr, repository, service, sheets
from services.traceability.codes.models import TraceCode
from services.traceability.codes.repository import CodeFilter
from services.traceability.codes.rules import CodeKind, CodeState, CodeStep
from services.traceability.codes.schemas import (
    CodeBatchCreate,
    CodeBatchOutcome,
    CodeBatchRead,
    CodeDetail,
    CodeEntryRead,
    CodeKey,
    CodeKeySet,
    CodeRead,
    CodeStepBody,
    CodeVerification,
)
from services.traceability.codes.signing import PARAMETER, open_code_keys
from services.traceability.settings import CurrentSettings, Settings
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow, Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

_PARTIES = (Role.BUSINESS, Role.MARKET_OPERATOR)
CanReadCodes = Annotated[Actor, Depends(Allow(*OFFICIALS, *_PARTIES, Role.EXTERNAL_SYSTEM))]
CanIssueCodes = Annotated[Actor, Depends(Allow(*_PARTIES, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]
CanVoidCodes = Annotated[Actor, Depends(Allow(*_PARTIES, Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE))]
CanVerifyCodes = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]

_SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {"example": "<svg …></svg>"}}}}
_PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
}
_SHEET: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"example": "<!doctype html>…"}}}}

Signed = Annotated[bool, Query(description="带平台签名，可离线验真；码会大一些")]

router = Router(prefix="/v1", tag="追溯码")


@router.post("/code-batches", status_code=201)
async def issue_codes(
    body: CodeBatchCreate, actor: CanIssueCodes, session: Session, response: Response, _: Idempotent
) -> CodeBatchOutcome:
    """发一批码：店铺、摊位、商品、批次、单品或物流单元；有一个发过，整批不发。"""
    batch, active = await service.issue(session, actor, body)
    response.headers["Location"] = f"/v1/code-batches/{batch.id}"
    return CodeBatchOutcome(**CodeBatchRead.model_validate(batch).model_dump(), changed=active or batch.quantity)


@router.get("/code-batches")
async def list_code_batches(
    actor: CanReadCodes,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
) -> Page[CodeBatchRead]:
    """发过的各批码，最近的在前。"""
    rows, cursor = await repository.list_batches(session, actor, region, page)
    return Page(items=[CodeBatchRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/code-batches/{batch_id}")
async def read_code_batch(batch_id: UUID, actor: CanReadCodes, session: Session) -> CodeBatchRead:
    """一批码。"""
    return CodeBatchRead.model_validate(await service.batch_for(session, batch_id, actor))


@router.post("/code-batches/{batch_id}/activation")
async def activate_code_batch(
    batch_id: UUID, body: CodeStepBody, actor: CanIssueCodes, session: Session
) -> CodeBatchOutcome:
    """整批启用：标签已贴到货物上。"""
    batch, changed = await service.step_of_batch(session, actor, batch_id, CodeStep.ACTIVATED, body.reason)
    return CodeBatchOutcome(**CodeBatchRead.model_validate(batch).model_dump(), changed=changed)


@router.post("/code-batches/{batch_id}/voiding")
async def void_code_batch(
    batch_id: UUID, body: CodeStepBody, actor: CanVoidCodes, session: Session
) -> CodeBatchOutcome:
    """整批作废，不能恢复。"""
    batch, changed = await service.step_of_batch(session, actor, batch_id, CodeStep.VOIDED, body.reason)
    return CodeBatchOutcome(**CodeBatchRead.model_validate(batch).model_dump(), changed=changed)


@router.get("/code-batches/{batch_id}/sheet", responses=_SHEET, response_class=Response)
async def print_code_batch(
    batch_id: UUID,
    actor: CanReadCodes,
    session: Session,
    settings: CurrentSettings,
    columns: Annotated[int, Query(ge=1, le=sheets.MOST_COLUMNS, description="每页几列")] = 4,
    rows: Annotated[int, Query(ge=1, le=sheets.MOST_ROWS, description="每页几行")] = 6,
    skip: Annotated[int, Query(ge=0, le=10_000, description="跳过前几个，用于续印")] = 0,
    count: Annotated[int, Query(ge=1, le=sheets.LARGEST_SHEET, description="印几个")] = 96,
    signed: Signed = False,
) -> Response:
    """打印页（A4，网页）：二维码、名称、码的文字。用浏览器打开后打印。"""
    batch = await service.batch_for(session, batch_id, actor)
    codes = await repository.codes_of_batch(session, batch.id, skip, count)
    labels = [
        sheets.Label(_address(code, settings, signed=signed), code.name, code.kind.label, code.text) for code in codes
    ]
    page = await asyncio.to_thread(sheets.sheet, f"{batch.name} 追溯码", labels, columns=columns, rows=rows)
    policy = {"content-security-policy": sheets.content_security_policy(columns, rows)}
    return Response(page, media_type="text/html; charset=utf-8", headers=policy)


@router.get("/codes")
async def list_codes(
    actor: CanReadCodes,
    session: Session,
    page: PageParameters,
    code: Annotated[str | None, Query(max_length=500, description="扫到或输入的码：网址、URN、平台编号")] = None,
    kind: Annotated[CodeKind | None, Query(description="哪一种码")] = None,
    state: Annotated[CodeState | None, Query(description="状态")] = None,
    batch_id: Annotated[UUID | None, Query(description="哪一批")] = None,
    business_id: Annotated[UUID | None, Query(description="属于哪个主体")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
) -> Page[CodeRead]:
    """追溯码一览，最近发的在前。"""
    key = service.key_of(code) if code else None
    wanted = CodeFilter(key, kind, state, batch_id, business_id, region)
    rows, cursor = await repository.list_codes(session, actor, wanted, page)
    return Page(items=[CodeRead.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/codes/{code_id}")
async def read_code(
    code_id: UUID, actor: CanReadCodes, session: Session, settings: CurrentSettings, response: Response
) -> CodeDetail:
    """一个码及其全部经过。"""
    return await _detail(session, await service.code_for(session, code_id, actor), settings, response)


@router.post("/codes/{code_id}/activation")
async def activate_code(
    code_id: UUID,
    body: CodeStepBody,
    actor: CanIssueCodes,
    version: IfMatch,
    session: Session,
    settings: CurrentSettings,
    response: Response,
) -> CodeDetail:
    """启用一个码。"""
    code = await service.step(session, actor, code_id, CodeStep.ACTIVATED, body.reason, version)
    return await _detail(session, code, settings, response)


@router.post("/codes/{code_id}/voiding")
async def void_code(
    code_id: UUID,
    body: CodeStepBody,
    actor: CanVoidCodes,
    version: IfMatch,
    session: Session,
    settings: CurrentSettings,
    response: Response,
) -> CodeDetail:
    """作废一个码，不能恢复。"""
    code = await service.step(session, actor, code_id, CodeStep.VOIDED, body.reason, version)
    return await _detail(session, code, settings, response)


@router.post("/codes/{code_id}/verification")
async def verify_code(
    code_id: UUID,
    body: CodeVerification,
    actor: CanVerifyCodes,
    session: Session,
    settings: CurrentSettings,
    response: Response,
) -> CodeDetail:
    """核对商品条码属于哪个主体；被别人抢先登记的，改归核对的主体。此后别的主体不能用它发码。"""
    code = await service.verify(session, actor, code_id, body)
    return await _detail(session, code, settings, response)


@router.get("/codes/{code_id}/qr.svg", responses=_SVG, response_class=Response)
async def draw_code_svg(
    code_id: UUID, actor: CanReadCodes, session: Session, settings: CurrentSettings, signed: Signed = False
) -> Response:
    """二维码（SVG）。"""
    code = await service.code_for(session, code_id, actor)
    return Response(qr.svg(_address(code, settings, signed=signed)), media_type="image/svg+xml")


@router.get("/codes/{code_id}/qr.png", responses=_PNG, response_class=Response)
async def draw_code_png(
    code_id: UUID,
    actor: CanReadCodes,
    session: Session,
    settings: CurrentSettings,
    scale: Annotated[int, Query(ge=1, le=qr.LARGEST_SCALE, description="每个小方块几个像素")] = 8,
    signed: Signed = False,
) -> Response:
    """二维码（PNG）。"""
    code = await service.code_for(session, code_id, actor)
    return Response(qr.png(_address(code, settings, signed=signed), scale), media_type="image/png")


@router.get("/code-keys")
async def read_code_keys(_: Anyone, settings: CurrentSettings) -> CodeKeySet:
    """验证追溯码签名的公钥；存下来即可离线验真。"""
    return CodeKeySet(keys=[CodeKey(**key) for key in open_code_keys(settings.code_keys_folder).public()])


def _address(code: TraceCode, settings: Settings, *, signed: bool) -> str:
    plain = settings.public_origin + code.path
    return f"{plain}?{PARAMETER}={open_code_keys(settings.code_keys_folder).sign(code.path)}" if signed else plain


async def _detail(session: Session, code: TraceCode, settings: Settings, response: Response) -> CodeDetail:
    set_etag(response, code)
    history = await service.history_of(session, code)
    return CodeDetail(
        **CodeRead.model_validate(code).model_dump(),
        uri=_address(code, settings, signed=False),
        signed_uri=_address(code, settings, signed=True),
        history=[CodeEntryRead.model_validate(entry) for entry in history],
    )
