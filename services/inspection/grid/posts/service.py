"""Filling posts and ending them. A cell never has two responsible persons on one day; days without one are listed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.cells.service import cell_for
from services.inspection.grid.coverage.service import recount
from services.inspection.grid.periods import Stretch, first_overlap, gaps
from services.inspection.grid.posts import repository
from services.inspection.grid.posts.models import GridPost
from services.inspection.grid.posts.problems import CellHasResponsible, PostStepRefused, UnknownPost
from services.inspection.grid.posts.schemas import PostCreate, PostEnd
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7


async def post_for(session: AsyncSession, post_id: UUID, actor: Actor, *, lock: bool = False) -> GridPost:
    """A post in the actor's regions. Raises `UnknownPost`."""
    post = await repository.visible_post(session, post_id, actor, lock=lock)
    if post is None:
        raise UnknownPost("请核对编号；只能查看、办理辖区内的任职")
    return post


async def appoint(session: AsyncSession, actor: Actor, body: PostCreate, *, appointing: UUID | None = None) -> GridPost:
    """Enter a post; `appointing` is whoever orders it, where that is not the actor.

    Raises `CellHasResponsible` where another person is responsible on one of the days, `PostStepRefused` where the
    person holds the cell in the same role already.
    """
    try:
        days = Stretch(body.since, body.until)
    except ValueError as impossible:
        raise wrong("/until", str(impossible), "until") from None
    cell = await cell_for(session, actor, body.cell_code)
    cell.ensure_covers(days, "/since")
    await repository.lock_cell(session, cell.code)
    posts = await repository.posts_of_cell(session, cell.code)
    _ensure_free(posts, body, days)
    post = GridPost(
        id=uuid7(),
        version=1,
        cell_name=cell.name,
        region_code=cell.region_code,
        recorded_by=actor.id,
        **dict(body),
    )
    session.add(post)
    await session.flush()
    await session.refresh(post)
    await recount(session, cell.region_code)
    return post


async def end_post(session: AsyncSession, actor: Actor, post_id: UUID, body: PostEnd, expected: int) -> GridPost:
    """End a post without a successor; the cell is listed as uncovered from that day on."""
    post = await post_for(session, post_id, actor, lock=True)
    ensure_version(post, expected)
    post.end(body.on, body.reason, actor.id)
    await session.flush()
    await recount(session, post.region_code)
    return post


async def tenure_of(
    session: AsyncSession, actor: Actor, cell_code: str, today: date
) -> tuple[Sequence[GridPost], list[Stretch]]:
    """Everybody who held a cell, and the days up to today on which nobody was responsible."""
    cell = await cell_for(session, actor, cell_code)
    posts = await repository.posts_of_cell(session, cell.code)
    held = [post.days for post in posts if post.responsible and post.since <= today]
    if not held:
        return posts, []
    end = None if cell.valid_to is None or cell.valid_to > today else cell.valid_to
    first = min(days.since for days in held)
    return posts, [gap for gap in gaps(held, Stretch(first, end)) if gap.since <= today]


def _ensure_free(posts: Sequence[GridPost], body: PostCreate, days: Stretch) -> None:
    own = [post.days for post in posts if (post.user_id, post.role) == (body.user_id, body.role)]
    if known := first_overlap(days, own):
        raise PostStepRefused(f"此人自 {known.since} 起已任本网格{body.role.label}，时间重叠")
    if not body.responsible:
        return
    others = {post.days: post for post in posts if post.responsible}
    if known := first_overlap(days, others):
        other = others[known]
        until = f"至 {known.until} 前" if known.until else "至今"
        raise CellHasResponsible(
            f"{other.user_name}自 {known.since} {until}是责任人；请办理交接，或先结束他的任职", post_id=str(other.id)
        )
