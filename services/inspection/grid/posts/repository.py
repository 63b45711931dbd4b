"""Every query on posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.posts.codes import PostRole
from services.inspection.grid.posts.models import GridPost
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """What a list of posts is narrowed to; None leaves a side open."""

    region_code: str | None
    cell_code: str | None
    user_id: UUID | None
    role: PostRole | None
    on: date | None


async def lock_cell(session: AsyncSession, cell_code: str) -> None:
    """Let nobody else change who holds this cell until the transaction ends."""
    key = f"grid_posts {cell_code}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def visible_post(session: AsyncSession, post_id: UUID, actor: Actor, *, lock: bool = False) -> GridPost | None:
    statement = within_scope(select(GridPost).where(GridPost.id == post_id), GridPost.region_code, actor)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=GridPost) if lock else statement)


async def posts_of_cell(session: AsyncSession, cell_code: str) -> Sequence[GridPost]:
    """Every post a cell ever had, the first one first."""
    statement = select(GridPost).where(GridPost.cell_code == cell_code).order_by(GridPost.since, GridPost.id)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def holds_post(session: AsyncSession, cell_code: str, user_id: UUID, on: date) -> bool:
    """Whether somebody holds a cell on a day, as whatever."""
    statement = select(GridPost.id).where(
        GridPost.cell_code == cell_code,
        GridPost.user_id == user_id,
        GridPost.since <= on,
        or_(GridPost.until.is_(None), GridPost.until > on),
    )
    return await session.scalar(statement.limit(1)) is not None


async def list_posts(
    session: AsyncSession, actor: Actor, wanted: PostFilter, page: PageRequest
) -> tuple[list[GridPost], str | None]:
    """One page of posts in the actor's regions, the newest first."""
    statement = within_scope(select(GridPost), GridPost.region_code, actor)
    if wanted.region_code is not None:
        statement = statement.where(GridPost.region_code.in_(codes_within([wanted.region_code])))
    if wanted.cell_code is not None:
        statement = statement.where(GridPost.cell_code == wanted.cell_code)
    if wanted.user_id is not None:
        statement = statement.where(GridPost.user_id == wanted.user_id)
    if wanted.role is not None:
        statement = statement.where(GridPost.role == wanted.role)
    if wanted.on is not None:
        statement = statement.where(
            GridPost.since <= wanted.on, or_(GridPost.until.is_(None), GridPost.until > wanted.on)
        )
    return await paginate(session, statement, page, order_by=[GridPost.id], descending=True)
