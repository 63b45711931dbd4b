"""Every query on re-tests."""

from dataclasses import dataclass
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.disposals.repository import is_official
from services.sampling.retests.models import Retest
from shared.contracts.codes import Role
from shared.contracts.disposals import RetestState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class RetestFilter:
    """What a list of re-tests is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: RetestState | None = None
    region: str | None = None
    case_id: UUID | None = None


def visible_retests(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Retest` to the actor's regions; of these an applicant sees his own."""
    statement = within_scope(statement, Retest.region_code, actor)
    if is_official(actor):
        return statement
    if actor.business_id is None or actor.has(Role.LABORATORY):
        return statement.where(false())
    return statement.where(Retest.applicant_business_id == actor.business_id)


async def visible_retest(session: AsyncSession, retest_id: UUID, actor: Actor, *, lock: bool = False) -> Retest | None:
    """One re-test with its timeline, as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = (
        visible_retests(select(Retest).where(Retest.id == retest_id), actor)
        .options(selectinload(Retest.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Retest) if lock else statement)


async def list_retests(
    session: AsyncSession, wanted: RetestFilter, actor: Actor, page: PageRequest
) -> tuple[list[Retest], str | None]:
    """One page of the re-tests the actor may see, the newest first."""
    statement = visible_retests(select(Retest), actor)
    if wanted.state is not None:
        statement = statement.where(Retest.state == wanted.state)
    if wanted.case_id is not None:
        statement = statement.where(Retest.case_id == wanted.case_id)
    if wanted.region is not None:
        statement = statement.where(Retest.region_code.in_(codes_within([wanted.region])))
    return await paginate(session, statement, page, order_by=[Retest.id], descending=True)


async def open_of_case(session: AsyncSession, case_id: UUID) -> Retest | None:
    """The application of that case's party that has not come to its end. Call it with the case held."""
    statement = select(Retest).where(Retest.case_id == case_id, Retest.ended_at.is_(None))
    return await session.scalar(statement.limit(1))


async def another_accepted(session: AsyncSession, sample_id: UUID, but: UUID | None = None) -> bool:
    """Whether a re-test of this sample was accepted (and not withdrawn or found impossible), other than `but`."""
    statement = select(Retest.id).where(
        Retest.sample_id == sample_id,
        Retest.accepted_at.is_not(None),
        Retest.state.not_in([RetestState.WITHDRAWN, RetestState.REFUSED]),
        Retest.id.is_distinct_from(but),
    )
    return await session.scalar(statement.limit(1)) is not None
