"""Routes of posts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.grid.cells.service import today
from services.inspection.grid.posts import repository, service
from services.inspection.grid.posts.codes import PostRole
from services.inspection.grid.posts.repository import PostFilter
from services.inspection.grid.posts.schemas import Gap, PostCreate, PostEnd, PostRead, TenureRead
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadGrid = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanAppoint = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="网格任职")


@router.get("/grid-posts")
async def list_grid_posts(
    session: Session,
    actor: CanReadGrid,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    cell: Annotated[CellCode | None, Query(description="网格代码")] = None,
    user_id: Annotated[UUID | None, Query(description="谁的任职")] = None,
    role: PostRole | None = None,
    on: Annotated[date | None, Query(description="只列这一天在任的")] = None,
) -> Page[PostRead]:
    """任职一览，最近登记的在前。"""
    wanted = PostFilter(region_code=region, cell_code=cell, user_id=user_id, role=role, on=on)
    rows, following = await repository.list_posts(session, actor, wanted, page)
    return Page(items=[PostRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/grid-posts", status_code=201)
async def appoint_to_cell(
    session: Session, actor: CanAppoint, _: Idempotent, body: PostCreate, response: Response
) -> PostRead:
    """登记任职；责任人的时间不得重叠。"""
    post = await service.appoint(session, actor, body)
    set_etag(response, post)
    return PostRead.model_validate(post)


@router.get("/grid-posts/{post_id}")
async def read_grid_post(session: Session, actor: CanReadGrid, post_id: UUID, response: Response) -> PostRead:
    """一项任职。"""
    post = await service.post_for(session, post_id, actor)
    set_etag(response, post)
    return PostRead.model_validate(post)


@router.post("/grid-posts/{post_id}/end")
async def end_grid_post(
    session: Session, actor: CanAppoint, post_id: UUID, body: PostEnd, version: IfMatch, response: Response
) -> PostRead:
    """结束任职而无人接任；自那天起网格列为无责任人。有人接任的请办理交接。"""
    post = await service.end_post(session, actor, post_id, body, version)
    set_etag(response, post)
    return PostRead.model_validate(post)


@router.get("/grid-cells/{code}/tenure")
async def read_tenure_of_cell(session: Session, actor: CanReadGrid, code: CellCode) -> TenureRead:
    """一个网格历来由谁负责，何时没有责任人。"""
    posts, found = await service.tenure_of(session, actor, code, today())
    return TenureRead(
        cell_code=code,
        posts=[PostRead.model_validate(post) for post in posts],
        gaps=[Gap(since=gap.since, until=gap.until) for gap in found],
    )
