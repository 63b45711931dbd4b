"""Where a bureau brings the boundaries that its boards are drawn with, and takes them away again."""

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.boundaries import repository, service
from gateway.boundaries.router import KEEPERS
from gateway.boundaries.rules import MOST_FEATURES, MOST_POSITIONS
from gateway.boundaries.schemas import BoundaryCreate
from gateway.dashboards.router import RegionInPath, this_month
from gateway.web import words
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import crumbs_to, region_name
from gateway.web.visitors import AllowVisitors, Visitor
from shared.database import Session
from shared.http.problems import Problem
from shared.regions.scope import ensure_in_scope

router = APIRouter(include_in_schema=False)

LIMIT_MB = 8
KeepsBoundaries = Annotated[Visitor, Depends(AllowVisitors(*KEEPERS))]
ASKED = {
    "source": "写明边界从哪里来，2 至 200 个字",
    "approval": "写审图号；没有的写明在什么范围内使用，2 至 100 个字",
}


@router.get("/regions/{code}/boundary")
async def boundary_page(request: Request, visitor: KeepsBoundaries, code: RegionInPath, session: Session) -> Response:
    await ensure_in_scope(session, visitor.actor, code)
    return await _show(request, visitor, code, session)


@router.post("/regions/{code}/boundary")
async def bring_in_boundary(
    request: Request, visitor: KeepsBoundaries, code: RegionInPath, session: Session
) -> Response:
    await ensure_in_scope(session, visitor.actor, code)
    async with checked_form(request) as form:
        said = {name: str(form.get(name, "")) for name in ASKED}
        file = form.get("file")
        content = await file.read(LIMIT_MB * 1024 * 1024 + 1) if isinstance(file, UploadFile) else b""
    try:
        body = BoundaryCreate(**said, boundary=_document(content))
        await service.bring_in(session, code, body, visitor.actor)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors()}
        errors = [FieldError(name, ASKED.get(name, "文件里应是一个 GeoJSON 对象")) for name in sorted(wrong)]
        return await _show(request, visitor, code, session, said, errors)
    except Problem as refusal:
        told = [f"{error.message}（{error.pointer}）" for error in refusal.errors] or [refusal.detail or refusal.title]
        return await _show(request, visitor, code, session, said, [FieldError("file", words) for words in told])
    return RedirectResponse(f"/regions/{code}", status_code=303)


@router.post("/regions/{code}/boundary/withdrawal")
async def withdraw_boundary(
    request: Request, visitor: KeepsBoundaries, code: RegionInPath, session: Session
) -> Response:
    async with checked_form(request):
        await service.withdraw(session, code, visitor.actor)
    return RedirectResponse(f"/regions/{code}/boundary", status_code=303)


def _document(content: bytes) -> object:
    """The file as JSON. Raises `WrongBoundary`."""
    if not content:
        raise service.WrongBoundary("请选一个 GeoJSON 文件")
    if len(content) > LIMIT_MB * 1024 * 1024:
        raise service.WrongBoundary(f"文件超过 {LIMIT_MB} MB，请先简化边界")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise service.WrongBoundary("文件应为 UTF-8 编码") from None
    except json.JSONDecodeError as error:
        raise service.WrongBoundary(f"第 {error.lineno} 行第 {error.colno} 列不是 JSON，请重新导出") from None
    except (RecursionError, ValueError):
        raise service.WrongBoundary("文件不是 GeoJSON，请重新导出") from None


async def _show(
    request: Request,
    visitor: Visitor,
    code: str,
    session: Session,
    said: dict[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> Response:
    boundary = await repository.shown(session, code)
    below = await repository.names_below(session, code)
    return render(
        request,
        "command_centre/boundary.html",
        status_code=422 if errors else 200,
        region_code=code,
        region_name=await region_name(session, code),
        crumbs=[*await crumbs_to(session, visitor, code, this_month(), link_last=True), ("边界图", "")],
        boundary=boundary,
        recorded=words.full_time(boundary.recorded_at) if boundary else "",
        drawn=len(boundary.outlines) if boundary else 0,
        below=below,
        said=said or {},
        errors=errors,
        limit_mb=LIMIT_MB,
        most=(MOST_FEATURES, MOST_POSITIONS),
    )
