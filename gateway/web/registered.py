"""The page of all that documents state about a region (登记数据), and the same as a file."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.dashboards.registered import read_registered
from gateway.dashboards.router import RegionInPath, this_month
from gateway.web import csv_export, words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import crumbs_to
from gateway.web.stated_values import KINDS, all_stated
from gateway.web.visitors import CanReadBoards
from shared.database import Session

router = APIRouter(include_in_schema=False)

HEADER = ("领域", "代码", "名称", "类别", "期间", "关系", "数值", "单位", "原文", "出处", "出处日期", "登记时间")
"""The columns of the exported file."""

Kind = Annotated[Literal["", "fact", "target"], Query(description="只看事实，或只看目标")]


@router.get("/regions/{code}/registered")
async def registered_page(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    services: ServicesHere,
    session: Session,
    kind: Kind = "",
    cursor: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    registered = await read_registered(services, session, code, visitor.actor, visitor.caller)
    found = all_stated(registered, kind)
    following = cursor + ROWS_A_PAGE
    crumbs = await crumbs_to(session, visitor, code, this_month(), link_last=True)
    return render(
        request,
        "registered.html",
        region_code=code,
        region_name=registered.region_name,
        crumbs=[*crumbs, ("公开数据（登记）", "")],
        kinds=[("", "全部"), *KINDS.items()],
        kind=kind,
        notes=[section.note for section in registered.sections if section.note],
        total=len(found),
        rows=found[cursor:following],
        next_cursor=str(following) if len(found) > following else "",
        cursor=str(cursor) if cursor else "",
    )


@router.get("/regions/{code}/registered.csv")
async def export_registered(
    visitor: CanReadBoards, code: RegionInPath, services: ServicesHere, session: Session, kind: Kind = ""
) -> Response:
    """The same values as a file. A unit that did not answer has a line that says so: a gap is not an absence."""
    registered = await read_registered(services, session, code, visitor.actor, visitor.caller)
    rows: list[Sequence[Any]] = [
        (
            section.title,
            figure.code,
            figure.name,
            KINDS[figure.kind],
            figure.period,
            figure.comparison,
            figure.value,
            figure.unit,
            figure.quote,
            figure.source,
            figure.source_date,
            words.full_time(figure.recorded_at),
        )
        for section in registered.sections
        for figure in section.figures
        if kind in ("", figure.kind)
    ]
    rows += [(section.title, "", section.note) for section in registered.sections if section.note]
    return csv_export.download(f"{registered.region_name}公开数据（登记）{KINDS.get(kind, '')}.csv", HEADER, rows)
