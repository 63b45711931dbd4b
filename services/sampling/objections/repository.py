"""Every query on objections."""

from dataclasses import dataclass
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.disposals.repository import is_official
from services.sampling.objections.models import OPEN, Objection
from services.sampling.samples.models import Sample
from shared.contracts.codes import Role
from shared.contracts.disposals import ObjectionKind, ObjectionState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class ObjectionFilter:
    """What a list of objections is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: ObjectionState | None = None
    kind: ObjectionKind | None = None
    region: str | None = None
    sample_id: UUID | None = None


def visible_objections(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Objection` to the actor's regions; of these an applicant sees his own."""
    statement = within_scope(statement, Objection.region_code, actor)
    if is_official(actor):
        return statement
    if actor.business_id is None or actor.has(Role.LABORATORY):
        return statement.where(false())
    return statement.where(Objection.applicant_business_id == actor.business_id)


async def visible_objection(
    session: AsyncSession, objection_id: UUID, actor: Actor, *, lock: bool = False
) -> Objection | None:
    """One objection with its timeline, as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = (
        visible_objections(select(Objection).where(Objection.id == objection_id), actor)
        .options(selectinload(Objection.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Objection) if lock else statement)


async def list_objections(
    session: AsyncSession, wanted: ObjectionFilter, actor: Actor, page: PageRequest
) -> tuple[list[Objection], str | None]:
    """One page of the objections the actor may see, the newest first."""
    statement = visible_objections(select(Objection), actor)
    for column, value in (
        (Objection.state, wanted.state),
        (Objection.kind, wanted.kind),
        (Objection.sample_id, wanted.sample_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.region is not None:
        statement = statement.where(Objection.region_code.in_(codes_within([wanted.region])))
    return await paginate(session, statement, page, order_by=[Objection.id], descending=True)


async def open_like(session: AsyncSession, wanted: Objection) -> Objection | None:
    """The objection of the same kind to the same thing that is still open. Call it with sample and case held."""
    statement = select(Objection).where(
        Objection.sample_id == wanted.sample_id,
        Objection.case_id.is_not_distinct_from(wanted.case_id),
        Objection.kind == wanted.kind,
        Objection.state.in_(OPEN),
    )
    return await session.scalar(statement.limit(1))


async def lock_contestable_sample(session: AsyncSession, sample_id: UUID, actor: Actor) -> Sample | None:
    """A taken sample whose taking the actor may contest: an officer's in his regions, a party's own; held."""
    statement = within_scope(select(Sample), Sample.region_code, actor).where(
        Sample.id == sample_id, Sample.taken_at.is_not(None)
    )
    if not is_official(actor):
        if actor.business_id is None or actor.has(Role.LABORATORY):
            return None
        statement = statement.where(Sample.business_id == actor.business_id)
    statement = statement.options(selectinload(Sample.entries)).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Sample))
