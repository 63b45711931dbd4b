"""抽检结果 as everybody reads them: the published tables, without signing in and without scripts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere, caller_of
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import publication_form
from gateway.web.visitors import PerhapsVisitor
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
TABLES = "/v1/published-tables"
ROWS_ON_PAPER = 200
"""Rows of one page of a table: nearly all are printed whole."""


@router.get("/published-tables")
async def table_list(
    request: Request,
    _: PerhapsVisitor,
    services: ServicesHere,
    session: Session,
    kind: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"kind": kind} if kind in dict(publication_form.KINDS) else {}
    page = await services.get(Unit.SAMPLING, TABLES, caller_of(request, ""), BUDGET_SECONDS, **wanted)
    return render(
        request,
        "sampling/published_tables.html",
        tables=[
            publication_form.listed(each) | {"place": await region_name(session, each["region_code"])}
            for each in page["items"]
        ],
        filters=[("kind", "哪一种表", [("", "全部"), *publication_form.KINDS], kind)],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/published-tables/{table_id}")
async def table_page(
    request: Request,
    _: PerhapsVisitor,
    services: ServicesHere,
    session: Session,
    table_id: UUID,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    caller, path = caller_of(request, ""), f"{TABLES}/{table_id}"
    table = await services.get(Unit.SAMPLING, path, caller, BUDGET_SECONDS)
    wanted = {"limit": str(ROWS_ON_PAPER)} | ({"cursor": cursor} if cursor else {})
    rows = await services.get(Unit.SAMPLING, f"{path}/rows", caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "sampling/published_table.html",
        table=publication_form.listed(table),
        place=await region_name(session, table["region_code"]),
        rows=[publication_form.row_words(row) for row in rows["items"]],
        file=f"/api/{Unit.SAMPLING.value}{path}/file",
        next_cursor=rows["next_cursor"] or "",
        cursor=cursor,
    )
