"""Routes of bulk imports into the register."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.inspection.business_imports import repository, service
from services.inspection.business_imports.schemas import BusinessImportRead, BusinessImportRowRead
from shared.contracts.codes import Role, RowOutcome
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.tabular.rejected import RejectedRow, rejected_csv

router = Router(prefix="/v1/business-imports", tag="批量导入主体")

CanImportBusinesses = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put(
    "/{import_id}",
    status_code=202,
    openapi_extra=FILE_BODY,
    summary="上传名录（正文即文件：CSV 或 XLSX）；编号由上传方自编，重传同一份不会重复录入",
)
async def import_businesses(
    request: Request,
    session: Session,
    actor: CanImportBusinesses,
    import_id: UUID,
    response: Response,
    name: Annotated[str, Query(min_length=1, max_length=200, description="文件名，只作记录")] = "主体名录",
    dry_run: Annotated[bool, Query(description="试算：逐行答复，什么都不录入")] = False,
) -> BusinessImportRead:
    data_dir = request.app.state.settings.data_dir
    begun = await service.begin(session, actor, import_id, request.stream(), name, data_dir, dry_run=dry_run)
    response.headers["Location"] = f"/v1/business-imports/{import_id}"
    return BusinessImportRead.model_validate(begun)


@router.post("/{import_id}/acceptance", status_code=202, summary="把试算过的文件转为录入，不必再传；限试算的人自己")
async def accept_business_import(
    session: Session, actor: CanImportBusinesses, _: Idempotent, import_id: UUID
) -> BusinessImportRead:
    return BusinessImportRead.model_validate(await service.accept(session, actor, import_id))


@router.get("", summary="自己的导入，最近的在前")
async def list_business_imports(
    session: Session, actor: CanImportBusinesses, page: PageParameters
) -> Page[BusinessImportRead]:
    rows, next_cursor = await repository.list_imports(session, actor.id, page)
    return Page(items=[BusinessImportRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{import_id}", summary="一次导入的进度与结果")
async def get_business_import(session: Session, actor: CanImportBusinesses, import_id: UUID) -> BusinessImportRead:
    return BusinessImportRead.model_validate(await service.read_import(session, actor, import_id))


@router.get("/{import_id}/rows", summary="没有直接收下的行与原因")
async def list_business_import_rows(
    session: Session,
    actor: CanImportBusinesses,
    import_id: UUID,
    page: PageParameters,
    outcome: RowOutcome | None = None,
) -> Page[BusinessImportRowRead]:
    await service.read_import(session, actor, import_id)
    rows, next_cursor = await repository.list_rows(session, import_id, outcome, page)
    return Page(items=[BusinessImportRowRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get(
    "/{import_id}/rejected-rows",
    response_class=StreamingResponse,
    summary="下载退回与疑似重复的行（CSV），改正后可再传",
)
async def download_rejected_businesses(
    session: Session, actor: CanImportBusinesses, import_id: UUID
) -> StreamingResponse:
    found = await service.read_import(session, actor, import_id)
    rows = await repository.rows_to_correct(session, import_id)
    rejected = (RejectedRow(row.row_number, row.cells, [reason["message"] for reason in row.reasons]) for row in rows)
    content: Iterator[bytes] = rejected_csv(found.header, rejected)
    file_name = quote(f"退回的行-{found.file_name}.csv")
    return StreamingResponse(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{file_name}"},
    )
