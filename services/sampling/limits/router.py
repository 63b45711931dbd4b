"""限值与标准: read by all, kept by the food-safety office."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.sampling.limits import repository, service
from services.sampling.limits.columns import LIMITS
from services.sampling.limits.reading import show_limit, show_limits
from services.sampling.limits.repository import LimitFilter
from services.sampling.limits.schemas import (
    CoverageRead,
    LimitCreate,
    LimitImportForm,
    LimitImportRead,
    LimitRead,
    StandardCreate,
    StandardRead,
)
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, AnyActor
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions.common_rules import keeper_of_common_rules
from shared.tabular.receiving import received_file

CanKeepLimits = Annotated[Actor, Depends(keeper_of_common_rules(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

FILE_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "CSV 或 .xlsx"},
                        **LimitImportForm.model_json_schema()["properties"],
                    },
                },
                "example": {"file": "限值.csv", "dry_run": True},
            }
        },
    }
}

router = Router(prefix="/v1", tag="限值")


@router.get("/limits")
async def list_limits(
    _: AnyActor,
    session: Session,
    page: PageParameters,
    item: Annotated[str | None, Query(max_length=100, description="项目名称")] = None,
    category: Annotated[str | None, Query(max_length=32, description="食品类别代码")] = None,
    standard: Annotated[str | None, Query(max_length=60, description="标准号")] = None,
    verified: Annotated[bool | None, Query(description="是否已核实")] = None,
    superseded: Annotated[bool | None, Query(description="已被更正的（true）或现行的（false）")] = False,
) -> Page[LimitRead]:
    """限值一览。"""
    wanted = LimitFilter(item, category, standard, verified, superseded)
    limits, following = await repository.list_limits(session, wanted, page)
    return Page(items=await show_limits(session, limits), next_cursor=following)


@router.get("/limits/coverage")
async def read_limit_coverage(_: AnyActor, session: Session) -> CoverageRead:
    """限量表收录了什么、没有收录什么。"""
    return await service.coverage(session)


@router.post("/limits", status_code=201)
async def create_limit(
    body: LimitCreate, actor: CanKeepLimits, session: Session, response: Response, _: Idempotent
) -> LimitRead:
    """新增一条限值，写明依据、是否核实。"""
    limit = await service.add_limit(session, body, actor)
    response.headers["Location"] = f"/v1/limits/{limit.id}"
    return show_limit(limit, superseded=False)


@router.get("/limits/{limit_id}")
async def read_limit(limit_id: UUID, _: AnyActor, session: Session) -> LimitRead:
    """一条限值。"""
    [shown] = await show_limits(session, [await service.limit_for(session, limit_id)])
    return shown


@router.post("/limits/{limit_id}/supersession", status_code=201)
async def correct_limit(
    limit_id: UUID, body: LimitCreate, actor: CanKeepLimits, session: Session, response: Response, _: Idempotent
) -> LimitRead:
    """更正一条限值：另记一条，原有的留存而不再采用；已作出的判定不变。"""
    limit = await service.correct_limit(session, limit_id, body, actor)
    response.headers["Location"] = f"/v1/limits/{limit.id}"
    return show_limit(limit, superseded=False)


@router.post("/limit-imports", status_code=201, openapi_extra=FILE_FORM)
async def import_limits(request: Request, actor: CanKeepLimits, session: Session) -> LimitImportRead:
    """导入限值文件（CSV 或 .xlsx）：有一处错误就一行也不收，逐处写明行、列与改法。"""
    data_dir: Path = request.app.state.settings.data_dir
    async with received_file(request, data_dir / "limit-imports", max_bytes=LIMITS.max_bytes) as received:
        form = LimitImportForm.read(received.fields)
        return await service.take_in(session, received, dry_run=form.dry_run, sheet=form.sheet, actor=actor)


@router.get("/food-standards")
async def list_food_standards(_: AnyActor, session: Session, page: PageParameters) -> Page[StandardRead]:
    """登记过的标准版本；同一标准号以后登记的为准。"""
    standards, following = await repository.list_standards(session, page)
    return Page(items=[StandardRead.model_validate(standard) for standard in standards], next_cursor=following)


@router.post("/food-standards", status_code=201)
async def create_food_standard(
    body: StandardCreate, actor: CanKeepLimits, session: Session, _: Idempotent
) -> StandardRead:
    """登记标准的一个版本及其施行日；再次登记同一标准号即为更正。"""
    return StandardRead.model_validate(await service.add_standard(session, body, actor))
