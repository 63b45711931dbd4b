"""Every query on draws, and on who may be drawn."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.assignment_draws.models import AssignmentDraw, DrawPurpose
from services.sampling.food_categories.repository import load_tree
from services.sampling.laboratories.models import Laboratory
from services.sampling.samplers.models import Sampler
from services.sampling.samples.models import Sample
from shared.contracts.statutory_sampling import SampleState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def region_path(session: AsyncSession, region_code: str) -> frozenset[str]:
    """The region and all above it."""
    statement = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code)
    return frozenset(await session.scalars(statement)) | {region_code}


async def category_path(session: AsyncSession, category_code: str | None) -> frozenset[str]:
    """The food category and all above it; empty when the task is for any food, or for one that is not in the tree."""
    if category_code is None:
        return frozenset()
    return frozenset(category.code for category in (await load_tree(session)).path(category_code))


async def samplers_around(session: AsyncSession, bureau_code: str, path: frozenset[str]) -> Sequence[Sampler]:
    """The samplers registered in the bureau's county or a region above the task's."""
    around = or_(Sampler.region_code.in_(codes_within([bureau_code])), Sampler.region_code.in_(path))
    return (await session.scalars(select(Sampler).where(around).order_by(Sampler.id))).all()


async def all_laboratories(session: AsyncSession) -> Sequence[Laboratory]:
    return (await session.scalars(select(Laboratory).order_by(Laboratory.id))).all()


async def count_draws(session: AsyncSession, purpose: DrawPurpose, subject_id: UUID) -> int:
    statement = select(func.count()).select_from(AssignmentDraw).filter_by(purpose=purpose, subject_id=subject_id)
    return await session.scalar(statement) or 0


async def latest_draw(session: AsyncSession, purpose: DrawPurpose, subject_id: UUID) -> AssignmentDraw | None:
    """The draw that counts for a subject."""
    statement = (
        select(AssignmentDraw)
        .filter_by(purpose=purpose, subject_id=subject_id)
        .order_by(AssignmentDraw.number.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def visible_draw(session: AsyncSession, draw_id: UUID, actor: Actor) -> AssignmentDraw | None:
    statement = select(AssignmentDraw).where(AssignmentDraw.id == draw_id)
    return await session.scalar(within_scope(statement, AssignmentDraw.region_code, actor))


async def list_draws(
    session: AsyncSession, purpose: DrawPurpose | None, subject_id: UUID | None, actor: Actor, page: PageRequest
) -> tuple[list[AssignmentDraw], str | None]:
    """One page of the draws in the actor's regions, the latest first."""
    statement = within_scope(select(AssignmentDraw), AssignmentDraw.region_code, actor)
    if purpose is not None:
        statement = statement.where(AssignmentDraw.purpose == purpose)
    if subject_id is not None:
        statement = statement.where(AssignmentDraw.subject_id == subject_id)
    return await paginate(session, statement, page, order_by=[AssignmentDraw.id], descending=True)


async def samples_on_their_way(session: AsyncSession, task_id: UUID) -> Sequence[UUID]:
    """The samples of a task that are taken and that no laboratory has received yet."""
    statement = select(Sample.id).where(Sample.task_id == task_id, Sample.state == SampleState.TAKEN)
    return (await session.scalars(statement.order_by(Sample.id))).all()
