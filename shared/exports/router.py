"""Exports over HTTP: what there is, order one, watch it, fetch it."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import FileResponse

from shared.contracts.codes import Unit
from shared.database import Session
from shared.exports import repository, service
from shared.exports.definition import Export, filters_of
from shared.exports.schemas import ExportCreate, ExportFormat, ExportKindRead, ExportRead, FilterRead
from shared.http.auth import AnyActor
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.tabular.writing import XLSX
from shared.times import in_shanghai

MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.CSV_GBK: "text/csv; charset=gb18030",
    ExportFormat.XLSX: XLSX,
    ExportFormat.NDJSON: "application/x-ndjson",
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {
                "example": "编号,名称,区划\r\n0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b,演示食品店（虚构）,330203001000\r\n"
            },
            "application/x-ndjson": {"example": '{"name":"演示食品店（虚构）","region_code":"330203001000"}\n'},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


def _exports(request: Request) -> Sequence[Export]:
    found: Sequence[Export] = request.app.state.service.exports
    return found


def _unit(request: Request) -> Unit:
    unit: Unit = request.app.state.service.unit
    return unit


Exports = Annotated[Sequence[Export], Depends(_exports)]
ThisUnit = Annotated[Unit, Depends(_unit)]

router = Router(prefix="/v1", tag="导出")


@router.get("/export-kinds", summary="您可以导出的列表：列、筛选、行数上限")
async def list_export_kinds(actor: AnyActor, exports: Exports) -> list[ExportKindRead]:
    return [
        ExportKindRead(
            kind=export.kind,
            name=export.name,
            columns=service.columns_of(export),
            filters=[FilterRead.model_validate(each) for each in filters_of(export)],
        )
        for export in exports
        if actor.has(*export.readers)
    ]


@router.post("/exports", summary="导出一个列表：与列表相同的筛选与权限，后台写成文件", status_code=202)
async def order_export(
    actor: AnyActor,
    session: Session,
    exports: Exports,
    unit: ThisUnit,
    wanted: ExportCreate,
    response: Response,
    _: Idempotent,
) -> ExportRead:
    row = await service.order(session, exports, unit, actor, wanted)
    response.headers["Location"] = f"/v1/exports/{row.id}"
    return service.shown(exports, row)


@router.get("/exports", summary="自己的导出，新的在前")
async def list_exports(
    actor: AnyActor,
    session: Session,
    exports: Exports,
    page: PageParameters,
    kind: Annotated[str | None, Query(max_length=60, description="只列这一种的")] = None,
) -> Page[ExportRead]:
    rows, next_cursor = await repository.list_own(session, actor.id, kind, page)
    return Page(items=[service.shown(exports, row) for row in rows], next_cursor=next_cursor)


@router.get("/exports/{export_id}", summary="一个导出")
async def read_export(actor: AnyActor, session: Session, exports: Exports, export_id: UUID) -> ExportRead:
    return service.shown(exports, await service.find(session, actor, export_id))


@router.delete("/exports/{export_id}", summary="删除导出文件；还没有写好的不再写", status_code=204)
async def remove_export(actor: AnyActor, session: Session, request: Request, unit: ThisUnit, export_id: UUID) -> None:
    row = await service.remove(session, actor, export_id)
    path = service.path_of(request.app.state.settings.data_dir, unit, row)
    await asyncio.to_thread(path.unlink, missing_ok=True)


@router.get(
    "/exports/{export_id}/file",
    summary="下载导出文件；Repr-Digest 是它的 SHA-256（RFC 9530）",
    response_class=FileResponse,
    responses=_FILES,
)
async def download_export(
    actor: AnyActor, session: Session, request: Request, exports: Exports, unit: ThisUnit, export_id: UUID
) -> FileResponse:
    row = await service.open_file(session, exports, unit, actor, export_id)
    assert row.as_of is not None
    assert row.sha256 is not None
    file_format = ExportFormat(row.format)
    name = f"{service.find_kind(exports, row.kind).name}{in_shanghai(row.as_of):%Y%m%d-%H%M%S}.{file_format.suffix}"
    digest = base64.b64encode(bytes.fromhex(row.sha256)).decode()
    return FileResponse(
        service.path_of(request.app.state.settings.data_dir, unit, row),
        media_type=MEDIA_TYPES[file_format],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Repr-Digest": f"sha-256=:{digest}:",
            "Cache-Control": "private, no-store",
        },
    )
