"""The log over HTTP: heads, proofs and the verifier for everybody, records for auditors."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from shared.audit import repository, service, verifier
from shared.audit.schemas import AuditHeadRead, AuditRecordRead, ConsistencyProof, InclusionProof
from shared.contracts.codes import Role, Unit
from shared.database import Session
from shared.http.audit import AuditRecord
from shared.http.auth import Actor, Allow, Anyone
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

VERIFIER = Path(verifier.__file__).read_bytes()

router = Router(prefix="/v1/audit", tag="操作日志")

CanReadLog = Annotated[Actor, Depends(Allow(Role.AUDITOR, Role.ADMINISTRATOR))]
Size = Annotated[int, Query(ge=1, lt=2**63, description="公布过的树头的条数")]


@router.get("/heads")
async def list_audit_heads(_: Anyone, session: Session, request: Request, page: PageParameters) -> Page[AuditHeadRead]:
    """公布的树头，新的在前；请自行保存，日后凭它核对。任何人可读"""
    heads, following = await repository.list_heads(session, page)
    unit = _unit_of(request)
    items = [AuditHeadRead.model_validate(service.head_document(unit, head)) for head in heads]
    return Page(items=items, next_cursor=following)


@router.get("/consistency")
async def prove_audit_consistency(
    _: Anyone, session: Session, request: Request, first: Size, second: Size
) -> ConsistencyProof:
    """证明后一个树头只是在前一个之后续写：前面的记录一条未动。任何人可取"""
    return ConsistencyProof.model_validate(await service.consistency_proof(session, _unit_of(request), first, second))


@router.get("/verifier", response_class=Response)
async def download_audit_verifier(_: Anyone) -> Response:
    """核验程序：一个 Python 文件，只用标准库，就是平台封存日志所用的算法。任何人可取"""
    return Response(
        VERIFIER,
        media_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verifier.py"'},
    )


@router.get("/records")
async def list_audit_records(
    session: Session,
    actor: CanReadLog,
    page: PageParameters,
    actor_id: Annotated[UUID | None, Query(description="只看这个账号的")] = None,
    target: Annotated[
        str | None,
        Query(min_length=1, max_length=500, description="只看对这个地址的", examples=["/v1/samples"]),
    ] = None,
) -> Page[AuditRecordRead]:
    """谁在何时对哪条记录做了什么，新的在前；没有姓名和内容，只有编号与哈希"""
    rows, following = await repository.list_records(session, actor, page, actor_id, target)
    return Page(items=[_shown(row) for row in rows], next_cursor=following)


@router.get("/records/{record_id}/proof")
async def prove_audit_record(session: Session, actor: CanReadLog, request: Request, record_id: UUID) -> InclusionProof:
    """证明一条操作记录在已公布的树头之中；可以交给外人核对"""
    return InclusionProof.model_validate(await service.inclusion_proof(session, _unit_of(request), actor, record_id))


def _unit_of(request: Request) -> Unit:
    unit: Unit = request.app.state.service.unit
    return unit


def _shown(row: AuditRecord) -> AuditRecordRead:
    values = {name: getattr(row, name) for name in AuditRecordRead.model_fields}
    return AuditRecordRead.model_validate({name: _readable(value) for name, value in values.items()})


def _readable(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
